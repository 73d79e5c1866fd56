//! The command line, as users read it in `--help`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use engine::{DeviceChoice, Template};

use crate::replay::ReplayArguments;
use crate::sampling::Sampling;

/// Run Nemotron language models from the command line.
#[derive(Parser)]
#[command(name = "nemotron", version, propagate_version = true)]
pub(crate) struct Nemotron {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say on standard error what is loaded and how long the work takes.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Continue a text.
    Complete(Box<Complete>),
    /// Talk with a model, here in the terminal or from a file of messages.
    Chat(Box<Chat>),
    /// Show what could come next, before and after each sampling stage.
    Next(Box<Next>),
    /// Show how surprising each token of a text is.
    Score(Score),
    /// Repeat a run that the app exported, and show whether the same comes out.
    ///
    /// The weights are held as they were then, unless --dtype says how.
    Replay(ReplayArguments),
    /// Measure how fast a model reads and writes on this machine.
    Bench(Bench),
    /// Show the tokens of the text on standard input.
    Tokenize(Tokenize),
    /// Turn a JSON array of token ids on standard input back into text.
    Detokenize(Detokenize),
    /// Show what a model file holds, reading its headers only.
    Inspect(Inspect),
    /// Write a model as a Hugging Face folder, for transformers and vLLM.
    Convert(Convert),
    /// List the models there are, and whether their licences are accepted here.
    Models(Models),
    /// Show, accept or withdraw the licence of a model.
    Licence(Licence),
    /// Fetch a model from Hugging Face, verify and install it; what is here already is not fetched again.
    Download(Download),
}

impl Nemotron {
    /// A command line, the program's name first. A value below zero is a value, not an option nobody knows.
    pub(crate) fn read<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        let takes_values = |argument: &clap::Arg| argument.get_action().takes_values();
        let command = Self::command().mut_subcommands(|command| {
            command.mut_args(|argument| {
                let below_zero = takes_values(&argument);
                argument.allow_negative_numbers(below_zero)
            })
        });
        Self::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

impl Command {
    /// Whether JSON was asked for.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Complete(arguments) => arguments.model.json,
            Self::Chat(arguments) => arguments.model.json,
            Self::Next(arguments) => arguments.model.json,
            Self::Score(arguments) => arguments.model.json,
            Self::Replay(arguments) => arguments.json,
            Self::Bench(arguments) => arguments.model.json,
            Self::Tokenize(arguments) => arguments.model.json,
            Self::Detokenize(arguments) => arguments.model.json,
            Self::Inspect(arguments) => arguments.json,
            Self::Convert(arguments) => arguments.json,
            Self::Models(arguments) => arguments.json,
            Self::Licence(arguments) => arguments.action.json(),
            Self::Download(arguments) => arguments.json,
        }
    }
}

/// Which model, and where it runs.
#[derive(Args)]
pub(crate) struct ModelArguments {
    /// A .nemo file, an unpacked one, a Hugging Face folder, the name of an installed model, or `demo`,
    /// the built-in one.
    #[arg(long, value_name = "MODEL", default_value = engine::builtin::NAME)]
    pub(crate) model: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DeviceArguments {
    /// Where to compute: auto, cpu, cuda or cuda:N.
    #[arg(long, default_value = "auto", value_parser = DeviceChoice::from_str)]
    pub(crate) device: DeviceChoice,
    /// How weights are held; auto keeps them as the file has them.
    #[arg(long, value_enum, default_value_t = Dtype::Auto)]
    pub(crate) dtype: Dtype,
    /// Threads to compute with; one for each core, 32 at most, when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

fn seed(number: &str) -> Result<u64, String> {
    number.parse().map_err(|_| format!("expected 0 to {}", u64::MAX))
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Dtype {
    Auto,
    Bf16,
    F32,
}

/// The text to work on, byte for byte.
#[derive(Args)]
pub(crate) struct TextArguments {
    /// The text itself.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, group = "input")]
    pub(crate) prompt: Option<OsString>,
    /// A file with the text.
    #[arg(long, value_name = "F", group = "input")]
    pub(crate) prompt_file: Option<PathBuf>,
    /// `-` reads the text from standard input.
    #[arg(value_name = "-", value_parser = ["-"], group = "input")]
    pub(crate) stdin: Option<String>,
    /// Put the beginning-of-sequence token in front.
    #[arg(long)]
    pub(crate) add_bos: bool,
}

#[derive(Args)]
pub(crate) struct Complete {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) text: TextArguments,
    /// How many tokens to write [default: 128, or what room is left]
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u32>,
    /// End when this text appears; may be given several times.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) stop: Vec<String>,
    /// Go on after the end-of-sequence token.
    #[arg(long)]
    pub(crate) ignore_eos: bool,
    /// Report the N likeliest tokens beside each token (with --json).
    #[arg(long, value_name = "N")]
    pub(crate) logprobs: Option<u32>,
    /// Report the prompt's own tokens first.
    #[arg(long)]
    pub(crate) echo: bool,
    /// Seed of the random draws; drawn anew when left out.
    #[arg(long, value_name = "U64", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// How many completions to write side by side, each with draws of its own.
    #[arg(long, value_name = "LANES", default_value_t = 1)]
    pub(crate) n: u32,
    #[command(flatten)]
    pub(crate) sampling: Sampling,
}

#[derive(Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// A JSON file with what was said so far, [{"role":"user","content":"Hello"}], to be answered;
    /// `-` is standard input. Left out, the chat takes place here, line by line.
    #[arg(long, value_name = "F.json")]
    pub(crate) messages: Option<PathBuf>,
    /// How the conversation is written for the model: auto, nemotron-sft, nemotron-rlhf,
    /// nemotron-steerlm, nemotron-qa, base, a transcript for models that only continue text, or
    /// model, the chat template that its folder brings along; auto goes by the model's name, then by
    /// its folder.
    #[arg(long, value_name = "T", default_value = "auto", value_parser = Template::from_str)]
    pub(crate) template: Template,
    /// The system prompt, in place of the messages' or the template's own.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) system: Option<String>,
    /// How answers should be, each 0 to 4, as in verbosity:1,humor:3; what is left out is as the
    /// model card has it (nemotron-steerlm only).
    #[arg(long, value_name = "A,B,C")]
    pub(crate) attributes: Option<String>,
    /// The document that questions are about, byte for byte (nemotron-qa only).
    #[arg(long, value_name = "F")]
    pub(crate) context_file: Option<PathBuf>,
    /// Print the exact prompt and its token ids instead of an answer.
    #[arg(long, requires = "messages")]
    pub(crate) render: bool,
    /// How many tokens an answer may have, for which room is kept [default: 512, or a quarter of the
    /// context if that is less]
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u32>,
    /// End an answer when this text appears, too; may be given several times.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) stop: Vec<String>,
    /// Report the N likeliest tokens beside each token (with --json).
    #[arg(long, value_name = "N")]
    pub(crate) logprobs: Option<u32>,
    /// Seed of the random draws of the first answer, later ones count up; drawn anew when left out.
    #[arg(long, value_name = "U64", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) sampling: Sampling,
}

#[derive(Args)]
pub(crate) struct Next {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) text: TextArguments,
    /// How many tokens to list.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) top: u32,
    /// Seed of the draw that chooses; drawn anew when left out.
    #[arg(long, value_name = "U64", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) sampling: Sampling,
}

#[derive(Args)]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) text: TextArguments,
}

#[derive(Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// Make up weights of this size instead of loading a file.
    #[arg(long, value_enum, value_name = "SIZE", conflicts_with = "model")]
    pub(crate) synthetic: Option<Synthetic>,
    /// How many tokens to read.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) prompt_tokens: u32,
    /// How many tokens to write.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) new_tokens: u32,
    /// Length of context the model is set up for [default: its own]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1 << 20))]
    pub(crate) context: Option<u32>,
    /// How many completions to write side by side.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) lanes: u32,
    /// How often to measure; the best reading and the median step count.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: u32,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Synthetic {
    /// 8.54 billion parameters.
    #[value(name = "nemotron-3-8b")]
    Nemotron3_8b,
    /// 4.19 billion parameters, 8 KV heads.
    #[value(name = "minitron-4b")]
    Minitron4b,
    /// 551 million parameters.
    Small,
}

#[derive(Args)]
pub(crate) struct Tokenize {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Put the beginning-of-sequence token in front.
    #[arg(long)]
    pub(crate) add_bos: bool,
}

#[derive(Args)]
pub(crate) struct Detokenize {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// Read everything and show the SHA-256.
    #[arg(long)]
    pub(crate) verify: bool,
    /// A .nemo file, an unpacked one, a Hugging Face folder, the name of an installed model, or `demo`,
    /// the built-in one.
    #[arg(value_name = "MODEL", default_value = engine::builtin::NAME)]
    pub(crate) model: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Convert {
    /// A .nemo file, an unpacked one, a Hugging Face folder, the name of an installed model, or `demo`,
    /// the built-in one.
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Folder to write; it must be empty or not there yet, and appears once it is complete.
    #[arg(value_name = "OUT_DIR")]
    pub(crate) folder: PathBuf,
    /// Start another weight file when one would get larger than this.
    #[arg(long, value_name = "N", default_value_t = 5_000_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_shard_bytes: u64,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Models {
    /// Print JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Download {
    /// A name that `nemotron models` lists, or any repository as ORG/REPO.
    #[arg(value_name = "NAME|ORG/REPO")]
    pub(crate) model: String,
    /// A branch, a tag or a commit.
    #[arg(long, value_name = "R", default_value = hub::MAIN)]
    pub(crate) revision: String,
    /// Read the Hugging Face token from standard input instead of `HF_TOKEN` or where it is kept.
    #[arg(long)]
    pub(crate) token_stdin: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Licence {
    #[command(subcommand)]
    pub(crate) action: LicenceAction,
}

#[derive(Subcommand)]
pub(crate) enum LicenceAction {
    /// Show which licence a model has, where to read it, and whether it is accepted here.
    Show(LicenceShow),
    /// Accept the licence of a model, after reading it.
    Accept(LicenceAccept),
    /// Take an acceptance back: the model is not loaded any more.
    Withdraw(LicenceWithdraw),
    /// List everything that was accepted here.
    List(LicenceList),
}

impl LicenceAction {
    fn json(&self) -> bool {
        match self {
            Self::Show(arguments) => arguments.json,
            Self::Accept(arguments) => arguments.json,
            Self::Withdraw(arguments) => arguments.json,
            Self::List(arguments) => arguments.json,
        }
    }
}

#[derive(Args)]
pub(crate) struct LicenceShow {
    /// A name that `nemotron models` lists, or ORG/REPO.
    #[arg(value_name = "NAME")]
    pub(crate) model: String,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct LicenceAccept {
    /// A name that `nemotron models` lists, or ORG/REPO.
    #[arg(value_name = "NAME")]
    pub(crate) model: String,
    /// I have read the licence and accept it.
    #[arg(long, required = true)]
    pub(crate) yes: bool,
    /// A copy of the text that was read: its SHA-256 is kept with the record.
    #[arg(long, value_name = "F")]
    pub(crate) document: Option<PathBuf>,
    /// Print the record as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct LicenceWithdraw {
    /// A name that `nemotron models` lists, or ORG/REPO.
    #[arg(value_name = "NAME")]
    pub(crate) model: String,
    /// Yes, take it back.
    #[arg(long, required = true)]
    pub(crate) yes: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct LicenceList {
    /// Print JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}
