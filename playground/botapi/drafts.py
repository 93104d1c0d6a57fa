"""A message before it is posted, and what it is made of: words, files, places, contacts, polls."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.botapi.entities import Text, found, trimmed
from playground.botapi.files import FileStore
from playground.botapi.model import Chat, Json, Message, StoredFile, User
from playground.botapi.shapes import present


@dataclass(slots=True, kw_only=True)
class Draft:
    """Everything about a message that its sender decides."""

    content: Json = field(default_factory=dict)
    file: StoredFile | None = None
    thread: int | None = None
    reply_to: Message | None = None
    quote: Json | None = None
    origin: Json | None = None
    markup: Json | None = None
    album: str | None = None
    sender_chat: Chat | None = None
    service: str | None = None
    silent: bool = False
    protected: bool = False
    effect: str | None = None
    via: User | None = None
    """The bot whose inline result it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of an album as a person sends it; `size` claims more bytes than there are."""

    kind: str = "photo"
    data: bytes = b""
    name: str | None = None
    caption: str | None = None
    size: int | None = None
    mime: str | None = None


def words(text: str, entities: Sequence[Json] = ()) -> Json:
    """The fields of a text message, with the links and commands that Telegram finds by itself."""
    return _words("text", "entities", trimmed(text, entities))


def caption(text: str | None, entities: Sequence[Json] = ()) -> Json:
    """The fields of a caption; nothing for an empty one."""
    return _words("caption", "caption_entities", trimmed(text, entities)) if text and text.strip() else {}


def _words(field_name: str, entities_name: str, text: Text) -> Json:
    entities = found(*text)
    return {field_name: text[0]} | ({entities_name: entities} if entities else {})


def of_file(stored: StoredFile, text: str | None = None, entities: Sequence[Json] = ()) -> Json:
    """The fields of a message with that file."""
    fields: Json = {stored.kind: stored.shape}
    if stored.kind == "animation":  # for old clients the API tells it as a document too
        shape = stored.shape
        fields["document"] = {
            key: shape[key] for key in ("file_id", "file_unique_id", "file_size", "file_name", "mime_type")
        }
    return fields | caption(text, entities)


def piece(files: FileStore, item: "Piece | bytes") -> tuple[StoredFile, Json]:
    item = Piece(data=item) if isinstance(item, bytes) else item
    stored = files.add(item.kind, item.data, name=item.name, size=item.size, mime=item.mime)
    return stored, of_file(stored, item.caption)


def contact(phone: str, first_name: str, *, last_name: str | None = None, user_id: int | None = None) -> Json:
    return {
        "contact": present({
            "phone_number": phone, "first_name": first_name, "last_name": last_name, "user_id": user_id,
        })
    }  # fmt: skip


def location(latitude: float, longitude: float) -> Json:
    return {"location": {"latitude": latitude, "longitude": longitude}}


def poll(number: int, question: str, options: Sequence[str], **more: object) -> Json:
    """A poll without votes."""
    answers = [{"persistent_id": str(index), "text": option, "voter_count": 0} for index, option in enumerate(options)]
    return {
        "poll": {
            "id": str(5_000_000_000 + number), "question": question, "options": answers, "total_voter_count": 0,
            "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
            "allows_revoting": True, "members_only": False, **more,
        }
    }  # fmt: skip
