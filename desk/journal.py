"""How the desk's log looks: one line per event on stderr, with no secret in it."""

import json
import logging
import sys
import time
from collections.abc import Collection, Iterator
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from desk.settings import Settings

HIDDEN = "<secret>"
# Shorter ones ("x" in a test) would blot out half of every line.
SHORTEST_SECRET = 4
LONGEST_FIELD = 300
"""Characters of one extra field; a server's answer may be a page."""
# What every record has; anything else was given as `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
QUIET = ("aiogram", "aiohttp", "apscheduler", "aioimaplib", "aiosmtplib", "alembic", "asyncio", "sqlalchemy")


class OneLine(logging.Formatter):
    """`2026-11-22T10:00:00Z WARNING desk.delivery parcel.refused id=7`; a traceback follows as a quoted field."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        self._secrets = sorted((one for one in secrets if len(one) >= SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        message = "\\n".join(record.getMessage().splitlines())
        line = f"{moment}.{int(record.msecs):03}Z {record.levelname} {record.name} {message}"
        line += "".join(f" {key}={_shown(value)}" for key, value in vars(record).items() if key not in _USUAL)
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        if trace:
            line += f" traceback={json.dumps(trace, ensure_ascii=False)}"
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line


def _shown(value: object) -> str:
    """A field's value on one line, in quotes when it is more than a word."""
    text = str(value)
    if len(text) > LONGEST_FIELD:
        text = f"{text[: LONGEST_FIELD - 1]}…"
    plain = text.isprintable() and not any(letter in ' ="\\' for letter in text)
    return text if text and plain else json.dumps(text, ensure_ascii=False)


def secrets_of(settings: Settings) -> set[str]:
    """Every secret that the settings hold, the passwords inside addresses among them."""
    found = set(_secrets(settings))
    for url in (settings.store.url, settings.telegram.proxy or ""):
        if password := urlsplit(url).password:
            found |= {password, unquote(password)}
    return found


def _secrets(thing: Any) -> Iterator[str]:
    if isinstance(thing, SecretStr):
        yield thing.get_secret_value()
    elif isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from _secrets(getattr(thing, name))
    elif isinstance(thing, list):
        for one in thing:
            yield from _secrets(one)


def start_journal(settings: Settings, stream: TextIO = sys.stderr) -> None:
    """Log to `stream` from now on: our own events from INFO, the libraries' from WARNING."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(secrets_of(settings)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
