//! A set of strings, asked which of them a text begins with.

use std::collections::HashMap;

/// A byte trie; node 0 is the root.
#[derive(Default)]
pub(crate) struct Trie {
    children: HashMap<(u32, u8), u32>,
    /// What each node's string stands for, where one ends there.
    values: Vec<Option<u32>>,
}

impl Trie {
    pub(crate) fn new<'a>(entries: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut trie = Self { children: HashMap::new(), values: vec![None] };
        for (text, value) in entries {
            trie.insert(text, value);
        }
        trie
    }

    /// The entries that `text` begins with, shortest first: their lengths in bytes and values.
    pub(crate) fn prefixes<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, u32)> {
        let mut node = 0;
        let nodes = text.iter().map_while(move |byte| {
            node = *self.children.get(&(node, *byte))?;
            Some(node)
        });
        nodes.enumerate().filter_map(|(index, node)| Some((index + 1, self.values[node as usize]?)))
    }

    fn insert(&mut self, text: &str, value: u32) {
        let mut node = 0;
        for byte in text.bytes() {
            let next = self.values.len() as u32;
            node = *self.children.entry((node, byte)).or_insert(next);
            if node == next {
                self.values.push(None);
            }
        }
        self.values[node as usize] = Some(value);
    }
}
