"""How much answers and articles were used in a period, as one line of its report."""

from desk.desk import Desk
from desk.periods import Period
from desk.workbench import Sort, Use


async def lines(desk: Desk, period: Period) -> list[str]:
    """Nothing while nobody uses them."""
    since, until = period.bounds(desk.settings.desk.zone)
    async with desk.view() as view:
        counts = {
            name: await view.count(Use, sort=sort, what=what, at__ge=since, at__lt=until)
            for name, sort, what in (
                ("sent", Sort.ANSWER, "sent"),
                ("articles", Sort.ARTICLE, "sent"),
                ("helped", Sort.ARTICLE, "helped"),
                ("person", Sort.ARTICLE, "not helped"),
            )
        }
    return [desk.say("library.report", **counts)] if any(counts.values()) else []
