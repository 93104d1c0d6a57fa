"""A mail's files: their names made safe, their contents decoded. Pure."""

import binascii
import re
import unicodedata
from dataclasses import dataclass

from desk.incoming import IncomingFile
from mail.charsets import decode
from mail.headers import read_headers
from mail.mime import INNER_FIELDS_LIMIT, Part
from mail.winmail import Inside

NAME_LIMIT = 150  # characters of a file name; file systems end at 255 bytes and Russian letters take two
ENDING_LIMIT = 10  # characters that may be a file's ending
LETTER_HEAD = 16_384  # bytes of an attached letter in which its subject is looked for
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}")
_ENDINGS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "image/jpeg": ".jpg",
    "image/png": ".png", "image/gif": ".gif", "application/pdf": ".pdf", "message/rfc822": ".eml",
    "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "application/zip": ".zip", "text/rtf": ".rtf",
    "application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s", "text/vcard": ".vcf",
    "application/pkcs7-mime": ".p7m", "application/x-pkcs7-signature": ".p7s", "application/x-pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat", "image/svg+xml": ".svg", "image/webp": ".webp", "image/bmp": ".bmp",
    "text/x-vcard": ".vcf", "application/msword": ".doc", "application/rtf": ".rtf", "audio/mpeg": ".mp3",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a mail, with its content. `given`: the sender named it."""

    name: str
    mime: str
    content: bytes
    inline: bool = False
    cid: str = ""
    given: bool = True


def file_of(part: Part, number: int) -> Attachment:
    """Return a part as a file; one without a name gets a number."""
    how, _ = part.disposition()
    mime = part.type
    content = part.content() if part.body else b""
    given = safe_name(part.name())
    name = given
    if mime == "message/rfc822" and not name:
        subject = read_headers(content[:LETTER_HEAD], INNER_FIELDS_LIMIT)[0].text("subject")
        name = safe_name(f"{subject or 'message'}.eml")
    cid = part.headers.plain("content-id").strip("<> ")
    return Attachment(
        name=name or f"file-{number + 1}{_ENDINGS.get(mime, '.bin')}",
        mime=mime,
        content=content,
        inline=how != "attachment" and bool(cid) and part.main == "image",
        cid=cid,
        given=bool(given),
    )


def from_winmail(file: Inside, number: int) -> Attachment:
    """Return a file of Outlook's container."""
    mime = file.mime if _TYPE.fullmatch(file.mime) else "application/octet-stream"
    name = safe_name(file.name)
    return Attachment(
        name=name or f"file-{number + 1}{_ENDINGS.get(mime, '.bin')}",
        mime=mime,
        content=file.content,
        cid=file.cid,
        given=bool(name),
    )


def file_of_uu(content: bytes, start: int) -> tuple[Attachment | None, int]:
    """Return the file that is written between "begin" and "end", and where it ends; None when it is none."""
    head_end = content.find(b"\n", start)
    end = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE).search(content, head_end) if head_end > 0 else None
    if end is None:
        return None, 0
    pieces: list[bytes] = []
    for line in content[head_end + 1 : end.start()].splitlines():
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            return None, 0
    name = safe_name(decode(content[start:head_end].split(b" ", 2)[2].strip()))
    file = Attachment(name=name or "file.bin", mime="application/octet-stream", content=b"".join(pieces))
    return file, end.end()


def joined_name(stem: str, is_html: bool, number: int) -> str:
    """Return the name of a text that goes on as a file."""
    return f"{stem}{f'-{number + 1}' if number else ''}{'.html' if is_html else '.txt'}"


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


def as_incoming(file: Attachment, key: str = "") -> IncomingFile:
    """Return a file as the desk knows it; `key`: where its content is kept, once it is."""
    return IncomingFile(
        sort=_sort(file.mime), name=file.name, mime=file.mime, size=len(file.content), key=key, inline=file.inline
    )


def _sort(mime: str) -> str:
    """Return a file's sort in the desk's words (desk.tickets.File)."""
    main, _, kind = mime.partition("/")
    if main == "image" and kind in ("jpeg", "jpg", "png", "webp"):
        return "photo"
    return main if main in ("video", "audio") else "document"
