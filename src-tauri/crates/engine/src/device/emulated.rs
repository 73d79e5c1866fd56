//! What the CUDA kernels compute, checked without a GPU.
//!
//! `cuda/emulated.h` lets g++ compile `cuda/kernels.cu`; `cuda/emulated.cpp` runs one kernel over
//! what it is sent. Each kernel has its plain twin here.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use half::bf16;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

const NAME: &str = "emulated";
/// What `reduce_logits` says where no logit is bad.
const NONE: u32 = u32::MAX;

/// The folder with the program: built by the first test that runs it, gone with the last.
fn program() -> Arc<TempDir> {
    static BUILT: Mutex<Weak<TempDir>> = Mutex::new(Weak::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.upgrade().unwrap_or_else(|| {
        let program = Arc::new(build());
        *built = Arc::downgrade(&program);
        program
    })
}

fn build() -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/device/cuda/emulated.cpp");
    let output = Command::new("g++")
        .args(["-std=c++20", "-O1", "-pthread", "-o"])
        .args([&folder.path().join(NAME), &source])
        .output()
        .expect("g++ starts: the tests of the CUDA kernels need it installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// A kernel, its sizes and the arrays it reads.
struct Call {
    input: Vec<u8>,
}

impl Call {
    fn new(line: &str) -> Self {
        Self { input: format!("{line}\n").into_bytes() }
    }

    fn words(mut self, words: &[u32]) -> Self {
        self.input.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self
    }

    fn floats(mut self, floats: &[f32]) -> Self {
        self.input.extend(floats.iter().flat_map(|float| float.to_le_bytes()));
        self
    }

    fn halves(mut self, halves: &[bf16]) -> Self {
        self.input.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
        self
    }

    fn output(&self) -> Output {
        let folder = program();
        let mut child = Command::new(folder.path().join(NAME))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input");
        // It may refuse the first line and end without reading the rest.
        drop(stdin.write_all(&self.input));
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }

    fn run(&self) -> Results {
        let output = self.output();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Results { bytes: output.stdout }
    }
}

/// What a kernel wrote and nobody has taken yet.
struct Results {
    bytes: Vec<u8>,
}

impl Results {
    fn take<T, const N: usize>(&mut self, count: usize, from: fn([u8; N]) -> T) -> Vec<T> {
        let rest = self.bytes.split_off(count * N);
        let taken = std::mem::replace(&mut self.bytes, rest);
        taken.as_chunks::<N>().0.iter().map(|bytes| from(*bytes)).collect()
    }

    fn words(&mut self, count: usize) -> Vec<u32> {
        self.take(count, u32::from_le_bytes)
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        self.take(count, f32::from_le_bytes)
    }

    fn halves(&mut self, count: usize) -> Vec<bf16> {
        self.take(count, bf16::from_le_bytes)
    }
}

/// Spread evenly over ±`most`.
fn floats(random: &mut ChaCha8Rng, count: usize, most: f32) -> Vec<f32> {
    (0..count).map(|_| (random.next_u32() as f32 / 2_f32.powi(31) - 1.0) * most).collect()
}

fn halves(random: &mut ChaCha8Rng, count: usize, most: f32) -> Vec<bf16> {
    floats(random, count, most).into_iter().map(bf16::from_f32).collect()
}

fn bits(floats: &[f32]) -> Vec<u32> {
    floats.iter().map(|float| float.to_bits()).collect()
}

/// Within one rounding to bf16, and what f32 loses where large numbers cancel out.
#[track_caller]
fn assert_near(ours: bf16, exact: f64) {
    let apart = (f64::from(ours.to_f32()) - exact).abs();
    assert!(apart <= exact.abs() / 256.0 + 4e-6, "{ours} is not {exact}");
}

#[test]
fn embed_rows_are_exact() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for (n, vocab, hidden) in [(1, 5, 7), (3, 9, 300), (70, 3, 16)] {
        let ids: Vec<u32> = (0..n).map(|_| random.next_u32() % vocab as u32).collect();
        let table = halves(&mut random, vocab * hidden, 1.0);
        let call = Call::new(&format!("embed_rows {n} {vocab} {hidden}"));
        let call = call.words(&ids).halves(&table);
        let rows = ids.iter().flat_map(|id| &table[*id as usize * hidden..][..hidden]);
        let expected: Vec<f32> = rows.map(|half| half.to_f32()).collect();
        assert_eq!(bits(&call.run().floats(n * hidden)), bits(&expected));
    }
}

#[test]
fn layer_norm_is_within_one_bf16_rounding() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for (n, hidden) in [(1, 7), (3, 1025), (8, 300)] {
        let x: Vec<f32> =
            floats(&mut random, n * hidden, 3.0).into_iter().map(|x| x + 5.0).collect();
        let (weight, bias) = (floats(&mut random, hidden, 2.0), floats(&mut random, hidden, 1.0));
        let call = Call::new(&format!("layer_norm {n} {hidden} 1e-5"));
        let out = call.floats(&x).floats(&weight).floats(&bias).run().halves(n * hidden);
        for (row, out) in x.chunks_exact(hidden).zip(out.chunks_exact(hidden)) {
            let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / hidden as f64;
            let squares = row.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>();
            let deviation = (squares / hidden as f64 + 1e-5).sqrt();
            for (i, out) in out.iter().enumerate() {
                let scaled = (f64::from(row[i]) - mean) / deviation * f64::from(weight[i]);
                assert_near(*out, scaled + f64::from(bias[i]));
            }
        }
    }
}

#[test]
fn add_and_squared_relu_are_exact() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for n in [1, 3, 70, 1001] {
        let (x, y) = (floats(&mut random, n, 4.0), floats(&mut random, n, 4.0));
        let sums: Vec<f32> = x.iter().zip(&y).map(|(x, y)| x + y).collect();
        let ours = Call::new(&format!("add {n}")).floats(&x).floats(&y).run().floats(n);
        assert_eq!(bits(&ours), bits(&sums));

        let x = halves(&mut random, n, 4.0);
        let squares: Vec<bf16> =
            x.iter().map(|x| bf16::from_f32(x.to_f32().max(0.0).powi(2))).collect();
        let call = Call::new(&format!("squared_relu {n}")).halves(&x);
        assert_eq!(call.run().halves(n), squares);
    }
}

/// Rows over a cache. Either all in lane 0, at following positions, or each in a lane of its own.
#[derive(Clone, Copy)]
struct Shape {
    n: usize,
    each: usize,
    len: usize,
    parted: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
}

/// Keys and values: `[lane 0's keys, its values, other lanes' keys, their values]`.
struct Cache {
    shape: Shape,
    positions: usize,
    room: usize,
    arrays: [Vec<bf16>; 4],
    lane_of: Vec<usize>,
}

impl Shape {
    const ALL: [Self; 8] = [
        Self { n: 1, each: 1, len: 0, parted: 0, heads: 1, kv_heads: 1, head_dim: 8 },
        Self { n: 3, each: 1, len: 5, parted: 0, heads: 4, kv_heads: 2, head_dim: 16 },
        Self { n: 70, each: 1, len: 0, parted: 0, heads: 1, kv_heads: 1, head_dim: 8 },
        Self { n: 3, each: 1, len: 30, parted: 0, heads: 2, kv_heads: 1, head_dim: 128 },
        Self { n: 2, each: 0, len: 20, parted: 7, heads: 3, kv_heads: 3, head_dim: 9 },
        Self { n: 3, each: 0, len: 33, parted: 30, heads: 2, kv_heads: 1, head_dim: 128 },
        Self { n: 3, each: 0, len: 18, parted: 18, heads: 2, kv_heads: 2, head_dim: 200 },
        Self { n: 70, each: 0, len: 4, parted: 2, heads: 1, kv_heads: 1, head_dim: 8 },
    ];

    fn cache(self, random: &mut ChaCha8Rng) -> Cache {
        let (positions, room) = (self.len + self.n + 2, self.len - self.parted + 2);
        let width = self.kv_heads * self.head_dim;
        let others = if self.each == 1 { 0 } else { self.n };
        let sizes = [positions * width, positions * width, others * room * width];
        let arrays = [0, 1, 2, 2].map(|i| halves(random, sizes[i], 1.0));
        // The last row is lane 0's, the first one the last lane's.
        let lane = |row: usize| if row + 1 == self.n { 0 } else { others.saturating_sub(row) };
        let lane_of = (0..self.n).map(lane).collect();
        Cache { shape: self, positions, room, arrays, lane_of }
    }
}

impl Cache {
    /// The call up to the arrays, `last` being what the kernel has for its own.
    fn call(&self, kernel: &str, last: f32) -> Call {
        let Shape { n, each, len, parted, heads, kv_heads, head_dim } = self.shape;
        let (positions, room) = (self.positions, self.room);
        let lanes = if each == 1 { 1 } else { n + 1 };
        let rows = format!("{n} {each} {len} {parted}");
        let heads = format!("{heads} {kv_heads} {head_dim}");
        Call::new(&format!("{kernel} {rows} {heads} {positions} {lanes} {room} {last}"))
    }

    fn send(&self, call: Call) -> Results {
        let lanes: Vec<u32> = self.lane_of.iter().map(|lane| *lane as u32).collect();
        self.arrays.iter().fold(call, |call, array| call.halves(array)).words(&lanes).run()
    }

    fn position(&self, row: usize) -> usize {
        self.shape.len + row * self.shape.each
    }

    /// Which array of keys has a row's position, and where.
    fn place(&self, row: usize, position: usize) -> (usize, usize) {
        let (width, lane) = (self.shape.kv_heads * self.shape.head_dim, self.lane_of[row]);
        match position.checked_sub(self.shape.parted) {
            Some(own) if lane > 0 => (2, ((lane - 1) * self.room + own) * width),
            _ => (0, position * width),
        }
    }

    /// One head's keys (0) or values (1) at a position.
    fn head(&self, what: usize, row: usize, position: usize, kv_head: usize) -> &[bf16] {
        let (array, at) = self.place(row, position);
        &self.arrays[array + what][at + kv_head * self.shape.head_dim..][..self.shape.head_dim]
    }

    /// One head's attention.
    fn mixed(&self, query: &[bf16], row: usize, kv_head: usize, scale: f32) -> Vec<f64> {
        let wide = |half: &bf16| f64::from(half.to_f32());
        let seen = 0..=self.position(row);
        let score = |position| {
            let keys = self.head(0, row, position, kv_head).iter();
            f64::from(scale) * keys.zip(query).map(|(k, q)| wide(k) * wide(q)).sum::<f64>()
        };
        let weights: Vec<f64> = seen.map(|position| f64::exp(score(position))).collect();
        let sum: f64 = weights.iter().sum();
        let mut out = vec![0.0; query.len()];
        for (position, weight) in weights.iter().enumerate() {
            for (out, value) in out.iter_mut().zip(self.head(1, row, position, kv_head)) {
                *out += weight / sum * wide(value);
            }
        }
        out
    }
}

/// The first dimensions of a head turned, in f32.
fn rotated(head: &[bf16], turns: &[f32]) -> Vec<f64> {
    let mut out: Vec<f32> = head.iter().map(|half| half.to_f32()).collect();
    let (first, second) = out.split_at_mut(turns.len() / 2);
    let pairs = first.iter_mut().zip(second);
    for ((a, b), [cosine, sine]) in pairs.zip(turns.as_chunks::<2>().0) {
        (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
    }
    out.into_iter().map(f64::from).collect()
}

#[test]
fn rotate_and_store_is_within_one_bf16_rounding_and_leaves_the_rest_alone() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for shape in Shape::ALL {
        let mut cache = shape.cache(&mut random);
        let (turning, head_dim) = (shape.head_dim / 4 * 2, shape.head_dim);
        let (queries, width) = (shape.heads * head_dim, shape.kv_heads * head_dim);
        let qkv = halves(&mut random, shape.n * (queries + 2 * width), 2.0);
        let turns = floats(&mut random, cache.positions * turning, 1.0);
        let call = cache.call("rotate_and_store", turning as f32).halves(&qkv).floats(&turns);
        let mut results = cache.send(call);
        let q = results.halves(shape.n * queries);
        let ours = cache.arrays.each_ref().map(|array| results.halves(array.len()));
        for (row, qkv) in qkv.chunks_exact(queries + 2 * width).enumerate() {
            let turns = &turns[cache.position(row) * turning..][..turning];
            let (array, at) = cache.place(row, cache.position(row));
            let keys = &ours[array][at..][..width];
            let heads = qkv[..queries + width].chunks_exact(head_dim);
            let expected = heads.flat_map(|head| rotated(head, turns));
            for (ours, expected) in q[row * queries..][..queries].iter().chain(keys).zip(expected) {
                assert_near(*ours, expected);
            }
            cache.arrays[array][at..][..width].copy_from_slice(keys);
            cache.arrays[array + 1][at..][..width].copy_from_slice(&qkv[queries + width..]);
        }
        assert_eq!(ours, cache.arrays);
    }
}

#[test]
fn attend_is_within_one_bf16_rounding() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for shape in Shape::ALL {
        let cache = shape.cache(&mut random);
        let scale = 3.0 / (shape.head_dim as f32).sqrt();
        let q = halves(&mut random, shape.n * shape.heads * shape.head_dim, 2.0);
        let out = cache.send(cache.call("attend", scale).halves(&q)).halves(q.len());
        let heads = q.chunks_exact(shape.head_dim).zip(out.chunks_exact(shape.head_dim));
        for (i, (query, out)) in heads.enumerate() {
            let (row, head) = (i / shape.heads, i % shape.heads);
            let kv_head = head / (shape.heads / shape.kv_heads);
            for (ours, exact) in out.iter().zip(cache.mixed(query, row, kv_head, scale)) {
                assert_near(*ours, exact);
            }
        }
    }
}

#[test]
fn attend_gives_a_row_the_same_bits_alone_and_among_others() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let mut cache = Shape::ALL[1].cache(&mut random);
    let (n, width) = (cache.shape.n, cache.shape.heads * cache.shape.head_dim);
    let q = halves(&mut random, n * width, 2.0);
    let together = cache.send(cache.call("attend", 0.5).halves(&q)).halves(q.len());
    (cache.shape.n, cache.lane_of) = (1, vec![0]);
    for (q, together) in q.chunks_exact(width).zip(together.chunks_exact(width)) {
        let alone = cache.send(cache.call("attend", 0.5).halves(q)).halves(width);
        assert_eq!(alone, together);
        cache.shape.len += 1;
    }
}

/// The `keep` highest of a row in ascending order of ids.
fn likeliest(row: &[f32], keep: usize) -> Vec<u32> {
    let choosable = |id: &u32| row[*id as usize] > f32::NEG_INFINITY;
    let mut ids: Vec<u32> = (0..row.len() as u32).filter(choosable).collect();
    // A stable sort by numbers that say -0.0 is 0.0.
    ids.sort_by(|a, b| row[*b as usize].partial_cmp(&row[*a as usize]).expect("numbers"));
    ids.truncate(keep);
    ids.sort_unstable();
    ids
}

#[test]
fn reduce_logits_keeps_exactly_the_likeliest_and_sums_to_2e_7() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    // The step between logits: whole numbers make ties.
    for (n, rows, pieces, keep, step) in [
        (1, 1, 1, 1, 1e-5),
        (1, 3000, 2991, 100, 1e-5),
        (1, 3000, 3000, 1024, 4.0),
        (3, 700, 650, 5, 1.0),
        (1, 400, 300, 512, 1.0),
        (1, 50, 0, 3, 1.0),
    ] {
        let mut logits = floats(&mut random, n * rows, 20.0);
        for (i, logit) in logits.iter_mut().enumerate() {
            let dead = i % 7 == 3;
            *logit = if dead { f32::NEG_INFINITY } else { (*logit / step).round() * step };
        }
        let call = Call::new(&format!("reduce_logits {n} {rows} {pieces} {keep}"));
        let mut results = call.floats(&logits).run();
        let (ids, kept) = (results.words(n * keep), results.floats(n * keep));
        let sums = results.take(2 * n, f64::from_le_bytes);
        let counts = results.words(2 * n);
        for (i, row) in logits.chunks_exact(rows).enumerate() {
            let expected = likeliest(&row[..pieces], keep);
            assert_eq!(counts[2 * i..][..2], [expected.len() as u32, NONE]);
            assert_eq!(ids[i * keep..][..expected.len()], expected);
            let logits: Vec<f32> = expected.iter().map(|id| row[*id as usize]).collect();
            assert_eq!(bits(&kept[i * keep..][..logits.len()]), bits(&logits));
            let highest = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
            assert_eq!(sums[2 * i].to_bits(), (highest + 0.0).to_bits());
            let sum: f64 = row.iter().map(|logit| (f64::from(*logit) - highest).exp()).sum();
            assert!((sums[2 * i + 1] - sum).abs() <= 2e-7 * sum, "{} {sum}", sums[2 * i + 1]);
        }
    }
}

#[test]
fn reduce_logits_finds_the_first_bad_logit_and_a_row_without_any() {
    let dead = [f32::NEG_INFINITY; 40];
    let (mut bad, mut worse) = ([1.0; 40], [1.0; 40]);
    (bad[30], bad[35], worse[39]) = (f32::NAN, f32::INFINITY, f32::INFINITY);
    let call = Call::new("reduce_logits 3 40 32 8");
    let mut results = call.floats(&dead).floats(&bad).floats(&worse).run();
    results.floats(2 * 3 * 8);
    let sums = results.take(6, u64::from_le_bytes);
    assert_eq!(sums[..2], [f64::NEG_INFINITY, 0.0].map(f64::to_bits));
    let counts = results.words(6);
    assert_eq!([counts[0], counts[1], counts[3], counts[5]], [0, NONE, 30, 39]);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    for call in [
        Call::new("none_such 1"),
        Call::new("add 3").floats(&[1.0]),
        Call::new("add 1").floats(&[1.0; 3]),
        Call::new("add x"),
        Call::new("embed_rows 1 2 1").words(&[2]).floats(&[0.0]),
        Call::new("reduce_logits 1 2 3 1").floats(&[0.0; 2]),
    ] {
        assert_eq!(call.output().status.code(), Some(1));
    }
}
