#!/usr/bin/python3
"""Second, independent encoder of the Satchel bundle format, version 1.

Written from sync/FORMAT.md alone, to make test vectors: sound ones, and
through the hooks of Bundle.tamper deliberately malformed ones.  Section
numbers refer to that document.  All randomness comes from a seed.

A frame is described by a list of sections, each a dict with the same shape
as in the output of decode.py: ids and dots are "incarnation-counter" or 32
hex digits.  What is signed or hashed is computed unless it is given.

    encode.py DESCRIPTION.json OUT

reads {"seed", "sender", "recipient", "form", "manifest", "frames"} where
devices are labels from which their keys are made, and prints the options
with which decode.py opens OUT.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Optional, Union

import nacl.bindings as sodium
import zstandard

Json = dict[str, Any]
Hook = Callable[[bytes], bytes]

COMMUNITY = "community "  # before a name: concerned as such
DETAILS = ("grantor", "relation", "method", "language", "interpreter",
           "witness", "evidence", "notice", "process", "dissent", "terms")
TYPES = {"text": 1, "integer": 2, "real": 3, "boolean": 4, "date": 5,
         "choice": 6, "reference": 7, "references": 8, "file": 9}
PIECE = 262_144


# ---------------------------------------------------------------------------
# Section 1: primitives


def blake(size: int, person: str, *parts: bytes, key: bytes = b"") -> bytes:
    """hash32, hash16 and keyed32 of section 1, over parts joined."""
    state = hashlib.blake2b(digest_size=size, key=key,
                            person=person.encode() + bytes(16 - len(person)))
    for part in parts:
        state.update(part)
    return state.digest()


def le64(number: int) -> bytes:
    """le64 of section 1."""
    return number.to_bytes(8, "little")


def box(key: bytes, number: int, extra: bytes, message: bytes) -> bytes:
    """box(K, N, A; M) of section 1."""
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        message, extra, le64(number) + bytes(16), key)


class Random:
    """Reproducible bytes from a seed."""

    def __init__(self, seed: str) -> None:
        self.key = hashlib.blake2b(seed.encode(), digest_size=32).digest()
        self.turn = 0

    def __call__(self, count: int) -> bytes:
        out = b""
        while len(out) < count:
            out += hashlib.blake2b(le64(self.turn), key=self.key).digest()
            self.turn += 1
        return out[:count]


def rotate(value: int, by: int) -> int:
    """Rotates 32 bits to the left."""
    return (value << by | value >> (32 - by)) & 0xFFFFFFFF


def chacha_rounds(words: list[int]) -> list[int]:
    """Twenty rounds of ChaCha."""
    w = list(words)

    def quarter(a: int, b: int, c: int, d: int) -> None:
        w[a] = (w[a] + w[b]) & 0xFFFFFFFF
        w[d] = rotate(w[d] ^ w[a], 16)
        w[c] = (w[c] + w[d]) & 0xFFFFFFFF
        w[b] = rotate(w[b] ^ w[c], 12)
        w[a] = (w[a] + w[b]) & 0xFFFFFFFF
        w[d] = rotate(w[d] ^ w[a], 8)
        w[c] = (w[c] + w[d]) & 0xFFFFFFFF
        w[b] = rotate(w[b] ^ w[c], 7)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return w


def chacha20(key: bytes, length: int) -> bytes:
    """The ChaCha20 keystream with nonce zero (3.4)."""
    out = b""
    for counter in range(-(-length // 64)):
        words = list(struct.unpack("<12I", b"expand 32-byte k" + key)) + [counter, 0, 0, 0]
        mixed = chacha_rounds(words)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(words, mixed)))
    return out[:length]


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """HChaCha20, the key derivation of XChaCha20."""
    w = chacha_rounds(list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce)))
    return struct.pack("<8I", *w[:4], *w[12:])


def xchacha20(key: bytes, length: int) -> bytes:
    """The XChaCha20 keystream with a nonce of 24 zeros (2.4)."""
    return chacha20(hchacha20(key, bytes(16)), length)


def padme(length: int) -> int:
    """The Padme size (2.4)."""
    if length < 4:
        return length
    e = length.bit_length() - 1
    low = (1 << (e - e.bit_length())) - 1
    return (length + low) & ~low


@dataclass(frozen=True)
class Device:
    """A device with its keys (section 1)."""

    label: str
    sign_pk: bytes
    sign_sk: bytes
    seal_pk: bytes
    seal_sk: bytes

    @staticmethod
    def make(label: str) -> "Device":
        """A device whose keys follow from its label."""
        rng = Random("device " + label)
        sign_pk, sign_sk = sodium.crypto_sign_seed_keypair(rng(32))
        seal_sk = rng(32)
        return Device(label, sign_pk, sign_sk, sodium.crypto_scalarmult_base(seal_sk), seal_sk)

    @property
    def id(self) -> bytes:
        """Its id."""
        return blake(16, "satchel1device", self.sign_pk, self.seal_pk)

    def sign(self, digest: bytes) -> bytes:
        """Ed25519 over a hash."""
        return sodium.crypto_sign(digest, self.sign_sk)[:64]


# ---------------------------------------------------------------------------
# Section 1: writing


def varint(value: int) -> bytes:
    """varint."""
    out = b""
    while value >= 128:
        out += bytes([value % 128 + 128])
        value //= 128
    return out + bytes([value])


def zigzag(value: int) -> bytes:
    """zigzag."""
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def span(data: bytes) -> bytes:
    """span."""
    return varint(len(data)) + data


def text(value: str) -> bytes:
    """text."""
    return span(value.encode("utf-8"))


def many(write: Callable[[Any], bytes], values: Iterable[Any]) -> bytes:
    """Values one after the other."""
    return b"".join(write(value) for value in values)


def listed(hexes: list[str]) -> bytes:
    """varint n, then n hashes or names."""
    return varint(len(hexes)) + many(bytes.fromhex, hexes)


def deltas(values: list[int]) -> bytes:
    """Zigzags, each the difference to the one before."""
    return b"".join(zigzag(b - a) for a, b in zip([0] + values, values))


def bitmap(bits: list[bool]) -> bytes:
    """Bits from the least significant of the first byte."""
    out = bytearray((len(bits) + 7) // 8)
    for i, bit in enumerate(bits):
        out[i // 8] |= bool(bit) << i % 8
    return bytes(out)


# ---------------------------------------------------------------------------
# Section 3: frame plaintext


@dataclass
class FrameWriter:
    """Writes the sections of one frame and gathers its incarnations."""

    devices: dict[str, Device]
    rng: Random
    table: list[bytes] = field(default_factory=list)

    def index(self, incarnation: str) -> int:
        """The index of an incarnation; a new one is appended."""
        raw = bytes.fromhex(incarnation)
        if raw not in self.table:
            self.table.append(raw)
        return self.table.index(raw) + 1

    def dot(self, shown: str) -> tuple[int, int]:
        """(index, counter), with index 0 for unlinked ones."""
        if "-" not in shown:
            return 0, 0
        incarnation, counter = shown.split("-")
        return self.index(incarnation), int(counter)

    def dot_list(self, dots: list[str]) -> bytes:
        """A dot list (section 3)."""
        pairs = [self.dot(dot) for dot in dots]
        runs: list[list[int]] = []
        for index, _ in pairs:
            if runs and runs[-1][0] == index:
                runs[-1][1] += 1
            else:
                runs.append([index, 1])
        out = b"".join(varint(index) + varint(length) for index, length in runs)
        out += deltas([counter for index, counter in pairs if index])
        return out + many(bytes.fromhex, [dot for dot in dots if "-" not in dot])

    def write(self, sections: list[Json], extra: Iterable[str] = ()) -> bytes:
        """The frame's plaintext."""
        for incarnation in extra:
            self.index(incarnation)
        body = b"".join(bytes([s["type"]]) + span(self.section(s)) for s in sections)
        return varint(len(self.table)) + b"".join(self.table) + body

    def section(self, section: Json) -> bytes:
        """The body of one section; "raw" hex overrides everything."""
        if "raw" in section:
            return bytes.fromhex(section["raw"])
        writers = {1: self.incarnations, 2: self.registry, 3: self.tombstones,
                   4: self.decisions, 5: self.block, 6: self.asks, 7: self.moments,
                   8: self.pieces}
        return writers[section["type"]](section)

    def incarnations(self, section: Json) -> bytes:
        """3.1."""
        out = varint(len(section["statements"]))
        for entry in section["statements"]:
            name, device = bytes.fromhex(entry["incarnation"]), self.id_of(entry["device"])
            digest = blake(32, "satchel1incarn", name, device, le64(entry["highest"]))
            out += varint(self.index(entry["incarnation"])) + device
            out += varint(entry["highest"]) + self.signature(entry, entry["device"], digest)
        return out

    def id_of(self, device: str) -> bytes:
        """A device's id, from its label or from hex."""
        return self.devices[device].id if device in self.devices else bytes.fromhex(device)

    def signature(self, entry: Json, device: str, digest: bytes) -> bytes:
        """The given signature, or one made with the device's key."""
        if "signature" in entry:
            return bytes.fromhex(entry["signature"])
        return self.devices[device].sign(digest)

    def registry(self, section: Json) -> bytes:
        """3.2."""
        return varint(len(section["statements"])) + \
            many(span, [self.statement(entry) for entry in section["statements"]])

    def statement(self, entry: Json) -> bytes:
        """One registry statement."""
        body = entry["body"]
        raw = bytes.fromhex(body) if isinstance(body, str) else statement_body(entry["type"], body)
        whole = bytes([entry["type"]]) + self.id_of(entry["issuer"])
        whole += varint(entry["serial"]) + zigzag(entry["time"]) + span(raw)
        return whole + self.signature(entry, entry["issuer"], blake(32, "satchel1state", whole))

    def tombstones(self, section: Json) -> bytes:
        """3.3."""
        records, under = section["records"], section.get("under", [])
        body = varint(len(records)) + self.dot_list(records)
        if not under:
            return body
        return body + varint(len(under)) + many(varint, [records.index(record) for record, _ in under]) + \
            self.dot_list([label for _, label in under])

    def asks(self, section: Json) -> bytes:
        """3.6."""
        asks = section["asks"]
        return varint(len(asks)) + many(bytes.fromhex, [a["name"] for a in asks]) + \
            self.dot_list([a["record"] for a in asks])

    def moments(self, section: Json) -> bytes:
        """3.7."""
        moments = section["moments"]
        return varint(len(moments)) + self.dot_list([m["dot"] for m in moments]) + \
            deltas([m["time"] for m in moments])

    def pieces(self, section: Json) -> bytes:
        """3.8: "file" is all of its bytes in hex, "numbers" are the pieces that go."""
        whole = bytes.fromhex(section["file"])
        cut = [whole[at:at + PIECE] for at in range(0, len(whole), PIECE)]
        levels = piece_tree([blake(32, "satchel1piece", piece) for piece in cut])
        name = blake(32, "satchel1media", le64(len(whole)), levels[-1][0])
        out = section.get("name", name) + varint(section.get("size", len(whole)))
        out += varint(len(section["numbers"]))
        for number in section["numbers"]:
            out += varint(number) + b"".join(
                level[number >> depth ^ 1] for depth, level in enumerate(levels)
                if number >> depth ^ 1 < len(level)) + cut[number]
        return out

    # 3.4

    def decisions(self, section: Json) -> bytes:
        """Decisions: every batch lists all its leaves; "present" says which are in."""
        encoding = section.get("encoding", 0)
        heads, tails, rows = b"", b"", []
        for batch in section["batches"]:
            levels = tree(self.leaves(batch))
            present = batch.get("present")
            heads += self.batch_head(batch, levels[-1][0])
            inside = range(len(batch["decisions"])) if present is None else sorted(present)
            rows += [batch["decisions"][i] for i in inside]
            if present is not None:
                tails += b"".join(hidden(levels, set(present)))
        return varint(len(section["batches"])) + heads + self.decision_columns(rows, encoding) \
            + tails

    def leaves(self, batch: Json) -> list[bytes]:
        """Names of all decisions; fills in salts and commitments."""
        seed = batch.get("seed")
        stream = b""
        if seed:
            key = blake(32, "satchel1salts", bytes.fromhex(seed))
            stream = chacha20(key, 16 * len(batch["decisions"]))
        names = []
        for i, row in enumerate(batch["decisions"]):
            if row["mode"] == 1:
                row.setdefault("salt", stream[16 * i:16 * i + 16].hex())
            row.setdefault("salt", self.rng(16).hex())
            row.setdefault("commitment", commit(row).hex())
            row["counter"] = batch["first"] + i
            row["name"] = blake(32, "satchel1decision", self.core(batch, row)).hex()
            names.append(bytes.fromhex(row["name"]))
        return names

    def core(self, batch: Json, row: Json) -> bytes:
        """The core of a decision."""
        subject = row["subject"]
        if "-" in subject:
            incarnation, counter = subject.split("-")
            raw = bytes.fromhex(incarnation) + le64(int(counter))
        else:
            raw = bytes(8) + bytes.fromhex(subject)
        return b"".join((
            bytes.fromhex(batch["incarnation"]), le64(row["counter"]), raw,
            text(row["purpose"]), bytes([row["event"], row["flags"]]),
            varint(row["episode"]), varint(row["until"]), text(row["recipients"]),
            text(row["withheld_from"]), varint(row["notice"]), text(row["stated"]),
            listed(row["supersedes"]), bytes.fromhex(row["commitment"])))

    def batch_head(self, batch: Json, root: bytes) -> bytes:
        """A batch up to its bitmap."""
        number, present = len(batch["decisions"]), batch.get("present")
        author = bytes.fromhex(batch["incarnation"])
        digest = blake(32, "satchel1batch", author, le64(batch["first"]), le64(number), root)
        out = varint(self.index(batch["incarnation"])) + varint(batch["first"]) + varint(number)
        out += bytes([(1 if batch.get("seed") else 0) | (0 if present is None else 2)])
        out += self.signature(batch, batch.get("device", ""), digest)
        if batch.get("seed"):
            out += bytes.fromhex(batch["seed"])
        if present is not None:
            out += bitmap([i in present for i in range(number)])
        return out

    def decision_columns(self, rows: list[Json], encoding: int) -> bytes:
        """Everything between the batches and the hidden subtrees."""
        told = [row for row in rows if row["mode"]]
        out = self.dot_list([row["subject"] for row in rows])
        out += text_column([row["purpose"] for row in rows], encoding)
        out += bytes(row["event"] for row in rows) + bytes(row["flags"] for row in rows)
        out += many(varint, [row["episode"] for row in rows])
        out += many(varint, [row["until"] for row in rows])
        out += text_column([row["recipients"] for row in rows], encoding)
        out += text_column([row["withheld_from"] for row in rows], encoding)
        out += many(varint, [row["notice"] for row in rows])
        out += text_column([row["stated"] for row in rows], encoding)
        out += many(varint, [len(row["supersedes"]) for row in rows])
        out += many(bytes.fromhex, [name for row in rows for name in row["supersedes"]])
        out += bytes(row["mode"] for row in rows)
        for name in DETAILS:
            out += text_column([row["details"].get(name, "") for row in told], encoding)
        out += deltas([row["details"].get("claimed_time", 0) for row in told])
        out += many(bytes.fromhex, [row["salt"] for row in rows if row["mode"] == 2])
        return out + many(bytes.fromhex, [r["commitment"] for r in rows if r["mode"] == 0])

    # 3.5

    def block(self, section: Json) -> bytes:
        """A record block; a part is written when a row needs it or "parts" says so."""
        rows = section["rows"]
        ids, dots = [r["id"] for r in rows], [r.get("dot", r["id"]) for r in rows]
        flags = section.get("parts", 0) | section.get("is", 0) << 4
        concerned = [name for r in rows for name in r.get("persons", [])]
        concerned += [e["person"] for r in rows if r.get("statement", "usual") != "usual"
                      for e in r["statement"]]
        flags |= 64 if any(name.startswith(COMMUNITY) for name in concerned) else 0
        flags |= 1 if ids != dots else 0
        flags |= 2 if any(r.get("past") for r in rows) else 0
        flags |= 4 if any(r.get("statement", "usual") != "usual" for r in rows) else 0
        flags |= 8 if any(r.get("persons") for r in rows) else 0
        out = text(section["kind"]) + varint(flags) + varint(len(rows)) + self.dot_list(ids)
        out += self.dot_list(dots) if flags & 1 else b""
        out += self.groups([r.get("past", []) for r in rows]) if flags & 2 else b""
        out += self.said(rows, flags) if flags & 4 else b""
        out += self.persons([r.get("persons", []) for r in rows], flags) if flags & 8 else b""
        fields = section.get("fields", [])
        return out + varint(len(fields)) + b"".join(self.field(f, rows) for f in fields)

    def groups(self, groups: list[list[str]]) -> bytes:
        """n counts, then one dot list of all."""
        return many(varint, map(len, groups)) + \
            self.dot_list([dot for group in groups for dot in group])

    def communities(self, groups: list[list[str]], flags: int) -> bytes:
        """How many of each group are communities, when some are."""
        if not flags & 64:
            return b""
        return many(varint, [sum(name.startswith(COMMUNITY) for name in g) for g in groups])

    def records(self, groups: list[list[str]]) -> bytes:
        """The dot list of whoever is concerned."""
        return self.dot_list([name.removeprefix(COMMUNITY) for g in groups for name in g])

    def persons(self, groups: list[list[str]], flags: int) -> bytes:
        """Further persons concerned."""
        return many(varint, map(len, groups)) + self.communities(groups, flags) + self.records(groups)

    def said(self, rows: list[Json], flags: int) -> bytes:
        """Statements."""
        given = [r.get("statement", "usual") for r in rows]
        entries = [e for g in given if g != "usual" for e in g]
        purposes: list[str] = []
        for entry in entries:
            if entry["purpose"] is not None and entry["purpose"] not in purposes:
                purposes.append(entry["purpose"])
        out = varint(len(purposes)) + many(text, purposes)
        out += many(varint, [0 if g == "usual" else len(g) + 1 for g in given])
        people = [[] if g == "usual" else [e["person"] for e in g] for g in given]
        out += self.communities(people, flags) + self.records(people)
        out += many(varint, [0 if e["purpose"] is None else purposes.index(e["purpose"]) + 1
                             for e in entries])
        return out + many(varint, [e["episode"] for e in entries])

    def field(self, head: Json, rows: list[Json]) -> bytes:
        """One field."""
        name, kind = head["name"], head["type"]
        kind = TYPES[kind] if isinstance(kind, str) else kind
        states = [1 if name in r.get("values", {}) else 2 if name in r.get("cleared", []) else
                  3 if name in r.get("blank", []) else 0 for r in rows]
        least = 2 if max(states) > 1 else 1 if 0 in states else 0
        presence = head.get("presence", least)
        out = text(name) + bytes([kind, head.get("concerns", 0)])
        purposes = head.get("purposes", [])
        out += varint(len(purposes)) + many(text, purposes) + bytes([presence])
        if presence == 1:
            out += bitmap([state == 1 for state in states])
        elif presence == 2:
            out += bytes(states)
        values = [r["values"][name] for r, state in zip(rows, states) if state == 1]
        return out + self.column(kind, values, head.get("encoding", 0))

    def column(self, kind: int, values: list[Any], encoding: int) -> bytes:
        """The column of the rows that have a value."""
        if kind in (1, 6, 9):
            return text_column(values, encoding)
        if kind == 2:
            return many(zigzag, values)
        if kind == 3:
            return b"".join(struct.pack("<d", float(value)) for value in values)
        if kind == 4:
            return bytes(values)
        if kind == 5:
            return deltas([date_code(value) for value in values])
        if kind == 7:
            return self.dot_list(values)
        return self.groups(values)


def piece_tree(level: list[bytes]) -> list[list[bytes]]:
    """All levels of the tree over leaves (3.8)."""
    levels = [level]
    while len(level) > 1:
        level = [blake(32, "satchel1branch", *level[at:at + 2]) if at + 1 < len(level) else level[at]
                 for at in range(0, len(level), 2)]
        levels.append(level)
    return levels


def statement_body(kind: int, body: Json) -> bytes:
    """The bodies of the table in 3.2."""
    if kind == 1:
        return bytes.fromhex(body["sign_pk"] + body["seal_pk"]) + bytes([body["role"]]) + \
            text(body["name"]) + text(body["audiences"])
    if kind == 2:
        points = body["points"]
        return bytes.fromhex(body["device"]) + varint(len(points)) + b"".join(
            bytes.fromhex(p["incarnation"]) + varint(p["accepted"]) for p in points)
    if kind == 3:
        return varint(body["version"]) + span(bytes.fromhex(body["json"]))
    if kind == 5:
        return varint(body["days"])
    if kind == 7:
        return varint(len(body["erased"])) + bytes.fromhex("".join(body["erased"]))
    return bytes.fromhex(body["bundle"]) + bytes([body["verdict"]])


def text_column(values: list[str], encoding: int) -> bytes:
    """A text column with its encoding byte (3.5)."""
    if encoding == 0:
        return b"\0" + plain_strings(values)
    known = list(dict.fromkeys(values))
    write = (lambda i: bytes([i])) if len(known) <= 256 else varint
    return b"\1" + varint(len(known)) + plain_strings(known) + \
        many(write, map(known.index, values))


def plain_strings(values: list[str]) -> bytes:
    """All lengths, then all bytes."""
    raw = [value.encode("utf-8") for value in values]
    return many(varint, map(len, raw)) + b"".join(raw)


def date_code(value: str) -> int:
    """y x 512 + m x 40 + d (3.5) of "y", "y-m" or "y-m-d"."""
    parts = [int(part) for part in value.split("-")] + [0, 0]
    return parts[0] * 512 + parts[1] * 40 + parts[2]


def commit(row: Json) -> bytes:
    """The commitment to a row's details (3.4)."""
    details = row["details"]
    return blake(32, "satchel1commit", bytes.fromhex(row["salt"]),
                 many(text, [details.get(name, "") for name in DETAILS]),
                 zigzag(details.get("claimed_time", 0)))


def tree(leaves: list[bytes]) -> list[list[bytes]]:
    """All levels, from the leaves to the root (3.4)."""
    levels = [leaves or [bytes(32)]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([blake(32, "satchel1node", *below[i:i + 8])
                       for i in range(0, len(below), 8)])
    return levels


def hidden(levels: list[list[bytes]], present: set[int]) -> list[bytes]:
    """The largest subtrees without a leaf that is in, in order (3.4)."""
    inside = [present]
    for _ in levels[1:]:
        inside.append({place // 8 for place in inside[-1]})
    found = []
    for level, nodes in enumerate(levels):
        for place, node in enumerate(nodes):
            top = level == len(levels) - 1
            if place not in inside[level] and (top or place // 8 in inside[level + 1]):
                found.append((place * 8 ** level, node))
    return [node for _, node in sorted(found)]


# ---------------------------------------------------------------------------
# Section 2: the file


@dataclass
class Bundle:
    """What a bundle is made of.

    Hooks in tamper change bytes on the way: plain, packed, sealed (each with
    the frame's number: "plain0"), manifest, signature, manifest_plain,
    manifest_box, prefix (header bytes 0 to 139), public (0 to 151), header,
    padding, tail (copies of manifest and header), body (all but the file
    hash) and file.
    """

    sender: Device
    recipient: Device
    seed: str
    compact: bool = False
    compress: bool = True
    manifest: Json = field(default_factory=dict)
    frames: list[Union[bytes, list[Json]]] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    spare: int = 0
    tamper: dict[str, Hook] = field(default_factory=dict)

    def hook(self, stage: str, data: bytes) -> bytes:
        """Applies a hook."""
        return self.tamper[stage](data) if stage in self.tamper else data


def store(data: bytes) -> bytes:
    """A Zstandard frame of stored blocks: the same bytes with every version."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    for at in range(0, max(len(data), 1), 1 << 17):
        piece = data[at:at + (1 << 17)]
        last = at + (1 << 17) >= len(data)
        out += (len(piece) << 3 | last).to_bytes(3, "little") + piece
    return out


def pack(data: bytes, compress: bool) -> bytes:
    """One Zstandard frame with its size declared (2.3)."""
    if not compress:
        return store(data)
    return zstandard.ZstdCompressor(level=9, write_content_size=True,
                                    write_checksum=False, write_dict_id=False).compress(data)


def manifest_bytes(bundle: Bundle, token: bytes, entries: list[tuple[int, int, bytes]]) -> bytes:
    """The manifest (2.2)."""
    m = bundle.manifest
    enrolment = m.get("enrolment")
    certificate = bytes.fromhex(m.get("certificate", ""))
    flags = m.get("flags", (1 if enrolment else 0) | (8 if certificate else 0))
    out = varint(flags) + bundle.sender.id
    out += bytes.fromhex(m.get("recipient", bundle.recipient.id.hex())) + token
    for name, size in (("incarnation", 8), ("assumes", 8), ("heard", 8)):
        out += bytes.fromhex(m.get(name, "00" * size))
    out += zigzag(m.get("time", 0))
    out += bytes.fromhex(m.get("programme", "00" * 32)) + bytes.fromhex(m.get("base", "00" * 16))
    out += listed(m.get("rests", [])) + receipt_bytes(m.get("receipt"))
    out += varint(len(entries))
    for length, expanded, digest in entries:
        out += varint(length) + varint(expanded) + digest
    if enrolment:
        out += bundle.sender.sign_pk + bundle.sender.seal_pk
        out += bytes([enrolment["role"]]) + text(enrolment["name"])
    return out + (span(certificate) if flags & 8 else b"")


def receipt_bytes(receipt: Optional[Json]) -> bytes:
    """The receipt (2.2)."""
    if receipt is None:
        return varint(0)
    return varint(1) + varint(receipt["counter"]) + listed(receipt["held"]) + \
        listed(receipt["settled"]) + listed(receipt["declined"])


def frame_plain(bundle: Bundle, frame: Union[bytes, list[Json]], rng: Random) -> bytes:
    """A frame's plaintext, from its description."""
    if isinstance(frame, bytes):
        return frame
    known = {d.id.hex(): d for d in [bundle.sender, bundle.recipient] + bundle.devices}
    known.update({d.label: d for d in known.values()})
    return FrameWriter(known, rng).write(frame)


@dataclass
class Keys:
    """FK and what hangs on it (2.1)."""

    file_key: bytes
    prefix: bytes
    prefix_hash: bytes

    def of(self, person: str, data: bytes) -> bytes:
        """A key under FK."""
        return blake(32, person, data, key=self.file_key)


def begin(bundle: Bundle, token: bytes, rng: Random) -> Keys:
    """Header bytes 0 to 139 and the file key (2.1)."""
    file_key, secret = rng(32), rng(32)
    public = sodium.crypto_scalarmult_base(secret)
    shared = sodium.crypto_scalarmult(secret, bundle.recipient.seal_pk)
    wrap = blake(32, "satchel1wrap", public, bundle.recipient.seal_pk, key=shared)
    prefix = b"SATCHEL\n" + bytes([1, int(bundle.compact), 0, 0]) + rng(16)
    prefix += blake(32, "satchel1courier", token) + public + box(wrap, 0, b"", file_key)
    prefix = bundle.hook("prefix", prefix)
    return Keys(file_key, prefix, blake(32, "satchel1prefix", prefix))


def seal_frames(bundle: Bundle, keys: Keys,
                rng: Random) -> tuple[list[bytes], list[tuple[int, int, bytes]]]:
    """Sealed frames and what the manifest says of them (2.2, 2.3)."""
    key = keys.of("satchel1payload", keys.prefix_hash)
    boxes, entries = [], []
    for i, frame in enumerate(bundle.frames):
        plain = bundle.hook(f"plain{i}", frame_plain(bundle, frame, rng))
        packed = bundle.hook(f"packed{i}", pack(plain, bundle.compress))
        sealed = bundle.hook(f"sealed{i}", box(key, i, keys.prefix_hash + le64(i), packed))
        boxes.append(sealed)
        entries.append((len(sealed), len(plain), blake(32, "satchel1frame", sealed)))
    return boxes, entries


def encode(bundle: Bundle) -> bytes:
    """The whole file (section 2)."""
    rng = Random(bundle.seed)
    token = rng(16)
    keys = begin(bundle, token, rng)
    boxes, entries = seal_frames(bundle, keys, rng)
    manifest = bundle.hook("manifest", manifest_bytes(bundle, token, entries))
    plain_size = padme(len(span(manifest)) + 64) + bundle.spare
    total = sum(map(len, boxes))
    bare = (184 + plain_size + 16) * (1 if bundle.compact else 2) + total + 32
    size = bare if bundle.compact else padme(bare)
    public = keys.prefix + struct.pack("<IQ", plain_size + 16, size)
    public = bundle.hook("public", public)
    header = bundle.hook("header", public + keys.of("satchel1header", public))
    sealed = seal_manifest(bundle, keys, header, manifest, plain_size)
    body = header + sealed + b"".join(boxes)
    if not bundle.compact:
        key = keys.of("satchel1padding", keys.prefix_hash)
        body += bundle.hook("padding", xchacha20(key, size - bare))
        body += bundle.hook("tail", sealed + header)
    body = bundle.hook("body", body)
    front = 184 + len(sealed)
    return bundle.hook("file", body + blake(32, "satchel1file", body[front:], body[:front]))


def seal_manifest(bundle: Bundle, keys: Keys, header: bytes, manifest: bytes,
                  plain_size: int) -> bytes:
    """The manifest box (2.2)."""
    hh = blake(32, "satchel1hh", header)
    digest = blake(32, "satchel1bundle", hh, bundle.recipient.sign_pk, bundle.recipient.seal_pk,
                   blake(32, "satchel1manif", manifest))
    signature = bundle.hook("signature", bundle.sender.sign(digest))
    plain = span(manifest) + signature
    plain = bundle.hook("manifest_plain", plain + bytes(plain_size - len(plain)))
    return bundle.hook("manifest_box", box(keys.of("satchel1manifest", hh), 0, hh, plain))


# ---------------------------------------------------------------------------
# Command line


def main(argv: list[str]) -> int:
    """Makes a bundle from a JSON description."""
    if len(argv) != 3:
        print("usage: encode.py DESCRIPTION.json OUT", file=sys.stderr)
        return 2
    with open(argv[1], encoding="utf-8") as source:
        given = json.load(source)
    sender, recipient = Device.make(given["sender"]), Device.make(given["recipient"])
    bundle = Bundle(sender, recipient, given["seed"], given.get("form") == "compact",
                    given.get("compress", False), given.get("manifest", {}),
                    given.get("frames", []), [Device.make(d) for d in given.get("devices", [])])
    with open(argv[2], "wb") as target:
        target.write(encode(bundle))
    for option, value in (("sign-pk", recipient.sign_pk), ("seal-pk", recipient.seal_pk),
                          ("seal-sk", recipient.seal_sk), ("sender-sign-pk", sender.sign_pk),
                          ("sender-seal-pk", sender.seal_pk)):
        print(f"--{option} {value.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
