"""The words of reports: titles, days, names of rows, figures as people write them; the summary as a text."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from desk import sorts
from desk.desk import Desk
from desk.figures import Kept, Report, Row
from desk.moments import length_in_words, zone_name
from desk.periods import Period, Sort
from desk.tickets import Priority, Type
from desk.waits import Whom

OLDEST = 5
"""Tickets that wait for us longest, named in the text."""

NAME = 60


def title(desk: Desk, period: Period) -> str:
    """«Неделя 48», «Ноябрь 2026», «4 квартал 2026»."""
    if period.sort is Sort.WEEK:
        return desk.say("report.title_week", week=period.first.isocalendar().week)
    if period.sort is Sort.MONTH:
        month = desk.say(f"report.month{period.first.month}")
        return desk.say("report.title_month", month=month, year=period.first.year)
    return desk.say("report.title_quarter", quarter=period.quarter, year=period.first.year)


def days(desk: Desk, report: Report) -> str:
    """«23.11.2026–29.11.2026», and how far it goes where it is not over."""
    period = report.period
    first, last = _day(period.first), _day(period.last)
    if report.until == period.bounds(desk.settings.desk.zone)[1]:
        return desk.say("report.days", first=first, last=last)
    until = _day(report.until.astimezone(desk.settings.desk.zone).date())
    return desk.say("report.days_so_far", first=first, last=last, until=until)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def moment(desk: Desk, at: datetime) -> str:
    """«30.11.2026 10:00 МСК»."""
    zone = zone_name(desk.settings.desk.language, at, desk.settings.desk.timezone)
    return f"{at.astimezone(desk.settings.desk.zone):%d.%m.%Y %H:%M} {zone}"


def share(kept: Kept) -> str:
    """«92 %», rounded down: a hundred percent is what it says."""
    return "—" if kept.share is None else f"{kept.kept * 100 // (kept.kept + kept.broken)} %"


def mark(desk: Desk, row: Row) -> str:
    """«4,6»."""
    if row.mark is None:
        return "—"
    return f"{row.mark:.1f}".replace(".", "," if desk.settings.desk.language == "ru" else ".")


def length(desk: Desk, span: timedelta) -> str:
    return length_in_words(desk.settings.desk.language, span, desk.texts)


def line_name(desk: Desk, key: str) -> str:
    return next((line.title or line.name for line in desk.settings.line if line.name == key), key)


def type_name(desk: Desk, key: str) -> str:
    return sorts.type_in_words(desk, Type(key) if key else None)


def priority_name(desk: Desk, key: str) -> str:
    return sorts.priority_in_words(desk, Priority(key))


def engineer_name(desk: Desk, key: str) -> str:
    return key or desk.say("report.nobody")


def client_name(desk: Desk, key: str) -> str:  # noqa: ARG001 - one shape for all of them
    return key


def by_urgency(rows: Sequence[Row]) -> list[Row]:
    """Priorities in their own order, the most urgent first."""
    order = [one.value for one in Priority]
    return sorted(rows, key=lambda row: order.index(row.key))


def text(desk: Desk, report: Report) -> str:
    """The summary, a few lines: what goes with the picture."""
    return "\n".join([heading(desk, report), *_lines(desk, report)])


def heading(desk: Desk, report: Report) -> str:
    words = {"title": title(desk, report.period), "days": days(desk, report)}
    if report.client:
        return desk.say("report.text_title_client", **words, client=report.client)
    return desk.say("report.text_title", **words)


def _lines(desk: Desk, report: Report) -> list[str]:
    total = report.total
    rows = [
        desk.say(
            "report.text_counts", taken=total.taken, solved=total.solved, closed=total.closed, open=total.open,
            before=report.was_open, reopened=total.reopened,
        ),
        _promise(desk, "answer", total.answer),
        _promise(desk, "solve", total.solve),
    ]  # fmt: skip
    if total.marks:
        rows.append(desk.say("report.text_marks", mark=mark(desk, total), count=total.marks, low=total.low))
    if total.minutes:
        spent, billed = length(desk, timedelta(minutes=total.minutes)), length(desk, total.billed or timedelta())
        rows.append(desk.say("report.text_spent", spent=spent, billed=billed if total.billed else "0"))
    counts = {one.whom.value: len(one.waits) for one in report.waits}
    rows.append(desk.say("report.text_waits", **counts))
    if oldest := _oldest(desk, report):
        rows.append(desk.say("report.text_oldest", tickets=", ".join(oldest)))
    return rows


def _promise(desk: Desk, which: str, kept: Kept) -> str:
    said = [desk.say(f"report.text_{which}_none")]
    if kept.share is not None:
        said = [desk.say(f"report.text_{which}", share=share(kept), kept=kept.kept, all=kept.kept + kept.broken)]
    if kept.median is not None and kept.ninety is not None:
        took = {"median": length(desk, kept.median), "ninety": length(desk, kept.ninety)}
        said.append(desk.say("report.text_took", **took))
    if kept.without or kept.pending:
        said.append(desk.say("report.text_beside", without=kept.without, pending=kept.pending))
    return " ".join(said)


def _oldest(desk: Desk, report: Report) -> list[str]:
    ours = next(one.waits for one in report.waits if one.whom is Whom.US)
    zone = desk.settings.desk.zone
    return [
        desk.say("report.text_since", number=desk.number(one.ticket.id), since=f"{one.since.astimezone(zone):%d.%m}")
        for one in ours[:OLDEST]
    ]


Name = Callable[[Desk, str], str]


def full_text(desk: Desk, report: Report) -> str:
    """The summary with the figures by line, type, priority, client and engineer, for a terminal."""
    parts: list[tuple[str, Sequence[Row], Name]] = [
        (desk.say("report.sheet_lines"), report.lines, line_name),
        (desk.say("report.sheet_types"), report.types, type_name),
        (desk.say("report.sheet_priorities"), by_urgency(report.priorities), priority_name),
        (desk.say("report.sheet_clients"), report.clients, client_name),
        (desk.say("report.sheet_engineers"), report.engineers, engineer_name),
    ]
    rows = [text(desk, report)]
    for head, found, name in parts:
        if found:
            rows += ["", head, *(_row(desk, one, name(desk, one.name)) for one in found)]
    return "\n".join(rows)


def _row(desk: Desk, row: Row, name: str) -> str:
    counts = {"taken": row.taken, "solved": row.solved, "closed": row.closed, "open": row.open}
    plain = "".join(sign if sign.isprintable() else " " for sign in name)[:NAME]
    return desk.say("report.text_row", name=plain, **counts)
