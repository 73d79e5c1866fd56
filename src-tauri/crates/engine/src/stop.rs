//! Holds back text that may be the beginning of a stop text, and finds stop texts wherever token
//! borders fall.

pub(crate) struct StopFilter<'a> {
    stops: &'a [String],
    held: String,
}

/// What became of a piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Released {
    /// Text that is certainly part of the completion.
    pub(crate) text: String,
    pub(crate) stopped: bool,
}

impl<'a> StopFilter<'a> {
    pub(crate) fn new(stops: &'a [String]) -> Self {
        Self { stops, held: String::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> Released {
        self.held.push_str(text);
        if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop)).min() {
            self.held.truncate(at);
            return Released { text: std::mem::take(&mut self.held), stopped: true };
        }
        let kept = self.possible_start();
        let rest = self.held.split_off(kept);
        Released { text: std::mem::replace(&mut self.held, rest), stopped: false }
    }

    /// What was held back, when no more text comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// The first place from which all held text is the beginning of some stop text.
    fn possible_start(&self) -> usize {
        let starts = self.held.char_indices().map(|(at, _)| at);
        let may_stop =
            |at: &usize| self.stops.iter().any(|stop| stop.starts_with(&self.held[*at..]));
        starts.into_iter().find(may_stop).unwrap_or(self.held.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(stops: &[&str], pieces: &[&str]) -> (Vec<String>, bool) {
        let stops: Vec<String> = stops.iter().map(|s| (*s).to_owned()).collect();
        let mut filter = StopFilter::new(&stops);
        let mut texts = Vec::new();
        for piece in pieces {
            let released = filter.push(piece);
            texts.push(released.text);
            if released.stopped {
                return (texts, true);
            }
        }
        texts.push(filter.finish());
        (texts, false)
    }

    #[test]
    fn a_stop_text_is_found_across_pieces_and_left_out() {
        assert_eq!(
            stream(&["END"], &["a E", "N", "D b"]),
            (vec!["a ".into(), String::new(), String::new()], true)
        );
    }

    #[test]
    fn held_text_is_released_as_soon_as_it_cannot_match() {
        let expected = vec!["a ".into(), "Ex".into(), String::new()];
        assert_eq!(stream(&["END"], &["a E", "x"]), (expected, false));
        assert_eq!(stream(&["aab"], &["a", "a", "a", "b"]).0.concat(), "a");
    }

    #[test]
    fn the_earliest_of_several_wins() {
        assert_eq!(stream(&["later", "é"], &["caf", "é later"]).0.concat(), "caf");
    }
}
