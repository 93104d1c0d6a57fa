"""Which part of a mail the client wrote now, and which is the letter that it answers. Linear in the text's length.

Rule: nothing is thrown away, and when it is unsure that a passage is a quotation or a signature it stays with the
client's words. A forwarded letter is what the client wants us to read, and so are answers written between quoted lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from mail import quote_marks as marks
from mail import sign_offs
from mail.quotations import Forwarded, Quotation, Search

LINES = 5_000  # of a letter that are looked at; what stands below them shares the lot of the last one, or all is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A mail's text in two parts: every line of it is in one of them, in its order."""

    said: str
    rest: str = ""  # the quotation and the signature
    signature: str = ""  # those lines of the rest that are the sender's own


class _What(Enum):
    """What a line is."""

    NEW = "new"
    OLD = "old"
    SIGNED = "signed"


def fold(text: str, subject: str = "") -> tuple[str, str]:
    """Return what the client said and the folded rest; every line of the text is in one of the two."""
    folded = apart(text, subject)
    return folded.said, folded.rest


def apart(text: str, subject: str = "", markers: frozenset[str] = frozenset()) -> Folded:
    """Tell the client's words from what they quote and how they sign; `markers`: see `quotations.Search`."""
    whole = Folded(said=text.strip())
    if marks.is_forward_subject(subject):
        return whole
    lines = text.split("\n", LINES)
    beyond = lines.pop() if len(lines) > LINES else ""
    letter = _Letter(Search.of(lines, reply=marks.is_reply_subject(subject), also=markers))
    try:
        letter.label()
    except Forwarded:
        return whole
    said = letter.text_of(_What.NEW)
    if not said or (beyond and not letter.covers(beyond)):
        return whole  # nothing new: what is quoted may be all that was meant
    rest = letter.text_of(_What.OLD, _What.SIGNED)
    return Folded(
        said=said,
        rest=f"{rest}\n{beyond}".rstrip() if beyond else rest,
        signature=letter.text_of(_What.SIGNED),
    )


class _Letter:
    """A letter's lines, each with what it is."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._lines: Sequence[str] = search.lines
        self._what = [_What.NEW] * len(search.lines)
        self._unmarked = False  # from some line on all is old

    def label(self) -> None:
        """Find out what each line is; Forwarded when a forwarded letter comes before any quotation."""
        quotation = self._search.first(0)
        if not quotation:
            self._label_signatures(0)
        elif quotation.marked:
            self._label_marked(quotation)
        elif self._label_below(0, quotation.start):
            self._label_signatures(0)

    def covers(self, beyond: str) -> bool:
        """Return whether the quotation that these lines end in goes on to the end of what was not looked at."""
        if self._what[-1] is not _What.OLD:
            return False
        return self._unmarked or all(marks.is_quoted(line) or not line.strip() for line in beyond.split("\n"))

    def text_of(self, *wanted: _What) -> str:
        """The lines of these kinds, with an empty line where others stood between."""
        stretches = (self._lines[begin:end] for begin, end in self._stretches(0, *wanted))
        texts = ("\n".join(stretch).strip() for stretch in stretches)
        return "\n\n".join(text for text in texts if text)

    def _label_marked(self, quotation: Quotation) -> None:
        """What bears ">" is old, and so are the lines that announce more of it."""
        self._set(quotation.start, quotation.below, _What.OLD)
        index = last = quotation.below
        said = between = False  # something was said since; and it was between quoted lines
        while index < len(self._lines):
            quoted = marks.is_quoted(self._lines[index])
            if size := 1 if quoted else self._search.announcing(index):
                between = between or said
                self._set(index, index + size, _What.OLD)
                last = index = index + size
            else:
                said = said or bool(self._lines[index].strip())
                index += 1
        if between:  # such answers make sense only with the questions
            self._set(0, len(self._lines), _What.NEW)
            self._label_signatures(last)
        else:
            self._label_unmarked(last)
            self._label_signatures(0)

    def _label_unmarked(self, begin: int) -> None:
        """Below the last quoted line there may be another quotation that bears no marks."""
        try:
            quotation = self._search.first(begin)
        except Forwarded:
            return
        if not quotation or quotation.marked:
            return
        if any(line.strip() for line in self._lines[begin : quotation.start]):
            self._label_below(begin, quotation.start)
        else:
            self._set_old(quotation.start)

    def _label_below(self, begin: int, start: int) -> bool:
        """Nothing tells old from new from `start` on. All is old when something was said between `begin` and there."""
        said = "\n".join(self._lines[begin:start]).strip()
        pasted = said.endswith(":") and not marks.is_rule(self._search.heads[start])
        if not said or pasted or marks.is_greeting(said) or marks.answers_inside(said):
            return False
        self._set_old(start)
        return True

    def _label_signatures(self, begin: int) -> None:
        """People sign below their words, above a quotation or below it."""
        for start, end in list(self._stretches(begin, _What.NEW)):
            for first, stop in sign_offs.find(self._lines, self._search.heads, start, end):
                self._set(first, stop, _What.SIGNED)

    def _set_old(self, start: int) -> None:
        self._unmarked = True
        self._set(start, len(self._lines), _What.OLD)

    def _set(self, start: int, stop: int, what: _What) -> None:
        self._what[start:stop] = [what] * (stop - start)

    def _stretches(self, first: int, *wanted: _What) -> Iterator[tuple[int, int]]:
        """Where neighbours of these kinds begin and end."""
        begin = first
        for meant, run in groupby(self._what[first:], wanted.__contains__):
            end = begin + len(list(run))
            if meant:
                yield begin, end
            begin = end
