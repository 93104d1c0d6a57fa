"""The words of `rules check`, `explain` and `replay` on the command line, and the message that they make up."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desk import routing
from desk.calendar import WorkingTime
from desk.desk import Setup
from desk.durations import parse_plain
from desk.facts import Facts
from desk.language import guess_language
from desk.texts import LANGUAGES, say
from desk.tickets import Priority, Type

_SHORT = re.compile(r"(\d{1,5})\s*([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
Command = Callable[..., argparse.ArgumentParser]


def parsers(command: Command, within: "argparse._SubParsersAction[argparse.ArgumentParser]", language: str) -> None:
    """Add the three to the group `rules`."""
    command("check", within, "rules_check")
    _explain(command("explain", within), language)
    replay = command("replay", within, "rules_replay")
    replay.add_argument(
        "--since", metavar="30d", help=say(language, "cli.help_since"),
        type=lambda text: _since(text, language), default=timedelta(days=30),
    )  # fmt: skip
    replay.add_argument("--rules", type=Path, metavar="PATH", help=say(language, "cli.help_other_rules"))
    replay.add_argument("--all", action="store_true", help=say(language, "cli.help_all"))


def trail(command: argparse.ArgumentParser, language: str) -> None:
    """The words of `trail`."""
    command.add_argument("--ticket", default="", metavar="SD-7", help=say(language, "cli.help_trail_ticket"))
    command.add_argument("--client", default="", metavar="A-1042", help=say(language, "cli.help_trail_client"))
    command.add_argument(
        "--since", metavar="30d", type=lambda text: _since(text, language), help=say(language, "cli.help_trail_since")
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=say(language, "cli.help_trail_out")
    )


def _explain(command: argparse.ArgumentParser, language: str) -> None:
    def text(option: str, key: str, **more: Any) -> None:
        command.add_argument(option, help=say(language, f"cli.help_{key}"), **more)

    several: dict[str, Any] = {"action": "append", "default": []}
    text("--ticket", "explained_ticket", metavar="SD-7")
    text("--channel", "channel", choices=("telegram", "mail"))
    text("--mailbox", "mailbox", default="", metavar="NAME")
    text("--from", "from", dest="sender", metavar="ADDRESS", **several)
    text("--to", "to", metavar="ADDRESS", **several)
    text("--subject", "subject", default="")
    text("--text", "text", default="")
    text("--file", "named_file", metavar="NAME", **several)
    text("--attachment", "attachment", action="store_true")
    text("--client", "client", metavar="NAME", **several)
    text("--organisation", "organisation", default="", metavar="NAME")
    text("--client-id", "client_id", default="", metavar="A-1042")
    text("--product", "product", default="", metavar="NAME")
    text("--plan", "plan", default="", metavar="NAME")
    text("--type", "type", type=Type, choices=list(Type), default=None)
    text("--priority", "priority", type=Priority, choices=list(Priority), default=None)
    text("--tag", "tag", metavar="TAG", **several)
    text("--field", "field", metavar="NAME=TEXT", type=lambda given: _pair(given, language), **several)
    text("--language", "message_language", choices=LANGUAGES, default="")
    text("--at", "message_at", metavar="TIME", type=lambda given: _time(given, language), default=None)
    text("--known", "known", action="store_true")
    text("--night", "night", action="store_true")


def _since(text: str, language: str) -> timedelta | datetime:
    """What 30d, 12h, 2w, «30 days» or a day mean."""
    if short := _SHORT.fullmatch(text.strip().lower()):
        return int(short[1]) * _UNITS[short[2]]
    try:
        return parse_plain(text)
    except ValueError:
        return _time(text, language, "routing.since")


def _time(text: str, language: str, wrong: str = "routing.when") -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say(language, wrong, text=repr(text[:40]))) from None


def _pair(text: str, language: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(say(language, "routing.pair", text=repr(text[:40])))
    return name.strip(), value.strip()


def facts_of(options: argparse.Namespace, setup: Setup) -> Facts:
    """The message that the options make up."""
    zone = setup.settings.desk.zone
    at = options.at.replace(tzinfo=options.at.tzinfo or zone).astimezone(zone) if options.at else None
    working = _works(setup.calendar, at) and not options.night
    return Facts(
        channel=options.channel,
        mailbox=options.mailbox,
        sender=tuple(options.sender),
        recipients=tuple(options.to),
        subject=options.subject,
        text=options.text,
        has_attachment=options.attachment or bool(options.file),
        files=tuple(options.file),
        working_hours=working,
        known_client=options.known,
        language=options.language or guess_language(f"{options.subject}\n{options.text}"),
        at=at or datetime.now(zone),
        client=tuple(options.client),
        organisation=options.organisation,
        client_id=options.client_id,
        product=options.product,
        plan=options.plan,
        type=options.type,
        priority=options.priority,
        tags=tuple(options.tag),
        fields={**routing.said_in(setup, options.text), **dict(options.field)},
    )


def _works(calendar: WorkingTime, at: datetime | None) -> bool:
    return at is None or calendar.is_working(at.astimezone(UTC))


def begun(since: timedelta | datetime, now: datetime, setup: Setup) -> datetime:
    """The moment from which tickets are looked at."""
    if isinstance(since, timedelta):
        return now - since
    return since.replace(tzinfo=since.tzinfo or setup.settings.desk.zone).astimezone(UTC)


def nothing_to_explain(options: argparse.Namespace) -> bool:
    """Whether neither a ticket nor the channel of a made-up message is given."""
    return not options.ticket and not options.channel
