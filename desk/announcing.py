"""`/announce product text`: a lead tells who agreed to it of a release or an outage, after a look at how it will read.

Rule: whom it was queued for is remembered in the unit that queues it, so nobody is told twice, whatever happens.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from desk import audience, clients, forgetting, letters, outbox, staff, subscribing
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, without_files
from desk.parcels import Act, Action, Button, Outgoing, Parcel, ParcelState, Purpose
from desk.people import Audit, Client, Door
from desk.ports import Unit
from desk.workbench import Mailing, MailingSort

LIVES = timedelta(days=1)
"""How long a preview can be sent."""

LONGEST = 3_000
"""Characters of one announcement: it goes as one message of Telegram's."""

_PART = re.compile(r"^[ \t]*(ru|en)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE)
_GOING = (ParcelState.QUEUED, ParcelState.SENDING, ParcelState.HELD)


def parts(text: str) -> dict[str, str]:
    """The text by language; under "" what is for everybody."""
    found = list(_PART.finditer(text))
    if not found or text[: found[0].start()].strip():
        return {"": text.strip()}
    ends = [*(one.start() for one in found[1:]), len(text)]
    said = {one[1].lower(): text[one.end() : end].strip() for one, end in zip(found, ends, strict=True)}
    return {language: words for language, words in said.items() if words}


def wording(said: Mapping[str, str], language: str) -> str:
    """What a client with that language reads."""
    return said.get("") or said.get(language) or next(iter(said.values()))


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/announce`: shows how it will read, to whom it goes and to whom not, with buttons."""
    staff.leads_only(desk, order.post.engineer)
    without_files(order)
    known = await audience.products(unit)
    product, text = _named(order.argument, known)
    said = parts(text)
    if not product:
        raise Refusal("personal.news_product", names=", ".join(sorted(known)[:20]) or "—")
    if not any(said.values()):
        raise Refusal("personal.news_text", product=product)
    if any(len(words) > LONGEST for words in said.values()):
        raise Refusal("personal.news_long", count=LONGEST)
    post, now = order.post, desk.now()
    mailing = await unit.add(
        Mailing(
            sort=MailingSort.NEWS, product=product, text=text, by=post.engineer.name, by_id=post.engineer.id, at=now,
            data={"state": "shown", "said": said},
        )
    )  # fmt: skip
    found = await audience.whole(unit, product)
    fresh = await audience.uninvited(unit, product)
    rows = [desk.say("personal.news_preview", product=product)]
    rows += [f"\n{language.upper() + ': ' if language else ''}{words}" for language, words in said.items()]
    rows += ["", *_numbers(desk, found, fresh)]
    if desk.settings.desk.quiet:
        rows.append(desk.say("personal.news_quiet"))
    buttons = [_button(desk, mailing, "drop")]
    if found.people or fresh:
        buttons.insert(0, _button(desk, mailing, "go"))
    to = post.external_id
    await outbox.to_general(
        desk, unit, "\n".join(rows), purpose=Purpose.REPLY, buttons=[buttons], reply_to=to, thread=post.thread,
        at=post.place,
    )  # fmt: skip


def _named(argument: str, known: list[str]) -> tuple[str, str]:
    """The product that a command begins with, and what follows it."""
    text = argument.strip().lstrip('«"“')
    for name in known:
        rest = text[len(name) :]
        if text.casefold().startswith(name.casefold()) and not rest[:1].isalnum():
            return name, rest.lstrip('»"”:,. \t\n—-')
    return "", text


def _numbers(desk: Desk, found: audience.Audience, fresh: int) -> list[str]:
    rows = [desk.say("personal.news_count", telegram=found.by("telegram"), mail=found.by("mail") + fresh)]
    why = [desk.say(f"personal.news_out_{reason}", count=count) for reason, count in sorted(found.out.items())]
    return [*rows, desk.say("personal.news_out", why="; ".join(why))] if why else rows


def _button(desk: Desk, mailing: Mailing, word: str) -> Button:
    return Button(label=desk.say(f"personal.button_news_{word}"), action=Action.MAILING, arg=f"{mailing.id}:{word}")


async def pressed(desk: Desk, unit: Unit, press: Press) -> str:
    """A lead sends it, leaves it, or stops it on the way."""
    staff.leads_only(desk, press.person)
    number, _, word = press.arg.partition(":")
    mailing = await unit.get(Mailing, int(number)) if number.isascii() and number.isdecimal() else None
    if mailing is None or mailing.ended_at or word not in {"go", "drop", "stop"}:
        raise Refusal("group.button_old")
    state = mailing.data.get("state")
    if (word == "stop") != (state == "sending"):
        raise Refusal("group.button_old")
    if word == "go":
        return await _go(desk, unit, mailing, press)
    return await _end(desk, unit, mailing, press, word)


async def _go(desk: Desk, unit: Unit, mailing: Mailing, press: Press) -> str:
    if desk.now() - mailing.at > LIVES:
        raise Refusal("personal.news_old")
    await audience.invited(desk, unit, mailing.product)
    companies = await audience.organisations(unit, mailing.product)
    data = {**mailing.data, "state": "sending", "mark": 0, "companies": companies}
    told = f"{press.place}:{press.external_id}"
    mailing = await unit.save(replace(mailing, data=data, told=told, by=press.person.name, by_id=press.person.id))
    await _audited(desk, unit, mailing, press.person.name, "announced")
    await progress(desk, unit, mailing)
    return desk.say("personal.news_going")


async def _end(desk: Desk, unit: Unit, mailing: Mailing, press: Press, word: str) -> str:
    gone = await unit.change(
        Parcel,
        {"state": ParcelState.WITHDRAWN},
        mailing_id=mailing.id,
        state__in=(ParcelState.QUEUED, ParcelState.HELD),
    )
    mailing = await unit.save(replace(mailing, ended_at=desk.now(), data={**mailing.data, "state": "ended"}))
    what = "announcement stopped" if word == "stop" else "announcement dropped"
    await _audited(desk, unit, mailing, press.person.name, what, left=gone)
    if word == "drop":
        await forgetting.settled(desk, unit, press, desk.say("personal.news_dropped"))
        return desk.say("personal.news_dropped")
    await progress(desk, unit, mailing, stopped=press.person.name)
    return desk.say("personal.news_stopped_toast")


async def _audited(desk: Desk, unit: Unit, mailing: Mailing, who: str, what: str, **data: object) -> None:
    kept = {"mailing": mailing.id, "product": mailing.product, **data}
    await unit.add(Audit(at=desk.now(), who=who, what=what, data=kept))


async def tick(desk: Desk) -> None:
    """Queue some more of what is being sent, and bring the count up to date."""
    async with desk.view() as view:
        open_ones = await view.find(Mailing, sort=MailingSort.NEWS, ended_at=None)
    for one in open_ones:
        async with desk.store.unit() as unit:
            mailing = await unit.get(Mailing, one.id)
            if mailing is None or mailing.ended_at:
                continue
            if mailing.data.get("state") == "sending":
                await _some_more(desk, unit, mailing)
            elif desk.now() - mailing.at > LIVES:
                await unit.save(replace(mailing, ended_at=desk.now()))
            await unit.commit()


async def _some_more(desk: Desk, unit: Unit, mailing: Mailing) -> None:
    data = mailing.data
    if data.get("mark", 0) >= 0:
        some, after = await audience.page(unit, data["companies"], data["mark"])
        for client, door in some.people:
            await _tell(desk, unit, mailing, client, door)
        mark = after or -1
        total = mailing.total + len(some.people)
        mailing = await unit.save(replace(mailing, total=total, data={**data, "mark": mark}))
    going = await unit.count(Parcel, mailing_id=mailing.id, state__in=_GOING)
    if mailing.data["mark"] < 0 and not going:
        mailing = await unit.save(replace(mailing, ended_at=desk.now(), data={**mailing.data, "state": "ended"}))
        await _audited(desk, unit, mailing, "desk", "announcement done", total=mailing.total)
    await progress(desk, unit, mailing)


async def _tell(desk: Desk, unit: Unit, mailing: Mailing, client: Client, door: Door) -> None:
    language = clients.language(desk, client)
    text = wording(mailing.data["said"], language)
    message = Outgoing(channel=door.channel, place=door.address, purpose=Purpose.NEWS, text=text)
    if door.channel == "mail":
        subject = desk.say("mine.news_subject", language, product=mailing.product)
        footer = desk.say("mine.news_footer", language, name=desk.settings.desk.name, product=mailing.product)
        message = replace(
            message, subject=subject, footer=footer, unsubscribe=await subscribing.order_of(unit, client.id)
        )
        message = await letters.as_mail(desk, unit, None, message, mailbox=door.place, name=door.name)
    else:
        buttons = tuple(tuple(row) for row in subscribing.off(desk, client))
        message = replace(
            message, title=desk.say("mine.news_subject", language, product=mailing.product), buttons=buttons
        )
    # A lane of its own: what waits its turn among thousands must not hold back an answer to the same person.
    parcel = await outbox.send(desk, unit, message, lane=f"news:{door.channel}:{door.address}")
    await unit.save(replace(parcel, mailing_id=mailing.id))


async def progress(desk: Desk, unit: Unit, mailing: Mailing, *, stopped: str = "") -> None:
    """How far it is, in the message whose button sent it; an edit only when something changed."""
    place, _, target = mailing.told.partition(":")
    if not target:
        return
    counts = await _counts(unit, mailing)
    ended = mailing.ended_at is not None
    key = "personal.news_stopped" if stopped else "personal.news_done" if ended else "personal.news_progress"
    said = desk.say(key, product=mailing.product, name=stopped or mailing.by, **counts)
    if mailing.data.get("said_last") == said:
        return
    await unit.save(replace(mailing, data={**mailing.data, "said_last": said}))
    buttons = () if ended else ((_button(desk, mailing, "stop"),),)
    order = Outgoing(
        channel="group", place="", purpose=Purpose.CARD, act=Act.EDIT, target=target, thread_place=place,
        text=f"{said}\n\n{mailing.text}", buttons=buttons,
    )  # fmt: skip
    await outbox.send(desk, unit, order, lane="group:general:news", coalesce=f"mailing:{mailing.id}")


async def _counts(unit: Unit, mailing: Mailing) -> dict[str, Any]:
    async def count(*states: ParcelState) -> int:
        return await unit.count(Parcel, mailing_id=mailing.id, state__in=states)

    return {
        "total": mailing.total,
        "sent": await count(ParcelState.SENT),
        "failed": await count(ParcelState.FAILED, ParcelState.QUIET),
        "left": await count(*_GOING),
    }
