# Two commands set everything up: `make run` and `make test`. The rest is what they are made of.

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
# Our own paths would otherwise end up in the binary's panic messages.
CARGO = cargo
APP = $(CARGO_TARGET_DIR)/release/nemotron-playground
# Everything for GPUs, the build and what it is built with: docs/cuda.md.
CUDA = $(CARGO_TARGET_DIR)/cuda

.PHONY: run run-cpu run-cuda test bench soak fuzz check check-cuda kernels build cuda bindings demo \
  packages test-packages cuda-packages

# With a driver for NVIDIA GPUs the app that can use them, else the one that computes on the CPU alone.
run: packages
	$(MAKE) --no-print-directory run-$$(scripts/cuda flavour)

run-cpu: build
	$(APP) $(MODEL)

run-cuda: cuda
	libraries=$$(scripts/cuda libraries $(CUDA)) && eval "$$libraries" && $(CUDA)/target/release/nemotron-playground $(MODEL)

test: packages test-packages build
	cd ui && npm test
	tests/run_under_display $(CARGO) test --release --workspace --quiet

# How the window feels and how fast a model comes, in milliseconds, held to the figures in tests/tests/*_speed.rs.
bench: packages test-packages build
	BENCH=1 tests/run_under_display $(CARGO) test --release -p tests --test window_speed --test chat_speed --test sessions_speed --test download_speed -- --nocapture

# Whether memory stays what it is while text streams for SOAK_MINUTES.
SOAK_MINUTES ?= 60
soak: packages test-packages build
	SOAK_MINUTES=$(SOAK_MINUTES) tests/run_under_display $(CARGO) test --release -p tests --test soak -- --nocapture

# Hostile files for every reader, FUZZ_SECONDS each. The inputs found so far are part of `make test`.
FUZZ_SECONDS ?= 600
fuzz:
	scripts/fuzz $(FUZZ_SECONDS)

# Formatting, lints and types; nothing is run.
check: ui/node_modules/.done packages
	cd ui && npm run check && npm run lint && npm run build
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets --quiet -- -D warnings
	$(MAKE) --no-print-directory check-cuda

# The same with the code for GPUs compiled in; it takes no CUDA.
check-cuda: ui/dist/index.html
	scripts/cuda check $(CUDA)

# The CUDA kernels by NVIDIA's compiler, which is fetched if it is not there.
kernels: cuda-packages
	scripts/cuda kernels $(CUDA)

build: ui/dist/index.html
	$(CARGO) build --release -p nemotron-playground -p cli

# App and command line for NVIDIA GPUs.
cuda: packages cuda-packages ui/dist/index.html
	scripts/cuda build $(CUDA)

# The TypeScript side of the commands, from the Rust types.
bindings: ui/dist/index.html
	UPDATE_BINDINGS=1 $(CARGO) test --release -p nemotron-playground --lib contract

# Trains the built-in model again: about an hour on two cores. See src-tauri/demo/README.md.
demo:
	src-tauri/demo/train.py --venv $(CARGO_TARGET_DIR)/demo-venv

packages:
	@scripts/packages run

test-packages:
	@scripts/packages test

cuda-packages:
	@scripts/packages cuda

ui/node_modules/.done: ui/package.json ui/package-lock.json
	cd ui && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

ui/dist/index.html: ui/node_modules/.done $(shell find ui/src -type f) ui/index.html ui/vite.config.ts icons/app.svg
	cd ui && npm run build
	touch $@
