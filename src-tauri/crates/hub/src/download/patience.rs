//! How long to wait after a failure, and when to give up.

use std::time::Duration;

/// Failures in a row without a byte gained.
const MOST_FAILURES: u32 = 8;
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);
/// A server may ask for more than that, but nobody waits longer without being told.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(5);

/// Waits 0.5, 1, 2, … 30 seconds; an attempt that gained bytes begins anew.
#[derive(Debug, Default)]
pub struct Patience {
    failures: u32,
}

impl Patience {
    /// Bytes have come.
    pub fn gained(&mut self) {
        self.failures = 0;
    }

    /// How long to wait before the next attempt, at least as long as the server asked for in its
    /// `Retry-After`; None when it is time to give up.
    pub fn failed(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        self.failures += 1;
        if self.failures >= MOST_FAILURES || retry_after.is_some_and(|it| it > LONGEST_ASKED_FOR) {
            return None;
        }
        let doubled = FIRST.saturating_mul(1 << (self.failures - 1)).min(LONGEST);
        Some(doubled.max(retry_after.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(patience: &mut Patience) -> Vec<f64> {
        std::iter::from_fn(|| patience.failed(None)).map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn waits_double_and_come_to_an_end() {
        let mut patience = Patience::default();
        assert_eq!(waits(&mut patience), [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]);
        patience.gained();
        assert_eq!(patience.failed(None), Some(FIRST), "bytes have come since");
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_within_reason() {
        let mut patience = Patience::default();
        let minute = Some(Duration::from_mins(1));
        assert_eq!(patience.failed(minute), minute);
        assert_eq!(patience.failed(Some(Duration::ZERO)), Some(Duration::from_secs(1)));
        assert_eq!(patience.failed(Some(Duration::from_hours(1))), None);
    }
}
