"""The desk in a process of its own: started, killed in the middle of anything, started again, asked for small things.

The child says one line of JSON when it is ready and one for each order that it carried out; orders are lines on its
standard input, and when that ends the child ends too, so that nothing is left behind when its parent is killed.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

START = 60.0
"""Seconds within which the desk must be ready; a slow machine imports for a while."""
PATIENCE = 30.0
"""Seconds for one order."""
FAREWELL = 12.0
"""Seconds for an orderly end; the desk itself gives up after eight."""


class DeskGone(Exception):
    """The desk is not there (any more) to carry out an order; the text says where its log is."""


class DeskProcess:
    """The parent's side. `changed` is called whenever the desk comes or goes."""

    def __init__(self, command: Sequence[str], log: Path, changed: Callable[[], None] = lambda: None) -> None:
        self._command = list(command)
        self._log = log
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._asking = asyncio.Lock()
        self._starting = asyncio.Lock()
        self.ready = False
        self.starts = 0

    @property
    def alive(self) -> bool:
        """Whether the process runs, ready or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    async def start(self) -> None:
        """Start it unless it runs; back once it is ready. DeskGone when it does not come up."""
        async with self._starting:
            if self.alive:
                return
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
                    start_new_session=True,  # Ctrl+C is for the parent, which ends the child in order
                )  # fmt: skip
            self._watching = asyncio.create_task(self._watch(self._process), name="desk process")
            self._changed()
            await self._hear(START)
            self.ready = True
            self.starts += 1
            self._changed()

    async def kill(self) -> None:
        """End it in the middle of whatever it does, as a power cut would."""
        if self._process is not None and self.alive:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """End it in order, or by force when it takes too long."""
        if self._process is None or not self.alive:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def close(self) -> None:
        """Stop it and forget it."""
        await self.stop()
        if self._watching is not None:
            await self._watching

    def hang_up(self) -> None:
        """Let it read its configuration again, as `kill -HUP` does."""
        if self._process is not None and self.alive:
            self._process.send_signal(signal.SIGHUP)

    async def ask(self, order: str) -> Any:
        """Let it carry out an order; what it says. DeskGone when it is dead or dies over it."""
        async with self._asking:
            if self._process is None or not self.alive or not self.ready:
                raise DeskGone("the desk does not run")
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps({"order": order}).encode() + b"\n")
                await self._process.stdin.drain()
            except (ConnectionError, OSError) as error:
                raise DeskGone("the desk ended") from error
            return await self._hear(PATIENCE)

    async def _hear(self, seconds: float) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = await self._process.stdout.readline()
        except TimeoutError:
            await self.kill()  # whatever it may still say would be taken for the answer to another order
            raise DeskGone(f"the desk said nothing for {seconds:g} s; its log is {self._log}") from None
        if not line:
            raise DeskGone(f"the desk ended; its log is {self._log}")
        said = json.loads(line)
        if "error" in said:
            raise DeskGone(said["error"])
        return said.get("done")

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self.ready = False
        self._changed()


async def serve_orders(carry_out: Mapping[str, Callable[[], Awaitable[Any]]]) -> None:
    """The child's side: say that it is ready, then carry out what is asked until the parent hangs up."""
    said = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed goes to the log
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        print(json.dumps({"done": "ready"}), file=said)
        while line := await reader.readline():
            order = json.loads(line)["order"]
            try:
                answer = {"done": await carry_out[order]()}
            except Exception as error:  # noqa: BLE001 - told to the parent, whose order it was
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=said)
    finally:
        transport.close()
        said.close()
