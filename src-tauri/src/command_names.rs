/// Every command of the window. Listing one here denies it until a capability allows it.
const COMMAND_NAMES: [&str; 7] =
    ["watch_engine", "open_model", "cancel_load", "generate", "stop", "count_tokens", "tokens_of"];
