"""The configuration: what is accepted, how every mistake is told, and that the sample is complete."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from desk.configuration import load_settings, override_names
from desk.durations import Span
from desk.errors import ConfigError, Mistake
from desk.journal import secrets_of
from desk.mistakes import LISTS
from desk.settings import Calendar, Settings
from rules.checking import check_rules
from scheduler.checking import check_country

ROOT = Path(__file__).parents[2]
SECRETS = {"TELEGRAM_TOKEN": "123456:telegram-secret", "IMAP_PASSWORD": "imap-secret", "SMTP_PASSWORD": "smtp-secret"}
LEAST = '[desk]\nname = "ООО Ромашка"\n[telegram]\ntoken = "123456:telegram-secret"\ngroup = -1001\n'
BOX = """
[[mailbox]]
name = "support"
address = "support@example.com"
imap = { host = "localhost", security = "none", user = "u", password = "imap-secret" }
smtp = { host = "127.0.0.1", port = 2525, security = "none" }
"""


def read(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environ or {}, checks=(check_rules,))


def mistakes(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[Mistake]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, environ)
    return list(caught.value.mistakes)


def keys_of(model: type[BaseModel]) -> set[str]:
    """Every key of the tables, written "telegram.pace.per_second"."""
    keys = set()
    for key, field in model.model_fields.items():
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if hasattr(kind, "model_fields")]
        inner = [] if get_origin(field.annotation) is dict else inner  # its keys are the operator's choice
        keys |= {f"{key}.{rest}" for rest in keys_of(inner[0])} if inner else {field.alias or key}
    return keys


def keys_in(table: Mapping[str, Any], known: set[str]) -> set[str]:
    keys = set()
    for key, value in table.items():
        rows = value if isinstance(value, list) else [value]
        whole = any(key == one for one in known)
        for row in rows or [None]:
            inner = {one.partition(".")[2] for one in known if one.startswith(f"{key}.")}
            keys |= {key} if whole or not isinstance(row, dict) else {f"{key}.{rest}" for rest in keys_in(row, inner)}
    return keys


def test_the_sample_has_every_key_and_no_other() -> None:
    """A key that is commented out in the sample counts as present."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for key in ("proxy", "form", "oauth", "topic_retention", "group"):
        text = text.replace(f"\n# {key} = ", f"\n{key} = ")
    sample = tomllib.loads(text)
    inherited = {f"plan.calendar.{key}" for key in Calendar.model_fields}
    assert keys_in(sample, keys_of(Settings)) - inherited == keys_of(Settings) - inherited


def test_the_sample_loads_with_the_values_that_it_shows() -> None:
    settings = load_settings(ROOT / "config.toml", SECRETS, checks=(check_rules,))
    assert settings.desk.data == ROOT / "data"
    assert settings.store.url == f"sqlite:///{ROOT / 'data/desk.db'}"
    assert settings.telegram.token.get_secret_value() == SECRETS["TELEGRAM_TOKEN"]
    assert settings.telegram.pace.group_per_minute == 20
    assert settings.mailbox[0].imap.port == 993
    assert settings.reminders.close_after == Span(working_days=5)
    assert settings.calendar.hours["fri"] == ((600, 840), (900, 1140))
    assert [line.name for line in settings.line] == ["first", "second", "vendor"]


def test_whatever_the_sample_shows_is_the_default(tmp_path: Path) -> None:
    """The page says so: what is left out has the value shown."""
    sample = load_settings(ROOT / "config.toml", SECRETS)
    least = read(tmp_path, LEAST + BOX)
    for key in ("calendar", "reminders"):
        assert getattr(least, key) == getattr(sample, key)
    assert least.telegram.pace == sample.telegram.pace
    assert least.telegram.api == sample.telegram.api
    assert least.desk.model_dump(exclude={"data"}) == sample.desk.model_dump(exclude={"data"})
    for key in ("inbox", "done", "poll", "first_run", "plus", "authserv_id", "trust_from", "form"):
        assert getattr(least.mailbox[0], key) == getattr(sample.mailbox[0], key)


def test_a_desk_of_one_line_needs_no_mail_and_no_rules(tmp_path: Path) -> None:
    settings = read(tmp_path, LEAST)
    assert settings.mailbox == []
    assert [(rule.when, rule.line) for rule in settings.rule] == [({"always": True}, "first")]


@pytest.mark.parametrize("text", ["5 seconds", "1 minute", "2 hours", "7 days", "3 weeks"])
@pytest.mark.parametrize("key", ["every", "close_after", "reopen_within", "tick"])
def test_every_duration_may_be_as_short_as_seconds(tmp_path: Path, key: str, text: str) -> None:
    assert getattr(read(tmp_path, f'{LEAST}[reminders]\n{key} = "{text}"\n').reminders, key)


def test_secrets_stay_out_of_repr_and_of_every_mistake(tmp_path: Path) -> None:
    store = '[store]\nurl = "postgresql://desk:pg-secret@db/desk"\n'
    settings = read(tmp_path, LEAST.replace("group", 'proxy = "socks5://u:proxy-secret@p:1"\ngroup') + store + BOX)
    assert "-secret" not in f"{settings!r} {settings}"
    assert secrets_of(settings) == {"123456:telegram-secret", "imap-secret", "pg-secret", "proxy-secret", ""}
    wrong = (
        LEAST.replace("123456:", "") + 'proxy = "ftp://u:proxy-secret@p"\n[store]\nurl = "mysql://u:my-secret@db/x"\n'
    )
    assert "-secret" not in "\n".join(str(mistake) for mistake in mistakes(tmp_path, wrong))


def test_a_secret_may_be_a_plain_string_or_a_reference(tmp_path: Path) -> None:
    text = LEAST.replace('"123456:telegram-secret"', '{ env = "TOKEN" }')
    assert read(tmp_path, text, {"TOKEN": "1:x"}).telegram.token.get_secret_value() == "1:x"
    (unset,) = mistakes(tmp_path, text, {"TOKEN_": "1:x"})
    assert (unset.place, unset.message) == ("[telegram] token", "the environment variable TOKEN is not set.")
    assert "TOKEN_" in unset.suggestion
    (empty,) = mistakes(tmp_path, text, {"TOKEN": ""})
    assert empty.message == "the environment variable TOKEN is empty."


OVERRIDES = [
    ("OTVET__STORE__URL", "postgresql://u:p@h/db", lambda s: s.store.url, "postgresql://u:p@h/db"),
    ("OTVET__TELEGRAM__PACE__PER_SECOND", "0", lambda s: s.telegram.pace.per_second, 0),
    ("OTVET__TELEGRAM__GROUP", "-42", lambda s: s.telegram.group, -42),
    ("OTVET__DESK__NAME", "2026", lambda s: s.desk.name, "2026"),
    ("OTVET__DESK__NAME", '"Рога и копыта"', lambda s: s.desk.name, "Рога и копыта"),
    ("OTVET__DESK__NAME", "Рога и копыта", lambda s: s.desk.name, "Рога и копыта"),
    ("OTVET__DESK__QUIET", "true", lambda s: s.desk.quiet, True),
    ("OTVET__TELEGRAM__TOKEN", '{ env = "OTHER" }', lambda s: s.telegram.token.get_secret_value(), "9:other"),
    ("OTVET__CALENDAR__SHORT_DAYS", '["2026-12-30"]', lambda s: s.calendar.short_days, [date(2026, 12, 30)]),
    ("OTVET__CALENDAR__HOURS", '{ sun = "10:00-11:00" }', lambda s: s.calendar.hours, {"sun": ((600, 660),)}),
    ("OTVET__CALENDAR__HOURS__MON", "10:00-11:00", lambda s: s.calendar.hours["mon"], ((600, 660),)),
    ("OTVET__CALENDAR__HOURS__SUN", '"10:00-11:00"', lambda s: s.calendar.hours["sun"], ((600, 660),)),
    ("OTVET__CALENDAR__HOURS__SUN", "10:00-11:00", lambda s: len(s.calendar.hours), 6),
    ("OTVET__CALENDAR__HOURS__FRI", "", lambda s: s.calendar.hours["fri"], ()),
    ("OTVET__REQUIRES__ERROR", "[]", lambda s: s.requires.error, []),
    ("OTVET__REMINDERS__EVERY", "5 seconds", lambda s: s.reminders.every, Span(plain=timedelta(seconds=5))),
]


@pytest.mark.parametrize(("name", "text", "found", "wanted"), OVERRIDES)
def test_the_environment_overrides_keys_of_single_tables(
    tmp_path: Path, name: str, text: str, found: Any, wanted: object
) -> None:
    assert found(read(tmp_path, LEAST, {name: text, "OTHER": "9:other"})) == wanted


def test_every_key_of_a_single_table_can_be_overridden() -> None:
    single = {key for key in keys_of(Settings) if key.partition(".")[0] not in LISTS}
    assert {".".join(path) for path in override_names().values()} == single


def test_a_weekday_from_the_environment_joins_those_of_the_file(tmp_path: Path) -> None:
    text = f'{LEAST}[calendar]\nhours = {{ mon = "10:00-11:00", tue = "10:00-11:00" }}\n'
    hours = read(tmp_path, text, {"OTVET__CALENDAR__HOURS__TUE": "11:00-12:00"}).calendar.hours
    assert hours == {"mon": ((600, 660),), "tue": ((660, 720),)}
    (wrong,) = mistakes(tmp_path, text, {"OTVET__CALENDAR__HOURS__TEU": "11:00-12:00"})
    assert wrong.suggestion.startswith('Did you mean "tue"') or "tue" in wrong.suggestion
    for deeper in ("OTVET__CALENDAR__HOURS__MON__X", "OTVET__STORE__URL__X", "OTVET__CALENDAR__HOURS__"):
        assert [one.place for one in mistakes(tmp_path, text, {deeper: "x"})] == [deeper]


def test_unknown_overrides_are_mistakes(tmp_path: Path) -> None:
    told = mistakes(tmp_path, LEAST, {"OTVET__STORE__URI": "x", "OTVET__MAILBOX__NAME": "x", "OTVET_HOME": "fine"})
    assert [(mistake.file, mistake.place) for mistake in told] == [
        ("environment", "OTVET__MAILBOX__NAME"),
        ("environment", "OTVET__STORE__URI"),
    ]
    assert "OTVET__STORE__URL" in told[1].suggestion


def test_relative_paths_belong_to_the_configuration_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "etc/config.toml").write_text(LEAST, encoding="utf-8")
    settings = load_settings(Path("etc/config.toml"), {})
    assert settings.desk.data == tmp_path / "etc/data"
    assert settings.store.url == f"sqlite:///{tmp_path}/etc/data/desk.db"
    (tmp_path / "etc/config.toml").write_text(f'{LEAST}[store]\nurl = "sqlite:////var/desk.db"\n', encoding="utf-8")
    assert load_settings(Path("etc/config.toml"), {}).store.url == "sqlite:////var/desk.db"


WRONG = [
    ("[desk]\nname = 5\n[telegram]", "[desk] name", "must be text in quotes, not a whole number."),
    ("[desk]\nname = ''\n[telegram]", "[desk] name", "must not be empty."),
    ("[desk]\nnam = 'x'\n[telegram]", "[desk] nam", 'unknown key. Did you mean "name"?'),
    ("[desk]\nname = 'x'\nlanguage = 'de'", "[desk] language", 'cannot be "de". Known are "ru", "en".'),
    ("[desk]\nname = 'x'\ntimezone = 'Europe/Mosow'", "[desk] timezone", 'Did you mean "Europe/Moscow"?'),
    ("[desk]\nname = 'x'\ntimezone = 'moscow'", "[desk] timezone", 'Did you mean "Europe/Moscow"?'),
    ("[desk]\nname = 'x'\nprefix = 'S-D'", "[desk] prefix", "letters or digits"),
    ("[desk]\nname = 'x'\nquiet = 'yes'", "[desk] quiet", "must be true or false, not text."),
    ("[desk]\nname = 'x'\ndata = ''", "[desk] data", "must be a folder's path in quotes."),
    ("[desk]\nname = 'x'\nstaff_domains = ['a@example.com']", "[desk] staff_domains.1", "what stands after the @."),
    ("[desk]\nname = 'x'\nstaff_domains = ['example']", "[desk] staff_domains.1", "must be a mail domain"),
    ("[desk]\nname = 'x'\nstaff_domains = 'example.com'", "[desk] staff_domains", "must be a list, not text."),
    ("[store]\nurl = 'postgres://h/db'", "[store] url", "Did you mean postgresql://?"),
    ("[store]\nurl = 'sqlite://'", "[store] url", "names no file."),
    ("[store]\nurl = 'sqlite:///:memory:'", "[store] url", "names no file."),
    ("[telegram]\ntoken = '1:x'\ngroup = 5", "[telegram] group", "a group's id is a negative number."),
    (
        "[telegram]\ntoken = '1:x'\ngroup = 5.5",
        "[telegram] group",
        "must be a whole number, not a number with a point.",
    ),
    ("[telegram]\ntoken = 'x'\ngroup = -5", "[telegram] token", "is no bot token."),
    ("[telegram]\ntoken = '1:x'", "[telegram] group", "is missing."),
    ("[telegram]\ntoken = '1:x'\ngroup = -5\nplain_text = 'nite'", "[telegram] plain_text", 'Did you mean "note"?'),
    ("[telegram]\ntoken = '1:x'\ngroup = -5\napi = 'api.x.y'", "[telegram] api", "https:// or http://"),
    ("[telegram]\ntoken = '1:x'\ngroup = -5\nproxy = 'socks4://h:1'", "[telegram] proxy", "http:// or socks5://"),
    ("[telegram]\ntoken = '1:x'\ngroup = -5\npace = { per_second = -1 }", "[telegram] pace.per_second", "at least 0."),
    ("[telegram]\ntoken = '1:x'\ngroup = -5\npace = { per_sec = 1 }", "[telegram] pace.per_sec", '"per_second"?'),
    ("[telegramm]\n", "[telegramm]", 'unknown table. Did you mean "telegram"?'),
    ("[calendar]\nhours = { mon = '10-20' }", "[calendar] hours.mon", "'10-20' is not working hours"),
    ("[calendar]\nhours = { tues = '10:00-19:00' }", "[calendar] hours.tues", 'Did you mean "tue"?'),
    ("[calendar]\nhours = {}", "[calendar] hours", "no weekday has working hours."),
    ("[calendar]\nshort_days = ['30.12.2026']", "[calendar] short_days.1", 'must be a date, such as "2026-12-30".'),
    (
        "[calendar]\nextra_days_off = [2026-01-01]\nextra_workdays = ['2026-01-01']",
        "[calendar] extra_workdays",
        "2026-01-01 is in extra_days_off too.",
    ),
    ("[reminders]\nevery = '7 dayz'", "[reminders] every", "did you mean '7 days'?"),
    ("[reminders]\nevery = '0 days'", "[reminders] every", "is too short."),
    ("[reminders]\ntick = '1 working hour'", "[reminders] tick", "plain time is meant"),
    ("[reminders]\ntick = 60", "[reminders] tick", "must be a duration in quotes"),
    ("[reminders]\ncount = -1", "[reminders] count", "must be at least 0."),
    ("[[line]]\nname = 'a b'\ntitle = 'x'", '[[line]] "a b" name', "no spaces"),
    ("[[line]]\ntitel = 'x'", "[[line]] number 1 titel", 'Did you mean "title"?'),
    (
        "[[person]]\ntelegram=7\nname='a'\n[[person]]\ntelegram=7\nname='b'",
        "[[person]] telegram",
        "7 is taken by another one.",
    ),
    (
        "[[person]]\ntelegram='@ann'\nname='a'\n[[person]]\ntelegram='@Ann'\nname='b'",
        "[[person]] telegram",
        '"@Ann" is taken',
    ),
    ("[[person]]\ntelegram=7\nname='Ann'\n[[person]]\ntelegram=8\nname='ann'", "[[person]] name", '"ann" is taken'),
    ("[[line]]\nname='a'\ntitle='x'\n[[line]]\nname='A'\ntitle='x'", "[[line]] name", '"A" is taken by another one.'),
    ("[[rule]]\nname='r'\nwhen={chanel='mail'}\nline='first'", '[[rule]] "r" when.chanel', 'Did you mean "channel"?'),
    ("[[rule]]\nname='r'\nwhen={always=true}\nline='frist'", '[[rule]] "r" line', '"first"'),
]


@pytest.mark.parametrize(("text", "place", "words"), WRONG)
def test_a_mistake_is_told_in_plain_words(tmp_path: Path, text: str, place: str, words: str) -> None:
    table = text.partition("]")[0].strip("[")
    rest = "".join(f"[{part}" for part in LEAST.split("[")[1:] if not part.startswith(table))
    told = mistakes(tmp_path, f"{text}\n{rest}" if "[telegram]" not in text[3:] else text)
    assert [str(one) for one in told if one.place == place and words in str(one)], "\n".join(map(str, told))
    assert all(str(tmp_path) in one.file for one in told)


WRONG_BOX = [
    ('host = "localhost"', 'host = "imap.example.com"', '"support" imap.security', '"none" is for this very machine.'),
    ('host = "127.0.0.1"', 'host = "10.0.0.1"', '"support" smtp.security', "in the open."),
    ('security = "none", user', 'security = "starttls", user', '"support" imap.security', "starttls is for SMTP only."),
    ("port = 2525", "port = 70000", '"support" smtp.port', "must be at most 65535."),
    ("port = 2525", 'port = "25"', '"support" smtp.port', "must be a whole number, not text."),
    ("port = 2525", 'user = "u"', '"support" smtp', "user and password go together."),
    ("support@example.com", "support at example", '"support" address', "must be an address"),
    ('name = "support"', "", "number 1 name", "is missing."),
    ("[[mailbox]]", '[[mailbox]]\ndone = "inbox"', '"support" done', "must be another folder than inbox."),
    ("[[mailbox]]", '[[mailbox]]\npoll = "1 working day"', '"support" poll', "plain time is meant"),
    ("[[mailbox]]", '[[mailbox]]\nauthserv_id = "mx example"', '"support" authserv_id', "without spaces."),
    ("[[mailbox]]", '[[mailbox]]\ntrust_from = "yes"', '"support" trust_from', "must be true or false, not text."),
    ("[[mailbox]]", "[[mailbox]]\nform = [{}]", '"support" form.1.from', "is missing."),
    ("[[mailbox]]", '[[mailbox]]\nform = [{ from = "noreply" }]', '"support" form.1.from', "must be an address"),
    ("[[mailbox]]", '[[mailbox]]\nform = [{ form = "a@b.ru" }]', '"support" form.1.form', 'Did you mean "from"?'),
    ("[[mailbox]]", '[[mailbox]]\nform = { from = "a@b.ru" }', '"support" form', "must be a list, not a table."),
    ("[[mailbox]]", '[[mailbox]]\nfirst_run = "old"', '"support" first_run', 'Known are "unseen", "all", "new".'),
]


@pytest.mark.parametrize(("right", "wrong", "place", "words"), WRONG_BOX)
def test_a_mistake_in_a_mailbox_names_the_mailbox(
    tmp_path: Path, right: str, wrong: str, place: str, words: str
) -> None:
    (told,) = mistakes(tmp_path, LEAST + BOX.replace(right, wrong, 1))
    assert told.place == f"[[mailbox]] {place}"
    assert words in str(told)


def test_forms_of_a_mailbox_may_be_written_as_tables(tmp_path: Path) -> None:
    """Each has a table of its own below its mailbox; domains of colleagues may be Cyrillic."""
    forms = '[[mailbox.form]]\nfrom = "noreply@example.com"\n[[mailbox.form]]\nfrom = "Tilda@example.com"\n'
    staff = LEAST.replace("[telegram]", 'staff_domains = ["Example.com.", "ромашка.рф"]\n[telegram]')
    settings = read(tmp_path, staff + BOX + forms)
    assert [form.sender for form in settings.mailbox[0].form] == ["noreply@example.com", "Tilda@example.com"]
    assert settings.desk.staff_domains == ["example.com", "xn--80aa3agjl3d.xn--p1ai"]


def test_two_mailboxes_of_one_name_or_address_are_refused(tmp_path: Path) -> None:
    told = mistakes(tmp_path, LEAST + BOX + BOX)
    assert [mistake.place for mistake in told] == ["[[mailbox]] name", "[[mailbox]] address"]


def test_usual_ports_follow_from_the_security(tmp_path: Path) -> None:
    box = BOX.replace('"localhost", security = "none"', '"imap.example.com"').replace(
        '"127.0.0.1", port = 2525, security = "none"', '"smtp.example.com", security = "starttls"'
    )
    (mailbox,) = read(tmp_path, LEAST + box).mailbox
    assert (mailbox.imap.port, mailbox.smtp.port) == (993, 587)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "[desk]\nlanguage = 'de'\n[telegram]\ngroup = 1\n[[line]]\nname = 'a'\n[[rule]]\nname = 'r'\nwhen = {}\n"
    assert sorted(mistake.place for mistake in mistakes(tmp_path, text, {"OTVET__X": "1"})) == [
        "OTVET__X", '[[line]] "a" title', '[[rule]] "r" line', '[[rule]] "r" when', "[desk] language", "[desk] name",
        "[telegram] group", "[telegram] token",
    ]  # fmt: skip


ASTRAY = """
[calendar]
short_eve = true
[[line]]
name = "first"
title = "x"
plan = "bse"
reopen_withn = "1 day"
[[plan]]
name = "base"
title = "x"
payed = true
[plan.calendar]
holidays = "XX"
[[person]]
telegram = 7
name = "Ann"
rule = "lead"
lines = ["frst", "first", "secnd"]
[requires]
error = ["verson", "version"]
request = ["log"]
[[field]]
name = "version"
check = "versoin"
"""


def test_names_that_lead_nowhere_are_told_beside_whatever_else_is_wrong(tmp_path: Path) -> None:
    """A table's own slips hide none of its names; what a plan takes over from [calendar] is told once, there."""
    path = tmp_path / "config.toml"
    path.write_text(LEAST + ASTRAY, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {}, checks=(check_rules, check_country))
    assert sorted(mistake.place for mistake in caught.value.mistakes) == [
        '[[field]] "version" ask', '[[field]] "version" check', '[[field]] "version" title', '[[line]] "first" plan',
        '[[line]] "first" reopen_withn', '[[person]] "Ann" lines', '[[person]] "Ann" lines', '[[person]] "Ann" rule',
        '[[plan]] "base" calendar.holidays', '[[plan]] "base" payed', "[calendar] short_eve", "[requires] error",
        "[requires] request",
    ]  # fmt: skip
    assert '"base"?' in next(str(one) for one in caught.value.mistakes if one.place == '[[line]] "first" plan')


def test_days_of_a_plan_that_contradict_those_of_the_desk_are_told(tmp_path: Path) -> None:
    days = "[calendar]\nextra_workdays = [2026-12-30]\n[[plan]]\nname = 'p'\ntitle = 'P'\n[plan.calendar]\n"
    (told,) = mistakes(tmp_path, f"{LEAST}{days}extra_days_off = [2026-12-30]\n")
    assert told.place == '[[plan]] "p" calendar.extra_workdays'


OTHER_KINDS = [
    "plan = 5\nline = [{ name = 5, title = 'x', plan = ['a'] }]\nrequires = { error = 'version', request = 5 }\n",
    "calendar = 5\nplan = [1, { calendar = 5, name = 3 }, { calendar = { holidays = 5, hours = 3 } }]\nperson = {}\n",
    "line = 7\nrequires = []\nfield = [[]]\nperson = [{ name = 7, lines = 'first' }, { lines = [7] }]\n",
]


@pytest.mark.parametrize("text", OTHER_KINDS)
def test_what_is_of_another_kind_is_a_mistake_and_no_fault_of_the_program(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text + LEAST, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_settings(path, {}, checks=(check_rules, check_country))


UNREADABLE = [
    (b"[desk\n", "at line 1, column 6", "not valid TOML"),
    (b"[desk]\nname = \n", "at line 2, column 8", "not valid TOML"),
    (b"[desk]\nname = 'x'\nname = 'y'\n", "at line 3, column 11", "not valid TOML"),
    (b"[desk]\nname = '", "at end of document", "not valid TOML"),
    (b"\xff\xfe\x00", "", "is not UTF-8 text."),
]


@pytest.mark.parametrize(("content", "place", "words"), UNREADABLE)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, content: bytes, place: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    (told,) = caught.value.mistakes
    assert told.place == place
    assert words in told.message


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.toml", "there is no such file"), (tmp_path, "cannot be read")):
        with pytest.raises(ConfigError, match=words):
            load_settings(path, {})
