"""Where in a letter a quotation begins, and whether its lines bear marks. Each line is looked at a few times at most.

Rule: a quotation is taken for one only when something says that it is: a program's line, a block of fields, our marker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from desk.texts import LANGUAGES, say
from mail import attributions
from mail import quote_marks as marks

MARKER_WITHIN = 40  # lines of a quotation in which our marker may stand
NEXT_WITHIN = 5  # lines in which the quoted text follows what announces it
FIRST_LINES = 3  # of a quotation, in which its announcement may be quoted too


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Lines from `start` are old: what announces it, and from `below` on itself.

    `marked`: each of its lines bears ">", so that what does not is new.
    """

    start: int
    below: int
    marked: bool


class Forwarded(Exception):
    """A forwarded letter comes first."""


def bare(line: str) -> str:
    """A marker without its dashes, as it is compared."""
    return line.strip("—–- ").lower()


@cache
def markers() -> frozenset[str]:
    """The line that our mails ask to answer above, in each language, without its dashes."""
    return frozenset(bare(say(language, "mail.marker")) for language in LANGUAGES)


@lru_cache(maxsize=8)
def _openings(markers: frozenset[str]) -> frozenset[str]:
    """The letters that a stroke, our marker and the line above a forwarded letter may begin with."""
    words = {*markers, *marks.FORWARDED_BEGINS}
    return frozenset("—–-_=") | {form for word in words for form in (word[:1].lower(), word[:1].upper())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A letter's lines and their heads; `reply`: its subject says that it answers something.

    `near`: the lines in which an attribution may begin, since it ends there or a little below. `markers`: the lines
    that our mails ask to answer above, bare.
    """

    lines: Sequence[str]
    heads: Sequence[str]
    near: frozenset[int]
    reply: bool
    markers: frozenset[str]

    @classmethod
    def of(cls, lines: Sequence[str], *, reply: bool, also: frozenset[str] = frozenset()) -> "Search":
        """`also`: further markers, in the operator's own words."""
        heads = marks.heads(lines)
        ends = [place for place, head in enumerate(heads) if head and head[-1] in attributions.ENDS]
        near = frozenset(end - above for end in ends for above in range(attributions.ATTRIBUTION_LINES))
        return cls(lines=lines, heads=heads, near=near, reply=reply, markers=markers() | also)

    def first(self, begin: int) -> Quotation | None:
        """Return the first quotation from `begin` on; Forwarded when a forwarded letter comes before any."""
        openings = _openings(self.markers)
        for index in range(begin, len(self.lines)):
            head = self.heads[index]
            if not head:
                continue
            opens = head[0] in openings
            quoted = marks.is_quoted(self.lines[index])
            if not opens and not quoted and ":" not in head and index not in self.near:
                continue  # nearly all lines are somebody's words, and that is seen at little cost
            if opens and marks.is_forwarded(head):
                raise Forwarded
            if not quoted:
                found = self._announced(index)
            elif index and marks.is_quoted(self.lines[index - 1]):
                continue  # the block was looked at where it began
            else:
                found = self._marked(index)
            if found:
                return found
        return None

    def announcing(self, index: int) -> int:
        """Return how many lines here announce quoted lines; 0: none."""
        size = self._attribution(index)
        return size if size and self._quoted_next(index + size) else 0

    def _announced(self, index: int) -> Quotation | None:
        """Return the quotation that this line begins by saying that it does."""
        fields = marks.field_block(self.heads, index) if ":" in self.heads[index] else 0
        if marks.is_original(self.heads[index]) or fields:
            below = fields or self._below_fields(index + 1)
            return Quotation(start=self._above_stroke(index), below=below, marked=self._quoted_next(below))
        size, sure = attributions.attribution(self.heads, index) if index in self.near else (0, False)
        if size and self._quoted_next(index + size):
            return Quotation(start=marks.above_fields(self.heads, index), below=index + size, marked=True)
        if size and sure and not any(marks.is_forwarded(head) for head in self._few_heads(index + size)):
            return Quotation(start=index, below=index + size, marked=False)
        if self.reply and attributions.names_person_alone(self.heads[index]) and self._quoted_at_length(index + 1):
            return Quotation(start=index, below=index + 1, marked=True)
        if self._is_marker(index):
            return Quotation(start=self._above(index), below=index + 1, marked=self._quoted_next(index + 1))
        return None

    def _marked(self, index: int) -> Quotation | None:
        """Return the quotation whose first ">" stands here, if something says that it is one and no list or paste."""
        for place in range(index, min(index + FIRST_LINES, len(self.lines))):
            if not marks.is_quoted(self.lines[place]):
                break
            if marks.is_forwarded(self.heads[place]):
                raise Forwarded
            told = self._is_marker(place) or marks.is_original(self.heads[place])
            if told or self._attribution(place) or (self.heads[place] and marks.field_block(self.heads, place)):
                return Quotation(start=self._above(index), below=index, marked=True)
        start = self._above(index)
        below = range(index, min(index + MARKER_WITHIN, len(self.lines)))
        if start < index or any(self._is_marker(place) for place in below):
            return Quotation(start=start, below=index, marked=True)
        return None

    def _attribution(self, index: int) -> int:
        return attributions.attribution(self.heads, index)[0] if index in self.near and self.heads[index] else 0

    def _below_fields(self, index: int) -> int:
        """Return where the text begins when a block of fields follows."""
        for place in range(index, min(index + FIRST_LINES, len(self.lines))):
            if self.heads[place] and (below := marks.field_block(self.heads, place)):
                return below
        return index

    def _above_stroke(self, index: int) -> int:
        """Return where the quotation begins: with the stroke above its header, if there is one."""
        above = index
        while above and index - above < FIRST_LINES and not self.heads[above - 1]:
            above -= 1
        return above - 1 if above and marks.is_rule(self.heads[above - 1]) else index

    def _above(self, index: int) -> int:
        """Return where the quotation begins: with the line that announces it in whatever language, if there is one."""
        above = index
        while above and not self.lines[above - 1].strip():
            above -= 1
        return above - 1 if above and attributions.announces(self.heads[above - 1]) else index

    def _is_marker(self, index: int) -> bool:
        return bare(self.heads[index]) in self.markers

    def _few_heads(self, index: int) -> Sequence[str]:
        return self.heads[index : index + FIRST_LINES]

    def _quoted_at_length(self, index: int) -> bool:
        """Return whether quoted lines follow that are more than somebody's few words passed on."""
        lines = self.lines[index : index + FIRST_LINES]
        return len(lines) == FIRST_LINES and all(marks.is_quoted(line) for line in lines)

    def _quoted_next(self, index: int) -> bool:
        """Return whether the next line that says anything is quoted."""
        found = next((line for line in self.lines[index : index + NEXT_WITHIN] if line.strip()), "")
        return marks.is_quoted(found)
