"""The control side over HTTP: what `World`, `Person` and `Group` do, for a server in a process of its own."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from playground.botapi import inline, shapes
from playground.botapi.drafts import Piece
from playground.botapi.errors import ApiError
from playground.botapi.groups import Group
from playground.botapi.inline import InlineQuery
from playground.botapi.model import Chat, Json, Message, Topic
from playground.botapi.people import Person
from playground.botapi.seat import Seat

if TYPE_CHECKING:
    from playground.botapi.server import BotApiServer

_SENDING = frozenset({
    "say", "send_photo", "send_document", "send_video", "send_video_note", "send_voice", "send_audio",
    "send_animation", "send_sticker", "send_location", "send_contact", "send_poll", "album", "edit", "delete", "react",
    "forward", "press", "vote",
})  # fmt: skip
_PERSONAL = frozenset({"start", "block", "unblock", "delete_account", "create_topic", "delete_topic"})
_INLINE = frozenset({"inline_ask", "inline_choose"})
_OF_GROUP = frozenset({
    "create_topic", "rename_topic", "close_topic", "reopen_topic", "delete_topic", "set_forum", "add", "remove",
    "add_bot", "ban_bot", "demote_bot", "promote_bot", "set_reactions", "migrate",
})  # fmt: skip
ACTIONS = _SENDING | _PERSONAL | _INLINE | _OF_GROUP
FAULTS = frozenset({"fail_next", "hang", "release", "answer_then_cut", "clear", "up", "down"})


class Control:
    """Endpoints under /control/ that take and give JSON; a wrong request is a 400 with a sentence."""

    def __init__(self, server: "BotApiServer") -> None:
        self.server = server
        self.world = server.world

    async def person(self, body: Json) -> Json:
        """POST /control/person {"name", "username"?, "language_code"?, "user_id"?}."""
        return self._person_json(self.world.person(**body))

    async def group(self, body: Json) -> Json:
        """POST /control/group {"title", "forum"?, "bot_is_admin"?, "reactions"?, "basic"?, "with_bot"?}."""
        return self._group_json(self.world.group(**body))

    async def do(self, body: Json) -> Any:
        """POST /control/do {"action", "person"?, "group"?, …the action's own arguments}.

        Messages are named by their id, topics by theirs, files by base64 in "data". A message of another chat, to be
        forwarded, comes with that chat's id in "source". inline_ask {"text"} tells the bot's offers and their "query",
        inline_choose {"query", "result"} sends one.
        """
        values = dict(body)
        action = str(values.pop("action", ""))
        who = values.pop("person", None)
        where = values.pop("group", None)
        person = self._person(who) if who is not None else None
        group = self._group(where) if where is not None else None
        if action in _OF_GROUP and group is not None:
            if person is not None:
                values["person" if action in {"add", "remove"} else "by"] = person
            target: Any = group
        elif action in _INLINE and person is not None:
            return self.told(await self._inline(action, self.seat(who, where), values))
        elif action in _SENDING | _PERSONAL and person is not None and (action in _SENDING or group is None):
            target = group.seat(person) if group else person
        else:
            raise ValueError(f"no action {action!r} for that person and group")
        chat = group.chat if group else self._chat_of(person)
        result = getattr(target, action)(**self.arguments(chat, values))
        return self.told(await result if isinstance(result, Awaitable) else result)

    async def _inline(self, action: str, seat: Seat, values: Json) -> InlineQuery | Message:
        if action == "inline_ask":
            return await inline.ask(seat, values["text"])
        query = next((one for one in self.world.inline.all if one.id == values["query"]), None)
        if query is None:
            raise LookupError(f"inline query {values['query']}")
        where = {name: value for name, value in values.items() if name not in {"query", "result"}}
        return inline.choose(seat, query, values["result"], **self.arguments(seat.chat_here, where))

    async def fault(self, body: Json) -> Json:
        """POST /control/fault {"action": "fail_next" | "hang" | …, …its arguments}; down and up cut everything off."""
        values = dict(body)
        action = str(values.pop("action", ""))
        if action not in FAULTS or {"when", "struck"} & set(values):
            raise ValueError(f"no fault {action!r} with {', '.join(values) or 'nothing'} over HTTP")
        result = getattr(self.server, action)(**values)
        if isinstance(result, Awaitable):
            await result
        return {}

    async def read(self, what: str, query: Mapping[str, str]) -> Any:
        """GET /control/people | groups | chat?id= | topics?id= | calls?since= | events?since= | transcript."""
        since = int(query.get("since", 0))
        match what:
            case "people":
                return [self._person_json(person) for person in self.world.people]
            case "groups":
                return [self._group_json(group) for group in self.world.groups]
            case "chat":
                return [message_json(message) for message in self.world.chats[int(query["id"])].seen]
            case "topics":
                return [topic_json(topic) for topic in self._group(query["id"]).chat.topics.values()]
            case "calls":
                calls = self.server.calls[since:]
                return [{"method": c.method, "params": c.params, "at": c.at.isoformat(), "status": c.status,
                         "description": c.description} for c in calls]  # fmt: skip
            case "events":
                return [event.as_json() for event in self.world.log[since:]]
            case "pending":
                return self.world.inbox.pending
            case "transcript":
                return self.world.transcript(calls="calls" in query)
        raise LookupError(what)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /control/stream?since=: the events as they happen, as server-sent events."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        since = request.query.get("since", "0")
        async for event in self.world.events(since=int(since) if since.isdecimal() else 0):
            await response.write(f"id: {event.number}\ndata: {json.dumps(event.as_json())}\n\n".encode())
        return response

    # From JSON and back

    def seat(self, who: Any, where: Any = None) -> Seat:
        """That person at that group, or at their own chat; LookupError."""
        person = self._person(who)
        return person if where is None else self._group(where).seat(person)

    def _person(self, who: Any) -> Person:
        for person in self.world.people:
            if str(who) in {str(person.id), person.name}:
                return person
        raise LookupError(f"person {who}")

    def _group(self, where: Any) -> Group:
        for group in self.world.groups:
            if str(where) in {str(group.id), group.title}:
                return group
        raise LookupError(f"group {where}")

    @staticmethod
    def _chat_of(person: Person | None) -> Chat:
        if person is None:
            raise ValueError("neither person nor group is named")
        return person.chat_here

    def arguments(self, chat: Chat, values: Json) -> Json:
        """The action's arguments with ids and base64 replaced by what they stand for."""
        made = dict(values)
        homes = {"message": self.world.chats[int(made.pop("source", chat.id))], "reply_to": chat}
        for name, home in homes.items():
            if made.get(name) is not None:
                made[name] = home.messages[int(made[name])]
        if made.get("topic") is not None:
            made["topic"] = chat.topics[int(made["topic"])]
        if isinstance(made.get("data"), str):
            made["data"] = base64.b64decode(made["data"])
        if "options" in made and "message" in made:
            made["options"] = tuple(int(one) for one in made["options"])
        if "pieces" in made:
            pieces = made["pieces"]
            made["pieces"] = [Piece(**{**item, "data": base64.b64decode(item.get("data", ""))}) for item in pieces]
        return made

    def told(self, result: Any) -> Any:
        """What an action gave back, as JSON."""
        match result:
            case Message():
                return message_json(result)
            case Topic():
                return topic_json(result)
            case InlineQuery():
                offers = [{name: one[name] for name in ("id", "title", "description")} for one in result.results or ()]
                return {"query": result.id, "results": offers}
            case Seat() | None:
                return {}
            case list():
                return [self.told(item) for item in result]
            case _:
                return result

    @staticmethod
    def _person_json(person: Person) -> Json:
        return shapes.user(person.user) | {"blocked": person.chat_here.blocked, "started": person.chat_here.started}

    @staticmethod
    def _group_json(group: Group) -> Json:
        members = [shapes.member(member) for member in group.chat.members.values()]
        return shapes.chat(group.chat) | {"members": members}


def message_json(message: Message) -> Json:
    """A message as the bot would get it, and what only people see of it."""
    return shapes.message(message) | {
        "reactions": message.reactions, "silent": message.silent, "kind": message.kind, "buttons": message.buttons,
        "keyboard": message.keyboard, "from_bot": message.from_bot, "markup": message.markup,
        "marks": {str(who): list(marks) for who, marks in message.marks.items()},
        "votes": {str(who): list(options) for who, options in message.votes.items()},
    }  # fmt: skip


def topic_json(topic: Topic) -> Json:
    count = len(topic.messages)
    return shapes.topic(topic) | {"closed": topic.closed, "deleted": topic.deleted, "messages": count}


def add_control(app: web.Application, server: "BotApiServer") -> None:
    """Open /control/ on the server's own port."""
    control = Control(server)

    async def posted(work: Callable[[Json], Awaitable[Any]], request: web.Request) -> Any:
        body = await request.json()
        if not isinstance(body, dict):
            raise TypeError("the body must be a JSON object")
        return await work(body)

    def posting(work: Callable[[Json], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await _answer(posted(work, request))

        return handle

    async def reading(request: web.Request) -> web.Response:
        return await _answer(control.read(request.match_info["what"], request.query))

    app.router.add_post("/control/person", posting(control.person))
    app.router.add_post("/control/group", posting(control.group))
    app.router.add_post("/control/do", posting(control.do))
    app.router.add_post("/control/fault", posting(control.fault))
    app.router.add_get("/control/stream", control.stream)
    app.router.add_get("/control/{what}", reading)


async def _answer(work: Awaitable[Any]) -> web.Response:
    try:
        return web.json_response({"ok": True, "result": await work})
    except LookupError as error:
        return web.json_response({"ok": False, "description": f"there is no such thing: {error}"}, status=404)
    except (ValueError, TypeError, AttributeError, AssertionError, ApiError) as error:  # of a wrong kind, all of them
        return web.json_response({"ok": False, "description": str(error)}, status=400)
