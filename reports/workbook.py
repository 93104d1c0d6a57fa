"""Writes a book as an Excel workbook: real numbers, dates and lengths, and words that are nothing but words.

Rule: every cell is written by the call for its own type. What a client wrote goes through `write_string` alone, so it
never becomes a formula, a number or a link.
"""

import io
import os
import re
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from desk.prints import Bars, Book, Fact, Form, Sheet, Value

LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML has no place for."""

_TAB = re.compile(r"[\[\]:*?/\\']")
TAB = 31
"""Characters of a sheet's name."""

_FORMATS = {
    Form.WHOLE: "0", Form.NUMBER: "0.0", Form.SHARE: "0%", Form.LENGTH: "[h]:mm", Form.MOMENT: "dd.mm.yyyy hh:mm",
    Form.DAY: "dd.mm.yyyy",
}  # fmt: skip
COLOURS = ("#1f5fbf", "#e08a1e")
HEAD = "#dfe6ee"
DATA = 12
"""The column of the summary from which the charts' figures stand, right of the charts."""


def write(book: Book, path: Path) -> None:
    """The workbook at that path, whole or not at all."""
    made = render(book)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def render(book: Book) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain}) as workbook:
        about = {"title": book.title, "author": book.author}
        workbook.set_properties({name: clean(text) for name, text in about.items()} | {"created": book.made_at})
        writer = _Writer(workbook)
        writer.summary(book)
        for sheet in book.sheets:
            writer.table(sheet)
    return out.getvalue()


def clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)[:LONGEST]


class _Writer:
    """One workbook being written, with its formats."""

    def __init__(self, workbook: Any) -> None:
        self._book = workbook
        self._taken: set[str] = set()
        self._formats: dict[tuple[Form, bool], Any] = {}
        self._title = workbook.add_format({"bold": True, "font_size": 16})
        self._faint = workbook.add_format({"font_color": "#5b6773"})
        self._head = workbook.add_format(
            {"bold": True, "bg_color": HEAD, "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )

    def _sheet(self, title: str) -> Any:
        """A new sheet; its name made fit, and unlike all others."""
        fit = _TAB.sub(" ", clean(title)).strip()[: TAB - 3] or "-"
        name, number = fit, 2
        while name.casefold() in self._taken:
            name, number = f"{fit} {number}", number + 1
        self._taken.add(name.casefold())
        return self._book.add_worksheet(name)

    def _format(self, form: Form, *, bold: bool = False) -> Any:
        key = (form, bold)
        if key not in self._formats:
            looks: dict[str, object] = {"valign": "top"} | ({"bold": True, "top": 1} if bold else {})
            if form in _FORMATS:
                looks |= {"num_format": _FORMATS[form], "align": "right"}
            self._formats[key] = self._book.add_format(looks)
        return self._formats[key]

    def _cell(self, sheet: Any, row: int, column: int, value: Value, form: Form, *, bold: bool = False) -> None:
        shown = self._format(form, bold=bold)
        if value is None:
            sheet.write_blank(row, column, None, shown)
        elif isinstance(value, str):
            sheet.write_string(row, column, clean(value), shown)
        elif isinstance(value, timedelta | datetime | date):
            sheet.write_datetime(row, column, value, shown)
        else:
            sheet.write_number(row, column, value, shown)

    def table(self, sheet: Sheet) -> None:
        """A sheet with a header that stays in sight and filters over its rows."""
        page = self._sheet(sheet.title)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width)
            page.write_string(0, number, clean(column.title), self._head)
        page.set_row(0, 32)
        page.freeze_panes(1, 1)
        last = len(sheet.rows)
        for number, row in enumerate(sheet.rows, 1):
            for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
                self._cell(page, number, place, value, column.form, bold=sheet.total and number == last)
        filtered = last - sheet.total
        if filtered > 0:
            page.autofilter(0, 0, filtered, len(sheet.columns) - 1)
        _printed(page, wide=True)

    def summary(self, book: Book) -> None:
        """The first sheet: the figures to the left, the charts beside them."""
        page = self._sheet(book.summary)
        page.hide_gridlines(2)
        page.set_column(0, 0, 30)
        page.set_column(1, 1, 12)
        page.write_string(0, 0, clean(book.title), self._title)
        page.write_string(1, 0, clean(book.subtitle), self._faint)
        for number, fact in enumerate(book.facts, 3):
            self._fact(page, number, fact)
        at = 3
        for number, chart in enumerate(book.charts):
            self._chart(page, chart, 3 + sum(len(one.names) + 2 for one in book.charts[:number]), at)
            at += 16
        _printed(page, wide=False)

    def _fact(self, page: Any, row: int, fact: Fact) -> None:
        if fact.head:
            page.write_string(row, 0, clean(fact.label), self._head)
            page.write_blank(row, 1, None, self._head)
            return
        self._cell(page, row, 0, fact.label, Form.WORDS)
        self._cell(page, row, 1, fact.value, fact.form)

    def _chart(self, page: Any, bars: Bars, row: int, at: int) -> None:
        """A chart with the figures that it is drawn from."""
        page.write_string(row, DATA, clean(bars.title), self._head)
        labels = bars.labels or ("",) * len(bars.values)
        for number, label in enumerate(labels, 1):
            page.write_string(row, DATA + number, clean(label), self._head)
        for place, name in enumerate(bars.names, 1):
            self._cell(page, row + place, DATA, name, Form.WORDS)
            for number, values in enumerate(bars.values, 1):
                self._cell(page, row + place, DATA + number, values[place - 1], Form.WHOLE)
        if not bars.names:
            return
        chart = self._book.add_chart({"type": "bar" if bars.lying else "column"})
        for number, _ in enumerate(bars.values, 1):
            chart.add_series(_series(page.get_name(), row, len(bars.names), number, named=bool(bars.labels)))
        chart.set_title({"name": [page.get_name(), row, DATA], "name_font": {"size": 13}})
        chart.set_legend({"position": "bottom"} if bars.labels else {"none": True})
        if bars.lying:
            chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 560, "height": 300})
        page.insert_chart(at, 3, chart)


def _series(sheet: str, row: int, count: int, number: int, *, named: bool) -> dict[str, object]:
    column = DATA + number
    series: dict[str, object] = {
        "categories": [sheet, row + 1, DATA, row + count, DATA],
        "values": [sheet, row + 1, column, row + count, column],
        "fill": {"color": COLOURS[(number - 1) % len(COLOURS)]},
        "gap": 60,
    }
    return series | ({"name": [sheet, row, column]} if named else {})


def _printed(page: Any, *, wide: bool) -> None:
    """On paper: one page wide, the header on each."""
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    if wide:
        page.set_landscape()
        page.repeat_rows(0)
