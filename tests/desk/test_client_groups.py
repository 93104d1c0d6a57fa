"""Which chats are clients' own groups."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from desk.client_groups import bound
from desk.settings import ClientGroup

FIRST, SECOND, MOVED = -1001000000077, -1001000000078, "-1001000000099"


class Facts:
    """The facts that a unit recalls, and how often it was asked."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known, self.asked = known, 0

    async def recall_all(self, prefix: str) -> dict[str, str]:
        self.asked += 1
        return {key: value for key, value in self.known.items() if key.startswith(prefix)}


@pytest.mark.parametrize(
    ("place", "organisation"),
    [(str(FIRST), "A-1"), (str(SECOND), ""), (MOVED, "A-2"), ("-1001", "")],
    ids=["as configured", "the id before it moved", "the id since", "another chat"],
)
async def test_a_chat_is_looked_up_by_one_question(place: str, organisation: str) -> None:
    """It is asked of every word in every group."""
    groups = [ClientGroup(chat=FIRST, organisation="A-1"), ClientGroup(chat=SECOND, organisation="A-2")]
    desk, facts = (
        SimpleNamespace(settings=SimpleNamespace(client_group=groups)),
        Facts({f"client_group:{SECOND}": MOVED}),
    )
    found = await bound(cast("Any", desk), cast("Any", facts), place)
    assert ((found.organisation if found else ""), facts.asked) == (organisation, 1)
