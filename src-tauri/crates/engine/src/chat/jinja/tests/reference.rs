//! The same text as Jinja's own, for every case of `make.py`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{NOW, cases, fixtures, text_of};
use crate::chat::jinja::fault::FaultKind;
use crate::chat::jinja::{Fault, Piece, Program, Value};

type Outcome = Result<Vec<Piece>, Fault>;

/// What is wrong about an outcome, if something is.
fn difference(case: &Json, found: &Outcome) -> Option<String> {
    let found = found.as_ref().map(|pieces| text_of(pieces));
    let fits = match (&case["text"], &case["raised"], &found) {
        (Json::String(expected), _, Ok(found)) => expected == found,
        (_, Json::String(expected), Err(fault)) => {
            fault.kind() == FaultKind::Raised && fault.message() == expected
        }
        // How a message of ours compares with Python's is not the point.
        (Json::Null, Json::Null, Err(fault)) => fault.kind() != FaultKind::Raised,
        _ => false,
    };
    (!fits).then(|| format!("{case:#}\nfound {found:?}"))
}

fn check(wrong: &[String]) {
    let first: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong, such as\n{}", wrong.len(), first.join("\n\n"));
}

#[test]
fn small_templates_are_as_jinja_has_them() {
    let cases = cases();
    let variables = cases["variables"].as_object().expect("variables");
    let outcome = |template: &str| {
        let given = variables.iter().map(|(name, value)| Ok((name.as_str(), Value::plain(value)?)));
        Program::parse(template)?.render(given.collect::<Result<_, Fault>>()?, NOW)
    };
    let small = cases["small"].as_array().expect("cases").iter();
    let wrong = small.filter_map(|case| {
        difference(case, &outcome(case["template"].as_str().expect("a template")))
    });
    check(&wrong.collect::<Vec<_>>());
}

/// All text of the messages and tools is given; the rest of the variables is the template's.
fn variables<'v>(cases: &'v Json, case: &Json) -> Result<Vec<(&'v str, Value)>, Fault> {
    let messages = &cases["conversations"][case["conversation"].as_str().expect("a name")];
    let options = &cases["options"][case["option"].as_str().expect("a name")];
    let given = messages.as_array().expect("messages").iter().zip(0..);
    let given = given.map(|(message, index)| Value::given(message, index));
    let messages = Value::list(given.collect::<Result<_, Fault>>()?)?;
    let mut variables = vec![("messages", messages)];
    for (name, value) in options.as_object().expect("options") {
        let is_given = name == "tools" || name == "contexts";
        let value = if is_given { Value::given(value, 1000) } else { Value::plain(value) };
        variables.push((name, value?));
    }
    Ok(variables)
}

#[test]
fn chat_templates_are_as_jinja_has_them() {
    let cases = cases();
    let mut programs = HashMap::new();
    let mut wrong = Vec::new();
    for case in cases["chats"].as_array().expect("cases") {
        let name = case["template"].as_str().expect("a name");
        let program = programs.entry(name).or_insert_with(|| {
            let source = std::fs::read_to_string(fixtures().join("templates").join(name));
            Program::parse(&source.expect("a template")).expect("a program")
        });
        let outcome = program.render(variables(&cases, case).expect("variables"), NOW);
        wrong.extend(difference(case, &outcome));
    }
    check(&wrong);
}

#[test]
fn faults_say_what_and_where() {
    let cases = [
        ("a\n\n{{ x | foo }}", "line 3: `foo` is not a filter"),
        ("{{ x is foo }}", "line 1: `foo` is not a test"),
        ("{% foo %}", "line 1: `foo` is no tag"),
        ("\n{% include 'x' %}", "line 2: `include` is not supported"),
        ("{{ 'a' | wordwrap }}", "line 1: the filter `wordwrap` is not supported"),
        ("{{ 'a'.center(5) }}", "line 1: the method `center` of strings is not supported"),
        (
            "\n\n{% if x %}",
            "line 3: expected `elif` or `else` or `endif`, found the end of the template",
        ),
        ("{{ x.y }}", "line 1: `x` is undefined"),
        ("{{ {}.x.y }}", "line 1: `dict` has no `x`"),
        ("{{ [].append(1) }}", "line 1: `append` would change a `list`, which stays as is"),
        ("{{ 'a' + 1 }}", "line 1: `str` and `int` have no such operation"),
        ("{{ raise_exception('Take turns!') }}", "line 1: Take turns!"),
        ("{{ f(*x) }}", "line 1: `*` before an argument is not supported"),
    ];
    for (template, expected) in cases {
        let outcome = Program::parse(template).and_then(|program| program.render(vec![], NOW));
        assert_eq!(outcome.expect_err("a fault").to_string(), expected);
    }
}
