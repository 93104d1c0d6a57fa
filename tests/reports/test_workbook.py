"""The workbook of a report, read back: numbers are numbers, dates are dates, and clients' words are words."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desk.prints import Bars, Book, Column, Fact, Form, Sheet
from reports.workbook import render, write

HOSTILE = [
    "=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(1)", "=1+1", "{=1}", "http://evil.example", "mailto:a@b", "123",
    "internal:Сводка!A1", "_x0041_", "a\tb\nc", "<b>&amp;</b>", "'", "١٢٣", "🚀",
]  # fmt: skip


def book(**changes: Any) -> Book:
    values: dict[str, Any] = {
        "title": "Отчёт", "subtitle": "ООО Ромашка", "summary": "Сводка", "author": "ООО Ромашка",
        "made_at": datetime.fromisoformat("2026-11-30T10:00"),
        "facts": (Fact(label="Заявки", value=None, head=True), Fact(label="Принято", value=7)),
        "charts": (
            Bars(title="По дням", names=("пн", "вт"), labels=("принято", "решено"), values=((3, 4), (2, 0))),
            Bars(title="Кого ждём", names=(), values=((),), lying=True),
        ),
        "sheets": (),
    }  # fmt: skip
    return Book(**{**values, **changes})


def sheet(*rows: tuple[Any, ...], forms: tuple[Form, ...] = (Form.WORDS,), **more: Any) -> Sheet:
    columns = tuple(Column(title=form.value, form=form, width=20) for form in forms)
    return Sheet(title=more.pop("title", "Заявки"), columns=columns, rows=rows, **more)


def read(made: Book) -> Any:
    return openpyxl.load_workbook(io.BytesIO(render(made)))


@pytest.mark.parametrize("text", HOSTILE)
def test_words_stay_words(text: str) -> None:
    """Nothing that a client wrote becomes a formula, a number or a link, in a cell or in a header."""
    cell = read(book(title=text, sheets=(sheet((text,)),)))["Заявки"]["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value.replace("_x000D_", "") == text


def test_what_no_cell_can_hold_is_left_out() -> None:
    rows = [("а" * 40_000,), ("a\x00b\x1bc\ud800d\ufffee",)]
    page = read(book(sheets=(sheet(*rows),)))["Заявки"]
    assert len(page["A2"].value) == 32_000
    assert page["A3"].value == "abcde"


def test_each_form_has_its_own_type_and_look() -> None:
    forms = (Form.WHOLE, Form.NUMBER, Form.SHARE, Form.LENGTH, Form.MOMENT, Form.WORDS)
    moment = datetime.fromisoformat("2026-11-30T18:45")
    row = (7, 4.6, 0.75, timedelta(hours=48, minutes=30), moment, "слова")
    page = read(book(sheets=(sheet(row, (None,) * 6, forms=forms),)))["Заявки"]
    cells = [page.cell(2, column) for column in range(1, 7)]
    assert [cell.value for cell in cells] == list(row)
    assert [cell.number_format for cell in cells[:5]] == ["0", "0.0", "0%", "[h]:mm", "dd.mm.yyyy hh:mm"]
    assert [page.cell(3, column).value for column in range(1, 7)] == [None] * 6


def test_headers_stay_in_sight_and_columns_are_wide_enough() -> None:
    page = read(book(sheets=(sheet(("а", 1), ("б", 2), ("Всего", 3), forms=(Form.WORDS, Form.WHOLE), total=True),)))[
        "Заявки"
    ]
    assert (page.freeze_panes, page.auto_filter.ref) == ("B2", "A1:B3")
    assert page.column_dimensions["A"].width >= 20
    assert (page["A4"].font.bold, page["A2"].font.bold, page["A1"].font.bold) == (True, False, True)


def test_the_summary_comes_first_with_its_charts() -> None:
    """A chart with nothing in it is left out."""
    whole = read(book(sheets=(sheet(("а",)),)))
    page = whole.worksheets[0]
    assert (page.title, page["A1"].value, page["A5"].value, page["B5"].value) == ("Сводка", "Отчёт", "Принято", 7)
    assert len(page._charts) == 1
    assert whole.properties.creator == "ООО Ромашка"


def test_names_of_sheets_are_made_fit_and_unlike() -> None:
    titles = ("Что [это]: a/b?", "х" * 80, "х" * 90, "СВОДКА", "")
    names = read(book(sheets=tuple(sheet(title=title) for title in titles))).sheetnames
    assert names == ["Сводка", "Что  это   a b", "х" * 28, f"{'х' * 28} 2", "СВОДКА 2", "-"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write(book(), path)
    write(book(title="Другой"), path)
    assert openpyxl.load_workbook(path).worksheets[0]["A1"].value == "Другой"
    with pytest.raises(OSError, match="missing"):
        write(book(), tmp_path / "missing" / "report.xlsx")
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    with pytest.raises(OSError, match=r"folder\.xlsx"):
        write(book(), folder)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder.xlsx", "report.xlsx"]
