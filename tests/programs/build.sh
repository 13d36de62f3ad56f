#!/usr/bin/env bash
# Builds six well-known C programs for wasm32-wasi: what the tests of `tests/NodeRuntime.Wasm.Tests/Programs` run. Nothing of theirs is in
# this repository: the sources are those that Debian 12 froze, fetched by apt from the machine's own mirrors and known by their hashes.
# Needs: clang lld wasi-libc libclang-rt-14-dev-wasm32 make gcc tclsh (Debian: tcl) bzip2 xz-utils
#
#   tests/programs/build.sh [FOLDER]        default: artifacts/programs
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-$here/../../artifacts/programs}")
work=$out/work
mkdir -p "$work"

# What was built from these very files is built no more.
stamp=$(cat "$here/build.sh" "$here"/compat/* | sha256sum | cut -d' ' -f1)
[ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ] && { echo "programs: up to date in $out"; exit 0; }

fetch() { # package, file, sha256
  if ! echo "$3  $work/$2" | sha256sum --check --status 2>/dev/null; then
    (cd "$work" && apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/parts" \
      -o Dir::State::Lists="$work/lists" -o APT::Sandbox::User=root --download-only source "$1" >/dev/null)
    echo "$3  $work/$2" | sha256sum --check --quiet
  fi
  rm -rf "${work:?}/$1" && mkdir "$work/$1"
  tar xf "$work/$2" -C "$work/$1" --strip-components=1
}

# The machine's own sources, asked for the release's source packages: other vendors' lists and later updates are left out.
mkdir -p "$work/lists/partial" "$work/parts"
: >"$work/sources.list"
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
  awk 'BEGIN { RS = ""; ORS = "\n\n" } !/-security/' /etc/apt/sources.list.d/debian.sources | sed 's/^Types: .*/Types: deb-src/' >"$work/parts/debian.sources"
else
  sed -n '/-security/d;s/^deb \(.*debian.*\)/deb-src \1/p' /etc/apt/sources.list >"$work/sources.list"
fi
apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/parts" -o Dir::State::Lists="$work/lists" \
  -o APT::Sandbox::User=root update >/dev/null

fetch zlib zlib_1.2.13.dfsg.orig.tar.bz2 71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1
fetch bzip2 bzip2_1.0.8.orig.tar.gz ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269
fetch brotli brotli_1.0.9.orig.tar.gz f9e8d81d0405ba66d181529af42a3354f838c939095ff99930da6aa9cdf6fe46
fetch cmark cmark_0.30.2.orig.tar.gz 6c7d2bcaea1433d977d8fed0b55b71c9d045a7cdf616e3cd2dce9007da753db3
fetch expat expat_2.5.0.orig.tar.gz ab00ee05c7067fd10a35c5d2a4922ebba746ddd50ff83b79c828da17bbdf1757
fetch sqlite3 sqlite3_3.40.1.orig.tar.xz aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655

wasm() { # program, then clang's arguments
  local name=$1
  shift
  clang --target=wasm32-wasi -O2 -w -mbulk-memory -msign-ext -mnontrapping-fptoint -ftls-model=local-exec \
    -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_GETPID -D_WASI_EMULATED_MMAN -D_WASI_EMULATED_PROCESS_CLOCKS \
    -I"$here/compat" -include compat.h -o "$out/$name.wasm" "$@" \
    -lwasi-emulated-signal -lwasi-emulated-getpid -lwasi-emulated-mman -lwasi-emulated-process-clocks
  echo "programs: $name.wasm $(stat -c %s "$out/$name.wasm") bytes"
}

sqlite3() {
  cd "$work/sqlite3"
  # The amalgamation and the shell are made by the project's own scripts.
  ./configure --disable-tcl --disable-readline >/dev/null
  make sqlite3.c shell.c >/dev/null
  wasm sqlite3 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_OMIT_POPEN -DSQLITE_NOHAVE_SYSTEM sqlite3.c shell.c
}

others() {
  cd "$work/zlib"
  wasm minigzip -I. -DHAVE_UNISTD_H ./*.c test/minigzip.c

  cd "$work/bzip2"
  wasm bzip2 blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c bzip2.c

  cd "$work/cmark"
  mkdir -p made
  sed 's/@PROJECT_VERSION_MAJOR@/0/;s/@PROJECT_VERSION_MINOR@/30/;s/@PROJECT_VERSION_PATCH@/2/' src/cmark_version.h.in >made/cmark_version.h
  printf '#define CMARK_EXPORT\n#define CMARK_NO_EXPORT\n' >made/cmark_export.h
  printf '#include <stdbool.h>\n#define HAVE_STDBOOL_H\n#define HAVE___BUILTIN_EXPECT\n#define CMARK_ATTRIBUTE(list) __attribute__ (list)\n#define CMARK_INLINE inline\n' >made/config.h
  wasm cmark -Imade -Isrc src/*.c

  cd "$work/expat/expat"
  : >lib/expat_config.h
  wasm xmlwf -DXML_POOR_ENTROPY -DXML_DTD -DXML_NS -DXML_CONTEXT_BYTES=1024 -DXML_STATIC -DBYTEORDER=1234 -DHAVE_UNISTD_H '-DPACKAGE="expat"' \
    -Ilib lib/xmlparse.c lib/xmlrole.c lib/xmltok.c xmlwf/xmlwf.c xmlwf/xmlfile.c xmlwf/codepage.c xmlwf/readfilemap.c

  cd "$work/brotli"
  wasm brotli -Ic/include c/common/*.c c/enc/*.c c/dec/*.c c/tools/brotli.c
}

(sqlite3) &
slow=$!
(others)
wait "$slow"
echo "$stamp" >"$out/stamp"
