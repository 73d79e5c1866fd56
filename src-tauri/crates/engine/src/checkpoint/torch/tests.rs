//! The real torch file of the tiny checkpoint, and archives assembled by hand.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::super::files::Files;
use super::super::test_archive::Archive;
use super::super::zarr::ZarrArray;
use super::*;

type Change = fn(&mut Archive);

/// More than the real file's zip directory.
const DIRECTORY_BYTES: u64 = 4096;

fn fixture(name: &str) -> Files {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/tiny");
    Files::open(&tiny.join(name)).expect("a fixture")
}

fn real() -> Region {
    let archive = fixture("tiny-ckpt.nemo");
    archive.get("model_weights.ckpt").expect("weights").clone()
}

/// Bytes as a region in the middle of a file.
fn region(bytes: &[u8]) -> Region {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&[&[7; 5], bytes, &[7; 5]].concat()).expect("room");
    let path = PathBuf::from("test.ckpt");
    Region { file: Some(Arc::new(file)), path, start: 5, len: bytes.len() as u64 }
}

fn opened(archive: &Archive) -> Result<TorchFile> {
    open(&region(&archive.bytes()))
}

fn refused(archive: &Archive) -> (&'static str, String) {
    let error = opened(archive).expect_err("a refusal");
    (error.kind(), error.to_string())
}

/// A float tensor over storage 0 (of `count` numbers), as torch pickles it.
fn tensor(class: &str, count: u8, offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let tuple = |items: &[u8]| {
        let items: Vec<u8> = items.iter().flat_map(|item| [b'K', *item]).collect();
        [b"(".as_slice(), &items, b"t"].concat()
    };
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n((\x8c\x07storage".as_slice(),
        format!("ctorch\n{class}\n").as_bytes(),
        b"\x8c\x010\x8c\x03cpuK",
        &[count, b't', b'Q', b'K', offset],
        &tuple(shape),
        &tuple(strides),
        b"\x89ccollections\nOrderedDict\n)RtR",
    ]
    .concat()
}

fn dict(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"}".to_vec();
    for (name, value) in entries {
        bytes.extend([&[0x8c, name.len() as u8], name.as_bytes(), value, b"s"].concat());
    }
    bytes
}

/// An archive of one storage with six floats.
fn saved(object: &[u8]) -> Archive {
    let pickle = [b"\x80\x02", object, b"."].concat();
    let storage: Vec<u8> = (0..6_u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
    Archive::new(&[("data.pkl", &pickle), ("byteorder", b"little"), ("data/0", &storage)])
}

fn floats(file: &TorchFile, name: &str) -> Vec<f32> {
    let tensor = file.tensor(name).expect("a tensor");
    let bytes = tensor.data.read_all().expect("its bytes");
    bytes.chunks_exact(4).map(|raw| tensor.stored.widen(raw)).collect()
}

#[test]
fn the_real_file_holds_the_same_weights_as_the_zarr_one() {
    let file = open(&real()).expect("torch's file");
    assert_eq!((file.tensors.len(), file.others.len(), file.prefix()), (28, 0, ""));
    for (name, shape) in [
        ("embedding.word_embeddings.weight", vec![1024, 128]),
        ("decoder.layers.2.self_attention.linear_qkv.weight", vec![384, 128]),
        ("decoder.layers.0.mlp.linear_fc1.layer_norm_bias", vec![128]),
        ("output_layer.weight", vec![1024, 128]),
    ] {
        let tensor = file.tensor(&format!("model.module.{name}")).expect("a tensor");
        assert_eq!((&tensor.shape, tensor.stored), (&shape, Stored::Bf16), "{name}");
    }
    let zarr = fixture("tiny-zarr.nemo");
    for name in ["embedding.word_embeddings.weight", "output_layer.weight"] {
        let array = ZarrArray::open(&zarr, &format!("model_weights/model.{name}")).expect("zarr");
        let tensor = file.tensor(&format!("model.module.{name}")).expect("a tensor");
        let mut expected = vec![0; tensor.data.len as usize];
        array.read_rows(None, 0..1024, &mut expected).expect("zarr's bytes");
        assert!(tensor.data.read_all().expect("torch's bytes") == expected, "{name}");
    }
}

#[test]
fn views_parameters_and_nested_dicts_are_found() {
    let parameter = [
        b"ctorch._utils\n_rebuild_parameter\n(".as_slice(),
        &tensor("FloatStorage", 6, 2, &[1, 2], &[9, 1]),
        b"\x88ccollections\nOrderedDict\n)RtR",
    ];
    let weights = dict(&[
        ("whole", tensor("FloatStorage", 6, 0, &[2, 3], &[3, 1])),
        ("part", parameter.concat()),
        ("empty", tensor("FloatStorage", 6, 6, &[0, 3], &[5, 5])),
        ("scalar", tensor("FloatStorage", 6, 5, &[], &[])),
        ("transposed", tensor("FloatStorage", 6, 0, &[3, 2], &[1, 3])),
        ("expanded", tensor("FloatStorage", 6, 0, &[200, 6], &[0, 1])),
        ("integers", tensor("LongStorage", 3, 0, &[3], &[1])),
        ("state", b"N".to_vec()),
    ]);
    let root = dict(&[("state_dict", weights), ("epoch", b"K\x03".to_vec())]);
    let file = opened(&saved(&root)).expect("a torch file");
    assert_eq!(file.prefix(), "state_dict.");
    assert_eq!(floats(&file, "state_dict.whole"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(floats(&file, "state_dict.part"), [2.0, 3.0]);
    assert_eq!(floats(&file, "state_dict.scalar"), [5.0]);
    assert!(floats(&file, "state_dict.empty").is_empty());
    for (name, kind, word) in [
        ("state_dict.transposed", "unsupported_checkpoint", "not consecutive"),
        ("state_dict.expanded", "unsupported_checkpoint", "not consecutive"),
        ("state_dict.integers", "unsupported_checkpoint", "LongStorage"),
        ("state_dict.state", "unsupported_checkpoint", "nothing"),
        ("epoch", "unsupported_checkpoint", "the number 3"),
        ("state_dict.absent", "damaged_checkpoint", "missing"),
    ] {
        let error = file.tensor(name).expect_err(name);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn tensors_beyond_their_storage_are_damaged() {
    for wrong in [
        tensor("FloatStorage", 6, 1, &[2, 3], &[3, 1]),
        tensor("FloatStorage", 6, 7, &[0], &[1]),
        tensor("FloatStorage", 5, 0, &[5], &[1]),
        tensor("HalfStorage", 6, 0, &[6], &[1]),
        tensor("FloatStorage", 6, 0, &[2, 3], &[1]),
    ] {
        let (kind, message) = refused(&saved(&dict(&[("w", wrong)])));
        assert_eq!(kind, "damaged_checkpoint", "{message}");
        assert!(message.contains("tensor w: "), "{message}");
    }
    let whole = || tensor("FloatStorage", 6, 0, &[6], &[1]);
    let (_, message) = refused(&saved(&dict(&[("w", whole()), ("w", whole())])));
    assert!(message.contains("w is there twice"), "{message}");
}

#[test]
fn code_in_a_real_archive_is_named() {
    let (kind, message) = refused(&saved(b"cos\nsystem\n(\x8c\x02idtR"));
    assert_eq!(kind, "unsupported_checkpoint");
    assert!(message.contains("os.system: nothing is executed"), "{message}");
}

#[test]
fn other_formats_are_told_apart() {
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, word) in [
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec(), "older than 1.6"),
        (tar, "older than 1.6"),
        (Vec::new(), "empty"),
        (b"{\"a\": 1}".to_vec(), "expected a zip archive"),
    ] {
        let message = open(&region(&bytes)).expect_err("a refusal").to_string();
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn zip_archives_that_torch_does_not_write_are_turned_down() {
    let good = || saved(&dict(&[("w", tensor("FloatStorage", 6, 0, &[6], &[1]))]));
    opened(&good()).expect("a torch file");
    let cases: [(&str, Change); 14] = [
        ("compressed", |a| a.entries[2].method = 8),
        ("encrypted", |a| a.entries[2].flags |= 1),
        ("there twice", |a| a.entries.push(a.entries[2].clone())),
        ("top folder", |a| a.entries[2].name = "other/data/0".into()),
        ("not allowed", |a| a.entries[2].name = "/archive/data/0".into()),
        ("not allowed", |a| a.entries[2].name = "archive/../data/0".into()),
        ("in no folder", |a| a.entries[2].name = "data".into()),
        ("is missing", |a| a.entries[2].name = "archive/data/1".into()),
        ("data.pkl is missing", |a| a.entries[0].name = "archive/other.pkl".into()),
        ("not where", |a| a.entries[2].local_name = "archive/data/9".into()),
        ("cut off", |a| a.entries[2].claimed = Some(1 << 20)),
        ("cut off", |a| a.entries[2].claimed_offset = Some(1 << 30)),
        ("cut off", |a| a.claimed_count = Some(9)),
        ("little-endian", |a| a.entries[1].data = b"big".to_vec()),
    ];
    for (word, change) in cases {
        let mut archive = good();
        change(&mut archive);
        let (_, message) = refused(&archive);
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn zip64_records_are_read() {
    let mut archive = saved(&dict(&[("w", tensor("FloatStorage", 6, 0, &[6], &[1]))]));
    archive.zip64 = true;
    let file = opened(&archive).expect("a ZIP64 archive");
    assert_eq!(floats(&file, "w"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    archive.claimed_count = Some(9);
    assert_eq!(refused(&archive).0, "damaged_checkpoint");
}

#[test]
fn storages_beyond_four_gigabytes_are_found() {
    const GAP: u64 = 5 << 30;
    let archive = saved(&dict(&[("w", tensor("FloatStorage", 6, 0, &[6], &[1]))]));
    let (front, back) = archive.split_bytes(GAP);
    let file = sparse(&front, GAP, &back);
    let len = front.len() as u64 + GAP + back.len() as u64;
    let region = Region { file: Some(Arc::new(file)), path: "big.ckpt".into(), start: 0, len };
    let opened = open(&region).expect("a large file");
    assert!(opened.tensor("w").expect("a tensor").data.start > u32::MAX.into());
    assert_eq!(floats(&opened, "w"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
}

/// A file with a hole: it takes no room on the disk.
fn sparse(front: &[u8], gap: u64, back: &[u8]) -> File {
    use std::io::{Seek, SeekFrom};
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(front).expect("room");
    file.seek(SeekFrom::Start(front.len() as u64 + gap)).expect("a hole");
    file.write_all(back).expect("room");
    file
}

#[test]
fn a_file_cut_anywhere_is_turned_down() {
    let bytes = saved(&dict(&[("w", tensor("FloatStorage", 6, 0, &[6], &[1]))])).bytes();
    let whole = region(&bytes);
    for len in 0..whole.len {
        open(&whole.part(0, len).expect("a part")).expect_err("a cut file");
    }
}

#[test]
fn a_cut_or_changed_pickle_never_panics() {
    let region = real();
    let entries = torch_zip::entries(&region).expect("entries");
    let bytes = entries["data.pkl"].read_all().expect("a pickle");
    for len in 0..bytes.len() {
        pickle::load(&bytes[..len]).expect_err("a cut pickle");
    }
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..10_000 {
        let mut changed = bytes.clone();
        mutate(&mut changed, &mut random);
        if let Ok(pickle) = pickle::load(&changed) {
            let _ = walk(&Views { pickle: &pickle, entries: &entries });
        }
    }
}

#[test]
fn a_changed_zip_directory_never_panics() {
    use std::io::{Seek, SeekFrom};
    let original = real().read_all().expect("the file");
    let tail = original.len() - DIRECTORY_BYTES as usize;
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&original).expect("room");
    let len = original.len() as u64;
    let region = Region {
        file: Some(Arc::new(file.try_clone().expect("a handle"))),
        path: "x".into(),
        start: 0,
        len,
    };
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..3_000 {
        let mut changed = original[tail..].to_vec();
        mutate(&mut changed, &mut random);
        file.seek(SeekFrom::Start(tail as u64)).expect("a place");
        file.write_all(&changed).expect("room");
        let _ = open(&region);
    }
}

/// Changes one to four bytes.
fn mutate(bytes: &mut [u8], random: &mut ChaCha8Rng) {
    for _ in 0..=random.next_u32() % 4 {
        let at = random.next_u32() as usize % bytes.len();
        bytes[at] = random.next_u32() as u8;
    }
}
