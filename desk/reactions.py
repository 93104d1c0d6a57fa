"""Reactions both ways: a client's to our answer shown on its post, an engineer's to the client's words in their chat.

Rule: a reaction is no answer and changes nothing but what is seen. What the desk and the engineers say to each other by
reactions stays in the group, and so does what nobody means to send to a client.
"""

from dataclasses import replace

from desk import merged, outbox, post_marks, work
from desk.desk import Desk
from desk.incoming import Engineer
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Ticket, Trace

_ALLOWED = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡
"""
ALLOWED = frozenset(_ALLOWED.split())
"""What a bot may set (Bot API, ReactionTypeEmoji)."""

KEPT_INSIDE = post_marks.SIGNALS | {"🖕", "💩", "🤮", "🤡", "🤬"}
"""What an engineer's reaction to a client's words does not take to the client."""

SEEN = "seen"
"""In Message.data of a client's words: how far they are, as desk.seen shows it."""

ENGINEERS = "engineer_reacted"
"""In Message.data of a client's words: the engineer's reaction that they see, and whose it is."""


async def by_client(desk: Desk, place: str, external_id: str, emojis: tuple[str, ...]) -> None:
    """A client's reaction to one of our messages, or none any more."""
    async with desk.unit() as unit:
        trace = await unit.first(Trace, channel="telegram", place=place, external_id=external_id, role=Role.OURS)
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        ticket = await unit.get(Ticket, message.ticket_id) if message else None
        if message and ticket and not message.withdrawn_at:
            await _show(desk, unit, ticket, message, next((one for one in emojis if one in ALLOWED), ""))
        await unit.commit()


async def _show(desk: Desk, unit: Unit, ticket: Ticket, message: Message, emoji: str) -> None:
    """On the engineer's post; in a quiet line where it would be misread there, or there is no post."""
    if emoji == message.data.get(post_marks.CLIENTS, ""):
        return
    message = await unit.save(replace(message, data={**message.data, post_marks.CLIENTS: emoji}))
    post = await post_marks.post_of(unit, message)
    said = desk.say("undo.client_reacted", emoji=emoji, text=_shortly(message.text)) if emoji else ""
    if post and (not emoji or emoji not in post_marks.SIGNALS):
        await post_marks.mark(desk, unit, message, emoji or post_marks.DELIVERED, words=said)
    elif emoji:
        ticket = await merged.follow(unit, ticket)
        to = post.external_id if post else ""
        await outbox.to_topic(desk, unit, ticket, said, reply_to=to, silent=True)


def _shortly(text: str) -> str:
    longest = 60
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


async def by_engineer(desk: Desk, unit: Unit, engineer: Engineer, message: Message, emojis: tuple[str, ...]) -> None:
    """An engineer's reaction to a client's words as shown in the topic, or none any more."""
    theirs = await unit.first(Trace, channel="telegram", message_id=message.id, role=Role.THEIRS)
    ticket = await unit.get(Ticket, message.ticket_id)
    if theirs is None or ticket is None or not theirs.external_id.isdecimal():
        return
    emoji = next((one for one in emojis if one in ALLOWED and one not in KEPT_INSIDE), "")
    before = message.data.get(ENGINEERS) or {}
    if emoji == before.get("emoji", "") or (not emoji and before.get("by") != engineer.id):
        return
    kept = {"by": engineer.id, "emoji": emoji} if emoji else {}
    await unit.save(replace(message, data={**message.data, ENGINEERS: kept}))
    # A bot has one reaction on a message: without the engineer's it says again how far the words are.
    shown = emoji or await _desks_own(unit, message)
    await outbox.react(desk, unit, "telegram", theirs.place, theirs.external_id, shown, ticket.id)
    await work.audit(desk, unit, ticket, engineer.name, "reacted", message=message.id, emoji=emoji)


async def _desks_own(unit: Unit, message: Message) -> str:
    """What the desk shows on a client's message; the one that opened the ticket was accepted in words."""
    if far := str(message.data.get(SEEN, "")):
        return far
    first = await unit.first(Message, ticket_id=message.ticket_id, kind=Kind.WORDS)
    return "" if first is None or first.id == message.id else "👀"
