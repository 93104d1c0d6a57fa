"""A button that turns a page: which list it belongs to, and that list's page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from desk import finding, history, pages, queue
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.pages import Page
from desk.ports import Unit

Painter = Callable[[Desk, Unit, Mapping[str, Any], int], Awaitable[Page]]

_LISTS: Mapping[str, Painter] = {
    finding.SORT: finding.page,
    queue.SORT: queue.page,
    history.SORT: history.page,
}


async def pressed(desk: Desk, unit: Unit, press: Press) -> str:
    """Show the page that the button names. Refusal when the list is too old."""
    sort, asked = await pages.kept(unit, press)
    if not press.arg.isdecimal() or sort not in _LISTS:
        raise Refusal("group.button_old")
    await pages.turn(desk, unit, press, await _LISTS[sort](desk, unit, asked, int(press.arg)))
    return ""
