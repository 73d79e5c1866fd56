//! Templates that mean harm: each ends soon, with text or a fault, on a small stack.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{fixtures, text_of};
use crate::chat::jinja::fault::FaultKind;
use crate::chat::jinja::{Fault, Moment, Piece, Program, Value};

const STACK_BYTES: usize = 512 << 10;
/// Debug builds included.
const LONGEST: Duration = Duration::from_secs(1);

pub(super) type Outcome = Result<Vec<Piece>, Fault>;

/// How long this thread ran, which a busy machine does not lengthen; where that is unknown, the
/// time.
fn running() -> Duration {
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = ran.split(' ').next().and_then(|ran| ran.parse().ok());
    let since = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time");
    nanoseconds.map_or_else(since, Duration::from_nanos)
}

/// Renders on a small stack, and says how long that took.
fn timed(template: &str) -> (Outcome, Duration) {
    let template = template.to_owned();
    let render = move || {
        let start = running();
        let json = serde_json::json!([
            {"role": "user", "content": "Hi <b>\"x\"</b>\n  y"}, {"role": "assistant", "content": "Hello"},
        ]);
        let variables = vec![("messages", Value::given(&json, 0).expect("a value"))];
        let outcome = Program::parse(&template)
            .and_then(|program| program.render(variables, Moment::default()));
        (outcome, running().saturating_sub(start))
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(render);
    thread.expect("a thread").join().expect("no panic")
}

pub(super) fn outcome(template: &str) -> Outcome {
    let (outcome, time) = timed(template);
    let start: String = template.chars().take(200).collect();
    assert!(time < LONGEST, "{time:?} for {start}");
    outcome
}

fn is_limited(template: &str) {
    let fault = outcome(template).expect_err("a fault");
    let start: String = template.chars().take(200).collect();
    assert_eq!(fault.kind(), FaultKind::Limit, "{fault} for {start}");
}

fn text(template: &str) -> String {
    text_of(&outcome(template).expect("text"))
}

const DOUBLING: &str = "{% set ns = namespace(s='abcdefgh') %}{% for i in range(99999) %}";

#[test]
fn memory_is_bounded() {
    let bodies = [
        "{% set ns.s = ns.s ~ ns.s %}",
        "{% set ns.s = ns.s + ns.s %}",
        "{% set ns.s = ns.s * 2 %}",
        "{% set ns.s = ns.s | replace('a', 'aa') %}",
        "{% set ns.s = ns.s.replace('', 'x') %}",
        "{% set ns.s = [ns.s, ns.s] | join(ns.s) %}",
        "{% set ns.s = ((ns.s ~ '\n') * 2) | indent(9) %}",
        "{% set ns.s = (ns.s ~ '\n' ~ ns.s) | indent(99, true) %}",
        "{% set ns.s = ns.s | tojson %}",
        "{% set ns.s = [ns.s] | string %}",
        "{% set ns.s = ns.s | escape ~ '&' ~ ns.s %}{% set ns.s = ns.s | string %}",
        "{% set ns.s %}{{ ns.s }}{{ ns.s | upper }}{% endset %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s | list %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s.split('a') %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s.split() ~ ns.s.splitlines() %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s[::-1] %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s | title %}",
        "{% set ns.s = ns.s ~ ns.s %}{% set ns.t = ns.s | trim(ns.s) %}",
        "{% set ns.s = ns.s ~ ns.s %}{{ strftime_now(ns.s) }}",
        "{% set ns.s = ns.s ~ ns.s %}{{ ns.s }}",
        "{% set ns.s = ns.s ~ '%c%c%c%c' %}{% set ns.s = strftime_now(ns.s) %}{% set ns.s = ns.s ~ ns.s %}",
        "{% set ns.s = ns.s ~ '.,' %}{{ [] | sort(attribute=ns.s * 999) }}",
        "{% set ns.l = (ns.l or [1]) + (ns.l or [1]) %}",
        "{% set ns.l = (ns.l or [1]) * 2 %}",
        "{% set ns.l = [ns.l or 1, ns.l or 1] %}{{ ns.l }}",
        "{% set ns.l = [ns.l or 1, ns.l or 1] %}{{ ns.l | tojson }}",
        "{% set ns.l = [ns.l or 1, ns.l or 1] %}{{ ns.l == [ns.l[0], ns.l[1]] }}",
        "{% set ns.l = {'a': ns.l or 1, 'b': ns.l or 1} %}{{ ns.l == dict(ns.l) }}{{ ns.l }}",
        "{% set ns.l = [ns.l or 1] %}",
        "{% set ns.l = [ns.l or []] | map('list') | list %}",
        "{% set ns.l = [ns.l or 1].index %}",
        "{% set ns.n = (ns.n or 3) ** 3 %}",
        "{% set ns.n = (ns.n or 3) * (ns.n or 3) %}",
        "{% set ns.m = namespace(a=ns.m or 1, b=ns.m or 1, c=ns) %}{{ ns.m }}",
        "{% set ns.d = dict(ns.d or {}, a=1) %}{% set ns.x = [ns.d] * 999 ~ '' %}",
        "{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}{% set ns.s = m(ns.s) %}",
        "{% filter upper %}{{ ns.s }}{{ ns.s }}{% endfilter %}{% set ns.s = ns.s ~ ns.s %}",
        "{% for a in range(99999) %}{% endfor %}",
        "{% for a in range(99999) if false %}{% endfor %}",
        "{{ messages | map('tojson') | list }}{{ range(99999) | list }}",
        "{{ range(99999) | sort(reverse=true) | first }}",
        "{{ range(99999) | map('string') | unique | join | length }}",
        "{{ range(99999) | select('in', range(99999)) | list }}",
        "{{ 99999 in range(99999) }}{{ range(99999) == range(99999) }}",
        "{{ range(99999) | sum }}{{ range(99999) | max }}{{ range(99999)[::-1] | list }}",
        "{{ 'a' * 99999 in 'b' * 99999 ~ 'a' }}{{ ('a' * 9999).count('a' * 99) }}",
        "{{ messages[0].nothing }}{{ messages.x }}{{ undefined_one }}",
    ];
    for body in bodies {
        is_limited(&format!("{DOUBLING}{body}{{% endfor %}}"));
    }
}

#[test]
fn sizes_are_checked_before_anything_is_made() {
    for expression in [
        "'a' * 99999999999",
        "'abc' * 9999999",
        "[1] * 99999999999",
        "(1,) * 9999999",
        "'' | indent(99999999999, true)",
        "messages | tojson(indent=99999999999)",
        "range(99999999999)",
        "range(0, 99999999999999999999999999999999999999, 1)",
        "range(-170141183460469231731687303715884105727, 170141183460469231731687303715884105727)",
        "2 ** 999999999",
        "170141183460469231731687303715884105727 + 1",
        "-170141183460469231731687303715884105727 - 2",
        "999999999999999999999999999999999999999999999999",
        "(-170141183460469231731687303715884105727 - 1) // -1",
        "(-170141183460469231731687303715884105727 - 1) | abs",
    ] {
        is_limited(&format!("{{{{ {expression} }}}}"));
    }
    assert_eq!(text("{{ '' * 99999999999 }}{{ [] * 99999999999 }}"), "[]");
    assert_eq!(text("{{ 'abc'[-99999999999999999999999999:99999999999999999999999:1] }}"), "abc");
    assert_eq!(text("{{ 1.5 | round(99999999999) }}"), "1.5");
}

#[test]
fn a_namespace_may_hold_itself() {
    let template = "{% set ns = namespace(a=1) %}{% set ns.me = [ns, {'x': ns}] %}{{ ns }}
        {{- ns == ns }}{{ ns in [ns] }}{{ [ns] == [ns] }}{{ [ns, 1].index(1) }}{{ ns is mapping }}";
    let expected = "<Namespace {'a': 1, 'me': [<Namespace {...}>, {'x': <Namespace {...}>}]}>";
    assert_eq!(text(template), format!("{expected}TrueTrueTrue1False"));
    outcome("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns | tojson }}").expect_err("no JSON");
    outcome("{% set ns = namespace() %}{% set ns.a = ns %}{{ [ns, namespace()] | sort }}")
        .expect_err("no order");
    // A long chain of them, which would be a deep recursion.
    let chain = "{% set ns = namespace(last=1) %}{% for i in range(5000) %}\
        {% set ns.last = namespace(before=ns.last) %}{% endfor %}{{ ns }}";
    is_limited(chain);
}

/// `inner` inside of so many of what stands around it.
fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_is_bounded() {
    let around = [
        ("{{ (", "", ")"),
        ("{{ [", "", "]"),
        ("{{ {1: ", "1", "}"),
        ("{{ a[", "1", "]"),
        ("{{ a(", "", ")"),
        ("{{ a|b(", "", ")"),
        ("{{ a is b(", "", ")"),
        ("{{ not ", "1", ""),
        ("{{ -", "1", ""),
        ("{{ - + ", "1", ""),
        ("{{ 1 if 1 else ", "1", ""),
        ("{{ 1 if ", "1", ""),
        ("{{ 1 or (", "1", ")"),
        ("{{ 1 or 1 and not 1 == 1 + 1 ~ 1 * 1 ** (", "1", ")"),
        ("{% if 1 %}", "", "{% endif %}"),
        ("{% for a in [1] %}", "", "{% endfor %}"),
        ("{% for a in [1] %}{% else %}", "", "{% endfor %}"),
        ("{% with %}", "", "{% endwith %}"),
        ("{% set a %}", "", "{% endset %}"),
        ("{% filter trim %}", "", "{% endfilter %}"),
        ("{% macro m() %}", "", "{% endmacro %}"),
        ("{% call m() %}", "", "{% endcall %}"),
        ("{% generation %}", "", "{% endgeneration %}"),
        ("{% set (", "a", ")"),
        ("{% for (", "a", ") in b %}"),
    ];
    for (open, inner, close) in around {
        let (tag, open) = match open.strip_prefix("{{ ") {
            Some(open) => ("{{ ", open),
            None => ("", open),
        };
        for depth in
            [1, 10, 15, 16, 20, 23, 24, 25, 26, 46, 47, 48, 49, 50, 51, 52, 53, 1000, 30_000]
        {
            let end = if tag.is_empty() { "" } else { " }}" };
            let template = format!("{tag}{}{end}", nested(open, inner, close, depth));
            let outcome = outcome(&template);
            if depth >= 53 {
                assert!(outcome.is_err(), "{template:.100}");
            }
        }
    }
    assert_eq!(text(&format!("{{{{ {} }}}}", nested("(", "7", ")", 45))), "7");
}

#[test]
fn chains_are_as_long_as_they_like() {
    let many = |part: &str| part.repeat(20_000);
    let templates = [
        format!("{{{{ 1{} }}}}", many(" + 1")),
        format!("{{{{ 1{} }}}}", many(" ~ 1")),
        format!("{{{{ 1{} }}}}", many(" or 1")),
        format!("{{{{ 1{} }}}}", many(" and 1")),
        format!("{{{{ 1{} }}}}", many(" == 1")),
        format!("{{{{ 'a'{} }}}}", many(" | trim")),
        format!("{{{{ 'a'{} }}}}", many(" is defined | string")),
        format!("{{{{ 'a'{} }}}}", many(".strip()")),
        format!("{{{{ 'a'{} }}}}", many("[0]")),
        format!("{{{{ 'a' {} }}}}", many(" 'a'")),
        format!("{{{{ [{}] | length }}}}", many("1,")),
        format!("{{% if 0 %}}{}{{% endif %}}", many("{% elif 0 %}")),
        many("{{ 1 }}"),
        many("{% set a = 1 %}"),
        many("{% macro m() %}{% endmacro %}"),
        format!("{{% set {} = 1 %}}", many("a, ")),
        format!("{{% macro m({}) %}}{{% endmacro %}}", many("a=1, ").trim_end_matches(", ")),
    ];
    for template in templates {
        let _ = outcome(&template);
    }
    assert_eq!(text(&format!("{{{{ 0{} }}}}", " + 1".repeat(5000))), "5000");
}

#[test]
fn recursion_is_bounded() {
    for template in [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m(x) %}{{ m(m(m(x))) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(x=m()) %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
        "{% macro m() %}{% if 1 %}{% for i in [1] %}{% with %}{% set x %}{% filter trim %}{{ [{'a': (m() ~ 1) | trim}] }}{% endfilter %}{% endset %}{% endwith %}{% endfor %}{% endif %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% for i in [1] if m() %}{% endfor %}{% endmacro %}{{ m() }}",
        "{% set ns = namespace() %}{% macro m() %}{{ ns.m() }}{% endmacro %}{% set ns.m = m %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% for i in [[[]]] recursive %}{{ loop(messages) }}{% endfor %}",
    ] {
        let fault = outcome(template).expect_err("a fault");
        assert!(matches!(fault.kind(), FaultKind::Limit | FaultKind::Type), "{fault}");
    }
    // A condition that asks for what depends on it.
    let asked = "{% set ns = namespace() %}{% for i in [1, 2] if ns.l is undefined or ns.l.last %}\
        {% set ns.l = loop %}{{ loop.length }}{% endfor %}";
    assert_eq!(text(asked), "22");
    // Two calls each time: as many as there is work for.
    let tree = "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}";
    is_limited(tree);
    let maps = format!("{{{{ [[1]] | map({}'list') | list }}}}", "'map', ".repeat(3000));
    outcome(&maps).expect_err("a fault");
}

#[test]
fn deep_values_in_deep_places_fit_the_stack() {
    let list =
        "{% set ns = namespace(l=[]) %}{% for i in range(62) %}{% set ns.l = [ns.l] %}{% endfor %}";
    let dict = "{% set ns = namespace(l={}) %}{% for i in range(62) %}{% set ns.l = {'a': ns.l} %}{% endfor %}";
    let uses = [
        "{{ ns.l }}",
        "{{ ns.l | tojson(indent=1) }}",
        "{{ ns.l == [ns.l[0]] }}{{ ns.l < [ns.l[0]] }}",
        "{{ [ns.l, [ns.l[0]]] | sort }}",
        "{{ [[ns.l, 1], [ns.l, 0]] | sort(attribute=1) }}",
        "{{ dict(a=ns.l) == dict(a=ns.l) }}",
        &format!("{{{{ ns.l | map({} 'list') | list }}}}", "'map',".repeat(59)),
    ];
    for value in [list, dict] {
        for used in uses {
            for depth in [0, 10, 20, 24, 25, 26, 27, 30, 40, 50, 70, 150] {
                let template = format!(
                    "{value}{{% macro m(n) %}}{{% if n %}}{{{{ m(n - 1) }}}}{{% else %}}{used}{{% endif %}}{{% endmacro %}}{{{{ m({depth}) }}}}"
                );
                let _ = outcome(&template);
            }
        }
    }
}

/// What is no harm: more than the context of most models holds.
#[test]
fn a_long_conversation_is_within_the_budget() {
    let messages = (0..2000).map(|index| {
        let role = ["user", "assistant"][index % 2];
        serde_json::json!({"role": role, "content": "Some words, \"quoted\", é.\n".repeat(40)})
    });
    let messages = serde_json::Value::from(messages.collect::<Vec<_>>());
    for entry in std::fs::read_dir(fixtures().join("templates")).expect("templates") {
        let path = entry.expect("an entry").path();
        let source = std::fs::read_to_string(&path).expect("a template");
        let variables = vec![
            ("messages", Value::given(&messages, 0).expect("a value")),
            ("bos_token", Value::text("<s>")),
            ("eos_token", Value::text("</s>")),
            ("add_generation_prompt", Value::plain(&true.into()).expect("a value")),
        ];
        let program = Program::parse(&source).expect("a program");
        let pieces = program.render(variables, Moment::default());
        let length = text_of(&pieces.expect("text")).len();
        assert!(length > 2_000_000, "{length} bytes by {}", path.display());
    }
}

#[test]
fn values_of_the_caller_may_not_be_deep_either() {
    let mut json = serde_json::json!("x");
    for _ in 0..60 {
        json = serde_json::json!({ "a": [json] });
    }
    let fault = Value::given(&json, 0).expect_err("a fault");
    assert_eq!(fault.kind(), FaultKind::Limit);
    assert!(Value::given(&json["a"][0]["a"][0]["a"], 0).is_err());
    let less = (0..45).fold(&json, |json, _| &json["a"][0]);
    assert!(Value::given(less, 0).is_ok());
}

#[test]
fn nonsense_is_refused() {
    let templates = [
        "{{".repeat(1 << 19),
        "{%".repeat(1 << 19),
        "{#".repeat(1 << 19),
        "{% raw %}".repeat(1 << 16),
        "{".repeat(1 << 20),
        "{{ '".to_owned() + &"a".repeat((1 << 20) - 4),
        "{{ ".to_owned() + &"1".repeat((1 << 20) - 3),
        "{{ ".to_owned() + &"1_".repeat((1 << 19) - 3),
        "{{ ".to_owned() + &"a".repeat((1 << 20) - 3),
        "{{ ".to_owned() + &" ".repeat((1 << 20) - 3),
        "{%".to_owned() + &" ".repeat((1 << 20) - 2),
        "{% ".to_owned() + &"\n{%".repeat(1 << 18),
        "{{ a".to_owned() + &".a".repeat((1 << 19) - 3) + "}}",
        "a".repeat((1 << 20) + 1),
    ];
    for template in templates {
        assert!(outcome(&template).is_err(), "{template:.40}");
    }
    let long = "a".repeat((1 << 20) - 8);
    is_limited(&format!(
        "{{% for i in range(99999) %}}{{{{ {} }}}}{{% endfor %}}",
        &long[..1 << 19]
    ));
    is_limited(&format!(
        "{{% for i in range(99999) %}}{{{{ messages[0].{} }}}}{{% endfor %}}",
        &long[..1 << 19]
    ));
    assert_eq!(text(&long).len(), long.len());
}
