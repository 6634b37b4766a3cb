#!/usr/bin/python3
"""Reads all test vectors with both implementations and compares them.

    check.py READ-VECTORS DATA FORMAT.md

READ-VECTORS is the program that reads vectors with the C reader, DATA the
folder of the vectors.  For every vector both must come to its outcome, and
for those that are taken in both must find the content of its .json.  The
worked example in the document must be the vector of that name.  Prints TAP.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any, Optional

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import decode as dec          # noqa: E402

Json = dict[str, Any]


@dataclass
class Vector:
    """One file (see vector.h)."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    known: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    data: bytes = b""

    @property
    def name(self) -> str:
        """Its name, which is that of its file."""
        return os.path.basename(self.path)[:-len(".vector")]

    def key(self, name: str) -> bytes:
        """A key of the recipient."""
        return bytes.fromhex(self.headers["recipient-" + name])

    def content(self) -> Optional[Json]:
        """What the file beside it says, for vectors that are taken in."""
        if self.headers["expect"] not in ("ok", "salvaged"):
            return None
        with open(self.path[:-len("vector")] + "json", encoding="utf-8") as source:
            return json.load(source)


def read_vector(path: str) -> Vector:
    """Headers, a blank line, hex."""
    vector = Vector(path)
    with open(path, encoding="utf-8") as source:
        head, body = source.read().split("\n\n", 1)
    for line in head.split("\n"):
        name, value = line.split(": ", 1)
        if name == "known":
            role, sign, seal = value.split(" ")
            vector.known.append((role, bytes.fromhex(sign), bytes.fromhex(seal)))
        else:
            vector.headers[name] = value
    vector.data = bytes.fromhex("".join(body.split()))
    return vector


# ---------------------------------------------------------------------------
# From what decode.py shows to the form of content.h


def decision(batch: Json, row: Json) -> Json:
    """One decision."""
    shown: Json = {"id": f"{batch['incarnation']}-{row['counter']}",
                   "final": bool(row["flags"] & 1), "guardian": bool(row["flags"] & 2)}
    for name in ("subject", "purpose", "event", "episode", "until", "recipients", "withheld_from",
                 "notice", "stated", "supersedes", "commitment", "name"):
        shown[name] = row[name]
    if row["mode"]:
        shown["details"] = {name: value for name, value in row["details"].items() if value != ""}
    return shown


def batch_of(batch: Json) -> Json:
    """A batch of decisions."""
    return {"first": f"{batch['incarnation']}-{batch['first']}", "leaves": batch["leaves"],
            "seed": batch["seed"], "signature": batch["signature"],
            "decisions": [decision(batch, row) for row in batch["decisions"]]}


def states(row: Json) -> list[str]:
    """What a row states other than the usual."""
    return sorted(f"{e['person']} {e['purpose'] or '*'}={e['episode']}" for e in row["statement"])


def row_of(row: Json, names: dict[str, str]) -> Json:
    """One row; fields are named with their types."""
    shown: Json = {"record": row["id"]}
    if row["dot"] != row["id"]:
        shown["dot"] = row["dot"]
    if row["past"]:
        shown["past"] = sorted(row["past"])
    if row["statement"] != "usual":
        shown["states"] = states(row)
    if row["persons"]:
        shown["persons"] = sorted(row["persons"])
    values = {names[key]: real(value) if names[key].endswith(" real") else value
              for key, value in row["values"].items()}
    without = {names[key]: word for word in ("cleared", "blank") for key in row[word]}
    shown.update({name: part for name, part in (("values", values), ("without", without)) if part})
    return shown


def real(value: Any) -> str:
    """The bits of a real."""
    return struct.pack(">d", float(value)).hex()


def block_of(block: Json) -> Json:
    """A record block."""
    names = {f["key"]: f"{f['name']} {f['type_name']}" for f in block["fields"]}
    return {"kind": block["kind"], "is": block["is"],
            "fields": [{"name": f["name"], "type": f["type_name"], "concerns": f["concerns"],
                        "needs": sorted(set(f["purposes"]))} for f in block["fields"]],
            "rows": [row_of(row, names) for row in block["rows"]]}


def frame_of(frame: Json) -> Json:
    """A frame."""
    if frame["status"] != "intact":
        return {"status": frame["status"]}
    sections: dict[int, list[Json]] = {}
    for section in frame["sections"]:
        sections.setdefault(section["type"], []).append(section)

    def items(kind: int, name: str) -> list[Json]:
        return [item for section in sections.get(kind, []) for item in section[name]]

    under = [pair for section in sections.get(3, []) for pair in section.get("under", [])]
    made = {"status": "intact", **({"under": under} if under else {}),
            "incarnations": [{name: s[name] for name in ("incarnation", "device", "highest")}
                             for s in items(1, "statements")],
            "statements": [{name: s[name] for name in ("type", "issuer", "serial", "name")}
                           for s in items(2, "statements")],
            "tombstones": items(3, "records"),
            "batches": [batch_of(batch) for batch in items(4, "batches")],
            "blocks": [block_of(block) for block in sections.get(5, [])],
            "asks": items(6, "asks"), "moments": items(7, "moments")}
    for section in sections.get(8, []):
        made["file"] = {name: section[name] for name in ("name", "size", "pieces")}
    return made


def content_of(result: Json) -> Json:
    """The whole bundle."""
    manifest = {name: result["manifest"][name] for name in (
        "flags", "sender", "recipient", "incarnation", "assumes", "heard", "time", "programme",
        "base", "rests")}
    if result["manifest"]["receipt"] is not None:
        manifest["receipt"] = result["manifest"]["receipt"]
    asks = result["manifest"]["enrolment"]
    if asks is not None:
        manifest["enrolment"] = {"sign": asks["sign_pk"], "seal": asks["seal_pk"],
                                 "role": asks["role"], "name": asks["name"]}
    if "certificate" in result["manifest"]:
        manifest["certificate"] = result["manifest"]["certificate"]
    return {"bundle": result["bundle"], "manifest": manifest,
            "frames": [frame_of(frame) for frame in result["frames"]]}


def decoded(vector: Vector) -> Json:
    """What decode.py makes of a vector, in the form of read-vectors."""
    own = dec.Recipient(vector.key("sign"), vector.key("seal"), vector.key("seal-secret"))
    registries = [dec.device_id(sign, seal) for role, sign, seal in vector.known
                  if role == "registry"]
    if vector.headers["recipient-role"] == "registry":
        registries.append(own.id)
    result = dec.decode(vector.data, own, [(sign, seal) for _, sign, seal in vector.known],
                        registries)
    taken = result["outcome"] in ("ok", "salvaged")
    return {"outcome": result["outcome"], "reason": result["reason"],
            "whole": bool(result.get("whole")), "content": content_of(result) if taken else None}


# ---------------------------------------------------------------------------
# Comparing


def difference(found: Any, wanted: Any, path: str = "") -> Optional[str]:
    """The first place where two documents differ."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in sorted(set(found) | set(wanted)):
            if name not in found or name not in wanted:
                return f"{path}/{name} is {'missing' if name in wanted else 'too much'}"
            deeper = difference(found[name], wanted[name], f"{path}/{name}")
            if deeper:
                return deeper
        return None
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(found, wanted)):
            deeper = difference(one, other, f"{path}/{i}")
            if deeper:
                return deeper
        return None
    same = type(found) is type(wanted) and found == wanted
    return None if same else f"{path} is {found!r:.120} and not {wanted!r:.120}"


def compare(vector: Vector, found: Json, whole: Optional[bool]) -> Optional[str]:
    """What is wrong with one implementation's answer."""
    if found["outcome"] != vector.headers["expect"]:
        return f"{found['outcome']} and not {vector.headers['expect']}: {found['reason']}"
    wrong = difference(found["content"], vector.content())
    if wrong is None and found["content"] is not None and whole is not None \
            and found["whole"] != whole:
        wrong = "the implementations differ on whether it is whole"
    return wrong


def example_of(document: str) -> bytes:
    """The bytes of the worked example: the first table of section 5."""
    with open(document, encoding="utf-8") as source:
        text = source.read().partition("\n## 5. ")[2]
    table = text.partition("\nThe file:\n")[2].partition("\nThe manifest box")[0]
    return bytes.fromhex("".join(re.findall(r"^\| `([0-9a-f]+)` \|", table, re.MULTILINE)))


def main(argv: list[str]) -> int:
    """Prints a line of TAP for each claim."""
    reader, folder, document = argv[1:4]
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder)
                   if name.endswith(".vector"))
    vectors = [read_vector(path) for path in paths]
    lines = subprocess.run([reader] + paths, check=True, capture_output=True,
                           encoding="utf-8").stdout.splitlines()
    failed = 0
    claims: list[tuple[str, Optional[str]]] = []
    for vector, line in zip(vectors, lines, strict=True):
        theirs = json.loads(line)
        ours = decoded(vector)
        claims.append((f"c reads {vector.name}", compare(vector, theirs, None)))
        claims.append((f"python reads {vector.name}", compare(vector, ours, theirs["whole"])))
    for vector in vectors:
        if vector.name == "example":
            same = example_of(document) == vector.data
            claims.append(("the worked example is the vector", None if same else "its hex differs"))
    print(f"1..{len(claims)}")
    for number, (name, wrong) in enumerate(claims, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        if wrong:
            print(f"# {wrong}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
