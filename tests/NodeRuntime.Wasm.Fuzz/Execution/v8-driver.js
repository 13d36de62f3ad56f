// The reference engine's side. One request a line (JSON), one answer a line: what WebAssembly.Module said of the bytes, and the
// transcript of a run, line for line as the C# side writes its own.
'use strict';

const crypto = require('crypto');
const readline = require('readline');

const LOG_LINES_KEPT = 16;
const TABLE_ENTRIES_SHOWN = 256;
const COLLECT_EVERY = 64;
const view = new DataView(new ArrayBuffer(8));

let lines;
let logged;
let logHash;
let functions;
let externs;

function log(text) {
  logged++;
  for (let i = 0; i < text.length; i++) logHash = Math.imul(logHash ^ text.charCodeAt(i), 16777619) >>> 0;
  if (logged <= LOG_LINES_KEPT) lines.push('  log ' + text);
}

function endLog() {
  if (logged > LOG_LINES_KEPT) lines.push(`  logged ${logged} ${logHash.toString(16).padStart(8, '0')}`);
  logged = 0;
  logHash = 2166136261;
}

function text(type, value) {
  switch (type) {
    case 'i32':
    case 'i64':
      return type + ':' + value;
    case 'f32':
      if (Number.isNaN(value)) return 'f32:nan';
      view.setFloat32(0, value);
      return 'f32:' + view.getUint32(0).toString(16).padStart(8, '0');
    case 'f64':
      if (Number.isNaN(value)) return 'f64:nan';
      view.setFloat64(0, value);
      return 'f64:' + view.getBigUint64(0).toString(16).padStart(16, '0');
    case 'funcref':
      return 'func:' + (value === null ? 'null' : functions.has(value) ? functions.get(value) : 'unknown');
    case 'externref':
      return 'extern:' + (value === null ? 'null' : externs.indexOf(value));
    default:
      return type;
  }
}

// Values by their types; a v128 comes as two i64, low half first.
function texts(types, values) {
  let at = 0;
  return types.map((type) => (type === 'v128' ? vector(values[at++], values[at++]) : text(type, values[at++])));
}

function vector(low, high) {
  const half = (value) => BigInt.asUintN(64, value).toString(16).padStart(16, '0');
  return 'v128:' + half(high) + half(low);
}

function number(type, bits) {
  view.setBigUint64(0, BigInt(bits));
  switch (type) {
    case 'i32':
      return view.getInt32(4);
    case 'i64':
      return view.getBigInt64(0);
    case 'f32':
      return view.getFloat32(4);
    default:
      return view.getFloat64(0);
  }
}

// A trap's class; what is a limit of this engine begins with "limit", at the line's start.
function failure(error) {
  const message = String(error && error.message);
  if (error instanceof RangeError) return /call stack/.test(message) ? 'limit depth' : 'limit memory';
  if (!(error instanceof WebAssembly.RuntimeError)) return '  failed: ' + error;
  if (/unreachable/.test(message)) return '  trap unreachable';
  if (/memory access out of bounds|data segment.* out of bounds/.test(message)) return '  trap memory';
  if (/table (index|access|initializer).* out of bounds|(table|element) segment.* out of bounds/.test(message)) return '  trap table';
  if (/null function or function signature|null function|signature mismatch/.test(message)) return '  trap indirect';
  if (/divide by zero|remainder by zero/.test(message)) return '  trap divide';
  if (/unrepresentable/.test(message)) return '  trap range';
  return '  failed: ' + message;
}

function attempt(work) {
  try {
    work();
    return true;
  } catch (error) {
    endLog();
    lines.push(failure(error));
    return false;
  }
}

function makeImport(item) {
  switch (item.kind) {
    case 'function':
      return (...values) => log('(' + texts(item.types, values).join(' ') + ')');
    case 'global':
      return new WebAssembly.Global({ value: item.type, mutable: item.mutable }, number(item.type, item.bits));
    case 'memory':
      return new WebAssembly.Memory(bounds(item));
    default:
      return new WebAssembly.Table({ element: item.type === 'funcref' ? 'anyfunc' : 'externref', ...bounds(item) }, null);
  }
}

function bounds(item) {
  return item.maximum < 0 ? { initial: item.initial } : { initial: item.initial, maximum: item.maximum };
}

function run(request) {
  let exports;
  const instantiated = attempt(() => {
    const imports = { i: {} };
    request.imports.forEach((item, place) => { imports.i[place] = makeImport(item); });
    const module = new WebAssembly.Module(Buffer.from(request.run, 'base64'));
    exports = new WebAssembly.Instance(module, imports).exports;
    lines.push('instantiated');
  });
  if (!instantiated) return;
  // As there, the log of the start function runs on into the first call's.
  functions = new Map();
  for (let i = 0; i < request.functions; i++) functions.set(exports['f' + i], i);
  for (const call of request.calls) {
    lines.push('call f' + call.function);
    const done = attempt(() => {
      const values = call.arguments.flatMap((argument) => {
        if (argument.type === 'v128') return [number('i64', argument.bits), number('i64', argument.high)];
        if (argument.type === 'externref') return argument.reference < 0 ? null : externs[argument.reference];
        if (argument.type === 'funcref') return argument.reference < 0 ? null : exports['f' + argument.reference];
        return number(argument.type, argument.bits);
      });
      const returned = exports[(call.wrapped ? 'w' : 'f') + call.function](...values);
      endLog();
      const results = Array.isArray(returned) ? returned : [returned];
      lines.push(['  =', ...texts(call.results, results)].join(' '));
    });
    if (!done && lines[lines.length - 1].startsWith('limit')) return;
  }
  if (request.describe) describe(request, exports);
}

function reader(read) {
  return read === undefined ? 'v128' : vector(...read());
}

function describe(request, exports) {
  for (let i = 0; i < request.memories; i++) {
    const bytes = new Uint8Array(exports['m' + i].buffer);
    lines.push(`m${i} pages=${bytes.length / 65536} ${crypto.createHash('sha256').update(bytes).digest('hex')}`);
  }
  request.globals.forEach((type, i) => {
    lines.push(`g${i} ` + (type === 'v128' ? reader(exports['v' + i]) : text(type, exports['g' + i].value)));
  });
  request.tables.forEach((type, i) => {
    const table = exports['t' + i];
    const parts = [`t${i} count=${table.length}`];
    for (let entry = 0; entry < table.length && entry < TABLE_ENTRIES_SHOWN; entry++) parts.push(text(type, table.get(entry)));
    lines.push(parts.join(' '));
  });
}

let answered = 0;

function answer(request) {
  lines = [];
  logged = 0;
  logHash = 2166136261;
  functions = new Map();
  externs = [{}, {}, {}];
  let refusal = '';
  try {
    new WebAssembly.Module(Buffer.from(request.module, 'base64'));
  } catch (error) {
    refusal = String(error.message) || 'refused';
  }
  if (refusal === '' && request.run) run(request);
  // Each memory reserves gigabytes of addresses until it is collected.
  if (++answered % COLLECT_EVERY === 0) global.gc();
  return { refusal, lines };
}

readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
});
