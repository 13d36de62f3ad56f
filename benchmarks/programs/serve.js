// One program in V8, for measuring it in turns with others: for each line "n" on standard input one line "checksum nanoseconds" on
// standard output, the nanoseconds being those of this process's processor time. The argument is the program's .wasm file.
'use strict';
const fs = require('fs');
const readline = require('readline');

const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const imports = {};
for (const wanted of WebAssembly.Module.imports(module_)) {
  // run() calls no host function; a command's other parts name some.
  (imports[wanted.module] ??= {})[wanted.name] = () => { throw new Error(wanted.name + ' was called'); };
}

const { run } = new WebAssembly.Instance(module_, imports).exports;

readline.createInterface({ input: process.stdin }).on('line', line => {
  const start = process.cpuUsage();
  const sum = run(Number(line)) >>> 0;
  const taken = process.cpuUsage(start);
  process.stdout.write(`${sum.toString(16).padStart(8, '0')} ${(taken.user + taken.system) * 1000}\n`);
});
