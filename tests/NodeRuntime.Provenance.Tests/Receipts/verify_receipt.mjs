// SPDX-License-Identifier: Apache-2.0
// Written from the page of the format alone; the headings below are that page's.
import { createHash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const HELP = `usage: node verify_receipt.mjs FILE
Verifies the receipts in a file of test vectors and prints each answer that is not the expected one, then "N receipts, M disagreements".`;

// An answer other than OK is thrown where it is found. Facts are listed by the code that says they do not hold, in the page's order.
const answerUnless = (word) => (facts) => { for (const code in facts) if (!facts[code]) throw new Error(`${word}(${code})`); };
const [need, endUnless] = [answerUnless('FAIL'), answerUnless('INCONCLUSIVE')];
// ---- Ground rules: deterministic CBOR. All parts of the format have known shapes, so a shape is a function that reads just such a value
// from r = { bytes, at } or throws. The keys of a map are known as well and read in their one order. Integers reach 2^64 - 1: all BigInt.
const [U64, MAX_NS, MAX_ROUND] = [2n ** 64n - 1n, 2n ** 63n - 1n, 253402300799n];
const isWithin = (v, min, max) => v >= min && v <= max;
const where = (shape, rule) => (r) => { const value = shape(r); if (rule(value)) return value; throw new Error('malformed'); };
const take = (r, count) => where(() => r.bytes.subarray(r.at, r.at += Number(count)), (taken) => taken.length === Number(count))(r);
function head(r, major, min = 0n, max = U64) {
  const [first] = take(r, 1);
  const [width, least] = { 24: [1, 24n], 25: [2, 2n ** 8n], 26: [4, 2n ** 16n], 27: [8, 2n ** 32n] }[first & 31] ?? [0, 0n];
  const value = width === 0 ? BigInt(first & 31) : BigInt(`0x${take(r, width).toString('hex')}`);
  return where(() => value, () => first >> 5 === major && (first & 31) < 28 && value >= least && isWithin(value, min, max))(r);
}
const uint = (min = 0n, max = U64) => (r) => head(r, 0, min, max);
const int = (r) => (r.bytes[r.at] >> 5 === 1 ? -1n - head(r, 1, 0n, MAX_NS) : head(r, 0, 0n, MAX_NS));
const bytes = (min, max = min) => (r) => take(r, head(r, 2, BigInt(min), BigInt(max)));
const text = (r) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(take(r, head(r, 3)));
const list = (shape, min, max) => (r) => Array.from({ length: Number(head(r, 4, BigInt(min), BigInt(max))) }, () => shape(r));
const tuple = (shapes, major = 4, n = BigInt(shapes.length)) => (r) => head(r, major, n, n) && shapes.map((shape) => shape(r));
const map = (...pairs) => tuple(pairs.map(([key, shape]) => (r) => where(int, (v) => v === key)(r) && shape(r)), 5); // no key here is 0
const orNull = (shape) => (r) => (r.bytes[r.at] === 0xf6 ? take(r, 1) && null : shape(r));
function read(shape, encoded, r = { bytes: encoded, at: 0 }) { // null where malformed
  try { return where(shape, () => r.at === encoded.length)(r); } catch { return null; }
}
const readOrFail = (code, shape, encoded) => read(shape, encoded) ?? need({ [code]: false });
// ---- Records.
const join = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part))); // of buffers, arrays of bytes and texts
const sha256 = (...parts) => createHash('sha256').update(join(...parts)).digest();
const [round, ns, epoch, events] = [uint(0n, MAX_ROUND), uint(0n, MAX_NS), uint(0n, 2n ** 32n - 1n), uint(0n, 2n ** 48n)];
const [hash, salt, encodedRecord, any] = [bytes(32), bytes(16), bytes(0, 1024), bytes(0, 131072)];
const isKey = (v) => v.length === 34 && [1, 2].includes(v[0]) && [2, 3].includes(v[1]);
const zone = where(text, (v) => v.length <= 16 && /^[A-Z]{2}(-[a-z0-9-]+)?$/.test(v));
const record = (type, fields, rule = () => true) => where((r) => {
  const [, , ...values] = tuple([uint(1n, 1n), uint(type, type), ...Object.values(fields)])(r);
  return Object.fromEntries([['leaf', sha256([0], r.bytes)], ...Object.keys(fields).map((name, i) => [name, values[i]])]);
}, rule);
const HEARTBEAT = record(300n, { salt, node: hash, round, previous: orNull(round), sequence: uint(0n, MAX_NS - 2n ** 24n),
  stateRoot: orNull(hash), policyRoot: orNull(hash), schemaRoot: orNull(hash), counts: tuple([uint(), uint(), uint()]), clockOffset: int,
  agentLevel: uint(0n, 4n) }, (v) => v.previous === null || v.previous < v.round);
const EVENT = record(301n, { kind: uint(1n, 20n), salt, subject: hash, actor: hash, time: ns, sequence: uint(1n, MAX_NS),
  parents: list(hash, 0, 16), decision: orNull(salt), zone });
const AGGREGATION = record(302n, { level: uint(1n, 8n), slot: uint(0n, 1023n), round, child: hash, childRoot: hash,
  childSize: uint(1n, 2n ** 24n), events, firstTime: ns, lastTime: ns, epoch, heartbeat: orNull(hash) },
(v) => (v.level === 1n ? v.events === v.childSize - 1n : v.childSize <= 1024n) && v.firstTime <= v.lastTime
  && (v.events > 0n || v.lastTime === 0n) && (v.level === 1n) === (v.heartbeat !== null));
const ROUND_LEAF = record(304n, { round, coreRoot: orNull(hash), slots: uint(1n, 1024n), events, epochRoot: hash, previousRoot: hash,
  mark: uint(0n, 1n) }, (v) => (v.mark === 0n ? v.coreRoot !== null : v.coreRoot === null && v.events === 0n));
const PLAN = record(305n, { chain: hash, epoch, genesisRound: round, firstRound: round, slots: list(uint(1n, 1024n), 1, 8),
  validators: list(tuple([where(bytes(34), isKey), uint(1n, 2n ** 54n)]), 1, 100) },
(v) => v.genesisRound <= v.firstRound && new Set(v.validators.map(([key]) => key.toString('hex'))).size === v.validators.length);
const PROMISE = record(306n, { chain: hash, node: hash, epoch, round, first: uint(1n, MAX_NS - 2n ** 15n), count: uint(1n, 32768n),
  root: hash, due: round }, (v) => isWithin(v.due, v.round, v.round + 2n));
const MATERIALS = record(308n, { state: uint(), record: encodedRecord, heartbeat: orNull(encodedRecord), promise: orNull(encodedRecord),
  plans: list(bytes(0, 8192), 0, 2), checkpoint: orNull(text) });
// ---- Trees and signatures. What verifies a signature hashes by itself, hence the input of T and not T.
const inputOfT = (name, ...parts) => join([12 + name.length], `noderuntime/${name}`, ...parts);
const peerOf = (key) => sha256(inputOfT('Peer', key));
function fold(leaf, [size, index, path]) {
  need({ IndexOutOfRange: index < size });
  let [fn, sn, r] = [index, size - 1n, leaf];
  for (const p of path) {
    need({ PathTooLong: sn !== 0n });
    const isRight = fn % 2n === 1n || fn === sn;
    r = sha256([1], ...(isRight ? [p, r] : [r, p]));
    while (isRight && fn !== 0n && fn % 2n === 0n) [fn, sn] = [fn / 2n, sn / 2n];
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  need({ PathTooShort: sn === 0n });
  return r;
}
// By a key's first byte: COSE's algorithm, the group's order, and what stands before the point in a SubjectPublicKeyInfo (RFC 5480).
const ALGORITHMS = { 1: [-47n, 2n ** 256n - 0x14551231950b75fc4402da1732fc9bebfn, '3036301006072a8648ce3d020106052b8104000a032200'],
  2: [-7n, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, '3039301306072a8648ce3d020106082a8648ce3d030107032200'] };
function isSigned(prefix, point, message, signature, digest) {
  const key = { key: join(Buffer.from(prefix, 'hex'), point), format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' };
  try { return signature.length === 64 && verify(digest, message, key, signature); } catch { return false; } // the key is no point
}
function isEcdsaSigned(key, signature, message) {
  const [, order, prefix] = ALGORITHMS[key[0]];
  const [r, s] = [0, 32].map((at) => BigInt(`0x0${signature.toString('hex', at, at + 32)}`));
  return isWithin(r, 1n, order - 1n) && isWithin(s, 1n, order / 2n) && isSigned(prefix, key.subarray(1), message, signature, 'sha256');
}
// ---- Checkpoint and tiles.
const fromBase64 = (digits) => [Buffer.from(digits, 'base64')].find((decoded) => decoded.toString('base64') === digits) ?? Buffer.alloc(0);
function readLine(line) {
  const [, name, base64] = /^\u2014 ([^\p{White_Space}+]+) ([^ ]+)$/u.exec(line) ?? ['', '', ''];
  const blob = fromBase64(base64);
  return isWithin(blob.length, 5, 2500) ? { name, keyId: blob.subarray(0, 4), signature: blob.subarray(4) } : null;
}
function readCheckpoint(note) { // null where malformed
  const [, signedText, origin, digits, base64, rest] = /^(([^\n]+)\n(0|[1-9][0-9]{0,19})\n([^\n]+)\n)\n([^]+)\n$/.exec(note) ?? [];
  if (rest === undefined || note.length > 57344 || /[\0-\t\v-\x1f]/.test(note) || /[\ud800-\udfff]/.test(note)) return null;
  const [size, root, lines] = [BigInt(digits), fromBase64(base64), rest.split('\n').map(readLine)];
  return size > U64 || root.length !== 32 || lines.length > 200 || lines.includes(null) ? null : { signedText, origin, size, root, lines };
}
// Those of the signers that have a line. A signer is known by name, algorithm and key; `check` fails where the line is wrong.
const signersWithLine = ({ lines }, signers, identify, check) => signers.filter((signer) => {
  const [name, ...algorithmAndKey] = identify(signer);
  const keyId = sha256(`${name}\n`, ...algorithmAndKey).subarray(0, 4);
  const own = lines.filter((line) => line.name === name && line.keyId.equals(keyId));
  need({ SignatureTwice: own.length <= 1 });
  own.forEach(({ signature }) => check(signer, signature));
  return own.length === 1;
});
function checkValidators(checkpoint, { chain, validators }) {
  const message = inputOfT('CalendarCheckpoint', chain, checkpoint.signedText);
  const identify = ([key]) => [`noderuntime.validator/${peerOf(key).toString('hex')}`, [0xff], 'noderuntime/validator/v1', key];
  const isRight = ([key], line) => line[0] === key[0] && isEcdsaSigned(key, line.subarray(1), message);
  const signed = signersWithLine(checkpoint, validators, identify, (...own) => need({ ValidatorSignatureWrong: isRight(...own) }));
  const [all, those] = [validators, signed].map((some) => some.reduce((sum, [, weight]) => sum + weight, 0n));
  need({ BelowQuorum: those >= all - (all - 1n) / 3n });
}
function checkWitnesses(checkpoint, { witnesses, quorum }, state, last) {
  const right = signersWithLine(checkpoint, witnesses, ({ name, key }) => [name, [4], key], ({ key }, line) => {
    const time = line.length === 72 ? line.readBigUInt64BE() : 0n; // of another length the signature is wrong in any case
    const message = join(`cosignature/v1\ntime ${time}\n`, checkpoint.signedText);
    need({ WitnessSignatureWrong: isSigned('302a300506032b6570032100', key, message, line.subarray(8), null), // prefix: RFC 8410
      WitnessTimeWrong: isWithin(time, last - 30n, MAX_ROUND) });
  });
  need({ BelowWitnessQuorum: state !== 3n || witnesses.length === 0 || right.length >= quorum });
}
// ---- The container.
const CONTAINER = (r) => head(r, 6, 18n, 18n) && tuple([any, map([396n, map([-1n, list(any, 1, 10)])], [-65602n, any]), orNull(any),
  where(any, ({ length }) => length === 0 || length === 64)])(r);
const [SEGMENT, SEGMENT_AND_NEXT] = [[], [encodedRecord]].map((next) => tuple([uint(), uint(), list(hash, 0, 64), ...next]));
function openContainer(encoded) {
  need({ TooLarge: encoded.length <= 131072 });
  const [header, [[proofs], blob], payload, signature] = readOrFail('ContainerMalformed', CONTAINER, encoded);
  need({ PayloadAttached: payload === null });
  const [algorithm, type, key, structure] = readOrFail('ProtectedMalformed', map([1n, int], [3n, text], [4n, any], [395n, int]), header);
  const [segments, materials] = [proofs.map((proof) => read(SEGMENT, proof) ?? read(SEGMENT_AND_NEXT, proof)), read(MATERIALS, blob)];
  need({ AlgorithmUnknown: [-47n, -7n].includes(algorithm), ContentTypeWrong: type === 'application/vnd.noderuntime.event+cbor',
    KeyMalformed: isKey(key), AlgorithmMismatch: algorithm === ALGORITHMS[key[0]]?.[0], StructureUnknown: structure === -65538n,
    SegmentMalformed: !segments.includes(null), MaterialsMalformed: materials !== null, StateUnknown: isWithin(materials?.state, 1n, 4n) });
  const isSignedOver = (content) => isEcdsaSigned(key, signature, // all that is signed has 24 to 255 bytes, so heads of two bytes
    join([0x84, 0x6a], 'Signature1', [0x58, header.length], header, [0x40, 0x58, content.length], content));
  return { peer: peerOf(key), signature, segments, isSignedOver, ...materials };
}
// ---- Verification.
const NO_TRUST = { plans: [], witnesses: [], publications: new Map() };
const inForce = (plan, ofEpoch, atRound) => (ofEpoch < plan.epoch ? atRound < plan.firstRound : atRound >= plan.firstRound);
const checkChain = (trust, chain, ofEpoch, atRound) => need({ ChainWrong: trust === NO_TRUST || trust.chain.equals(chain),
  EpochNotInForce: trust.plans.every((plan) => inForce(plan, ofEpoch, atRound)) });
function checkParts({ state, promise, plans, checkpoint, heartbeat, signature, segments }) {
  const [isPromised, isAgreed, isPublished] = [state === 1n, state === 2n || state === 3n, state === 4n];
  need({ PromiseMissing: !isPromised || promise !== null, PromiseUnexpected: isPromised || promise === null,
    PlanMissing: isPromised || plans.length > 0, PlanUnexpected: isAgreed || plans.length <= (isPromised ? 0 : 1),
    CheckpointMissing: !isAgreed || checkpoint !== null, CheckpointUnexpected: isAgreed || checkpoint === null,
    HeartbeatUnexpected: !isPromised || heartbeat === null, SignatureMissing: isPublished || signature.length > 0,
    SignatureUnexpected: !isPublished || signature.length === 0, SegmentCountWrong: !isPromised || segments.length === 1 });
}
function checkPromise(receipt, opened, trust) {
  const promise = readOrFail('PromiseMalformed', PROMISE, receipt.promise);
  need({ PromiseOfHeartbeat: 'subject' in opened });
  const [[size, index, , next], root] = [receipt.segments[0], fold(opened.leaf, receipt.segments[0])];
  need({ NextUnexpected: next === undefined, SizeMismatch: size === promise.count, PromiseRootMismatch: root.equals(promise.root),
    SequenceWrong: opened.sequence === promise.first + index, IssuerForeign: promise.node.equals(receipt.peer) });
  checkChain(trust, promise.chain, promise.epoch, promise.round);
  need({ IssuerSignatureWrong: receipt.isSignedOver(receipt.promise) });
  endUnless({ NoTrust: trust !== NO_TRUST, EpochUnknown: trust.plans.some((plan) => plan.epoch === promise.epoch) });
}
function climb(segments, opened, plan) { // to the calendar's root; A1 is the first aggregation
  const [levels, k] = [[opened], plan.slots.length];
  for (const [i, segment] of segments.entries()) {
    const [below, root, [size, , , next], above] = [levels[i], fold(levels[i].leaf, segment), segment, segments[i + 1]];
    need(i > k ? { NextUnexpected: next === undefined } : { NextMissing: next !== undefined });
    if (i > k) return { root, A1: levels[1] };
    const n = i < k ? readOrFail('AggregationMalformed', AGGREGATION, next) : readOrFail('RoundMalformed', ROUND_LEAF, next);
    need(i < k ? { [i === 0 ? 'EventRootMismatch' : 'ParentRootMismatch']: n.childRoot.equals(root), SizeMismatch: n.childSize === size,
      LevelWrong: n.level === BigInt(i + 1), EpochWrong: n.epoch === plan.epoch, RoundMismatch: i === 0 || n.round === below.round,
      SlotMismatch: n.slot === above[1], SlotCountMismatch: above[0] === plan.slots[i], EventsMismatch: i === 0 || n.events >= below.events,
      TimesMismatch: i === 0 || below.events === 0n || (n.firstTime <= below.firstTime && below.lastTime <= n.lastTime),
    } : { CoreRootMismatch: n.coreRoot?.equals(root), SlotCountMismatch: n.slots === size, RoundMismatch: n.round === below.round,
      EventsMismatch: n.events >= below.events, PlanForeign: n.epochRoot.equals(plan.leaf) });
    levels.push(n);
  }
}
function checkEntry({ peer, segments: [[, index]], heartbeat }, opened, A1) {
  const isEvent = 'subject' in opened;
  need({ IssuerForeign: A1.child.equals(peer), LeafZeroWrong: isEvent === (index !== 0n),
    EventTimeMismatch: !isEvent || isWithin(opened.time, A1.firstTime, A1.lastTime), HeartbeatUnexpected: isEvent || heartbeat === null });
  const b = isEvent ? heartbeat && readOrFail('HeartbeatMalformed', HEARTBEAT, heartbeat) : opened;
  need(b === null ? {} : { HeartbeatMismatch: b.leaf.equals(A1.heartbeat), HeartbeatForeign: b.node.equals(A1.child),
    HeartbeatRoundWrong: b.round === A1.round, SequenceWrong: !isEvent || opened.sequence === b.sequence + index });
}
function checkCheckpoint(receipt, [plan, signers], { size, root, A1 }, last, trust) {
  need({ EpochNotInForce: inForce(signers, plan.epoch, A1.round) && [signers, ...trust.plans].every((x) => inForce(x, signers.epoch, last)),
    PlanUntrusted: !trust.plans.some((x) => [plan, signers].some((p) => p.epoch === x.epoch && !p.leaf.equals(x.leaf))) });
  const checkpoint = readCheckpoint(receipt.checkpoint) ?? need({ CheckpointMalformed: false });
  need({ OriginWrong: checkpoint.origin === `noderuntime.calendar/${plan.chain.toString('hex')}`,
    CheckpointSizeMismatch: checkpoint.size === size, CalendarRootMismatch: checkpoint.root.equals(root) });
  checkValidators(checkpoint, signers);
  checkWitnesses(checkpoint, trust, receipt.state, last);
  need({ IssuerSignatureWrong: receipt.isSignedOver(root) });
  endUnless({ NoTrust: trust !== NO_TRUST, EpochUnknown: [plan, signers].every((p) => trust.plans.some((x) => x.epoch === p.epoch)),
    NoWitnesses: receipt.state !== 3n || trust.witnesses.length > 0 });
}
function checkCalendar(receipt, opened, trust) {
  const { segments, state } = receipt;
  const [plan, signers = plan] = receipt.plans.map((encoded) => readOrFail('PlanMalformed', PLAN, encoded));
  need({ PlanMismatch: signers === plan || (signers.chain.equals(plan.chain) && signers.genesisRound === plan.genesisRound
    && signers.epoch > plan.epoch && signers.firstRound > plan.firstRound), SegmentCountWrong: segments.length === plan.slots.length + 2 });
  const { root, A1 } = climb(segments, opened, plan);
  checkEntry(receipt, opened, A1);
  const [size, index] = segments.at(-1);
  const last = plan.genesisRound + size - 1n;
  need({ CalendarIndexWrong: index === A1.round - plan.genesisRound && last <= MAX_ROUND, EpochNotInForce: A1.round >= plan.firstRound });
  checkChain(trust, plan.chain, plan.epoch, A1.round);
  if (state !== 4n) return checkCheckpoint(receipt, [plan, signers], { size, root, A1 }, last, trust);
  endUnless({ NoTrust: trust !== NO_TRUST, PublicationUnknown: trust.publications.has(size) });
  return need({ PublicationMismatch: trust.publications.get(size).equals(root) });
}
function answer(encoded, trust) {
  try {
    const receipt = openContainer(encoded);
    const opened = read(EVENT, receipt.record) ?? readOrFail('RecordMalformed', HEARTBEAT, receipt.record);
    checkParts(receipt);
    (receipt.state === 1n ? checkPromise : checkCalendar)(receipt, opened, trust);
    return 'OK';
  } catch ({ message }) { return message; } // an answer, or a fault of this program, which is a disagreement with every answer
}
// ---- Vectors.
function checkVectors(file) {
  const [trusts, cases, hex] = [{ none: NO_TRUST }, [], (digits) => Buffer.from(digits, 'hex')];
  let trust = null;
  for (const [word, a, b, digits, ...name] of readFileSync(file, 'utf8').split('\n').map((line) => line.split(' '))) {
    if (word === 'trust') trusts[a] = trust = { plans: [], witnesses: [], publications: new Map() };
    if (word === 'chain') trust.chain = hex(a);
    if (word === 'plan') trust.plans.push(readOrFail('PlanMalformed', PLAN, hex(a)));
    if (word === 'witness') trust.witnesses.push({ name: a, key: hex(b) });
    if (word === 'quorum') trust.quorum = BigInt(a);
    if (word === 'publication') trust.publications.set(BigInt(a), hex(b));
    if (word === 'case') cases.push({ name: name.join(' '), expected: a, found: answer(hex(digits), trusts[b]) });
  }
  const wrong = cases.filter(({ expected, found }) => found !== expected);
  wrong.forEach(({ name, expected, found }) => console.log(`${name}: expected ${expected}, found ${found}`));
  console.log(`${cases.length} receipts, ${wrong.length} disagreements`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
if (process.argv[2] === '--help') console.log(HELP); else checkVectors(process.argv[2]);
