#!/usr/bin/python3
"""Tests decode.py against encode.py (sync/FORMAT.md).

Ends with the line "N passed, N failed"; the exit status says the same.
"""

from __future__ import annotations

import copy
import json
import math
import os
import subprocess
import sys
import tempfile
from typing import Any, Callable, Optional

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import decode as dec          # noqa: E402
import encode as enc          # noqa: E402

Json = dict[str, Any]

ALICE, BOB, CAROL = (enc.Device.make(label) for label in ("alice", "bob", "carol"))
INC_A, INC_B, INC_C = (enc.Random("incarnation " + x)(8).hex() for x in "abc")
LONE = enc.Random("unlinked")(16).hex()
LONE2 = enc.Random("unlinked 2")(16).hex()

passed = 0
failures: list[str] = []


def check(name: str, good: bool, detail: str = "") -> None:
    """Counts one test."""
    global passed
    if good:
        passed += 1
    else:
        failures.append(name)
        print(f"FAILED {name} {detail}")


def difference(actual: Any, wanted: Any, path: str = "") -> Optional[str]:
    """Where actual lacks something wanted; dicts may hold more than is wanted."""
    if isinstance(wanted, dict):
        if not isinstance(actual, dict):
            return f"{path}: {actual!r} is no dict"
        for key, value in wanted.items():
            if key not in actual:
                return f"{path}/{key}: absent"
            found = difference(actual[key], value, f"{path}/{key}")
            if found:
                return found
        return None
    if isinstance(wanted, list):
        if not isinstance(actual, list) or len(actual) != len(wanted):
            return f"{path}: {actual!r} is not {wanted!r}"
        for i, (a, w) in enumerate(zip(actual, wanted)):
            found = difference(a, w, f"{path}/{i}")
            if found:
                return found
        return None
    same = type(actual) is type(wanted) and actual == wanted
    return None if same else f"{path}: {actual!r} is not {wanted!r}"


def receiver(device: enc.Device) -> dec.Recipient:
    """A device as the reader."""
    return dec.Recipient(device.sign_pk, device.seal_pk, device.seal_sk)


def read(data: bytes, known: tuple[enc.Device, ...] = (ALICE,), own: enc.Device = BOB,
         registries: Optional[list[bytes]] = None) -> Json:
    """Decodes for Bob, who knows Alice."""
    return dec.decode(data, receiver(own), [(d.sign_pk, d.seal_pk) for d in known], registries)


def bundle(frames: list[Any], seed: str = "seed", **more: Any) -> enc.Bundle:
    """A bundle from Alice to Bob."""
    made = enc.Bundle(ALICE, BOB, seed, frames=frames, devices=[CAROL], **more)
    made.manifest.setdefault("incarnation", INC_A)
    return made


# ---------------------------------------------------------------------------
# Descriptions


def dot(counter: int, incarnation: str = INC_A) -> str:
    """A dot as text."""
    return f"{incarnation}-{counter}"


def statements(*of: tuple[str, enc.Device, int]) -> Json:
    """A section of incarnation statements."""
    return {"type": 1, "statements": [
        {"incarnation": name, "device": device.id.hex(), "highest": highest}
        for name, device, highest in of]}


def registry_section() -> Json:
    """Every type of statement, and a new one."""
    carol = {"sign_pk": CAROL.sign_pk.hex(), "seal_pk": CAROL.seal_pk.hex(), "role": 2,
             "name": "Car\u00f6l \U0001f343", "audiences": "elders school"}
    bodies: list[tuple[int, Any]] = [
        (1, carol), (1, dict(carol, role=4, audiences="")),
        (2, {"device": CAROL.id.hex(), "points": [{"incarnation": INC_C, "accepted": 7}]}),
        (2, {"device": CAROL.id.hex(), "points": []}),
        (3, {"version": 3, "json": b'{"a":1}'.hex()}), (4, "00ff"),
        (5, {"days": 20454}), (6, {"bundle": "ab" * 16, "verdict": 2}),
        (7, {"erased": ["cd" * 16, "ef" * 16]}), (200, "")]
    return {"type": 2, "statements": [
        {"type": kind, "issuer": ALICE.id.hex(), "serial": i + 1, "time": -5 * i, "body": body}
        for i, (kind, body) in enumerate(bodies)]}


def decision(subject: str, mode: int = 1, **more: Any) -> Json:
    """One decision."""
    row: Json = {"subject": subject, "purpose": "research", "event": 4, "flags": 0,
                 "episode": 1, "until": 0, "recipients": "", "withheld_from": "", "notice": 0, "stated": "",
                 "supersedes": [],
                 "mode": mode, "details": {"grantor": "self", "language": "x", "claimed_time": 99}}
    row.update(more)
    return row


def batch(count: int, first: int = 10, present: Optional[list[int]] = None,
          seed: Optional[str] = "5e" * 16, **more: Any) -> Json:
    """A batch by Alice of so many decisions with various contents."""
    events = (4, 5, 6, 7, 1, 2, 3, 8, 9, 10)
    rows = []
    for i in range(count):
        event = events[i % 10]
        mode = (1 if seed else 2, 0, 2)[i % 3]
        rows.append(decision(
            (dot(i + 1), LONE, dot(i + 1, INC_C))[i % 3], mode, event=event,
            flags=(1 if event in (6, 7) and i % 2 else 0) | (2 if i % 3 == 1 else 0), purpose=("research", "photo")[i % 2],
            episode=i // 3, until=20000 + i if i % 2 else 0,
            recipients=("", "clinic school", "elders")[i % 3],
            withheld_from=("", "", "auditor")[i % 3], notice=i % 5,
            stated=("", "photo=1", "photo=2 research=4294967295")[i % 3],
            supersedes=["%064x" % j for j in range(i % 4)],
            details={"grantor": f"p{i}", "dissent": "n\u00e3o", "claimed_time": 1000 - 7 * i}))
    made: Json = {"incarnation": INC_A, "device": "alice", "first": first, "seed": seed,
                  "decisions": rows}
    if present is not None:
        made["present"] = present
    made.update(more)
    return made


FILE = "image/jpeg 17179869184 " + "4d" * 32


def every_field() -> Json:
    """A block with every type, presence and encoding."""
    fields: list[Json] = [
        {"name": "t0", "type": 1, "encoding": 0, "purposes": ["research", "photo"]},
        {"name": "t1", "type": 1, "encoding": 1}, {"name": "c0", "type": 6, "encoding": 0},
        {"name": "c1", "type": 6, "encoding": 1}, {"name": "i", "type": 2},
        {"name": "r", "type": 3}, {"name": "b", "type": 4}, {"name": "d", "type": 5},
        {"name": "one", "type": 7, "concerns": 1}, {"name": "many", "type": 8, "concerns": 3},
        {"name": "none", "type": 1}, {"name": "f0", "type": 9, "encoding": 0},
        {"name": "f1", "type": 9, "encoding": 1}]
    rows: list[Json] = [
        {"id": dot(1), "values": {
            "t0": "", "t1": "same", "c0": "yes", "c1": "no", "i": -(1 << 63), "r": -0.0,
            "b": True, "d": "2024-12-19", "one": dot(5, INC_B), "many": [],
            "f0": FILE, "f1": FILE + " 24576 " + "5e" * 32}},
        {"id": dot(2), "values": {
            "t0": "\u00e9\u6f22\U0001f600", "t1": "same", "c0": "yes", "c1": "no",
            "i": (1 << 63) - 1, "r": 1.5e-300, "b": False, "d": "1999",
            "one": LONE, "many": [dot(3, INC_C), LONE, dot(2, INC_C)]}},
        {"id": LONE, "dot": dot(60), "values": {
            "t0": "x" * 5000, "t1": "other", "c0": "", "c1": "yes", "i": 0, "b": True,
            "d": "2024-05", "one": dot(9), "many": [LONE2]},
         "cleared": ["r"], "blank": ["none"]},
        {"id": dot((1 << 20) - 1), "values": {
            "t0": "z", "t1": "same", "c0": "q", "c1": "no", "i": 7, "b": True,
            "d": "2024-12-25"}, "blank": ["r", "one"], "cleared": ["many"]}]
    return {"type": 5, "kind": "plot", "fields": fields, "rows": rows}


def every_part() -> Json:
    """A block with dots, pasts, statements and persons."""
    research = {"person": dot(4, INC_B), "purpose": "research", "episode": 2}
    every = {"person": LONE, "purpose": None, "episode": 0}
    rows: list[Json] = [
        {"id": dot(1), "dot": dot(1), "past": [], "statement": "usual", "persons": [],
         "values": {"a": 1}},
        {"id": dot(1), "dot": dot(20), "past": [dot(1), dot(5, INC_C)],
         "statement": [research, every, dict(research, person="community " + dot(3, INC_B))],
         "persons": [dot(4, INC_B), LONE, "community " + dot(4, INC_B)], "values": {"a": 2}},
        {"id": LONE, "dot": dot(22), "past": [dot(7)], "statement": [], "persons": [LONE2],
         "values": {}},
        {"id": dot(3, INC_C), "dot": dot(21), "past": [dot(2), dot(1, INC_C)],
         "statement": [dict(research, purpose="photo")], "persons": [], "values": {"a": 3}}]
    return {"type": 5, "kind": "person", "is": 1, "rows": rows,
            "fields": [{"name": "a", "type": 2, "purposes": ["photo"]}]}


def wide_block(rows: int) -> Json:
    """More than 256 different strings, so that indexes are varints."""
    return {"type": 5, "kind": "wide", "fields": [{"name": "t", "type": 1, "encoding": 1}],
            "rows": [{"id": dot(i + 1), "values": {"t": f"s{i % (rows - 10)}"}}
                     for i in range(rows)]}


def bare_block() -> Json:
    """Creations without values."""
    return {"type": 5, "kind": "seen", "rows": [
        {"id": dot(50), "dot": dot(50)}, {"id": LONE, "dot": dot(51)}]}


def every_section() -> list[Any]:
    """Frames that hold every section."""
    first = [statements((INC_A, ALICE, 1000), (INC_C, CAROL, 500), (INC_B, BOB, 5)),
             registry_section(),
             {"type": 3, "records": [dot(8), LONE, dot(7, INC_C), dot(2)],
              "under": [[dot(8), dot(9)], [dot(8), LONE], [dot(2), dot(9)]]},
             {"type": 4, "batches": [batch(3), batch(20, 100, seed=None)]},
             every_part(), bare_block(),
             {"type": 6, "asks": [{"name": "0f" * 16, "record": dot(3, INC_C)},
                                  {"name": "1f" * 16, "record": LONE}]},
             {"type": 7, "moments": [{"dot": dot(1), "time": 1700000000},
                                     {"dot": dot(9), "time": -3}]},
             {"type": 130, "raw": "c0ffee"}]
    named = [{"type": 3, "records": []}, {"type": 4, "encoding": 1, "batches": [batch(5, 30)]}]
    pieces = {"type": 8, "file": bytes(2 * enc.PIECE + 9).hex(), "numbers": [2]}
    short = {"type": 8, "file": b"a short one".hex(), "numbers": [0]}
    return [first, [every_field()], [wide_block(300)], named, [], [pieces, {"type": 130, "raw": ""}],
            [short]]


def wanted_pieces(section: Json) -> Json:
    """What decode must show of pieces of a file, without their bytes."""
    whole = bytes.fromhex(section["file"])
    cut = [whole[at:at + enc.PIECE] for at in range(0, len(whole), enc.PIECE)]
    levels = enc.piece_tree([enc.blake(32, "satchel1piece", piece) for piece in cut])
    return {"type": 8, "name": enc.blake(32, "satchel1media", enc.le64(len(whole)), levels[-1][0]).hex(),
            "size": len(whole), "pieces": [
                {"number": n, "leaf": levels[0][n].hex(), "proof": [
                    level[n >> depth ^ 1].hex() for depth, level in enumerate(levels)
                    if n >> depth ^ 1 < len(level)]} for n in section["numbers"]]}


def wanted_section(section: Json) -> Json:
    """What decode must show of a described section."""
    if section["type"] >= 128:
        return {"type": section["type"], "skipped": section["raw"]}
    wanted = copy.deepcopy(section)
    wanted.pop("encoding", None)
    if section["type"] == 8:
        return wanted_pieces(section)
    for made in wanted.get("batches", []):
        made.pop("device")
        whole = made.pop("decisions")
        made.setdefault("present", list(range(len(whole))))
        made["leaves"] = len(whole)
        made["check"] = "good"
        made["decisions"] = [whole[i] for i in made["present"]]
        for row in made["decisions"]:
            if row["mode"] == 0:
                del row["details"], row["salt"]
    return wanted


def wanted_frames(frames: list[Any]) -> list[Json]:
    """What decode must show of described frames."""
    return [{"index": i, "status": "intact", "sections": [wanted_section(s) for s in frame]}
            for i, frame in enumerate(frames)]


# ---------------------------------------------------------------------------
# Tests


def test_primitives() -> None:
    """Known answers of ChaCha20 and HChaCha20; Padme; both programmes agree."""
    known = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
    check("chacha20 zero key, encoder", enc.chacha20(bytes(32), 32).hex() == known)
    check("chacha20 zero key, decoder", dec.chacha20_zero(bytes(32), 32).hex() == known)
    key = bytes(range(32))
    nonce = bytes.fromhex("000000090000004a0000000031415927")
    check("hchacha20", enc.hchacha20(key, nonce).hex() ==
          "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc")
    for length in (0, 1, 63, 64, 65, 128, 1000):
        check(f"xchacha20 {length}", enc.xchacha20(key, length) == dec.xchacha20_zero(key, length))
        check(f"chacha20 {length}", enc.chacha20(key, length) == dec.chacha20_zero(key, length))
    sizes = {0: 0, 1: 1, 3: 3, 8: 8, 9: 10, 100: 104, 1000: 1024, 1025: 1088, 1048577: 1081344}
    for length, size in sizes.items():
        check(f"padme {length}", enc.padme(length) == size == dec.padme(length))


def test_varints() -> None:
    """Only the shortest form, at most 64 bits (section 1)."""
    for value in (0, 1, 127, 128, 300, 1 << 40, (1 << 64) - 1):
        check(f"varint {value}", dec.Reader(enc.varint(value)).varint() == value
              and dec.put_varint(value) == enc.varint(value))
    for value in (0, -1, 1, -(1 << 63), (1 << 63) - 1):
        check(f"zigzag {value}", dec.Reader(enc.zigzag(value)).zigzag() == value)
    for raw in ("8000", "ff00", "80", "ffffffffffffffffff02", "ffffffffffffffffff8100", ""):
        check(f"varint {raw} refused", breaches(lambda: dec.Reader(bytes.fromhex(raw)).varint()))


def breaches(call: Callable[[], Any]) -> bool:
    """Whether a call ends with a breach."""
    try:
        call()
    except dec.Breach:
        return True
    return False


def expect(name: str, data: bytes, outcome: str, wanted: Optional[Json] = None,
           **how: Any) -> Json:
    """Decodes and compares outcome and content."""
    result = read(data, **how)
    check(name + ": outcome", result["outcome"] == outcome,
          f"{result['outcome']}: {result['reason']}")
    found = difference(result, wanted or {})
    check(name + ": content", found is None, found or "")
    json.dumps(result, allow_nan=False)
    return result


def test_round_trips() -> None:
    """Every section in both forms, compressed and stored."""
    manifest: Json = {
        "flags": 6, "incarnation": INC_A, "assumes": INC_B, "heard": INC_B, "time": -12345,
        "programme": "9a" * 32, "base": "9b" * 16, "rests": ["9c" * 16, "9d" * 16],
        "receipt": {"counter": 3, "held": ["01" * 16], "settled": [],
                    "declined": ["02" * 16, "03" * 16]}}
    for compact in (False, True):
        for compress in (False, True):
            frames = every_section()
            data = enc.encode(bundle(frames, compact=compact, compress=compress,
                                     manifest=dict(manifest), spare=100))
            wanted = {"form": "compact" if compact else "full", "signature": "good",
                      "manifest": manifest, "frames": wanted_frames(frames), "size": len(data)}
            name = f"every section, compact {compact}, compress {compress}"
            result = expect(name, data, "ok", wanted)
            registry = result["frames"][0]["sections"][1]["statements"] if result["frames"] else []
            check(name + ": registry", [s.get("check") for s in registry] == ["good"] * 10)
            own = result["frames"][0]["sections"][0]["statements"] if result["frames"] else []
            check(name + ": statements", [s.get("check") for s in own] == ["good"] * 3)
            check(name + ": reproducible", data == enc.encode(bundle(
                every_section(), compact=compact, compress=compress,
                manifest=dict(manifest), spare=100)))
    expect("no frames", enc.encode(bundle([], compact=True)), "ok", {"frames": []})


def test_parts() -> None:
    """Parts that are written though no row needs them, and infinite reals."""
    block = bare_block()
    block["parts"] = 15
    expect("needless parts", enc.encode(bundle([[block]])), "ok", {
        "frames": [{"sections": [{"flags": 15, "rows": block["rows"]}]}]})
    rows = [{"id": dot(1), "values": {"r": math.inf}}, {"id": dot(2), "values": {"r": -math.inf}}]
    block = {"type": 5, "kind": "k", "fields": [{"name": "r", "type": 3, "presence": 2}],
             "rows": rows}
    expect("infinity", enc.encode(bundle([[block]])), "ok", {"frames": [{"sections": [{"rows": [
        {"values": {"r": "inf"}}, {"values": {"r": "-inf"}}]}]}]})


def test_dates() -> None:
    """Dates, with the days that reach into the next year's codes."""
    for shown in ("2024", "2024-01", "2024-01-31", "2024-12", "2024-12-01", "2024-12-19",
                  "2024-12-21", "2024-12-31", "0001-02-03"):
        check(f"date {shown}", dec.date(enc.date_code(shown)) == shown)
    for code in (2024 * 512 + 12, 2024 * 512 + 39, 2024 * 512 + 40 + 32):
        check(f"date code {code} refused", breaches(lambda: dec.date(code)))


def test_enrolment() -> None:
    """An enrolment request from somebody unknown."""
    made = bundle([], manifest={"enrolment": {"role": 2, "name": "Ana"}})
    expect("enrolment", enc.encode(made), "ok", {
        "manifest": {"flags": 1, "enrolment": {
            "sign_pk": ALICE.sign_pk.hex(), "role": 2, "name": "Ana"}}}, known=())
    made.frames = [[]]
    expect("enrolment with frames", enc.encode(made), "refused", known=())
    made.frames, made.manifest["enrolment"]["role"] = [], 5
    expect("enrolment with role 5", enc.encode(made), "refused", known=())
    made.manifest["enrolment"]["role"] = 1
    made.tamper["manifest"] = lambda m: m[:1] + bytes([m[1] ^ 1]) + m[2:]
    expect("enrolment of another id", enc.encode(made), "refused", known=())


def test_certificate() -> None:
    """A sender that brings its approval (2.2)."""
    made = bundle([[]], manifest={"certificate": "aa" * 200})
    expect("certificate", enc.encode(made), "ok", {
        "manifest": {"flags": 8, "certificate": "aa" * 200}})
    for name, length in (("no length", 0), ("1 025 bytes", 1025)):
        made.manifest = {"flags": 8, "certificate": "aa" * length}
        expect(f"certificate of {name}", enc.encode(made), "refused")


def test_partial_batches() -> None:
    """Batches of many sizes with some leaves in, with and without own salts."""
    sets = [(1, []), (2, [0]), (2, [1]), (7, [3]), (8, [7]), (9, [8]), (9, [0]), (9, [1, 8]),
            (64, [63]), (65, [64]), (65, [0, 64]), (73, [9, 10, 72]), (513, [512]),
            (600, [0, 8, 64, 599]), (4096, [4095])]
    for count, present in sets:
        for seed in ("77" * 16, None):
            section = {"type": 4, "batches": [batch(count, 5, present, seed)]}
            frames = [[statements((INC_A, ALICE, 9999)), section]]
            expect(f"partial {present} of {count}", enc.encode(bundle(frames, compact=True)),
                   "ok", {"frames": wanted_frames(frames)})
    for count in (1, 8, 9, 64, 65, 200):
        frames = [[statements((INC_A, ALICE, 9999)), {"type": 4, "batches": [
            batch(count), batch(9, 5000, [4]), batch(1, 6000, seed=None)]}]]
        expect(f"three batches, {count}", enc.encode(bundle(frames, compact=True)), "ok",
               {"frames": wanted_frames(frames)})


def test_unchecked() -> None:
    """Signatures by devices that are not known."""
    frames = [[statements((INC_C, CAROL, 50)), {"type": 4, "batches": [
        batch(2, incarnation=INC_C, device="carol"), batch(2)]}]]
    result = expect("unknown author", enc.encode(bundle(frames)), "ok")
    sections = result["frames"][0]["sections"]
    check("statement unchecked", sections[0]["statements"][0]["check"] == "unchecked")
    check("batches unchecked", [b["check"] for b in sections[1]["batches"]] == ["unchecked"] * 2)
    check("foreign author", result["frames"][0]["foreign_authors"] == [INC_C])
    check("uncovered", result["uncovered"] == [dot(11)], str(result["uncovered"]))
    result = expect("known author", enc.encode(bundle(frames)), "ok", known=(ALICE, CAROL))
    check("batch of carol", result["frames"][0]["sections"][1]["batches"][0]["check"] == "good")


def test_authorship() -> None:
    """Section 4, when the reader says who holds the role registry."""
    frames = [[statements((INC_C, CAROL, 50)),
               {"type": 5, "kind": "k", "rows": [{"id": dot(3, INC_C)}]}]]
    data = enc.encode(bundle(frames))
    both = (ALICE, CAROL)
    expect("roles not known", data, "ok", known=both)
    expect("no registry", data, "refused", known=both, registries=[])
    expect("sender is registry", data, "ok", known=both, registries=[ALICE.id])
    vouched = enc.encode(bundle(frames, manifest={"flags": 2}))
    expect("vouched for", vouched, "ok", known=both, registries=[])


SMALL = [[statements((INC_A, ALICE, 9)), {"type": 5, "kind": "k", "rows": [
    {"id": dot(1), "values": {"f": "v"}}], "fields": [{"name": "f", "type": 1}]}],
    [{"type": 3, "records": [dot(2)]}]]


def put(at: int, value: bytes) -> enc.Hook:
    """A hook that overwrites bytes."""
    return lambda data: data[:at] + value + data[at + len(value):]


def flip(at: int) -> enc.Hook:
    """A hook that flips a bit of one byte; negative places count from the end."""
    def change(data: bytes) -> bytes:
        spoiled = bytearray(data)
        spoiled[at] ^= 1
        return bytes(spoiled)
    return change


def append(value: bytes) -> enc.Hook:
    """A hook that appends bytes."""
    return lambda data: data + value


def test_outcomes() -> None:
    """Section 2.5, mostly in files whose file hash is right."""
    cases: list[tuple[str, str, dict[str, enc.Hook], bool]] = [
        ("magic", "damaged", {"public": put(0, b"X")}, True),
        ("version 2", "too_new", {"public": put(8, b"\2")}, True),
        ("version 0", "damaged", {"public": put(8, b"\0")}, True),
        ("form 2", "damaged", {"public": put(9, b"\2")}, True),
        ("zeros", "damaged", {"public": put(11, b"\1")}, True),
        ("box too long", "damaged", {"public": put(140, b"\1\0\x40\0")}, True),
        ("box too short", "damaged", {"public": put(140, b"\x10\0\0\0")}, True),
        ("file too long", "damaged", {"public": put(144, b"\1\0\0\x40")}, True),
        ("file size", "refused", {"public": put(144, b"\1")}, True),
        ("stanza", "not_for_us", {"prefix": flip(100)}, True),
        ("E of low order", "not_for_us", {"prefix": put(60, bytes(32))}, True),
        ("MAC", "forged", {"header": flip(152)}, True),
        ("MAC, full", "forged", {"header": flip(152)}, False),
        ("courier hash", "refused", {"prefix": flip(28)}, True),
        ("manifest box", "forged", {"manifest_box": flip(5)}, True),
        ("both manifest boxes", "forged", {"manifest_box": flip(5)}, False),
        ("signature", "forged", {"signature": flip(5)}, True),
        ("manifest zeros", "refused", {"manifest_plain": flip(-2)}, True),
        ("manifest longer", "refused", {"manifest": append(b"\0")}, True),
        ("manifest flags", "refused", {"manifest": put(0, b"\x08")}, True),
        ("sender", "unknown_sender", {"manifest": flip(1)}, True),
        ("recipient", "not_for_us", {"manifest": flip(17)}, True),
        ("token", "refused", {"manifest": flip(33)}, True),
        ("frame box", "refused", {"sealed1": flip(3)}, True),
        ("frame of too many bytes", "refused", {"packed0": append(b"\0")}, True),
        ("two zstd frames", "refused", {"packed0": append(enc.store(b""))}, True),
        ("skippable frame", "refused",
         {"packed0": append(bytes.fromhex("502a4d1800000000"))}, True),
        ("dictionary id", "refused", {"packed0": put(4, b"\xa1")}, True),
        ("no declared size", "refused", {"packed0": put(4, b"\x00")}, True),
        ("another size", "refused", {"packed0": flip(5)}, True),
        ("reserved block", "refused", {"packed0": lambda d: d[:9] + bytes([d[9] | 6]) + d[10:]},
         True),
        ("padding", "ok", {"padding": flip(0)}, False),
        ("tail", "ok", {"tail": flip(0)}, False),
        ("file hash", "ok", {"file": flip(-1)}, True),
        ("frame lost", "salvaged", {"body": flip(-1)}, True),
        ("longer", "salvaged", {"file": append(b"x")}, True),
        ("longer, full", "salvaged", {"file": append(b"x" * 50)}, False)]
    for name, outcome, tamper, compact in cases:
        expect(name, enc.encode(bundle(copy.deepcopy(SMALL), compact=compact, compress=False,
                                       tamper=tamper)), outcome)
    data = enc.encode(bundle(copy.deepcopy(SMALL)))
    expect("another reader", data, "not_for_us", own=CAROL)
    expect("unknown sender", data, "unknown_sender", known=(CAROL,))
    expect("nothing", b"", "damaged")
    expect("too short", data[:232], "damaged")


def tampered_frame(section: Json, spoil: Callable[[bytes], bytes]) -> bytes:
    """A frame of one section whose body is changed."""
    writer = enc.FrameWriter({d.id.hex(): d for d in (ALICE, BOB, CAROL)}, enc.Random("x"))
    writer.devices["alice"] = ALICE
    body = spoil(writer.section(copy.deepcopy(section)))
    return enc.varint(len(writer.table)) + b"".join(writer.table) + \
        bytes([section["type"]]) + enc.span(body)


def frame_outcome(name: str, frame: Any, outcome: str) -> None:
    """One frame, alone in a bundle."""
    expect("frame: " + name, enc.encode(bundle([frame], compact=True, compress=False)), outcome)


def block_of(*fields: Json, **row: Any) -> list[Json]:
    """A frame with a block of one row."""
    return [{"type": 5, "kind": row.pop("kind", "k"), "fields": list(fields),
             "rows": [dict({"id": dot(1)}, **row)]}]


def stating(*entries: tuple[str, Any, int]) -> Json:
    """A frame with a row that states these persons, purposes and episodes."""
    return block_of(statement=[{"person": person, "purpose": purpose, "episode": episode}
                               for person, purpose, episode in entries])


def pieces_of(**changed: Any) -> list[Json]:
    """A frame with one piece of a short file."""
    return [dict({"type": 8, "file": b"hello piece".hex(), "numbers": [0]}, **changed)]


def test_frames() -> None:
    """Strict parse of section 3: breaches in otherwise sound bundles."""
    inc = bytes.fromhex(INC_A)
    raw = lambda kind, body: b"\1" + inc + bytes([kind]) + enc.span(body)  # noqa: E731
    wrong: list[tuple[str, Any]] = [
        ("table cut", b"\5" + inc),
        ("descending sections", [{"type": 7, "moments": []}, {"type": 3, "records": []}]),
        ("section cut", b"\0\3\5"),
        ("section left over", raw(3, b"\0\0")),
        ("label of no tombstone", raw(3, b"\1\1\1\2\1\1\1\1\4")),
        ("no label after all", raw(3, b"\1\1\1\2\0")),
        ("unknown index", raw(3, b"\1\2\1\2")),
        ("run too long", raw(3, b"\1\1\2\2")),
        ("run of nothing", raw(3, b"\1\1\0\1\1\2")),
        ("runs of one index", raw(3, b"\2\1\1\1\1\2\2")),
        ("counter 0", raw(3, b"\1\1\1\0")),
        ("counter 2^20", [{"type": 3, "records": [dot(1 << 20)]}]),
        ("too many dots", raw(3, enc.varint(1 << 40))),
        ("statement for unlinked", raw(1, b"\1\0" + bytes(16) + b"\1" + bytes(64))),
        ("bad statement", [{"type": 1, "statements": [
            {"incarnation": INC_A, "device": ALICE.id.hex(), "highest": 1,
             "signature": "00" * 64}]}]),
        ("statement of 2^20", [statements((INC_A, ALICE, 1 << 20))]),
        ("bad registry statement", [{"type": 2, "statements": [
            {"type": 5, "issuer": ALICE.id.hex(), "serial": 1, "time": 0, "body": {"days": 1},
             "signature": "00" * 64}]}]),
        ("registry body left over", [{"type": 2, "statements": [
            {"type": 5, "issuer": ALICE.id.hex(), "serial": 1, "time": 0, "body": "0101"}]}]),
        ("kind", block_of(kind="Bad")), ("kind sat_", block_of(kind="sat_x")),
        ("kind of 49", block_of(kind="k" * 49)), ("kind consent", block_of(kind="consent")),
        ("field id", block_of({"name": "id", "type": 2}, values={"id": 1})),
        ("field twice", block_of({"name": "f", "type": 2}, {"name": "f", "type": 2})),
        ("field type 10", block_of({"name": "f", "type": 10, "presence": 2})),
        ("file without a size", block_of({"name": "f", "type": 9}, values={"f": "image/jpeg"})),
        ("file in capitals", block_of({"name": "f", "type": 9}, values={"f": "image/jpeg 1 " + "4D" * 32})),
        ("file of size 0", block_of({"name": "f", "type": 9}, values={"f": "image/jpeg 0 " + "4d" * 32})),
        ("file too large", block_of({"name": "f", "type": 9},
                                    values={"f": "image/jpeg 17179869185 " + "4d" * 32})),
        ("file with a large preview", block_of({"name": "f", "type": 9},
                                               values={"f": FILE + " 24577 " + "4d" * 32})),
        ("piece of another file", pieces_of(name=bytes(32))),
        ("piece of another size", pieces_of(size=12)),
        ("file of nothing", pieces_of(size=0)),
        ("pieces of too large a file", pieces_of(size=(1 << 34) + 1)),
        ("no pieces", pieces_of(numbers=[])),
        ("pieces beside a record", block_of() + pieces_of()),
        ("pieces twice", pieces_of() + pieces_of()),
        ("piece left over", tampered_frame(pieces_of()[0], lambda b: b + b"\0")),
        ("piece cut", tampered_frame(pieces_of()[0], lambda b: b[:-1])),
        ("piece altered", tampered_frame(pieces_of()[0], lambda b: b[:-1] + b"?")),
        ("piece beyond the last", tampered_frame(
            pieces_of()[0], lambda b: b[:34] + b"\1" + b[35:])),
        ("NaN", block_of({"name": "f", "type": 3}, values={"f": math.nan})),
        ("boolean 2", block_of({"name": "f", "type": 4}, values={"f": 2})),
        ("date", block_of({"name": "f", "type": 5}, values={"f": "2024-00-13"})),
        ("U+0000", block_of({"name": "f", "type": 1}, values={"f": "a\0"})),
        ("encoding 2", tampered_frame(block_of({"name": "f", "type": 1})[0],
                                      lambda b: b[:-1] + b"\2")),
        ("presence 3", tampered_frame(block_of({"name": "f", "type": 2, "presence": 0},
                                               values={"f": 1})[0],
                                      lambda b: b[:-2] + b"\3" + b[-1:])),
        ("state 4", tampered_frame(block_of({"name": "f", "type": 2, "presence": 2})[0],
                                   lambda b: b[:-1] + b"\4")),
        ("bitmap", tampered_frame(block_of({"name": "f", "type": 2, "presence": 1})[0],
                                  lambda b: b[:-1] + b"\2")),
        ("not UTF-8", tampered_frame(block_of({"name": "f", "type": 1}, values={"f": "a"})[0],
                                     lambda b: b[:-1] + b"\xff")),
        ("string index", tampered_frame(
            block_of({"name": "f", "type": 1, "encoding": 1}, values={"f": "a"})[0],
            lambda b: b[:-1] + b"\1")),
        ("block flags", tampered_frame(block_of()[0], lambda b: b[:2] + b"\x80" + b[3:])),
        ("communities of nobody", tampered_frame(block_of()[0], lambda b: b[:2] + b"\x40" + b[3:])),
        ("communities descending", stating(
            ("community " + dot(3), "a", 0), ("community " + dot(2), "a", 0))),
        ("field flags", tampered_frame(block_of({"name": "f", "type": 7, "concerns": 4})[0],
                                       lambda b: b)),
        ("no rows", raw(5, b"\1k\0\0\0")),
        ("section twice", [{"type": 3, "records": []}, {"type": 3, "records": []}]),
        ("date that does not exist", block_of({"name": "f", "type": 5},
                                              values={"f": "2023-02-29"})),
        ("year 0", block_of({"name": "f", "type": 5}, values={"f": "0000-01-01"})),
        ("every purpose, episode 1", block_of(statement=[
            {"person": dot(2), "purpose": None, "episode": 1}])),
        ("statement of one purpose twice", stating((dot(2), "a", 0), (dot(2), "a", 1))),
        ("statement of every purpose twice", stating((LONE, None, 0), (LONE, None, 0))),
        ("statement with persons descending", stating((dot(3), "a", 0), (dot(2), "a", 0))),
        ("statement with an unlinked person first", stating((LONE, "a", 0), (dot(2), "a", 0))),
        ("statement with every purpose last", stating((dot(2), "a", 1), (dot(2), None, 0))),
        ("statement with unlinked persons descending", stating(
            (max(LONE, LONE2), "a", 0), (min(LONE, LONE2), "a", 0))),
        ("purpose twice in a statement", tampered_frame(
            stating((dot(2), "a", 0), (dot(3), "b", 0))[0], lambda b: b.replace(b"\1b", b"\1a"))),
        ("purpose twice in a field", block_of({"name": "f", "type": 2, "purposes": ["a", "a"]})),
        ("incarnation twice", b"\2" + inc + inc),
        ("past of one incarnation twice", block_of(past=[dot(1), dot(2)], dot=dot(9))),
        ("past unlinked", block_of(past=[LONE], dot=dot(9))),
        ("write unlinked", block_of(dot=LONE))]
    for name, frame in wrong:
        frame_outcome(name, frame, "refused")
    frame_outcome("new section", [{"type": 9, "raw": "00"}], "too_new")
    frame_outcome("new section to skip", [{"type": 200, "raw": "00"}], "ok")
    frame_outcome("statement ascending", stating(
        (dot(2), None, 0), (dot(2), "a", 7), (dot(2), "b", 0), (dot(3), "a", 0),
        (min(LONE, LONE2), "b", 1), (max(LONE, LONE2), "a", 0),
        ("community " + dot(2), "a", 0), ("community " + LONE, "a", 0)), "ok")
    frame_outcome("past descending", block_of(past=[dot(2, INC_C), dot(1)], dot=dot(9)), "ok")
    frame_outcome("rows apart", [{"type": 5, "kind": "k", "rows": [
        {"id": dot(1)}, {"id": dot(2)}, {"id": dot(1), "dot": dot(3)}]}], "ok")


def test_decisions() -> None:
    """Breaches in decisions (3.4)."""
    said = statements((INC_A, ALICE, 9999))

    def wrong(name: str, made: Json) -> None:
        frame_outcome("decision: " + name, [said, {"type": 4, "batches": [made]}], "refused")

    def one(**more: Any) -> Json:
        return dict(batch(0), decisions=[decision(dot(1), **more)])

    wrong("bad signature", batch(3, signature="11" * 64))
    wrong("event 0", one(event=0))
    wrong("event 11", one(event=11))
    wrong("final with event 4", one(flags=1))
    wrong("flag 4", one(event=6, flags=4))
    wrong("purpose", one(purpose=""))
    wrong("episode", one(episode=(1 << 32) - 1))
    wrong("until", one(until=1 << 31))
    wrong("65 superseded", one(supersedes=["11" * 32] * 65))
    wrong("mode 3", one(mode=3))
    wrong("batch salt without seed", dict(one(mode=1), seed=None))
    wrong("another commitment", one(mode=1, commitment="00" * 32))
    wrong("another salt", one(mode=1, salt="00" * 16))
    wrong("partial and whole", batch(3, present=[0, 1, 2]))
    wrong("no leaves", batch(0))
    wrong("4097 leaves", batch(4097, present=[1]))
    wrong("counter 0", batch(1, first=0))
    wrong("counter 2^20", batch(2, first=(1 << 20) - 1))
    wrong("another subject", changed_hidden())


def changed_hidden() -> Json:
    """A partial batch whose signature is over another batch."""
    other = batch(9, 10, [2])
    other["decisions"][5]["episode"] += 1
    levels = enc.tree(enc.FrameWriter({}, enc.Random("y")).leaves(copy.deepcopy(other)))
    digest = enc.blake(32, "satchel1batch", bytes.fromhex(INC_A), enc.le64(10), enc.le64(9),
                       levels[-1][0])
    return batch(9, 10, [2], signature=ALICE.sign(digest).hex())


def small_bundle() -> tuple[bytes, Json]:
    """One small full bundle and how it decodes."""
    data = enc.encode(bundle(copy.deepcopy(SMALL), compress=False, seed="small"))
    return data, read(data)


def judge(name: str, data: bytes, whole: Json) -> str:
    """A damaged file: never ok, never an exception, only frames that are right."""
    try:
        result = read(data)
    except Exception as error:  # the test is that there is none
        check(name, False, repr(error))
        return "exception"
    good = result["outcome"] not in ("refused", "unknown_sender") and not result.get("whole")
    if result["outcome"] in ("ok", "salvaged"):
        good = good and result["manifest"] == whole["manifest"]
        good = good and result["bundle"] == whole["bundle"]
        for frame, right in zip(result["frames"], whole["frames"]):
            good = good and (frame == right or (
                frame["status"] == "lost" and result["outcome"] == "salvaged"))
    check(name, good, result["outcome"])
    lost = sum(f["status"] == "lost" for f in result["frames"])
    return f"{result['outcome']}, {lost} lost" if result["outcome"] == "salvaged" \
        else result["outcome"]


def test_truncations(tally: dict[str, int]) -> None:
    """Every prefix and every suffix of one small full bundle."""
    data, whole = small_bundle()
    check("small bundle", whole["outcome"] == "ok" and whole["form"] == "full")
    for length in range(len(data)):
        count(tally, "cut at the end: " + judge(f"first {length}", data[:length], whole))
    for start in range(1, len(data)):
        count(tally, "cut at the start: " + judge(f"from {start}", data[start:], whole))


def test_flips(tally: dict[str, int]) -> None:
    """Every single bit of one small full bundle; everything must be repaired but frames."""
    data, whole = small_bundle()
    for bit in range(8 * len(data)):
        spoiled = bytearray(data)
        spoiled[bit // 8] ^= 1 << bit % 8
        found = judge(f"bit {bit}", bytes(spoiled), whole)
        check(f"bit {bit} salvaged", found in ("ok", "salvaged, 0 lost", "salvaged, 1 lost"), found)
        count(tally, "bit flipped: " + found)


def count(tally: dict[str, int], key: str) -> None:
    """Counts outcomes."""
    tally[key] = tally.get(key, 0) + 1


def spoiled_plains(plain: bytes) -> list[bytes]:
    """A sound frame plaintext with single bits flipped, and cut."""
    made = []
    for bit in range(0, 8 * len(plain), 29):
        spoiled = bytearray(plain)
        spoiled[bit // 8] ^= 1 << bit % 8
        made.append(bytes(spoiled))
    return made + [plain[:length] for length in range(1, len(plain), 11)]


def test_noise() -> None:
    """What a dishonest sender seals: an outcome, never an exception (section 3)."""
    known = {d.id.hex(): d for d in (ALICE, BOB, CAROL)}
    known["alice"] = ALICE
    frames = every_section()
    for number in (0, 1):
        plain = enc.FrameWriter(known, enc.Random("n")).write(frames[number])
        plain = plain.replace(b"x" * 4900, b"")
        for i, spoiled in enumerate(spoiled_plains(plain)):
            data = enc.encode(bundle([spoiled], compact=True, compress=False))
            try:
                outcome = read(data)["outcome"]
            except Exception as error:  # the test is that there is none
                outcome = repr(error)
            check(f"noise {number} {i}", outcome in ("ok", "refused", "too_new"), outcome)


def test_programmes() -> None:
    """Both command lines."""
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        description, out = os.path.join(folder, "d.json"), os.path.join(folder, "b.satchel")
        with open(description, "w", encoding="ascii") as target:
            json.dump({"seed": "s", "sender": "alice", "recipient": "bob", "form": "compact",
                       "frames": [[{"type": 3, "records": [dot(4)]}]]}, target)
        run = [sys.executable, "-B"]
        options = subprocess.run(run + [os.path.join(here, "encode.py"), description, out],
                                 check=True, capture_output=True, text=True).stdout.split()
        shown = subprocess.run(run + [os.path.join(here, "decode.py"), out] + options,
                               check=True, capture_output=True, text=True).stdout
    result = json.loads(shown)
    check("command lines", result["outcome"] == "ok"
          and result["frames"][0]["sections"][0]["records"] == [dot(4)])


def main() -> int:
    """Runs everything."""
    tally: dict[str, int] = {}
    for test in (test_primitives, test_varints, test_round_trips, test_parts, test_dates,
                 test_enrolment, test_certificate, test_partial_batches, test_unchecked, test_authorship,
                 test_outcomes, test_frames, test_decisions, test_noise,
                 test_programmes):
        test()
    test_truncations(tally)
    test_flips(tally)
    for key in sorted(tally):
        print(f"{key}: {tally[key]}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
