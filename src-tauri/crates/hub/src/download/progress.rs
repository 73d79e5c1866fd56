//! What a download says of itself while it goes on.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Between two reports.
const EVERY: Duration = Duration::from_millis(200);
/// The speed is that of the last seconds, so that it follows a change and does not jump.
const SPAN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Progress {
        file: String,
        bytes: u64,
        total: u64,
        bytes_per_second: f64,
    },
    /// What is here of the file already is read through.
    Resuming {
        file: String,
        bytes: u64,
        total: u64,
    },
    /// An attempt failed; the next one comes after this time.
    Waiting {
        file: String,
        reason: String,
        wait: Duration,
    },
    /// The file is fetched from its first byte again.
    Restarted {
        file: String,
        reason: String,
    },
    /// All is here; what was fetched by others is read through.
    Verifying {
        bytes: u64,
        total: u64,
    },
}

/// How far one file is, and how fast.
pub(super) struct Meter {
    file: String,
    total: u64,
    /// Oldest first.
    points: VecDeque<(Instant, u64)>,
    said: Option<Instant>,
}

impl Meter {
    pub(super) fn new(file: &str, total: u64) -> Self {
        Self { file: file.to_owned(), total, points: VecDeque::new(), said: None }
    }

    /// Something to say, if the last time was long enough ago.
    pub(super) fn at(&mut self, bytes: u64) -> Option<Event> {
        let due = self.said.is_none_or(|said| said.elapsed() >= EVERY);
        due.then(|| self.said(bytes))
    }

    pub(super) fn said(&mut self, bytes: u64) -> Event {
        let now = Instant::now();
        self.said = Some(now);
        if self.points.back().is_some_and(|(_, known)| *known > bytes) {
            self.points.clear();
        }
        self.points.push_back((now, bytes));
        while self.points.len() > 2 && now - self.points[1].0 > SPAN {
            self.points.pop_front();
        }
        let bytes_per_second = self.speed();
        Event::Progress { file: self.file.clone(), bytes, total: self.total, bytes_per_second }
    }

    fn speed(&self) -> f64 {
        let (Some(first), Some(last)) = (self.points.front(), self.points.back()) else {
            return 0.0;
        };
        let seconds = (last.0 - first.0).as_secs_f64();
        if seconds > 0.0 { (last.1 - first.1) as f64 / seconds } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_what_came_and_begins_anew_with_the_file() {
        let mut meter = Meter::new("x", 1000);
        let speed = |event| match event {
            Event::Progress { bytes_per_second, .. } => bytes_per_second,
            other => panic!("{other:?}"),
        };
        assert_eq!(speed(meter.said(500)).to_bits(), 0, "what was here before came at no speed");
        std::thread::sleep(Duration::from_millis(50));
        let fast = speed(meter.said(600));
        assert!(fast > 100.0 && fast <= 2000.0, "{fast}");
        assert_eq!(meter.at(601), None, "that was just now");
        assert_eq!(speed(meter.said(0)).to_bits(), 0, "it began again");
    }
}
