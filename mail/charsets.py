"""Bytes to text, whatever their label says: Russian mail is labelled wrongly every day."""

import codecs
import re
from functools import lru_cache

# Labels that Python lacks or reads too narrowly: supersets lose nothing (WHATWG Encoding, "names and labels").
_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "iso-gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "chinese": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode": "utf-16",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "tis-620": "cp874",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
}
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ansi|ms|ibm|dos)[-_ ]?(\d{3,4})")
# Codecs that are no character sets, or (utf-7) let mail say what its bytes do not.
_REFUSED = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_WESTERN = {"cp1252", "iso8859-15", "mac-roman", "cp437", "cp850", "cp1254", "iso8859-2", "cp1250"}
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")  # the likelier first
FEW = 3  # letters, too few to tell anything from
ENOUGH = 5  # letters, enough to say that a label is wrong
HIGH = 0x80  # bytes from here on are no ASCII
_RUSSIAN = re.compile("[а-яёА-ЯЁ]")
_SAMPLE = 4_000  # bytes; enough to tell a character set
_SMALL_SAMPLE = 1_000
SURE = 1.0  # a letter's score at which nobody else is asked
RARELY = 0.5  # hardly anybody writes so, and few letters can be read in several ways
_COMMON = re.compile("[оеаинтсрвлкмдпуя]")
_RARE = re.compile("[бгжзйфхцчшщъыьэюё]")
_CAPITAL = re.compile("(?<![а-яё])[А-ЯЁ]")
_COMMON_CAPITAL = re.compile("(?<![а-яё])[ОЕАИНТСРВЛКМДПУЯ]")
_TURNED = re.compile("(?<=[а-яё])[А-ЯЁ]")
_STRANGE = re.compile(r"[^\x00-\x7fа-яёА-ЯЁ«»№„“”’–—…§°©\xa0]")
_LOW = bytes(range(HIGH))
_NOT_LATIN = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
_NOT_HELPFUL = b"\t\r\n0123456789"
_WESTERN_LETTERS = "äöüßéèàáâãçñåøæêëîïíìôõóòûúùÿœÄÖÜÉÈÀÁÂÃÇÑÅØÆÊËÎÏÍÔÕÓÛÚŒ¿¡«»–—‘’“”„…€£°§©®²³½¼ª º·•™\xa0".encode(
    "cp1252"
)
_RUN = re.compile(rb"[\x80-\xff]+")
_BESIDE = re.compile(rb"[A-Za-z][\x80-\xff]+|[\x80-\xff]+[A-Za-z]")
_NOT_WORDS = re.compile(rb"https?://\S{1,500}|\S{1,100}@\S{1,100}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


LABEL_LIMIT = 200
"""Characters of a charset's name; the longest there is has thirty."""


def clean(text: str) -> str:
    """Return the text without NUL, other controls and surrogates, its lines ended by a line feed alone."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def decode(data: bytes, label: str = "") -> str:
    """Return the text that these bytes most likely are. Never raises."""
    if not label and data.isascii():
        return clean(data.decode("ascii"))
    codec = _codec(label[:LABEL_LIMIT])
    if codec.startswith(("utf-16", "utf-32")):
        return clean(data.decode(codec, "replace"))
    if data.isascii() and not codec.startswith(("iso2022", "hz")):
        return clean(data.decode("ascii"))
    if codec == "utf-8" or not codec:
        return clean(_as_utf8(data) or _guess(data))
    text = None if data.isascii() else _strict(data, "utf-8")
    # Bytes of another set are almost never UTF-8 by chance; «Ёлка» and «фен» in cp866 are, rare Chinese letters.
    if text is not None and not (codec in _CYRILLIC and _says_russian(data, codec) and not _RUSSIAN.search(text)):
        return clean(text)
    if codec in _WESTERN and _mostly_foreign(data):
        return clean(_guess(data))
    if codec in _CYRILLIC:
        codec = _better_cyrillic(data, codec)
    text = _strict(data, codec)
    if text is not None:
        return clean(text)
    if codec in ("gb18030", "cp949", "cp932", "big5") or codec.startswith("iso2022"):
        return clean(data.decode(codec, "replace"))
    return clean(_guess(data))


@lru_cache(1_000)
def _codec(label: str) -> str:
    """Return Python's name of a charset label, "" when there is none."""
    name = label.strip().strip("\"'").lower().partition("*")[0][:60]
    name = _ALIASES.get(name, name)
    if page := _CODE_PAGE.fullmatch(name):
        name = _ALIASES.get(f"cp{page[1]}", "utf-8" if page[1] == "65001" else f"cp{page[1]}")
        name = {"cp936": "gb18030", "cp20866": "koi8-r", "cp28591": "cp1252", "cp28595": "iso-8859-5"}.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    if found.name in _REFUSED or not getattr(found, "_is_text_encoding", True):
        return ""
    return found.name


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _as_utf8(data: bytes) -> str:
    """Return UTF-8 with a few broken letters replaced, "" when it is no UTF-8 at all."""
    whole = _strict(data, "utf-8")
    if whole is not None and "\ufffd" not in whole[:_SAMPLE]:
        return whole
    text = data.decode("utf-8", "replace")
    foreign = sum(1 for char in text[:_SAMPLE] if char > "\x7f")
    broken = text[:_SAMPLE].count("\ufffd")
    return text if broken * 4 <= foreign else ""


def _mostly_foreign(data: bytes) -> bool:
    """Return whether most letters lie above ASCII: so is Russian, so is no western language."""
    sample = data[:_SAMPLE]
    high = len(sample.translate(None, _LOW))
    if high < FEW:
        return False
    if b"@" in sample or b"://" in sample:
        sample = _NOT_WORDS.sub(b"", sample)
    latin = len(sample.translate(None, _NOT_LATIN))
    return high * 2 > latin and not (high <= latin * 2 and _within_words(sample))


def _within_words(sample: bytes) -> bool:
    """Return whether such letters stand inside of words of ASCII, as western ones do and Russian ones hardly ever."""
    return 2 * len(_BESIDE.findall(sample)) > len(_RUN.findall(sample))


def _better_cyrillic(data: bytes, labelled: str) -> str:
    """Return the labelled set unless another makes far more Russian out of the same bytes."""
    sample = data.translate(None, _NOT_HELPFUL)[:_SAMPLE]
    score, letters = _russian(sample.decode(labelled, "replace")), len(sample.translate(None, _LOW))
    if letters < ENOUGH or score >= SURE * letters:
        return labelled
    best, best_score = _best_cyrillic(sample)
    return best if best_score > 0 and score < best_score * 0.5 else labelled


def _says_russian(data: bytes, labelled: str) -> bool:
    sample = data[:_SAMPLE]
    return _russian(sample.decode(labelled, "replace")) >= SURE * len(sample.translate(None, _LOW))


def _best_cyrillic(sample: bytes) -> tuple[str, float]:
    scores = {codec: _russian(sample.decode(codec, "replace")) for codec in _CYRILLIC}
    scores["mac-cyrillic"] *= RARELY
    best = max(scores, key=scores.__getitem__)
    return best, scores[best]


def _guess(data: bytes) -> str:
    if text := _as_utf8(data):
        return text
    if _mostly_foreign(data):
        sample = data[:_SAMPLE]
        best, score = _best_cyrillic(sample)
        if score >= 0.5 * len(sample.translate(None, _LOW)):
            return data.decode(best, "replace")
    return data.decode(_western_or_other(data[:_SAMPLE]), "replace")


@lru_cache(maxsize=64)
def _western_or_other(sample: bytes) -> str:
    """Return the character set of what is neither UTF-8 nor Russian."""
    high = sample.translate(None, _LOW)
    if len(high.translate(None, _WESTERN_LETTERS)) <= len(high) // 10:
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to import, and asked last

    found = from_bytes(sample[:_SMALL_SAMPLE]).best()
    return (_codec(found.encoding) if found is not None else "") or "cp1252"


def _russian(text: str) -> float:
    """Score how much a text looks like written Russian, about 1.5 a letter for real text."""
    common, rare, capital = len(_COMMON.findall(text)), len(_RARE.findall(text)), len(_CAPITAL.findall(text))
    # The wrong one of koi8-r and cp1251 turns the case of every letter over.
    turned = len(_TURNED.findall(text))
    strange = len(_STRANGE.findall(text))
    capital += len(_COMMON_CAPITAL.findall(text)) if capital else 0
    return 2 * common + 0.5 * (rare + capital) - 2.5 * turned - 1.5 * strange
