//! Compiles the CUDA kernels where the feature `cuda` is on.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "src/device/cuda/kernels.cu";
/// Machine code for A100 and H100, and text that the driver compiles for all others from A100 on.
const TARGETS: [&str; 3] = [
    "-gencode=arch=compute_80,code=sm_80",
    "-gencode=arch=compute_90,code=sm_90",
    "-gencode=arch=compute_80,code=compute_80",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return;
    }
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-env-changed=NVCC");
    let nvcc = env::var_os("NVCC").unwrap_or_else(|| "nvcc".into());
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    compile(&nvcc, PathBuf::from(out).join("kernels.fatbin").into());
}

fn compile(nvcc: &OsStr, output: OsString) {
    let mut command = Command::new(nvcc);
    command.args(["-fatbin", "-std=c++17", "-O3"]).args(TARGETS);
    command.arg("-o").arg(output).arg(SOURCE);
    let status = match command.status() {
        Ok(status) => status,
        Err(error) if error.kind() == ErrorKind::NotFound => panic!(
            "the feature cuda needs nvcc, and there is no {}: `scripts/cuda toolkit DIR` fetches \
             one into DIR and prints the environment for this build; see docs/cuda.md",
            nvcc.display()
        ),
        Err(error) => panic!("{}: {error}", nvcc.display()),
    };
    assert!(status.success(), "nvcc could not compile {SOURCE}");
}
