//! `nemotron score`.

use std::process::ExitCode;

use engine::ScoredToken;
use serde::Serialize;

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

/// Written directly: on the way through a JSON value the log-probabilities would grow digits.
#[derive(Serialize)]
struct Described<'a> {
    tokens: Vec<Row<'a>>,
    sum_logprob: f64,
    perplexity: Option<f64>,
    windows: u32,
}

#[derive(Serialize)]
struct Row<'a> {
    id: u32,
    text: &'a str,
    logprob: Option<f32>,
    rank: Option<u32>,
}

fn described(score: &engine::Score) -> Described<'_> {
    let rows = score.tokens.iter().map(|ScoredToken { id, text, judged }| {
        let (logprob, rank) = judged.unzip();
        Row { id: *id, text, logprob, rank }
    });
    Described {
        tokens: rows.collect(),
        sum_logprob: score.sum_logprob(),
        perplexity: score.perplexity(),
        windows: score.windows,
    }
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
