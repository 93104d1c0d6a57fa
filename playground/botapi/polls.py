"""Votes in polls: taken, counted, taken back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.botapi import shapes
from playground.botapi.errors import NotPossible
from playground.botapi.model import Json, Message, User

if TYPE_CHECKING:
    from playground.botapi.world import World


def vote(world: "World", user: User, message: Message, options: Sequence[int]) -> None:
    """Somebody's answer by the options' places, none to take it back; the bot is told of its own open polls."""
    poll = message.content.get("poll")
    if poll is None or poll["is_closed"] or message.deleted:
        raise NotPossible("there is no open poll here")
    if len(options) > 1 and not poll["allows_multiple_answers"]:
        raise NotPossible("this poll takes one answer")
    chosen = [poll["options"][index]["persistent_id"] for index in options]
    message.votes.pop(user.id, None)
    if options:
        message.votes[user.id] = tuple(options)
    message.content = {**message.content, "poll": _counted(poll, list(message.votes.values()))}
    data = {"message_id": message.id, "options": chosen}
    world.tell("vote", f"{user.name} votes {list(options)}", chat=message.chat, data=data)
    if message.from_bot and not poll["is_anonymous"]:
        answer = {"poll_id": poll["id"], "user": shapes.user(user)}
        answer |= {"option_ids": list(options), "option_persistent_ids": chosen}
        world.inbox.push("poll_answer", answer)


def _counted(poll: Json, votes: Sequence[Sequence[int]]) -> Json:
    options = [
        {**option, "voter_count": sum(index in chosen for chosen in votes)}
        for index, option in enumerate(poll["options"])
    ]
    return {**poll, "options": options, "total_voter_count": len(votes)}
