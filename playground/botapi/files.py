"""The files that people and the bot have sent, with the identifiers that Telegram gives them."""

import base64
import mimetypes
import re
import struct
import unicodedata
import zlib
from typing import Final

from playground.botapi.errors import bad
from playground.botapi.model import Json, StoredFile

DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024
"""Bytes that getFile hands out (Bot API, getFile)."""
UPLOAD_LIMIT: Final = 50 * 1024 * 1024
"""Bytes that a bot may send (Bot API, sendDocument)."""
PHOTO_LIMIT: Final = 10 * 1024 * 1024
"""Bytes of a photo that a bot may send (Bot API, sendPhoto)."""

_PREFIX: Final = {
    "photo": "AgACAgIAAxkB", "document": "BQACAgIAAxkB", "video": "BAACAgIAAxkB", "audio": "CQACAgIAAxkB",
    "voice": "AwACAgIAAxkB", "animation": "CgACAgIAAxkB", "sticker": "CAACAgIAAxkB", "video_note": "DQACAgIAAxkB",
}  # fmt: skip
_FOLDER: Final = {"photo": "photos", "voice": "voice", "audio": "music", "sticker": "stickers", "video": "videos"}
DEFAULTS: Final[dict[str, tuple[str, str]]] = {
    "photo": ("photo.png", "image/png"), "document": ("file.bin", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"), "audio": ("audio.mp3", "audio/mpeg"), "voice": ("voice.oga", "audio/ogg"),
    "animation": ("animation.mp4", "video/mp4"), "sticker": ("sticker.webp", "image/webp"),
    "video_note": ("note.mp4", "video/mp4"),
}  # fmt: skip

_MIME: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?:;[ -~]*)?", re.ASCII)


def png(width: int = 32, height: int = 32, colour: tuple[int, int, int] = (70, 130, 180)) -> bytes:
    """A real picture of one colour."""
    raw = (b"\0" + bytes(colour) * width) * height

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def is_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")) or data[8:12] == b"WEBP"


def odd_picture(data: bytes) -> bool:
    """Whether a photo has sides that Telegram does not take: over 10,000 together, or one 20 times the other."""
    width, height = picture_size(data)
    return width + height > 10_000 or max(width, height) > 20 * max(min(width, height), 1)


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; a phone's usual 1280 × 960 where the header is not read here."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return 1280, 960


class FileStore:
    """All files by their file_id and by their path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(
        self,
        kind: str,
        data: bytes,
        *,
        name: str | None = None,
        mime: str | None = None,
        size: int | None = None,
        extra: Json | None = None,
    ) -> StoredFile:
        """Keep a file; `size` claims more bytes than there are, `extra` goes into its shape (duration, title…)."""
        number = len(self._by_path) + 1
        default_name, default_mime = DEFAULTS[kind]
        name = _clean(name or "") or default_name
        mime = mime if mime and _MIME.fullmatch(mime) else None  # it becomes a header when the file is fetched
        mime = mime or mimetypes.guess_type(name)[0] or default_mime
        ending = mimetypes.guess_extension(mime) or ""
        stored = StoredFile(
            kind=kind, data=data, name=name, mime=mime, size=len(data) if size is None else size,
            path=f"{_FOLDER.get(kind, 'documents')}/file_{number}{'.jpg' if kind == 'photo' else ending}",
        )  # fmt: skip
        stored.shape = _shape(stored, number, extra or {})
        for part in stored.shape if isinstance(stored.shape, list) else [stored.shape]:
            self._by_id[part["file_id"]] = stored
        self._by_path[stored.path] = stored
        return stored

    def by_id(self, file_id: str) -> StoredFile:
        if file_id not in self._by_id:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def by_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def file(self, file_id: str) -> Json:
        """The `File` object of getFile; a 400 for a file over 20 MB."""
        if file_id not in self._by_id:
            raise bad("invalid file_id")
        stored = self._by_id[file_id]
        if stored.size > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        return {
            "file_id": file_id, "file_unique_id": _unique(file_id), "file_size": stored.size,
            "file_path": stored.path,
        }  # fmt: skip


def _clean(name: str) -> str:
    """A file's name without line breaks, other controls and halves of letters."""
    return "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs"})


def _identity(kind: str, number: int, suffix: str = "") -> Json:
    tail = base64.urlsafe_b64encode(f"{kind}-{number:06d}{suffix}".encode()).decode().rstrip("=")
    file_id = _PREFIX[kind] + tail
    return {"file_id": file_id, "file_unique_id": _unique(file_id)}


def _unique(file_id: str) -> str:
    return f"AQAD{zlib.crc32(file_id.encode()):08x}"


def _shape(stored: StoredFile, number: int, extra: Json) -> Json | list[Json]:
    base = _identity(stored.kind, number) | {"file_size": stored.size}
    named = {"file_name": stored.name, "mime_type": stored.mime}
    match stored.kind:
        case "photo":
            width, height = picture_size(stored.data)
            small = _identity("photo", number, "-s") | {"file_size": min(stored.size, 1200)}
            scale = min(1.0, 90 / max(width, height, 1))
            small |= {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
            return [small, base | {"width": width, "height": height}]
        case "document":
            return base | named
        case "audio":
            return base | named | {"duration": 0} | extra
        case "voice":
            return base | {"mime_type": stored.mime, "duration": 0} | extra
        case "video_note":
            return base | {"length": 240, "duration": 0} | extra
        case "sticker":
            width, height = 512, 512
            return base | {
                "type": "regular", "width": width, "height": height, "is_animated": False, "is_video": False,
            } | extra  # fmt: skip
        case _:
            return base | named | {"width": 640, "height": 480, "duration": 0} | extra
