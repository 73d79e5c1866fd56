//! The sampling options, for every command that chooses tokens. Ranges are the engine's to check.

use clap::Args;
use engine::{SamplerStage, SamplingSettings};

/// What is left out is neutral: temperature 1, everything else off.
#[derive(Args)]
#[command(next_help_heading = "Sampling")]
pub(crate) struct Sampling {
    /// Below 1 safer, above 1 wilder; 0 always takes the likeliest token.
    #[arg(long, value_name = "T", default_value_t = 1.0)]
    temperature: f64,
    /// Choose among the K likeliest tokens; 0 is off.
    #[arg(long, value_name = "K", default_value_t = 0)]
    top_k: u32,
    /// Choose among the likeliest tokens that together reach probability P; 1 is off, 0 leaves one.
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    top_p: f64,
    /// Drop what is less than P times as likely as the likeliest token; 0 is off.
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    min_p: f64,
    /// Prefer tokens about as surprising as the model expects, up to probability P; 1 is off.
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    typical_p: f64,
    /// Keep tokens within N standard deviations of the highest logit, at any temperature; 0 is off.
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    top_n_sigma: f64,
    /// How often to drop the obvious choices (XTC); 0 never, 1 always.
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    xtc_probability: f64,
    /// When XTC acts, only the least likely of the tokens that reach this probability stays.
    #[arg(long, value_name = "T", default_value_t = 0.1)]
    xtc_threshold: f64,
    /// Make tokens that already occurred less likely; 1 is off, 1.1 is gentle.
    #[arg(long, value_name = "R", default_value_t = 1.0)]
    repetition_penalty: f64,
    /// Let the repetition, frequency and presence penalties look at the last N tokens; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    repetition_range: u32,
    /// Lower a token's logit by F for each time it occurred; 0 is off, below 0 invites repeats.
    #[arg(long, value_name = "F", default_value_t = 0.0)]
    frequency_penalty: f64,
    /// Lower a token's logit by F once it occurred, however often; 0 is off.
    #[arg(long, value_name = "F", default_value_t = 0.0)]
    presence_penalty: f64,
    /// Break loops: penalise the token that would carry on a repeated passage (DRY); 0 is off, 0.8
    /// is usual.
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    dry_multiplier: f64,
    /// How much the DRY penalty grows with each further repeated token.
    #[arg(long, value_name = "B", default_value_t = 1.75)]
    dry_base: f64,
    /// DRY lets repetitions shorter than N tokens pass.
    #[arg(long, value_name = "N", default_value_t = 2)]
    dry_allowed_length: u32,
    /// Let DRY look for repetitions in the last N tokens; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    dry_range: u32,
    /// Add B to the logit of token ID, above 0 to invite it, below 0 to avoid it; may be repeated.
    #[arg(long, value_name = "ID=B", value_parser = bias)]
    logit_bias: Vec<(u32, f64)>,
    /// Never choose token ID; may be repeated.
    #[arg(long, value_name = "ID")]
    ban_token: Vec<u32>,
    /// Run these stages in this order, and no others: a stage left out does not run, whatever its
    /// option says. [default: dry,repetition-penalty,frequency-presence,bias,temperature,top-k,
    /// top-p,min-p,typical-p,top-n-sigma,xtc]
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    sampler_order: Option<Vec<SamplerStage>>,
}

impl Sampling {
    pub(crate) fn settings(&self) -> SamplingSettings {
        SamplingSettings {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            typical_p: self.typical_p,
            top_n_sigma: self.top_n_sigma,
            xtc_probability: self.xtc_probability,
            xtc_threshold: self.xtc_threshold,
            repetition_penalty: self.repetition_penalty,
            repetition_range: self.repetition_range,
            frequency_penalty: self.frequency_penalty,
            presence_penalty: self.presence_penalty,
            dry_multiplier: self.dry_multiplier,
            dry_base: self.dry_base,
            dry_allowed_length: self.dry_allowed_length,
            dry_range: self.dry_range,
            logit_bias: self.logit_bias.iter().copied().collect(),
            ban_token: self.ban_token.clone(),
            sampler_order: self.sampler_order.clone().unwrap_or_else(|| SamplerStage::ALL.to_vec()),
        }
    }
}

fn bias(text: &str) -> Result<(u32, f64), String> {
    let parts = text.split_once('=');
    parts
        .and_then(|(id, bias)| Some((id.parse().ok()?, bias.parse().ok()?)))
        .ok_or_else(|| "expected ID=B, a token id and a number such as 533=-2.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Command, Nemotron};

    fn settings(options: &str) -> Result<SamplingSettings, String> {
        let arguments = ["nemotron", "complete"].into_iter().chain(options.split_whitespace());
        match Nemotron::read(arguments).map_err(|error| error.to_string())?.command {
            Command::Complete(arguments) => Ok(arguments.sampling.settings()),
            _ => Err("another command".to_owned()),
        }
    }

    #[test]
    fn no_option_is_neutral() {
        assert_eq!(settings(""), Ok(SamplingSettings::default()));
    }

    #[test]
    fn every_setting_has_its_option() {
        let options = "--temperature 0.5 --top-k 3 --top-p 0.9 --min-p 0.1 --typical-p 0.8 \
            --top-n-sigma 1.5 --xtc-probability 0.4 --xtc-threshold 0.2 --repetition-penalty 1.1 \
            --repetition-range 64 --frequency-penalty -0.5 --presence-penalty 0.25 \
            --dry-multiplier 0.8 --dry-base 2 --dry-allowed-length 3 --dry-range 512 \
            --logit-bias 533=-2.5 --logit-bias 7=1 --ban-token 3 --ban-token 4 \
            --sampler-order top-k,temperature";
        let stored = r#"{"temperature":0.5,"top_k":3,"top_p":0.9,"min_p":0.1,"typical_p":0.8,
            "top_n_sigma":1.5,"xtc_probability":0.4,"xtc_threshold":0.2,"repetition_penalty":1.1,
            "repetition_range":64,"frequency_penalty":-0.5,"presence_penalty":0.25,
            "dry_multiplier":0.8,"dry_base":2.0,"dry_allowed_length":3,"dry_range":512,
            "logit_bias":{"7":1.0,"533":-2.5},"ban_token":[3,4],
            "sampler_order":["top-k","temperature"]}"#;
        let stored: SamplingSettings = serde_json::from_str(stored).expect("settings");
        assert_eq!(settings(options).as_ref(), Ok(&stored));
        assert_eq!(stored.validate().map_err(|error| error.to_string()), Ok(()));
    }

    #[test]
    fn wrong_values_are_told_what_is_possible() {
        let unknown = settings("--sampler-order top-k,topp").expect_err("unknown");
        assert!(unknown.contains("\"topp\"") && unknown.contains("min-p, typical-p"), "{unknown}");
        let bias = settings("--logit-bias 5:1").expect_err("no equals sign");
        assert!(bias.contains("ID=B"), "{bias}");
        let twice = settings("--sampler-order top-k,top-k").expect("each is a stage");
        let twice = twice.validate().expect_err("twice").to_string();
        assert!(twice.contains("sampler-order") && twice.contains("once"), "{twice}");
    }

    #[test]
    fn what_is_out_of_range_is_named_with_its_range() {
        let cases = [
            ("--temperature -1", "temperature", "0 to 100"),
            ("--temperature NaN", "temperature", "0 to 100"),
            ("--top-p 1.1", "top-p", "0 to 1"),
            ("--min-p -0.1", "min-p", "0 to 1"),
            ("--typical-p 0", "typical-p", "above 0 and up to 1"),
            ("--top-n-sigma -1", "top-n-sigma", "0 to 100"),
            ("--xtc-probability 2", "xtc-probability", "0 to 1"),
            ("--xtc-threshold 2", "xtc-threshold", "0 to 1"),
            ("--repetition-penalty 0", "repetition-penalty", "0.01 to 100"),
            ("--frequency-penalty 2.5", "frequency-penalty", "-2 to 2"),
            ("--presence-penalty -2.5", "presence-penalty", "-2 to 2"),
            ("--dry-multiplier -1", "dry-multiplier", "0 to 100"),
            ("--dry-base 0.5", "dry-base", "1 to 100"),
            ("--dry-allowed-length 0", "dry-allowed-length", "1 or more"),
            ("--logit-bias 5=inf", "logit-bias", "-100 to 100"),
        ];
        for (options, field, range) in cases {
            let settings = settings(options).expect("parses");
            let message = settings.validate().expect_err(options).to_string();
            let expected = format!("{field} is out of range: expected {range}, found ");
            assert!(message.starts_with(&expected), "{message}");
        }
    }
}
