"""A notice of an outage or other work: it stands in every receipt until its time, and ends by itself."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from desk import outbox, staff
from desk.desk import Desk
from desk.errors import Refusal
from desk.moments import in_words
from desk.orders import Order, mark, reply, without_files
from desk.people import Audit
from desk.ports import Unit

FACT = "notice"
LONGEST = 700
"""Characters; the receipt has room for them, and nobody reads more."""

FARTHEST = timedelta(days=60)
"""Later than so a time is a slip of the finger, or no notice but something for the web site."""

OFF = frozenset({"off", "выкл", "снять", "убрать", "отменить"})
_UNTIL = (
    r"(?:до|until|till)\s+(?:"
    r"(?P<day>\d{1,2})\.(?P<month>0?[1-9]|1[0-2])(?!\d)(?:\.(?P<year>\d{4}))?|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<soon>сегодня|завтра|today|tomorrow))?"
    r"(?:(?:^|\s+|,\s*)?(?:в\s+|at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?!\d|\.\d))?"
)
_AT_END = re.compile(rf"(?:^|[\s,;(—–-]){_UNTIL}[\s.!)]*$", re.IGNORECASE)
_AT_BEGIN = re.compile(rf"^{_UNTIL}(?=$|[\s:,.;—–-])[\s:,.;—–-]*", re.IGNORECASE)
_TAIL = 60
"""Characters at either end in which a time may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    text: str
    until: datetime
    by: str


def read(words: str, *, now: datetime, desk: Desk) -> tuple[str, datetime]:
    """The words and the time that stands before or after them. Refusal for a time that is none or has passed."""
    text = words.strip()
    at_end = _AT_END.search(text, max(0, len(text) - _TAIL))
    found = at_end if at_end and _names_time(at_end) else _AT_BEGIN.match(text)
    if found is None or not _names_time(found):
        raise Refusal("notice.until_when")
    rest = f"{text[: found.start()]}{text[found.end() :]}".strip(" \t\n,;:—–-(")
    if not rest:
        raise Refusal("notice.what")
    if len(rest) > LONGEST:
        raise Refusal("notice.too_long", limit=LONGEST)
    return rest, _until(found, now.astimezone(desk.settings.desk.zone))


def _names_time(found: re.Match[str]) -> bool:
    return any(found[name] for name in ("day", "iso", "soon", "hour"))


def _until(found: re.Match[str], local: datetime) -> datetime:
    """The instant; a day without an hour lasts to its end, an hour without a day is today's."""
    try:
        day = _day(found, local.date())
        hour = time(int(found["hour"]), int(found["minute"])) if found["hour"] else None
    except ValueError:
        raise Refusal("notice.no_such_time") from None
    until = datetime.combine(day if hour else day + timedelta(days=1), hour or time(), local.tzinfo)
    if until <= local:
        raise Refusal("notice.passed")
    if until - local > FARTHEST:
        raise Refusal("notice.too_far", days=FARTHEST.days)
    return until.astimezone(UTC)


def _day(found: re.Match[str], today: date) -> date:
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["soon"]:
        return today + timedelta(days=found["soon"].casefold() in ("завтра", "tomorrow"))
    if not found["day"]:
        return today
    day, month = int(found["day"]), int(found["month"])
    year = int(found["year"] or today.year)
    # «до 05.01» in December is next January; what is a little past is a mistake and told as one.
    ahead = not found["year"] and month < today.month and today.month - month > 12 // 2
    return date(year + ahead, month, day)


async def current(desk: Desk, unit: Unit) -> Notice | None:
    """What holds now."""
    kept = await _kept(unit)
    return kept if kept and kept.until > desk.now() else None


async def _kept(unit: Unit) -> Notice | None:
    kept = await unit.recall(FACT)
    if not kept:
        return None
    said = json.loads(kept)
    return Notice(text=said["text"], until=datetime.fromisoformat(said["until"]), by=said["by"])


async def for_receipt(desk: Desk, unit: Unit, language: str) -> str:
    """What a receipt says of it; "" when nothing holds."""
    notice = await current(desk, unit)
    if notice is None:
        return ""
    return desk.say("client.notice", language, text=notice.text, until=_until_in_words(desk, notice.until, language))


def _until_in_words(desk: Desk, until: datetime, language: str = "") -> str:
    language = language or desk.settings.desk.language
    return in_words(language, until, now=desk.now(), timezone=desk.settings.desk.timezone, texts=desk.texts)


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/notice text until 18:00`, `/notice off`, `/notice`."""
    without_files(given)
    if not given.argument:
        await _show(desk, unit, given)
        return
    if staff.leads(desk):
        staff.leads_only(desk, given.post.engineer)
    if given.argument.casefold() in OFF:
        await _take_down(desk, unit, given)
        return
    text, until = read(given.argument, now=desk.now(), desk=desk)
    kept = {"text": text, "until": until.isoformat(), "by": given.who}
    await unit.remember(FACT, json.dumps(kept, ensure_ascii=False))
    await unit.add(Audit(at=desk.now(), who=given.who, what="notice set", data={"text": text, "until": kept["until"]}))
    said = desk.say("notice.set", name=given.who, until=_until_in_words(desk, until), text=text)
    await outbox.to_general(desk, unit, said)
    await mark(desk, unit, given)


async def _show(desk: Desk, unit: Unit, given: Order) -> None:
    notice = await current(desk, unit)
    if notice is None:
        await reply(desk, unit, given, desk.say("notice.none"))
        return
    until = _until_in_words(desk, notice.until)
    await reply(desk, unit, given, desk.say("notice.holds", name=notice.by, until=until, text=notice.text))


async def _take_down(desk: Desk, unit: Unit, given: Order) -> None:
    if await current(desk, unit) is None:
        raise Refusal("notice.none")
    await unit.remember(FACT, "")
    await unit.add(Audit(at=desk.now(), who=given.who, what="notice taken down", data={}))
    await outbox.to_general(desk, unit, desk.say("notice.taken_down", name=given.who))
    await mark(desk, unit, given)


async def tick(desk: Desk) -> None:
    """Say in General that one has ended; a doubled tick finds nothing to say."""
    async with desk.view() as view:
        kept = await _kept(view)
    if kept is None or kept.until > desk.now():
        return
    async with desk.unit() as unit:
        kept = await _kept(unit)
        if kept and kept.until <= desk.now():
            await unit.remember(FACT, "")
            await outbox.to_general(desk, unit, desk.say("notice.ended", text=kept.text), silent=True)
            await unit.commit()
