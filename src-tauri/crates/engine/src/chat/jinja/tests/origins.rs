//! What people wrote stays theirs, whatever a template does with it.

use serde_json::{Value as Json, json};

use super::{NOW, cases, fixtures, text_of};
use crate::chat::jinja::{Fault, Origin, Piece, Program, Value};

/// Given text in brackets, with its number unless that is 1.
fn shown(pieces: &[Piece]) -> String {
    let shown = pieces.iter().map(|piece| match piece.origin {
        Origin::Template => piece.text.clone(),
        Origin::Given(1) => format!("«{}»", piece.text),
        Origin::Given(tag) => format!("«{tag}:{}»", piece.text),
    });
    shown.collect()
}

fn rendered(template: &str) -> Result<Vec<Piece>, Fault> {
    let variables = vec![
        ("g", Value::given(&json!("ab c"), 1)?),
        ("h", Value::given(&json!("x\ny"), 2)?),
        ("q", Value::given(&json!("\"'\\"), 1)?),
        ("html", Value::given(&json!("<b>"), 1)?),
        ("dict", Value::given(&json!({"k": [1, "v", null], "z": {}}), 1)?),
        ("n", Value::given(&json!(5), 1)?),
        ("empty", Value::given(&json!(""), 1)?),
    ];
    Program::parse(template)?.render(variables, NOW)
}

#[test]
fn each_character_stays_where_it_is_from() {
    let cases = [
        ("a{{ g }}b", "a«ab c»b"),
        ("{{ '[' + g + ']' }}{{ '[' ~ g ~ h ~ 1 }}", "[«ab c»][«ab c»«2:x\ny»1"),
        ("{{ g * 2 }}{{ '-' * 3 }}", "«ab cab c»---"),
        ("{{ g[1:] }}|{{ g[::-1] }}|{{ g[0] }}{{ g | last }}", "«b c»|«c ba»|«ac»"),
        ("{{ ('<' ~ g ~ '>')[1:-1] }}{{ ('<' ~ g ~ '>')[::-2] }}", "«ab c»>« a»"),
        ("{{ ('[' ~ g).strip('[') }}{{ (' ' ~ g ~ ' ') | trim }}", "«ab cab c»"),
        ("{{ g.split()[1] }}{{ g.split(' ') | join('-') }}", "«cab»-«c»"),
        ("{{ g.replace('b', '#') }}{{ 'x#y' | replace('#', g) }}", "«a»#« c»x«ab c»y"),
        ("{{ 'aba'.replace('b', '<') }}{{ g.replace('', '.') }}", "a<a.«a».«b».« ».«c»."),
        ("{{ g | upper }}{{ g.title() }}{{ g | capitalize }}{{ 'x' | upper }}", "«AB CAb CAb c»X"),
        ("{{ g | list | join }}{% for c in g %}{{ c }},{% endfor %}", "«ab ca»,«b»,« »,«c»,"),
        (
            "{{ g | reverse }}{{ g.removeprefix('a') }}{{ [g, h] | join(' ') }}",
            "«c bab cab c» «2:x\ny»",
        ),
        ("{{ h | indent(2) }}{{ h | indent('>>', true) }}", "«2:x\n  y>>x\n>>y»"),
        ("{{ ('a\n' ~ h ~ '\nb') | indent(1) }}", "a\n«2: x\n y»\n b"),
        (
            "{{ q | tojson }}{{ [q] | tojson }}{{ 'x\"' | tojson }}",
            "«\"\\\"'\\\\\"»[«\"\\\"'\\\\\"»]\"x\\\"\"",
        ),
        ("{{ [q] }}{{ ['x'] }}", "[«'\"\\'\\\\'»]['x']"),
        ("{{ dict | tojson }}", "«{\"k\": [1, \"v\", null], \"z\": {}}»"),
        (
            "{{ dict | tojson(indent=1) }}",
            "«{\n \"k\": [\n  1,\n  \"v\",\n  null\n ],\n \"z\": {}\n}»",
        ),
        ("{{ dict }}", "«{'k': [1, 'v', None], 'z': {}}»"),
        ("{{ {'a': g, g: 'b'} | tojson }}", "{\"a\": «\"ab c\"», «\"ab c\"»: \"b\"}"),
        (
            "{% for k, v in dict.items() %}{{ k }}={{ v }};{% endfor %}",
            "«k»=«[1, 'v', None]»;«z»=«{}»;",
        ),
        ("{{ dict.keys() | list }}{{ dict | list | first }}", "[«'k'», «'z'»]«k»"),
        ("{{ dict | items | list }}", "[«('k', [1, 'v', None])», «('z', {})»]"),
        (
            "{{ html | escape }}{{ '<' | escape }}{{ (html | safe) + '<' }}",
            "«&lt;b&gt;»&lt;«<b>»&lt;",
        ),
        ("{{ n }}{{ n ~ g }}{{ g | length }}{{ g == 'ab c' }}{{ 'b' in g }}", "55«ab c»4TrueTrue"),
        ("{% set x %}[{{ g }}]{% endset %}{{ x }}{{ x[1:-1] }}", "[«ab c»]«ab c»"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(g) }}{{ m('a') }}", "<«ab c»><a>"),
        (
            "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ g }}!{% endcall %}",
            "<«ab c»!>",
        ),
        ("{% filter upper %}a{{ g }}{% endfilter %}", "A«AB C»"),
        ("{% set ns = namespace(x=g) %}{{ ns.x }}{{ ns }}", "«ab c»<Namespace {'x': «'ab c'»}>"),
        ("{{ strftime_now('%Y') }}{{ strftime_now(g) }}", "2024«ab c»"),
        (
            "{{ [g, 'ab c', h] | unique | list }}{{ ['b', g] | sort }}",
            "[«'ab c'», «2:'x\\ny'»][«'ab c'», 'b']",
        ),
        (
            "{{ dict | tojson(separators=(g, h)) }}",
            "«{\"k\"x\ny[1ab c\"v\"ab cnull]ab c\"z\"x\ny{}}»",
        ),
        ("{{ empty }}{{ [empty] }}{{ empty | tojson }}", "['']\"\""),
    ];
    for (template, expected) in cases {
        assert_eq!(shown(&rendered(template).expect(template)), expected, "{template}");
    }
}

/// Before each character of a text a sign that is in no template, one for each message. The last
/// character is none that is trimmed off.
fn signed(text: &str, sign: char) -> String {
    text.chars().chain(['.']).flat_map(|char| [sign, char]).collect()
}

fn sign(tag: u32) -> char {
    char::from_u32(0xe000 + tag).expect("a character for private use")
}

/// The same with its text signed; names that templates ask for stay as they are.
fn with_signs(json: &Json, tag: u32) -> Json {
    match json {
        Json::String(text) => json!(signed(text, sign(tag))),
        Json::Array(items) => items.iter().map(|item| with_signs(item, tag)).collect(),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| {
                let is_name = matches!(name.as_str(), "type" | "id" | "tool_call_id" | "name");
                let value = if is_name { value.clone() } else { with_signs(value, tag) };
                (name.clone(), value)
            });
            entries.collect()
        }
        other => other.clone(),
    }
}

/// A message as the caller has it: its role is a word of the caller's own.
fn message(json: &Json, tag: u32) -> Result<Value, Fault> {
    let entries = json.as_object().expect("a message").iter().map(|(name, value)| {
        let is_role = name == "role";
        let value =
            if is_role { Value::plain(value) } else { Value::given(&with_signs(value, tag), tag) };
        Ok((name.as_str(), value?))
    });
    Value::dict(entries.collect::<Result<_, Fault>>()?)
}

fn check(pieces: &[Piece], what: &str) {
    let signs = '\u{e000}'..='\u{e0ff}';
    for piece in pieces {
        let is_foreign = |char: char| match piece.origin {
            Origin::Template => signs.contains(&char),
            Origin::Given(tag) => signs.contains(&char) && char != sign(tag),
        };
        assert!(!piece.text.contains(is_foreign), "{what}: {piece:?}");
        // What the sign stands before is in the same piece.
        assert!(!piece.text.ends_with(|char| signs.contains(&char)), "{what}: {piece:?}");
    }
}

#[test]
fn no_template_makes_given_text_its_own() {
    let cases = cases();
    let mut signs = 0;
    for entry in std::fs::read_dir(fixtures().join("templates")).expect("templates") {
        let path = entry.expect("an entry").path();
        let program = Program::parse(&std::fs::read_to_string(&path).expect("a template"));
        let program = program.expect("a program");
        for (name, messages) in cases["conversations"].as_object().expect("conversations") {
            for (option, values) in cases["options"].as_object().expect("options") {
                let what = format!("{} {name} {option}", path.display());
                let messages = messages.as_array().expect("messages").iter().zip(0..);
                let messages =
                    messages.map(|(json, tag)| message(json, tag)).collect::<Result<_, _>>();
                let messages = Value::list(messages.expect("messages")).expect("a list");
                let mut variables = vec![("messages", messages)];
                for (name, value) in values.as_object().expect("options") {
                    let value = match name.as_str() {
                        "tools" | "contexts" => Value::given(&with_signs(value, 200), 200),
                        _ => Value::plain(value),
                    };
                    variables.push((name, value.expect("a value")));
                }
                let Ok(pieces) = program.render(variables, NOW) else { continue };
                check(&pieces, &what);
                signs += text_of(&pieces)
                    .matches(|char| ('\u{e000}'..'\u{e100}').contains(&char))
                    .count();
            }
        }
    }
    assert!(signs > 50_000, "{signs}");
}

#[test]
fn pieces_are_as_long_as_they_can_be() {
    let pieces = rendered("a{{ 'b' }}{{ 1 }}{{ g }}{{ g }}{{ h }}{{ '' }}c").expect("text");
    assert_eq!(shown(&pieces), "ab1«ab cab c»«2:x\ny»c");
    assert_eq!(pieces.len(), 4);
    assert!(rendered("{{ '' }}{% if 0 %}x{% endif %}").expect("no text").is_empty());
}
