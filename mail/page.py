"""Lines that grow while a letter is laid out: the letter itself, or one cell of a table. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Page:
    """`lines` are finished, `pieces` make the one that is being written; `quotes` stand open around it."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    quotes: int = 0
    bullet: str = ""
    wants_gap: bool = False

    def end_line(self, *, forced: bool = False) -> None:
        words = "".join(self.pieces)
        self.pieces.clear()
        forced = forced or "\xa0" in words  # a paragraph of one hard space is how Word writes an empty line
        words = words.replace("\xa0", " ").rstrip()
        if words:
            self.put(f"{self.bullet}{words}")
            self.bullet = ""
        elif forced:
            self.put("")

    def put(self, line: str) -> None:
        if self.wants_gap and self.lines and self.lines[-1] not in ("", ">"):
            self.lines.append(">" if self.quotes and self.lines[-1].startswith(">") else "")
        self.wants_gap = False
        if self.quotes and not line.startswith(">"):
            line = f"> {line}" if line else ">"
        self.lines.append(line)

    def gap(self) -> None:
        self.end_line()
        self.wants_gap = True
