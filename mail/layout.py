"""What a mail says, as plain text and as HTML that phones, dark screens and Outlook show well. Pure.

One template for every mail: the line to answer above, a heading, the words, the desk's notes, links, the quoted last
message, and at the end how to go on in Telegram.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from desk.parcels import Outgoing
from desk.texts import OURS, Texts
from mail.charsets import clean

WIDTH = 600  # pixels; Outlook knows no max-width
GREY = "#767676"  # 4.5:1 on white and on black alike (WCAG 2.2, 1.4.3)
_URL = re.compile(r"(https?://[!-~]*[A-Za-z0-9/=&_-])")
"""One group, so that `split` gives text and addresses in turn; a full stop after an address is not part of it."""
_LINK = re.compile(r"(?:https?|tg|mailto):[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture inside the text."""

    name: str
    content_id: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to lay out, cleaned of what no mail may hold."""

    message: Outgoing
    notes: tuple[str, ...]
    pictures: tuple[Shown, ...]
    language: str
    texts: Texts = OURS

    @property
    def marker(self) -> str:
        return self.texts.say(self.language, "mail.marker") if self.message.number else ""

    @property
    def above_quote(self) -> str:
        return self.texts.say(self.language, "mail.quoted")

    @property
    def links(self) -> list[tuple[str, str]]:
        """Buttons that are links; what a press would do in a messenger, people write in mail."""
        buttons = [button for row in self.message.buttons for button in row]
        return [(one.label, one.url) for one in buttons if _LINK.fullmatch(one.url)]


def plain(page: Page) -> str:
    """Lay it out for reading as plain text."""
    message = page.message
    blocks = [page.marker, message.title, message.text]
    blocks += [f"[{picture.name}]" for picture in page.pictures]
    blocks += [f"    {message.code}" if message.code else "", *page.notes]
    blocks += [f"{label}: {url}" for label, url in page.links]
    if message.quote.strip():
        quoted = "\n".join(f"> {line}".rstrip() for line in clean(message.quote).strip("\n").split("\n"))
        blocks.append(f"{page.above_quote}\n{quoted}")
    text = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
    return f"{text}\n\n-- \n{message.footer.strip()}\n" if message.footer.strip() else f"{text}\n"


def html(page: Page) -> str:
    """Lay it out as HTML; every text is escaped, no colour is set but a grey that is read on any ground."""
    message = page.message
    blocks = [_small(page.marker), _block(f"<b>{_lines(message.title)}</b>") if message.title.strip() else ""]
    blocks.append(_block(_linked(message.text)) if message.text.strip() else "")
    blocks += [_picture(picture) for picture in page.pictures]
    if message.code:
        blocks.append(_block(f'<span style="font-family:monospace;font-size:20px">{_lines(message.code)}</span>'))
    blocks += [_block(f"<i>{_linked(note)}</i>") for note in page.notes]
    blocks += [_block(f'<a href="{escape(url)}">{_lines(label)}</a>') for label, url in page.links]
    if message.quote.strip():
        blocks.append(_small(page.above_quote))
        style = f"margin:0 0 16px 0;padding:0 0 0 12px;border-left:3px solid {GREY}"
        blocks.append(f'<blockquote type="cite" style="{style}">{_lines(message.quote.strip(chr(10)))}</blockquote>')
    blocks.append(_small(message.footer, linked=True))
    return _PAGE.format(language=page.language, width=WIDTH, blocks="\n".join(block for block in blocks if block))


_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
</head>
<body style="margin:0;padding:0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr>
<td style="padding:12px;font-family:Arial,sans-serif;font-size:16px;line-height:24px">
<!--[if mso]><table role="presentation" width="{width}" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<div style="max-width:{width}px">
{blocks}
</div>
<!--[if mso]></td></tr></table><![endif]-->
</td>
</tr>
</table>
</body>
</html>
"""


def _block(inside: str) -> str:
    return f'<p style="margin:0 0 16px 0">{inside}</p>'


def _small(text: str, *, linked: bool = False) -> str:
    if not text.strip():
        return ""
    inside = _linked(text.strip()) if linked else _lines(text.strip())
    return f'<p style="margin:0 0 16px 0;color:{GREY};font-size:13px;line-height:18px">{inside}</p>'


def _picture(picture: Shown) -> str:
    width = f' width="{min(picture.width, WIDTH)}"' if picture.width else ""
    style = "display:block;max-width:100%;height:auto;border:0"
    source = f"cid:{picture.content_id}"
    return _block(f'<img src="{source}" alt="{escape(picture.name)}"{width} style="{style}">')


def _lines(text: str) -> str:
    """Text with its line breaks and its indentation, which HTML would swallow."""
    escaped = escape(clean(text)).replace("\t", "    ").replace("\n ", "\n&nbsp;").replace("  ", "&nbsp; ")
    return escaped.replace("\n", "<br>\n")


def _linked(text: str) -> str:
    """Words with the addresses of pages in them as links."""
    parts = _URL.split(clean(text))
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if index % 2 else _lines(part)
        for index, part in enumerate(parts)
    )


def page_of(
    message: Outgoing, notes: Sequence[str], pictures: Sequence[Shown], language: str, texts: Texts = OURS
) -> Page:
    return Page(message=message, notes=tuple(notes), pictures=tuple(pictures), language=language, texts=texts)
