"""What is said seldom: once in so long, or counted over a span, kept in the store's small facts."""

from datetime import datetime, timedelta

from desk.desk import Desk
from desk.ports import Unit


async def may(desk: Desk, unit: Unit, what: str, every: timedelta) -> bool:
    """Whether it was not said within `every`; saying yes is remembered as having said it."""
    key = f"said.{what}"
    said = await unit.recall(key)
    now = desk.now()
    if said and datetime.fromisoformat(said) > now - every:
        return False
    await unit.remember(key, now.isoformat())
    return True


async def times(desk: Desk, unit: Unit, what: str, span: timedelta) -> int:
    """Count one more; how many that makes since the span began with its first."""
    key = f"times.{what}"
    since, _, count = (await unit.recall(key)).partition(" ")
    now = desk.now()
    begun = datetime.fromisoformat(since) if since else now
    number = int(count or 0) + 1
    if begun <= now - span:
        begun, number = now, 1
    await unit.remember(key, f"{begun.isoformat()} {number}")
    return number
