"""Words that stand out in a text for engineers; where a channel cannot show it, they stand like the others.

Two characters of Unicode's private use, one on each side: they mean nothing to anybody else, and who sends them in a
message of their own gets bold words at worst.
"""

import re

BEGIN, END = "\ue000", "\ue001"
_PAIR = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
_ANY = re.compile(f"[{BEGIN}{END}]")


def strong(text: str) -> str:
    """The text, to stand out."""
    return f"{BEGIN}{_ANY.sub('', text)}{END}" if text else ""


def bare(text: str) -> str:
    """The text without these marks."""
    return _ANY.sub("", text) if BEGIN in text or END in text else text


def marked_up(text: str, begin: str, end: str) -> str:
    """The text with its marks in pairs as `begin` and `end`; a mark without its other half is left out."""
    if BEGIN not in text:
        return bare(text)
    return bare(_PAIR.sub(lambda found: f"{begin}{found[1]}{end}", text))
