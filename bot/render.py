"""How a message looks in Telegram: its text as HTML and plain, its files in batches; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.articles import as_html
from bot.pages import pages
from bot.plain import CAPTION_LIMIT, TEXT_LIMIT, cut, units
from desk import emphasis
from desk.markdown import plain as as_plain
from desk.parcels import Enclosure, Outgoing, Purpose

LONG_QUOTE = 300  # units from which a quotation is shown folded
QUOTE_KEPT = 800  # units of a quotation that stay when the text fills the rest
ALBUM = 10  # Bot API, sendMediaGroup: 2-10
CAPTIONED = frozenset({"photo", "video", "document", "audio", "voice", "animation"})
# Bot API, sendMediaGroup: documents and audios only with their own kind.
_FAMILY = {"photo": "picture", "video": "picture", "document": "document", "audio": "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One text in both forms. `whole` is the full text when only a part of it fits, else ""."""

    html: str
    plain: str
    whole: str = ""

    @property
    def units(self) -> int:
        return units(self.plain)


def render(message: Outgoing, limit: int = TEXT_LIMIT) -> Rendered:
    """The message's words within `limit` UTF-16 units as Telegram counts them: after its markup is read."""
    text, quote = message.text, message.quote
    full = _plain(message, text, quote)
    if units(full) <= limit:
        return Rendered(html=_html(message, text, quote), plain=full)
    fixed = units(_plain(message, "", "")) + 4  # the line breaks between the parts
    room = max(0, limit - fixed)
    quote = cut(quote, max(min(QUOTE_KEPT, room), room - units(text))) if quote else ""
    text = cut(text, max(0, limit - fixed - units(quote)))
    shown = _plain(message, text, quote)
    if units(shown) > limit:  # a title or something to copy that is too long by itself
        shown = cut(shown, limit)
        return Rendered(html=escape(shown, quote=False), plain=shown, whole=full)
    return Rendered(html=_html(message, text, quote), plain=shown, whole=full)


def _mentions(message: Outgoing) -> list[tuple[str, str]]:
    """Whom it mentions: an id, "" where only the name is known, and the name."""
    pairs = (line.partition(":") for line in message.mention.splitlines() if line)
    return [(user, name or user) for user, _, name in pairs]


def _around(message: Outgoing, names: Sequence[str], text: str, footer: str) -> tuple[str, str]:
    """The words and the last line with the names in one of them: see Outgoing.mention."""
    if message.mention.startswith("\n"):
        return text, f"{footer} {', '.join(names)}".strip()
    return ", ".join([*names, text]), footer


def _plain(message: Outgoing, text: str, quote: str) -> str:
    lead, footer = _around(message, [name for _, name in _mentions(message)], _words(message, text), message.footer)
    return "\n".join(part for part in (message.title, lead.strip(), quote, message.code, footer) if part)


def _html(message: Outgoing, text: str, quote: str) -> str:
    names = [_linked(user, name) for user, name in _mentions(message)]
    marked = as_html(text) if message.purpose is Purpose.ARTICLE else escape(text.strip(), quote=False)
    words = emphasis.marked_up(marked, "<b>", "</b>")
    lead, footer = _around(message, names, words, escape(message.footer, quote=False))
    tag = "<blockquote expandable>" if units(quote) > LONG_QUOTE else "<blockquote>"
    parts = (
        f"<b>{escape(message.title, quote=False)}</b>" if message.title else "",
        lead.strip(),
        f"{tag}{escape(quote, quote=False)}</blockquote>" if quote else "",
        f"<code>{escape(message.code, quote=False)}</code>" if message.code else "",
        footer,
    )
    return "\n".join(part for part in parts if part)


def _words(message: Outgoing, text: str) -> str:
    return emphasis.bare(as_plain(text) if message.purpose is Purpose.ARTICLE else text)


def _linked(user: str, name: str) -> str:
    who = escape(name, quote=False)
    return f'<a href="tg://user?id={user}">{who}</a>' if user.isdigit() else who


def sendable(files: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
    """Those that there is something of to send."""
    return tuple(file for file in files if file.key or file.remote_id)


def batches(files: Sequence[Enclosure]) -> list[tuple[Enclosure, ...]]:
    """The files in order, neighbours that may share an album together; a batch of one is sent by itself."""
    found: list[list[Enclosure]] = []
    for file in files:
        family = _FAMILY.get(file.sort)
        last = found[-1] if found else None
        if family and last and _FAMILY.get(last[0].sort) == family and len(last) < ALBUM:
            last.append(file)
        else:
            found.append([file])
    return [tuple(batch) for batch in found]


def captioned(message: Outgoing, text: Rendered) -> bool:
    """Whether the words go under the files instead of before them."""
    files = batches(sendable(message.files))
    return (
        len(files) == 1
        and not message.native
        and files[0][0].sort in CAPTIONED
        and text.units <= CAPTION_LIMIT
        and not (message.buttons and len(files[0]) > 1)  # albums carry no buttons
    )


def parts_of(message: Outgoing) -> int:
    """How many messages it becomes in Telegram."""
    parts = pages(message)
    text = render(parts[-1])
    files = sendable(message.files)
    count = len(files) + (1 if text.whole else 0) + (1 if message.native else 0)
    if text.plain.strip() and not captioned(message, text):
        count += len(parts)
    return max(1, count)
