"""The words of the command line: which commands there are, what each takes, how an error is told."""

import argparse
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from desk import rules_line
from desk.configuration import OVERRIDE
from desk.errors import AlreadyRunning, ConfigError, NoRoom, OtvetError, Refusal, StoreAway, Worded
from desk.texts import LANGUAGES, say

DEFAULT_CONFIG = Path("config.toml")
LAST_PORT = 65535


def parser(language: str) -> argparse.ArgumentParser:
    """The parser of `otvet`; what it returns has `command`, `config` and whatever the command takes besides."""
    whole = argparse.ArgumentParser(
        prog="otvet", description=say(language, "cli.about"), epilog=say(language, "cli.exit_codes")
    )
    commands = whole.add_subparsers(dest="command", metavar=say(language, "cli.command"))

    def command(
        name: str, within: "argparse._SubParsersAction[argparse.ArgumentParser]" = commands, key: str = ""
    ) -> argparse.ArgumentParser:
        help_ = say(language, f"cli.help_{key or name}")
        added = within.add_parser(name, help=help_, description=help_)
        added.add_argument(
            "--config", type=Path, default=DEFAULT_CONFIG, metavar="PATH", help=say(language, "cli.help_config")
        )
        return added

    def group(name: str) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
        help_ = say(language, f"cli.help_{name}")
        added = commands.add_parser(name, help=help_, description=help_)
        return added.add_subparsers(dest="action", metavar=say(language, "cli.command"), required=True)

    command("run")
    _demo(command("demo"), language)
    command("check")
    command("doctor").add_argument("--fix", action="store_true", help=say(language, "cli.help_fix"))
    command("login").add_argument("mailbox", metavar="NAME", help=say(language, "cli.help_login_mailbox"))
    rules_line.parsers(command, group("rules"), language)
    quarantine = group("quarantine")
    command("list", quarantine)
    for action in ("show", "retry", "drop"):
        command(action, quarantine).add_argument("id", type=int, metavar="ID", help=say(language, "cli.help_id"))
    command("due").add_argument(
        "--at", type=lambda text: _day(text, language), metavar="DAY", help=say(language, "cli.help_at")
    )
    _clients(command, group("clients"), language)
    _report(command("report"), language)
    rules_line.trail(command("trail"), language)
    command("migrate")
    command("backup").add_argument("file", type=Path, metavar="FILE", help=say(language, "cli.help_file"))
    restore = command("restore")
    restore.add_argument("file", type=Path, metavar="FILE", help=say(language, "cli.help_file"))
    restore.add_argument("--force", action="store_true", help=say(language, "cli.help_force"))
    return whole


def _demo(demo: argparse.ArgumentParser, language: str) -> None:
    how = demo.add_mutually_exclusive_group()
    how.add_argument("--page", action="store_true", help=say(language, "cli.help_page"))
    how.add_argument("--terminal", action="store_true", help=say(language, "cli.help_terminal"))
    demo.add_argument("--keep", action="store_true", help=say(language, "cli.help_keep"))
    demo.add_argument(
        "--port", type=lambda text: _port(text, language), metavar="PORT", help=say(language, "cli.help_port")
    )
    demo.add_argument(
        "--host", type=lambda text: _host(text, language), default="127.0.0.1", metavar="HOST",
        help=say(language, "cli.help_host"),
    )  # fmt: skip
    demo.add_argument("--language", choices=LANGUAGES, default=language, help=say(language, "cli.help_language"))
    demo.add_argument("--no-browser", action="store_true", help=say(language, "cli.help_no_browser"))
    # Not for people: the page's own desk, which lives in a process that can be killed.
    demo.add_argument("--behind", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)


def _port(text: str, language: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(say(language, "cli.demo_bad_port", port=repr(text[:40]), last=LAST_PORT))


def _host(text: str, language: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if not host or not set(host).isdisjoint(" /?#@\t\n"):
        raise argparse.ArgumentTypeError(say(language, "cli.demo_bad_host", host=repr(text[:80])))
    return host


def not_opened(why: str, host: str, port: int, language: str) -> str:
    """What to tell somebody whose page cannot be at that address: it is taken, forbidden, or not this machine's."""
    if why == "taken":
        return say(language, "cli.demo_taken", port=port)
    if why == "forbidden":
        return say(language, "cli.demo_forbidden", port=port)
    return say(language, "cli.demo_no_host", host=host)


def _clients(
    command: Callable[..., argparse.ArgumentParser],
    within: "argparse._SubParsersAction[argparse.ArgumentParser]",
    language: str,
) -> None:
    bring_in = command("import", within, "clients_import")
    bring_in.add_argument("file", type=Path, metavar="CSV", help=say(language, "cli.help_clients_file"))
    bring_in.add_argument("--apply", action="store_true", help=say(language, "cli.help_apply"))
    bring_in.add_argument("--skip-refused", action="store_true", help=say(language, "cli.help_skip_refused"))
    export = command("export", within, "clients_export")
    export.add_argument("file", type=Path, nargs="?", metavar="CSV", help=say(language, "cli.help_clients_out"))
    command("show", within, "clients_show").add_argument("what", metavar="A-1042", help=say(language, "cli.help_what"))


def _report(command: argparse.ArgumentParser, language: str) -> None:
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--month", metavar="2026-11", help=say(language, "cli.help_month"))
    which.add_argument("--quarter", metavar="2026Q4", help=say(language, "cli.help_quarter"))
    which.add_argument("--week", metavar="2026-W48", help=say(language, "cli.help_week"))
    command.add_argument("--client", default="", metavar="A-1042", help=say(language, "cli.help_report_client"))
    command.add_argument("--out", type=Path, metavar="FILE", help=say(language, "cli.help_out"))


def _day(text: str, language: str) -> datetime | date:
    """A day, or a time of a day, as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(say(language, "closing.due_when", text=repr(text[:40]))) from None


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The desk's language as the configuration names it, whatever else may be wrong there; else Russian."""
    chosen = environ.get(f"{OVERRIDE}DESK__LANGUAGE", "").strip("\"'")
    if chosen in LANGUAGES:
        return chosen
    path = DEFAULT_CONFIG
    for index, argument in enumerate(arguments):
        if argument == "--config" and index + 1 < len(arguments):
            path = Path(arguments[index + 1])
        elif argument.startswith("--config="):
            path = Path(argument.removeprefix("--config="))
    try:
        chosen = tomllib.loads(path.read_text(encoding="utf-8-sig"))["desk"]["language"]
    except (OSError, ValueError, KeyError, TypeError):
        return LANGUAGES[0]
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def sentence(error: Exception, language: str) -> str:
    """What to tell a person about an error that ended a command."""
    if isinstance(error, ConfigError):
        head = say(language, "cli.config_wrong", number=len(error.mistakes))
        return "\n".join([head, *(f"  {mistake.told(language)}" for mistake in error.mistakes)])
    if isinstance(error, Refusal):
        return say(language, error.key, **error.values)
    if isinstance(error, Worded):
        return error.said(language)
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError) and error.filename:
        folder = isinstance(error, IsADirectoryError)
        key = "cli.is_folder" if folder else "cli.no_file" if isinstance(error, FileNotFoundError) else "cli.no_right"
        return say(language, key, what=error.filename)
    if isinstance(error, NoRoom | StoreAway):
        return say(language, "cli.no_room" if isinstance(error, NoRoom) else "cli.store_away", what=error)
    if isinstance(error, AlreadyRunning):
        key = "cli.already_bot" if error.sort == "bot" else "cli.already_database"
        return say(language, key, whose=say(language, "cli.already_process", pid=error.pid) if error.pid else "")
    if isinstance(error, OtvetError | OSError):
        return say(language, "cli.failed", what=str(error).rstrip("."))
    return say(language, "cli.bug", what=f"{type(error).__name__}: {error}")
