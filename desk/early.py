"""A 👎 that comes while the post under it is still being worked on: kept until the post is here, and heard then."""

import json
from datetime import datetime, timedelta
from typing import Any

from desk.desk import Desk
from desk.incoming import Engineer, Post
from desk.ports import Unit

LIVES = timedelta(minutes=10)
"""A file is fetched for as long at most."""

AT_MOST = 100
_KEY = "early.down"


async def remember(desk: Desk, unit: Unit, engineer: Engineer, place: str, external_id: str, *, down: bool) -> None:
    """Keep that somebody's 👎 stands on a message that is not known yet, or does not stand there any more."""
    before = await _all(unit)
    if not down and not before:
        return
    since = (desk.now() - LIVES).isoformat()
    mine = [place, external_id, engineer.id]
    kept = [one for one in before if one[:3] != mine and one[3] > since]
    if down:
        kept.append([*mine, desk.now().isoformat()])
    if kept != before:
        await unit.remember(_KEY, json.dumps(kept[-AT_MOST:]))


async def taken_back(desk: Desk, unit: Unit, post: Post) -> bool:
    """Whether its author took the post back before it was here."""
    since = desk.now() - LIVES
    ids = {post.external_id, *post.also}
    return any(
        place == post.place and external_id in ids and who == post.engineer.id and datetime.fromisoformat(at) > since
        for place, external_id, who, at in await _all(unit)
    )


async def _all(unit: Unit) -> list[list[Any]]:
    return list(json.loads(await unit.recall(_KEY) or "[]"))
