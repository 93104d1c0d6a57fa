"""Canned answers chosen in inline mode: what is offered while an engineer types, and what a chosen one says.

Rule: whoever types does not say for which ticket, so what is posted holds «имя» for a name; it is filled in before it
is anything in a ticket, and what cannot be filled in stays inside.
"""

from dataclasses import dataclass, replace

from desk import answering, canned, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post
from desk.library import Answer
from desk.placeholders import NAMES, shown
from desk.ports import Unit
from desk.tickets import Kind, Message, Ticket

OFFERED = 20
"""Answers shown while one types; a phone shows five, the rest are found by a further letter."""


LONGEST = 4_096
"""UTF-16 units of a message (Bot API, InputTextMessageContent); a longer one would take the whole list with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of the list that opens above the keyboard."""

    key: str
    title: str
    description: str
    text: str  # what is posted when it is chosen


async def offered(desk: Desk, typed: str) -> list[Offer]:
    """The answers that fit what was typed so far, the most used ones while nothing is."""
    if not desk.library.answers:
        return []
    if typed.strip():
        found = canned.meant(desk, typed)
    else:
        async with desk.view() as view:
            found = [answer for answer, _ in await canned.most_used(desk, view)]
    offers = (_offer(desk, answer) for answer in found[:OFFERED])
    return [one for one in offers if len(one.text.encode("utf-16-le")) // 2 <= LONGEST]


def _offer(desk: Desk, answer: Answer) -> Offer:
    text = _posted(desk, answer, desk.settings.desk.language)
    return Offer(key=answer.key, title=answer.title, description=" ".join(text.split())[:100], text=text)


def _posted(desk: Desk, answer: Answer, language: str) -> str:
    return shown(answer.text(language), {name: desk.say(f"library.value_{name}") for name in NAMES})


def _answer_of(desk: Desk, text: str) -> Answer | None:
    """The answer that such a post came from; None when the file is another one by now."""
    said = text.split()
    language = desk.settings.desk.language
    return next((one for one in desk.library.answers if _posted(desk, one, language).split() == said), None)


def unfinished(desk: Desk, text: str) -> bool:
    """Whether «имя» still stands in a text where a name should: it was copied from what somebody chose."""
    return "‹" in text and any(f"‹{desk.say(f'library.value_{name}')}›" in text for name in NAMES)


async def filled(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> tuple[Post, Answer]:
    """The post in the client's language with the ticket's values. Refusal, the post kept as a note, when it cannot."""
    answer = _answer_of(desk, post.text)
    if answer is None:
        await answering.note(desk, unit, ticket, post)
        raise Refusal("library.answer_changed" if post.chosen else "library.unfinished")
    text, missing = await canned.fill(desk, unit, ticket, post.engineer.name, answer)
    if missing:
        await answering.note(desk, unit, ticket, post)
        names = ", ".join(desk.say(f"library.value_{name}") for name in missing)
        raise Refusal("library.gaps", names=names, name=answer.name)
    return replace(post, text=text, chosen=False), answer


async def went(  # noqa: PLR0917 - the post as it was and as it goes
    desk: Desk, unit: Unit, ticket: Ticket, post: Post, was: Post, answer: Answer
) -> None:
    """Count an answer that goes to the client, and show its words where they are others than those that were posted."""
    message = await unit.first(Message, ticket_id=ticket.id, channel="group", external_id=post.external_id, order="-id")
    if message is None or message.kind not in (Kind.ANSWER, Kind.QUESTION):
        return
    await canned.used(desk, unit, ticket, answer.name, post.engineer.name)
    if post.text.split() != was.text.split():
        said, to = desk.say("library.went"), post.external_id
        await outbox.to_topic(desk, unit, ticket, said, quote=post.text, reply_to=to, silent=True)
