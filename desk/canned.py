"""Canned answers: found by name or words, filled in for a ticket, shown before they go.

Rule: nothing goes to a client without a press or a reply of the engineer who saw the very words. Longer than most
modules: one thing from its name to its delivery.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from desk import answering, clients, deadlines, details, office_hours, outbox, plans, prompting
from desk.clocks import Clock
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post, Press
from desk.library import Answer
from desk.lifecycle import Step, after
from desk.moments import shortly
from desk.organisations import Organisation
from desk.parcels import Act, Action, Button, Outgoing, Parcel, Purpose
from desk.people import Client
from desk.placeholders import filled, wanted
from desk.ports import Unit
from desk.tickets import Role, Thread, Ticket, Trace
from desk.wire import pack, unpack
from desk.work import audit
from desk.workbench import Sort, Use

ABOUT = "canned"
"""What prompts of this module are about, see desk.prompting."""

OFFERED = 8
"""Answers to choose from; more would be a wall on a phone."""

SUGGESTED = 3
COUNTED = 1_000
"""The last uses that are looked through for the most used ones."""

LABEL = 40
"""Characters of a title on a button."""

ARTICLE = "article:"
"""What the name of an article begins with that is previewed like an answer."""

_SEND, _EDIT, _NO, _CHOSEN = "=send", "=edit", "=no", "o:"


# --- finding --------------------------------------------------------------------------------------------------------


def suggested(desk: Desk, ticket: Ticket, text: str) -> list[Answer]:
    """Answers that fit a request's words, at most three; one that is kept for a line or a type is for those alone."""
    library = desk.library
    found = [(library.answers[one.place], one) for one in library.answer_index.find(f"{ticket.subject}\n{text}", 20)]
    fits = [answer for answer, one in found if one.named and _is_for(answer, ticket)]
    return fits[:SUGGESTED]


def _is_for(answer: Answer, ticket: Ticket) -> bool:
    return answer.line in ("", ticket.line) and answer.type in ("", ticket.type or "")


def meant(desk: Desk, words: str) -> list[Answer]:
    """The answers that an engineer may mean: by name, by its beginning, else by words; the likeliest first."""
    library, wanted_name = desk.library, words.strip().casefold()
    for answer in library.answers:
        if wanted_name in (answer.name.casefold(), answer.title.casefold()):
            return [answer]
    begun = [one for one in library.answers if _begins(wanted_name, one.name, one.title)]
    begun += [one for one in library.answers if one not in begun and _begins(wanted_name, *_all_words(one))]
    if begun:
        return begun
    return [library.answers[one.place] for one in library.answer_index.find(words, OFFERED)]


def _begins(beginning: str, *names: str) -> bool:
    return any(name.casefold().startswith(beginning) for name in names)


def _all_words(answer: Answer) -> list[str]:
    return re.findall(r"\w+", f"{answer.title} {answer.words}")


async def most_used(desk: Desk, unit: Unit) -> list[tuple[Answer, int]]:
    """All answers with how often each was sent lately, the most used first."""
    uses = await unit.find(Use, sort=Sort.ANSWER, what="sent", order="-id", limit=COUNTED)
    counted = Counter(use.name for use in uses)
    return sorted(((one, counted[one.name]) for one in desk.library.answers), key=lambda pair: -pair[1])


def buttons(ticket: Ticket, answers: Sequence[Answer], *, offered: bool = False) -> list[list[Button]]:
    """A row for each; `offered`: the message that carries them becomes the preview."""
    lead = _CHOSEN if offered else ""
    return [
        [Button(label=label(one.title), action=Action.CANNED, ticket=ticket.id, arg=f"{lead}{one.key}")]
        for one in answers
    ]


def label(title: str) -> str:
    return title if len(title) <= LABEL else f"{title[: LABEL - 1].rstrip()}…"


# --- the preview ----------------------------------------------------------------------------------------------------


async def values(desk: Desk, unit: Unit, ticket: Ticket, engineer: str, language: str) -> dict[str, str]:
    """What there is to put into an answer of this ticket; "" for what is not known."""
    client = await unit.get(Client, ticket.client_id)
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    product, organisation = (company.product, company.name) if company else ("", "")
    sources = {field.name: field.source for field in desk.settings.field if field.source}
    for name, detail in (await details.record(desk, unit, ticket)).items():
        product = detail.value if sources.get(name) == "product" and detail.value else product
        organisation = detail.value if sources.get(name) == "organisation" and detail.value else organisation
    calendar, now = plans.calendar(desk, ticket.plan), desk.now()
    shown = await deadlines.of(desk, unit, ticket)
    due = next((shown[one].due for one in (Clock.SOLVE, Clock.ANSWER) if shown[one].due and not shown[one].ended), None)
    zone = str(calendar.zone)
    return {
        "name": client.name if client else "",
        "number": desk.number(ticket.id),
        "subject": ticket.subject,
        "product": product,
        "organisation": organisation,
        "deadline": shortly(language, due, now=now, timezone=zone, texts=desk.texts) if due else "",
        "hours": office_hours.in_words(language, calendar, now, desk.texts),
        "engineer": engineer,
        "desk": desk.settings.desk.name,
    }


async def fill(desk: Desk, unit: Unit, ticket: Ticket, engineer: str, answer: Answer) -> tuple[str, list[str]]:
    """The answer in the client's language with this ticket's values, and the names of those that are not known."""
    client = await unit.get(Client, ticket.client_id)
    language = clients.language(desk, client, ticket)
    text = answer.text(language)
    return filled(text, await values(desk, unit, ticket, engineer, language) if wanted(text) else {})


async def preview(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    engineer: Engineer,
    answer: Answer,
    *,
    reply_to: str = "",
    instead: Press | None = None,
) -> None:
    """Show what would go, with the buttons to send it; `instead` of the message that was pressed, or as a new one."""
    after(ticket.status, Step.ANSWERED)
    text, missing = await fill(desk, unit, ticket, engineer.name, answer)
    rows = [_row(desk, ticket, (_EDIT, _NO) if missing else (_SEND, _EDIT, _NO))]
    gaps = ", ".join(desk.say(f"library.value_{name}") for name in missing)
    said = desk.say("library.preview_gaps", names=gaps) if missing else desk.say("library.preview")
    parcel = await _pressed_parcel(unit, instead) if instead else None
    if instead and parcel:
        was = unpack(parcel.body, parcel.id)
        order = replace(was, title=answer.title, text=said, quote=text, buttons=tuple(map(tuple, rows)))
        parcel = await unit.save(replace(parcel, body=pack(order)))  # what was sent is this from now on
        await _edit(desk, unit, ticket, instead, order)
    else:
        parcel = await outbox.to_topic(
            desk, unit, ticket, said, purpose=Purpose.REPLY, title=answer.title, quote=text, buttons=rows,
            reply_to=reply_to, silent=True,
        )  # fmt: skip
    await prompting.expect(desk, unit, ticket, engineer, parcel.id, about=ABOUT, name=answer.name)
    until = (desk.now() + prompting.LIVES).isoformat()
    kept = {"parcel": parcel.id, "name": answer.name, "until": until, "saw": _digest(text)}
    await unit.remember(_key(ticket, engineer), json.dumps(kept))


def _digest(text: str) -> str:
    """By it the words that somebody saw are known again, without keeping them once more."""
    return sha256(text.encode()).hexdigest()


def _row(desk: Desk, ticket: Ticket, args: Sequence[str]) -> list[Button]:
    labels = {_SEND: "library.send", _EDIT: "library.change", _NO: "library.no"}
    return [Button(label=desk.say(labels[arg]), action=Action.CANNED, ticket=ticket.id, arg=arg) for arg in args]


def _key(ticket: Ticket, engineer: Engineer) -> str:
    """One preview of each engineer's in each ticket: an older one is not good any more."""
    return f"canned:{ticket.id}:{engineer.id}"


async def _pressed_parcel(unit: Unit, press: Press) -> Parcel | None:
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    return await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None


async def _edit(desk: Desk, unit: Unit, ticket: Ticket, press: Press, order: Outgoing) -> None:
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    changed = replace(
        order,
        act=Act.EDIT,
        purpose=Purpose.REPLY,
        target=press.external_id,
        thread=thread.external_id if thread else "",
        thread_place=press.place,
        mention="",
        reply_to="",
    )
    await outbox.send(desk, unit, changed, lane=f"group:{ticket.id}:lines")


# --- presses --------------------------------------------------------------------------------------------------------


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """A suggested or an offered answer, or one of the buttons under a preview."""
    if press.arg in (_SEND, _EDIT, _NO):
        return await _under_preview(desk, unit, ticket, press)
    answer = desk.library.answer(press.arg.removeprefix(_CHOSEN))
    if answer is None:
        raise Refusal("library.answer_gone")
    instead = press if press.arg.startswith(_CHOSEN) else None
    await preview(desk, unit, ticket, press.person, answer, instead=instead)
    return ""


async def _under_preview(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    parcel = await _pressed_parcel(unit, press)
    stored = json.loads(await unit.recall(_key(ticket, press.person)) or "{}")
    mine = parcel is not None and stored.get("parcel") == parcel.id
    if parcel is None or (not mine and press.arg != _NO):
        raise Refusal("library.not_yours")
    shown = unpack(parcel.body, parcel.id)
    if press.arg == _NO:
        await _settle(desk, unit, ticket, press, shown, desk.say("library.dropped", name=press.person.name))
        await prompting.forget(unit, parcel.id)
        return ""
    if desk.now() > datetime.fromisoformat(stored["until"]):
        raise Refusal("library.preview_gone")
    if press.arg == _EDIT:
        left = [button for row in shown.buttons for button in row if button.arg != _EDIT]
        words = replace(shown, text=desk.say("library.change_how"), code=shown.quote, quote="", buttons=(tuple(left),))
        await _edit(desk, unit, ticket, press, words)
        return ""
    sends = any(button.arg == _SEND for row in shown.buttons for button in row)
    if not sends or stored["saw"] != _digest(shown.quote):  # a colleague chose another one in the same message
        raise Refusal("library.preview_gone")
    await _send(desk, unit, ticket, press, shown)
    await used(desk, unit, ticket, str(stored["name"]), press.person.name)
    await prompting.forget(unit, parcel.id)
    await unit.remember(_key(ticket, press.person), "")
    return desk.say("library.sent_toast")


async def _send(desk: Desk, unit: Unit, ticket: Ticket, press: Press, shown: Outgoing) -> None:
    """The preview becomes the engineer's post: what became of it shows there, and 👎 takes it back."""
    post = Post(
        engineer=press.person,
        place=press.place,
        thread=press.thread,
        external_id=press.external_id,
        text=shown.quote,
        at=press.at,
    )
    message = await answering.answer(desk, unit, ticket, post)
    here = {"channel": "group", "place": press.place, "external_id": press.external_id}
    await unit.change(Trace, {"role": Role.COLLEAGUE, "message_id": message.id}, **here)
    await _settle(desk, unit, ticket, press, shown, desk.say("library.sent_by", name=press.person.name))


async def _settle(  # noqa: PLR0917 - what becomes of which preview
    desk: Desk, unit: Unit, ticket: Ticket, press: Press, shown: Outgoing, said: str
) -> None:
    await _edit(desk, unit, ticket, press, replace(shown, text=said, code="", buttons=()))


async def used(desk: Desk, unit: Unit, ticket: Ticket, name: str, by: str) -> None:
    """Count it, and keep it in the trail."""
    sort = Sort.ARTICLE if name.startswith(ARTICLE) else Sort.ANSWER
    bare = name.removeprefix(ARTICLE)
    await unit.add(Use(sort=sort, name=bare, ticket_id=ticket.id, by=by, what="sent", at=desk.now()))
    what = "article sent" if sort is Sort.ARTICLE else "canned answer sent"
    await audit(desk, unit, ticket, by, what, name=bare)


async def answered(desk: Desk, unit: Unit, ticket: Ticket, post: Post, name: str) -> None:
    """An engineer's reply to a preview: their own words go instead."""
    await answering.answer(desk, unit, ticket, post)
    await used(desk, unit, ticket, name, post.engineer.name)
    await unit.remember(_key(ticket, post.engineer), "")
