"""A wire that a test can cut, after so many bytes or in the middle of silence: a TCP proxy before any server."""

import asyncio
from typing import Self


class Proxy:
    """Passes everything on; `cut_after` bytes from the server it hangs up once, `swallow` it says nothing any more."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.port = 0
        self.cut_after: int | None = None
        self.swallow = False
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        inner, outer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, outer}
        for task in (self._pass(reader, outer, cuts=False), self._pass(inner, writer, cuts=True)):
            made = asyncio.create_task(task)
            self._tasks.add(made)
            made.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, cuts: bool) -> None:
        try:
            while data := await reader.read(4_096):
                if cuts and self.swallow:
                    continue
                if cuts and self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        writer.write(data[: len(data) // 2])
                        break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
