#!/usr/bin/env python3
"""A second verifier of receipts of events, from docs/provenance-format.md, with nothing but Python's standard library.
Usage: verify_receipt.py VECTORS: says where it disagrees with the file, and how often."""
import base64, hashlib, re, sys
from curves import ecdsa, ed25519

class Answer(Exception): pass
def first(**checks):  # the first that does not hold is the answer
    for code, holds in checks.items():
        if not holds: raise Answer(f"FAIL({code})")
def need(condition, code): first(**{code: condition})
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def tagged(name, *parts): return sha(bytes([12 + len(name)]), b"noderuntime/" + name.encode(), *parts)

# Deterministic CBOR. A map is ("map", pairs), a tag ("tag", number, item); whatever is not canonical is a ValueError.
BAD = (ValueError, TypeError, IndexError, RecursionError)
def refuse(bad):
    if bad: raise ValueError
def cbor(data):
    item, at = cbor_item(data, 0)
    refuse(at != len(data))
    return item
def cbor_item(data, at):
    major, value, at = data[at] >> 5, data[at] & 31, at + 1
    if major == 7 and value == 22: return None, at
    refuse(major == 7 or value > 27)
    if value >= 24:
        size, least = 1 << value - 24, (24, 256, 65536, 1 << 32)[value - 24]
        value, at = int.from_bytes(data[at:at + size], "big"), at + size
        refuse(value < least)
    refuse(at > len(data) or 1 < major < 4 and at + value > len(data))
    if major < 2: return (-1 - value if major else value), at
    if major < 4: return (bytes(data[at:at + value]) if major == 2 else data[at:at + value].decode("utf-8")), at + value
    items, starts = [], []
    for _ in range({5: 2 * value, 6: 1}.get(major, value)):
        starts.append(at)
        item, at = cbor_item(data, at)
        items.append(item)
    if major != 5: return (("tag", value, items[0]) if major == 6 else items), at
    keys = [(end - start, data[start:end]) for start, end in zip(starts[::2], starts[1::2])]
    refuse(keys != sorted(set(keys)))
    return ("map", list(zip(items[::2], items[1::2]))), at
def signature_structure(protected, payload):
    head = lambda n: bytes([64 | n]) if n < 24 else bytes([88, n]) if n < 256 else bytes([89, n >> 8, n & 255])
    return b"\x84\x6aSignature1" + head(len(protected)) + protected + b"\x40" + head(len(payload)) + payload

# Records: fields (u: unsigned, u32, i: signed, t: text, b: bytes, a number: so many bytes, l: list, ?: or null), size, ranges.
TIME, SEQ, SECOND = (1 << 63) - 1, (1 << 63) - 1, 253402300799
def match(item, kind):
    if item is None: return kind.endswith("?")
    kind = kind.rstrip("?")
    low, high = {"u": (0, 1 << 64), "u32": (0, 1 << 32), "i": (-(1 << 63), 1 << 63)}.get(kind, (0, 0))
    if high: return type(item) is int and low <= item < high
    if kind in ("t", "l"): return isinstance(item, str if kind == "t" else list)
    return isinstance(item, bytes) and (kind == "b" or len(item) == int(kind))
def is_key(k): return len(k) == 34 and k[0] in (1, 2) and k[1] in (2, 3)
def is_validator(v): return len(v) == 2 and match(v[0], "34") and match(v[1], "u") and is_key(v[0]) and 1 <= v[1] <= 1 << 54
RECORDS = {
    300: ("16 32 u u? u 32? 32? 32? l i u", 1024, lambda salt, node, second, before, seq, state, policy, schema, counters, offset, level:
          second <= SECOND and (before is None or before < second) and seq <= SEQ - (1 << 24) and level <= 4
          and len(counters) == 3 and all(match(c, "u") for c in counters)),
    301: ("u 16 32 32 u u l 16? t", 1024, lambda kind, salt, subject, actor, time, seq, parents, decision, zone:
          1 <= kind <= 20 and time <= TIME and 1 <= seq <= SEQ and len(parents) <= 16 and all(match(p, "32") for p in parents)
          and len(zone) <= 16 and re.fullmatch("[A-Z]{2}(-[a-z0-9-]+)?", zone)),
    302: ("u u u 32 32 u u u u u32 32?", 1024, lambda level, slot, second, child, root, size, events, start, end, epoch, heartbeat:
          1 <= level <= 8 and slot < 1024 and second <= SECOND and 1 <= size <= (1 << 24 if level == 1 else 1024) and events <= 1 << 48
          and (level > 1 or events == size - 1) and start <= end <= TIME and (events or not end) and (heartbeat is not None) == (level == 1)),
    304: ("u 32? u u 32 32 u", 1024, lambda second, core, slots, events, plan, before, mark: second <= SECOND and 1 <= slots <= 1024
          and events <= 1 << 48 and mark <= 1 and (core is None and events == 0 if mark else core is not None)),
    305: ("32 u32 u u l l", 8192, lambda chain, epoch, genesis, start, slots, validators: genesis <= start <= SECOND and 1 <= len(slots) <= 8
          and all(match(s, "u") and 1 <= s <= 1024 for s in slots) and 1 <= len(validators) <= 100 and all(map(is_validator, validators))
          and len({v[0] for v in validators}) == len(validators)), 306: ("32 32 u32 u u u 32 u", 1024, lambda chain, node, epoch, second, start, count, root, due:
          second <= SECOND and 1 <= start <= SEQ - (1 << 15) and 1 <= count <= 1 << 15 and 0 <= due - second <= 2),
    308: ("u b b? b? l t?", 131072, lambda state, leaf, opened, promise, plans, note:
          all(len(p or b"") <= 1024 for p in (leaf, opened, promise)) and len(plans) <= 2 and all(match(p, "b") and len(p) <= 8192 for p in plans))}
def record(kind, data, code=None):  # the fields behind version and type; the answer, or None, of anything else
    fields, most, ranges = RECORDS[kind]
    try:
        item, kinds = cbor(data) if len(data) <= most else None, fields.split()
        good = isinstance(item, list) and len(item) == len(kinds) + 2 and item[:2] == [1, kind] and all(map(match, item[2:], kinds))
        if good and ranges(*item[2:]): return item[2:]
    except BAD: pass
    need(code is None, code or "")

def fold(leaf, size, index, path):  # RFC 9162 section 2.1.3.2
    need(index < size, "IndexOutOfRange")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn != 0, "PathTooLong")
        left = fn & 1 or fn == sn
        r = sha(b"\1", p, r) if left else sha(b"\1", r, p)
        while left and fn and not fn & 1: fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "PathTooShort")
    return r

def b64(text):
    data = base64.b64decode(text, validate=True)
    refuse(base64.b64encode(data).decode() != text)
    return data
def checkpoint(note):  # text, origin, size, root, and signature lines: name, key id, bytes
    try:
        refuse(not note.endswith("\n") or len(note) > 57344 or any(c < " " and c != "\n" or ord(c) > 0xffff for c in note))
        border, marks = note.rindex("\n\n") + 1, []
        for line in note[border + 1:].split("\n")[:-1]:
            dash, name, rest = line.split(" ")
            data = b64(rest)
            refuse(dash != "\u2014" or not name or "+" in name or re.search(r"\s", name) or not 4 < len(data) <= 2500)
            marks.append((name, data[:4], data[4:]))
        origin, size, root, end = note[:border].split("\n")
        good = 1 <= len(marks) <= 200 and origin and not end and len(b64(root)) == 32
        refuse(not good or not re.fullmatch("0|[1-9][0-9]{0,19}", size) or int(size) >= 1 << 64)
        return note[:border], origin, int(size), b64(root), marks
    except ValueError: need(False, "CheckpointMalformed")

def segment(data):
    size, index, path, *above = cbor(data)
    good = match(size, "u") and match(index, "u") and match(path, "l") and len(path) <= 64 and all(match(p, "32") for p in path) and len(above) < 2
    refuse(not good or not all(match(n, "b") and len(n) <= 1024 for n in above))
    return size, index, path, above[0] if above else None
def container(data):
    need(len(data) <= 131072, "TooLarge")
    code = "ContainerMalformed"
    try:
        _, tag, (protected, (_, [(l1, (_, [(l2, segments)])), (l3, materials)]), payload, signature) = cbor(data)
        need((tag, l1, l2, l3) == (18, 396, -1, -65602) and match(segments, "l") and 1 <= len(segments) <= 10, code)
        need(all(match(b, "b") for b in (protected, materials, *segments)), code)
        need(payload is None or not isinstance(payload, bytes), "PayloadAttached")
        need(payload is None and match(signature, "b") and len(signature) in (0, 64), code)
        code = "ProtectedMalformed"
        _, [(a, alg), (b, kind), (c, key), (d, vds)] = cbor(protected)
        need([a, b, c, d] == [1, 3, 4, 395] and match(alg, "i") and match(kind, "t") and match(key, "b") and match(vds, "i"), code)
        first(AlgorithmUnknown=alg in (-47, -7), ContentTypeWrong=kind == "application/vnd.noderuntime.event+cbor",
              KeyMalformed=is_key(key), AlgorithmMismatch=(alg == -47) == (key[:1] == b"\1"), StructureUnknown=vds == -65538)
        code = "SegmentMalformed"
        ways = [segment(s) for s in segments]
    except BAD: need(False, code)
    parts = record(308, materials, "MaterialsMalformed")
    need(1 <= parts[0] <= 4, "StateUnknown")
    return protected, key, ways, parts, signature

def in_force(plan, epoch, second): return second < plan[3] if epoch < plan[1] else second >= plan[3]
def peer(key): return tagged("Peer", key)
def lines(marks, name, of_key):  # the bytes of a key's line; twice is an answer
    mine = [m[2] for m in marks if m[:2] == (name, sha(name.encode(), b"\n", of_key)[:4])]
    for i, mark in enumerate(mine):
        need(i == 0, "SignatureTwice")
        yield mark
def verify_promise(leaf, event, key, ways, promise, is_signed, trust, known):
    p, (size, index, path, above) = record(306, promise, "PromiseMalformed"), ways[0]
    need(event, "PromiseOfHeartbeat")
    root = fold(sha(b"\0", leaf), size, index, path)
    first(NextUnexpected=above is None, SizeMismatch=size == p[5], PromiseRootMismatch=root == p[6], SequenceWrong=event[5] == p[4] + index,
          IssuerForeign=p[1] == peer(key), ChainWrong=not trust or trust["chain"] == p[0],
          EpochNotInForce=all(in_force(k, p[2], p[3]) for k in known), IssuerSignatureWrong=is_signed(promise))
    return "INCONCLUSIVE(NoTrust)" if not trust else "OK" if any(k[1] == p[2] for k in known) else "INCONCLUSIVE(EpochUnknown)"

def walk(leaf, ways, plan, plan_root):  # the peer's second and the calendar's root
    need(len(ways) == len(plan[4]) + 2, "SegmentCountWrong")
    h, below, second = sha(b"\0", leaf), None, None
    for i, (size, index, path, above) in enumerate(ways):
        root = fold(h, size, index, path)
        if i == len(ways) - 1: break
        need(above is not None, "NextMissing")
        if i < len(plan[4]):
            a = record(302, above, "AggregationMalformed")
            need(a[4] == root, "ParentRootMismatch" if i else "EventRootMismatch")
            first(SizeMismatch=a[5] == size, LevelWrong=a[0] == i + 1, EpochWrong=a[9] == plan[1], RoundMismatch=not below or a[2] == below[2],
                  SlotMismatch=a[1] == ways[i + 1][1], SlotCountMismatch=ways[i + 1][0] == plan[4][i], EventsMismatch=not below or a[6] >= below[6],
                  TimesMismatch=not below or not below[6] or a[7] <= below[7] and a[8] >= below[8])
            below, second = a, second or a
        else:
            r = record(304, above, "RoundMalformed")
            first(CoreRootMismatch=r[1] == root, SlotCountMismatch=r[2] == size, RoundMismatch=r[0] == below[2],
                  EventsMismatch=r[3] >= below[6], PlanForeign=r[4] == plan_root)
        h = sha(b"\0", above)
    need(above is None, "NextUnexpected")
    return second, root

def verify(data, trust):
    protected, key, ways, (state, leaf, opened, promise, plans, note), signature = container(data)
    is_signed = lambda payload: ecdsa(key, sha(signature_structure(protected, payload)), key[:1] + signature)
    event, pulse, known, is_noted = record(301, leaf), record(300, leaf), trust["plans"] if trust else [], state in (2, 3)
    first(RecordMalformed=event or pulse, PromiseMissing=state != 1 or promise is not None, PromiseUnexpected=state == 1 or promise is None,
          PlanMissing=state == 1 or plans, PlanUnexpected=len(plans) <= (0, 2, 2, 1)[state - 1], CheckpointMissing=not is_noted or note is not None,
          CheckpointUnexpected=is_noted or note is None, HeartbeatUnexpected=state != 1 or opened is None,
          SignatureMissing=state == 4 or signature, SignatureUnexpected=state != 4 or not signature, SegmentCountWrong=state != 1 or len(ways) == 1)
    if state == 1: return verify_promise(leaf, event, key, ways, promise, is_signed, trust, known)
    read = [record(305, p, "PlanMalformed") for p in plans]
    plan, signers = read[0], read[-1]
    need(len(read) == 1 or plan[0] == signers[0] and plan[2] == signers[2] and plan[1] < signers[1] and plan[3] < signers[3], "PlanMismatch")
    second, root = walk(leaf, ways, plan, sha(b"\0", plans[0]))
    place, (size, index, _, _), moment, last = ways[0][1], ways[-1], second[2], plan[2] + ways[-1][0] - 1
    first(IssuerForeign=second[3] == peer(key), LeafZeroWrong=(event is None) == (place == 0),
          EventTimeMismatch=not event or second[7] <= event[4] <= second[8], HeartbeatUnexpected=opened is None or event)
    pulse = pulse if opened is None else record(300, opened, "HeartbeatMalformed")
    if pulse:
        first(HeartbeatMismatch=sha(b"\0", leaf if opened is None else opened) == second[10], HeartbeatForeign=pulse[1] == second[3],
              HeartbeatRoundWrong=pulse[2] == moment, SequenceWrong=not event or event[5] == pulse[4] + place)
    first(CalendarIndexWrong=index == moment - plan[2] and last <= SECOND, EpochNotInForce=in_force(plan, plan[1], moment))
    first(ChainWrong=not trust or trust["chain"] == plan[0], EpochNotInForce=all(in_force(k, plan[1], moment) for k in known))
    if state == 4:
        if not trust or size not in trust["published"]: return f"INCONCLUSIVE({'PublicationUnknown' if trust else 'NoTrust'})"
        need(trust["published"][size] == root, "PublicationMismatch")
        return "OK"
    first(EpochNotInForce=all(in_force(k, signers[1], last) for k in [signers] + known) and in_force(signers, plan[1], moment),
          PlanUntrusted=all(k == p for p in read for k in known if k[1] == p[1]))
    text, origin, its_size, its_root, marks = checkpoint(note)
    first(OriginWrong=origin == "noderuntime.calendar/" + plan[0].hex(), CheckpointSizeMismatch=its_size == size, CalendarRootMismatch=its_root == root)
    total, weight, witnesses, count = sum(v[1] for v in signers[5]), 0, trust["witnesses"] if trust else [], 0
    for k, w in signers[5]:
        for mark in lines(marks, "noderuntime.validator/" + peer(k).hex(), b"\xffnoderuntime/validator/v1" + k):
            need(ecdsa(k, tagged("CalendarCheckpoint", plan[0], text.encode()), mark), "ValidatorSignatureWrong")
            weight += w
    need(weight >= total - (total - 1) // 3, "BelowQuorum")
    for name, k in witnesses:
        for mark in lines(marks, name, b"\4" + k):
            seen = int.from_bytes(mark[:8], "big")
            need(len(mark) == 72 and ed25519(k, f"cosignature/v1\ntime {seen}\n{text}".encode(), mark[8:]), "WitnessSignatureWrong")
            need(last - 30 <= seen <= SECOND, "WitnessTimeWrong")
            count += 1
    first(BelowWitnessQuorum=state != 3 or not witnesses or count >= trust["quorum"], IssuerSignatureWrong=is_signed(root))
    if trust and all(any(k[1] == p[1] for k in known) for p in read): return "INCONCLUSIVE(NoWitnesses)" if state == 3 and not witnesses else "OK"
    return f"INCONCLUSIVE({'EpochUnknown' if trust else 'NoTrust'})"

def main():
    trusts, count, wrong = {"none": None}, 0, 0
    for line in open(sys.argv[1], encoding="utf-8"):
        word, *rest = line.rstrip("\n").split(" ")
        if word == "trust": t = trusts[rest[0]] = {"plans": [], "witnesses": [], "published": {}}
        elif word in ("chain", "quorum"): t[word] = bytes.fromhex(rest[0]) if word == "chain" else int(rest[0])
        elif word == "plan": t["plans"].append(record(305, bytes.fromhex(rest[0])))
        elif word == "witness": t["witnesses"].append((rest[0], bytes.fromhex(rest[1])))
        elif word == "publication": t["published"][int(rest[0])] = bytes.fromhex(rest[1])
        elif word == "case":
            try: said = verify(bytes.fromhex(rest[2]), trusts[rest[1]])
            except Answer as answer: said = str(answer)
            count, wrong = count + 1, wrong + (said != rest[0])
            if said != rest[0]: print(f"{' '.join(rest[3:])}: expected {rest[0]}, said {said}")
    print(f"{count} receipts, {wrong} disagreements")
    return 1 if wrong or not count else 0
if __name__ == "__main__": sys.exit(main())
