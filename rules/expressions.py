"""Regular expressions that cannot hang: compiled by RE2, which reads every text once.

RE2 has no look-around and no back-references, which is why its time grows with the text and not with its square.
"""

import re
from typing import Any

from rules.conditions import WrongValue

# Time is the text's length (at most rules.message.READ) times the expression's size, so that has a limit too.
SIZE_LIMIT = 4_000  # RE2's instructions; "сч[её]т.{0,40}оплат" has about four hundred
# RE2 knows \w and \b for Latin letters only, and a Russian expression with them would never match.
_LETTER = r"0-9A-Za-z_\x{c0}-\x{24f}\x{400}-\x{52f}"
_CLASS = r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]"
_TOKEN = re.compile(rf"\\Q.*?(?:\\E|$)|\\.|{_CLASS}", re.DOTALL)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_REASONS = {
    "missing )": "a “(” is not closed",
    "unexpected )": "a “)” closes nothing",
    "missing ]": "a “[” is not closed",
    "bad repetition operator": "two signs of repetition stand side by side",
    "no argument for repetition operator": "a sign of repetition repeats nothing",
    "invalid perl operator": "look-ahead, look-behind and the like are not known, for they could hang the desk",
    "invalid escape sequence": "an unknown escape; back-references are not known, for they could hang the desk",
    "invalid character class range": "a range in “[…]” is unknown, not closed or runs backwards",
    "invalid repetition size": "more than 1000 repetitions",
    "trailing \\": "it ends with a single “\\”",
    "invalid named capture group": "a group has no proper name",
    "pattern too large": "it is too big",
}


class Expression:
    """A compiled expression, not minding case."""

    def __init__(self, pattern: str) -> None:
        """Compile; raise WrongValue with the reason in plain words."""
        # Imported here: the library comes with a compiled part that only expressions need.
        import re2

        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        try:
            self._compiled: Any = re2.compile(_with_russian_letters(pattern), options=options)
        except re2.error as error:
            reason = error.args[0]
            raise WrongValue(f"the expression cannot be read: {_in_plain_words(_decoded(reason))}") from error
        except UnicodeEncodeError as error:
            raise WrongValue("the expression cannot be read: it holds half a character") from error
        if self._compiled.programsize > SIZE_LIMIT:
            raise WrongValue("the expression is too big", "Repeat less, or write two rules.")

    def found_in(self, text: bytes) -> bool:
        """Return whether it matches anywhere in the UTF-8 text."""
        return self._compiled.search(text) is not None


def _with_russian_letters(pattern: str) -> str:
    latin_only = pattern.isascii()

    def replace(match: re.Match[str]) -> str:
        token = match[0]
        if token in {r"\b", r"\B"} and not latin_only:
            raise WrongValue(
                f"“{token}” knows Latin letters only, so beside Russian ones the rule would never match",
                r"For whole words use mentions, or write (^|\W) and (\W|$).",
            )
        if token.startswith("["):
            return _ESCAPE.sub(lambda escape: _LETTER if escape[0] == r"\w" else escape[0], token)
        return {r"\w": f"[{_LETTER}]", r"\W": f"[^{_LETTER}]"}.get(token, token)

    return _TOKEN.sub(replace, pattern)


def _in_plain_words(reason: str) -> str:
    name, _, place = reason.partition(": ")
    return f"{_REASONS.get(name, name)}" + (f", at “{place}”" if place else "")


def _decoded(reason: object) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
