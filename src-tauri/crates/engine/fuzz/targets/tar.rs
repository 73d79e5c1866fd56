#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

const BLOCK_BYTES: usize = 512;

fuzz_target!(|file: &[u8]| {
    engine::hostile::tar(file);
});

// No chance change of a header gets past its checksum, so each is given the right one.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, _seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    seal(&mut data[..size]);
    size
});

/// Writes the checksum of every header that its predecessors' sizes lead to.
fn seal(archive: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = archive.get_mut(at..at + BLOCK_BYTES) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        at += BLOCK_BYTES + size(header).min(archive.len()).next_multiple_of(BLOCK_BYTES);
    }
}

fn size(header: &[u8]) -> usize {
    let digits = header[124..136].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_usize, |size, digit| size.saturating_mul(8).saturating_add((digit - b'0').into()))
}
