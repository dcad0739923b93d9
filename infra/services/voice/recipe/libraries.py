"""Which shared libraries a program needs, read from the file itself, and what Debian calls their packages."""

import re
import struct
from functools import cache
from pathlib import Path

SECTION_DYNAMIC = 6
NEEDED = 1
UNRULY = {"libz.so.1": "zlib1g", "libbrotlidec.so.1": "libbrotli1", "libbrotlicommon.so.1": "libbrotli1"}
"""Libraries whose package isn't named after them."""


@cache
def needed(file: Path) -> set[str]:
    """The names of the libraries that a 64-bit little-endian ELF file asks for itself; empty for any other file.

    The loader's own answer would mix in what the system's libraries need, wherever it finds those instead.
    """
    data = file.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return set()
    offset, (size, count) = struct.unpack_from("<Q", data, 0x28)[0], struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + index * size) for index in range(count)]
    names = set()
    for section in sections:
        if section[1] != SECTION_DYNAMIC:
            continue
        strings = sections[section[6]][4]
        for entry in range(section[4], section[4] + section[5], 16):
            tag, value = struct.unpack_from("<qQ", data, entry)
            if tag == NEEDED:
                begin = strings + value
                names.add(data[begin : data.index(b"\0", begin)].decode())
    return names


def holds(package: str, library: str) -> bool:
    """Whether a package is named after a library, by Debian's rules: libssl3t64 and libssl3 after libssl.so.3.

    Some libraries have no package named after them but come with one that has, as libcrypto does with libssl.
    """
    stem = library.partition(".so")[0].lower().replace("_", "-")
    return package == UNRULY.get(library) or bool(re.fullmatch(re.escape(stem) + r"-?[\d.]*(-\d+)?(t64)?", package))
