#!/bin/sh
# Builds csv_report.wasm. Needs clang, lld, wasi-libc and clang's builtins for wasm32 (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32).
# The same compiler gives the same bytes: no path, no time and no debug information goes in.
set -eu
# A path as the only argument builds there instead, to compare with what is here.
out=${1:-csv_report.wasm}
cd "$(dirname "$0")"
object=$(mktemp)
trap 'rm "$object"' EXIT
clang --target=wasm32-wasi -O2 -std=c11 -Wall -Wextra -Wno-format -Werror -mbulk-memory -msign-ext -mnontrapping-fptoint -ftls-model=local-exec \
  -c -o "$object" csv_report.c
# Linked without -O: else clang would pass the program through wasm-opt where that is installed.
clang --target=wasm32-wasi -Wl,--strip-all -o "$out" "$object"
sha256sum "$out"
