//! Runs as they begin, grow and end.

use serde_json::Value;

use super::editing::check;
use super::history::Step;
use super::{Kind, Session};
use crate::passage::{Author, Passage, Span};
use crate::run::{INTERRUPTED, MOST_LANES, Place, Run, RunEnd, RunOutput, RunStart, WrittenToken};
use crate::tree::{Node, Number, Output, Role};
use crate::{Error, Result};

/// Where the document has to end for a run to begin, and what goes with that.
struct Room {
    at: usize,
    /// Comes between that place and the run.
    insert: Passage,
    /// Comes back behind the run.
    tail: Passage,
}

impl Session {
    /// Moves the document to where the run begins, and begins it. Everything until its last text
    /// is one step of the undo log.
    pub(crate) fn begin_run(&mut self, place: Place, start: RunStart, now: i64) -> Result<u32> {
        let before = self.current;
        let (begun, tail) = match self.room(place)? {
            Some(Room { at, insert, tail }) => (self.branch(at, insert, now), tail),
            None => (None, Passage::default()),
        };
        let parent = self.current.and_then(|number| self.settled(number));
        self.current = parent;
        let number = self.runs.last_key_value().map_or(0, |(last, _)| last + 1);
        let tail = Some(tail).filter(|tail| !tail.is_empty());
        self.runs.insert(number, Run { parent, tail, ..Run::begun(start, now) });
        self.changes.runs.insert(number);
        if parent != before {
            let moved = Step::moved(before, parent);
            self.log(Step { after_only: begun, run: Some(number), ..moved });
        }
        self.touch(now);
        Ok(number)
    }

    /// Nothing for a run that begins behind everything.
    fn room(&self, place: Place) -> Result<Option<Room>> {
        let document = self.passage();
        let cut = |offset: usize, insert| {
            check(&document, &(offset..offset))?;
            let (range, insert) = document.whole_tokens(offset..document.len(), insert);
            Ok(Room { at: range.start, insert, tail: document.slice(offset..document.len()) })
        };
        match place {
            Place::End => Ok(None),
            Place::At { offset } => {
                self.expect(Kind::Completion)?;
                cut(offset, Passage::default()).map(Some)
            }
            Place::From { offset } => {
                let room = cut(offset, Passage::default())?;
                Ok(Some(Room { tail: Passage::default(), ..room }))
            }
            Place::Instead { offset, token } => {
                let room = cut(offset, written(None, &[token]).into())?;
                Ok(Some(Room { tail: Passage::default(), ..room }))
            }
            Place::Again if self.kind == Kind::Chat => self.room_for_answer(&document).map(Some),
            Place::Again => self.room_of_last_run(&document).map(Some),
        }
    }

    fn room_of_last_run(&self, document: &Passage) -> Result<Room> {
        let mut end = document.len();
        for span in document.spans().iter().rev() {
            let at = end - span.text.len();
            if let Some(run) = span.run {
                let inserted = self.runs.get(&run).is_some_and(|run| run.tail.is_some());
                let tail =
                    if inserted { document.slice(end..document.len()) } else { Passage::default() };
                return Ok(Room { at, insert: Passage::default(), tail });
            }
            end = at;
        }
        Err(Error::NothingToRetry)
    }

    /// In a chat the last answer is given again, whoever wrote it.
    fn room_for_answer(&self, document: &Passage) -> Result<Room> {
        let (mut at, mut answered) = (document.len(), false);
        for number in self.tree.path(self.current).into_iter().rev() {
            let Some(node) = self.tree.get(number) else { break };
            let answer = node.role == Role::Assistant;
            if answered && !answer {
                break;
            }
            answered |= answer;
            at -= node.passage.len();
        }
        let room = Room { at, insert: Passage::default(), tail: Passage::default() };
        if answered { Ok(room) } else { Err(Error::NothingToRetry) }
    }

    /// Adds what a lane of a run wrote.
    pub(crate) fn append(
        &mut self,
        number: u32,
        lane: u32,
        tokens: &[WrittenToken],
        now: i64,
    ) -> Result<()> {
        if lane >= MOST_LANES {
            let (limit, found) = (MOST_LANES as usize, lane as usize);
            return Err(Error::TooLong { what: "the list of lanes", limit, found });
        }
        let end = match self.going_on(number)?.ends.get(&lane) {
            Some(end) => *end,
            None => self.begin_lane(number, lane, now)?,
        };
        let span = written(Some(number), tokens);
        self.change(end, |node| node.passage.push(span));
        let run = self.going_on(number)?;
        run.shown.tokens = run.shown.tokens.saturating_add(tokens.len() as u32);
        self.touch(now);
        Ok(())
    }

    fn going_on(&mut self, number: u32) -> Result<&mut Run> {
        match self.runs.get_mut(&number) {
            Some(run) if run.is_going_on() => {
                self.changes.runs.insert(number);
                Ok(run)
            }
            Some(run) => Err(Error::RunEnded(run.shown.id)),
            None => Err(Error::Unknown { what: "run", id: self.id }),
        }
    }

    /// The first lane becomes the document, unless the user has gone elsewhere meanwhile.
    fn begin_lane(&mut self, number: u32, lane: u32, now: i64) -> Result<Number> {
        let run = self.going_on(number)?;
        let (parent, first) = (run.parent, run.ends.is_empty());
        let output = Some(Output { run: number, lane });
        let node = self.add(parent, self.written_role(), output, Passage::default(), now);
        self.going_on(number)?.ends.insert(lane, node);
        if first && self.current == parent {
            self.current = Some(node);
            self.log_run(number, parent, None);
        }
        Ok(node)
    }

    pub(super) fn written_role(&self) -> Role {
        if self.kind == Kind::Chat { Role::Assistant } else { Role::Text }
    }

    /// Lets the step of a run lead to where the document is now.
    fn log_run(&mut self, number: u32, before: Option<Number>, begun: Option<Number>) {
        let after = self.current;
        let of_run = self.history.of_run(number).filter(|step| step.after == before);
        if let Some(step) = of_run {
            step.after = after;
            // What it began with before has come to something.
            step.after_only = begun;
            return;
        }
        let moved = Step::moved(before, after);
        self.log(Step { after_only: begun, run: Some(number), ..moved });
    }

    /// Notes what is known of a run only after it has begun.
    pub(crate) fn describe_run(
        &mut self,
        number: u32,
        seed: Option<u64>,
        record: Value,
        now: i64,
    ) -> Result<()> {
        let run = self.going_on(number)?;
        run.shown.seed = seed.or(run.shown.seed);
        run.shown.record = record;
        self.touch(now);
        Ok(())
    }

    /// Ends a run. What stood behind the place where it began comes back behind each lane.
    pub(crate) fn finish_run(&mut self, number: u32, end: RunEnd, now: i64) -> Result<()> {
        let run = self.going_on(number)?;
        run.end(end, now);
        let (ends, tail) = (std::mem::take(&mut run.ends), run.tail.clone());
        if ends.is_empty() {
            self.undo_room(number);
        }
        for lane_end in ends.into_values() {
            let Some(tail) = tail.clone() else { break };
            let begun = self.add(Some(lane_end), Role::Text, None, tail, now);
            if self.current == Some(lane_end) {
                self.current = Some(begun);
                self.log_run(number, Some(lane_end), Some(begun));
            }
        }
        self.touch(now);
        Ok(())
    }

    /// A run that wrote nothing leaves the document as it was, and may be typed over.
    fn undo_room(&mut self, number: u32) {
        let current = self.current;
        if let Some(run) = self.runs.get_mut(&number) {
            run.parent = None;
        }
        if self.history.of_run(number).is_some_and(|step| step.after == current)
            && let Some(step) = self.history.drop_latest()
        {
            self.go(step.before, step.before_only, step.after_only);
        }
    }

    /// Ends the runs that nobody continues: the app that did is gone.
    pub(crate) fn interrupt(&mut self) {
        let unfinished = self.runs.iter().filter(|(_, run)| run.is_going_on());
        let unfinished: Vec<(u32, Value)> =
            unfinished.map(|(number, run)| (*number, run.shown.record.clone())).collect();
        for (number, record) in unfinished {
            let ends = self.lanes(number).into_iter().map(|(lane, end, _)| (lane, end)).collect();
            if let Some(run) = self.runs.get_mut(&number) {
                run.ends = ends;
            }
            let end = RunEnd { finish_reason: INTERRUPTED.to_owned(), record, ..RunEnd::default() };
            // It goes on, so it can end.
            let _ = self.finish_run(number, end, self.changed_at);
        }
    }

    /// What stood behind the place where a run began.
    pub(crate) fn tail(&self, number: u32) -> String {
        let tail = self.runs.get(&number).and_then(|run| run.tail.as_ref());
        tail.map(Passage::text).unwrap_or_default()
    }

    /// What each lane of a run wrote, whatever became of the text since.
    pub(crate) fn outputs(&self, number: u32) -> Vec<RunOutput> {
        let output = |(lane, end, parts): (u32, Number, Vec<&Node>)| {
            let spans = || parts.iter().flat_map(|node| node.passage.spans());
            Some(RunOutput {
                lane,
                node: self.tree.get(end)?.id,
                text: spans().map(|span| span.text.as_str()).collect(),
                tokens: spans().flat_map(|span| span.tokens.iter().copied()).collect(),
            })
        };
        self.lanes(number).into_iter().filter_map(output).collect()
    }

    /// The lanes of a run, each with its last node and all of them in order: splits make several
    /// of one.
    fn lanes(&self, number: u32) -> Vec<(u32, Number, Vec<&Node>)> {
        let of_run = |node: &Node| node.output.is_some_and(|output| output.run == number);
        let parts: Vec<(Number, &Node)> =
            self.tree.iter().filter(|(_, node)| of_run(node)).collect();
        let goes_on = |number: Number, node: &Node| {
            parts.iter().any(|(_, next)| next.parent == Some(number) && next.output == node.output)
        };
        let ends = parts.iter().filter(|(number, node)| !goes_on(*number, node));
        let mut lanes: Vec<_> = ends
            .filter_map(|(end, node)| {
                let path = self.tree.path(Some(*end)).into_iter().filter_map(|n| self.tree.get(n));
                let parts = path.filter(|part| part.output == node.output).collect();
                Some((node.output?.lane, *end, parts))
            })
            .collect();
        lanes.sort_by_key(|(lane, ..)| *lane);
        lanes
    }
}

/// What a model wrote in one go.
fn written(run: Option<u32>, tokens: &[WrittenToken]) -> Span {
    Span {
        author: Author::Model,
        run,
        text: tokens.iter().map(|token| token.text.as_str()).collect(),
        tokens: tokens.iter().map(WrittenToken::token).collect(),
    }
}
