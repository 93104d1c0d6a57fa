"""How wide a picture is, read from its first bytes: Outlook shows one as wide as it is unless it is told. Pure."""

import re
from collections.abc import Callable, Mapping

LOOKED_AT = 200_000  # bytes; what a camera writes before the size of its JPEG
_SHORTEST = 24  # bytes up to the width in a PNG, the longest of the three
_LENGTH_FROM, _WIDTH_FROM = 2, 7  # bytes into a JPEG's segment
_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # start-of-frame markers (ITU-T T.81, B.1.1.3)


def _png(data: bytes) -> int:
    return int.from_bytes(data[16:20]) if data.startswith(b"\x89PNG\r\n\x1a\n") else 0


def _gif(data: bytes) -> int:
    return int.from_bytes(data[6:8], "little") if re.match(rb"GIF8[79]a", data) else 0


def _jpeg(data: bytes) -> int:
    place = 2 if data.startswith(b"\xff\xd8") else len(data)
    while place + 9 < len(data) and data[place] == 0xFF:  # noqa: PLR2004 - every segment begins with it
        if data[place + 1] in _SIZED:
            return int.from_bytes(data[place + _WIDTH_FROM : place + _WIDTH_FROM + 2])
        place += 2 + max(2, int.from_bytes(data[place + _LENGTH_FROM : place + _LENGTH_FROM + 2]))
    return 0


SHOWN: Mapping[str, Callable[[bytes], int]] = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg}
"""Pictures that every mail program shows; the rest stays a file to open."""


def width_of(mime: str, content: bytes) -> int:
    """Return the width in pixels; 0 for what is no picture of this kind."""
    measure = SHOWN.get(mime)
    return measure(content[:LOOKED_AT]) if measure and len(content) >= _SHORTEST else 0
