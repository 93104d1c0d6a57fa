"""What the workbook of a report holds: a summary, figures by line and so on, tickets, time spent, what waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk import plans, posters
from desk import report_words as words
from desk.desk import Desk
from desk.fates import Fate, Took
from desk.figures import Kept, Report, Row
from desk.prints import Book, Column, Fact, Form, Sheet, Value
from desk.report_words import Name
from desk.waits import Wait, Whom

LONG, NAMED = 50, 28
"""Characters' width of columns with texts, and with names."""


def book(desk: Desk, report: Report) -> Book:
    """The whole workbook."""
    whose = report.client or desk.settings.desk.name
    return Book(
        title=words.heading(desk, report),
        subtitle=f"{whose} · {desk.say('report.made_at', at=words.moment(desk, report.made_at))}",
        summary=desk.say("report.sheet_summary"),
        facts=tuple(_facts(desk, report)),
        charts=posters.charts(desk, report),
        sheets=(
            _figures(desk, "line", report.lines, report.total, words.line_name),
            _figures(desk, "type", report.types, report.total, words.type_name),
            _figures(desk, "priority", words.by_urgency(report.priorities), report.total, words.priority_name),
            _figures(desk, "client", report.clients, report.total, words.client_name),
            _figures(desk, "engineer", report.engineers, report.total, words.engineer_name),
            _tickets(desk, report),
            _spent(desk, report),
            _waits(desk, report),
        ),
        author=desk.settings.desk.name,
        made_at=_wall(desk, report.made_at),
    )


def _wall(desk: Desk, at: datetime) -> datetime:
    """A moment on the desk's own clock; a cell knows no zones."""
    return at.astimezone(desk.settings.desk.zone).replace(tzinfo=None, microsecond=0)


def _facts(desk: Desk, report: Report) -> list[Fact]:
    total = report.total

    def head(key: str) -> Fact:
        return Fact(label=desk.say(f"report.head_{key}"), value=None, head=True)

    def fact(key: str, value: Value, form: Form = Form.WHOLE) -> Fact:
        return Fact(label=desk.say(f"report.column_{key}"), value=value, form=form)

    def promise(key: str, kept: Kept) -> list[Fact]:
        return [
            head(key),
            fact("share", kept.share, Form.SHARE),
            fact("kept", kept.kept),
            fact("broken", kept.broken),
            fact("pending", kept.pending),
            fact("without", kept.without),
            fact("median", kept.median, Form.LENGTH),
            fact("ninety", kept.ninety, Form.LENGTH),
        ]

    return [
        head("counts"),
        fact("before", report.was_open),
        fact("taken", total.taken),
        fact("came_back", report.came_back),
        fact("solved", total.solved),
        fact("closed", total.closed),
        fact("open", total.open),
        fact("reopened", total.reopened),
        *promise("answer", total.answer),
        *promise("solve", total.solve),
        head("marks"),
        fact("mark", total.mark, Form.NUMBER),
        fact("marks", total.marks),
        fact("low", total.low),
        head("spent"),
        fact("spent", timedelta(minutes=total.minutes), Form.LENGTH),
        fact("billed", total.billed, Form.LENGTH),
        head("waits"),
        *(Fact(label=desk.say(f"report.wait_{one.whom.value}"), value=len(one.waits)) for one in report.waits),
    ]


_FIGURES: Sequence[tuple[str, Form, int]] = (
    ("taken", Form.WHOLE, 10), ("solved", Form.WHOLE, 10), ("closed", Form.WHOLE, 16), ("open", Form.WHOLE, 17),
    ("reopened", Form.WHOLE, 15),
    ("answer_share", Form.SHARE, 15), ("answer_median", Form.LENGTH, 16), ("answer_ninety", Form.LENGTH, 14),
    ("solve_share", Form.SHARE, 17), ("solve_median", Form.LENGTH, 18), ("solve_ninety", Form.LENGTH, 15),
    ("mark", Form.NUMBER, 16), ("marks", Form.WHOLE, 9), ("low", Form.WHOLE, 9),
    ("spent", Form.LENGTH, 12), ("billed", Form.LENGTH, 12),
)  # fmt: skip


def _columns(desk: Desk, *columns: tuple[str, Form, int]) -> tuple[Column, ...]:
    return tuple(Column(title=desk.say(f"report.column_{key}"), form=form, width=width) for key, form, width in columns)


def _figures(desk: Desk, key: str, rows: Sequence[Row], total: Row, name: Name) -> Sheet:
    """A row of figures for each line (type, priority, client, engineer), and their sum."""
    last = replace(total, name="")
    return Sheet(
        title=desk.say(f"report.sheet_{key}s" if key != "priority" else "report.sheet_priorities"),
        columns=_columns(desk, (key, Form.WORDS, NAMED), *_FIGURES),
        rows=(
            *((name(desk, row.name), *_values(row)) for row in rows),
            (desk.say("report.column_total"), *_values(last)),
        ),
        total=True,
    )


def _values(row: Row) -> tuple[Value, ...]:
    return (
        row.taken, row.solved, row.closed, row.open, row.reopened,
        row.answer.share, row.answer.median, row.answer.ninety,
        row.solve.share, row.solve.median, row.solve.ninety,
        row.mark, row.marks, row.low,
        timedelta(minutes=row.minutes), row.billed,
    )  # fmt: skip


def _tickets(desk: Desk, report: Report) -> Sheet:
    """Every ticket that a figure of the period counts."""
    counted = [one for one in report.fates if _counts(one)]
    columns = _columns(
        desk,
        ("number", Form.WORDS, 10), ("subject", Form.WORDS, LONG), ("client", Form.WORDS, NAMED),
        ("line", Form.WORDS, 18), ("type", Form.WORDS, 15), ("priority", Form.WORDS, 13),
        ("engineer", Form.WORDS, 20), ("status", Form.WORDS, 15), ("plan", Form.WORDS, 20),
        ("created", Form.MOMENT, 17), ("answer", Form.LENGTH, 12), ("answer_limit", Form.LENGTH, 18),
        ("answer_share", Form.WORDS, 15),
        ("done", Form.MOMENT, 19), ("solve", Form.LENGTH, 12), ("solve_limit", Form.LENGTH, 17),
        ("solve_share", Form.WORDS, 17),
        ("closing", Form.WORDS, 24), ("spent", Form.LENGTH, 12), ("billed", Form.LENGTH, 12),
        ("stars", Form.WHOLE, 9), ("words", Form.WORDS, LONG),
    )  # fmt: skip
    rows = tuple(_ticket(desk, one) for one in counted)
    return Sheet(title=desk.say("report.sheet_tickets"), columns=columns, rows=rows)


def _counts(fate: Fate) -> bool:
    case = fate.case
    return bool(fate.taken or fate.done or fate.open or fate.reopened or case.mark or case.spent)


def _ticket(desk: Desk, fate: Fate) -> tuple[Value, ...]:
    ticket, case = fate.case.ticket, fate.case
    plan = plans.of(desk, ticket)
    none = Took(used=None, limit=None, broken=False)
    answer, solve = fate.answer or none, fate.solve or none
    closing = desk.say(f"report.closing_{ticket.closing.value}") if ticket.closing else None
    return (
        desk.number(ticket.id), ticket.subject, case.client, words.line_name(desk, ticket.line),
        words.type_name(desk, ticket.type.value if ticket.type else ""),
        words.priority_name(desk, ticket.priority.value),
        ticket.taken_by, desk.say(f"group.status_{ticket.status.value}"), plan.title if plan else None,
        _wall(desk, ticket.created_at), answer.used, answer.limit, _kept(desk, answer),
        _wall(desk, fate.done.since) if fate.done else None, solve.used, solve.limit, _kept(desk, solve), closing,
        sum((timedelta(minutes=one.minutes) for one in case.spent), timedelta()) if case.spent else None,
        case.billed or None, case.mark.stars if case.mark else None, case.mark.words if case.mark else None,
    )  # fmt: skip


def _kept(desk: Desk, took: Took) -> str | None:
    """Whether a promise was kept; nothing while that is open, or where nothing was promised."""
    if took.broken:
        return desk.say("report.no")
    return desk.say("report.yes") if took.limit is not None and took.used is not None else None


def _spent(desk: Desk, report: Report) -> Sheet:
    """Every entry of time spent, in order."""
    columns = _columns(
        desk,
        ("at", Form.MOMENT, 17), ("number", Form.WORDS, 10), ("client", Form.WORDS, NAMED),
        ("engineer", Form.WORDS, 20), ("spent", Form.LENGTH, 12), ("comment", Form.WORDS, LONG),
    )  # fmt: skip
    entries = sorted(
        ((entry, one.case) for one in report.fates for entry in one.case.spent),
        key=lambda pair: (pair[0].at, pair[0].id),
    )
    rows = tuple(
        (_wall(desk, entry.at), desk.number(entry.ticket_id), case.client, entry.by, timedelta(minutes=entry.minutes),
         entry.comment)
        for entry, case in entries
    )  # fmt: skip
    return Sheet(title=desk.say("report.sheet_spent"), columns=columns, rows=rows)


def _waits(desk: Desk, report: Report) -> Sheet:
    """What waits on whom now, the oldest first."""
    columns = _columns(
        desk,
        ("whom", Form.WORDS, 14), ("since", Form.MOMENT, 17), ("number", Form.WORDS, 10),
        ("subject", Form.WORDS, LONG), ("client", Form.WORDS, NAMED), ("line", Form.WORDS, 18),
        ("engineer", Form.WORDS, 20), ("status", Form.WORDS, 15),
    )  # fmt: skip
    clients = {one.case.ticket.id: one.case.client for one in report.fates}
    rows = tuple(_wait(desk, each.whom, one, clients[one.ticket.id]) for each in report.waits for one in each.waits)
    return Sheet(title=desk.say("report.sheet_waits"), columns=columns, rows=rows)


def _wait(desk: Desk, whom: Whom, one: Wait, client: str) -> tuple[Value, ...]:
    ticket = one.ticket
    return (
        desk.say(f"report.wait_{whom.value}"), _wall(desk, one.since), desk.number(ticket.id), ticket.subject, client,
        words.line_name(desk, ticket.line), ticket.taken_by, desk.say(f"group.status_{ticket.status.value}"),
    )  # fmt: skip
