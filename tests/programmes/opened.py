"""Bundles of one export, opened with the keys of their recipient by the second decoder."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import Any, Optional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "vectors"))

import decode as dec          # noqa: E402

from model import Concerned, Json      # noqa: E402

MARKER = re.compile(rb"zq[a-p]{12}qz")


class Unopened(Exception):
    """A bundle that its recipient cannot read as a whole."""


def markers(text: str) -> set[bytes]:
    """The markers in a text, each of which occurs in no other."""
    return set(MARKER.findall(text.encode()))


@dataclass
class Row:
    """One write to one record, as a bundle tells it."""

    record: str
    dot: str
    past: list[str]
    kind: str
    what: Optional[str]
    values: dict[str, Any]                  # None: cleared
    blank: list[str]
    statement: Optional[dict[Concerned, dict[str, int]]]    # None: the usual one
    concerned: set[Concerned]               # further ones
    heads: dict[str, Json]                  # what the block says of each field

    def named(self) -> set[Concerned]:
        """Whom the row concerns by what it is and whom it names."""
        found: set[Concerned] = set() if self.what is None else {(self.what, self.record)}
        for name, value in self.values.items():
            concerns = self.heads[name]["concerns"]
            for one in value if isinstance(value, list) else [value]:
                if concerns & 1 and value is not None:
                    found.add(("person", one))
                if concerns & 2 and value is not None:
                    found.add(("community", one))
        return found

    def refers(self) -> set[str]:
        """All records that its values refer to."""
        return {one for name, value in self.values.items() if value is not None and self.heads[name]["type"] in (7, 8)
                for one in (value if isinstance(value, list) else [value])}

    def states(self) -> dict[Concerned, dict[str, int]]:
        """What the write states, the usual said in full."""
        return {who: {} for who in self.named()} if self.statement is None else self.statement

    def everybody(self) -> set[Concerned]:
        """All whom the row says that the record concerns."""
        return self.named() | set(self.states()) | self.concerned


@dataclass
class Content:
    """All bundles of one export together."""

    rows: list[Row] = field(default_factory=list)
    cores: dict[str, Json] = field(default_factory=dict)    # by dot
    tombstones: set[str] = field(default_factory=set)
    under: set[tuple[str, str]] = field(default_factory=set)    # an erased record, and a label that it stood under
    receipts: dict[str, list[str]] = field(default_factory=dict)    # of erasures: statements, and what they name
    asks: set[str] = field(default_factory=set)             # records
    moments: set[str] = field(default_factory=set)          # dots
    names: set[str] = field(default_factory=set)            # of incarnations
    highest: dict[str, int] = field(default_factory=dict)   # what statements say of incarnations
    present: set[str] = field(default_factory=set)          # the sender's incarnation
    dates: list[int] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)        # every decrypted byte
    bundles: int = 0
    frames: int = 0


def concerned_of(shown: str) -> Concerned:
    """Somebody concerned, from how decode.py shows them."""
    return ("community", shown[10:]) if shown.startswith("community ") else ("person", shown)


def statement_of(row: Json) -> Optional[dict[Concerned, dict[str, int]]]:
    """A row's statement, if it is not the usual one."""
    if row["statement"] == "usual":
        return None
    stated: dict[Concerned, dict[str, int]] = {}
    for entry in row["statement"]:
        episodes = stated.setdefault(concerned_of(entry["person"]), {})
        if entry["purpose"] is not None and entry["episode"] > 0:
            episodes[entry["purpose"]] = entry["episode"]
    return stated


def rows_of(block: Json) -> list[Row]:
    """The rows of a record block."""
    what = {0: None, 1: "person", 2: "community"}[block["is"]]
    heads = {f["key"]: f for f in block["fields"]}
    return [Row(row["id"], row["dot"], row["past"], block["kind"], what,
                {**row["values"], **{name: None for name in row["cleared"]}}, row["blank"], statement_of(row),
                {concerned_of(one) for one in row["persons"]}, heads) for row in block["rows"]]


def plain_of(data: bytes, own: dec.Recipient) -> list[bytes]:
    """Every byte that the recipient's keys open: the manifest and the frames."""
    opened = dec.open_bundle(data, own)
    key = dec.keyed32("satchel1payload", opened.file_key, opened.header.prefix_hash)
    at, found = dec.HEADER + opened.header.box_length, [opened.manifest.raw]
    for index, entry in enumerate(opened.manifest.frames):
        box = data[at:at + entry.length]
        at += entry.length
        packed = dec.open_box(key, index, opened.header.prefix_hash + dec.le64(index), box)
        assert packed is not None
        found.append(dec.expand(packed, entry.expanded))
    return found


def add_frame(content: Content, frame: Json) -> None:
    """Everything in one frame."""
    content.frames += 1
    content.names |= set(frame["incarnations"])
    for section in frame["sections"]:
        if section["type"] == 1:
            for entry in section["statements"]:
                name = entry["incarnation"]
                content.highest[name] = max(entry["highest"], content.highest.get(name, 0))
        elif section["type"] == 2:
            content.dates += [s["body"]["days"] for s in section["statements"] if s["statement"] == "date"]
            content.receipts.update({s["name"]: s["body"]["erased"] for s in section["statements"]
                                     if s["statement"] == "erasure"})
        elif section["type"] == 3:
            content.tombstones |= set(section["records"])
            content.under |= {(record, label) for record, label in section.get("under", ())}
        elif section["type"] == 4:
            for batch in section["batches"]:
                for core in batch["decisions"]:
                    content.cores[f"{batch['incarnation']}-{core['counter']}"] = core
        elif section["type"] == 5:
            content.rows += rows_of(section)
        elif section["type"] == 6:
            content.asks |= {ask["record"] for ask in section["asks"]}
        elif section["type"] == 7:
            content.moments |= {moment["dot"] for moment in section["moments"]}


def tombstone_name(record: str) -> str:
    """How a receipt for its erasure names a record (3.2)."""
    if "-" in record:
        incarnation, counter = record.split("-")
        subject = bytes.fromhex(incarnation) + dec.le64(int(counter))
    else:
        subject = bytes(8) + bytes.fromhex(record)
    return dec.hash32("satchel1tombname", subject)[:16].hex()


def open_all(paths: list[str], keys: tuple[bytes, bytes, bytes], senders: list[tuple[bytes, bytes]],
             registry: tuple[bytes, bytes]) -> Content:
    """Opens the bundles of one export, all of which must be whole."""
    content = Content()
    own = dec.Recipient(*keys)
    for path in paths:
        with open(path, "rb") as source:
            data = source.read()
        result = dec.decode(data, own, senders, [dec.device_id(*registry)])
        if result["outcome"] != "ok" or not result["whole"]:
            raise Unopened(f"{os.path.basename(path)}: {result['outcome']}: {result['reason']}")
        content.bundles += 1
        content.present.add(result["manifest"]["incarnation"])
        content.plain += [data] + plain_of(data, own)
        for frame in result["frames"]:
            add_frame(content, frame)
    return content
