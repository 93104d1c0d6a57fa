"""The client list: what a CSV says however it was written, what it would change, and what is refused and why."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import client_cells, client_commands, client_shown
from desk.__main__ import main, set_up
from desk.client_changes import Known, compare
from desk.client_list import Person, Reading, read
from desk.desk import Current, Desk
from desk.errors import Refusal
from desk.organisations import Contact, Domain, Organisation, Reach
from desk.people import Audit
from desk.public_domains import PUBLIC, is_public
from desk.said import Wrong, told
from desk.settings import Plan, Settings
from rules.chain import compile_chain
from store.files import FolderFiles
from store.store import SqlStore

PLANS = [Plan(name="base", title="Базовая поддержка", base=True), Plan(name="warranty", title="Гарантия")]
RUSSIAN = "Код клиента;Организация;План;Действует с;Действует до;Домены;Контакт;Телефон;E-mail"
ROW = "А-1042;ООО «Рога»;Гарантия;01.01.2026;31.12.2026;roga.example;Иван;8 916 000-00-01;ivan@roga.example"


def listed(text: str) -> Reading:
    return read(text.encode(), PLANS)


def faults(reading: Reading) -> list[tuple[int, str, str]]:
    """Line, column and the English reason of each."""
    return [(one.line, one.column, told("en", one.why)) for one in reading.faults]


@pytest.mark.parametrize(
    "content",
    [
        f"{RUSSIAN}\n{ROW}\n".encode(),
        f"{RUSSIAN}\r\n{ROW}\r\n".encode("utf-8-sig"),
        f"{RUSSIAN}\r\n{ROW}\r\n".encode("cp1251"),
        f"{RUSSIAN}\r\n{ROW}".replace(";", "\t").encode("utf-16"),
        f"sep=;\r\n{RUSSIAN}\r\n\r\n;;;;;;;;\r\n{ROW}\r\n".encode("cp1251"),
        f"{RUSSIAN}\n{ROW}\n".replace(";", ",").encode(),
        f"{RUSSIAN.upper()}\r{ROW}\r".encode(),
    ],
    ids=["utf-8", "bom", "windows-1251", "utf-16 with tabs", "sep= and empty lines", "commas", "old Mac"],
)
def test_a_file_is_read_however_excel_wrote_it(content: bytes) -> None:
    [one] = read(content, PLANS).listed
    assert one.number == "A-1042"
    assert one.values == {
        "number": "A-1042",
        "name": "ООО «Рога»",
        "plan": "warranty",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "domains": ("roga.example",),
    }
    addresses = frozenset({("phone", "+79160000001"), ("mail", "ivan@roga.example")})
    assert one.people == (Person(name="Иван", role="", addresses=addresses),)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "clients.empty"),
        (b"\n\n;;\n", "clients.empty"),
        (b"PK\x03\x04\x00\x00\x98", "clients.no_text"),
        (b"name;plan\nA;base\n", "clients.column_missing"),
        (b"client id;client_id\nA;B\n", "clients.column_twice"),
        ("код клиента;действует д0\nA;\n".encode(), "clients.column_misspelt"),
        (b"client id;name\nA;" + b"x" * 140_000, "clients.broken"),
    ],
)
def test_what_is_no_list_is_refused_whole(content: bytes, key: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(content, PLANS)
    assert refusal.value.key == key


def test_columns_of_others_are_told_and_left_alone() -> None:
    reading = listed("client id;organisation;Менеджер;Комментарий\nA-1;Roga;Петя;=1+1\n")
    assert reading.ignored == ("Менеджер", "Комментарий")
    assert [one.people for one in reading.listed] == [None]


BAD = {
    "plan": [("warrnty", 'no plan "warrnty"')],
    "valid until": [("31/12/2026", "no date"), ("46387", "no date"), ("30.02.2026", "no date"), ("0001-01-01", "year")],
    "domains": [("mail.ru", "public mail domain"), ("GMAIL.com.", "public"), ("roga", "no mail domain"),
                ("a.example " * 51, "more than 50")],
    "phone": [("7,9E+10", "no phone"), ("12345", "no phone"), ("+7 916 abc", "no phone")],
    "e-mail": [("ann@", "no mail address"), ("ann", "no mail address"), ("<script>@x", "no mail address")],
    "telegram": [("@x", "neither a number"), ("-5", "neither a number"), ("9" * 400, "neither a number")],
    "organisation": [("x" * 201, "longer than 200")],
    "client id": [("A 1042", "letters, digits"), ("none", "letters, digits"), ("=A", "letters, digits"),
                  ("x" * 41, "longer than 40"), ("", "no client id")],
}  # fmt: skip


@pytest.mark.parametrize("column", BAD)
def test_a_cell_that_cannot_be_read_refuses_its_organisation(column: str) -> None:
    """With its line, its column and a sentence; the other organisations are read all the same."""
    for text, why in BAD[column]:
        heading = list(dict.fromkeys(["client id", "organisation", column]))
        cells = {"client id": "A-1", "organisation": "Roga", column: text}
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";").writerows([heading, ["B-2", "Kopyta"], [cells[name] for name in heading]])
        reading = listed(out.getvalue())
        assert [one.number for one in reading.listed] == ["B-2"]
        [(line, _, said)] = faults(reading)
        assert (line, why in said) == (3, True), (text, said)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A-1;Roga;base\nA-1;Kopyta;\n", [(3, "name", "another value than in line 2 of the same organisation.")]),
        ("A-1;Roga;base;shifted\n", [(2, "", "the line has more cells than there are columns (3): it seems to be shifted.")]),
        ("A-1;Roga;base\na-1;;\n", []),
    ],
)  # fmt: skip
def test_rows_of_one_organisation_must_agree(rows: str, said: list[tuple[int, str, str]]) -> None:
    assert faults(listed(f"client id;organisation;plan\n{rows}")) == said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8 (495) 123-45-67, доб. 12; +44 20 7946 0000", ("+74951234567", "+442079460000")),
        ("(495) 123-45-67", ("+74951234567",)),
        ("+7 916 000 00 01, 89160000001", ("+79160000001",)),
        ("", ()),
    ],
)
def test_phones(text: str, found: tuple[str, ...]) -> None:
    assert client_cells.phones(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Roga.Example, @kopyta.example", ("roga.example", "kopyta.example")),
        ("https://www.roga.example/о-нас", ("roga.example",)),
        ("рога.рф", ("xn--80af6ah.xn--p1ai",)),
    ],
)
def test_domains(text: str, found: tuple[str, ...]) -> None:
    assert client_cells.domains(text) == found


@pytest.mark.parametrize("domain", ["mail.ru", "gmail.com", "yandex.ru", "ya.ru", "bk.ru", "outlook.com", "icloud.com"])
def test_nobody_owns_a_public_domain(domain: str) -> None:
    assert is_public(domain)
    with pytest.raises(Wrong):
        client_cells.domains(f"roga.example {domain}")


def test_public_domains_are_written_as_they_are_looked_up() -> None:
    """A slip of the pen in the list would never match."""
    assert [name for name in PUBLIC if client_cells.domain_of(name) != name] == []


@pytest.mark.parametrize(
    ("one", "other"), [("a-1042", "А-1042"), ("рога-7", "РОГA-7"), ("X_1.2/3", "x_1.2/3"), ("С-1", "C-1")]
)
def test_a_client_id_has_one_spelling(one: str, other: str) -> None:
    """Whatever the case, and А for A."""
    assert client_cells.same_number(one) == client_cells.same_number(other)


@given(st.text(max_size=40))
def test_a_cell_is_never_a_formula_and_is_read_back(text: str) -> None:
    kept = client_cells.clean(text)
    given_out = client_cells.guarded(kept)
    assert not given_out.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert client_cells.clean(given_out) == kept


# --- what a list would change ---


def kept(number: str, clock: Any, *, domains: list[str] | None = None, licence: str = "", mail: str = "") -> Known:
    organisation = Organisation(
        number=number, name=number, domains=domains or [], licence=licence, created_at=clock(), changed_at=clock()
    )
    contact = Contact(organisation_id=organisation.id, name="Ann")
    person = Person(name="Ann", role="", addresses=frozenset({("mail", mail)}))
    return Known(organisation=organisation, people=((contact, person),) if mail else ())


@pytest.mark.parametrize(
    ("rows", "taken", "refused"),
    [
        ("B;B;b.example;;\n", ["B"], []),
        ("B;B;a.example;;\n", [], ["B"]),  # A has it
        ("A;A;;l-1;\nB;B;a.example;;\n", ["A", "B"], []),  # A gives it up
        ("A;A;;x;\nB;B;a.example;;\nC;C;;X;\n", [], ["A", "B", "C"]),  # A cannot change, so it gives nothing up
        ("B;B;new.example;;\nC;C;new.example;;\n", [], ["B", "C"]),  # neither is believed
        ("A;A;a.example;L-1;\nB;B;a.example;;\n", ["A"], ["B"]),  # who has it keeps it
        ("B;B;;L-1;\n", [], ["B"]),
        ("B;B;;;ann@a.example\n", [], ["B"]),
        ("B;B;;;ann@b.example\nB;B;;;Ann@B.example\n", [], ["B"]),  # twice in one organisation
        ("B;;b.example;;\n", [], ["B"]),  # no name
    ],
)
def test_two_never_have_the_same(rows: str, taken: list[str], refused: list[str], clock: Any) -> None:
    known = [kept("A", clock, domains=["a.example"], licence="l-1", mail="ann@a.example")]
    reading = listed(f"client id;organisation;domains;licence;e-mail\n{rows}")
    found = compare(reading.listed, reading.faults, known)
    assert sorted(one.number for one in found.changes) == taken
    assert sorted({one.number for one in found.faults}) == refused


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("abcdef")), max_size=12))
def test_whatever_is_left_contradicts_nothing(pairs: list[tuple[str, str]]) -> None:
    """Whoever claims what: after the refusals every domain has one owner."""
    from tests.conftest import MONDAY

    known = [kept(number, lambda: MONDAY, domains=[f"{number.lower()}.example"]) for number in "ABC"]
    rows = "".join(f"{number};{number};{name}.example\n" for number, name in dict(pairs).items())
    reading = listed(f"client id;organisation;domains\n{rows}")
    found = compare(reading.listed, reading.faults, known)
    owned = {one.organisation.number: one.organisation.domains for one in known}
    owned |= {one.number: list(one.values["domains"]) for one in found.changes}
    everything = [name for names in owned.values() for name in names]
    assert len(everything) == len(set(everything))


HEADINGS = st.sampled_from(["client id;organisation;", f"{RUSSIAN};", "sep=;\nclient id;phone;valid until;domains;"])


@given(
    st.one_of(st.binary(max_size=200), st.builds(lambda head, text: f"{head}\n{text}".encode(), HEADINGS, st.text()))
)
def test_whatever_is_in_a_file_is_read_or_refused(content: bytes) -> None:
    """No file ends in anything but a list, its faults, or one sentence."""
    try:
        reading = read(content, PLANS)
    except Refusal:
        return
    compare(reading.listed, reading.faults, [])


# --- kept in a store ---


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path, clock: Any) -> AsyncIterator[Desk]:
    tables = {
        "desk": {"name": "Desk", "language": "en", "data": str(tmp_path)},
        "telegram": {"token": "1:x", "group": -100},
        "plan": [{"name": "base", "title": "Base", "base": True}, {"name": "warranty", "title": "Warranty"}],
        "line": [{"name": "first", "title": "First"}],
    }
    settings = Settings.model_validate(tables)
    rules = compile_chain([one.model_dump() for one in settings.rule], lines=["first"], mailboxes=[], file="test")
    store = SqlStore(sqlite_url)
    await store.open()
    yield Desk(current=Current(set_up(settings, rules)), store=store, files=FolderFiles(tmp_path / "f"), now=clock)
    await store.close()


LIST = """client id,organisation,plan,valid from,valid until,product,licence,domains,contact,role,phone,e-mail,telegram
A-1,"Roga, Ltd",warranty,2026-01-01,2026-12-31,=HYPERLINK(1),L-1,"roga.example, r.example",Ivan,+boss,+79160000001,ivan@roga.example,@ivan_r
A-1,,,,,,,,Ann,,,"ann@roga.example, ann@home.example",
B-2,@Kopyta,,,,,,kopyta.example,,,,,
"""


async def applied(desk: Desk, text: str, *, skip_refused: bool = False) -> tuple[str, bool]:
    return await client_commands.bring_in(desk, text.encode(), apply=True, skip_refused=skip_refused)


async def test_an_export_changes_nothing_and_holds_no_formula(desk: Desk) -> None:
    said, well = await client_commands.bring_in(desk, LIST.encode(), apply=False, skip_refused=False)
    assert well
    assert "Nothing was done yet" in said
    assert (await client_commands.give_out(desk))[1] == 0
    await applied(desk, LIST)
    content, count = await client_commands.give_out(desk)
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert count == 2
    assert "'=HYPERLINK(1)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    said, well = await client_commands.bring_in(desk, content, apply=True, skip_refused=False)
    assert well
    assert "0 added, 0 changed, 2 as they were, 0 refused" in said


async def test_two_who_bring_in_the_same_list_at_once_make_it_once(desk: Desk) -> None:
    said = await asyncio.gather(applied(desk, LIST), applied(desk, LIST))
    assert sorted("2 added" in text for text, _ in said) == [False, True]
    assert (await client_commands.give_out(desk))[1] == 2


async def test_anything_refused_refuses_the_whole_list_unless_told_otherwise(desk: Desk) -> None:
    text = LIST + "C-3,Tails,wrong,,,,,,,,,,\n"
    said, well = await applied(desk, text)
    assert not well
    assert 'line 5, column "plan": C-3 — REFUSED: the configuration has no plan "wrong"' in said
    assert (await client_commands.give_out(desk))[1] == 0
    said, well = await applied(desk, text, skip_refused=True)
    assert not well
    assert "2 added, 0 changed, 0 as they were, 1 refused" in said
    assert (await client_commands.give_out(desk))[1] == 2


async def test_a_change_is_told_row_by_row_kept_and_in_the_trail(desk: Desk) -> None:
    """A column that is not there is left alone, contacts are matched by an address, a domain may move."""
    await applied(desk, LIST)
    async with desk.view() as view:
        before = {one.name: one.id for one in await view.find(Contact)}
    text = "client id,domains,contact,e-mail\nA-1,roga.example,Anna,ann@home.example\nB-2,r.example,,\n"
    said, _ = await applied(desk, text)
    assert "line 2: A-1 Roga, Ltd — domains: roga.example, r.example → roga.example" in said
    assert (
        "line 2: A-1 Roga, Ltd — contact changed: Ann, ann@home.example, ann@roga.example → Anna, ann@home.example"
        in said
    )
    assert "line 2: A-1 Roga, Ltd — contact removed: Ivan, +boss" in said
    async with desk.view() as view:
        [company, other] = await view.find(Organisation, order="number")
        people = await view.find(Contact)
        owners = {one.name: one.organisation_id for one in await view.find(Domain)}
        reaches = [(one.channel, one.address) for one in await view.find(Reach)]
        trail = await view.find(Audit, what="organisation changed")
    assert (company.plan, company.licence) == ("warranty", "L-1")
    assert [(one.name, one.id) for one in people] == [("Anna", before["Ann"])]
    assert owners == {"roga.example": company.id, "r.example": other.id}
    assert reaches == [("mail", "ann@home.example")]
    assert [one.data["number"] for one in trail] == ["A-1", "B-2"]
    assert trail[0].data["domains"] == [["roga.example", "r.example"], ["roga.example"]]


@pytest.mark.parametrize(
    "wanted",
    ["a-1", "А-1", "l-1", "ROGA.example", "someone@r.example", "ivan@roga.example", "8 916 000-00-01", "@Ivan_R"],
)
async def test_an_organisation_is_found_by_whatever_is_known_of_it(desk: Desk, wanted: str) -> None:
    await applied(desk, LIST)
    said = await client_shown.show(desk, wanted)
    assert said.startswith("A-1 Roga, Ltd\nContract: Warranty, until 2026-12-31, product =HYPERLINK(1), licence L-1\n")
    assert "Contact: Ivan, +boss, ivan@roga.example, +79160000001, @ivan_r" in said


def test_the_shell_says_by_its_exit_code_whether_anything_was_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A dry run, a refusal, an application, an export to the screen, a look and a file that is not there."""
    monkeypatch.chdir(tmp_path)
    config = "[desk]\nname='D'\nlanguage='en'\n[telegram]\ntoken='1:x'\ngroup=-1\n[[line]]\nname='a'\ntitle='A'\n"
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "good.csv").write_text("client id;organisation\nA-1;Roga\n")
    (tmp_path / "bad.csv").write_text("client id;organisation;plan\nA-1;Roga;none\nB-2;Kopyta;\n")

    def shell(*words: str) -> tuple[int, str]:
        code = main(["clients", *words])
        out, err = capfdbinary.readouterr()
        return code, (out + err).decode()

    assert shell("import", "good.csv")[0] == 0
    assert shell("import", "bad.csv", "--apply")[0] == 1
    code, said = shell("show", "A-1")
    assert (code, said.startswith('No organisation is found by "A-1".')) == (1, True)
    assert shell("import", "good.csv", "--apply")[0] == 0
    code, said = shell("import", "bad.csv", "--apply", "--skip-refused")
    assert (code, "1 added, 0 changed, 0 as they were, 1 refused" in said) == (1, True)
    code, said = shell("export")
    assert (code, said.count("\r\n")) == (0, 3)
    assert shell("export", "out.csv") == (0, "Written to out.csv: 2 organisations.\n")
    assert shell("show", "a-1")[1].startswith("A-1 Roga\n")
    assert shell("import", "nothing.csv") == (1, "There is no such file or folder: nothing.csv.\n")


@pytest.mark.parametrize("wanted", ["", "Z-9", "\x1b[31m", "x" * 5000, "sub.roga.example"])
async def test_what_is_not_there_is_said(desk: Desk, wanted: str) -> None:
    await applied(desk, LIST)
    with pytest.raises(Refusal):
        await client_shown.show(desk, wanted)
