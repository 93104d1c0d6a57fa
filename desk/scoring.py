"""A mark of one to five stars in words: read from a client's line, shown to people. Pure."""

import re

MOST = 5

_SCORE = re.compile(
    r"(?:(?:(?:моя\s+|наша\s+)?оценка|ставлю|(?:my\s+)?(?:mark|rating|score))\s*[:=—–-]?\s*)?"
    r"([1-5])(?:\s*(?:/\s*5|из\s+5|out\s+of\s+5))?\s*(?:зв[её]зд[аы]?|stars?)?\s*[!.+)★⭐\uFE0F]*",
    re.IGNORECASE,
)
_STARS = re.compile(r"(?:[★⭐]\uFE0F?){1,5}")
_KEYCAP = re.compile(r"([1-5])\uFE0F?\u20E3")


def scored(text: str) -> tuple[int, str] | None:
    """The stars that stand alone on the first line, and the words below it; None where no mark does."""
    first, _, rest = text.strip().partition("\n")
    line = first.strip()
    if _STARS.fullmatch(line):
        return line.count("★") + line.count("⭐"), rest.strip()
    found = _SCORE.fullmatch(line) or _KEYCAP.fullmatch(line)
    return (int(found[1]), rest.strip()) if found else None


def shown(stars: int) -> str:
    """«★★★★☆»."""
    return "★" * stars + "☆" * (MOST - stars)
