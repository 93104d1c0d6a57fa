"""A local, honest, small Telegram Bot API server for demos and tests of bots."""

from playground.botapi.drafts import Piece
from playground.botapi.errors import ApiError, NotPossible
from playground.botapi.faults import Call
from playground.botapi.files import png
from playground.botapi.groups import Group
from playground.botapi.model import Message, Topic
from playground.botapi.pace import Limits
from playground.botapi.people import Person
from playground.botapi.server import BotApiServer
from playground.botapi.transcript import Event
from playground.botapi.world import World

__all__ = [
    "ApiError", "BotApiServer", "Call", "Event", "Group", "Limits", "Message", "NotPossible", "Person", "Piece",
    "Topic", "World", "png",
]  # fmt: skip
