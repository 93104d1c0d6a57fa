"""A process that is started, killed and asked for things: with a small child of its own in the place of the desk."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from playground.desk_process import DeskGone, DeskProcess, Phase

ROOT = Path(__file__).parent.parent.parent

CHILD = """
import asyncio, os, sys
from playground.desk_process import serve_orders

async def one(): return 1
async def two(): return 2
async def talk(): print("{}"); print("just words", flush=True); return "said"
async def slow(): await asyncio.sleep(0.2)
async def hang(): await asyncio.Event().wait()
async def die(): os._exit(3)
async def fail(): raise LookupError("no such thing")

print("words before anything else", flush=True)
if "dies" in sys.argv: sys.exit("bad configuration")
if "mute" in sys.argv: asyncio.run(hang())
orders = (one, two, talk, slow, hang, die, fail)
asyncio.run(serve_orders({order.__name__: order for order in orders}))
"""

PARENT = """
import asyncio, sys
from pathlib import Path
from playground.desk_process import DeskProcess

async def main():
    child = DeskProcess([sys.executable, sys.argv[1]], Path(sys.argv[2]))
    await child.start()
    busy = asyncio.create_task(child.ask("hang"))
    print(child.pid, flush=True)
    await busy

asyncio.run(main())
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    file = tmp_path / "child.py"
    file.write_text(CHILD)
    return file


@pytest.fixture
async def child(script: Path) -> AsyncIterator[DeskProcess]:
    process = DeskProcess([sys.executable, str(script)], script.with_name("log"))
    yield process
    await process.close()


def _told_apart(script: Path, how: str) -> DeskProcess:
    return DeskProcess([sys.executable, str(script), how], script.with_name("log"))


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


def _there(pid: int) -> bool:
    """Whether there is such a process, be it only a zombie."""
    return Path(f"/proc/{pid}").exists()


def _runs(pid: int) -> bool:
    """The same, but for a zombie that nobody on this machine takes away."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_it_is_started_asked_and_ended_in_order(child: DeskProcess) -> None:
    """Its phases are told one by one, its answers are those of the orders."""
    phases: list[Phase] = []
    child.changed.append(lambda: phases.append(child.phase))
    await child.start()
    assert (await child.ask("one"), await child.ask("two"), child.code) == (1, 2, None)
    await child.stop()
    assert phases == [Phase.STARTING, Phase.ALIVE, Phase.LEAVING, Phase.ENDED]
    assert (child.alive, child.ready, child.code, child.starts) == (False, False, 0, 1)


async def test_what_else_it_prints_is_no_answer(child: DeskProcess) -> None:
    """Words on its standard output go to the log or are passed over."""
    await child.start()
    assert await child.ask("talk") == "said"
    assert "just words" in child.log.read_text()


async def test_a_failed_order_is_told_and_the_next_one_is_carried_out(child: DeskProcess) -> None:
    await child.start()
    with pytest.raises(DeskGone, match="LookupError: no such thing"):
        await child.ask("fail")
    assert await child.ask("one") == 1


async def test_an_order_that_was_given_up_spoils_nothing_for_the_next(child: DeskProcess) -> None:
    """The late answer to one order is not taken for that to another."""
    await child.start()
    with pytest.raises(DeskGone, match="said nothing"):
        await child.ask("slow", patience=0.01)
    assert await child.ask("two") == 2


async def test_orders_of_two_tasks_get_their_own_answers(child: DeskProcess) -> None:
    await child.start()
    said = await asyncio.gather(*(child.ask(order) for order in ("one", "two", "slow", "two", "one")))
    assert said == [1, 2, None, 2, 1]


async def test_two_starts_at_once_make_one_process(child: DeskProcess) -> None:
    await asyncio.gather(child.start(), child.start(), child.start())
    assert child.starts == 1
    assert await child.ask("one") == 1


async def test_a_start_waits_for_the_one_that_is_leaving(child: DeskProcess) -> None:
    """Two at once would refuse each other their database."""
    await child.start()
    first = child.pid
    await asyncio.gather(child.stop(), child.start())
    await child.start()
    assert child.pid is not None
    assert child.pid != first
    assert await child.ask("one") == 1


async def test_a_kill_in_the_middle_of_an_order_is_told_to_whoever_waits(child: DeskProcess) -> None:
    await child.start()
    asked = asyncio.create_task(child.ask("hang"))
    await asyncio.sleep(0)
    await child.kill()
    with pytest.raises(DeskGone):
        await asked
    with pytest.raises(DeskGone, match="does not run"):
        await child.ask("one")
    assert (child.phase, child.code) == (Phase.KILLED, -signal.SIGKILL)
    await child.start()
    assert await child.ask("one") == 1


async def test_a_child_that_dies_by_itself_is_told_apart_from_a_killed_one(child: DeskProcess) -> None:
    await child.start()
    with pytest.raises(DeskGone):
        await child.ask("die")
    await _until(lambda: not child.alive)
    await child.close()
    assert (child.phase, child.code) == (Phase.FELL, 3)


async def test_a_child_that_dies_at_its_start_says_why_in_its_log(script: Path) -> None:
    child = _told_apart(script, "dies")
    for _ in range(2):
        with pytest.raises(DeskGone, match="log"):
            await child.start()
        assert (child.phase, child.alive, child.starts) == (Phase.FELL, False, 0)
    assert child.log.read_text().count("bad configuration") == 2


async def test_a_kill_while_it_starts_ends_the_start(script: Path) -> None:
    """Whoever waits for the start hears of it; so does whoever gives up waiting."""
    child = _told_apart(script, "mute")
    starting = asyncio.create_task(child.start())
    await _until(lambda: child.alive)
    await child.kill()
    with pytest.raises(DeskGone):
        await starting
    assert child.phase is Phase.KILLED
    starting = asyncio.create_task(child.start())
    await _until(lambda: child.alive)
    pid = child.pid
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert not child.alive
    assert pid is not None
    assert not _there(pid)


async def test_a_child_ends_by_itself_when_its_parent_is_killed(script: Path) -> None:
    """Also in the middle of an order that never ends."""
    parent_file = script.with_name("parent.py")
    parent_file.write_text(PARENT)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(parent_file), str(script), str(script.with_name("log")), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert _runs(pid)
    parent.kill()
    await parent.wait()
    await _until(lambda: not _runs(pid))


async def test_blows_at_once_are_one(child: DeskProcess, caplog: pytest.LogCaptureFixture) -> None:
    """Else asyncio's watcher may come too late, complain of an unknown child and take its end for another."""
    for _ in range(2):
        await child.start()
        for _ in range(2000):
            child.strike()
        await child.kill()
        assert (child.code, child.phase) == (-signal.SIGKILL, Phase.KILLED)
    assert not caplog.records


async def test_many_kills_leave_neither_zombies_nor_open_files(child: DeskProcess) -> None:
    await child.start()
    await child.kill()
    before, pids = _open_files(), []
    for _ in range(5):
        await child.start()
        pids.append(child.pid)
        await child.kill()
    await _until(lambda: _open_files() <= before)
    assert [pid for pid in pids if pid is None or _there(pid)] == []
