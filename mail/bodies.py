"""What a mail says: the text to read, taken from plain and HTML parts, and the files that came with it. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from desk.errors import Unreadable
from mail import attachments, invitations, markup, winmail
from mail.attachments import Attachment, file_of, file_of_uu, joined_name, safe_name
from mail.charsets import decode
from mail.flowed import unflow
from mail.mime import Part, take_apart
from mail.words import Words

TEXT_LIMIT = 1_000_000  # characters; what is longer goes on as a file
READ_LIMIT = 2_500_000  # bytes of one part that are read as text: a million letters of any common alphabet
TOTAL_LIMIT = 4_000_000  # bytes of all parts that are read as text; those beyond are files
COVERED = 0.7  # a plain part that has so many of the HTML part's words is the same letter
ORIGINALS_LIMIT = 3  # letters inside of letters inside of letters whose words are shown
_BLANKS = re.compile(r"\n{4,}")
_CID = re.compile(r"""\bcid:([^\s"'<>)&]{1,300})""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{1,300}?charset\s{0,9}=\s{0,9}["']?([\w:.-]{1,40})""", re.IGNORECASE)
_DATA = re.compile(rb"""data:[^\s"'<>]{1000,}""")
_UU = re.compile(rb"^begin [0-7]{3,4} (?=[^\r\n]{1,200}\r?$)", re.MULTILINE)
# Forms of the same letter for clocks and for moving pages; every mail that has them says the same in HTML.
_OTHER_FORMS = ("text/x-amp-html", "text/watch-html")
_NO_LETTER = ("text/calendar", "text/vcard", "text/x-vcard", "text/csv", "text/rfc822-headers", "text/rtf", "text/xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A mail's text and files; `invitation` is what its calendar says, which is no part of what the client wrote."""

    text: str
    files: tuple[Attachment, ...]
    invitation: str = ""


def body_of(mail: Part, *, language: str = "", zone: tzinfo = UTC, depth: int = 0) -> Body:
    """Return the text of a mail and its files, in their order; an event's times are those of `zone`."""
    reading = _Reading(language, zone)
    texts = reading.gather(mail)
    text, files = reading.said(texts), reading.files
    if not text and depth < ORIGINALS_LIMIT and mail.type != "multipart/report":
        text = reading.instead(depth)
    if len(text) > TEXT_LIMIT:
        if any(not words.kept for words in texts):
            files.append(Attachment(name="message.txt", mime="text/plain", content=text.encode()))
        text = text[:TEXT_LIMIT]
    return Body(text=text.strip(), files=tuple(_with_inline(files, reading.shown)), invitation=reading.invitation)


class _Reading:
    """Goes through the parts of one mail."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self.language = language
        self.zone = zone
        self.files: list[Attachment] = []
        self.shown: set[str] = set()  # Content-IDs that the HTML shows
        self.invitation = ""
        self.note = ""
        self.letters: list[bytes] = []  # attached letters
        self.named_texts: list[Words] = []
        self.left = TOTAL_LIMIT
        self.tags_left = markup.TAGS_LIMIT

    def gather(self, part: Part, *, first: bool = True) -> list[Words]:
        """Keep a part's files and return its texts; the first text may bear a file's name all the same."""
        if part.parts:
            if part.type == "multipart/alternative":
                return self.choose(part, first=first)
            found: list[Words] = []
            for inner in part.parts:
                found += self.gather(inner, first=first and not found)
            return found
        if part.main == "multipart" and not part.body.strip():
            return []
        if _is_winmail(part):
            return self.unpack(part)
        if _is_words(part, first=first):
            return self.words(part)
        self.file(part)
        return []

    def words(self, part: Part) -> list[Words]:
        content = part.content()
        is_html = part.type == "text/html"
        if not is_html and (found := _UU.search(content)):
            content = content[: found.start()] + self.take_uu(content[found.start() :])
        if is_html and len(content) > READ_LIMIT and b"data:" in content:
            content = _DATA.sub(b"", content)
        if not content.strip():
            return []
        kept = len(content) > min(READ_LIMIT, self.left)
        if kept:
            name = part.name() or joined_name("message", is_html, len(self.files))
            self.files.append(Attachment(name=safe_name(name), mime=part.type, content=content))
            content = _cut(content, min(READ_LIMIT, self.left))
        self.left -= len(content)
        if not content:
            return []
        return [self.as_words(part, content, is_html=is_html, kept=kept)]

    def as_words(self, part: Part, content: bytes, *, is_html: bool, kept: bool) -> Words:
        label = part.parameter("charset")
        if is_html and not label and (meta := _META.search(content, 0, 4_000)):
            label = meta[1].decode("ascii", "replace")
        text = decode(content, label)
        if is_html and "cid:" in text.lower():
            self.shown.update(found.lower() for found in _CID.findall(text))
        elif part.parameter("format").lower() == "flowed":
            text = unflow(text, delete_space=part.parameter("delsp").lower() == "yes")
        return self.html(text, kept=kept) if is_html else Words(text, is_html=False, kept=kept)

    def html(self, text: str, *, kept: bool, instead: bool = False) -> Words:
        tags = min(text.count("<"), self.tags_left)
        self.tags_left -= tags
        return Words(text, is_html=True, kept=kept, instead=instead, tags=tags)

    def take_uu(self, content: bytes) -> bytes:
        """Keep files that stand between the lines as old programs sent them; return the lines without them."""
        rest: list[bytes] = []
        for _ in range(100):
            found = _UU.search(content)
            file, end = file_of_uu(content, found.start()) if found else (None, 0)
            if not found or file is None:
                break
            rest.append(content[: found.start()])
            self.files.append(file)
            content = content[end:]
        return b"".join([*rest, content])

    def choose(self, part: Part, *, first: bool) -> list[Words]:
        """Take one of several forms of the same text; files that hide inside of any form are all kept."""
        plain: list[Words] = []
        rich: list[Words] = []
        for inner in part.parts:
            if inner.type in _OTHER_FORMS and len(part.parts) > 1:
                continue
            found = self.gather(inner, first=first)
            (rich if any(words.is_html for words in found) else plain).extend(found)
        return plain if _covers(plain, rich) else rich

    def unpack(self, part: Part) -> list[Words]:
        """Take Outlook's container apart; it is kept itself only when not all of it could be read."""
        inside = winmail.unpack(part.content())
        if not inside.whole or not (inside.files or inside.text or inside.html):
            self.file(part)
        for file in inside.files:
            self.files.append(attachments.from_winmail(file, len(self.files)))
            if file.cid:
                self.shown.add(file.cid.lower())
        if inside.html:
            return [self.html(inside.html[:READ_LIMIT], kept=False, instead=True)]
        return [Words(inside.text[:READ_LIMIT], is_html=False, kept=False, instead=True)] if inside.text else []

    def file(self, part: Part) -> None:
        file = file_of(part, len(self.files))
        if file.mime == "text/calendar" or file.name.lower().endswith(".ics"):
            if not self.invitation:
                calendar = decode(file.content[: invitations.SIZE_LIMIT], part.parameter("charset") or "utf-8")
                self.invitation = invitations.words_of(calendar, self.language, self.zone)
                self.note = invitations.note_of(calendar)
            # The same event often comes twice, as a form of the letter and as a file.
            twin = next(
                (n for n, other in enumerate(self.files) if _plain(other.content) == _plain(file.content)), None
            )
            if twin is not None and (not part.name() or not self.files[twin].given):
                self.files[twin] = file if part.name() else self.files[twin]
                return
        elif file.mime == "message/rfc822":
            self.letters.append(file.content)
        elif part.type == "text/plain" and part.disposition()[0] != "attachment" and len(file.content) < READ_LIMIT:
            self.named_texts.append(self.as_words(part, file.content, is_html=False, kept=True))
        self.files.append(file)

    def said(self, texts: list[Words]) -> str:
        """Return the words of these texts, those of an Outlook container only where nobody else says them."""
        first = [words for words in texts if not words.instead]
        instead = [words for words in texts if words.instead]
        if not instead or _covers(first, instead):
            return _joined(first)
        return _joined(instead if _covers(instead, first) else [*first, *instead])

    def instead(self, depth: int) -> str:
        """Return what speaks for a mail without words: a text with a file's name, an attached letter, an event."""
        if text := _joined(self.named_texts[:1]):
            return text
        for content in self.letters[:1]:
            try:
                letter = take_apart(content)
            except Unreadable:
                break
            inner = body_of(letter, language=self.language, zone=self.zone, depth=depth + 1)
            names = (("From", "from"), ("Date", "date"), ("Subject", "subject"), ("To", "to"))
            head = [f"{shown}: {words}" for shown, name in names if (words := letter.headers.text(name))]
            return "\n".join(["---------- Forwarded message ----------", *head, "", inner.text]).strip()
        return self.note


def _plain(calendar: bytes) -> bytes:
    return calendar.replace(b"\r", b"").strip()


def _joined(texts: list[Words]) -> str:
    parts = (words.text().strip("\n") for words in texts)
    return _BLANKS.sub("\n\n\n", "\n\n".join(part for part in parts if part.strip()))


def _is_words(part: Part, *, first: bool) -> bool:
    """Tell text that the sender wrote from a file of text."""
    how, placed = part.disposition()
    if how == "attachment" or any(key.startswith("filename") for key in placed):
        return False
    if part.type in ("text/plain", "text/html"):
        return first or not part.name()
    if part.main == "text":
        return part.type not in _NO_LETTER and not part.name()
    return part.main == "multipart"  # one without boundaries: what it has is shown


def _is_winmail(part: Part) -> bool:
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or part.name().lower() == "winmail.dat"


def _covers(plain: list[Words], rich: list[Words]) -> bool:
    """Return whether the plain form loses nothing: it reads best and keeps the marks of quotes."""
    if not rich:
        return True
    if not any(words.source.strip() for words in plain):
        return False
    given = {word for words in plain for word in words.vocabulary()}
    for exactly in (False, True):  # laying HTML out costs ten times as much as taking its tags away
        wanted = {word for words in rich for word in words.vocabulary(exactly=exactly)}
        if len(wanted & given) >= COVERED * len(wanted) and (wanted or exactly):
            return True
    return False


def _cut(content: bytes, size: int) -> bytes:
    """Return the beginning of a text, not ending inside of a letter where that can be seen."""
    space = max(content.rfind(b"\n", max(0, size - 2_000), size), content.rfind(b" ", max(0, size - 2_000), size))
    end = space + 1 if space > 0 else size
    return content[: end - end % 4] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else content[:end]


def _with_inline(files: list[Attachment], shown: set[str]) -> list[Attachment]:
    """Mark the pictures that the HTML shows between its words."""
    return [replace(file, inline=file.inline or bool(file.cid and file.cid.lower() in shown)) for file in files]
