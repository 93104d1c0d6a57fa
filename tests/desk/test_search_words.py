"""What an engineer types after /find, understood or answered with what was meant."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.asked import Asker, read
from desk.errors import Refusal
from desk.indexing import phones
from desk.search import Part, Sought, Term, clean, roots
from desk.settings import Line
from desk.tickets import Priority, Status, Type
from rules.text import stems

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LINES = [Line(name="first", title="Первая линия"), Line(name="second", title="Вторая линия")]
ASKER = Asker(stems=stems, lines=LINES, now=NOW, zone=ZoneInfo("Europe/Moscow"), engineer="7")


def word(*said: str, **more: Any) -> Term:
    return Term(stems=said, **more)


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)  # type: ignore[arg-type, misc]


UNDERSTOOD: dict[str, dict[str, Any]] = {
    "принтеры": {"terms": (word("принтер"),)},
    "Счёт счет СЧЁТА": {"terms": (word("счет"),)},
    '"не печатает" -сканера': {"terms": (word("не", "печат"), word("сканер", absent=True))},
    "«не печатает»": {"terms": (word("не", "печат"),)},
    "прин*": {"terms": (word("прин", begun=True),)},
    "SD-7": {"terms": (word("sd", "7"),)},
    "+7 (912) 345-67-89": {"terms": (word("79123456789"),)},
    "8 912 345 67 89 касса": {"terms": (word("79123456789"), word("касс"))},
    "ann@client.example": {"terms": (word("ann", "client", "exampl"),)},
    "отчёт.pdf": {"terms": (word("отчет", "pdf"),)},
    "line:second": {"lines": ("second",)},
    "линия:вторая": {"lines": ("second",)},
    'line:"Вторая линия"': {"lines": ("second",)},
    "line: second": {"lines": ("second",)},
    "-line:first,second": {"not_lines": ("first", "second")},
    "status:waiting статус:решена": {"statuses": (Status.WAITING, Status.SOLVED)},
    "status:active": {"statuses": (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)},
    "-status:closed": {"not_statuses": (Status.CLOSED,)},
    "type:ошибка priority:крит": {"types": (Type.ERROR,), "priorities": (Priority.CRITICAL,)},
    "from:acme": {"terms": (word("acm", part=Part.WHO),)},
    "от:ann@acme.example": {"terms": (word("ann", "acm", "exampl", part=Part.WHO),)},
    "client:A-1042": {"terms": (word("a", "1042", part=Part.WHO),)},
    "from:+79123456789": {"terms": (word("79123456789", part=Part.MARKS),)},
    "tag:возврат": {"terms": (word("tag", "возврат", part=Part.MARKS),)},
    "has:file -есть:файл": {"terms": (word("file", part=Part.MARKS), word("file", part=Part.MARKS, absent=True))},
    "taken:me": {"taken_id": "7"},
    "взял:никто": {"taken_id": ""},
    "taken:Мария": {"terms": (word("taken", "мар", part=Part.MARKS),)},
    "after:2026-10 before:05.11.2026": {"after": day(2026, 10, 1), "before": day(2026, 11, 5)},
    "после:2025 до:5.12": {"after": day(2025, 1, 1), "before": day(2025, 12, 5)},
    "с:7d": {"after": day(2026, 11, 16)},
    "after:вчера": {"after": day(2026, 11, 22)},
    "http://client.example/x ошибка:403": {"terms": (word("http", "client", "exampl", "x"), word("ошибк", "403"))},
    "12:30": {"terms": (word("12", "30"),)},
    "OR AND NOT NEAR(x)": {"terms": (word("or"), word("and"), word("not"), word("near", "x"))},
    "' OR 1=1; DROP TABLE --": {"terms": (word("or"), word("1", "1"), word("drop"), word("tabl"))},
}


@pytest.mark.parametrize("said", UNDERSTOOD)
def test_what_is_typed_is_understood(said: str) -> None:
    assert read(said, ASKER).sought == Sought(**UNDERSTOOD[said])


REFUSED = {
    "": ("find.how", {}),
    "-- ! «»": ("find.how", {}),
    "lien:second": ("find.filter_unknown", {"meant": "line:"}),
    "статсу:новая": ("find.filter_unknown", {"meant": "статус:"}),
    "line:": ("find.value_missing", {"name": "line"}),
    "line: status:new": ("find.value_missing", {"name": "line"}),
    "line:secnod": ("find.value_meant", {"meant": "line:second"}),
    "line:xyz": ("find.value_unknown", {"accepted": "first, second"}),
    "status:wating": ("find.value_meant", {"meant": "status:waiting"}),
    "after:never": ("find.value_unknown", {"name": "after"}),
    "after:2026-13": ("find.value_unknown", {"value": "2026-13"}),
    "before:31.02.2026": ("find.value_unknown", {}),
    "has:money": ("find.value_unknown", {"name": "has"}),
    "tag:!!!": ("find.value_missing", {"name": "tag"}),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_meant_is_answered(said: str) -> None:
    key, values = REFUSED[said]  # type: ignore[misc]
    with pytest.raises(Refusal) as refused:
        read(said, ASKER)
    assert refused.value.key == key
    assert values.items() <= dict(refused.value.values).items()


@pytest.mark.parametrize(
    "hostile", ["\x00" * 9, "\ue000x\ue001", "a" * 100_000, "(" * 600, '"' * 7, "-" * 50, ":" * 50, "*"]
)
def test_hostile_words_ask_for_words_alone(hostile: str) -> None:
    """Whatever is typed comes to stems of letters and digits, or to a refusal."""
    try:
        terms = read(hostile, ASKER).sought.terms
    except Refusal:
        return
    assert all(clean(term.stems) == term.stems and len(terms) <= 20 for term in terms)


SAME = ["журнал журналы журналов журналом", "принтер принтера принтерами", "канал каналы каналов", "файл файлы файлов",
        "lines line", "пароль пароля паролем", "печатает печатать печатают"]  # fmt: skip


@pytest.mark.parametrize("forms", SAME)
def test_all_forms_of_a_word_have_one_root(forms: str) -> None:
    assert len(set(roots(stems, forms))) == 1


PHONES = {
    "звоните +7 (912) 345-67-89 или 8-912-345-67-80": ["79123456789", "9123456789", "79123456780", "9123456780"],
    "заказ 2026-11-23 12:30": [],
    "4276 1234": [],
    "+1 202 555 0143": ["12025550143"],
}


@pytest.mark.parametrize("text", PHONES)
def test_telephones_are_one_word_however_they_are_written(text: str) -> None:
    assert phones(text) == PHONES[text]
