"""A mail's HTML made harmless to look at: nothing is fetched, nothing runs, its own pictures are in it.

Rule: this only spares the browser what the page's policy forbids anyway (`POLICY`, with a sandbox): the words and looks
stay, scripts, frames, forms' aims and everything from other hosts go, and what went of the latter is counted.
"""

import re
from collections.abc import Mapping
from html import escape
from html.entities import html5
from html.parser import HTMLParser
from typing import Final

POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
"""Same origin lets the page hear clicks on links; without allow-scripts nothing in the mail can make use of it."""

LARGEST: Final = 600_000
"""Characters of HTML that are shown."""

_GONE: Final = frozenset({"script", "iframe", "object", "applet", "noscript", "template", "title", "frameset", "svg"})
_EMPTY: Final = frozenset({"link", "meta", "base", "embed", "frame", "html", "head", "body", "param"})
_FETCHING: Final = frozenset({"src", "background", "poster", "data", "lowsrc", "dynsrc", "xlink:href"})
_DROPPED: Final = frozenset({"srcset", "action", "formaction", "ping", "target", "autofocus", "http-equiv", "sizes"})
# Possessive, and never past the next bracket: a letter is looked at once, however the mail's author nests them.
_URL: Final = re.compile(r"url\((?!\s*+['\"]?+\s*+data:)[^()]*+\)?|@import[^;]*+;?", re.IGNORECASE)
_NUMBERLESS: Final = re.compile(r"&#(?!(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F])")
"""What looks like a character's number and is none: for each the parser would look through all that follows."""
_LINK: Final = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_DRESS: Final = (
    "html{background:#fff;color:#17202b}html,body{height:auto!important}"
    "body{margin:10px 12px;font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}a{color:#1f62c9}"
    "blockquote{margin:8px 0;padding-left:10px;border-left:3px solid #c3ccd8}"
)


class _Harmless(HTMLParser):
    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.remote = 0
        self.used: set[str] = set()
        self._pictures = pictures
        self._gone: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._gone or tag in _GONE:
            if tag in _GONE:
                self._gone.append(tag)
            return
        if tag in _EMPTY:
            self._count_of(tag, dict(attrs))
            return
        self._style = tag == "style"
        kept = [pair for name, value in attrs if (pair := self._attribute(tag, name, value or "")) is not None]
        said = "".join(f' {name}="{escape(value)}"' for name, value in kept)
        self.out.append(f"<{tag}{said}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _GONE:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._gone:
            if tag in self._gone:
                while self._gone.pop() != tag:
                    pass
            return
        self._style = False
        if tag not in _EMPTY:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._gone:
            # A bare "<" must not make a tag of the words that stand behind whatever has gone.
            self.out.append(self._without_urls(data) if self._style else data.replace("<", "&lt;"))

    def broken_off(self) -> None:
        """Show what the parser has not got to the end of as it stands: `close` would begin anew at its every letter."""
        rest, self.rawdata = self.rawdata, ""
        self.handle_data(rest if self._style else escape(rest, quote=False))

    def handle_entityref(self, name: str) -> None:
        # «AT&T» is no entity but letters.
        self.handle_data(f"&{name};" if f"{name};" in html5 else f"&amp;{name}")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _attribute(self, tag: str, name: str, value: str) -> tuple[str, str] | None:
        if not re.fullmatch(r"[a-z][a-z0-9:_-]*", name) or name.startswith("on") or name in _DROPPED:
            return None
        if name == "href" and tag in {"a", "area"}:
            return (name, value) if _LINK.match(value.strip()) else None
        if name in _FETCHING or name == "href":
            return self._fetching(name, value.strip())
        if name == "style":
            return name, self._without_urls(value)
        return name, value

    def _fetching(self, name: str, value: str) -> tuple[str, str] | None:
        if value.lower().startswith("cid:"):
            cid = value[4:].strip()
            self.used.add(cid)
            return (name, self._pictures[cid]) if cid in self._pictures else None
        if value.lower().startswith("data:image/"):
            return name, value
        self.remote += 1
        return None

    def _count_of(self, tag: str, attrs: Mapping[str, str | None]) -> None:
        if tag == "link" and attrs.get("href"):
            self.remote += 1
        if tag == "body" and (attrs.get("background") or "").lower().startswith(("http", "//")):
            self.remote += 1

    def _without_urls(self, css: str) -> str:
        css, count = _URL.subn("none", css)
        self.remote += count
        return css


def harmless(html: str, pictures: Mapping[str, str]) -> tuple[str, int, set[str]]:
    """The document; how many things of other hosts it does without; which of `pictures` (cid → data:) it uses."""
    parser = _Harmless(pictures)
    parser.feed(_NUMBERLESS.sub("&amp;#", html[:LARGEST]))
    parser.broken_off()
    head = f'<!doctype html><html><head><meta charset="utf-8"><style>{_DRESS}</style></head><body>'
    return f"{head}{''.join(parser.out)}</body></html>", parser.remote, parser.used
