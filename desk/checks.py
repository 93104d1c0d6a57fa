"""The kinds of value that the configuration has, each with the sentence that a wrong one earns."""

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, SecretStr, ValidationInfo

from desk.calendar import WEEK, parse_hours
from desk.durations import Span, parse_plain, parse_span
from desk.said import Said, Wrong

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?", re.ASCII)
_TOKEN = re.compile(r"[0-9]+:\S+", re.ASCII)
LONGEST_PREFIX = 10  # a topic's name has 128 characters, most of them for the client
_NAME = re.compile(r"[\w.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)
_TELEGRAM_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}", re.ASCII)
_SERVER_ID = re.compile(r"[^\s;\"()<>@,\\]{0,253}")


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be; "" when none is like it."""
    lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[near[0]] if near else ""


def nearest(word: str, known: Collection[str]) -> str:
    """A question that names the known word most like `word`, else the list of them."""
    if meant := closest(word, known):
        return Said("config.did_you_mean", word=meant)
    return Said("config.known_are", words=", ".join(f'"{name}"' for name in known)) if known else ""


def from_environment(value: Any, info: ValidationInfo) -> Any:
    """The text that `{ env = "NAME" }` refers to; anything else as it is."""
    if not isinstance(value, dict):
        return value
    if set(value) != {"env"} or not isinstance(value["env"], str):
        raise Wrong(Said("config.reference"))
    environ: Mapping[str, str] = (info.context or {}).get("environ", os.environ)
    name = value["env"]
    if not environ.get(name):
        near = difflib.get_close_matches(name, environ, n=1, cutoff=0.8)
        misspelt = bool(near) and near[0] != name
        hint = Said("config.set_or_meant", name=near[0]) if misspelt else Said("config.set_variable")
        raise Wrong(Said("config.variable_empty" if name in environ else "config.variable_unset", name=name), hint)
    return environ[name]


def shaped(form: re.Pattern[str], key: str, text: str) -> str:
    if not form.fullmatch(text):
        raise Wrong(Said(key))
    return text


def _span(value: Any, read: Callable[[str], Span | timedelta] = parse_span, least: timedelta | None = None) -> Span:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        raise Wrong(Said("config.span"))
    length = read(value)
    span = length if isinstance(length, Span) else Span(plain=length)
    if least is not None and (not span or (span.plain is not None and span.plain < least)):
        raise Wrong(Said("config.too_short", value=value), Said("config.too_short_hint", least=str(Span(plain=least))))
    return span


def day_of(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Wrong(Said("config.date")) from None


def by_whole_key(table: Any) -> Any:
    """A table of sentences with each under its whole key: `moved` is "client.moved", [when] today "when.today"."""
    if not isinstance(table, dict):
        return table
    whole: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            whole |= {f"{key}.{inner}": sentence for inner, sentence in value.items()}
        else:
            whole[key if "." in key else f"client.{key}"] = value
    return whole


def zone_named(name: str) -> str:
    zones = available_timezones()
    if name in zones:
        return name
    city = {zone.rsplit("/", 1)[-1].lower(): zone for zone in sorted(zones, reverse=True)}
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), [*city, *(z.lower() for z in zones)], n=1)
    found = near and (city.get(near[0]) or next((zone for zone in zones if zone.lower() == near[0]), ""))
    hint = Said("config.did_you_mean", word=found) if found else Said("config.no_zone_hint")
    raise Wrong(Said("config.no_zone", name=name), hint)


def path_of(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise Wrong(Said("config.folder"))
    return Path(os.path.normpath((info.context or {}).get("folder", Path.cwd()) / Path(value).expanduser()))


def database_url(url: str, info: ValidationInfo) -> str:
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest.strip("/") not in ("", ":memory:"):
        return f"sqlite:///{path_of(rest[1:], info)}"
    if scheme in ("postgresql", "postgresql+psycopg") and rest.strip("/"):
        return url
    if scheme == "sqlite":
        raise Wrong(Said("config.no_database_file"), Said("config.no_database_file_hint"))
    like = scheme.startswith(("postgres", "psql", "pg"))
    hint = Said("config.postgresql_meant" if like else "config.no_database_hint")
    raise Wrong(Said("config.no_database"), hint)


def web_url(schemes: tuple[str, str], url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        first, second = (f"{scheme}://" for scheme in schemes)
        raise Wrong(Said("config.web_address", first=first, second=second))
    return url.rstrip("/")


def weekday_named(name: str) -> str:
    if name not in WEEK:
        raise Wrong(Said("config.unknown_weekday", name=name), nearest(name, WEEK))
    return name


def shifts_of(value: Any) -> tuple[tuple[int, int], ...]:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str):
        raise Wrong(Said("config.hours"))
    return parse_hours(value) if value.strip() else ()  # "" is a day without work


def prefix_of(text: str) -> str:
    if not text.isalnum() or len(text) > LONGEST_PREFIX:
        raise Wrong(Said("config.prefix", longest=LONGEST_PREFIX))
    return text


def group_id(number: int) -> int:
    if number >= 0:
        raise Wrong(Said("config.group_id"), Said("config.group_id_hint"))
    return number


def bot_token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise Wrong(Said("config.token"), Said("config.token_hint"))
    return token


def telegram_person(value: Any) -> int | str:
    """A person's id, or their @name in small letters."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and _TELEGRAM_NAME.fullmatch(value):
        return value.lower()
    raise Wrong(Said("config.telegram_person"), Said("config.telegram_person_hint"))


def term_of(value: Any) -> Span:
    span = _span(value)
    if span.working_days is not None:
        raise Wrong(Said("config.term_in_days"), Said("config.term_in_days_hint"))
    if not span:
        raise Wrong(Said("config.too_short", value=value), Said("config.too_short_hint", least="1 minute"))
    return span


def keep_of(value: Any) -> Span | None:
    """How long something is kept: a day at least; "" is for ever."""
    if value is None or value == "":
        return None
    return _span(value, read=parse_plain, least=timedelta(days=1))


def domain_of(text: str) -> str:
    """A mail domain as it stands in headers: lower case, Cyrillic letters in their ASCII form."""
    try:
        domain = text.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise Wrong(Said("config.domain"), Said("config.domain_hint") if "@" in text else "")
    return domain


def is_loopback(host: str) -> bool:
    """Whether the host is this very machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


Text = Annotated[str, AfterValidator(partial(shaped, re.compile(r"(?s).*\S.*"), "config.empty"))]
Name = Annotated[str, AfterValidator(partial(shaped, _NAME, "config.name"))]
Choice = Annotated[str, AfterValidator(partial(shaped, re.compile(r"(?=.*\S)[^\n]{1,40}"), "config.choice"))]
Label = Annotated[str, AfterValidator(partial(shaped, re.compile(r"(?=.*\w)[^\n:=]{1,40}"), "config.label"))]
Host = Annotated[str, AfterValidator(partial(shaped, _HOST, "config.host"))]
MailAddress = Annotated[str, AfterValidator(partial(shaped, _ADDRESS, "config.mail_address"))]
MailDomain = Annotated[str, AfterValidator(domain_of)]
ServerId = Annotated[str, AfterValidator(partial(shaped, _SERVER_ID, "config.authserv_id"))]
Zone = Annotated[str, AfterValidator(zone_named)]
Prefix = Annotated[str, AfterValidator(prefix_of)]
Folder = Annotated[Path, PlainValidator(path_of)]
Sentences = Annotated[dict[str, str], BeforeValidator(by_whole_key)]
GroupId = Annotated[int, AfterValidator(group_id)]
Secret = Annotated[SecretStr, BeforeValidator(from_environment)]
Tenant = Annotated[str, AfterValidator(partial(shaped, re.compile(r"[A-Za-z0-9.-]{1,253}", re.ASCII), "config.tenant"))]
Token = Annotated[Secret, AfterValidator(bot_token)]
Referred = Annotated[Text, BeforeValidator(from_environment)]
Wait = Annotated[Span, PlainValidator(_span)]
Interval = Annotated[Span, PlainValidator(partial(_span, least=timedelta(seconds=1)))]
Beat = Annotated[Span, PlainValidator(partial(_span, read=parse_plain, least=timedelta(seconds=1)))]
Moment = Annotated[Span, PlainValidator(partial(_span, read=parse_plain))]
Term = Annotated[Span, PlainValidator(term_of)]
Keep = Annotated[Span | None, PlainValidator(keep_of)]
TelegramPerson = Annotated[int | str, PlainValidator(telegram_person)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = list[Annotated[date, PlainValidator(day_of)]]
Shifts = Annotated[tuple[tuple[int, int], ...], PlainValidator(shifts_of)]
Weekday = Annotated[str, AfterValidator(weekday_named)]
Hours = dict[Weekday, Shifts]
DatabaseUrl = Annotated[Referred, AfterValidator(database_url)]
WebUrl = Annotated[str, AfterValidator(partial(web_url, ("https", "http")))]
ProxyUrl = Annotated[Referred, AfterValidator(partial(web_url, ("http", "socks5")))]
