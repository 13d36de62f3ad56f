#!/bin/sh
# Builds every program to a WASI command that also exports run and once. Needs clang, lld, wasi-libc and clang's builtins for wasm32
# (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32). The same compiler gives the same bytes: no path, no time and no debug
# information goes in. Linking is a step of its own, without -O: else clang would pass the program through wasm-opt where that is installed.
set -eu
# A folder as the only argument receives the files instead, to compare with what is here.
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here}" && pwd)
cd "$here"
objects=$(mktemp -d)
trap 'rm -r "$objects"' EXIT
compile() {
  clang --target=wasm32-wasi -O2 -std=c11 -Wall -Wextra -Werror -mbulk-memory -msign-ext -mnontrapping-fptoint \
    -ftls-model=local-exec -c -o "$objects/$1.o" "$1.c"
}
compile command
for source in *.c; do
  name=${source%.c}
  case $name in command | serve) continue ;; esac
  compile "$name"
  clang --target=wasm32-wasi -Wl,--strip-all -Wl,--export=run,--export=once -o "$out/$name.wasm" "$objects/$name.o" "$objects/command.o"
done
(cd "$out" && sha256sum ./*.wasm)
