"""One text of a mail, plain or HTML, laid out only when somebody looks at it."""

import re
from functools import cached_property

from mail import markup, tags

_WORD = re.compile(r"\w{3,40}")
_STYLE = re.compile(r"<(?:style|script|title)\b[^<>]*+>[^<]*+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]{1,2000}")


class Words:
    """`source` as it came; `kept`: it goes on as a file too; `instead`: it stands in for texts that are missing.

    `tags` of HTML are laid out, what follows them comes as bare words.
    """

    def __init__(self, source: str, *, is_html: bool, kept: bool, instead: bool = False, tags: int = 0) -> None:
        self.source = source
        self.is_html = is_html
        self.kept = kept
        self.instead = instead
        self._tags = tags

    @cached_property
    def _laid_out(self) -> str:
        return markup.to_text(self.source, tags=self._tags)

    def text(self) -> str:
        return self._laid_out if self.is_html else self.source

    def vocabulary(self, *, exactly: bool = False) -> set[str]:
        """Return the words that are said, roughly or as a reader sees them; addresses of links are none."""
        text = self.source
        if self.is_html:
            text = self._laid_out if exactly else tags.readable(_TAG.sub(" ", _STYLE.sub(" ", text)))
        return set(_WORD.findall(_LINK.sub(" ", text).lower()))
