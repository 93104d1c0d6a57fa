"""Whether anybody would see something of a text. Pure."""

import re

_UNSEEN = re.compile(
    "["
    r"\s\x00-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "]*"
)
"""Blanks, and signs that show nothing by themselves."""


def blank(text: str) -> bool:
    return _UNSEEN.fullmatch(text) is not None
