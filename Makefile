# Two commands set everything up: `make run` and `make test`. The rest is what they are made of.

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
# Our own paths would otherwise end up in the binary's panic messages.
CARGO = cargo
APP = $(CARGO_TARGET_DIR)/release/nemotron-playground

.PHONY: run test bench soak fuzz check build bindings demo packages test-packages

run: packages build
	$(APP) $(MODEL)

test: packages test-packages build
	cd ui && npm test
	tests/run_under_display $(CARGO) test --release --workspace --quiet

# How the window feels and how fast a model comes, in milliseconds, held to the figures in tests/tests/*_speed.rs.
bench: packages test-packages build
	BENCH=1 tests/run_under_display $(CARGO) test --release -p tests --test window_speed --test sessions_speed --test download_speed -- --nocapture

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

build: ui/dist/index.html
	$(CARGO) build --release -p nemotron-playground -p cli

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

ui/node_modules/.done: ui/package.json ui/package-lock.json
	cd ui && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

ui/dist/index.html: ui/node_modules/.done $(shell find ui/src -type f) ui/index.html ui/vite.config.ts icons/app.svg
	cd ui && npm run build
	touch $@
