#!/usr/bin/env python3
"""Writes static libraries that are linked in place of CUDA's own, for x86-64 Linux.

    scripts/trampolines.py FOLDER

FOLDER gets libcuda.a, libcublas.a, libcublasLt.a, libcurand.a and libnvrtc.a, with every function that
cudarc declares. The first call of one loads the real library and goes on there; where there is none,
every function returns an error. A program with these starts on any machine. docs/cuda.md says more.
"""

import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass
class Library:
    name: str
    # The module of cudarc that declares its functions.
    module: str
    # File names, the preferred one first.
    files: list[str]
    # What its functions return where it cannot be loaded.
    error: int


LIBRARIES = [
    Library("cuda", "driver", ["libcuda.so.1"], 100),  # CUDA_ERROR_NO_DEVICE
    Library("cublas", "cublas", ["libcublas.so.13", "libcublas.so.12"], 1),  # CUBLAS_STATUS_NOT_INITIALIZED
    Library("cublasLt", "cublaslt", ["libcublasLt.so.13", "libcublasLt.so.12"], 1),  # the same
    Library("curand", "curand", ["libcurand.so.10"], 203),  # CURAND_STATUS_INITIALIZATION_FAILED
    Library("nvrtc", "nvrtc", ["libnvrtc.so.13", "libnvrtc.so.12"], 11),  # NVRTC_ERROR_INTERNAL_ERROR
]
DECLARATION = re.compile(r'extern "C" \{\s*fn (\w+)\([^;]*?\)(?: -> ([^;]+))?;')
# Which registers hold arguments: these, how many vector registers are used, and the first eight of those.
REGISTERS = ["rdi", "rsi", "rdx", "rcx", "r8", "r9", "rax"]
VECTORS = 8
# For the vector registers; eight bytes more keep the stack at a multiple of 16.
VECTOR_BYTES = 16 * VECTORS + 8

RESOLVER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const files[] = {@files@};
static const struct { const char *name; int returns_text; } functions[] = {@functions@};
extern void *trampolines_@name@[] __attribute__((visibility("hidden")));

static long fail(void) { return @error@; }
static const char *fail_in_words(void) { return "the library @name@ is not there"; }

static void *load(void) {
  const char *folder = getenv("NEMOTRON_CUDA_LIBRARIES");
  void *library = NULL;
  for (size_t i = 0; folder && !library && i < COUNT(files); i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  }
  for (size_t i = 0; !library && i < COUNT(files); i++) {
    library = dlopen(files[i], RTLD_NOW | RTLD_GLOBAL);
  }
  return library;
}

// Threads that come at the same time find the same.
__attribute__((visibility("hidden"))) void *resolve_@name@(size_t index) {
  static void *library;
  static int loaded;
  if (!__atomic_load_n(&loaded, __ATOMIC_ACQUIRE)) {
    __atomic_store_n(&library, load(), __ATOMIC_RELAXED);
    __atomic_store_n(&loaded, 1, __ATOMIC_RELEASE);
  }
  void *found = __atomic_load_n(&library, __ATOMIC_RELAXED);
  void *function = found ? dlsym(found, functions[index].name) : NULL;
  if (!function) return functions[index].returns_text ? (void *)fail_in_words : (void *)fail;
  __atomic_store_n(&trampolines_@name@[index], function, __ATOMIC_RELEASE);
  return function;
}
"""


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    source = cudarc()
    for library in LIBRARIES:
        functions = declared(source / library.module / "sys" / "mod.rs")
        archive(folder / f"lib{library.name}.a", resolver(library, functions), trampolines(library, functions))
        print(f"lib{library.name}.a: {len(functions)} functions")


def cudarc():
    """The folder of cudarc's source, in the version that this project builds with."""
    command = ["cargo", "metadata", "--format-version", "1", "--all-features"]
    command += ["--filter-platform", "x86_64-unknown-linux-gnu"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    [manifest] = [package["manifest_path"] for package in packages if package["name"] == "cudarc"]
    return pathlib.Path(manifest).parent / "src"


def declared(module):
    """The names of a module's functions, in order, and whether each returns text instead of a status."""
    found = {name: result.startswith("*const") for name, result in DECLARATION.findall(module.read_text())}
    if not found:
        sys.exit(f"{module} declares no function in the way that is known here")
    return sorted(found.items())


def resolver(library, functions):
    """C that finds a function of the real library by its index."""
    values = {
        "name": library.name,
        "error": str(library.error),
        "files": ", ".join(f'"{file}"' for file in library.files),
        "functions": ", ".join(f'{{"{name}", {int(text)}}}' for name, text in functions),
    }
    return re.sub("@(\\w+)@", lambda match: values[match[1]], RESOLVER)


def trampolines(library, functions):
    """Assembly: each function jumps to where its entry in a table leads, at first to the resolver and on."""
    lines = [".text"]
    for index, (name, _) in enumerate(functions):
        lines += [f".globl {name}", f".hidden {name}", f".type {name}, @function"]
        lines += [f"{name}:", "endbr64", f"jmp *.Lentry_{index}(%rip)"]
        lines += [f".Lfirst_{index}:", f"pushq ${index}", "jmp .Lresolve", f".size {name}, . - {name}"]
    lines += [".Lresolve:", *(f"pushq %{register}" for register in REGISTERS), f"subq ${VECTOR_BYTES}, %rsp"]
    lines += [f"movups %xmm{i}, {16 * i}(%rsp)" for i in range(VECTORS)]
    lines += [f"movq {VECTOR_BYTES + 8 * len(REGISTERS)}(%rsp), %rdi", f"call resolve_{library.name}", "movq %rax, %r11"]
    lines += [f"movups {16 * i}(%rsp), %xmm{i}" for i in range(VECTORS)]
    lines += [f"addq ${VECTOR_BYTES}, %rsp", *(f"popq %{register}" for register in reversed(REGISTERS))]
    # The index.
    lines += ["addq $8, %rsp", "jmp *%r11"]
    table = f"trampolines_{library.name}"
    lines += [".data", ".balign 8", f".globl {table}", f".hidden {table}", f"{table}:"]
    lines += [f".Lentry_{index}: .quad .Lfirst_{index}" for index in range(len(functions))]
    lines += ['.section .note.GNU-stack, "", @progbits']
    return "\n".join(lines) + "\n"


def archive(path, c, assembly):
    with tempfile.TemporaryDirectory() as work:
        objects = []
        for name, text in ((f"{path.stem}.c", c), (f"{path.stem}_entries.s", assembly)):
            source = pathlib.Path(work, name)
            source.write_text(text)
            objects.append(source.with_suffix(".o"))
            subprocess.run(["cc", "-O2", "-fPIC", "-Wall", "-Werror", "-c", source, "-o", objects[-1]], check=True)
        path.unlink(missing_ok=True)
        subprocess.run(["ar", "crs", path, *objects], check=True)


if __name__ == "__main__":
    main()
