"""What the engineers' group needs besides people's own actions: how topics may look, and who rules there."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from playground.botapi import shapes, topics
from playground.botapi.errors import NotPossible
from playground.botapi.groups import Group
from playground.botapi.model import GENERAL, Json, Member, Topic
from playground.botapi.people import Person
from playground.page.server import Page, done

NAME_LIMIT = 128
"""Characters of a topic's name (Bot API, createForumTopic)."""


def add(app: web.Application, page: Page) -> None:
    """GET /api/group; POST /api/group/member and /api/group/topic, as below."""

    async def looks(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        telegram: Json = page.stage.tables()["telegram"]
        return done({
            "icons": topics.ICONS,
            "colours": [f"#{colour:06x}" for colour in topics.COLOURS],
            "hold": {"telegram": seconds(telegram.get("hold", "")), "mail": seconds(telegram.get("hold_mail", ""))},
        })  # fmt: skip

    async def member(request: web.Request) -> web.Response:
        """{"do": "join" | "leave" | "promote" | "demote", "group", "person", "by"?, "admin"?}."""
        body: Json = await request.json()
        group, person = _group(page, body["group"]), _person(page, body["person"])
        by = _person(page, body["by"]) if body.get("by") is not None else None
        match body.get("do"):
            case "join":
                if _standing(group, person).inside:
                    raise ValueError(f"{person.name} is in the group already")
                group.add(person, admin=bool(body.get("admin")), by=by)
            case "leave":
                _inside(group, person)
                group.remove(person, by=by or person)
            case "promote" | "demote" as what:
                _set_admin(group, person, admin=what == "promote")
            case other:
                raise ValueError(f"nobody does {other!r} in a group")
        return done()

    async def topic(request: web.Request) -> web.Response:
        """{"do": "create" | "change" | "close" | "reopen" | "delete", "group", "person", "topic"?, "name"?, …}."""
        body: Json = await request.json()
        group, person = _group(page, body["group"]), _person(page, body["person"])
        return done(_topic(group, person, body))

    app.router.add_get("/api/group", looks)
    app.router.add_post("/api/group/member", member)
    app.router.add_post("/api/group/topic", topic)


def seconds(duration: str) -> int:
    """The seconds in «5 seconds»; 0 for nothing."""
    count, _, unit = duration.partition(" ")
    return int(count or 0) * {"second": 1, "minute": 60}.get(unit.removesuffix("s"), 1)


def _topic(group: Group, person: Person, body: Json) -> Json:
    """What the app lets this person do with a topic. NotPossible where it does not."""
    world, what = group.world, body.get("do")
    _inside(group, person)
    if what == "create":
        _may(group, person, None)
        made = topics.open_topic(world, group.chat, person.user, _name(body), icon=_icon(body) or None)
        return shapes.topic(made)
    place = group.chat.topics.get(int(body["topic"]))
    if place is None or place.deleted:
        raise NotPossible("the topic is not there (any more)")
    _may(group, person, place)
    match what:
        case "change":
            name = _name(body)
            icon = _icon(body) if body.get("icon") is not None else None
            topics.rename_topic(world, place, person.user, name=name if name != place.name else None, icon=icon)
        case "close" if not place.closed:
            topics.close_topic(world, place, person.user)
        case "reopen" if place.closed:
            topics.reopen_topic(world, place, person.user)
        case "delete" if place.id != GENERAL:
            topics.delete_topic(world, place)
        case "close" | "reopen":
            pass  # another tab was quicker
        case other:
            raise ValueError(f"nobody does {other!r} with a topic")
    return shapes.topic(place)


def _name(body: Json) -> str:
    name = " ".join(str(body.get("name", "")).split())
    if not name or len(name) > NAME_LIMIT:
        raise ValueError(f"a topic's name has 1 to {NAME_LIMIT} characters")
    return name


def _icon(body: Json) -> str:
    icon = str(body.get("icon") or "")
    if icon and icon not in topics.ICONS:
        raise LookupError(f"icon {icon}")
    return icon


def _may(group: Group, person: Person, place: Topic | None) -> None:
    """Whoever opened a topic rules in it, and so do administrators who manage topics."""
    if _standing(group, person).may("can_manage_topics"):
        return
    if place is None or place.creator != person.id:
        raise NotPossible("only administrators manage topics here")


def _set_admin(group: Group, person: Person, *, admin: bool) -> None:
    member = _inside(group, person)
    rights = shapes.RIGHTS if admin else frozenset[str]()
    new = replace(member, status="administrator" if admin else "member", rights=rights)
    group.world.member_set(group.chat, group.owner, new)


def _inside(group: Group, person: Person) -> Member:
    member = _standing(group, person)
    if not member.inside:
        raise NotPossible(f"{person.name} is not in the group")
    return member


def _standing(group: Group, person: Person) -> Member:
    return group.chat.members.get(person.id) or Member(user=person.user, status="left")


def _group(page: Page, where: Any) -> Group:
    """The group with that id, or that had it before it migrated. LookupError."""
    for group in page.world.groups:
        old = page.world.chats.get(int(where))
        if group.id == int(where) or (old is not None and old.migrated_to == group.id):
            return group
    raise LookupError(f"group {where}")


def _person(page: Page, who: Any) -> Person:
    for person in page.world.people:
        if person.id == int(who):
            return person
    raise LookupError(f"person {who}")
