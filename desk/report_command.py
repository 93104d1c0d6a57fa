"""`report` on the command line: a workbook, or the figures as text."""

from collections.abc import Callable
from pathlib import Path

from desk import books, cases, report_words, reports
from desk.desk import Desk
from desk.errors import Refusal
from desk.periods import Period, Sort, parse
from desk.prints import Book

SUFFIX = ".xlsx"

Write = Callable[[Book, Path], None]


def period(*, week: str | None, month: str | None, quarter: str | None) -> Period:
    """The period that one of the options names; Refusal when it is no such period."""
    given = {Sort.WEEK: week, Sort.MONTH: month, Sort.QUARTER: quarter}
    sort, text = next((sort, text) for sort, text in given.items() if text is not None)
    found = parse(text)
    if found is None or found.sort is not sort:
        raise Refusal("report.bad_period", text=text[:100])
    return found


def file(out: Path | None) -> Path | None:
    """Where to write to; Refusal for what is no workbook."""
    if out is not None and out.suffix.casefold() != SUFFIX:
        raise Refusal("report.bad_file", file=out.name)
    return out


async def carry_out(desk: Desk, chosen: Period, client: str, out: Path | None, write: Write) -> str:
    """Make the report and write it; what to print."""
    if chosen.bounds(desk.settings.desk.zone)[0] > desk.now():
        raise Refusal("report.future", period=report_words.title(desk, chosen))
    of = None
    if client:
        async with desk.view() as view:
            of = await cases.whose(view, client)
    report = await reports.made(desk, chosen, of)
    if out is None:
        return report_words.full_text(desk, report)
    write(books.book(desk, report), out)
    return desk.say("report.written", file=out)
