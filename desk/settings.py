"""The configuration as values, named like the keys of `config.toml`.

`desk.configuration` reads the file and words the mistakes; `desk.checks` knows each kind of value. Secrets stay out
of `repr`. Longer than most modules: one table of the file after another.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator

from desk.calendar import WEEK, DaysOff, NoDaysOff, WorkingTime, parse_hours
from desk.checks import (
    Beat,
    Choice,
    DatabaseUrl,
    Days,
    Folder,
    GroupId,
    Host,
    Hours,
    Interval,
    Keep,
    Label,
    MailAddress,
    MailDomain,
    Moment,
    Name,
    Prefix,
    ProxyUrl,
    Rate,
    Secret,
    Sentences,
    ServerId,
    Shifts,
    TelegramPerson,
    Tenant,
    Term,
    Text,
    Token,
    Wait,
    WebUrl,
    Weekday,
    Zone,
    is_loopback,
)
from desk.durations import Span
from desk.said import Said, Wrong

PORTS = {  # by what a server speaks and how it is secured; RFC 8314, 3501, 6409, 5321
    ("imap", "tls"): 993, ("imap", "none"): 143,
    ("smtp", "tls"): 465, ("smtp", "starttls"): 587, ("smtp", "none"): 25,
}  # fmt: skip
WORKDAY = parse_hours("10:00-14:00, 15:00-19:00")


class Table(BaseModel):
    """A table of the file: no key that we do not know, nothing guessed, nothing changed later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, validate_default=True
    )


class About(Table):
    name: Text
    language: Literal["ru", "en"] = "ru"
    timezone: Zone = "Europe/Moscow"
    prefix: Prefix = "SD"
    data: Folder = Path("data")
    quiet: bool = False
    staff_domains: list[MailDomain] = []
    ask_type: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Database(Table):
    url: DatabaseUrl = Field(default="sqlite:///data/desk.db", repr=False)  # it may hold a password


class Pace(Table):
    """Telegram's limits; 0 is none."""

    per_second: Rate = 30.0
    chat_per_second: Rate = 1.0
    group_per_minute: Rate = 20.0


class Telegram(Table):
    token: Token
    api: WebUrl = "https://api.telegram.org"
    proxy: ProxyUrl | None = Field(default=None, repr=False)
    group: GroupId
    topic_retention: Beat | None = None  # topics of tickets closed so long ago are deleted; None: never
    plain_text: Literal["note", "reply"] = "note"
    hold: Moment = Span(plain=timedelta(seconds=5))  # how long an answer waits for a change of heart …
    hold_mail: Moment = Span(plain=timedelta(seconds=30))  # … a mail longer, as it cannot be called back at all
    just_wrote: Moment = Span(plain=timedelta(seconds=2))
    pace: Pace = Pace()


class Server(Table):
    """How a mail server is reached; without a port the usual one for its security is taken."""

    kind: ClassVar[str] = ""
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["tls", "starttls", "none"] = "tls"

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, value: Any) -> Any:
        if isinstance(value, dict) and "port" not in value:
            # A wrong security is told by its own field; the port must not be a second mistake.
            return {**value, "port": PORTS.get((cls.kind, str(value.get("security", "tls"))), 1)}
        return value

    @field_validator("security")
    @classmethod
    def _secured(cls, security: str, info: ValidationInfo) -> str:
        if cls.kind == "imap" and security == "starttls":
            raise Wrong(Said("config.starttls_imap"), Said("config.starttls_imap_hint"))
        if security == "none" and not is_loopback(info.data.get("host", "localhost")):
            raise Wrong(Said("config.in_the_open"), Said("config.in_the_open_hint"))
        return security


class Imap(Server):
    """Without a password the mailbox's `oauth` opens it."""

    kind: ClassVar[str] = "imap"
    user: Text
    password: Secret = SecretStr("")


class Smtp(Server):
    """Without a password the mailbox's `oauth` opens it; without a user there is no log-in."""

    kind: ClassVar[str] = "smtp"
    user: str = ""
    password: Secret = SecretStr("")


class OAuth(Table):
    """How the provider renews tokens that open a mailbox instead of a password."""

    provider: Literal["google", "microsoft", "other"]
    client_id: Text
    client_secret: Secret = SecretStr("")
    refresh_token: Secret = SecretStr("")
    tenant: Tenant = "organizations"
    token_url: WebUrl | None = None

    @field_validator("token_url")
    @classmethod
    def _somewhere(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None and info.data.get("provider") == "other":
            raise Wrong(Said("config.no_token_url"), Said("config.no_token_url_hint"))
        parts = urlsplit(url or "https://")
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Wrong(Said("config.in_the_open"), Said("config.token_in_the_open_hint"))
        return url


class Form(Table):
    """A form on a web site whose letters come from this address; a client fills it in."""

    sender: MailAddress = Field(alias="from")


class Mailbox(Table):
    name: Name
    address: MailAddress
    oauth: OAuth | None = None
    imap: Imap
    smtp: Smtp
    inbox: Text = "INBOX"
    done: Text = "Processed"
    poll: Beat = Span(plain=timedelta(seconds=60))
    first_run: Literal["unseen", "all", "new"] = "unseen"
    plus: bool = False
    authserv_id: ServerId = ""
    trust_from: bool = False
    form: list[Form] = []

    @property
    def imap_by_token(self) -> bool:
        return self.oauth is not None and not self.imap.password.get_secret_value()

    @property
    def smtp_by_token(self) -> bool:
        return self.oauth is not None and bool(self.smtp.user) and not self.smtp.password.get_secret_value()

    @field_validator("imap")
    @classmethod
    def _opens(cls, imap: Imap, info: ValidationInfo) -> Imap:
        if not imap.password.get_secret_value() and info.data.get("oauth", True) is None:
            raise Wrong(Said("config.no_password"), Said("config.no_password_hint"))
        return imap

    @field_validator("smtp")
    @classmethod
    def _whole_login(cls, smtp: Smtp, info: ValidationInfo) -> Smtp:
        password, user = smtp.password.get_secret_value(), smtp.user
        if (password and not user) or (user and not password and info.data.get("oauth", True) is None):
            raise Wrong(Said("config.half_a_login"), Said("config.half_a_login_hint"))
        return smtp

    @field_validator("done")
    @classmethod
    def _another_folder(cls, done: str, info: ValidationInfo) -> str:
        if done.casefold() == str(info.data.get("inbox", "")).casefold():
            raise Wrong(Said("config.same_folder"))
        return done


class Calendar(Table):
    holidays: str = "RU"
    hours: Hours = dict.fromkeys(WEEK[:5], WORKDAY)
    extra_days_off: Days = []
    extra_workdays: Days = []
    short_days: Days = []
    short_eves: bool = True

    @field_validator("hours")
    @classmethod
    def _some_hours(cls, hours: dict[str, Any]) -> dict[str, Any]:
        if not any(hours.values()):
            raise Wrong(Said("config.no_working_hours"), Said("config.no_working_hours_hint"))
        return hours

    @field_validator("extra_workdays")
    @classmethod
    def _not_off(cls, days: list[date], info: ValidationInfo) -> list[date]:
        if both := sorted(set(days) & set(info.data.get("extra_days_off", ()))):
            raise Wrong(Said("config.off_and_on", day=both[0]), Said("config.off_and_on_hint"))
        return days

    def working_time(self, zone: ZoneInfo, days_off: DaysOff | None = None) -> WorkingTime:
        """The calendar that reckons with these hours; without `days_off` there are no holidays."""
        return WorkingTime(
            zone=zone, hours=self.hours, days_off=days_off or NoDaysOff(),
            extra_days_off=frozenset(self.extra_days_off), extra_workdays=frozenset(self.extra_workdays),
            short_days=frozenset(self.short_days), short_eves=self.short_eves,
        )  # fmt: skip


class PlanCalendar(Calendar):
    """A plan's own working time; what it leaves out is that of [calendar], and the zone that of [desk]."""

    timezone: Zone | None = None

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None


class Reminders(Table):
    every: Interval = Span(plain=timedelta(days=7))
    count: Annotated[int, Field(ge=0, le=100)] = 2
    close_after: Wait = Span(working_days=5)
    reopen_within: Wait = Span(plain=timedelta(days=30))
    confirm_within: Wait = Span(working_days=5)
    preview: bool = True
    digest: bool = True
    tick: Beat = Span(plain=timedelta(minutes=1))


class OwnTexts(Table):
    """Sentences in place of ours, by key; `desk.own_texts` says which there are and what each must hold."""

    ru: Sentences = {}
    en: Sentences = {}


class ConductTable(Table):
    """What rude words are; without a list nothing is looked for."""

    words: list[Folder] = []


class Marks(Table):
    """Clients' marks of closed tickets."""

    ask: bool = True
    every: Interval = Span(plain=timedelta(days=14))  # one person is asked at most once in so long
    low: Annotated[int, Field(ge=0, le=5)] = 3  # up to so many stars the leads hear of it; 0: of none


class LibraryTable(Table):
    """Folders of what is sent ready-made; one that is not there is empty."""

    answers: Folder = Path("answers")
    articles: Folder = Path("articles")


class DutyHours(Table):
    """Who is on duty, and when; a shift over midnight belongs to the day on which it begins."""

    people: Annotated[list[str], Field(min_length=1)]
    days: Annotated[list[Weekday], Field(min_length=1)] = list(WEEK)
    hours: Shifts = parse_hours("00:00-24:00")
    week: Literal["", "odd", "even"] = ""  # by turns: weeks are numbered from the year's first as ISO 8601 does
    timezone: Zone | None = None  # that of [desk] without it

    @field_validator("hours")
    @classmethod
    def _some_hours(cls, hours: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        if not hours:
            raise Wrong(Said("config.hours"))
        return hours


class Line(Table):
    name: Name
    title: Text
    group: GroupId | None = None  # its own group; None: that of [telegram]
    plan: str = ""  # for whoever has no contract of their own
    articles: bool = False  # clients are offered articles before a person answers
    reopen_within: Wait | None = None  # instead of that of [reminders]
    duty: list[DutyHours] = []
    assign: Literal["", "in turn"] = ""  # new tickets go to who is on duty, in turn
    cap: Annotated[int, Field(ge=0, le=10_000)] = 0  # open tickets of one person from which they get no more; 0: any
    address: MailAddress | None = None  # a partner's: tickets go there by mail
    language: Literal["ru", "en"] | None = None  # of what is written to the partner; that of [desk] without it
    share_client: bool = False  # whether the partner is told who the client is and how to reach them


class Person(Table):
    """Somebody of the desk. `telegram`: their id, or a @name, which can change hands."""

    telegram: TelegramPerson
    name: Text
    role: Literal["engineer", "lead"] = "engineer"
    lines: list[str] = []  # none: all of them


Case = Literal["critical", "high", "normal", "low", "error", "request", "suggestion"]
"""What terms may depend on: the values of desk.tickets.Priority and desk.tickets.Type."""


class Promise(Table):
    """How soon: hours of the plan's calendar ("16 working hours"), or of the clock on the wall ("2 hours")."""

    first_answer: Term | None = None
    solve: Term | None = None


class Plan(Table):
    """A support plan as a regulation writes it."""

    name: Name
    title: Text
    base: bool = False  # for whoever has no contract, or whose contract ended
    first_answer: Term | None = None
    solve: Term | None = None
    terms: dict[Case, Promise] = {}  # by priority, or else by type; what is left out is the plan's own
    restart_on_client_message: bool = False
    paid: bool = False  # work is billed, rounded up to half hours
    calendar: PlanCalendar | None = None
    mirror_files: Literal["all", "names"] = "all"  # names: clients' files are not copied into Telegram


class Reply(Table):
    """A template that a rule answers with; a client whose language has no text gets the other one."""

    name: Name
    ru: str = ""
    en: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.ru.strip() or self.en.strip()):
            raise Wrong(Said("config.empty_reply"), Said("config.empty_reply_hint"))
        return self

    def text(self, language: str) -> str:
        """The template in that language, or in the other where it has none."""
        mine, other = (self.ru, self.en) if language == "ru" else (self.en, self.ru)
        return (mine if mine.strip() else other).strip()


class Steps(Table):
    """The lines of a checklist, in both languages or in one; a bare list is the same in both."""

    ru: list[Text] = []
    en: list[Text] = []

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"ru": value, "en": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.ru or self.en):
            raise Wrong(Said("config.empty_checklist"), Said("config.empty_checklist_hint"))
        return self


class Checklist(Table):
    """What is gone through with a ticket of a type; without one it is added by `/checklist name`."""

    name: Name
    type: Literal["error", "request", "suggestion"] | None = None
    items: Steps

    def lines(self, language: str) -> list[str]:
        """The lines in that language, or in the other where it has none."""
        mine, other = (self.items.ru, self.items.en) if language == "ru" else (self.items.en, self.items.ru)
        return mine or other


class InBoth(Table):
    """A few words in both languages."""

    ru: Text
    en: Text


class Choices(Table):
    """Answers to choose from, the same ones in the same order in both languages."""

    ru: list[Choice]
    en: list[Choice]

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if len(self.ru) != len(self.en) or not self.ru:
            raise Wrong(Said("config.choices_differ"), Said("config.choices_differ_hint"))
        return self


class InfoField(Table):
    """One piece of information that we need; `desk.fields` reads its answers."""

    name: Name
    title: InBoth
    ask: InBoth
    check: Literal["text", "phone", "email", "digits", "inn", "version", "file"] = "text"
    pattern: str = ""  # a regular expression that the whole answer must fit
    choices: Choices | None = None
    labels: list[Label] = []  # by which it is recognised at the beginning of a line, besides the titles
    secret: bool = False
    source: Literal["", "client", "organisation", "client_id", "phone", "email", "product", "licence"] = Field(
        default="", alias="from"
    )

    @model_validator(mode="after")
    def _secret_words(self) -> Self:
        if self.secret and (self.choices or self.source or self.check == "file"):
            raise Wrong(Said("config.secret_field"), Said("config.secret_field_hint"))
        return self


class Requires(Table):
    """Which fields a request of a type needs, by their names."""

    error: list[str] = []
    request: list[str] = []
    suggestion: list[str] = []


Listed = str | list[str]
"""One name, or several; the rules' own check looks at them."""


class Rule(Table):
    """One routing rule; the words of `when`, and the names in its actions, belong to `rules/`."""

    name: Text
    when: dict[str, Any]
    line: str = ""
    type: Literal["error", "request", "suggestion"] | None = None
    priority: Literal["critical", "high", "normal", "low"] | None = None
    tags: Listed = []
    plan: str = ""  # a [[plan]]
    assign: str = ""  # a [[person]], or "on-duty"
    reply: str = ""  # a [[reply]]
    ask: Listed = []  # [[field]]s
    notify: Listed = []  # [[person]]s, or "leads"
    stop: bool = True  # False: the rules that follow are asked as well


class ClientGroup(Table):
    """A client's own group in Telegram, bound to the organisation with that client id."""

    chat: GroupId
    organisation: Text
    language: Literal["ru", "en"] | None = None  # else that of [desk]


class Retention(Table):
    """How long what is kept; from a ticket's closing, or from a message's coming where there is no ticket."""

    files: Keep = Span(plain=timedelta(days=180))
    raw: Keep = Span(plain=timedelta(days=180))
    messages: Keep = None
    audit: Keep = None
    parcels: Keep = None


class Reports(Table):
    monday: bool = False  # last week's and last month's come by themselves


class Settings(Table):
    desk: About
    store: Database
    telegram: Telegram
    mailbox: list[Mailbox] = []
    calendar: Calendar
    reminders: Reminders
    reports: Reports
    conduct: ConductTable = ConductTable()
    texts: OwnTexts = OwnTexts()
    plan: list[Plan] = []
    line: Annotated[list[Line], Field(min_length=1)]
    reply: list[Reply] = []
    field: list[InfoField] = []
    requires: Requires = Requires()
    marks: Marks = Marks()
    retention: Retention = Retention()
    library: LibraryTable
    rule: list[Rule]
    person: list[Person] = []
    checklist: list[Checklist] = []
    client_group: list[ClientGroup] = []

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        lines = value.get("line", [{"name": "first", "title": "Первая линия"}])
        plain: dict[str, Any] = {"store": {}, "calendar": {}, "reminders": {}, "reports": {}, "library": {}}
        whole = {**plain, "line": lines, "rule": [], **value}
        if isinstance(whole.get("plan"), list):
            whole["plan"] = [_with_calendar(plan, whole["calendar"]) for plan in whole["plan"]]
        # One line needs no rules; with several only the operator knows which gets what, and the rules' check asks.
        only = lines[0] if isinstance(lines, list) and len(lines) == 1 else None
        if "rule" not in value and isinstance(only, dict) and isinstance(only.get("name"), str):
            whole["rule"] = [{"name": "everything", "when": {"always": True}, "line": only["name"]}]
        return whole

    @field_validator("plan")
    @classmethod
    def _one_base(cls, plans: list[Plan]) -> list[Plan]:
        if len(base := [plan.name for plan in plans if plan.base]) > 1:
            raise Wrong(Said("config.two_base_plans", names=", ".join(base)), Said("config.two_base_plans_hint"))
        return plans


def _with_calendar(plan: Any, usual: Any) -> Any:
    """The plan with its calendar filled up from the desk's own."""
    if not isinstance(plan, dict) or not isinstance(own := plan.get("calendar"), dict) or not isinstance(usual, dict):
        return plan
    return {**plan, "calendar": {**usual, **own}}
