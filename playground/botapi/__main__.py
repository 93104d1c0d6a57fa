"""The server as a process of its own: `python -m playground.botapi --port 8081`."""

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress

from playground.botapi.pace import Limits
from playground.botapi.server import BotApiServer


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.botapi", description="A local Telegram Bot API server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--token", default="123456:TEST", help="the bot's token (default: %(default)s)")
    parser.add_argument("--username", default="otvet_bot", help="the bot's username (default: %(default)s)")
    parser.add_argument("--pace", action="store_true", help="keep Telegram's pace: 429 for a bot that writes too fast")
    parser.add_argument("--private-topics", action="store_true", help="private chats with the bot have topics")
    return parser.parse_args(given)


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    server = BotApiServer(
        options.token, options.username, limits=Limits() if options.pace else None,
        private_topics=options.private_topics, control=True,
    )  # fmt: skip
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start(options.host, options.port)
    print(server.url, flush=True)  # noqa: T201 - the one who started it reads the address here
    try:
        await stop.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
