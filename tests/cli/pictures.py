"""Pictures for the tests: real JPEGs and PNGs, written without a library, with what cameras write beside them.

    pictures.py KIND FILE WIDTH HEIGHT SEED [MARKER...]

KIND is jpeg or png.  A JPEG is baseline, grey, with the quantisation table of ones and the Huffman tables of
ITU T.81, annex K; its blocks are noise, so that it does not get small.  Every MARKER is written where a camera would
write it: Exif (owner, serial number, position), XMP, a remark, a maker's segment, behind the end; in a PNG as text,
Exif and behind the end.  The orientation is 6.
"""
import random
import struct
import sys
import zlib

ZIGZAG = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
          28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61,
          54, 47, 55, 62, 63]
DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_VALUES = list(range(12))
AC_COUNTS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125]
AC_VALUES = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9"
    "aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa")


def codes(counts, values):
    table, code, at = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[values[at]] = (code, length)
            code += 1
            at += 1
        code <<= 1
    return table


class Bits:
    def __init__(self):
        self.out, self.held, self.count = bytearray(), 0, 0

    def put(self, value, length):
        self.held = self.held << length | value
        self.count += length
        while self.count >= 8:
            byte = self.held >> (self.count - 8) & 255
            self.out.append(byte)
            if byte == 255:
                self.out.append(0)
            self.count -= 8
        self.held &= (1 << self.count) - 1

    def end(self):
        if self.count:
            self.put((1 << (8 - self.count)) - 1, 8 - self.count)
        return bytes(self.out)


def number(bits, value):
    length = abs(value).bit_length()
    if length:
        bits.put(value if value > 0 else value + (1 << length) - 1, length)


def scan(width, height, dice):
    dc, ac, bits, before = codes(DC_COUNTS, DC_VALUES), codes(AC_COUNTS, AC_VALUES), Bits(), 0
    for _ in range((width + 7) // 8 * ((height + 7) // 8)):
        value = dice.randint(-400, 400)
        bits.put(*dc[abs(value - before).bit_length()])
        number(bits, value - before)
        before = value
        for _ in range(20):
            value = dice.randint(1, 31) * dice.choice((-1, 1))
            bits.put(*ac[abs(value).bit_length()])
            number(bits, value)
        bits.put(*ac[0])
    return bits.end()


def exif(markers):
    """A TIFF structure with orientation, owner, serial number and a position."""
    text = " ".join(markers).encode() + b"\0"
    entries = [(0x112, 3, 1, struct.pack(">HH", 6, 0))]
    at = 8 + 2 + 12 * 4 + 4
    for tag in (0x13b, 0xa430, 0xa431):
        entries.append((tag, 2, len(text), struct.pack(">I", at)))
    body = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    for tag, kind, count, value in sorted(entries):
        body += struct.pack(">HHI", tag, kind, count) + value
    return body + bytes(4) + text


def segment(marker, body):
    return bytes([255, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(width, height, dice, markers):
    out = b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    if markers:
        text = " ".join(markers).encode()
        out += segment(0xe1, b"Exif\0\0" + exif(markers))
        out += segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + text + b"</x:xmpmeta>")
        out += segment(0xe2, b"MPF\0" + text) + segment(0xed, b"Photoshop 3.0\0" + text)
        out += segment(0xfe, text)
    out += segment(0xdb, b"\0" + bytes([1] * 64))
    out += segment(0xc0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    out += segment(0xc4, b"\0" + bytes(DC_COUNTS) + bytes(DC_VALUES))
    out += segment(0xc4, b"\x10" + bytes(AC_COUNTS) + AC_VALUES)
    out += segment(0xda, b"\1\1\0\0\x3f\0") + scan(width, height, dice) + b"\xff\xd9"
    return out + (b"ftypisom moving " + " ".join(markers).encode() if markers else b"")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, dice, markers):
    text = " ".join(markers).encode()
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    if markers:
        out += chunk(b"tEXt", b"Author\0" + text) + chunk(b"eXIf", exif(markers))
        out += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text) + chunk(b"prVt", text)
    rows = b"".join(b"\0" + dice.randbytes(3 * width) for _ in range(height))
    out += chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return out + (text if markers else b"")


def main(kind, path, width, height, seed, *markers):
    make = {"jpeg": jpeg, "png": png}[kind]
    with open(path, "wb") as out:
        out.write(make(int(width), int(height), random.Random(int(seed)), markers))


if __name__ == "__main__":
    main(*sys.argv[1:])
