"""The desk in a process of its own: started, killed in the middle of anything, started again, asked for small things.

The child says one line of JSON when it is ready and one for each order that it carried out; orders are lines on its
standard input, and when that ends the child ends too, so that nothing is left behind when its parent is killed.

Rule: an answer belongs to the order whose number it bears, so that whoever stops waiting spoils nothing for the next.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

START = 60.0
"""Seconds within which the desk must be ready; a slow machine imports for a while."""
PATIENCE = 30.0
"""Seconds for one order."""
FAREWELL = 12.0
"""Seconds for an orderly end; the desk itself gives up after eight."""


class DeskGone(Exception):
    """The desk is not there (any more) to carry out an order; the text says where its log is."""


class Phase(StrEnum):
    """How the desk is, as people see it."""

    NEVER = "never"  # nobody has started it yet
    STARTING = "starting"
    ALIVE = "alive"
    LEAVING = "leaving"  # it ends in order
    ENDED = "ended"  # in order, by somebody's wish
    KILLED = "killed"  # by force, by somebody's wish
    FELL = "fell"  # by itself, which nobody wished


class DeskProcess:
    """The parent's side. `changed` holds what is called whenever the desk comes or goes."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.log = log
        self.changed: list[Callable[[], None]] = []
        self.phase = Phase.NEVER
        self.starts = 0
        self._command = list(command)
        self._process: asyncio.subprocess.Process | None = None
        self._struck: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._asking = asyncio.Lock()
        self._starting = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process runs, ready or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def ready(self) -> bool:
        """Whether it would carry out an order."""
        return self.alive and self.phase is Phase.ALIVE

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def code(self) -> int | None:
        """What the last process ended with: the exit status, or the signal below zero; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start it unless it runs; back once it is ready. DeskGone when it does not come up."""
        async with self._starting:
            if self.alive and self.phase in {Phase.STARTING, Phase.ALIVE}:
                return
            await self._over()  # of one that is leaving: two on one database would only refuse each other
            with self.log.open("ab") as log:
                process = self._process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
                    start_new_session=True,  # Ctrl+C is for the parent, which ends the child in order
                )  # fmt: skip
            self._enter(Phase.STARTING)
            self._watching = asyncio.create_task(self._watch(process), name="desk process")
            try:
                await self._hear(process, 0, START)
            except BaseException:
                # Nobody waits for it any more; a wish that it end has been noted already.
                self._end_by_force(process, Phase.FELL if self.phase is Phase.STARTING else self.phase)
                await asyncio.shield(self._watching)
                raise
            if self.alive and self.phase is Phase.STARTING:
                self.starts += 1
                self._enter(Phase.ALIVE)

    def strike(self) -> None:
        """End it this very moment in the middle of whatever it does, as a power cut would."""
        if self._process is not None and self.alive:
            self._end_by_force(self._process, Phase.KILLED)

    async def kill(self) -> None:
        """`strike`, and back when it is over."""
        self.strike()
        await self._over()

    async def stop(self) -> None:
        """End it in order, or by force when it takes too long."""
        process = self._process
        if process is None or not self.alive:
            return
        assert process.stdin is not None
        if self.phase is not Phase.KILLED:
            self._enter(Phase.LEAVING)
        process.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL):
                await process.wait()
        except TimeoutError:
            self._end_by_force(process, Phase.KILLED)
        await self._over()

    async def close(self) -> None:
        """Stop it and forget it."""
        await self.stop()
        await self._over()

    def hang_up(self) -> None:
        """Let it read its configuration again, as `kill -HUP` does."""
        if self._process is not None and self.alive:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGHUP)

    async def ask(self, order: str, patience: float = PATIENCE) -> Any:
        """Let it carry out an order; what it says. DeskGone when it is dead, dies over it or says nothing in time."""
        async with self._asking:
            process = self._process
            if process is None or not self.ready:
                raise DeskGone("the desk does not run")
            assert process.stdin is not None
            number = next(self._numbers)
            try:
                process.stdin.write(json.dumps({"order": order, "number": number}).encode() + b"\n")
                await process.stdin.drain()
            except (OSError, RuntimeError) as error:  # RuntimeError: its end is closed already
                raise DeskGone("the desk ended") from error
            return await self._hear(process, number, patience)

    async def _hear(self, process: asyncio.subprocess.Process, number: int, seconds: float) -> Any:
        """What it says to the order of that number; what it says to those that nobody waits for is passed over."""
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                while (said := _read(line := await process.stdout.readline())) is None or said["number"] != number:
                    if not line:
                        raise DeskGone(f"the desk ended; its log is {self.log}")
        except TimeoutError:
            raise DeskGone(f"the desk said nothing for {seconds:g} s; its log is {self.log}") from None
        if "error" in said:
            raise DeskGone(str(said["error"]))
        return said.get("done")

    def _end_by_force(self, process: asyncio.subprocess.Process, phase: Phase) -> None:
        if process.returncode is not None:
            return
        self._enter(phase)
        if process is self._struck:
            return  # a second blow may reap it before asyncio's own watcher, which then says what it ended with wrongly
        self._struck = process
        with suppress(ProcessLookupError):
            process.kill()

    async def _over(self) -> None:
        if self._watching is not None:
            await asyncio.shield(self._watching)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        # Whoever wished the end has said so; what is still called alive ended by itself.
        self._enter({Phase.LEAVING: Phase.ENDED, Phase.KILLED: Phase.KILLED}.get(self.phase, Phase.FELL))

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        for listener in list(self.changed):
            listener()


def _read(line: bytes) -> dict[str, Any] | None:
    """An answer, or None for anything else that was printed."""
    with suppress(ValueError):
        said = json.loads(line)
        if isinstance(said, dict) and "number" in said:
            return said
    return None


async def serve_orders(carry_out: Mapping[str, Callable[[], Awaitable[Any]]]) -> None:
    """The child's side: say that it is ready, then carry out what is asked until the parent hangs up."""
    said = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed goes to the log
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    orders: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    # Read beside the work: an order that never ends must not keep the child of a dead parent.
    reading = asyncio.create_task(_read_orders(reader, orders), name="orders heard")
    working = asyncio.create_task(_work_off(orders, said, carry_out), name="orders")
    try:
        ended, _ = await asyncio.wait({reading, working}, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in (reading, working):
            task.cancel()
        await asyncio.gather(reading, working, return_exceptions=True)
        transport.close()
        with suppress(OSError):
            said.close()


async def _read_orders(reader: asyncio.StreamReader, orders: asyncio.Queue[dict[str, Any]]) -> None:
    while line := await reader.readline():
        orders.put_nowait(json.loads(line))


async def _work_off(
    orders: asyncio.Queue[dict[str, Any]], said: TextIO, carry_out: Mapping[str, Callable[[], Awaitable[Any]]]
) -> None:
    with suppress(OSError):  # a parent that died hears nothing
        print(json.dumps({"number": 0, "done": "ready"}), file=said)
        while True:
            order = await orders.get()
            try:
                answer = {"done": await carry_out[order["order"]]()}
            except Exception as error:  # noqa: BLE001 - told to the parent, whose order it was
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"number": order["number"], **answer}), file=said)
