//! Figures that are held to a limit, and shown to whoever asks for them with `make bench`.

use serde_json::Value;

#[must_use]
pub fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The times between frames, in milliseconds, from the shortest to the longest.
///
/// # Panics
/// When there are no frames.
#[must_use]
pub fn intervals(frames: &Value) -> Vec<f64> {
    let frames = sorted(frames.as_array().expect("frames").iter().map(ms));
    sorted(frames.windows(2).map(|pair| pair[1] - pair[0]))
}

/// # Panics
/// When it is no number.
#[must_use]
pub fn ms(value: &Value) -> f64 {
    value.as_f64().expect("milliseconds")
}

/// Whether `make bench` asks, and the machine has nothing else to do.
#[must_use]
pub fn is_bench() -> bool {
    std::env::var_os("BENCH").is_some_and(|bench| !bench.is_empty())
}

/// Says what was measured, and fails when it is more than `most`, or than `busy` outside the bench.
///
/// # Panics
/// When it took too long.
pub fn judge(what: &str, measured: f64, most: f64, busy: f64) {
    note(what, measured);
    let allowed = if is_bench() { most } else { busy };
    assert!(measured <= allowed, "{what} took {measured:.1} ms: at most {allowed} ms");
}

/// Shown by `make bench`.
#[expect(clippy::print_stdout, reason = "the table is what a person runs this for")]
pub fn note(what: &str, measured: f64) {
    println!("{what:<22}{measured:>9.1} ms");
}
