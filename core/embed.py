#!/usr/bin/env python3
"""Writes a C file that holds the given files as byte arrays.

usage: embed.py OUTPUT.c NAME=FILE...

Each NAME becomes `const char NAME[]` (with a zero at the end) and `const size_t NAME_length`.
"""
import sys

with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write("/* Made by core/embed.py; do not edit. */\n#include <stddef.h>\n")
    for pair in sys.argv[2:]:
        name, path = pair.split("=", 1)
        data = open(path, "rb").read()
        out.write(f"extern const char {name}[];\nextern const size_t {name}_length;\n")
        out.write(f"const char {name}[] = {{\n")
        for i in range(0, len(data), 16):
            chunk = (str(byte if byte < 128 else byte - 256) for byte in data[i : i + 16])
            out.write("\t" + ",".join(chunk) + ",\n")
        out.write(f"\t0}};\nconst size_t {name}_length = {len(data)};\n")
