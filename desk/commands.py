"""Engineers' commands in the group: one table says where each works and what it does."""

from desk import (
    admitting,
    announcing,
    answering,
    article_views,
    asked_files,
    banning,
    belonging,
    calls,
    canned_orders,
    duty_commands,
    estimating,
    exporting,
    finding,
    finishing,
    forgetting,
    handing_over,
    history,
    linking,
    lodging,
    notices,
    posts,
    queue,
    reloading,
    showing,
    similar,
    third_party,
    time_spent,
    triage,
    undoing,
    whole_mail,
    work,
)
from desk.about_client import about_client
from desk.checklists import left as not_ticked
from desk.checks import closest
from desk.desk import Desk
from desk.errors import Refusal
from desk.field_commands import ask_for_missing, secret, set_value, waive
from desk.incoming import Post
from desk.mass_presses import asks as asks_first
from desk.orders import Order, Verb, Where, mark, numbered, reply, ticket_of, without_files
from desk.plan_choice import order as choose_plan
from desk.ports import Unit
from desk.reports import order as report
from desk.series import taken
from desk.shaping import COMMANDS as SHAPING
from desk.tickets import Kind
from desk.work import audit


async def obey(desk: Desk, post: Post, command: str, argument: str) -> None:
    """Carry out one command; what cannot be done is said where it was asked."""
    async with desk.unit() as unit:
        ticket, trace = await posts.place_of(unit, post)
        try:
            if ticket is None and command not in _ANYWHERE and (gone := await lodging.left_by(unit, post, trace)):
                await lodging.told_where(desk, unit, gone, post)
            else:
                await _obey(desk, unit, Order(post=post, argument=argument.strip(), ticket=ticket), command)
        except Refusal as refusal:
            said = desk.say(refusal.key, **refusal.values)  # some go on where a name stands before them
            await posts.tell(desk, unit, post, ticket, said[:1].upper() + said[1:])
        await unit.commit()


async def _obey(desk: Desk, unit: Unit, order: Order, command: str) -> None:
    if order.post.engineer.anonymous:
        raise Refusal("group.anonymous")
    known = COMMANDS.get(command.casefold())
    if known is None:
        if meant := closest(command, COMMANDS):
            raise Refusal("group.command_meant", command=command[:40], meant=meant)
        raise Refusal("group.command_unknown", command=command[:40])
    where, verb = known
    if where is Where.TOPIC and order.ticket is None:
        raise Refusal("group.only_in_topic", command=command)
    if where is Where.GENERAL and order.ticket is not None:
        raise Refusal("group.only_in_general", command=command)
    await verb(desk, unit, order)


async def _take(desk: Desk, unit: Unit, order: Order) -> None:
    await work.take(desk, unit, ticket_of(order), order.post.engineer)
    await taken(desk, unit, ticket_of(order))
    await mark(desk, unit, order)


async def _info(desk: Desk, unit: Unit, order: Order) -> None:
    ticket = ticket_of(order)
    if order.argument:
        await answering.ask(desk, unit, ticket, order.post, order.argument)
    else:
        await ask_for_missing(desk, unit, order)


async def _done(desk: Desk, unit: Unit, order: Order) -> None:
    ticket = ticket_of(order)
    if not order.argument:
        raise Refusal("group.done_how")
    await answering.note(desk, unit, ticket, order.post, text=order.argument, kind=Kind.DONE)
    await audit(desk, unit, ticket, order.who, Kind.DONE.value)


async def _solved(desk: Desk, unit: Unit, order: Order) -> None:
    without_files(order)
    if await asks_first(desk, unit, ticket_of(order), what="solve", text=order.argument):
        return
    if said := await not_ticked(desk, unit, ticket_of(order)):
        await reply(desk, unit, order, said)
        return
    await work.solve(desk, unit, ticket_of(order), order.who, text=order.argument)
    await mark(desk, unit, order)


async def _close(desk: Desk, unit: Unit, order: Order) -> None:
    without_files(order)
    ticket, to = ticket_of(order), order.post.external_id
    if said := await not_ticked(desk, unit, ticket):
        await reply(desk, unit, order, said)
        return
    if await finishing.begin(desk, unit, ticket, order.post.engineer, order.argument, reply_to=to):
        await mark(desk, unit, order)


async def _wait(desk: Desk, unit: Unit, order: Order) -> None:
    without_files(order)
    ticket = ticket_of(order)
    if order.argument:
        await third_party.begin(desk, unit, ticket, order.who, order.argument)
        await mark(desk, unit, order)
    else:
        await third_party.prompt(desk, unit, ticket, order.post.engineer, reply_to=order.post.external_id)


async def _reopen(desk: Desk, unit: Unit, order: Order) -> None:
    ticket = order.ticket
    if ticket is None or any(sign.isdigit() for sign in order.argument):  # whoever names a number means it
        ticket = await numbered(desk, unit, order.argument)
    await handing_over.reopen(desk, unit, ticket, order.post.engineer)
    await mark(desk, unit, order)


async def _note(desk: Desk, unit: Unit, order: Order) -> None:
    ticket = ticket_of(order)
    if not order.argument and not order.post.files:
        raise Refusal("group.note_how")
    await answering.note(desk, unit, ticket, order.post, text=order.argument)


async def _full(desk: Desk, unit: Unit, order: Order) -> None:
    await whole_mail.show(desk, unit, ticket_of(order), order.post)


async def _client(desk: Desk, unit: Unit, order: Order) -> None:
    await reply(desk, unit, order, await about_client(desk, unit, ticket_of(order)))


async def _unlink(desk: Desk, unit: Unit, order: Order) -> None:
    await linking.unlink(desk, unit, ticket_of(order).client_id, by=order.who)
    await mark(desk, unit, order)


async def _admit(desk: Desk, unit: Unit, order: Order) -> None:
    await admitting.admit_address(desk, unit, ticket_of(order), order.argument, by=order.who)
    await mark(desk, unit, order)


async def _remove(desk: Desk, unit: Unit, order: Order) -> None:
    await admitting.remove_address(desk, unit, ticket_of(order), order.argument, by=order.who)
    await mark(desk, unit, order)


async def _help(desk: Desk, unit: Unit, order: Order) -> None:
    key = "group.help_topic" if order.ticket else "group.help_general"
    said = desk.say(key, plain=desk.say(f"group.plain_{desk.settings.telegram.plain_text}"))
    more = desk.say("shaping.help_topic") if order.ticket else desk.say("shaping.help_general")
    await reply(desk, unit, order, f"{said}\n\n{more}")


COMMANDS: dict[str, tuple[Where, Verb]] = {
    "take": (Where.TOPIC, _take),
    "info": (Where.TOPIC, _info),
    "set": (Where.TOPIC, set_value),
    "waive": (Where.TOPIC, waive),
    "secret": (Where.TOPIC, secret),
    "a": (Where.TOPIC, canned_orders.order),
    "similar": (Where.TOPIC, similar.order),
    "articles": (Where.TOPIC, article_views.order),
    "done": (Where.TOPIC, _done),
    "wait": (Where.TOPIC, _wait),
    "solved": (Where.TOPIC, _solved),
    "close": (Where.TOPIC, _close),
    "open": (Where.BOTH, showing.order),
    "reopen": (Where.BOTH, _reopen),
    "line": (Where.TOPIC, handing_over.order),
    "plan": (Where.TOPIC, choose_plan),
    "type": (Where.TOPIC, triage.order_type),
    "priority": (Where.TOPIC, triage.order_priority),
    "note": (Where.TOPIC, _note),
    "ban": (Where.TOPIC, banning.order_ban),
    "unban": (Where.BOTH, banning.order_unban),
    "undo": (Where.TOPIC, undoing.order),
    "why": (Where.TOPIC, history.why),
    "trail": (Where.TOPIC, history.order),
    "call": (Where.TOPIC, calls.order),
    "full": (Where.TOPIC, _full),
    "file": (Where.TOPIC, asked_files.order),
    "client": (Where.TOPIC, _client),
    "export": (Where.BOTH, exporting.order),
    "forget": (Where.BOTH, forgetting.order),
    "org": (Where.TOPIC, belonging.order),
    "unlink": (Where.TOPIC, _unlink),
    "admit": (Where.TOPIC, _admit),
    "remove": (Where.TOPIC, _remove),
    "spent": (Where.TOPIC, time_spent.order),
    "estimate": (Where.TOPIC, estimating.order),
    "notice": (Where.GENERAL, notices.order),
    "announce": (Where.GENERAL, announcing.order),
    "find": (Where.BOTH, finding.order),
    "queue": (Where.GENERAL, queue.order),
    "mine": (Where.GENERAL, queue.order_mine),
    "report": (Where.GENERAL, report),
    "onduty": (Where.GENERAL, duty_commands.on_duty),
    "offduty": (Where.GENERAL, duty_commands.off_duty),
    "duty": (Where.BOTH, duty_commands.show),
    "reload": (Where.GENERAL, reloading.order),
    **SHAPING,
    "help": (Where.BOTH, _help),
}
"""Every command of the group; `docs/commands.md` names the same."""

_ANYWHERE = frozenset(name for name, (where, _) in COMMANDS.items() if where is not Where.TOPIC)
