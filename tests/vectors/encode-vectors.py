#!/usr/bin/python3
"""Writes the test vectors that come from the Python writer: encode-vectors.py FOLDER.

They are the bundles of selftest.py, sound ones and malformed ones, addressed
to a recipient that the C reader can be: its keys grow from seeds.  Those that
a reader takes in get their content from decode.py.
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import nacl.bindings as sodium  # noqa: E402

import check                    # noqa: E402
import decode as dec            # noqa: E402
import encode as enc            # noqa: E402
import selftest                 # noqa: E402

SEEDS = enc.Random("vector recipient")(64)
# Larger than a vector should be.
LARGEST = 8000


def from_seeds(label: str, seeds: bytes) -> enc.Device:
    """A device as the C code grows it: one seed for each key pair."""
    sign_pk, sign_sk = sodium.crypto_sign_seed_keypair(seeds[:32])
    seal_pk, seal_sk = sodium.crypto_box_seed_keypair(seeds[32:])
    return enc.Device(label, sign_pk, sign_sk, seal_pk, seal_sk)


class Gather:
    """Stands in for selftest.expect: keeps the bundle instead of reading it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.names: set[str] = set()

    def __call__(self, name: str, data: bytes, outcome: str, wanted: Any = None,
                 known: tuple[enc.Device, ...] = (selftest.ALICE,), own: Any = None,
                 registries: Any = None) -> Any:
        path = os.path.join(self.folder, re.sub("[^a-z0-9]+", "-", name.lower()).strip("-"))
        if own is not None or registries is not None or len(data) > LARGEST:
            return {"frames": []}
        if path in self.names:
            raise ValueError(f"two vectors of one name: {path}")
        self.names.add(path)
        write_vector(path, name, outcome, data, known)
        return {"frames": []}


def write_vector(path: str, comment: str, outcome: str, data: bytes,
                 known: tuple[enc.Device, ...]) -> None:
    """One vector (see vector.h).  Alice is the registry; a request goes to one."""
    own = selftest.BOB
    lines = [f"name: {os.path.basename(path)}", f"expect: {outcome}", f"comment: {comment}",
             f"recipient-role: {'facilitator' if known else 'registry'}", f"recipient-seeds: {SEEDS.hex()}",
             f"recipient-sign: {own.sign_pk.hex()}", f"recipient-seal: {own.seal_pk.hex()}",
             f"recipient-seal-secret: {own.seal_sk.hex()}"]
    lines += [f"known: {'registry' if device == selftest.ALICE else 'facilitator'} "
              f"{device.sign_pk.hex()} {device.seal_pk.hex()}" for device in known]
    lines += [""] + [data[at:at + 48].hex() for at in range(0, len(data), 48)]
    with open(path + ".vector", "w", encoding="ascii") as target:
        target.write("\n".join(lines) + "\n")
    if outcome not in ("ok", "salvaged"):
        return
    result = dec.decode(data, selftest.receiver(own), [(d.sign_pk, d.seal_pk) for d in known])
    with open(path + ".json", "w", encoding="ascii") as target:
        json.dump(check.content_of(result), target, indent=1, sort_keys=True)
        target.write("\n")


def sound_bundles(gather: Gather) -> None:
    """Every section, in both forms."""
    manifest = {"flags": 6, "incarnation": selftest.INC_A, "assumes": "00" * 8,
                "heard": "00" * 8, "time": -12345, "rests": ["9c" * 16, "9d" * 16],
                "receipt": {"counter": 3, "held": ["01" * 16], "settled": [],
                            "declined": ["02" * 16, "03" * 16]}}
    for compact in (False, True):
        frames = selftest.every_section()
        # What is signed as a programme must be one, and what is too long for a vector goes.
        frames[0][1]["statements"] = [s for s in frames[0][1]["statements"] if s["type"] != 3]
        frames[1][0]["rows"][2]["values"]["t0"] = "x" * 200
        form = "compact" if compact else "full"
        gather(f"every section {form}", enc.encode(selftest.bundle(
            frames, compact=compact, compress=True, manifest=copy.deepcopy(manifest), spare=100)),
            "ok")


def hostile_sizes(gather: Gather) -> None:
    """Small bundles that would become large."""
    rows = [{"id": selftest.dot(i + 1), "values": {"t": "x" * 100000}} for i in range(1000)]
    block = {"type": 5, "kind": "k", "fields": [{"name": "t", "type": 1, "encoding": 1}],
             "rows": rows}
    gather("one long text named by many rows", enc.encode(selftest.bundle(
        [[block]], compact=True, compress=True)), "refused")
    fields = [{"name": f"f{i}", "type": 2, "presence": 1} for i in range(200)]
    block = {"type": 5, "kind": "k", "fields": fields,
             "rows": [{"id": selftest.dot(i + 1)} for i in range(30000)]}
    gather("too many cells", enc.encode(selftest.bundle(
        [[block]], compact=True, compress=True)), "refused")


def main(argv: list[str]) -> int:
    """Runs the tests of selftest.py that expect something of a whole bundle."""
    selftest.BOB = from_seeds("bob", SEEDS)
    gather = Gather(argv[1])
    selftest.expect = gather
    for gathered in (selftest.test_outcomes, selftest.test_frames, selftest.test_decisions,
                     selftest.test_enrolment):
        gathered()
    sound_bundles(gather)
    hostile_sizes(gather)
    print(f"{len(gather.names)} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
