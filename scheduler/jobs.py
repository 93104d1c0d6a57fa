"""A table of jobs that are looked at again and again while the desk runs.

Rule: the schedule says when to look, the database says what is due. Nothing is kept between runs: a tick that was
missed costs a delay, one that came twice costs nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# How often the clock on the wall is compared with the one that nobody can set.
CLOCK_LOOK = timedelta(seconds=30)
# Smaller steps are ordinary time keeping; a tick may wait that long.
CLOCK_STEP = timedelta(seconds=5)

OnError = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to look at every so often; `run` must bear being called twice, and being cancelled."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Ticker:
    """Runs the jobs of a table, none of them beside itself.

    A job that raises is told to `on_error` by name and runs again at its next turn.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        on_error: OnError,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the table; raise ValueError for two jobs of one name or a period that is not positive."""
        names = [job.name for job in jobs]
        if len(set(names)) < len(names):
            raise ValueError(f"two jobs have one name: {min(name for name in names if names.count(name) > 1)}")
        if idle := [job.name for job in jobs if job.every <= timedelta()]:
            raise ValueError(f"the job {idle[0]} must have a period longer than nothing")
        self._jobs = tuple(jobs)
        self._on_error = on_error
        self._wall = wall
        self._running: set[asyncio.Task[Any]] = set()
        self._schedule: Any = None
        self._clock_watch: asyncio.Task[None] | None = None
        self._ahead = timedelta()

    def start(self) -> None:
        """Begin to tick inside the running event loop; every job has its first turn at once."""
        if self._schedule is not None:
            raise RuntimeError("the ticker ticks already")
        # Imported here: commands that never tick start faster without it.
        from apscheduler.executors.asyncio import AsyncIOExecutor
        from apscheduler.jobstores.memory import MemoryJobStore
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._schedule = AsyncIOScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            # No grace time: by default a job that is a second late would be dropped without a word.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self._jobs:
            self._schedule.add_job(
                self._turn,
                "interval",
                seconds=job.every.total_seconds(),
                args=[job],
                id=job.name,
                next_run_time=datetime.now(UTC),
            )
        self._schedule.start()
        self._ahead = self._wall_ahead()
        self._clock_watch = asyncio.create_task(self._watch_clock(), name="clock watch")

    async def stop(self, within: timedelta = timedelta(seconds=5)) -> None:
        """Begin nothing new, wait for what runs and cancel what is not done `within` that time."""
        if self._schedule is None:
            return
        schedule, self._schedule = self._schedule, None
        # The library's own shutdown cancels running coroutines in the middle: first they are let finish.
        schedule.pause()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        schedule.shutdown(wait=False)
        if self._clock_watch is not None:
            self._clock_watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clock_watch
            self._clock_watch = None
        # The library shuts down in a callback of its own; it is done once this turn of the loop is over.
        await asyncio.sleep(0)

    async def run_all_once(self) -> None:
        """Give every job one turn now, in the order of the table; for the demo and for tests."""
        for job in self._jobs:
            await self._turn(job)

    def look_at_clock(self) -> bool:
        """Give every job a turn now if the clock on the wall was set back; return whether it was.

        The library waits for a time on the wall: set back by an hour, it would not tick for an hour.
        """
        ahead = self._wall_ahead()
        set_back = self._ahead - ahead > CLOCK_STEP
        self._ahead = ahead
        if set_back and self._schedule is not None:
            for job in self._jobs:
                self._schedule.modify_job(job.name, next_run_time=datetime.now(UTC))
        return set_back

    async def _turn(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            await job.run()
        except Exception as error:  # noqa: BLE001 - whatever one job does, the others and its next turn go on
            self._on_error(job.name, error)
        finally:
            if task is not None:
                self._running.discard(task)

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_LOOK.total_seconds())
            self.look_at_clock()

    def _wall_ahead(self) -> timedelta:
        seconds = asyncio.get_running_loop().time()
        return self._wall() - datetime.fromtimestamp(0, UTC) - timedelta(seconds=seconds)
