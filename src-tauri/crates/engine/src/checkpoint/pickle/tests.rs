//! Pickles assembled by hand, most of them hostile.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;

/// `PROTO 2`, the opcodes, `STOP`.
fn load_body(body: &[&[u8]]) -> Outcome<Pickle> {
    load(&[b"\x80\x02".as_slice(), &body.concat(), b"."].concat())
}

fn refusal(body: &[&[u8]]) -> String {
    match load_body(body).expect_err("a refusal") {
        Refusal::Damaged(what) => format!("damaged: {what}"),
        Refusal::Unsupported(what) => format!("unsupported: {what}"),
    }
}

fn described(body: &[&[u8]]) -> String {
    let pickle = load_body(body).expect("plain data");
    pickle.describe(pickle.root)
}

#[test]
fn plain_values_come_out_as_written() {
    for (body, expected) in [
        (b"N".as_slice(), "nothing"),
        (b"\x88", "true"),
        (b"K\xff", "the number 255"),
        (b"M\xff\xff", "the number 65535"),
        (b"J\xfe\xff\xff\xff", "the number -2"),
        (b"\x8a\x00", "the number 0"),
        (b"\x8a\x01\x80", "the number -128"),
        (b"\x8a\x02\xff\x00", "the number 255"),
        (b"\x8b\x01\x00\x00\x00\x07", "the number 7"),
        (b"G\x3f\xf8\0\0\0\0\0\0", "the number 1.5"),
        (b"X\x03\0\0\0abc", "text of 3 bytes"),
        (b"\x8c\x01a", "text of 1 bytes"),
        (b"C\x02ab", "2 bytes"),
        (b"c_codecs\nencode\n(X\x02\0\0\0\xc3\xbfX\x06\0\0\0latin1tR", "2 bytes"),
        (b"c_io\nBytesIO\n)\x81C\x02abK\x00N\x87b", "0 bytes"),
        (b"K\x01K\x02\x86", "a list of 2"),
        (b"c__builtin__\nset\n](K\x01K\x02e\x85R", "a list of 2"),
        (b"\x8f(K\x01\x90", "a list of 1"),
        (b"}(K\x01K\x02K\x03K\x04u", "a dict of 2"),
        (b"ccollections\nOrderedDict\n)RK\x01K\x02s}b", "a dict of 1"),
        (b"(K\x01K\x02\x91", "a list of 2"),
        (b"K\x01(K\x0221(00K\x05", "the number 5"),
    ] {
        assert_eq!(described(&[body]), expected, "{}", body.escape_ascii());
    }
}

#[test]
fn a_name_that_is_not_on_the_list_is_refused_by_name() {
    let names_system = "names os.system: nothing is executed, and this is not plain data";
    for body in [
        b"cos\nsystem\n(X\x02\0\0\0idtR".as_slice(),
        b"X\x02\0\0\0osX\x06\0\0\0system\x93",
        b"(X\x02\0\0\0idios\nsystem\n",
        b"](K\x01}(K\x02cos\nsystem\n",
    ] {
        let found = refusal(&[body]);
        assert!(found.starts_with("unsupported") && found.ends_with(names_system), "{found}");
    }
    for (module, name) in [
        ("builtins", "eval"),
        ("__builtin__", "getattr"),
        ("posix", "system"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("torch._tensor", "_rebuild_from_type_v2"),
        ("collections", "namedtuple"),
    ] {
        let found = refusal(&[format!("c{module}\n{name}\n").as_bytes()]);
        assert!(found.contains(&format!("names {module}.{name}: ")), "{found}");
    }
}

#[test]
fn opcodes_that_make_objects_are_refused() {
    for body in [
        b"\x82\x01".as_slice(),
        b"\x83\x01\0",
        b"\x84\x01\0\0\0",
        b"(ctorch\nSize\no",
        b"ctorch\nSize\n)\x81",
        b"ctorch\nSize\n)}\x92",
        b"Pid\n",
        b"\x97",
        b"I1\n",
        b"\xff",
        b"\x80\x06",
    ] {
        let found = refusal(&[body]);
        assert!(found.starts_with("unsupported"), "{}: {found}", body.escape_ascii());
    }
}

#[test]
fn what_does_not_hold_together_is_damaged() {
    for body in [
        b"".as_slice(),
        b"0",
        b"K\x01(0(",
        b"K\x01(\x85",
        b"t",
        b"e",
        b"h\x00",
        b"q\x00",
        b"}(K\x01u",
        b"NK\x01a",
        b"]K\x01K\x02s",
        b"K\x01)R",
        b"ctorch\nSize\nK\x01R",
        b"ccollections\nOrderedDict\nK\x01\x85R",
        b"ctorch\nFloatStorage\n)R",
        b"]}b",
        b"K\x01K\x02\x93",
        b"X\x01\0\0\0\xff",
        b"X\xff\xff\xff\x7fa",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffa",
        b"\x96\xff\xff\xff\xff\xff\xff\xff\x7fa",
        b"\x8b\xff\xff\xff\xffa",
    ] {
        let found = refusal(&[body]);
        assert!(found.starts_with("damaged"), "{}: {found}", body.escape_ascii());
    }
    let wide = refusal(&[b"\x8a\x09\0\0\0\0\0\0\0\0\x01"]);
    assert!(wide.contains("a number has 9 bytes"), "{wide}");
}

#[test]
fn half_a_million_nested_lists_are_read_and_dropped_flat() {
    let depth = 500_000;
    let body = [b"]".repeat(depth), b"a".repeat(depth - 1)];
    let pickle = load_body(&[&body[0], &body[1]]).expect("plain data");
    assert_eq!(pickle.values.len(), depth);
}

#[test]
fn more_opcodes_than_any_checkpoint_has_are_refused() {
    for body in [b"]".repeat(3 << 20), b"(".repeat(3 << 20), b"N2".repeat(2 << 20)] {
        let found = refusal(&[&body]);
        assert!(found.contains("opcodes"), "{found}");
    }
}

#[test]
fn shared_and_circular_values_stay_as_small_as_they_are_written() {
    let pickle = load_body(&[b"]q\x00h\x00a"]).expect("a list that holds itself");
    assert!(matches!(pickle.get(pickle.root), Value::List(items) if items == &[pickle.root]));

    let doubling = b"h\x00h\x00\x86q\x00".repeat(10_000);
    let pickle = load_body(&[b"]q\x00", &doubling]).expect("two to the ten thousandth");
    assert_eq!(pickle.values.len(), 10_001);
}

#[test]
fn a_tuple_takes_no_more_room_than_its_items() {
    let body = [b"N".repeat(100_000), b"0".repeat(100_000), b"(t0".repeat(1_000), b")".to_vec()];
    let pickle = load_body(&[&body.concat()]).expect("plain data");
    let room = |value: &Value| if let Value::Tuple(items) = value { items.capacity() } else { 0 };
    assert_eq!(pickle.values.iter().map(room).sum::<usize>(), 0);
}

#[test]
fn random_bytes_and_opcodes_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let opcodes = b"\x80\x95(012qrhj\x94t\x85\x86\x87ld\x91ae\x90su\x93R\x81bQi.NKM])}\x8f\x8cC";
    for round in 0..20_000 {
        let mut bytes = vec![0; 40];
        random.fill_bytes(&mut bytes);
        if round % 2 == 0 {
            for byte in &mut bytes {
                *byte = opcodes[usize::from(*byte) % opcodes.len()];
            }
        }
        let _ = load(&bytes);
    }
}
