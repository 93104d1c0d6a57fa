"""The server as a process of its own: `python -m playground.botapi --port 8081`."""

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from playground.botapi.asking import is_loopback
from playground.botapi.pace import Limits
from playground.botapi.server import BotApiServer

_ABOUT = """\
A local Telegram Bot API server: one bot, and people who act as told.

It prints its address, which a bot takes in place of https://api.telegram.org, and works until SIGTERM or Ctrl-C:
  ADDRESS/bot<token>/<method>       the Bot API
  ADDRESS/file/bot<token>/<path>    files
  ADDRESS/control/…                 what people do, misfortunes, and what happened
Everything is kept in memory. More in playground/botapi/README.md."""


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m playground.botapi", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--token", type=_token, default="123456:TEST", help="the bot's token (default: %(default)s)")
    parser.add_argument("--username", default="otvet_bot", help="the bot's username (default: %(default)s)")
    parser.add_argument("--name", default="Otvet", help="the bot's name (default: %(default)s)")
    parser.add_argument("--pace", action="store_true", help="keep Telegram's pace: 429 for a bot that writes too fast")
    parser.add_argument("--private-topics", action="store_true", help="private chats with the bot have topics")
    parser.add_argument("--no-privacy", action="store_true", help="the bot hears everything in groups")
    parser.add_argument(
        "--control", action="store_true", help="open /control/ even where others can reach it: without this, only when"
        " the host is a loopback address",
    )  # fmt: skip
    return parser.parse_args(given)


def _token(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d*:[\w-]+", value, re.ASCII):
        raise argparse.ArgumentTypeError("a token looks like 123456:TEST")
    return value


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    server = BotApiServer(
        options.token, options.username, bot_name=options.name, limits=Limits() if options.pace else None,
        privacy=not options.no_privacy, private_topics=options.private_topics,
        control=options.control or is_loopback(options.host),
    )  # fmt: skip
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await server.start(options.host, options.port)
        print(server.url, flush=True)  # noqa: T201 - the one who started it reads the address here
        await stop.wait()
    except OSError as error:
        sys.exit(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}")
    finally:
        await server.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
