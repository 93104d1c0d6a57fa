"""What the picture of a report shows: six figures and three charts, to be taken in at a glance."""

from datetime import date

from desk import report_words as words
from desk.desk import Desk
from desk.figures import Kept, Report, Row
from desk.periods import Sort
from desk.prints import Bars, Poster, Tile, Tone

ROWS = 4
"""Lines in the chart by line; what is left is one more."""

FINE, POOR = 0.9, 0.75
"""Shares of kept promises from which a figure is green, and below which it is red."""


def poster(desk: Desk, report: Report) -> Poster:
    """The picture's words and numbers."""
    total = report.total
    whose = report.client or desk.settings.desk.name
    return Poster(
        title=words.title(desk, report.period),
        subtitle=words.days(desk, report),
        tiles=(
            Tile(value=str(total.taken), label=desk.say("report.tile_taken")),
            Tile(value=str(total.solved), label=desk.say("report.tile_solved")),
            Tile(value=str(total.open), label=desk.say("report.tile_open")),
            _promise(desk, "answer", total.answer),
            _promise(desk, "solve", total.solve),
            _mark(desk, total),
        ),
        charts=charts(desk, report),
        footer=f"{whose} · {desk.say('report.made_at', at=words.moment(desk, report.made_at))}",
    )


def charts(desk: Desk, report: Report) -> tuple[Bars, ...]:
    """How the period went, by line, and what waits on whom."""
    return _course(desk, report), _parts(desk, report), _waits(desk, report)


def _promise(desk: Desk, which: str, kept: Kept) -> Tile:
    if kept.share is None:
        return Tile(value=words.share(kept), label=desk.say(f"report.tile_{which}"))
    tone = Tone.GOOD if kept.share >= FINE else Tone.BAD if kept.share < POOR else Tone.PLAIN
    label = desk.say(f"report.tile_{which}_of", kept=kept.kept, all=kept.kept + kept.broken)
    return Tile(value=words.share(kept), label=label, tone=tone)


def _mark(desk: Desk, total: Row) -> Tile:
    label = desk.say("report.tile_mark", count=total.marks) if total.marks else desk.say("report.tile_no_mark")
    return Tile(value=words.mark(desk, total), label=label)


def _labels(desk: Desk) -> tuple[str, str]:
    return desk.say("report.taken"), desk.say("report.solved")


def _course(desk: Desk, report: Report) -> Bars:
    """Taken and solved day by day; week by week in a quarter."""
    names = tuple(_part(desk, report.period.sort, first) for first, _ in report.period.parts())
    taken, solved = zip(*report.course, strict=True)
    key = "report.chart_weeks" if report.period.sort is Sort.QUARTER else "report.chart_days"
    return Bars(title=desk.say(key), names=names, labels=_labels(desk), values=(taken, solved))


def _part(desk: Desk, sort: Sort, first: date) -> str:
    if sort is Sort.WEEK:
        return desk.say(f"when.short{first.weekday()}")
    return f"{first:%d.%m}" if sort is Sort.QUARTER else str(first.day)


def _parts(desk: Desk, report: Report) -> Bars:
    """By line, or by priority where there is one line."""
    if len(desk.settings.line) > 1:
        rows, name, key = list(report.lines), words.line_name, "report.chart_lines"
    else:
        rows, name, key = words.by_urgency(report.priorities), words.priority_name, "report.chart_priorities"
    shown = [(name(desk, row.key), row.taken, row.solved) for row in rows[:ROWS]]
    if rest := rows[ROWS:]:
        counts = (sum(row.taken for row in rest), sum(row.solved for row in rest))
        shown.append((desk.say("report.others"), *counts))
    names = tuple(one for one, _, _ in shown)
    values = (tuple(taken for _, taken, _ in shown), tuple(solved for _, _, solved in shown))
    return Bars(title=desk.say(key), names=names, labels=_labels(desk), values=values, lying=True)


def _waits(desk: Desk, report: Report) -> Bars:
    names = tuple(desk.say(f"report.wait_{one.whom.value}") for one in report.waits)
    counts = tuple(len(one.waits) for one in report.waits)
    return Bars(title=desk.say("report.chart_waits"), names=names, values=(counts,), lying=True)
