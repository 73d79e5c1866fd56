//! What the full-text index is given and asked.
//!
//! Its tokenizer separates words by what is no letter. Scripts that write without spaces get a
//! zero-width space behind every character, in the index and in the query alike: a word of theirs
//! is then a phrase of characters, and is found wherever it stands.

use std::fmt::Write;

use crate::tree::{Role, Tree};

const ZERO_WIDTH_SPACE: char = '\u{200b}';
/// Around what was found, in a snippet; the index is never given them.
pub(crate) const HIT_BEGINS: char = '\u{2}';
pub(crate) const HIT_ENDS: char = '\u{3}';
/// Words of a query that are looked at, and characters of each.
const MOST_WORDS: usize = 16;
const MOST_CHARACTERS: usize = 64;
/// How far back a word that a branch cuts through is completed, in characters.
const LONGEST_BEGINNING: usize = 64;

/// A text for the index.
pub(crate) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for character in text.chars() {
        let is_control = character.is_control() && !character.is_whitespace();
        spaced.push(if is_control { ' ' } else { character });
        if is_unspaced(character) {
            spaced.push(ZERO_WIDTH_SPACE);
        }
    }
    spaced
}

/// A text from the index as it was.
pub(crate) fn unspaced(text: &str) -> String {
    text.replace(ZERO_WIDTH_SPACE, "")
}

/// Thai to Tibetan, Myanmar, Khmer, Chinese, Japanese and Korean.
fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{e00}'..='\u{fff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{2fdf}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{312f}'
            | '\u{3130}'..='\u{318f}'
            | '\u{31a0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ffdc}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// The query that finds every word of a text, the last one as a beginning. Everything is quoted, so
/// that nothing in it is syntax. None if there is no word.
pub(crate) fn query(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let with_letters = words.filter(|word| word.chars().any(char::is_alphanumeric));
    let mut query = String::new();
    for word in with_letters.take(MOST_WORDS) {
        let word: String = word.chars().take(MOST_CHARACTERS).collect();
        // Writing to a string cannot fail.
        let _ = write!(query, "\"{}\" ", spaced(&word).replace('"', "\"\""));
    }
    let query = query.trim_end();
    // One letter would find nearly everything.
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let mark = if last.chars().nth(1).is_some() { "*" } else { "" };
    (!query.is_empty()).then(|| format!("{query}{mark}"))
}

/// All visible text of a tree: each branch once, with the beginning of the word it goes on with.
pub(crate) fn searchable(tree: &Tree) -> String {
    let (mut text, mut previous) = (String::new(), None);
    for (number, _) in tree.walk() {
        let Some(node) = tree.get(number) else { continue };
        let above = node.parent.and_then(|parent| tree.get(parent));
        let is_turn = |role| role != Role::Text && Some(role) != above.map(|above| above.role);
        let begins = is_turn(node.role) || node.parent.is_none();
        if !text.is_empty() && (begins || node.parent != previous) {
            text.push('\n');
        }
        if !begins && node.parent != previous {
            text.push_str(
                &above.map(|above| unfinished(&above.passage.text())).unwrap_or_default(),
            );
        }
        text.push_str(&node.passage.text());
        previous = Some(number);
    }
    spaced(&text)
}

/// The letters that a text ends with.
fn unfinished(text: &str) -> String {
    let letters = text.chars().rev().take_while(|c| c.is_alphanumeric()).take(LONGEST_BEGINNING);
    let mut letters: Vec<char> = letters.collect();
    letters.reverse();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::passage::Passage;
    use crate::tree::{Node, Number};

    #[test]
    fn queries_are_quoted_words() {
        for (text, expected) in [
            ("meaning of lif", Some("\"meaning\" \"of\" \"lif\"*")),
            ("a", Some("\"a\"")),
            ("say \"AND\" OR", Some("\"say\" \"\"\"AND\"\"\" \"OR\"*")),
            ("a\0b*", Some("\"a\" \"b*\"*")),
            ("東京", Some("\"東\u{200b}京\u{200b}\"*")),
            ("!!! -- \"", None),
            ("", None),
        ] {
            assert_eq!(query(text).as_deref(), expected, "{text:?}");
        }
        assert!(query(&"word ".repeat(10_000)).is_some_and(|query| query.len() < 200));
        assert!(query(&"w".repeat(10_000)).is_some_and(|query| query.len() < 80));
    }

    #[test]
    fn only_scripts_without_spaces_are_spaced_and_no_text_is_lost() {
        for text in ["Grüße, 東京に住む 한국어 ภาษาไทย! κόσμε", "", "plain"]
        {
            assert_eq!(unspaced(&spaced(text)), text);
        }
        assert_eq!(spaced("plain κόσμε"), "plain κόσμε");
        assert_eq!(spaced("a\u{2}b\nc"), "a b\nc");
    }

    fn add(tree: &mut Tree, parent: Option<Number>, role: Role, text: &str) -> Number {
        tree.insert(Node {
            id: Id::random(),
            parent,
            order: tree.next(),
            role,
            output: None,
            passage: Passage::typed(text),
            created_at: 0,
            hidden: false,
        })
    }

    #[test]
    fn words_across_nodes_are_whole_in_every_branch() {
        let mut tree = Tree::default();
        let root = add(&mut tree, None, Role::Text, "The mean");
        add(&mut tree, Some(root), Role::Text, "ing of life");
        add(&mut tree, Some(root), Role::Text, "time");
        assert_eq!(searchable(&tree), "The meaning of life\nmeantime");
    }

    #[test]
    fn turns_are_apart_and_parts_of_one_are_not() {
        let mut tree = Tree::default();
        let ask = add(&mut tree, None, Role::User, "Who");
        let answer = add(&mut tree, Some(ask), Role::Assistant, "No");
        add(&mut tree, Some(answer), Role::Assistant, "body");
        assert_eq!(searchable(&tree), "Who\nNobody");
    }
}
