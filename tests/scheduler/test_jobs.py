"""The table of jobs ticks, survives errors and stops cleanly."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.jobs import Job, Ticker

HOUR = timedelta(hours=1)
SOON = 5.0  # seconds; only a failure waits so long


def silent(name: str, error: Exception) -> None:
    raise AssertionError(f"{name}: {error}")


async def nothing() -> None:
    """Do nothing."""


async def test_every_job_has_its_first_turn_at_once() -> None:
    done = {name: asyncio.Event() for name in ("remind", "close")}

    def job(name: str) -> Job:
        async def run() -> None:
            done[name].set()

        return Job(name=name, every=HOUR, run=run)

    ticker = Ticker([job("remind"), job("close")], silent)
    ticker.start()
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in done.values())), SOON)
    await ticker.stop()


async def test_a_job_comes_again_and_never_beside_itself() -> None:
    at_once, most, turns, enough = 0, 0, 0, asyncio.Event()

    async def run() -> None:
        nonlocal at_once, most, turns
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.03)
        at_once -= 1
        turns += 1
        if turns == 3:
            enough.set()

    ticker = Ticker([Job(name="slow", every=timedelta(milliseconds=10), run=run)], silent)
    ticker.start()
    await asyncio.wait_for(enough.wait(), SOON)
    await ticker.stop()
    assert most == 1


async def test_an_error_is_told_and_the_job_goes_on() -> None:
    told: list[tuple[str, str]] = []
    twice = asyncio.Event()

    async def run() -> None:
        raise RuntimeError(f"turn {len(told)}")

    def on_error(name: str, error: Exception) -> None:
        told.append((name, str(error)))
        if len(told) == 2:
            twice.set()

    ticker = Ticker([Job(name="bad", every=timedelta(milliseconds=10), run=run)], on_error)
    ticker.start()
    await asyncio.wait_for(twice.wait(), SOON)
    await ticker.stop()
    assert told[:2] == [("bad", "turn 0"), ("bad", "turn 1")]


async def test_stopping_lets_a_running_job_finish() -> None:
    began, go, finished = asyncio.Event(), asyncio.Event(), False

    async def run() -> None:
        nonlocal finished
        began.set()
        await go.wait()
        finished = True

    ticker = Ticker([Job(name="long", every=HOUR, run=run)], silent)
    ticker.start()
    await asyncio.wait_for(began.wait(), SOON)
    stopping = asyncio.create_task(ticker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go.set()
    await stopping
    assert finished


async def test_a_job_that_does_not_end_is_cancelled() -> None:
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    ticker = Ticker([Job(name="stuck", every=HOUR, run=run)], silent)
    ticker.start()
    await asyncio.wait_for(began.wait(), SOON)
    await ticker.stop(within=timedelta(milliseconds=1))
    assert cancelled.is_set()


async def test_nothing_ticks_after_the_stop_and_a_second_stop_is_harmless() -> None:
    ticker = Ticker([Job(name="one", every=HOUR, run=nothing)], silent)
    ticker.start()
    with pytest.raises(RuntimeError):
        ticker.start()
    await ticker.stop()
    await ticker.stop()
    assert len(asyncio.all_tasks()) == 1


async def test_run_all_once_keeps_the_order_of_the_table() -> None:
    seen: list[str] = []

    def job(name: str, *, bad: bool = False) -> Job:
        async def run() -> None:
            seen.append(name)
            if bad:
                raise ValueError(name)

        return Job(name=name, every=HOUR, run=run)

    await Ticker(
        [job("a"), job("b", bad=True), job("c")], lambda name, _: seen.append(f"error in {name}")
    ).run_all_once()
    assert seen == ["a", "b", "error in b", "c"]


async def test_a_clock_that_was_set_back_stops_no_job() -> None:
    shift, turns = timedelta(), asyncio.Queue[None]()

    async def run() -> None:
        turns.put_nowait(None)

    ticker = Ticker([Job(name="tick", every=HOUR, run=run)], silent, wall=lambda: datetime.now(UTC) + shift)
    ticker.start()
    await asyncio.wait_for(turns.get(), SOON)
    assert not ticker.look_at_clock()
    shift = timedelta(hours=3)
    assert not ticker.look_at_clock()
    shift = timedelta(hours=-1)
    assert ticker.look_at_clock()
    await asyncio.wait_for(turns.get(), SOON)
    await ticker.stop()


@pytest.mark.parametrize(
    ("jobs", "says"),
    [
        ([Job(name="a", every=HOUR, run=nothing)] * 2, "two jobs have one name: a"),
        ([Job(name="a", every=timedelta(), run=nothing)], "the job a must have a period"),
    ],
)
def test_a_table_that_cannot_tick_is_refused(jobs: list[Job], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Ticker(jobs, silent)
