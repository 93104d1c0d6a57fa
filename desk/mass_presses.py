"""An answer to everybody, or an end of everything, is shown before it goes and started by a button."""

import json
from dataclasses import replace
from typing import Any

from desk import incidents, mass, outbox, settled, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incidents import Audience
from desk.incoming import Engineer, Press
from desk.lifecycle import Step, after
from desk.parcels import Action, Button, Purpose
from desk.ports import Unit
from desk.tickets import Closing, Ticket

_KEPT = "mass:"


async def preview(desk: Desk, unit: Unit, incident: Ticket, text: str, *, reply_to: str) -> None:
    """`/incident answer text`: the words, and how many read them."""
    reached = await incidents.audience(unit, incident)
    if not reached.tickets:
        raise Refusal("shaping.mass_nobody")
    rows = [desk.say("shaping.mass_ask", count=len(reached.tickets))]
    if reached.unreachable:
        names = ", ".join(desk.number(one) for one in reached.unreachable[: mass.NAMED])
        rows.append(desk.say("shaping.mass_unreachable", numbers=names))
    buttons = [[_button(incident, "all", desk.say("shaping.button_all", count=len(reached.tickets)))]]
    await _ask(desk, unit, incident, rows, reached, buttons, {"what": "answer", "text": text}, reply_to=reply_to)


async def asks(
    desk: Desk, unit: Unit, ticket: Ticket, *, what: str, text: str = "", reason: str = "", findings: str = ""
) -> bool:
    """Whether ending an incident must be confirmed first, as others end with it; then that is asked."""
    parts = await incidents.parts(unit, ticket) if ticket.incident else []
    if not parts:
        return False
    after(ticket.status, Step.SOLVED if what == "solve" else Step.CLOSED)
    reached = await _ending(unit, ticket)
    key = "shaping.end_ask_solve" if what == "solve" else "shaping.end_ask_close"
    buttons = [
        [_button(ticket, "all", desk.say("shaping.button_end_all", count=len(parts)))],
        [_button(ticket, "alone", desk.say("shaping.button_end_alone"))],
    ]
    asked = {"what": what, "text": text, "reason": reason, "findings": findings}
    await _ask(desk, unit, ticket, [desk.say(key, count=len(parts))], reached, buttons, asked)
    return True


async def _ending(unit: Unit, incident: Ticket) -> Audience:
    """Every open ticket ends by itself, also a client's second one."""
    parts = await incidents.parts(unit, incident)
    return Audience(tickets=tuple(parts), apart=await incidents.apart(unit, parts))


def _button(ticket: Ticket, arg: str, label: str) -> Button:
    return Button(label=label, action=Action.MASS, ticket=ticket.id, arg=arg)


async def _ask(  # noqa: PLR0917 - what is asked, of whom it speaks and what may be pressed
    desk: Desk,
    unit: Unit,
    incident: Ticket,
    rows: list[str],
    reached: Audience,
    buttons: list[list[Button]],
    asked: dict[str, str],
    *,
    reply_to: str = "",
) -> None:
    rest = len(reached.tickets) - len(reached.apart)
    if reached.apart:
        names = ", ".join(desk.number(one) for one in sorted(reached.apart)[: mass.NAMED])
        rows.append(desk.say("shaping.mass_apart", numbers=names))
        if rest:
            buttons.insert(1, [_button(incident, "rest", desk.say("shaping.button_rest", count=rest))])
    buttons.append([_button(incident, "no", desk.say("shaping.button_no"))])
    parcel = await outbox.to_topic(
        desk,
        unit,
        incident,
        "\n".join(rows),
        purpose=Purpose.REPLY,
        quote=asked["text"],
        buttons=buttons,
        reply_to=reply_to,
    )
    await unit.remember(f"{_KEPT}{parcel.id}", json.dumps(asked, ensure_ascii=False))


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """One of those buttons, or «Остановить» under the message that shows how far it got."""
    if press.arg == "stop":
        count = await mass.stop(desk, unit, ticket, press.person.name)
        if not count:
            raise Refusal("shaping.mass_too_late")
        return desk.say("shaping.mass_stopped_toast", count=count)
    parcel = await settled.parcel_of(unit, press)
    stored = await unit.recall(f"{_KEPT}{parcel.id}") if parcel else ""
    if parcel is None or not stored:
        raise Refusal("group.button_old")
    await unit.remember(f"{_KEPT}{parcel.id}", "")
    if press.arg not in ("all", "rest", "alone"):
        await settled.write(desk, unit, ticket, press, desk.say("shaping.mass_not"))
        return desk.say("shaping.mass_not")
    await _go(desk, unit, ticket, press, json.loads(stored))
    return desk.say("shaping.mass_toast")


async def _go(desk: Desk, unit: Unit, incident: Ticket, press: Press, asked: dict[str, Any]) -> None:
    answers = asked["what"] == "answer"
    reached = await incidents.audience(unit, incident) if answers else await _ending(unit, incident)
    tickets = reached.tickets
    if press.arg == "rest":
        tickets = tuple(one for one in tickets if one.id not in reached.apart)
    if not answers:
        incident = await _end(desk, unit, incident, press.person, asked)
    if press.arg == "alone" or not tickets:
        await settled.write(desk, unit, incident, press, desk.say("shaping.mass_alone"))
        return
    shown = f"{press.place}:{press.external_id}"
    mailing = await mass.begin(desk, unit, incident, tickets, press.person, shown, asked)
    text = await mass.said(desk, unit, mailing)
    await unit.save(replace(mailing, data={**mailing.data, "shown": text}))
    stop = [[_button(incident, "stop", desk.say("shaping.button_stop"))]]
    await settled.write(desk, unit, incident, press, text, buttons=stop)


async def _end(desk: Desk, unit: Unit, incident: Ticket, by: Engineer, asked: dict[str, Any]) -> Ticket:
    if asked["what"] == "solve":
        return await work.solve(desk, unit, incident, by.name, text=asked["text"])
    reason = Closing(asked["reason"])
    return await work.close(desk, unit, incident, by.name, reason, text=asked["text"], findings=asked["findings"])
