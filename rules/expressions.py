"""Regular expressions that cannot hang: compiled by RE2, which reads every text once.

RE2 has no look-around and no back-references, which is why its time grows with the text and not with its square.
"""

import re
from typing import Any

from desk.said import Said
from rules.conditions import WrongValue

# Time is the text's length (at most rules.message.READ) times the expression's size, so that has a limit too.
SIZE_LIMIT = 4_000  # RE2's instructions; "сч[её]т.{0,40}оплат" has about four hundred
# RE2 knows \w and \b for Latin letters only, and a Russian expression with them would never match.
_LETTER = r"0-9A-Za-z_\x{c0}-\x{24f}\x{400}-\x{52f}"
_CLASS = r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]"
_TOKEN = re.compile(rf"\\Q.*?(?:\\E|$)|\\.|{_CLASS}", re.DOTALL)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_REASONS = {
    "missing )": "rules.not_closed_round",
    "unexpected )": "rules.closes_nothing",
    "missing ]": "rules.not_closed_square",
    "bad repetition operator": "rules.two_repetitions",
    "no argument for repetition operator": "rules.repeats_nothing",
    "invalid perl operator": "rules.look_around",
    "invalid escape sequence": "rules.unknown_escape",
    "invalid character class range": "rules.wrong_range",
    "invalid repetition size": "rules.too_many_repetitions",
    "trailing \\": "rules.trailing_backslash",
    "invalid named capture group": "rules.group_name",
    "pattern too large": "rules.too_big",
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
            raise WrongValue(_in_plain_words(_decoded(reason))) from error
        except UnicodeEncodeError as error:
            half = Said("rules.half_a_character")
            raise WrongValue(Said("rules.expression_unread", reason=half)) from error
        if self._compiled.programsize > SIZE_LIMIT:
            raise WrongValue(Said("rules.expression_too_big"), Said("rules.expression_too_big_hint"))

    def found_in(self, text: bytes) -> bool:
        """Return whether it matches anywhere in the UTF-8 text."""
        return self._compiled.search(text) is not None


def _with_russian_letters(pattern: str) -> str:
    latin_only = pattern.isascii()

    def replace(match: re.Match[str]) -> str:
        token = match[0]
        if token in {r"\b", r"\B"} and not latin_only:
            raise WrongValue(Said("rules.latin_only", token=token), Said("rules.latin_only_hint"))
        if token.startswith("["):
            return _ESCAPE.sub(lambda escape: _LETTER if escape[0] == r"\w" else escape[0], token)
        return {r"\w": f"[{_LETTER}]", r"\W": f"[^{_LETTER}]"}.get(token, token)

    return _TOKEN.sub(replace, pattern)


def _in_plain_words(reason: str) -> Said:
    name, _, place = reason.partition(": ")
    plain = Said(_REASONS[name]) if name in _REASONS else name
    if place:
        return Said("rules.expression_unread_at", reason=plain, place=place)
    return Said("rules.expression_unread", reason=plain)


def _decoded(reason: object) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
