//! A pickle read as data. Nothing is imported, called or executed.
//!
//! The stack machine's opcodes are documented in Python's `Lib/pickletools.py`, and their meaning
//! in protocols 2 to 5 by PEP 307, 3154 and 574. Taken are those that build plain containers;
//! names are let in one by one ([`Global::named`]), and what they stand for is looked at by
//! `torch`. One bound holds for everything: an opcode adds at most one value and moves what others
//! have pushed, so the number of opcodes bounds values, stack, memo, marks and all items together.

use std::collections::HashMap;

use super::nemo_config::Refusal;
use super::pickle_input::Input;
pub(super) use super::pickle_values::{Global, Id, Pickle, Value};

/// The 8B has about 200 tensors of 25 opcodes each.
const MAX_OPCODES: usize = 1 << 20;
const NEWEST_PROTOCOL: u8 = 5;
const MAX_SHOWN_CHARS: usize = 100;

type Outcome<T = ()> = Result<T, Refusal>;

struct Machine<'a> {
    input: Input<'a>,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Stack heights at which a mark lies.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

/// Reads a pickle up to its end opcode; the message of a refusal says at which byte.
pub(super) fn load(bytes: &[u8]) -> Outcome<Pickle> {
    let mut machine = Machine {
        input: Input::new(bytes),
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    let root = machine.run();
    let at = |what: &str| format!("before byte {}: {what}", machine.input.position());
    let root = root.map_err(|refusal| match refusal {
        Refusal::Damaged(what) => Refusal::Damaged(at(&what)),
        Refusal::Unsupported(what) => Refusal::Unsupported(at(&what)),
    })?;
    Ok(Pickle { values: machine.values, root })
}

fn damaged<T>(what: &str) -> Outcome<T> {
    Err(Refusal::Damaged(what.to_owned()))
}

fn not_plain<T>(name: &str) -> Outcome<T> {
    let shown: String = name.escape_debug().take(MAX_SHOWN_CHARS).collect();
    let what = format!("the pickle names {shown}: nothing is executed, and this is not plain data");
    Err(Refusal::Unsupported(what))
}

impl Machine<'_> {
    fn run(&mut self) -> Outcome<Id> {
        for _ in 0..MAX_OPCODES {
            let opcode = self.input.byte()?;
            if opcode == b'.' {
                return self.pop();
            }
            match self.literal(opcode)? {
                Some(value) => self.push_new(value),
                None => self.arrange(opcode)?,
            }
        }
        Err(Refusal::Unsupported(format!("the pickle has more than {MAX_OPCODES} opcodes")))
    }

    /// The value that an opcode spells out by itself.
    fn literal(&mut self, opcode: u8) -> Outcome<Option<Value>> {
        let input = &mut self.input;
        Ok(Some(match opcode {
            b'N' => Value::Nothing,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(input.byte()?.into()),
            b'M' => Value::Int(input.unsigned(2)?.cast_signed()),
            b'J' => Value::Int(input.signed()?),
            0x8a => Value::Int(input.long(1)?),
            0x8b => Value::Int(input.long(4)?),
            b'G' => Value::Float(input.float()?),
            b'X' => Value::Text(input.text(4)?),
            0x8c => Value::Text(input.text(1)?),
            0x8d => Value::Text(input.text(8)?),
            b'C' => Value::Bytes(input.counted(1)?.len()),
            b'B' => Value::Bytes(input.counted(4)?.len()),
            0x8e | 0x96 => Value::Bytes(input.counted(8)?.len()),
            b')' => Value::Tuple(Vec::new()),
            b']' | 0x8f => Value::List(Vec::new()),
            b'}' => Value::Dict(Vec::new()),
            b'c' => {
                let (module, name) = (input.line()?, input.line()?);
                Value::Global(global(module, name)?)
            }
            _ => return Ok(None),
        }))
    }

    /// Everything that works on what was pushed before.
    fn arrange(&mut self, opcode: u8) -> Outcome {
        match opcode {
            0x80 => self.protocol(),
            0x95 => self.input.take(8).map(drop),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.drop_top(),
            b'1' => self.since_mark().map(drop),
            b'2' => self.top().map(|id| self.stack.push(id)),
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.remember(opcode),
            b't' | 0x85..=0x87 | b'l' | b'd' | 0x91 => self.gather(opcode),
            b'a' | b'e' | 0x90 => self.extend(opcode),
            b's' | b'u' => self.set_items(opcode),
            0x93 => self.global_from_stack(),
            b'R' => self.reduce(),
            0x81 => self.new_object(),
            b'b' => self.build(),
            b'Q' => {
                let id = self.pop()?;
                self.push_new(Value::Persistent(id));
                Ok(())
            }
            b'i' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                not_plain(&format!("{module}.{name}"))
            }
            _ => {
                let what = format!("opcode {opcode:#04x} is not one of plain data");
                Err(Refusal::Unsupported(what))
            }
        }
    }

    fn protocol(&mut self) -> Outcome {
        let version = self.input.byte()?;
        if (2..=NEWEST_PROTOCOL).contains(&version) {
            return Ok(());
        }
        Err(Refusal::Unsupported(format!("pickle protocol {version}: expected 2 to 5")))
    }

    fn push_new(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    /// The height below which a mark hides the stack.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Outcome<Id> {
        self.stack[self.floor()..].last().copied().ok_or_else(empty)
    }

    fn pop(&mut self) -> Outcome<Id> {
        if self.stack.len() == self.floor() {
            Err(empty())
        } else {
            self.stack.pop().ok_or_else(empty)
        }
    }

    fn pop_last<const N: usize>(&mut self) -> Outcome<[Id; N]> {
        let mut ids = [0; N];
        for id in ids.iter_mut().rev() {
            *id = self.pop()?;
        }
        Ok(ids)
    }

    fn since_mark(&mut self) -> Outcome<Vec<Id>> {
        match self.marks.pop() {
            Some(height) => Ok(self.stack.split_off(height)),
            None => damaged("no mark is set"),
        }
    }

    /// Like Python's, it takes a mark when one lies on top.
    fn drop_top(&mut self) -> Outcome {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn remember(&mut self, opcode: u8) -> Outcome {
        let key = match opcode {
            b'q' | b'h' => self.input.unsigned(1)?,
            b'r' | b'j' => self.input.unsigned(4)?,
            _ => self.memo.len() as u64,
        };
        if matches!(opcode, b'h' | b'j') {
            let Some(id) = self.memo.get(&key) else {
                return Err(Refusal::Damaged(format!("memo entry {key} was never set")));
            };
            self.stack.push(*id);
            return Ok(());
        }
        let id = self.top()?;
        self.memo.insert(key, id);
        Ok(())
    }

    /// A container made of what lies on the stack.
    fn gather(&mut self, opcode: u8) -> Outcome {
        let value = match opcode {
            0x85 => Value::Tuple(self.pop_last::<1>()?.to_vec()),
            0x86 => Value::Tuple(self.pop_last::<2>()?.to_vec()),
            0x87 => Value::Tuple(self.pop_last::<3>()?.to_vec()),
            b't' => Value::Tuple(self.since_mark()?),
            b'd' => Value::Dict(pairs(&self.since_mark()?)?),
            _ => Value::List(self.since_mark()?),
        };
        self.push_new(value);
        Ok(())
    }

    fn extend(&mut self, opcode: u8) -> Outcome {
        let added = if opcode == b'a' { vec![self.pop()?] } else { self.since_mark()? };
        let list = self.top()?;
        let Value::List(items) = &mut self.values[list] else {
            return damaged("items are added to what is no list");
        };
        items.extend(added);
        Ok(())
    }

    fn set_items(&mut self, opcode: u8) -> Outcome {
        let added =
            if opcode == b's' { self.pop_last::<2>()?.to_vec() } else { self.since_mark()? };
        let dict = self.top()?;
        let Value::Dict(entries) = &mut self.values[dict] else {
            return damaged("items are set in what is no dict");
        };
        entries.extend(pairs(&added)?);
        Ok(())
    }

    fn global_from_stack(&mut self) -> Outcome {
        let [module, name] = self.pop_last()?;
        let (Value::Text(module), Value::Text(name)) = (&self.values[module], &self.values[name])
        else {
            return damaged("a name is not text");
        };
        let found = global(module, name)?;
        self.push_new(Value::Global(found));
        Ok(())
    }

    /// Python would call here. Containers become themselves, the rest a note of what was asked.
    fn reduce(&mut self) -> Outcome {
        let [callable, arguments] = self.pop_last()?;
        let (&Value::Global(by), Value::Tuple(given)) =
            (&self.values[callable], &self.values[arguments])
        else {
            return damaged("what is called is no name with a tuple of arguments");
        };
        let value = match (by, given.as_slice()) {
            (Global::OrderedDict, []) => Value::Dict(Vec::new()),
            (Global::Bytes, []) => Value::Bytes(0),
            // At most as many: to count a long text's characters again and again takes hours.
            (Global::Encode, [text, _]) => match &self.values[*text] {
                Value::Text(text) => Value::Bytes(text.len()),
                _ => return damaged("bytes are spelled by what is no text"),
            },
            (Global::Set, &[list]) => {
                self.stack.push(list);
                return Ok(());
            }
            (Global::Tensor | Global::NewerTensor | Global::Parameter | Global::Size, _) => {
                Value::Call { by, arguments }
            }
            _ => return damaged(&format!("{by:?} is called in a way that plain data does not")),
        };
        self.push_new(value);
        Ok(())
    }

    fn new_object(&mut self) -> Outcome {
        let [class, arguments] = self.pop_last()?;
        match (&self.values[class], &self.values[arguments]) {
            (Value::Global(Global::BytesIo), Value::Tuple(given)) if given.is_empty() => {
                self.push_new(Value::Bytes(0));
                Ok(())
            }
            (Value::Global(name), _) => not_plain(&format!("{name:?} as a class")),
            _ => damaged("an object is made of what is no class"),
        }
    }

    /// Attributes of a dict (`_metadata` of a torch module) and the content of a `BytesIO`: skipped.
    fn build(&mut self) -> Outcome {
        let [object, state] = self.pop_last()?;
        match (&self.values[object], &self.values[state]) {
            (Value::Dict(_), Value::Dict(_)) | (Value::Bytes(_), Value::Tuple(_)) => {
                self.stack.push(object);
                Ok(())
            }
            _ => damaged("attributes are set on what has none"),
        }
    }
}

fn empty() -> Refusal {
    Refusal::Damaged("the stack is empty".to_owned())
}

fn global(module: &str, name: &str) -> Outcome<Global> {
    Global::named(module, name).map_or_else(|| not_plain(&format!("{module}.{name}")), Ok)
}

fn pairs(ids: &[Id]) -> Outcome<Vec<(Id, Id)>> {
    if !ids.len().is_multiple_of(2) {
        return damaged("a key has no value");
    }
    Ok(ids.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
}

#[cfg(test)]
mod tests;
