#!/usr/bin/python3
"""Prints section 5 of FORMAT.md from the vector "example": print-example.py EXAMPLE.vector."""

from __future__ import annotations

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import check                    # noqa: E402
import decode as dec            # noqa: E402

Parts = list[tuple[int, str]]

HEADER: Parts = [
    (8, "magic"), (4, "version 1, form 1 (compact), zeros"), (16, "random"),
    (32, "courier hash"), (32, "E"), (48, "stanza: FK sealed to the recipient"),
    (4, "M"), (8, "file size"), (32, "MAC")]
MANIFEST: Parts = [
    (1, "flags"), (16, "sender"), (16, "recipient"), (16, "courier token t"),
    (8, "incarnation"), (8, "assumes: nothing"), (8, "heard: nobody"),
    (5, "time: 1 700 000 000"), (32, "programme: none named"), (16, "base: the beginning"),
    (1, "rests on no frames"), (1, "no receipt"), (1, "one frame:"), (2, "its length"),
    (1, "its expanded length"), (32, "its hash")]
FRAME: Parts = [
    (1, "one incarnation, which is index 1 from here on:"), (8, "its name"),
    (2, "section 1, incarnation statements; its length"), (1, "one statement:"),
    (1, "incarnation"), (16, "device: the sender"), (2, "highest counter"), (64, "signature"),
    (2, "section 5, record block; its length"), (6, "kind: \"visit\""),
    (1, "flags: none, so the rows are creations"), (1, "one row"),
    (2, "record ids: a run of index 1, one long"), (1, "its counter, as a difference to 0"),
    (1, "one field:"), (6, "name: \"title\""), (1, "type 1, text"), (1, "flags"),
    (1, "no purposes"), (1, "presence 0: every row has a value"),
    (1, "text, encoding 0"), (1, "length"), (2, "\"Hi\"")]


def rows(data: bytes, parts: Parts) -> None:
    """A table of hex and meaning."""
    at = 0
    print("| bytes | meaning |\n| --- | --- |")
    for count, meaning in parts:
        print(f"| `{data[at:at + count].hex()}` | {meaning} |")
        at += count
    assert at == len(data), f"{len(data) - at} bytes are not explained"


def main(argv: list[str]) -> int:
    """Prints the section."""
    vector = check.read_vector(argv[1])
    own = dec.Recipient(vector.key("sign"), vector.key("seal"), vector.key("seal-secret"))
    opened = dec.open_bundle(vector.data, own)
    frame = opened.manifest.frames[0]
    box, end = opened.header.box_length, len(vector.data) - 32
    _, sign, seal = vector.known[0]
    print(f"""## 5. A worked example
The vector `example`: a facilitator's laptop sends one record with one field to the registry, compact, {len(vector.data)} bytes. All vectors stand in `tests/vectors/data` as text; `tests/vectors/vector.h` says how.

- recipient: sign_pk `{own.sign_pk.hex()}`, seal_pk `{own.seal_pk.hex()}`, its secret `{own.seal_sk.hex()}`
- sender: sign_pk `{sign.hex()}`, seal_pk `{seal.hex()}`
- FK `{opened.file_key.hex()}`, HP `{opened.header.prefix_hash.hex()}`, HH `{opened.header.full_hash.hex()}`
- bundle name `{dec.signed_name(opened.header, own, opened.manifest)[:16].hex()}`

The file:
""")
    rows(vector.data, HEADER + [(box, "manifest box"), (end - 184 - box, "frame 0"),
                                (32, "file hash")])
    print(f"""
The manifest box opens to `{dec.Reader(enc_span(opened.manifest.raw)).take(2).hex()}` (the length of the manifest), the manifest, the signature `{opened.manifest.signature.hex()}` and zeros. The manifest:
""")
    rows(opened.manifest.raw, MANIFEST)
    key = dec.keyed32("satchel1payload", opened.file_key, opened.header.prefix_hash)
    packed = dec.open_box(key, 0, opened.header.prefix_hash + dec.le64(0),
                          vector.data[184 + box:end])
    assert packed is not None
    print(f"""
Frame 0 opens to a Zstandard frame of {len(packed)} bytes (too short to gain anything, so it is stored: `{packed[:9].hex()}`, then the content), which expands to:
""")
    rows(dec.expand(packed, frame.expanded), FRAME)
    return 0


def enc_span(raw: bytes) -> bytes:
    """The manifest with its length, as in the box."""
    return dec.put_varint(len(raw)) + raw


if __name__ == "__main__":
    sys.exit(main(sys.argv))
