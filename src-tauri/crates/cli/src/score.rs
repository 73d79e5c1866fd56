//! `nemotron score`.

use std::process::ExitCode;

use engine::ScoredToken;
use serde_json::json;

use crate::arguments::Score;
use crate::error::CliError;
use crate::{model, output, text};

pub(crate) fn run(arguments: &Score) -> Result<ExitCode, CliError> {
    let text = text::prompt(&arguments.text)?;
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(async {
        let engine = model::load(&arguments.model.model, &arguments.device).await?;
        let score = engine.score(text, arguments.text.add_bos).await?;
        if arguments.model.json {
            output::json_line(&described(&score))?;
        } else {
            output::text(&readable(&score))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn described(score: &engine::Score) -> serde_json::Value {
    let token = |token: &ScoredToken| {
        let (logprob, rank) = token.judged.unzip();
        json!({"id": token.id, "text": token.text, "logprob": logprob, "rank": rank})
    };
    json!({
        "tokens": score.tokens.iter().map(token).collect::<Vec<_>>(),
        "sum_logprob": score.sum_logprob(),
        "perplexity": score.perplexity(),
        "windows": score.windows,
    })
}

fn readable(score: &engine::Score) -> String {
    let mut lines = vec![format!("{:>9}  {:>7}", "logprob", "rank")];
    lines.extend(score.tokens.iter().map(|token| match token.judged {
        Some((logprob, rank)) => format!("{logprob:>9.3}  {rank:>7}  {:?}", token.text),
        None => format!("{:>18}  {:?}", "", token.text),
    }));
    let perplexity = score.perplexity().map_or_else(|| "-".to_owned(), |p| format!("{p:.3}"));
    lines.push(format!("sum {:.3}, perplexity {perplexity}\n", score.sum_logprob()));
    lines.join("\n")
}
