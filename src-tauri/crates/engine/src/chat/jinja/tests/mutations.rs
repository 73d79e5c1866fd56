//! Good templates, spoilt: whatever comes of them, it ends soon and without a panic.

use super::hostile::outcome;
use super::{cases, fixtures};

/// A small generator of the same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn templates() -> Vec<String> {
    let folder = std::fs::read_dir(fixtures().join("templates")).expect("templates");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let mut templates: Vec<String> =
        paths.map(|path| std::fs::read_to_string(path).expect("a template")).collect();
    templates.sort();
    let cases = cases();
    let small = cases["small"].as_array().expect("cases").iter();
    templates.extend(small.map(|case| case["template"].as_str().expect("a template").to_owned()));
    templates
}

#[test]
fn mutations_end_as_they_may() {
    let templates = templates();
    let words = [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "+",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        ".",
        ",",
        ":",
        "'",
        "\"",
        "\\",
        "\n",
        " ",
        "not ",
        "in ",
        "is ",
        "if ",
        "else ",
        "for ",
        "end",
        "loop",
        "*",
        "**",
        "//",
        "%",
        "~",
        "=",
        "==",
        "<",
        "range(9999)",
        "9999999999",
        "-1",
        "none",
        "messages",
        "raw",
        "é",
        "😀",
        "recursive",
        "set ",
        "namespace()",
        "tojson",
        "[::-1]",
        "* 99999",
        "macro m() ",
    ];
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for round in 0..4000 {
        let mut chars: Vec<char> = templates[dice.roll(templates.len())].chars().collect();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(chars.len() + 1);
            let end = (at + dice.roll(12)).min(chars.len());
            match dice.roll(4) {
                0 => drop(chars.drain(at..end)),
                1 => {
                    let copy = chars[at..end].to_vec();
                    let to = dice.roll(chars.len() + 1);
                    chars.splice(to..to, copy);
                }
                _ => drop(chars.splice(at..at, words[dice.roll(words.len())].chars())),
            }
        }
        let template: String = chars.into_iter().collect();
        let _ = outcome(&template);
        if round % 8 == 0 {
            let bytes: Vec<u8> = (0..dice.roll(400)).map(|_| dice.roll(128) as u8).collect();
            let _ = outcome(&format!("{{{{{}", String::from_utf8_lossy(&bytes)));
            let _ = outcome(&format!("{{% {}", String::from_utf8_lossy(&bytes)));
        }
    }
}
