// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';

export type Problem = { kind: string, message: string, hint: string | null, };
export type PromptSpan = { "type": "text", text: string, } | { "type": "user", text: string, } | { "type": "tokens", ids: Array<number>, };
export type SamplerStage = "dry" | "repetition-penalty" | "frequency-presence" | "bias" | "temperature" | "top-k" | "top-p" | "min-p" | "typical-p" | "top-n-sigma" | "xtc";
export type SamplingSettings = { 
/**
 * Divides the logits; 0 takes the likeliest token.
 */
temperature: number, 
/**
 * Keeps the k likeliest tokens and their ties; 0 keeps all.
 */
top_k: number, 
/**
 * Keeps the likeliest tokens that together reach this probability; 1 keeps all, 0 one.
 */
top_p: number, 
/**
 * Keeps what is at least this many times as likely as the likeliest token; 0 keeps all.
 */
min_p?: number, 
/**
 * Keeps the tokens about as surprising as expected, up to this probability; 1 keeps all.
 */
typical_p?: number, 
/**
 * Keeps what is within so many standard deviations of the highest logit; 0 keeps all.
 */
top_n_sigma?: number, 
/**
 * How often XTC acts; 0 never.
 */
xtc_probability?: number, 
/**
 * Of the tokens at least this likely XTC leaves only the least likely.
 */
xtc_threshold?: number, 
/**
 * Divides the positive and multiplies the negative logits of tokens in the range; 1 is off.
 */
repetition_penalty?: number, 
/**
 * How many of the last tokens the repetition, frequency and presence penalties look at.
 */
repetition_range?: number, 
/**
 * Taken off a token's logit for each time it stands in the range.
 */
frequency_penalty?: number, 
/**
 * Taken off a token's logit once if it stands in the range.
 */
presence_penalty?: number, 
/**
 * Strength of DRY, the penalty on carrying on a repetition; 0 is off.
 */
dry_multiplier?: number, 
/**
 * The penalty's growth with each further token of a repetition.
 */
dry_base?: number, 
/**
 * Repetitions shorter than this are free.
 */
dry_allowed_length?: number, 
/**
 * How many of the last tokens DRY looks at.
 */
dry_range?: number, 
/**
 * Added to the logits of single tokens, by id.
 */
logit_bias?: { [key in number]: number }, 
/**
 * Tokens that are never chosen.
 */
ban_token?: Array<number>, 
/**
 * The stages in the order in which they run; a stage left out does not run.
 */
sampler_order?: Array<SamplerStage>, };
export type Variant = { seed: number, sampling: SamplingSettings, };
export type GenerationRequest = { prompt: Array<PromptSpan>, 
/**
 * Put the beginning-of-sequence token in front.
 */
add_bos: boolean, sampling: SamplingSettings, 
/**
 * Drawn at random when absent; the event `started` says which was used.
 */
seed: number | null, 
/**
 * How many completions to write side by side; absent: one, which is always lane 0.
 */
lanes?: number, 
/**
 * Instead of `lanes`: one lane for each, sampled as a run of its own would be.
 */
variants?: Array<Variant>, 
/**
 * Absent: what room is left, at most [`GenerationRequest::DEFAULT_MAX_TOKENS`].
 */
max_tokens: number | null, 
/**
 * Texts that end the run; none of them is part of the completion.
 */
stop: Array<string>, 
/**
 * Go on after the end-of-sequence token.
 */
ignore_eos: boolean, 
/**
 * How many of the likeliest tokens to report beside each token; absent: none.
 */
top_logprobs: number | null, 
/**
 * Report the prompt's own tokens first, with their log-probabilities.
 */
echo: boolean, };
export type TokenText = { id: number, text: string, };
export type TokenProbability = { id: number, text: string, logprob: number, };
export type PromptToken = { id: number, text: string, 
/**
 * Natural logarithm; none for the first token.
 */
logprob: number | null, top: Array<TokenProbability>, };
export type GeneratedToken = { lane: number, 
/**
 * Its place in the completion, from 0.
 */
index: number, id: number, 
/**
 * What it adds to the text; empty while a character is incomplete or a stop text may begin.
 */
text: string, 
/**
 * Natural logarithm of the model's own probability, before any sampling setting.
 */
logprob: number, top: Array<TokenProbability>, };
export type FinishReason = "length" | "stop" | "eos" | "cancelled" | "context";
export type Usage = { prompt_tokens: number, completion_tokens: number, 
/**
 * Prompt tokens that were not computed again.
 */
cached_tokens: number, };
export type Timings = { prefill_ms: number, decode_ms: number, 
/**
 * From the moment the engine took up the request to the first token.
 */
time_to_first_token_ms: number, 
/**
 * Decoding steps per second, the prefill not counted; 0 when there was none.
 */
tokens_per_second: number, };
export type Completion = { lane: number, finish_reason: FinishReason, text: string, usage: Usage, timings: Timings, seed: number, };
export type GenerationEvent = { "type": "started", run: number, 
/**
 * The seed in force, asked for or drawn.
 */
seed: number, prompt_tokens: number, 
/**
 * How many of them were still in the KV cache.
 */
cached_tokens: number, } | { "type": "prompt", tokens: Array<PromptToken>, } | { "type": "prefill", done: number, total: number, } | { "type": "token" } & GeneratedToken | { "type": "done" } & Completion;
export type LoadProgress = { bytes_done: number, bytes_total: number, };
export type MemoryPlan = { weights: number, 
/**
 * Keys and values of the whole context. Each lane more takes as much again at most.
 */
cache: number, 
/**
 * Activations of one pass, logits, and what the CUDA runtime takes.
 */
workspace: number, };
export type ModelInfo = { 
/**
 * The file's name without its ending.
 */
name: string, path: string, 
/**
 * Names the model by its contents, wherever the file lies: see `identity`.
 */
sha256: string, parameters: number, 
/**
 * Weights as held in memory.
 */
weight_bytes: number, 
/**
 * How the weights are held: `bf16` or `f32`.
 */
dtype: string, 
/**
 * `CPU`, or the GPU's name.
 */
device: string, 
/**
 * `cpu` or `cuda:N`.
 */
device_id: string, 
/**
 * Why it is the CPU, where a GPU was not ruled out, or why the context is a shorter one.
 */
device_reason: string | null, 
/**
 * What the model takes of the GPU's memory; none on the CPU.
 */
gpu_memory: MemoryPlan | null, threads: number, context_length: number, vocab_size: number, };
export type DeviceChoice = string;
export type Gpu = { number: number, name: string, total_bytes: number, free_bytes: number, 
/**
 * Compute capability.
 */
capability: [number, number], };
export type Gpus = { found: Array<Gpu>, 
/**
 * Why none was found.
 */
why_none: string | null, };
export type EngineStatus = { "state": "empty" } | { "state": "loading", name: string, progress: LoadProgress, } | { "state": "ready", model: ModelInfo, } | { "state": "running", model: ModelInfo, } | { "state": "failed", problem: Problem, };
export type Id = string;
export type Kind = "completion" | "chat";
export type Author = "user" | "model";
export type Role = "text" | "system" | "user" | "assistant";
export type Token = { id: number, 
/**
 * How much of the text it is, in bytes of UTF-8.
 */
bytes: number, 
/**
 * Natural logarithm of the model's own probability.
 */
logprob: number, };
export type Piece = { node: Id, role: Role, author: Author, 
/**
 * The run that wrote it, where known.
 */
run: Id | null, text: string, 
/**
 * Exactly the text; empty for what was typed or imported. Tokens without text at the end are
 * those a stop text or the end of the sequence took.
 */
tokens: Array<Token>, };
export type Document = { session: Id, kind: Kind, 
/**
 * Absent for the empty document.
 */
current: Id | null, pieces: Array<Piece>, can_undo: boolean, can_redo: boolean, };
export type Standing = { 
/**
 * Absent for the empty document.
 */
current: Id | null, can_undo: boolean, can_redo: boolean, };
export type OpenSession = { document: Document, title: string | null, 
/**
 * The sampling settings it was left with, as the window wrote them; null for none.
 */
settings: unknown, };
export type Branch = { node: Id, parent: Id | null, 
/**
 * How many nodes are above it.
 */
depth: number, role: Role, 
/**
 * The model's if a run wrote it.
 */
author: Author, run: Id | null, lane: number | null, 
/**
 * The beginning of its text.
 */
preview: string, 
/**
 * Of its text, as UTF-8.
 */
bytes: number, 
/**
 * How many tokens of it are known, and their mean log-probability.
 */
tokens: number, mean_logprob: number | null, created_at: number, 
/**
 * Whether the document goes through it.
 */
in_document: boolean, };
export type WrittenToken = { id: number, 
/**
 * What it adds to the text; may be empty.
 */
text: string, 
/**
 * Natural logarithm of the model's own probability.
 */
logprob: number, };
export type Place = { "type": "end" } | { "type": "at", offset: number, } | { "type": "again" } | { "type": "from", offset: number, } | { "type": "instead", offset: number, token: WrittenToken, };
export type Begun = { run: Id, prompt: Array<Piece>, tail: string, };
export type Template = "auto" | "nemotron-sft" | "nemotron-rlhf" | "nemotron-steerlm" | "nemotron-qa" | "base" | "model";
export type Attributes = { quality: number, understanding: number, correctness: number, coherence: number, complexity: number, verbosity: number, toxicity: number, humor: number, creativity: number, violence: number, helpfulness: number, not_appropriate: number, hate_speech: number, sexual_content: number, fails_task: number, political_content: number, moral_judgement: number, 
/**
 * Two small letters.
 */
lang: string, };
export type ChatForm = { template: Template, 
/**
 * Absent: the conversation's own, else the template's.
 */
system: string | null, 
/**
 * For `SteerLM`.
 */
attributes: Attributes | null, 
/**
 * For QA.
 */
context: string | null, };
export type PromptPart = { 
/**
 * The message that it is a part of; none: no message, or the context document.
 */
message: number | null, 
/**
 * The template's own text, not what somebody said.
 */
template: boolean, 
/**
 * The model chose these very tokens.
 */
chosen: boolean, text: string, 
/**
 * Those that begin in it.
 */
tokens: Array<TokenText>, };
export type Speaker = "system" | "user" | "assistant";
export type ChatPrompt = { 
/**
 * The one that is meant, where the form leaves it to the model.
 */
template: Template, parts: Array<PromptPart>, 
/**
 * Who says each message.
 */
roles: Array<Speaker>, tokens: number, 
/**
 * How many of the oldest turns no longer fit and are left out.
 */
folded: number, 
/**
 * What ends an answer.
 */
stop: Array<string>, };
export type AnswerStart = { 
/**
 * Behind this turn instead.
 */
after: Id | null, 
/**
 * In the place of everything from this byte of the chat on.
 */
at: number | null, 
/**
 * Behind a token that somebody has chosen.
 */
token: WrittenToken | null, };
export type StageOutlook = { name: SamplerStage, survivors: number, 
/**
 * Probability it took away, of the distribution that came to it.
 */
mass_removed: number, 
/**
 * False: it left everything as it was.
 */
changed: boolean, };
export type TokenOutlook = { id: number, text: string, 
/**
 * Whether the text ends with it: it has none of its own.
 */
ends: boolean, 
/**
 * Its probability in the model's own distribution.
 */
before: number, 
/**
 * Its probability after the chain; 0 where it was cut.
 */
after: number, cut_by: SamplerStage | null, };
export type Subject = { id: number, 
/**
 * Its place among all tokens by likelihood before any setting, from 1.
 */
rank: number, };
export type Look = { 
/**
 * Names the row.
 */
row: number, 
/**
 * The tokens in front of the place.
 */
prompt_tokens: number, 
/**
 * The seed by which the token was chosen.
 */
seed: number, 
/**
 * The token that stands at the place, where one was asked about.
 */
subject: Subject | null, 
/**
 * How many tokens there are.
 */
vocabulary: number, 
/**
 * Of the model's own distribution.
 */
entropy_bits: number, 
/**
 * How probable all survivors together were before any setting.
 */
kept_mass: number, 
/**
 * How many tokens can be chosen.
 */
survivors: number, 
/**
 * Those that the settings ask for, in the order in which they ran.
 */
stages: Array<StageOutlook>, 
/**
 * The likeliest before and the likeliest after, by `before`, likeliest first.
 */
tokens: Array<TokenOutlook>, 
/**
 * The token that a run with these settings and draws takes; it is among `tokens`.
 */
chosen: number, };
export type PlacedToken = { 
/**
 * Bytes of the document's text.
 */
start: number, end: number, ids: Array<number>, text: string, 
/**
 * Natural logarithm of the model's own probability, where it was noted when it was written.
 */
logprob: number | null, run: Id | null, 
/**
 * Which token of its run the first one is, where everything before it still stands.
 */
step: number | null, };
export type ScoredToken = { 
/**
 * Bytes of the document's text.
 */
start: number, end: number, id: number, text: string, 
/**
 * Natural logarithm; null for the first token of a sequence.
 */
logprob: number | null, 
/**
 * Its place among all tokens by likelihood, from 1.
 */
rank: number | null, };
export type Surprise = { tokens: Array<ScoredToken>, sum_logprob: number, 
/**
 * Null when nothing was judged.
 */
perplexity: number | null, 
/**
 * Passes over the text; more than one when it is longer than the context.
 */
windows: number, };
export type TokenFate = "cut" | "other" | "unknown";
export type Verdict = { start: number, end: number, fate: TokenFate, 
/**
 * The stage that cuts it.
 */
by: SamplerStage | null, 
/**
 * What is taken instead, where that is known.
 */
other: TokenText | null, };
export type Hindsight = { 
/**
 * How many of its tokens stand in the document.
 */
tokens: number, 
/**
 * Those that would not be the same.
 */
verdicts: Array<Verdict>, };
export type RunRecord = { id: Id, model_name: string, model_hash: string, seed: number | null, 
/**
 * `interrupted` if the app ended before the run; absent while it goes on.
 */
finish_reason: string | null, 
/**
 * Written in all lanes together.
 */
tokens: number, tokens_per_second: number | null, started_at: number, ended_at: number | null, record: unknown, };
export type ReplayMode = "forced" | "regenerate";
export type Changed = "model" | "build" | "device" | "batch shape";
export type Difference = { lane: number, 
/**
 * Its place in the completion, from 0.
 */
index: number, recorded: TokenText, 
/**
 * Of tokens that are read, the recorded one.
 */
found: TokenText, 
/**
 * By how much the logit of the token found lies above that of the recorded one now; of tokens
 * that are read, by how much the log-probability differs.
 */
margin: number, };
export type Replay = { mode: ReplayMode, identical: boolean, 
/**
 * So many recorded tokens, in all lanes together.
 */
compared: number, 
/**
 * None, too, where only the end differs: the run goes on, or ends sooner.
 */
first_difference: Difference | null, changed: Array<Changed>, };
export type SaveState = { "type": "saved" } | { "type": "saving" } | { "type": "failing", problem: Problem, };
export type Notice = { "type": "rescued", kept: string, sessions: number, 
/**
 * Whether every row could be read.
 */
complete: boolean, } | { "type": "backed_up", kept: string, } | { "type": "settings_damaged", kept: string, } | { "type": "settings_closed", why: string, };
export type Saving = { state: SaveState, notices: Array<Notice>, 
/**
 * Why what is written now is not kept when the app closes; null otherwise.
 */
problem: Problem | null, };
export type SessionSummary = { id: Id, kind: Kind, title: string | null, 
/**
 * The beginning of the document, on one line.
 */
preview: string, folder: Id | null, tags: Array<string>, pinned: boolean, archived: boolean, created_at: number, changed_at: number, trashed_at: number | null, };
export type Shelf = "active" | "archive" | "trash";
export type Within = { "type": "anywhere" } | { "type": "no_folder" } | { "type": "folder", folder: Id, };
export type ListRequest = { shelf: Shelf, within: Within, tag: string | null, kind: Kind | null, 
/**
 * The `next` of the page before.
 */
after: string | null, 
/**
 * 1000 at most.
 */
limit: number, };
export type SessionPage = { sessions: Array<SessionSummary>, 
/**
 * Where the next page begins; absent behind the last.
 */
next: string | null, };
export type SnippetPart = { text: string, 
/**
 * Whether this is what was searched for.
 */
hit: boolean, };
export type SearchHit = { session: SessionSummary, 
/**
 * A piece of title or text around what was found.
 */
snippet: Array<SnippetPart>, };
export type SearchRequest = { 
/**
 * Words that all have to be there; the last one may be the beginning of one.
 */
text: string, 
/**
 * Sessions in the archive too. Those in the trash are never found.
 */
archived: boolean, 
/**
 * How many hits to pass over, and how many to return, 100 at most.
 */
offset: number, limit: number, };
export type SearchPage = { hits: Array<SearchHit>, 
/**
 * Whether there are hits behind these.
 */
more: boolean, 
/**
 * Sessions that cannot be found yet, because they are still to be indexed.
 */
unindexed: number, };
export type Folder = { id: Id, name: string, parent: Id | null, 
/**
 * Sessions directly in it that are neither archived nor in the trash.
 */
sessions: number, };
export type Tag = { name: string, sessions: number, };
export type ExportFormat = "json" | "markdown" | "text";
export type Imported = { session: Id, 
/**
 * The very same session was there already, and still is.
 */
was_there: boolean, };
export type Preset = { id: Id, name: string, 
/**
 * An object with the settings that are not neutral.
 */
difference: unknown, };
export type Theme = "system" | "light" | "dark";
export type SavedPrompt = { id: string, name: string, text: string, };
export type Settings = { theme: Theme, 
/**
 * The size of all text, in per cent.
 */
zoom: number, 
/**
 * The model that was opened last; absent for the built-in one.
 */
model: string | null, last_session: Id | null, 
/**
 * Where models are computed, by the engine's name for it.
 */
device: string, 
/**
 * System prompts that the user has saved, in the order of the menu.
 */
system_prompts: Array<SavedPrompt>, };
export type LicenceDocument = { name: string, link: string, 
/**
 * The other party; the first is whoever accepts.
 */
party: string, };
export type Score = { benchmark: string, 
/**
 * As '5-shot'; empty where the card says nothing.
 */
setting: string, value: number, };
export type Fact = { name: string, text: string, };
export type ModelCard = { 
/**
 * What it says about one thing each, such as `Limitations`.
 */
facts: Array<Fact>, evaluation: Array<Score>, };
export type LicenceChoice = { model: string, repo: string, title: string, purpose: string, document: LicenceDocument, weight_bytes: number, card: ModelCard | null, };
export type LicenceCopy = { path: string, name: string, sha256: string, };
export type Acceptance = { model: string, document: string, 
/**
 * Of the text that was read, in hex, where there was a copy of it.
 */
document_sha256: string | null, link: string, 
/**
 * RFC 3339, as all times here.
 */
accepted_at: string, who: string, app_version: string, };
export type LicenceRecord = { withdrawn_at: string | null, model: string, document: string, 
/**
 * Of the text that was read, in hex, where there was a copy of it.
 */
document_sha256: string | null, link: string, 
/**
 * RFC 3339, as all times here.
 */
accepted_at: string, who: string, app_version: string, };
export type ModelGate = "none" | "required" | "accepted";
export type ModelPresence = "absent" | "fetched" | "installed";
export type ModelEntry = { name: string, 
/**
 * The name under which its licence is kept.
 */
record: string, title: string, family: string, purpose: string, licence: string, gate: ModelGate, 
/**
 * Of what is here, else of the weights in bfloat16.
 */
weight_bytes: number, presence: ModelPresence, verified_at: string | null, 
/**
 * 40 hexadecimal digits.
 */
commit: string | null, };
export type DownloadStage = { "is": "asking" } | { "is": "fetching" } | { "is": "resuming" } | { "is": "waiting", reason: string, seconds: number, } | { "is": "verifying" } | { "is": "paused" } | { "is": "failed", problem: Problem, };
export type DownloadState = { 
/**
 * A name of the catalogue, or ORG/REPO.
 */
model: string, stage: DownloadStage, 
/**
 * The one that comes now.
 */
file: string, bytes: number, total: number, bytes_per_second: number, };
export type TokenPlace = "variable" | "hugging_face_file" | "keyring" | "own_file";
export type Account = { 
/**
 * Null where there is no token.
 */
place: TokenPlace | null, 
/**
 * The host that tokens go to, and nothing else does.
 */
endpoint: string, offline: boolean, free_bytes: number | null, };

/** Sends the engine's state now and after every change. */
export const watchEngine = (onStatus: Channel<EngineStatus>) =>
  invoke<null>('watch_engine', { onStatus });
/** Asks for a file with the system's dialog and loads it. False: nothing was chosen. */
export const openModel = () =>
  invoke<boolean>('open_model', {  });
/** Goes back to the built-in model. */
export const openBuiltinModel = () =>
  invoke<null>('open_builtin_model', {  });
/** Ends a load; the model loaded before stays. */
export const cancelLoad = () =>
  invoke<null>('cancel_load', {  });
/** The GPUs of this machine, or why there are none. */
export const gpus = () =>
  invoke<Gpus>('gpus', {  });
/** Computes on another device from now on; the model in use is loaded there. */
export const useDevice = (device: DeviceChoice) =>
  invoke<null>('use_device', { device });
/** Ends the run that is going on; its text so far stays. */
export const stop = () =>
  invoke<null>('stop', {  });
/** The tokens a text consists of, for a bias or a ban. */
export const tokensOf = (text: string) =>
  invoke<Array<TokenText>>('tokens_of', { text });
/** Opens a session; null: the one that was open last, the newest, or a first one. */
export const openSession = (session: Id | null) =>
  invoke<OpenSession>('open_session', { session });
/** Begins an empty session. */
export const newSession = (kind: Kind, folder: Id | null) =>
  invoke<OpenSession>('new_session', { kind, folder });
/** The document as it is now. */
export const document = (session: Id) =>
  invoke<Document>('document', { session });
/** Puts text in the place of a range, in bytes of UTF-8. */
export const editDocument = (session: Id, start: number, end: number, text: string) =>
  invoke<Standing>('edit_document', { session, start, end, text });
/** Takes back the last step. */
export const undo = (session: Id) =>
  invoke<Document>('undo', { session });
/** Does again what was taken back last. */
export const redo = (session: Id) =>
  invoke<Document>('redo', { session });
/** The whole tree, parents first. */
export const branches = (session: Id) =>
  invoke<Array<Branch>>('branches', { session });
/** Makes a branch the document, to its end as it was left. */
export const switchBranch = (session: Id, node: Id) =>
  invoke<Document>('switch_branch', { session, node });
/** Takes a branch and everything behind it out of the tree; undo brings it back. */
export const deleteBranch = (session: Id, node: Id) =>
  invoke<Document>('delete_branch', { session, node });
/** Keeps the sampling settings that go with a session. */
export const keepSettings = (session: Id, settings: unknown) =>
  invoke<null>('keep_settings', { session, settings });
/** How many tokens the document is, exactly as a run would encode it. */
export const countTokens = (session: Id) =>
  invoke<number>('count_tokens', { session });
/** Continues the document from a place; the request's own prompt is not looked at. */
export const generate = (session: Id, place: Place, request: GenerationRequest, onBegun: Channel<Begun>, onEvents: Channel<Array<GenerationEvent>>) =>
  invoke<Document>('generate', { session, place, request, onBegun, onEvents });
/** Adds what the user says in a chat. */
export const say = (session: Id, text: string) =>
  invoke<Document>('say', { session, text });
/** Gives a turn another text: on a branch of its own if something has come of it. */
export const editTurn = (session: Id, node: Id, text: string) =>
  invoke<Document>('edit_turn', { session, node, text });
/** Answers what was said last, or at a turn; after an answer, goes on with it, and from a token that was chosen. */
export const answer = (session: Id, start: AnswerStart, form: ChatForm, request: GenerationRequest, onBegun: Channel<Begun>, onEvents: Channel<Array<GenerationEvent>>) =>
  invoke<Document>('answer', { session, start, form, request, onBegun, onEvents });
/** The exact prompt for the next answer, with what the user is about to say. */
export const chatPrompt = (session: Id, form: ChatForm, draft: string | null, maxTokens: number) =>
  invoke<ChatPrompt>('chat_prompt', { session, form, draft, maxTokens });
/** Begins a completion with the exact prompt of a chat. */
export const openAsCompletion = (session: Id, form: ChatForm, maxTokens: number) =>
  invoke<OpenSession>('open_as_completion', { session, form, maxTokens });
/** Opens a link of an answer in the browser. */
export const openLink = (link: string) =>
  invoke<null>('open_link', { link });
/** What could follow a place of the document, or its end; in a chat the next token of the answer. */
export const look = (session: Id, at: number | null, form: ChatForm, sampling: SamplingSettings, seed: number | null, maxTokens: number) =>
  invoke<Look>('look', { session, at, form, sampling, seed, maxTokens });
/** The same place by other settings; the model is not asked. */
export const lookAgain = (row: number, sampling: SamplingSettings, seed: number) =>
  invoke<Look>('look_again', { row, sampling, seed });
/** Every token of a completion; of a chat those of its answers. */
export const tokens = (session: Id) =>
  invoke<Array<PlacedToken>>('tokens', { session });
/** What could have stood in the place of the token that begins at a byte. */
export const lookAt = (session: Id, start: number, sampling: SamplingSettings, seed: number | null) =>
  invoke<Look>('look_at', { session, start, sampling, seed });
/** Scores a completion, or what a run wrote: one pass of the model. */
export const surprise = (session: Id, run: Id | null) =>
  invoke<Surprise>('surprise', { session, run });
/** The tokens of a run with which other settings would have done something else. */
export const hindsight = (session: Id, run: Id, sampling: SamplingSettings) =>
  invoke<Hindsight>('hindsight', { session, run, sampling });
/** What is known of a run. */
export const runRecord = (session: Id, run: Id) =>
  invoke<RunRecord>('run_record', { session, run });
/** Repeats a run: its tokens are scored again, or written again. */
export const replayRun = (session: Id, run: Id, mode: ReplayMode) =>
  invoke<Replay>('replay_run', { session, run, mode });
/** Asks where to, and writes a run there. False: nothing was chosen. */
export const exportRun = (session: Id, run: Id) =>
  invoke<boolean>('export_run', { session, run });
/** Sends the state of saving now and after every change. */
export const watchSaving = (onChange: Channel<Saving>) =>
  invoke<null>('watch_saving', { onChange });
/** A page of the list: pinned ones first, then those changed last. */
export const listSessions = (request: ListRequest) =>
  invoke<SessionPage>('list_sessions', { request });
/** Sessions with all of some words in title or text. */
export const searchSessions = (request: SearchRequest) =>
  invoke<SearchPage>('search_sessions', { request });
/** A session as the list shows it. */
export const sessionSummary = (session: Id) =>
  invoke<SessionSummary>('session_summary', { session });
/** Names a session; null: by its beginning. */
export const renameSession = (session: Id, title: string | null) =>
  invoke<null>('rename_session', { session, title });
/** Puts a session into a folder; null: into none. */
export const moveSession = (session: Id, folder: Id | null) =>
  invoke<null>('move_session', { session, folder });
/** Keeps a session at the top of the list, or not. */
export const pinSession = (session: Id, pinned: boolean) =>
  invoke<null>('pin_session', { session, pinned });
/** Moves a session out of the way, or back. */
export const archiveSession = (session: Id, archived: boolean) =>
  invoke<null>('archive_session', { session, archived });
/** Throws a session away: it can be restored for 30 days. */
export const trashSession = (session: Id) =>
  invoke<null>('trash_session', { session });
/** Takes a session out of the trash. */
export const restoreSession = (session: Id) =>
  invoke<null>('restore_session', { session });
/** Deletes a session at once and for ever. */
export const deleteSession = (session: Id) =>
  invoke<null>('delete_session', { session });
/** Deletes everything in the trash for ever; how many sessions there were. */
export const emptyTrash = () =>
  invoke<number>('empty_trash', {  });
/** A copy of a session with its whole tree. */
export const duplicateSession = (session: Id) =>
  invoke<Id>('duplicate_session', { session });
/** Replaces the tags of a session. */
export const tagSession = (session: Id, tags: Array<string>) =>
  invoke<null>('tag_session', { session, tags });
/** Every tag in use. */
export const tags = () =>
  invoke<Array<Tag>>('tags', {  });
/** Every folder. */
export const folders = () =>
  invoke<Array<Folder>>('folders', {  });
/** Makes a folder, inside another or not. */
export const createFolder = (name: string, parent: Id | null) =>
  invoke<Id>('create_folder', { name, parent });
/** Names a folder. */
export const renameFolder = (folder: Id, name: string) =>
  invoke<null>('rename_folder', { folder, name });
/** Puts a folder into another; null: into none. */
export const moveFolder = (folder: Id, parent: Id | null) =>
  invoke<null>('move_folder', { folder, parent });
/** Takes a folder away; what was in it is in none then. */
export const deleteFolder = (folder: Id) =>
  invoke<null>('delete_folder', { folder });
/** Asks where to, and writes a session there. False: nothing was chosen. */
export const exportSession = (session: Id, format: ExportFormat) =>
  invoke<boolean>('export_session', { session, format });
/** Asks for a file and makes a session of it. Null: nothing was chosen. */
export const importSession = () =>
  invoke<Imported | null>('import_session', {  });
/** Asks for a text file and reads it. Null: nothing was chosen. */
export const chooseText = () =>
  invoke<string | null>('choose_text', {  });
/** Asks where to, and writes the user's presets there. False: nothing was chosen. */
export const exportPresets = () =>
  invoke<boolean>('export_presets', {  });
/** Asks for a file and adds its presets; how many are new. Null: nothing was chosen. */
export const importPresets = () =>
  invoke<number | null>('import_presets', {  });
/** The user's presets in their order. */
export const presets = () =>
  invoke<Array<Preset>>('presets', {  });
/** Adds a preset of what differs from neutral settings. */
export const addPreset = (name: string, difference: unknown) =>
  invoke<Id>('add_preset', { name, difference });
/** Changes a preset. */
export const changePreset = (preset: Id, name: string, difference: unknown) =>
  invoke<null>('change_preset', { preset, name, difference });
/** Deletes a preset. */
export const deletePreset = (preset: Id) =>
  invoke<null>('delete_preset', { preset });
/** Puts the presets into an order. */
export const orderPresets = (order: Array<Id>) =>
  invoke<null>('order_presets', { order });
/** The app's settings. */
export const settings = () =>
  invoke<Settings>('settings', {  });
/** Keeps changed settings. */
export const changeSettings = (settings: Settings) =>
  invoke<null>('change_settings', { settings });
/** The gated models; conversions of one count as that one. */
export const licenceChoices = (model: string | null) =>
  invoke<Array<LicenceChoice>>('licence_choices', { model });
/** Opens a licence's official text in the browser. */
export const openLicenceText = (model: string) =>
  invoke<null>('open_licence_text', { model });
/** Asks for a copy of the text. Null: nothing was chosen. */
export const chooseLicenceCopy = () =>
  invoke<LicenceCopy | null>('choose_licence_copy', {  });
/** Keeps a record that a licence is accepted, and which copy of it was read. */
export const acceptLicence = (model: string, copy: string | null) =>
  invoke<Acceptance>('accept_licence', { model, copy });
/** Takes an acceptance back. A model that may not be loaded now gives way to the built-in one. */
export const withdrawLicence = (model: string) =>
  invoke<null>('withdraw_licence', { model });
/** Everything that was accepted here, and what was withdrawn. */
export const licences = () =>
  invoke<Array<LicenceRecord>>('licences', {  });
/** Loads the model that was refused last. False: none was. */
export const openRefusedModel = () =>
  invoke<boolean>('open_refused_model', {  });
/** The models of the catalogue, and which of them are on this disk. */
export const listModels = () =>
  invoke<Array<ModelEntry>>('list_models', {  });
/** Reads every byte of a model that was fetched; from then on it is installed. */
export const checkModel = (name: string, onProgress: Channel<LoadProgress>) =>
  invoke<null>('check_model', { name, onProgress });
/** Ends the reading. */
export const stopCheck = () =>
  invoke<null>('stop_check', {  });
/** Loads an installed model. */
export const openKnownModel = (name: string) =>
  invoke<null>('open_known_model', { name });
/** Opens a model's page in the browser. */
export const openModelPage = (name: string) =>
  invoke<null>('open_model_page', { name });
/** Deletes an installed model, and says how many bytes that frees. */
export const deleteModel = (name: string) =>
  invoke<number>('delete_model', { name });
/** Shows an installed model in the system's file manager. */
export const revealModel = (name: string) =>
  invoke<null>('reveal_model', { name });
/** Sends all downloads that are not done, now and after every change. */
export const watchDownloads = (onChange: Channel<Array<DownloadState>>) =>
  invoke<null>('watch_downloads', { onChange });
/** Begins a download or goes on with it. */
export const startDownload = (name: string) =>
  invoke<null>('start_download', { name });
/** Stops a download; what has come stays. */
export const pauseDownload = (name: string) =>
  invoke<null>('pause_download', { name });
/** Stops a download and throws away what has come. */
export const cancelDownload = (name: string) =>
  invoke<null>('cancel_download', { name });
/** Where the token is, if there is one, and how much room the disk of the models has. */
export const account = () =>
  invoke<Account>('account', {  });
/** Asks Hugging Face whose token it is. */
export const checkAccount = () =>
  invoke<string>('check_account', {  });
/** Keeps a token that was pasted, once Hugging Face knows it, and says whose it is. */
export const keepToken = (token: string) =>
  invoke<string>('keep_token', { token });
/** Forgets a token that was pasted. */
export const forgetToken = () =>
  invoke<null>('forget_token', {  });
/** Opens the page on which tokens are made. */
export const openTokenPage = () =>
  invoke<null>('open_token_page', {  });
/** Whether the hub has another version of an installed model. */
export const checkUpdate = (name: string) =>
  invoke<boolean>('check_update', { name });
