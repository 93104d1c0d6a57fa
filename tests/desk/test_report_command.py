"""`report` on the command line: what is read from the store, as a workbook and as text, of everybody or of one client."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from desk.__main__ import main
from desk.accounts import Agreement, Estimate, Pause, Rating, Spent
from desk.organisations import Contact, Organisation, Reach
from desk.people import Client, Door
from desk.tickets import Closing, Status, Ticket
from store.store import SqlStore

CONFIG = """
[desk]
name = "ООО Ромашка"
language = "ru"
data = "{data}"
[store]
url = "{url}"
[telegram]
token = "1:secret"
group = -1001
[[line]]
name = "first"
title = "Первая линия"
[[plan]]
name = "paid"
title = "Платный"
first_answer = "8 working hours"
solve = "40 working hours"
paid = true
"""


def at(text: str) -> datetime:
    """«11-05 13:00»: a time of 2025 in Moscow."""
    return datetime.fromisoformat(f"2025-{text}+03:00").astimezone(UTC)


async def seeded(url: str) -> None:
    """An organisation with two tickets, and a person by mail with one whose subject is hostile."""
    store = SqlStore(url)
    await store.open()
    async with store.unit() as unit:
        now = at("10-01 10:00")
        company = await unit.add(
            Organisation(number="A-1042", name="=1+1 Лютик", plan="paid", created_at=now, changed_at=now)
        )
        contact = await unit.add(Contact(organisation_id=company.id, name="Олег"))
        await unit.add(
            Reach(contact_id=contact.id, organisation_id=company.id, channel="mail", address="oleg@lutik.example")
        )
        people = [await unit.add(Client(name=name, created_at=now)) for name in ("Анна", "Борис")]
        doors = [
            await unit.add(
                Door(client_id=one.id, channel=channel, address=address, username=name, created_at=now, used_at=now)
            )
            for one, channel, address, name in zip(
                people, ("telegram", "mail"), ("100", "boris@client.example"), ("anna", ""), strict=True
            )
        ]
        anna = Ticket(
            client_id=people[0].id, opened_door_id=doors[0].id, door_id=doors[0].id, line="first", verdict={},
            subject="Не печатает", created_at=at("11-05 10:00"), active_at=now, client_wrote_at=at("11-05 10:00"),
            organisation_id=company.id, plan="paid", taken_by="Мария",
        )  # fmt: skip
        # Answered after 2 working hours, solved after 8, closed; 20 minutes on one day and 40 on the next are billed
        # as half an hour and an hour, and 90 of 60 agreed minutes of other work to the minute agreed.
        solved = await unit.add(
            replace(
                anna, status=Status.CLOSED, closing=Closing.SOLVED, closed_at=at("11-06 12:00"),
                solved_at=at("11-06 10:00"), answered_at=at("11-05 12:00"), answer_took=7200, answer_limit=28800,
                solve_took=28800, solve_limit=144000,
            )
        )  # fmt: skip
        await unit.add(Pause(ticket_id=solved.id, why=Status.SOLVED, since=at("11-06 10:00"), until=at("11-06 12:00")))
        await unit.add(Pause(ticket_id=solved.id, why=Status.CLOSED, since=at("11-06 12:00")))
        agreed = await unit.add(
            Estimate(ticket_id=solved.id, minutes=60, text="", by="", by_id="", state=Agreement.AGREED, at=now)
        )
        for minutes, when, estimate in ((20, "11-05 11:00", None), (40, "11-06 09:00", None), (90, "11-07 9:00", 1)):
            await unit.add(
                Spent(
                    ticket_id=solved.id, minutes=minutes, comment="+7 звонок", by="Мария", by_id="1",
                    at=at(when.replace(" 9:", " 09:")), estimate_id=agreed.id if estimate else None,
                )
            )  # fmt: skip
        await unit.add(
            Spent(ticket_id=solved.id, minutes=500, by="Мария", by_id="1", at=at("11-06 09:00"), withdrawn_at=now)
        )
        await unit.add(replace(anna, subject="Сканер", created_at=at("11-27 10:00"), client_wrote_at=at("11-27 10:00")))
        # Boris's was closed in October and marked in November.
        old = await unit.add(
            replace(
                anna, client_id=people[1].id, opened_door_id=doors[1].id, door_id=doors[1].id, organisation_id=None,
                plan="", subject="=HYPERLINK(1)", created_at=at("10-10 10:00"), status=Status.CLOSED,
                closing=Closing.SOLVED, closed_at=at("10-20 10:00"), solved_at=at("10-20 10:00"),
            )
        )  # fmt: skip
        await unit.add(Pause(ticket_id=old.id, why=Status.CLOSED, since=at("10-20 10:00")))
        await unit.add(
            Rating(
                ticket_id=old.id, client_id=people[1].id, asked_at=at("10-31 10:00"), stars=2, words="=долго()",
                given_at=at("11-01 10:00"), engineer="Мария",
            )
        )  # fmt: skip
        await unit.commit()
    await store.close()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    url = f"sqlite:///{folder}/desk.db"
    asyncio.run(seeded(url))
    path = folder / "config.toml"
    path.write_text(CONFIG.format(data=folder, url=url), encoding="utf-8")
    return path


def report(config: Path, *words: str) -> int:
    return main(["report", "--config", str(config), *words])


def test_without_a_file_the_figures_are_printed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(config, "--month", "2025-11") == 0
    said = capsys.readouterr().out
    for words in (
        "Отчёт: Ноябрь 2025 (01.11.2025–30.11.2025)",
        "Принято 2, решено 1, закрыто иначе 0. Открыто 1, было 0; открыто снова 0.",
        "Первый ответ в срок: 50 % (1 из 2). Половина уложилась в 2 ч, девять из десяти в 2 ч.",
        "Решение в срок: 100 % (1 из 1). Половина уложилась в 8 ч, девять из десяти в 8 ч.",
        "Оценки: 2,0 в среднем, всего 1, низких 1.",
        "Потрачено 2 ч 30 мин, к оплате 2 ч 30 мин.",
        "Дольше всех ждут нас: SD-2 с 27.11.",
        "  Первая линия: принято 2, решено 1, закрыто иначе 0, открыто 1",
        "  =1+1 Лютик: принято 2,",
        "  Мария: принято 2,",
    ):
        assert words in said


def test_the_workbook_holds_it_all(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.xlsx"
    assert report(config, "--quarter", "2025Q4", "--out", str(out)) == 0
    assert str(out) in capsys.readouterr().out
    whole = openpyxl.load_workbook(out)
    assert whole.sheetnames == [
        "Сводка", "Линии", "Виды", "Приоритеты", "Клиенты", "Инженеры", "Заявки", "Время", "Кого ждём",
    ]  # fmt: skip
    assert not [cell for page in whole for row in page for cell in row if cell.data_type == "f"]
    tickets = whole["Заявки"]
    head = {cell.value: number for number, cell in enumerate(tickets[1])}
    rows = {row[0]: row for row in tickets.iter_rows(min_row=2, values_only=True)}
    assert list(rows) == ["SD-1", "SD-2", "SD-3"]
    assert rows["SD-3"][head["Тема"]] == "=HYPERLINK(1)"
    assert rows["SD-3"][head["Слова клиента"]] == "=долго()"
    assert rows["SD-1"][head["Клиент"]] == "=1+1 Лютик"
    assert rows["SD-1"][head["Создана"]] == datetime.fromisoformat("2025-11-05T10:00")
    assert rows["SD-1"][head["До решения"]] == timedelta(hours=8)
    assert [rows[number][head["Ответ в срок"]] for number in rows] == ["да", "нет", None]
    assert [rows[number][head["Решение в срок"]] for number in rows] == ["да", "нет", None]
    assert rows["SD-1"][head["К оплате"]] == timedelta(hours=2, minutes=30)
    times = list(whole["Время"].iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in times] == [timedelta(minutes=20), timedelta(minutes=40), timedelta(minutes=90)]
    total = [cell.value for cell in whole["Клиенты"][whole["Клиенты"].max_row]]
    assert total[:5] == ["Всего", 3, 2, 0, 1]
    assert len(whole["Сводка"]._charts) == 3


@pytest.mark.parametrize(
    ("client", "name", "taken"),
    [
        ("A-1042", "=1+1 Лютик", 2),
        ("a-1042", "=1+1 Лютик", 2),
        ("Oleg@lutik.example", "=1+1 Лютик", 2),
        ("boris@client.example", "Борис", 0),
        ("100", "Анна", 2),
        ("@Anna", "Анна", 2),
    ],
)
def test_one_client_alone(config: Path, capsys: pytest.CaptureFixture[str], client: str, name: str, taken: int) -> None:
    """By an organisation's number, the address of one of its contacts, or anybody's address."""
    assert report(config, "--month", "2025-11", "--client", client) == 0
    said = capsys.readouterr().out
    assert f"клиент {name}\n" in said
    assert f"Принято {taken}," in said
    assert ("Оценки" in said) == (name == "Борис")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2025-13"], "«2025-13» здесь не подходит"),
        (["--month", "2025-W48"], "не подходит"),
        (["--week", "2025Q1"], "не подходит"),
        (["--quarter", "'; DROP TABLE"], "не подходит"),
        (["--month", "2099-01"], "ещё не начался"),
        (["--month", "2025-11", "--out", "report.pdf"], "а не «report.pdf»"),
        (["--month", "2025-11", "--client", "B-1"], "«B-1»"),
        (["--month", "2025-11", "--client", "%"], "«%»"),
        (["--month", "2025-11", "--out", "/nowhere/at/all/report.xlsx"], "/nowhere"),
    ],
)
def test_what_cannot_be_reported_is_said_in_a_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert report(config, *words) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_one_period_at_a_time(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--month", "2025-11", "--week", "2025-W48"]):
        with pytest.raises(SystemExit):
            report(config, *words)
    assert "--month" in capsys.readouterr().err


def test_an_empty_desk_has_a_report_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "config.toml", tmp_path / "report.xlsx"
    path.write_text(CONFIG.format(data=tmp_path, url=f"sqlite:///{tmp_path}/desk.db"), encoding="utf-8")
    week = date(2025, 11, 5).isocalendar()
    assert report(path, "--week", f"{week.year}-W{week.week}", "--out", str(out)) == 0
    assert openpyxl.load_workbook(out)["Линии"]["A2"].value == "Всего"
    assert report(path, "--week", "2025-W45") == 0
    assert "судить пока не о чем" in capsys.readouterr().out
