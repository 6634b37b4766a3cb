#!/usr/bin/python3
"""Second, independent decoder of the Satchel bundle format, version 1.

Written from sync/FORMAT.md alone.  All section numbers refer to that
document.  It is one long file on purpose: whoever implements the format
reads it beside the document, from top to bottom.  As a library: decode().  As a program:

    decode.py FILE --sign-pk HEX --seal-pk HEX --seal-sk HEX
              [--sender-sign-pk HEX --sender-seal-pk HEX]...
              [--registry DEVICE-ID]...

prints one JSON document.  Bytes are lower-case hex; record ids and dots are
"incarnation-counter", or 32 hex digits when unlinked; absent is left out;
reals that JSON cannot hold are the strings "inf" and "-inf".
"""

from __future__ import annotations

import argparse
import bisect
import calendar
import hashlib
import hmac
import json
import math
import os
import re
import struct
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Optional

import nacl.bindings as sodium
import nacl.exceptions
import zstandard

MAGIC = b"SATCHEL\n"
VERSION = 1
HEADER = 184
HASH = 32
TAG = 16
MAX_FILE = 1 << 30
MAX_MANIFEST_BOX = 1 << 22
MAX_FRAMES = 65536
MAX_EXPANDED = 1114112
MAX_VALUE = 1 << 20
MAX_LEAVES = 4096
DOT_LIMIT = 1 << 20
ARITY = 8

MAX_NAMES = 65536              # of one sort in a manifest
MAX_BLOCKS = 128
MAX_FIELDS = 256
MAX_PURPOSES = 63
MAX_SUPERSEDES = 64
MAX_REFERENCES = 4096
MAX_CELLS = 1 << 22
MAX_EPISODE = (1 << 32) - 2
MAX_DAY = (1 << 31) - 1
MAX_NUMBER = (1 << 63) - 1

ROLES = {1: "registry", 2: "facilitator", 3: "community", 4: "auditor"}
VERDICTS = {1: "accept", 2: "reject"}
EVENTS = {1: "requested", 2: "deferred", 3: "refused", 4: "given", 5: "renewed",
          6: "withdrawn", 7: "revoked", 8: "expired", 9: "invalidated",
          10: "entered in error"}
DETAILS = ("grantor", "relation", "method", "language", "interpreter",
           "witness", "evidence", "notice", "process", "dissent", "terms")
FIELD_TYPES = {1: "text", 2: "integer", 3: "real", 4: "boolean", 5: "date",
               6: "choice", 7: "reference", 8: "references", 9: "file"}

PIECE = 262_144
MAX_MEDIA = 1 << 34
MAX_PREVIEW = 24_576
FILE = re.compile(r"[a-z0-9]+/[a-z0-9][a-z0-9.+-]* ([1-9][0-9]*) [0-9a-f]{64}"
                  r"(?: ([1-9][0-9]*) [0-9a-f]{64})?")

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")

Json = dict[str, Any]
Dot = tuple[int, Any]          # (index, counter), or (0, sixteen bytes)


class Breach(Exception):
    """The bytes break a rule of the document."""


class TooNew(Exception):
    """The bytes need a newer reader (2.6)."""


class Stop(Exception):
    """Ends the reading of a bundle with an outcome (2.5)."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


# ---------------------------------------------------------------------------
# Section 1: primitives


def _blake(size: int, person: str, data: bytes, key: bytes = b"") -> bytes:
    tag = person.encode("ascii").ljust(16, b"\0")
    return hashlib.blake2b(data, digest_size=size, key=key, person=tag).digest()


def hash32(person: str, data: bytes) -> bytes:
    """hash32[P] of section 1."""
    return _blake(32, person, data)


def hash16(person: str, data: bytes) -> bytes:
    """hash16[P] of section 1."""
    return _blake(16, person, data)


def keyed32(person: str, key: bytes, data: bytes) -> bytes:
    """keyed32[P] of section 1."""
    return _blake(32, person, data, key)


def le64(number: int) -> bytes:
    """le64 of section 1."""
    return struct.pack("<Q", number)


def open_box(key: bytes, number: int, extra: bytes, box: bytes) -> Optional[bytes]:
    """The message of box(K, N, A; M) of section 1, or None when it fails."""
    if len(box) < TAG:
        return None
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            box, extra, le64(number) + bytes(16), key)
    except nacl.exceptions.CryptoError:
        return None


def signed_by(sign_pk: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature over 32 bytes holds."""
    try:
        return sodium.crypto_sign_open(signature + digest, sign_pk) == digest
    except (nacl.exceptions.CryptoError, ValueError):
        return False


def device_id(sign_pk: bytes, seal_pk: bytes) -> bytes:
    """The id of a device (section 1)."""
    return hash16("satchel1device", sign_pk + seal_pk)


def padme(length: int) -> int:
    """The Padme size of a length (2.4)."""
    if length < 4:
        return length
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def _quarter(x: list[int], a: int, b: int, c: int, d: int) -> None:
    mask = 0xFFFFFFFF
    for left, right, turned, by in ((a, b, d, 16), (c, d, b, 12),
                                    (a, b, d, 8), (c, d, b, 7)):
        x[left] = (x[left] + x[right]) & mask
        mixed = x[turned] ^ x[left]
        x[turned] = ((mixed << by) | (mixed >> (32 - by))) & mask


def _chacha_first(key: bytes) -> tuple[list[int], list[int]]:
    """The ChaCha20 state for counter and nonce zero, before and after 20 rounds."""
    start = list(struct.unpack("<4I", b"expand 32-byte k"))
    start += list(struct.unpack("<8I", key)) + [0] * 4
    x = list(start)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            _quarter(x, a, b, c, d)
    return start, x


def chacha20_zero(key: bytes, length: int) -> bytes:
    """The ChaCha20 keystream with nonce zero (3.4).

    The first block is made here; the AEAD uses that one for its own key and
    encrypts from the second on, so encrypting zeros gives all others.
    """
    start, mixed = _chacha_first(key)
    first = struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, mixed)))
    if length <= 64:
        return first[:length]
    rest = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
        bytes(length - 64), None, bytes(12), key)
    return first + rest[:-TAG]


def xchacha20_zero(key: bytes, length: int) -> bytes:
    """The XChaCha20 keystream with a nonce of 24 zeros (2.4)."""
    _, mixed = _chacha_first(key)
    return chacha20_zero(struct.pack("<8I", *mixed[:4], *mixed[12:]), length)


# ---------------------------------------------------------------------------
# Section 1: reading


class Reader:
    """Reads the codings of section 1 and stops at every breach."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def left(self) -> int:
        """Bytes not read yet."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        if count > self.left():
            raise Breach(f"{count} bytes wanted at {self.at}, {self.left()} left")
        self.at += count
        return self.data[self.at - count:self.at]

    def u8(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def varint(self) -> int:
        """A varint in its shortest form, at most 64 bits."""
        value = 0
        for place in range(10):
            byte = self.u8()
            if place == 9 and byte > 1:
                raise Breach("varint of more than 64 bits")
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if byte == 0 and place > 0:
                    raise Breach("varint not in its shortest form")
                return value
        raise Breach("varint of more than ten bytes")

    def zigzag(self) -> int:
        """A signed 64-bit number."""
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def count(self, least: int) -> int:
        """A number of things that need at least so many bytes each."""
        return self.fits(self.varint(), least)

    def fits(self, number: int, least: int) -> int:
        """The same number, if that many things can still follow."""
        if number * least > self.left():
            raise Breach(f"{number} things of {least} bytes cannot follow at {self.at}")
        return number

    def span(self) -> bytes:
        """A length, then bytes."""
        return self.take(self.varint())

    def text(self) -> str:
        """A span of valid UTF-8 without U+0000."""
        return as_text(self.span())

    def name(self) -> str:
        """A text that is a name of a kind, field or purpose."""
        return as_name(self.text())

    def names16(self) -> list[str]:
        """varint n, n x 16 bytes, in hex."""
        return [self.take(16).hex() for _ in range(at_most(self.count(16), MAX_NAMES))]

    def sums(self, number: int) -> list[int]:
        """Zigzags, each the difference to the one before."""
        values: list[int] = []
        value = 0
        for _ in range(self.fits(number, 1)):
            value += self.zigzag()
            if not -(1 << 63) <= value < 1 << 63:
                raise Breach("a sum of differences leaves 64 bits")
            values.append(value)
        return values

    def bitmap(self, bits: int) -> list[bool]:
        """Bits from the least significant of the first byte; the rest zero (3.5)."""
        data = self.take((bits + 7) // 8)
        if bits % 8 and data[-1] >> bits % 8:
            raise Breach("unused bits of a bitmap are set")
        return [bool(data[i >> 3] >> (i & 7) & 1) for i in range(bits)]

    def end(self) -> None:
        """Nothing may be left."""
        if self.left():
            raise Breach(f"{self.left()} bytes left over")


def as_text(data: bytes) -> str:
    """Valid UTF-8 without U+0000 (section 1)."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Breach("a text is not valid UTF-8") from None
    if "\0" in text:
        raise Breach("a text holds U+0000")
    return text


def as_name(text: str) -> str:
    """A name of a kind, field or purpose (section 1)."""
    if not NAME.fullmatch(text) or text.startswith(("sat_", "sqlite_")):
        raise Breach(f"not a name: {text[:60]!r}")
    return text


def at_most(number: int, most: int) -> int:
    """The same number, if it is within its limit."""
    if number > most:
        raise Breach(f"{number} is more than {most}")
    return number


def short(text: str, least: int, below: int) -> str:
    """The same text, if its bytes are so many."""
    if not least <= len(text.encode()) < below:
        raise Breach("a text is too long or empty")
    return text


def as_stated(text: str) -> str:
    """The episodes that the details of a decision state (3.4)."""
    words = [word.split("=") for word in text.split(" ")] if text else []
    if len(words) > 64:
        raise Breach("details state too much")
    for word in words:
        if len(word) != 2 or not re.fullmatch("[1-9][0-9]{0,9}", word[1], re.ASCII):
            raise Breach(f"details state {text!r}")
        as_name(word[0])
        at_most(int(word[1]), 2**32 - 1)
    if any(a[0] >= b[0] for a, b in zip(words, words[1:])):
        raise Breach("what details state is not ascending")
    return text


def other_than(name: str, taken: str) -> str:
    """The same name, unless a store keeps it for itself (section 1)."""
    if name == taken:
        raise Breach(f"the name {taken} is taken")
    return name


def only_bits(value: int, allowed: int, what: str) -> int:
    """Refuses bits that have no meaning."""
    if value & ~allowed:
        raise Breach(f"unknown bits in {what}")
    return value


def one_of(value: int, allowed: dict[int, str], what: str) -> str:
    """The word for a number, or a breach."""
    if value not in allowed:
        raise Breach(f"unknown {what} {value}")
    return allowed[value]


# ---------------------------------------------------------------------------
# 2.1: header


@dataclass
class Header:
    """A header whose public fields are in order (2.1)."""

    raw: bytes
    compact: bool
    courier: bytes
    ephemeral: bytes
    stanza: bytes
    box_length: int
    size: int
    mac: bytes

    @property
    def prefix_hash(self) -> bytes:
        """HP."""
        return hash32("satchel1prefix", self.raw[:140])

    @property
    def full_hash(self) -> bytes:
        """HH."""
        return hash32("satchel1hh", self.raw)


def parse_header(raw: bytes) -> Header:
    """Step 1 of 2.5; raises Breach or TooNew."""
    if raw[:8] != MAGIC:
        raise Breach("no bundle begins here: the magic is wrong")
    if raw[8] > VERSION:
        raise TooNew(f"version {raw[8]}")
    if raw[8] != VERSION:
        raise Breach("version 0 does not exist")
    if raw[9] > 1 or raw[10:12] != b"\0\0":
        raise Breach("the header's form or its zeros are wrong")
    box_length = int.from_bytes(raw[140:144], "little")
    size = int.from_bytes(raw[144:152], "little")
    if not TAG < box_length <= MAX_MANIFEST_BOX or size > MAX_FILE:
        raise Breach("a length in the header is out of range")
    return Header(raw, raw[9] == 1, raw[28:60], raw[60:92], raw[92:140],
                  box_length, size, raw[152:184])


def file_hash_holds(data: bytes, header: Header) -> bool:
    """Whether the file has its size and its last 32 bytes are the file hash (section 2)."""
    front, end = HEADER + header.box_length, len(data) - HASH
    if front > end or len(data) != header.size:
        return False
    view = memoryview(data)
    digest = hashlib.blake2b(digest_size=32, person=b"satchel1file".ljust(16, b"\0"))
    digest.update(view[front:end])
    digest.update(view[:front])
    return digest.digest() == data[end:]


@dataclass
class Recipient:
    """The keys of the reader."""

    sign_pk: bytes
    seal_pk: bytes
    seal_sk: bytes

    @property
    def id(self) -> bytes:
        """The reader's device id."""
        return device_id(self.sign_pk, self.seal_pk)


def unwrap(header: Header, own: Recipient) -> Optional[bytes]:
    """FK from the stanza (2.1), or None."""
    try:
        shared = sodium.crypto_scalarmult(own.seal_sk, header.ephemeral)
    except (RuntimeError, nacl.exceptions.CryptoError):
        return None
    if shared == bytes(32):
        return None
    wrap = keyed32("satchel1wrap", shared, header.ephemeral + own.seal_pk)
    return open_box(wrap, 0, b"", header.stanza)


def mac_holds(header: Header, file_key: bytes) -> bool:
    """The header's MAC, compared in constant time (2.1)."""
    mac = keyed32("satchel1header", file_key, header.raw[:152])
    return hmac.compare_digest(mac, header.mac)


# ---------------------------------------------------------------------------
# 2.2: manifest


@dataclass
class FrameEntry:
    """What the manifest says of one frame (2.2)."""

    length: int
    expanded: int
    hash: bytes


@dataclass
class Manifest:
    """A manifest that parses (2.2)."""

    raw: bytes
    signature: bytes
    flags: int
    sender: bytes
    recipient: bytes
    token: bytes
    incarnation: bytes
    rest: Json
    frames: list[FrameEntry]
    enrolment: Optional[Json]

    def as_json(self) -> Json:
        """All fields."""
        shown: Json = {
            "flags": self.flags, "sender": self.sender.hex(),
            "recipient": self.recipient.hex(), "courier_token": self.token.hex(),
            "incarnation": self.incarnation.hex()}
        shown.update(self.rest)
        shown["frames"] = [{"length": f.length, "expanded": f.expanded,
                            "hash": f.hash.hex()} for f in self.frames]
        shown["enrolment"] = self.enrolment
        return shown


def parse_receipt(reader: Reader) -> Optional[Json]:
    """The receipt in a manifest (2.2)."""
    there = reader.varint()
    if there > 1:
        raise Breach("the receipt is neither there nor absent")
    if not there:
        return None
    return {"counter": at_most(reader.varint(), MAX_NUMBER), "held": reader.names16(),
            "settled": reader.names16(), "declined": reader.names16()}


def parse_frame_entries(reader: Reader) -> list[FrameEntry]:
    """The list of frames in a manifest (2.2)."""
    number = reader.varint()
    if number > MAX_FRAMES:
        raise Breach("too many frames")
    entries = []
    for _ in range(reader.fits(number, 34)):
        entry = FrameEntry(reader.varint(), reader.varint(), reader.take(32))
        if not TAG < entry.length <= MAX_EXPANDED + TAG or not 1 <= entry.expanded <= MAX_EXPANDED:
            raise Breach("a frame's length is out of range")
        entries.append(entry)
    return entries


def parse_keys(reader: Reader) -> Json:
    """sign_pk, seal_pk, role, name: in enrolments (2.2) and approvals (3.2)."""
    shown: Json = {"sign_pk": reader.take(32).hex(), "seal_pk": reader.take(32).hex()}
    shown["role"] = reader.u8()
    shown["role_name"] = one_of(shown["role"], ROLES, "role")
    shown["name"] = short(reader.text(), 0, 128)
    return shown


def parse_manifest(raw: bytes, signature: bytes) -> Manifest:
    """The strict parse of step 4 (2.2)."""
    reader = Reader(raw)
    flags = only_bits(reader.varint(), 15, "the manifest's flags")
    sender, recipient, token = reader.take(16), reader.take(16), reader.take(16)
    incarnation = reader.take(8)
    rest: Json = {"assumes": reader.take(8).hex(), "heard": reader.take(8).hex(),
                  "time": reader.zigzag(), "programme": reader.take(32).hex(),
                  "base": reader.take(16).hex(), "rests": reader.names16(),
                  "receipt": parse_receipt(reader)}
    frames = parse_frame_entries(reader)
    enrolment = parse_keys(reader) if flags & 1 else None
    if flags & 8:
        certificate = reader.span()
        if not 1 <= len(certificate) <= 1024:
            raise Breach("a certificate of no length or too long")
        rest["certificate"] = certificate.hex()
    reader.end()
    if enrolment is not None:
        keys = bytes.fromhex(enrolment["sign_pk"]), bytes.fromhex(enrolment["seal_pk"])
        short(enrolment["name"], 1, 128)
        if device_id(*keys) != sender:
            raise Breach("the sender's id is not that of the enrolment's keys")
        if frames:
            raise Breach("an enrolment request with frames")
    return Manifest(raw, signature, flags, sender, recipient, token, incarnation,
                    rest, frames, enrolment)


def parse_manifest_box(plain: bytes, header: Header) -> Manifest:
    """span(manifest), signature, zeros (2.2), and what binds it to the header."""
    reader = Reader(plain)
    raw = reader.span()
    signature = reader.take(64)
    if len(plain) < padme(reader.at):
        raise Breach("the manifest box is shorter than its Padme size")
    if any(plain[reader.at:]):
        raise Breach("bytes other than zeros after the manifest's signature")
    manifest = parse_manifest(raw, signature)
    if hash32("satchel1courier", manifest.token) != header.courier:
        raise Breach("the courier token is not the header's")
    if sizes(header, manifest)[2] != header.size:
        raise Breach("the header's file size does not follow from the manifest")
    return manifest


def sizes(header: Header, manifest: Manifest) -> tuple[int, int, int]:
    """Bytes of frames, of padding and of the file (section 2, 2.4)."""
    frames = sum(entry.length for entry in manifest.frames)
    if header.compact:
        return frames, 0, HEADER + header.box_length + frames + HASH
    bare = 2 * (HEADER + header.box_length) + frames + HASH
    return frames, padme(bare) - bare, padme(bare)


def signed_name(header: Header, own: Recipient, manifest: Manifest) -> bytes:
    """S of 2.2; its first 16 bytes are the bundle name."""
    return hash32("satchel1bundle", header.full_hash + own.sign_pk + own.seal_pk
                  + hash32("satchel1manif", manifest.raw))


# ---------------------------------------------------------------------------
# 2.3: frames


def check_zstd(data: bytes, expanded: int) -> None:
    """Exactly one Zstandard frame, size declared, no dictionary id (2.3)."""
    reader = Reader(data)
    if reader.take(4) != b"\x28\xb5\x2f\xfd":
        raise Breach("not a Zstandard frame")
    descriptor = reader.u8()
    if descriptor & 3:
        raise Breach("a Zstandard frame with a dictionary id")
    single = descriptor >> 5 & 1
    if not single:
        reader.take(1)
    width = (single, 2, 4, 8)[descriptor >> 6]
    if width == 0:
        raise Breach("a Zstandard frame without a declared size")
    declared = int.from_bytes(reader.take(width), "little") + (256 if width == 2 else 0)
    if declared != expanded:
        raise Breach("the declared size is not the manifest's")
    last = False
    while not last:
        block = int.from_bytes(reader.take(3), "little")
        last = bool(block & 1)
        kind = block >> 1 & 3
        if kind == 3:
            raise Breach("a reserved Zstandard block")
        reader.take(1 if kind == 1 else block >> 3)
    if descriptor & 4:
        reader.take(4)
    reader.end()


def expand(data: bytes, expanded: int) -> bytes:
    """Expands once, into a buffer of the size that the manifest gives (2.3)."""
    check_zstd(data, expanded)
    try:
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=expanded)
    except zstandard.ZstdError:
        raise Breach("Zstandard cannot expand it") from None
    if len(plain) != expanded:
        raise Breach("the expanded size is not the declared one")
    return plain


# ---------------------------------------------------------------------------
# Section 3: frame plaintext


@dataclass
class Signed:
    """A signature to check once all keys of the bundle are known."""

    shown: Json                 # gets "check": good, bad or unchecked
    digest: bytes
    signature: bytes
    device: Optional[bytes]
    incarnation: Optional[bytes] = None


@dataclass
class Content:
    """One frame's plaintext, parsed."""

    incarnations: list[bytes] = field(default_factory=list)
    sections: list[Json] = field(default_factory=list)
    signed: list[Signed] = field(default_factory=list)
    keys: dict[bytes, bytes] = field(default_factory=dict)
    highest: dict[bytes, int] = field(default_factory=dict)
    authors: set[bytes] = field(default_factory=set)
    cells: int = 0

    def spend(self, cells: int) -> None:
        """Counts what the frame expands to (3.5)."""
        self.cells = at_most(self.cells + cells, MAX_CELLS)

    def incarnation(self, index: int) -> bytes:
        """The incarnation at index 1..n."""
        if not 1 <= index <= len(self.incarnations):
            raise Breach(f"no incarnation has the index {index}")
        return self.incarnations[index - 1]

    def named(self, index: int, counter: int) -> None:
        """Remembers that a dot is named, for the cover by statements (3.1)."""
        name = self.incarnation(index)
        self.highest[name] = max(counter, self.highest.get(name, 0))

    def written(self, dot: Dot) -> None:
        """Remembers who wrote (section 4)."""
        if dot[0]:
            self.authors.add(self.incarnation(dot[0]))

    def show(self, dot: Dot) -> str:
        """A dot or record id as text."""
        if dot[0] == 0:
            return dot[1].hex()
        return f"{self.incarnation(dot[0]).hex()}-{dot[1]}"

    def raw(self, dot: Dot) -> bytes:
        """A subject as in the core of a decision (3.4)."""
        if dot[0] == 0:
            return bytes(8) + dot[1]
        return self.incarnation(dot[0]) + le64(dot[1])


def parse_frame(plain: bytes) -> Content:
    """The whole of section 3."""
    reader = Reader(plain)
    content = Content()
    table: set[bytes] = set()
    for _ in range(reader.count(8)):
        name = reader.take(8)
        if name == bytes(8):
            raise Breach("an incarnation of zeros")
        if name in table:
            raise Breach("an incarnation is named twice")
        table.add(name)
        content.incarnations.append(name)
    last, blocks = 0, 0
    while reader.left():
        kind = reader.u8()
        if kind < last or (kind == last and kind != 5 and kind in SECTIONS):
            raise Breach("sections are not in ascending order, or one occurs twice")
        last = kind
        blocks = at_most(blocks + (kind == 5), MAX_BLOCKS)
        body = reader.span()
        if kind >= 128:
            content.sections.append({"type": kind, "skipped": body.hex()})
            continue
        if kind not in SECTIONS:
            raise TooNew(f"section type {kind}")
        name, parse = SECTIONS[kind]
        inner = Reader(body)
        shown: Json = {"type": kind, "section": name}
        shown.update(parse(inner, content))
        inner.end()
        content.sections.append(shown)
    return content


def dot_list(reader: Reader, content: Content, number: int) -> list[Dot]:
    """A dot list of so many dots (section 3)."""
    content.spend(reader.fits(number, 1))
    runs: list[tuple[int, int]] = []
    total, before = 0, -1
    while total < number:
        index, length = reader.varint(), reader.varint()
        if index > len(content.incarnations):
            raise Breach(f"no incarnation has the index {index}")
        if index == before:
            raise Breach("neighbouring runs have one index")
        if not 1 <= length <= number - total:
            raise Breach("a run's length is out of range")
        runs.append((index, length))
        total, before = total + length, index
    return _dots_of_runs(reader, content, runs)


def _dots_of_runs(reader: Reader, content: Content, runs: list[tuple[int, int]]) -> list[Dot]:
    dots: list[Dot] = []
    counter = 0
    for index, length in runs:
        if index == 0:
            dots.extend([(0, b"")] * length)
            continue
        for _ in range(length):
            counter += reader.zigzag()
            if not 1 <= counter < DOT_LIMIT:
                raise Breach("a counter is out of range")
            content.named(index, counter)
            dots.append((index, counter))
    unlinked = [at for at, dot in enumerate(dots) if dot[0] == 0]
    reader.fits(len(unlinked), 16)
    for at in unlinked:
        dots[at] = (0, reader.take(16))
    return dots


def strings(reader: Reader, content: Content, number: int) -> list[str]:
    """All lengths, then all bytes (3.5, encoding 0)."""
    content.spend(number)
    lengths = [reader.varint() for _ in range(reader.fits(number, 1))]
    if any(length > MAX_VALUE for length in lengths):
        raise Breach("a value of more than 1 MiB")
    reader.fits(sum(lengths), 1)
    return [as_text(reader.take(length)) for length in lengths]


def text_column(reader: Reader, content: Content, rows: int) -> tuple[int, list[str]]:
    """A text column with its encoding byte (3.5)."""
    encoding = reader.u8()
    if encoding == 0:
        return 0, strings(reader, content, rows)
    if encoding != 1:
        raise Breach(f"unknown text encoding {encoding}")
    known = strings(reader, content, reader.count(1))
    lengths = [len(text.encode()) for text in known]
    content.spend(rows)
    pick = reader.u8 if len(known) <= 256 else reader.varint
    texts = []
    for _ in range(reader.fits(rows, 1)):
        index = pick()
        if index >= len(known):
            raise Breach("an index beyond the strings of a column")
        content.spend(lengths[index] // 16)
        texts.append(known[index])
    return 1, texts


def counted(reader: Reader, counts: list[int]) -> int:
    """The sum of counts, each of which stands for at least a byte."""
    return reader.fits(sum(counts), 1)


def parse_incarnations(reader: Reader, content: Content) -> Json:
    """Incarnation statements (3.1)."""
    shown = []
    for _ in range(reader.count(82)):
        name = content.incarnation(reader.varint())
        device = reader.take(16)
        highest = reader.varint()
        if highest >= DOT_LIMIT:
            raise Breach("a counter of 2^20 or more")
        signature = reader.take(64)
        entry: Json = {"incarnation": name.hex(), "device": device.hex(),
                       "highest": highest, "signature": signature.hex()}
        digest = hash32("satchel1incarn", name + device + le64(highest))
        content.signed.append(Signed(entry, digest, signature, device))
        shown.append(entry)
    return {"statements": shown}


def parse_registry(reader: Reader, content: Content) -> Json:
    """Registry statements (3.2)."""
    return {"statements": [registry_statement(reader.span(), content)
                           for _ in range(reader.count(84))]}


def registry_statement(whole: bytes, content: Content) -> Json:
    """One signed object (3.2); a new type is kept unread (2.6)."""
    reader = Reader(whole)
    at_most(len(whole), 1 << 20)
    kind, issuer = reader.u8(), reader.take(16)
    shown: Json = {"type": kind, "name": hash32("satchel1statname", whole).hex(),
                   "issuer": issuer.hex(), "serial": at_most(reader.varint(), MAX_NUMBER),
                   "time": reader.zigzag()}
    body = reader.span()
    digest = hash32("satchel1state", whole[:reader.at])
    signature = reader.take(64)
    reader.end()
    if kind in STATEMENTS:
        inner = Reader(body)
        shown["statement"], parse = STATEMENTS[kind]
        shown["body"] = parse(inner, content)
        inner.end()
    else:
        shown["statement"], shown["body"] = "unread", body.hex()
    shown["signature"] = signature.hex()
    content.signed.append(Signed(shown, digest, signature, issuer))
    return shown


def approval(reader: Reader, content: Content) -> Json:
    """Type 1 (3.2).  The id is a hash of the keys: they may be used to check."""
    shown = parse_keys(reader)
    shown["audiences"] = short(reader.text(), 0, 256)
    sign_pk, seal_pk = bytes.fromhex(shown["sign_pk"]), bytes.fromhex(shown["seal_pk"])
    device = device_id(sign_pk, seal_pk)
    content.keys[device] = sign_pk
    shown["device"] = device.hex()
    return shown


def revocation(reader: Reader, content: Content) -> Json:
    """Type 2 (3.2)."""
    device = reader.take(16).hex()
    points = [{"incarnation": reader.take(8).hex(),
               "accepted": at_most(reader.varint(), DOT_LIMIT - 1)}
              for _ in range(reader.count(9))]
    return {"device": device, "points": points}


def programme(reader: Reader, content: Content) -> Json:
    """Type 3 (3.2)."""
    return {"version": at_most(reader.varint(), MAX_NUMBER), "json": reader.span().hex()}


def date_statement(reader: Reader, content: Content) -> Json:
    """Type 5 (3.2)."""
    return {"days": at_most(reader.varint(), MAX_DAY)}


def release(reader: Reader, content: Content) -> Json:
    """Type 6 (3.2)."""
    shown: Json = {"bundle": reader.take(16).hex(), "verdict": reader.u8()}
    shown["verdict_name"] = one_of(shown["verdict"], VERDICTS, "verdict")
    return shown


def erasure(reader: Reader, content: Content) -> Json:
    """Type 7 (3.2), by any device."""
    names = [reader.take(16).hex() for _ in range(reader.count(16))]
    if not names:
        raise Breach("a receipt for no erasure")
    return {"erased": names}


STATEMENTS: dict[int, tuple[str, Callable[[Reader, Content], Json]]] = {
    1: ("approval", approval), 2: ("revocation", revocation),
    3: ("programme", programme), 5: ("date", date_statement), 6: ("release", release),
    7: ("erasure", erasure)}


def parse_tombstones(reader: Reader, content: Content) -> Json:
    """Tombstones (3.3)."""
    dots = dot_list(reader, content, reader.count(1))
    shown = {"records": [content.show(dot) for dot in dots]}
    if reader.left() > 0:
        number = reader.count(2)
        if number == 0:
            raise Breach("no label follows the tombstones")
        places = [reader.varint() for _ in range(number)]
        if places != sorted(places) or places[-1] >= len(dots):
            raise Breach("a label is of no tombstone")
        labels = dot_list(reader, content, number)
        shown["under"] = [[shown["records"][place], content.show(label)]
                          for place, label in zip(places, labels)]
    return shown


# ---------------------------------------------------------------------------
# 3.4: decisions


@dataclass
class Batch:
    """The head of a batch of decisions (3.4)."""

    author: bytes
    first: int
    leaves: int
    signature: bytes
    seed: Optional[bytes]
    present: bytes              # the bitmap
    number: int                 # of leaves that are in
    partial: bool

    def positions(self) -> list[int]:
        """The leaves that are in."""
        return [i for i in range(self.leaves) if self.present[i >> 3] >> (i & 7) & 1]

    def salts(self) -> bytes:
        """The salts of all leaves, or nothing (3.4)."""
        if self.seed is None:
            return b""
        return chacha20_zero(hash32("satchel1salts", self.seed), 16 * self.leaves)


def batch_head(reader: Reader, content: Content) -> Batch:
    """A batch, up to its bitmap (3.4)."""
    index = reader.varint()
    author = content.incarnation(index)
    first, leaves = reader.varint(), reader.varint()
    if not 1 <= leaves <= MAX_LEAVES:
        raise Breach("a batch's number of leaves is out of range")
    if first < 1 or first + leaves > DOT_LIMIT:
        raise Breach("a batch's counters are out of range")
    flags = only_bits(reader.u8(), 3, "a batch's flags")
    signature = reader.take(64)
    seed = reader.take(16) if flags & 1 else None
    full = (1 << leaves) - 1
    bits = full
    if flags & 2:
        bits = int.from_bytes(reader.take((leaves + 7) // 8), "little")
        if bits >> leaves:
            raise Breach("unused bits of a bitmap are set")
        if bits == full:
            raise Breach("a batch is marked as partial and is whole")
    content.named(index, first + leaves - 1)
    content.authors.add(author)
    return Batch(author, first, leaves, signature, seed,
                 bits.to_bytes((leaves + 7) // 8, "little"), bin(bits).count("1"),
                 bool(flags & 2))


def decision_rows(reader: Reader, content: Content, number: int) -> list[Json]:
    """The columns of all leaves that are in, up to the superseded names (3.4)."""
    subjects = dot_list(reader, content, number)
    purposes = [as_name(text) for text in text_column(reader, content, number)[1]]
    events, flags = reader.take(number), reader.take(number)
    for event, flag in zip(events, flags):
        one_of(event, EVENTS, "event")
        only_bits(flag, 3 if event in (6, 7) else 2, "a decision's flags")
    episodes = [at_most(reader.varint(), MAX_EPISODE) for _ in range(number)]
    until = [at_most(reader.varint(), MAX_DAY) for _ in range(number)]
    recipients = text_column(reader, content, number)[1]
    withheld_from = text_column(reader, content, number)[1]
    notices = [at_most(reader.varint(), 2**32 - 1) for _ in range(number)]
    stated = [as_stated(text) for text in text_column(reader, content, number)[1]]
    counts = [at_most(reader.varint(), MAX_SUPERSEDES) for _ in range(number)]
    reader.fits(sum(counts), 32)
    content.spend(4 * number)
    rows = []
    for i in range(number):
        rows.append({"subject": content.show(subjects[i]), "_subject": content.raw(subjects[i]),
                     "purpose": purposes[i], "event": events[i],
                     "event_name": EVENTS[events[i]], "flags": flags[i],
                     "episode": episodes[i], "until": until[i],
                     "recipients": recipients[i],
                     "withheld_from": withheld_from[i], "notice": notices[i],
                     "stated": stated[i],
                     "supersedes": [reader.take(32).hex() for _ in range(counts[i])]})
    return rows


def decision_details(reader: Reader, content: Content, rows: list[Json]) -> None:
    """The rest of the columns: details, claimed times, salts, commitments (3.4)."""
    modes = reader.take(len(rows))
    for row, mode in zip(rows, modes):
        if mode > 2:
            raise Breach(f"unknown way to give details: {mode}")
        row["mode"] = mode
    told = [row for row in rows if row["mode"]]
    columns = [text_column(reader, content, len(told))[1] for _ in DETAILS]
    times = reader.sums(len(told))
    for i, row in enumerate(told):
        row["details"] = {name: column[i] for name, column in zip(DETAILS, columns)}
        row["details"]["claimed_time"] = times[i]
    for row in rows:
        if row["mode"] == 2:
            row["salt"] = reader.take(16).hex()
    for row in rows:
        if row["mode"] == 0:
            row["commitment"] = reader.take(32).hex()


def put_varint(value: int) -> bytes:
    """varint (section 1), for hashing again."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def put_text(text: str) -> bytes:
    """text (section 1), for hashing again."""
    raw = text.encode()
    return put_varint(len(raw)) + raw


def commitment(salt: bytes, details: Json) -> bytes:
    """The commitment to the details of a decision (3.4)."""
    time = details["claimed_time"]
    body = b"".join(put_text(details[name]) for name in DETAILS)
    body += put_varint(2 * time if time >= 0 else -2 * time - 1)
    return hash32("satchel1commit", salt + body)


def decision_name(author: bytes, row: Json) -> bytes:
    """The name of a decision: the hash of its core (3.4)."""
    core = author + le64(row["counter"]) + row["_subject"] + put_text(row["purpose"])
    core += bytes([row["event"], row["flags"]])
    core += put_varint(row["episode"]) + put_varint(row["until"])
    core += put_text(row["recipients"]) + put_text(row["withheld_from"])
    core += put_varint(row["notice"]) + put_text(row["stated"])
    core += put_varint(len(row["supersedes"]))
    core += bytes.fromhex("".join(row["supersedes"]) + row["commitment"])
    return hash32("satchel1decision", core)


def complete_rows(batch: Batch, rows: list[Json]) -> None:
    """Counters, salts, commitments and names of one batch's rows (3.4)."""
    salts = batch.salts()
    for place, row in zip(batch.positions(), rows):
        row["counter"] = batch.first + place
        if row["mode"] == 1:
            if batch.seed is None:
                raise Breach("details with the batch's salt, but the batch has no seed")
            row["salt"] = salts[16 * place:16 * place + 16].hex()
        if row["mode"]:
            row["commitment"] = commitment(bytes.fromhex(row["salt"]), row["details"]).hex()
        row["name"] = decision_name(batch.author, row).hex()
        del row["_subject"]


def batch_root(batch: Batch, rows: list[Json], reader: Reader) -> tuple[bytes, list[str]]:
    """The root of the tree, and the hashes of the subtrees that are not in (3.4)."""
    names = dict(zip(batch.positions(), (bytes.fromhex(row["name"]) for row in rows)))
    inside = sorted(names)
    hidden: list[str] = []

    def any_in(low: int, high: int) -> bool:
        at = bisect.bisect_left(inside, low)
        return at < len(inside) and inside[at] < high

    def node(low: int, width: int) -> bytes:
        if not any_in(low, low + width):
            taken = reader.take(32)
            hidden.append(taken.hex())
            return taken
        if width == 1:
            return names[low]
        step = width // ARITY
        ends = range(low, min(low + width, batch.leaves), step)
        return hash32("satchel1node", b"".join(node(start, step) for start in ends))

    width = 1
    while width < batch.leaves:
        width *= ARITY
    return node(0, width), hidden


def parse_decisions(reader: Reader, content: Content) -> Json:
    """Decisions (3.4)."""
    heads = [batch_head(reader, content) for _ in range(reader.count(68))]
    number = reader.fits(sum(head.number for head in heads), 1)
    rows = decision_rows(reader, content, number)
    decision_details(reader, content, rows)
    shown, at = [], 0
    for head in heads:
        own = rows[at:at + head.number]
        at += head.number
        complete_rows(head, own)
        root, hidden = batch_root(head, own, reader)
        entry: Json = {"incarnation": head.author.hex(), "first": head.first,
                       "leaves": head.leaves, "present": head.positions(),
                       "seed": head.seed.hex() if head.seed else None,
                       "root": root.hex(), "hidden": hidden,
                       "signature": head.signature.hex(), "decisions": own}
        digest = hash32("satchel1batch",
                        head.author + le64(head.first) + le64(head.leaves) + root)
        content.signed.append(Signed(entry, digest, head.signature, None, head.author))
        shown.append(entry)
    return {"batches": shown}


# ---------------------------------------------------------------------------
# 3.5: record block


def parse_block(reader: Reader, content: Content) -> Json:
    """A record block (3.5)."""
    kind = other_than(reader.name(), "consent")
    flags = only_bits(reader.varint(), 127, "a block's flags")
    if flags & 64 and not flags & 12:
        raise Breach("communities among persons that are not there")
    number = reader.count(1)
    if number < 1:
        raise Breach("a block without rows")
    ids = dot_list(reader, content, number)
    dots = dot_list(reader, content, number) if flags & 1 else ids
    for dot in dots:
        if dot[0] == 0:
            raise Breach("a write under an unlinked name")
        content.written(dot)
    pasts = block_pasts(reader, content, number) if flags & 2 else [[] for _ in ids]
    mixed = bool(flags & 64)
    said = block_statements(reader, content, number, mixed) if flags & 4 else ["usual"] * number
    persons = block_persons(reader, content, number, mixed) if flags & 8 else [[] for _ in ids]
    rows: list[Json] = [
        {"id": content.show(ids[i]), "dot": content.show(dots[i]), "past": pasts[i],
         "statement": said[i], "persons": persons[i], "values": {}, "cleared": [],
         "blank": []} for i in range(number)]
    fields: list[Json] = []
    known: set[str] = set()
    count = at_most(reader.count(5), MAX_FIELDS)
    content.spend(count * number)
    for _ in range(count):
        fields.append(block_field(reader, content, rows, known))
    reader.end()
    return {"kind": kind, "flags": flags, "is": flags >> 4 & 3,
            "fields": fields, "rows": rows}


def split(things: list[Any], counts: list[int]) -> list[list[Any]]:
    """Cuts a list into pieces of given lengths."""
    pieces, at = [], 0
    for count in counts:
        pieces.append(things[at:at + count])
        at += count
    return pieces


def block_pasts(reader: Reader, content: Content, number: int) -> list[list[str]]:
    """Pasts: one dot an incarnation within a row (3.5)."""
    counts = [reader.varint() for _ in range(number)]
    content.spend(number)
    dots = dot_list(reader, content, counted(reader, counts))
    pasts = split(dots, counts)
    for past in pasts:
        names = [content.incarnation(dot[0]) for dot in past]
        if len(set(names)) < len(names):
            raise Breach("a past names an incarnation twice")
    return [[content.show(dot) for dot in past] for past in pasts]


def purpose_list(reader: Reader) -> list[str]:
    """Names of purposes, each at most once (3.5)."""
    names = [reader.name() for _ in range(at_most(reader.count(1), MAX_PURPOSES))]
    if len(set(names)) < len(names):
        raise Breach("a purpose occurs twice in a list")
    return names


def communities_of(reader: Reader, content: Content, counts: list[int],
                   mixed: bool) -> list[bool]:
    """For each of all persons, whether it is a community: those at the end of a row's (3.5)."""
    many = [reader.varint() for _ in counts] if mixed else [0] * len(counts)
    content.spend(len(counts) if mixed else 0)
    if any(some > count for some, count in zip(many, counts)):
        raise Breach("more communities than are named")
    return [at >= count - some for some, count in zip(many, counts) for at in range(count)]


def shown_concerned(content: Content, dot: Any, community: bool) -> str:
    """Somebody concerned, as a person or as a community."""
    return ("community " if community else "") + content.show(dot)


def block_statements(reader: Reader, content: Content, number: int, mixed: bool) -> list[Any]:
    """Statements other than the usual one (3.5)."""
    purposes = purpose_list(reader)
    codes = [reader.varint() for _ in range(number)]
    counts = [max(code - 1, 0) for code in codes]
    total = counted(reader, counts)
    communities = communities_of(reader, content, counts, mixed)
    persons = dot_list(reader, content, total)
    picks = [reader.varint() for _ in range(reader.fits(total, 1))]
    episodes = [at_most(reader.varint(), MAX_EPISODE) for _ in range(reader.fits(total, 1))]
    content.spend(number + 2 * total)
    if any(pick > len(purposes) for pick in picks):
        raise Breach("an index beyond the purposes of a block")
    if any(episode and not pick for pick, episode in zip(picks, episodes)):
        raise Breach("every purpose is stated in another episode than 0")
    places = [(community, person[0] or math.inf, person[1], pick)
              for community, person, pick in zip(communities, persons, picks)]
    for places_of_row in split(places, counts):
        if any(a >= b for a, b in zip(places_of_row, places_of_row[1:])):
            raise Breach("the entries of a statement do not ascend")
    entries = [{"person": shown_concerned(content, person, community),
                "purpose": purposes[pick - 1] if pick else None, "episode": episode}
               for person, community, pick, episode
               in zip(persons, communities, picks, episodes)]
    return [piece if code else "usual"
            for code, piece in zip(codes, split(entries, counts))]


def block_persons(reader: Reader, content: Content, number: int, mixed: bool) -> list[list[str]]:
    """Further persons concerned (3.5)."""
    counts = [reader.varint() for _ in range(number)]
    content.spend(number)
    total = counted(reader, counts)
    communities = communities_of(reader, content, counts, mixed)
    dots = dot_list(reader, content, total)
    return split([shown_concerned(content, dot, community)
                  for dot, community in zip(dots, communities)], counts)


def block_field(reader: Reader, content: Content, rows: list[Json], known: set[str]) -> Json:
    """One field: its head, its presence, its column (3.5).

    Rows show it by its name; a second field of that name by name and type.
    """
    name, kind = other_than(reader.name(), "id"), reader.u8()
    type_name = one_of(kind, FIELD_TYPES, "field type")
    if f"{name} {type_name}" in known:
        raise Breach("a field occurs twice in a block")
    key = f"{name} {type_name}" if name in known else name
    known.update((name, f"{name} {type_name}"))
    flags = only_bits(reader.u8(), 3, "a field's flags")
    purposes = purpose_list(reader)
    presence, states = field_presence(reader, len(rows))
    holders = [row for row, state in zip(rows, states) if state == 1]
    encoding, values = field_column(reader, content, kind, len(holders))
    for row, value in zip(holders, values):
        row["values"][key] = value
    for row, state in zip(rows, states):
        if state == 2:
            row["cleared"].append(key)
        elif state == 3:
            row["blank"].append(key)
    shown: Json = {"name": name, "key": key, "type": kind, "type_name": type_name,
                   "concerns": flags, "purposes": purposes, "presence": presence}
    if encoding is not None:
        shown["encoding"] = encoding
    return shown


def field_presence(reader: Reader, rows: int) -> tuple[int, list[int]]:
    """0 absent, 1 value, 2 cleared, 3 blank for each row (3.5)."""
    presence = reader.u8()
    if presence == 0:
        return 0, [1] * rows
    if presence == 1:
        return 1, [int(bit) for bit in reader.bitmap(rows)]
    if presence != 2:
        raise Breach(f"unknown presence {presence}")
    states = list(reader.take(rows))
    if any(state > 3 for state in states):
        raise Breach("unknown state of a value")
    return 2, states


def field_column(reader: Reader, content: Content, kind: int,
                 rows: int) -> tuple[Optional[int], list[Any]]:
    """The column of the rows that have a value (3.5)."""
    if kind in (1, 6):
        return text_column(reader, content, rows)
    if kind == 9:
        encoding, names = text_column(reader, content, rows)
        return encoding, [file_name(name) for name in names]
    if kind == 2:
        return None, [reader.zigzag() for _ in range(reader.fits(rows, 1))]
    if kind == 3:
        return None, [real(reader.take(8)) for _ in range(reader.fits(rows, 8))]
    if kind == 4:
        return None, [boolean(byte) for byte in reader.take(rows)]
    if kind == 5:
        return None, [date(code) for code in reader.sums(rows)]
    counts = [1] * rows if kind == 7 else [at_most(reader.varint(), MAX_REFERENCES)
                                            for _ in range(reader.fits(rows, 1))]
    dots = [content.show(dot) for dot in dot_list(reader, content, counted(reader, counts))]
    return None, dots if kind == 7 else split(dots, counts)


def file_name(value: str) -> str:
    """The value of a file field, in its one form (3.5)."""
    match = FILE.fullmatch(value)
    if match is None or len(value.split(" ")[0]) > 63 or int(match[1]) > MAX_MEDIA \
            or (match[2] is not None and int(match[2]) > MAX_PREVIEW):
        raise Breach("a value that names no file")
    return value


def real(raw: bytes) -> Any:
    """A real; NaN is refused, -0 is 0 (3.5)."""
    value = struct.unpack("<d", raw)[0] + 0.0
    if math.isnan(value):
        raise Breach("a real is not a number")
    return value if math.isfinite(value) else str(value)


def boolean(byte: int) -> bool:
    """A boolean (3.5)."""
    if byte > 1:
        raise Breach("a boolean is neither 0 nor 1")
    return byte == 1


def date(code: int) -> str:
    """A date coded as y * 512 + m * 40 + d (3.5); 0 stands for an unknown month or day."""
    year, rest = divmod(code, 512)
    month, day = divmod(rest, 40)
    if not 1 <= year <= 9999 or month > 12 or (day and not month) \
            or (day and day > calendar.monthrange(year, month)[1]):
        raise Breach("a date that does not exist")
    if rest == 0:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")


# ---------------------------------------------------------------------------
# 3.6 to 3.8


def parse_asks(reader: Reader, content: Content) -> Json:
    """Asks (3.6)."""
    names = [reader.take(16).hex() for _ in range(reader.count(16))]
    dots = dot_list(reader, content, len(names))
    return {"asks": [{"name": name, "record": content.show(dot)}
                     for name, dot in zip(names, dots)]}


def parse_moments(reader: Reader, content: Content) -> Json:
    """Moments (3.7)."""
    dots = dot_list(reader, content, reader.count(1))
    times = reader.sums(len(dots))
    return {"moments": [{"dot": content.show(dot), "time": time}
                        for dot, time in zip(dots, times)]}


def piece_root(leaf: bytes, number: int, count: int, proof: Iterator[bytes]) -> bytes:
    """The root of the tree that a leaf and its proof come to (3.8)."""
    node = leaf
    while count > 1:
        if number ^ 1 < count:
            pair = (next(proof), node) if number & 1 else (node, next(proof))
            node = hash32("satchel1branch", b"".join(pair))
        number, count = number // 2, (count + 1) // 2
    return node


def proof_hashes(number: int, count: int) -> int:
    """On how many levels a piece has a neighbour (3.8)."""
    hashes = 0
    while count > 1:
        hashes += number ^ 1 < count
        number, count = number // 2, (count + 1) // 2
    return hashes


def parse_pieces(reader: Reader, content: Content) -> Json:
    """Pieces of a file (3.8)."""
    if content.sections:
        raise Breach("pieces of a file beside something else")
    name = reader.take(32)
    size, number_of, last = at_most(reader.varint(), MAX_MEDIA), at_most(reader.varint(), 4), -1
    count = (size + PIECE - 1) // PIECE
    if size == 0 or number_of == 0:
        raise Breach("no file, or no piece of it")
    pieces = []
    for _ in range(number_of):
        number = at_most(reader.varint(), count - 1)
        if number <= last:
            raise Breach("pieces do not ascend")
        last = number
        proof = [reader.take(32) for _ in range(proof_hashes(number, count))]
        leaf = hash32("satchel1piece", reader.take(min(PIECE, size - number * PIECE)))
        root = piece_root(leaf, number, count, iter(proof))
        if hash32("satchel1media", le64(size) + root) != name:
            raise Breach("a piece is not what the name of its file says")
        pieces.append({"number": number, "proof": [node.hex() for node in proof],
                       "leaf": leaf.hex()})
    return {"name": name.hex(), "size": size, "pieces": pieces}


SECTIONS: dict[int, tuple[str, Callable[[Reader, Content], Json]]] = {
    1: ("incarnation statements", parse_incarnations),
    2: ("registry statements", parse_registry),
    3: ("tombstones", parse_tombstones), 4: ("decisions", parse_decisions),
    5: ("record block", parse_block), 6: ("asks", parse_asks),
    7: ("moments", parse_moments), 8: ("pieces of a file", parse_pieces)}


# ---------------------------------------------------------------------------
# 2.5: the order of checks


@dataclass
class Opened:
    """A bundle up to step 4 of 2.5."""

    header: Header
    header_from: str
    file_key: bytes
    hash_holds: bool
    manifest: Manifest
    manifest_from: str


def open_bundle(data: bytes, own: Recipient) -> Opened:
    """Steps 1 to 4, with the header from the start, else from the end."""
    if len(data) < HEADER + TAG + 1 + HASH:
        raise Stop("damaged", "The file is too short to be a bundle.")
    if len(data) > MAX_FILE:
        raise Stop("damaged", "The file is too long to be a bundle.")
    end = len(data) - HASH - HEADER
    first: Optional[Stop] = None
    for place, at in (("start", 0), ("end", end)):
        try:
            header = parse_header(data[at:at + HEADER])
            if place == "end" and header.compact:
                raise Breach("the compact form has no copy")
        except Breach as breach:
            first = first or Stop("damaged", f"The header is damaged: {breach}.")
            continue
        except TooNew as new:
            first = first or Stop("too_new", f"The bundle needs a newer programme: {new}.")
            continue
        hash_holds = file_hash_holds(data, header)
        file_key, stop = authentic(header, own, hash_holds)
        if file_key is None:
            first = first or stop
            continue
        manifest, where = open_manifest(data, header, file_key, hash_holds)
        return Opened(header, place, file_key, hash_holds, manifest, where)
    assert first is not None
    raise first


def authentic(header: Header, own: Recipient,
              hash_holds: bool) -> tuple[Optional[bytes], Stop]:
    """Steps 2 and 3: FK, or how to stop."""
    file_key = unwrap(header, own)
    if file_key is None:
        if hash_holds:
            return None, Stop("not_for_us", "The bundle is sealed to somebody else.")
        return None, Stop("damaged", "The header's stanza does not open; the file is damaged.")
    if not mac_holds(header, file_key):
        if hash_holds:
            return None, Stop("forged", "The header's MAC is wrong in a file that is whole.")
        return None, Stop("damaged", "The header's MAC is wrong; the file is damaged.")
    return file_key, Stop("ok", "")


def open_manifest(data: bytes, header: Header, file_key: bytes,
                  hash_holds: bool) -> tuple[Manifest, str]:
    """Step 4: the manifest box from the start, else its copy."""
    key = keyed32("satchel1manifest", file_key, header.full_hash)
    places = [("start", HEADER)]
    if not header.compact:
        tail = HASH + HEADER + header.box_length
        places += [("end", at) for at in {len(data) - tail, header.size - tail} if at > 0]
    for place, at in places:
        plain = open_box(key, 0, header.full_hash, data[at:at + header.box_length])
        if plain is None:
            continue
        try:
            return parse_manifest_box(plain, header), place
        except Breach as breach:
            raise Stop("refused", f"The manifest breaks the format: {breach}.") from None
    if hash_holds:
        raise Stop("forged", "The manifest box does not open in a file that is whole.")
    raise Stop("damaged", "The manifest is damaged.")


def check_sender(opened: Opened, own: Recipient, senders: dict[bytes, bytes],
                 result: Json) -> None:
    """Steps 5 and 6."""
    manifest = opened.manifest
    digest = signed_name(opened.header, own, manifest)
    result["bundle"] = digest[:16].hex()
    result["manifest"] = manifest.as_json()
    result["signature"] = "unchecked"
    if manifest.recipient != own.id:
        raise Stop("not_for_us", "The manifest names another recipient.")
    if manifest.enrolment is not None:
        sign_pk: Optional[bytes] = bytes.fromhex(manifest.enrolment["sign_pk"])
    else:
        sign_pk = senders.get(manifest.sender)
    if sign_pk is None:
        raise Stop("unknown_sender", "No approval of the sender is known.")
    if not signed_by(sign_pk, digest, manifest.signature):
        result["signature"] = "bad"
        raise Stop("forged", "The sender's signature does not hold.")
    result["signature"] = "good"


def mended(data: bytes, opened: Opened) -> list[str]:
    """Damage that a reader had to get around (2.5)."""
    faults = []
    if opened.header_from != "start":
        faults.append("the header was taken from the end")
    if opened.manifest_from != "start":
        faults.append("the manifest was taken from the end")
    if len(data) != opened.header.size:
        faults.append(f"the file has {len(data)} bytes instead of {opened.header.size}")
    return faults


def whole_file(data: bytes, opened: Opened) -> list[str]:
    """Damage of what only verify looks at (section 2, 2.4)."""
    header, faults = opened.header, []
    frames, padding, _ = sizes(header, opened.manifest)
    front = HEADER + header.box_length
    if not opened.hash_holds:
        faults.append("the file hash is wrong")
    if not header.compact and len(data) == header.size:
        made = xchacha20_zero(keyed32("satchel1padding", opened.file_key,
                                      header.prefix_hash), padding)
        at = front + frames
        if data[at:at + padding] != made:
            faults.append("the padding is wrong")
        at += padding
        if data[at:at + header.box_length] != data[HEADER:front]:
            faults.append("the copies of the manifest differ")
        if data[at + header.box_length:at + front] != data[:HEADER]:
            faults.append("the copies of the header differ")
    return faults


@dataclass
class FrameResult:
    """A frame after step 7."""

    shown: Json
    content: Optional[Content] = None

    def fail(self, status: str, reason: str) -> None:
        """Sets the frame aside."""
        self.shown["status"] = status
        self.shown["reason"] = reason
        self.content = None


def read_frames(data: bytes, opened: Opened) -> list[FrameResult]:
    """Step 7 for all frames."""
    header = opened.header
    key = keyed32("satchel1payload", opened.file_key, header.prefix_hash)
    at = HEADER + header.box_length
    results = []
    for index, entry in enumerate(opened.manifest.frames):
        shown = {"index": index, "name": entry.hash[:16].hex(), "status": "intact"}
        result = FrameResult(shown)
        box = find_frame(data, entry, at, len(data) - header.size)
        at += entry.length
        if box is None:
            result.fail("lost", "The frame's bytes are damaged or absent.")
        else:
            read_frame(box, entry, key, header.prefix_hash + le64(index), index, result)
        results.append(result)
    return results


def find_frame(data: bytes, entry: FrameEntry, at: int, shift: int) -> Optional[bytes]:
    """The ciphertext at its place, counted from the start or from the end."""
    for place in {at, at + shift}:
        box = data[place:place + entry.length] if place >= 0 else b""
        if len(box) == entry.length and hash32("satchel1frame", box) == entry.hash:
            return box
    return None


def read_frame(box: bytes, entry: FrameEntry, key: bytes, extra: bytes, index: int,
               result: FrameResult) -> None:
    """Box, expansion and strict parse of one frame (2.3, section 3)."""
    packed = open_box(key, index, extra, box)
    if packed is None:
        result.fail("refused", "The frame's box does not open.")
        return
    try:
        result.content = parse_frame(expand(packed, entry.expanded))
    except Breach as breach:
        result.fail("refused", f"The frame breaks the format: {breach}.")
    except TooNew as new:
        result.fail("too_new", f"The frame needs a newer programme: {new}.")


def check_signatures(results: list[FrameResult],
                     keys: dict[bytes, bytes]) -> dict[bytes, set[bytes]]:
    """Checks what frames carry, as far as keys are known; gives each incarnation's devices."""
    keys = dict(keys)
    for result in results:
        if result.content:
            keys.update(result.content.keys)
    owners: dict[bytes, set[bytes]] = {}
    waiting: list[tuple[FrameResult, Signed]] = []
    for result in results:
        for signed in result.content.signed if result.content else []:
            if signed.device is None:
                waiting.append((result, signed))
                continue
            check_one(result, signed, [keys[signed.device]] if signed.device in keys else [])
            if "highest" in signed.shown and signed.shown["check"] == "good":
                name = bytes.fromhex(signed.shown["incarnation"])
                owners.setdefault(name, set()).add(signed.device)
    for result, signed in waiting:
        assert signed.incarnation is not None
        check_one(result, signed, [keys[d] for d in sorted(owners.get(signed.incarnation, ()))])
    return owners


def check_one(result: FrameResult, signed: Signed, keys: list[bytes]) -> None:
    """One signature; a bad one makes the frame refused (2.5 step 7, 3.4)."""
    if not keys:
        signed.shown["check"] = "unchecked"
    elif any(signed_by(key, signed.digest, signed.signature) for key in keys):
        signed.shown["check"] = "good"
    else:
        signed.shown["check"] = "bad"
        result.fail("refused", "A signature in the frame does not hold.")


def check_authors(results: list[FrameResult], manifest: Manifest, owners: dict[bytes, set[bytes]],
                  registries: Optional[set[bytes]]) -> None:
    """Authorship (section 4), as far as incarnations and roles are known here."""
    for result in results:
        if not result.content:
            continue
        foreign = sorted(name.hex() for name in result.content.authors
                         if name != manifest.incarnation
                         and manifest.sender not in owners.get(name, ()))
        result.shown["foreign_authors"] = foreign
        known = [name for name in foreign if bytes.fromhex(name) in owners]
        if registries is not None and known and not manifest.flags & 2 \
                and manifest.sender not in registries:
            result.fail("refused", "The sender may not bring what others wrote.")


def check_issuers(results: list[FrameResult], registries: Optional[set[bytes]]) -> None:
    """Statements are the registry's (3.2), where the reader says who that is."""
    for result in results:
        for section in result.content.sections if result.content else []:
            if section["type"] == 2 and registries is not None and any(
                    s["type"] != 7 and bytes.fromhex(s["issuer"]) not in registries
                    for s in section["statements"]):
                result.fail("refused", "A statement is not the registry's.")
                break


def check_cover(results: list[FrameResult]) -> list[str]:
    """Dots beyond the statements that the bundle itself brings (3.1)."""
    covered: dict[str, int] = {}
    named: dict[str, int] = {}
    for result in results:
        if not result.content:
            continue
        for name, counter in result.content.highest.items():
            named[name.hex()] = max(counter, named.get(name.hex(), 0))
        for signed in result.content.signed:
            if "highest" in signed.shown:
                name, highest = signed.shown["incarnation"], signed.shown["highest"]
                covered[name] = max(highest, covered.get(name, 0))
    return [f"{name}-{counter}" for name, counter in sorted(named.items())
            if counter > covered.get(name, 0)]


def show_frames(results: list[FrameResult]) -> list[Json]:
    """Every frame, intact ones with all sections."""
    for result in results:
        if result.content:
            result.shown["incarnations"] = [n.hex() for n in result.content.incarnations]
            result.shown["sections"] = result.content.sections
    return [result.shown for result in results]


def conclude(frames: list[Json], faults: list[str]) -> tuple[str, str]:
    """The outcome of a bundle whose signature holds."""
    of: dict[str, int] = {}
    for frame in frames:
        of[frame["status"]] = of.get(frame["status"], 0) + 1
    if of.get("refused"):
        why = next(f["reason"] for f in frames if f["status"] == "refused")
        return "refused", f"{of['refused']} of {len(frames)} frames are refused. {why}"
    if of.get("too_new"):
        return "too_new", f"{of['too_new']} of {len(frames)} frames need a newer programme."
    if frames and (of.get("lost") or faults):
        lost = f"{of.get('lost', 0)} of {len(frames)} frames are lost"
        return "salvaged", "; ".join([lost] + faults) + "."
    return "ok", "Every frame is intact."


def decode(data: bytes, own: Recipient, senders: list[tuple[bytes, bytes]],
           registries: Optional[list[bytes]] = None) -> Json:
    """Decodes a bundle; senders are pairs of sign_pk and seal_pk."""
    result: Json = {"outcome": "", "reason": "", "bundle": None, "manifest": None,
                    "frames": []}
    approved = {device_id(*pair): pair[0] for pair in senders}
    try:
        opened = open_bundle(data, own)
        result["form"] = "compact" if opened.header.compact else "full"
        result["size"] = opened.header.size
        result["header_from"] = opened.header_from
        result["manifest_from"] = opened.manifest_from
        check_sender(opened, own, approved, result)
        faults = mended(data, opened)
        beside = whole_file(data, opened)
        frames = read_frames(data, opened)
        owners = check_signatures(frames, {**approved, own.id: own.sign_pk})
        check_authors(frames, opened.manifest, owners,
                      None if registries is None else set(registries))
        check_issuers(frames, None if registries is None else set(registries))
        result["uncovered"] = check_cover(frames)
        result["frames"] = show_frames(frames)
        result["outcome"], result["reason"] = conclude(result["frames"], faults)
        result["whole"] = result["outcome"] == "ok" and not faults and not beside
        result["faults"] = faults + beside
    except Stop as stop:
        result["outcome"], result["reason"] = stop.outcome, stop.reason
    return result


# ---------------------------------------------------------------------------
# Command line


def hex_of(size: int) -> Callable[[str], bytes]:
    """A parser of so many bytes in hex."""
    def parse(text: str) -> bytes:
        raw = bytes.fromhex(text)
        if len(raw) != size:
            raise argparse.ArgumentTypeError(f"{size} bytes in hex are wanted")
        return raw
    return parse


def arguments(argv: Optional[list[str]]) -> argparse.Namespace:
    """Parses and checks the command line."""
    parser = argparse.ArgumentParser(description="Decode a Satchel bundle.")
    parser.add_argument("file")
    for name in ("--sign-pk", "--seal-pk", "--seal-sk"):
        parser.add_argument(name, type=hex_of(32), required=True, metavar="HEX")
    for name in ("--sender-sign-pk", "--sender-seal-pk"):
        parser.add_argument(name, type=hex_of(32), action="append", default=[], metavar="HEX")
    parser.add_argument("--registry", type=hex_of(16), action="append", metavar="ID",
                        help="device with the role registry; turns the check of authorship on")
    options = parser.parse_args(argv)
    if len(options.sender_sign_pk) != len(options.sender_seal_pk):
        parser.error("every sender needs both --sender-sign-pk and --sender-seal-pk")
    if sodium.crypto_scalarmult_base(options.seal_sk) != options.seal_pk:
        parser.error("--seal-pk is not the public key of --seal-sk")
    return options


def main(argv: Optional[list[str]] = None) -> int:
    """Prints the JSON document."""
    options = arguments(argv)
    if os.path.getsize(options.file) > MAX_FILE:
        result: Json = {"outcome": "damaged", "reason": "The file is too long to be a bundle.",
                        "bundle": None, "manifest": None, "frames": []}
    else:
        with open(options.file, "rb") as source:
            data = source.read(MAX_FILE + 1)
        result = decode(data, Recipient(options.sign_pk, options.seal_pk, options.seal_sk),
                        list(zip(options.sender_sign_pk, options.sender_seal_pk)),
                        options.registry)
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
