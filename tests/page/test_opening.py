"""Where the page is opened: which port, which address for whom, whether there is a browser."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator

import pytest

from playground.page import opening
from playground.page.opening import NotOpened, Opened, free_port, has_browser, served, until_stopped
from tests.page.conftest import Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "why"), [("192.0.2.1", "host"), ("no such host", "host"), ("a..b", "host"), ("x" * 70, "host")]
)
async def test_a_host_that_is_not_ours_is_told_from_a_port_that_is_taken(host: str, why: str, taken: int) -> None:
    """Whoever reads the sentence knows which of the two to change."""
    with pytest.raises(NotOpened) as wrong:
        free_port(host, None)
    assert wrong.value.why == why
    with pytest.raises(NotOpened) as busy:
        free_port("127.0.0.1", taken)
    assert (busy.value.why, busy.value.port) == ("taken", taken)


async def test_without_a_wish_the_first_free_port_is_found() -> None:
    """Each that is taken meanwhile is passed over, and those behind the usual one are tried first."""
    found = free_port("127.0.0.1", None)
    assert opening.PORT <= found < opening.PORT + opening.TRIES or found == 0
    if found:
        with socket.socket() as other:
            other.bind(("127.0.0.1", found))
            other.listen()
            assert free_port("127.0.0.1", None) != found


@pytest.mark.parametrize(
    ("environ", "there"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({"BROWSER": "/usr/bin/w"}, True)],
)
async def test_a_browser_is_opened_only_where_there_is_one(environ: dict[str, str], there: bool) -> None:
    """Without a screen a browser of the terminal would take the terminal away."""
    assert has_browser(environ) is there


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signals_end_the_work_in_order(number: signal.Signals) -> None:
    """What the work holds is put down before `until_stopped` returns."""
    put_down = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            put_down.append(True)

    before = signal.signal(number, signal.SIG_DFL)  # whoever runs the tests under `nohup` lets a closed terminal mean nothing
    try:
        async with asyncio.timeout(60):
            await until_stopped(work())
    finally:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, before)
    assert put_down == [True]


async def test_whoever_was_quicker_at_a_port_makes_the_page_take_the_next(shown: Shown, taken: int) -> None:
    """Two demos that start at the same moment both come up; only a port that was asked for is insisted on."""
    async with served(shown.stage, None, None, host="127.0.0.1", port=taken, exact=False) as page:
        assert page.port != taken
    with pytest.raises(NotOpened, match="taken"):
        async with served(shown.stage, None, None, host="127.0.0.1", port=taken):
            pass


async def test_an_address_for_others_names_this_machine_as_they_see_it(shown: Shown) -> None:
    """0.0.0.0 is no address that one can go to, neither from here nor from elsewhere."""
    async with served(shown.stage, None, None, host="0.0.0.0", port=0) as page:
        assert isinstance(page, Opened)
        assert page.url.startswith(f"http://127.0.0.1:{page.port}/?token=")
        assert page.elsewhere.endswith(page.url.partition("/?")[2])
        assert "0.0.0.0" not in page.elsewhere
    async with served(shown.stage, None, None, host="127.0.0.1", port=0) as page:
        assert page.elsewhere == ""
