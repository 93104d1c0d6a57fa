"""What a mail says: the text to read, taken from plain and HTML parts, and the files that came with it. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from mail.charsets import clean
from mail.mime import Part

TEXT_LIMIT = 1_000_000  # characters; what is longer goes on as a file
HTML_LIMIT = 1_000_000  # characters that are laid out properly; beyond it tags are only taken away
NAME_LIMIT = 150  # characters of a file name; file systems end at 255 bytes and Russian letters take two
ENDING_LIMIT = 10  # characters that may be a file's ending
COVERED = 0.7  # a plain part that has so many of the HTML part's words is the same letter
_TAG = re.compile(r"<(?:!--[^>]*|[!/?]?[a-zA-Z][^<>]{0,5000})>")
_UNSEEN = re.compile(r"<(head|style|script|title)\b[^>]{0,1000}>", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")
_WORD = re.compile(r"\w{3,40}")
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a mail, with its content."""

    name: str
    mime: str
    content: bytes
    inline: bool = False


def read(mail: Part) -> tuple[str, list[Attachment]]:
    """Return the text of a mail and its files, in their order."""
    texts: list[str] = []
    files: list[Attachment] = []
    _gather(mail, texts, files)
    text = _BLANKS.sub("\n\n\n", "\n\n".join(part for part in (text.strip("\n") for text in texts) if part.strip()))
    if len(text) > TEXT_LIMIT:
        files.append(Attachment(name="message.txt", mime="text/plain", content=text.encode()))
        text = text[:TEXT_LIMIT]
    return text.strip(), files


def _gather(part: Part, texts: list[str], files: list[Attachment]) -> None:
    """Take a part's text and files."""
    if part.parts:
        if part.type == "multipart/alternative":
            _choose(part, texts, files)
            return
        for inner in part.parts:
            _gather(inner, texts, files)
        return
    if part.main == "multipart" and not part.body.strip():
        return
    if _is_words(part, first=not texts):
        texts.append(_words(part, files))
        return
    files.append(_file(part, len(files)))


def _is_words(part: Part, *, first: bool) -> bool:
    """Tell text that the sender wrote from a file of text; the first text may bear a file's name all the same."""
    how, placed = part.disposition()
    if how == "attachment" or any(key.startswith("filename") for key in placed):
        return False
    if part.type in ("text/plain", "text/html"):
        return first or not part.name()
    return part.main == "multipart"  # one without boundaries: what it has is shown


def _words(part: Part, files: list[Attachment]) -> str:
    text = part.text()
    if part.type == "text/html":
        if len(text) > HTML_LIMIT:
            files.append(_file(part, len(files)))
        return html_to_text(text)
    if part.parameter("format").lower() == "flowed":
        return unflow(text, delete_space=part.parameter("delsp").lower() == "yes")
    return text


def _choose(part: Part, texts: list[str], files: list[Attachment]) -> None:
    """Take one of several forms of the same text; files that hide inside of any form are all kept."""
    plain: list[str] = []
    rich: list[str] = []
    for inner in part.parts:
        found: list[str] = []
        _gather(inner, found, files)
        kinds = {leaf.type for leaf in inner.walk() if not leaf.parts}
        (rich if "text/html" in kinds else plain).extend(found)
    plain_text, rich_text = "\n\n".join(plain), "\n\n".join(rich)
    texts.append(plain_text if _covers(plain_text, rich_text) else rich_text)


def _covers(plain: str, rich: str) -> bool:
    """Return whether the plain form loses nothing: it reads best and keeps the marks of quotes."""
    wanted = set(_WORD.findall(rich.lower()))
    if not wanted:
        return bool(plain.strip()) or not rich.strip()
    given = set(_WORD.findall(plain.lower()))
    return len(wanted & given) >= COVERED * len(wanted)


def html_to_text(html: str) -> str:
    """Return what a reader of this HTML sees: tables laid out, quotations marked with "> ", nothing hidden."""
    if len(html) > HTML_LIMIT:
        return strip_tags(html)
    try:
        return _laid_out(html)
    except Exception:  # noqa: BLE001 - lxml and inscriptis meet every kind of broken markup; words matter more
        return strip_tags(html)


def strip_tags(html: str) -> str:
    """Return the words between the tags. Linear, for what nothing better can read."""
    text = _TAG.sub("\n", html)
    return clean(_BLANKS.sub("\n\n", "\n".join(line.strip() for line in unescape(text).splitlines())))


_QUOTE_BEGINS, _QUOTE_ENDS = "\ue0f1", "\ue0f2"  # private letters that survive the layout, one line each


def _laid_out(html: str) -> str:
    from inscriptis import get_text  # type: ignore[import-untyped]
    from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
    from lxml import etree  # type: ignore[import-untyped]
    from lxml.html import document_fromstring  # type: ignore[import-untyped]

    html = html.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, "")
    html = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", html)
    if not html.strip():
        return ""
    tree = document_fromstring(html)
    for element in tree.iter("blockquote"):
        if any(True for _ in element.iterancestors("blockquote")):
            continue
        for sign, before in ((_QUOTE_BEGINS, True), (_QUOTE_ENDS, False)):
            mark = etree.Element("div")
            mark.text = sign
            if before:
                element.insert(0, mark)
                mark.tail, element.text = element.text, None
            else:
                element.append(mark)
    markup = etree.tostring(tree, encoding="unicode", method="html")
    return _quote_lines(get_text(markup, ParserConfig(display_links=False)))


def _quote_lines(text: str) -> str:
    depth, lines = 0, []
    for line in text.splitlines():
        if _QUOTE_BEGINS in line:
            depth += 1
        if rest := line.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, "").rstrip():
            lines.append(f"> {rest.strip()}" if depth else rest)
        elif _QUOTE_BEGINS not in line and _QUOTE_ENDS not in line:
            lines.append(">" if depth else "")
        if _QUOTE_ENDS in line:
            depth = max(0, depth - 1)
    return clean("\n".join(lines))


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the soft line ends of format=flowed (RFC 3676)."""
    lines: list[list[str]] = []
    depth_before, open_line = -1, False
    for line in text.split("\n"):
        quoted = len(line) - len(line.lstrip(">"))
        words = line[quoted:].removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        kept = words[:-1] if soft and delete_space else words
        if open_line and quoted == depth_before and words != "-- ":
            lines[-1].append(kept)
        else:
            lines.append([">" * quoted + " " if quoted else "", kept])
        depth_before, open_line = quoted, soft
    return "\n".join("".join(pieces) for pieces in lines)


def _file(part: Part, number: int) -> Attachment:
    how, _ = part.disposition()
    mime = part.type
    content = part.content() if part.body else b""
    name = safe_name(part.name())
    if mime == "message/rfc822" and not name:
        from mail.headers import read_headers

        subject = read_headers(content[:262_144])[0].text("subject")
        name = safe_name(f"{subject or 'message'}.eml")
    if not name:
        name = f"file-{number + 1}{_ending(mime)}"
    inline = how != "attachment" and "content-id" in part.headers and part.main == "image"
    return Attachment(name=name, mime=mime, content=content, inline=inline)


def safe_name(name: str) -> str:
    """Return a file name without path, controls and letters that turn its ending around; "" when nothing is left."""
    name = unicodedata.normalize("NFC", _BAD_NAME.sub("", name)).replace("\\", "/").rpartition("/")[2].strip(" .")
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, ending = name.rpartition(".")
    return (
        f"{stem[: NAME_LIMIT - len(ending) - 1]}{dot}{ending}"
        if dot and len(ending) <= ENDING_LIMIT
        else name[:NAME_LIMIT]
    )


def _ending(mime: str) -> str:
    known = {
        "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "image/jpeg": ".jpg",
        "image/png": ".png", "image/gif": ".gif", "application/pdf": ".pdf", "message/rfc822": ".eml",
        "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "application/zip": ".zip",
    }  # fmt: skip
    return known.get(mime, ".bin")


def total(files: Sequence[Attachment]) -> int:
    """Bytes of all files."""
    return sum(len(file.content) for file in files)
