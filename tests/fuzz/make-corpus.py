#!/usr/bin/python3
"""Writes the frames of all vectors that are taken in, opened, as seeds for fuzzing: make-corpus.py.

To be run when the format of frames has changed and the vectors were made anew
(tests/vectors); what fuzzing found stays beside them under names of its own.
"""

from __future__ import annotations

import glob
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors")
sys.path.insert(0, VECTORS)

import check             # noqa: E402
import decode as dec     # noqa: E402

LARGEST = 1 << 16


def frames(vector: check.Vector) -> list[tuple[int, bytes]]:
    """The numbers and plaintexts of those frames that are there."""
    own = dec.Recipient(vector.key("sign"), vector.key("seal"), vector.key("seal-secret"))
    opened = dec.open_bundle(vector.data, own)
    prefix = opened.header.prefix_hash
    key = dec.keyed32("satchel1payload", opened.file_key, prefix)
    at, found = dec.HEADER + opened.header.box_length, []
    for index, entry in enumerate(opened.manifest.frames):
        box = dec.find_frame(vector.data, entry, at, len(vector.data) - opened.header.size)
        at += entry.length
        packed = None if box is None else dec.open_box(key, index, prefix + dec.le64(index), box)
        if packed is not None:
            found.append((index, dec.expand(packed, entry.expanded)))
    return found


def main() -> int:
    """Every vector, into both corpora."""
    count = 0
    for path in sorted(glob.glob(os.path.join(VECTORS, "data", "**", "*.vector"), recursive=True)):
        vector = check.read_vector(path)
        if vector.headers["expect"] != "ok":
            continue
        for index, plain in frames(vector):
            for corpus in ("frame", "entry"):
                if len(plain) <= LARGEST:
                    with open(os.path.join(HERE, "corpus", corpus, f"{vector.name}-{index}"), "wb") as out:
                        out.write(plain)
            count += 1
    print(count, "frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
