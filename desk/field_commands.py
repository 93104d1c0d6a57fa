"""Engineers' commands for the information that a ticket needs: `/set`, `/waive`, `/secret`."""

from desk import details, field_rows, fields, lists, outbox, secret_fields
from desk.accounts import Detail, Source
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, reply, ticket_of
from desk.parcels import Purpose
from desk.ports import Unit
from desk.settings import InfoField
from desk.tickets import Ticket

_NOTHING = ("-", "–", "—")
_LONGEST = 6
"""Words of a field's title."""


async def set_value(desk: Desk, unit: Unit, order: Order) -> None:
    """`/set version 4.2`; `/set version -` empties it; `/set` alone lists the fields."""
    ticket = ticket_of(order)
    field, words = _named(desk, order.argument)
    if not order.argument:
        await reply(desk, unit, order, await _all(desk, unit, ticket))
        return
    if field is None:
        raise Refusal("fields.unknown", names=_names(desk))
    if not words:
        raise Refusal("fields.set_how", name=field.name)
    if words in _NOTHING:
        await details.empty(unit, ticket, field)
        await details.audited(desk, unit, ticket, order.who, "field emptied", field)
    else:
        if field.secret:
            raise Refusal("fields.set_secret", name=fields.title(field, desk.settings.desk.language))
        # What engineers write is theirs to judge where a check would want a file.
        value = fields.check(field, words, desk.current.setup.patterns, desk.settings.desk.language)
        value = value or (fields.clean(words) if field.check == "file" else "")
        if not value:
            raise Refusal("fields.set_wrong", name=fields.title(field, desk.settings.desk.language), check=field.check)
        await details.put(desk, unit, ticket, field, value, Source.ENGINEER, by=order.who)
        await details.audited(desk, unit, ticket, order.who, "field set", field, value)
    await _done(desk, unit, order, ticket)


async def waive(desk: Desk, unit: Unit, order: Order) -> None:
    """`/waive version`; `/waive` alone does without all that is missing."""
    ticket = ticket_of(order)
    if order.argument:
        field, words = _named(desk, order.argument)
        if field is None or words:
            raise Refusal("fields.unknown", names=_names(desk))
        waived = [field]
    else:
        waived = await details.missing(desk, unit, ticket)
        if not waived:
            raise Refusal("fields.nothing_missing")
    for field in waived:
        await details.do_without(desk, unit, ticket, field, order.who, skipped=False)
        await details.audited(desk, unit, ticket, order.who, "field waived", field)
    await _done(desk, unit, order, ticket)


async def secret(desk: Desk, unit: Unit, order: Order) -> None:
    """`/secret login` offers a button behind which the value is seen; without a name all that were given."""
    ticket = ticket_of(order)
    field, _ = _named(desk, order.argument)
    if order.argument and (field is None or not field.secret):
        raise Refusal("fields.unknown", names=_names(desk, secret=True))
    given = await unit.find(Detail, ticket_id=ticket.id, secret=True, value__ne="")
    given = [one for one in given if field is None or one.name == field.name]
    if not given:
        raise Refusal("fields.secret_none")
    for detail in given:
        known = details.field_named(desk, detail.name)
        name = fields.title(known, desk.settings.desk.language) if known else detail.name
        await outbox.to_topic(
            desk,
            unit,
            ticket,
            desk.say("fields.secret_here", field=name),
            purpose=Purpose.REPLY,
            buttons=[[secret_fields.button(desk, ticket, detail)]],
            reply_to=order.post.external_id,
        )


async def ask_for_missing(desk: Desk, unit: Unit, order: Order) -> None:
    """`/info` without words."""
    if await lists.ask_or_prompt(desk, unit, ticket_of(order), order.post):
        await mark(desk, unit, order)


async def _done(desk: Desk, unit: Unit, order: Order, ticket: Ticket) -> None:
    await outbox.card(desk, unit, ticket)
    await lists.settle(desk, unit, ticket)
    await mark(desk, unit, order)


def _named(desk: Desk, argument: str) -> tuple[InfoField | None, str]:
    """The field that a command's first words name, the longest name first, and the words after it."""
    words = argument.split(maxsplit=_LONGEST)
    for count in range(min(len(words), _LONGEST), 0, -1):
        field = fields.named(desk.settings.field, " ".join(words[:count]).rstrip(":="))
        if field:
            return field, " ".join(words[count:])
    return None, ""


def _names(desk: Desk, *, secret: bool = False) -> str:
    return ", ".join(field.name for field in desk.settings.field if field.secret or not secret) or "—"


async def _all(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """Every field with its value, those of the ticket's type marked."""
    if not desk.settings.field:
        raise Refusal("fields.none")
    have, wanted = await details.record(desk, unit, ticket), {one.name for one in details.needed(desk, ticket)}
    rows = []
    for field in desk.settings.field:
        detail = have.get(field.name)
        value = field_rows.shown(detail) if detail else ""
        if detail and not value:
            value = desk.say("fields.is_waived") if detail.waived else desk.say("fields.is_skipped")
        needs = "" if value or field.name not in wanted else desk.say("fields.is_missing")
        rows.append(f"{field.name} · {fields.title(field, desk.settings.desk.language)}: {value or needs or '—'}")
    return "\n".join([*rows, "", desk.say("fields.set_how", name=desk.settings.field[0].name)])
