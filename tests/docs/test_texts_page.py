"""docs/texts.md lists every sentence that an operator may replace, as it is."""

from pathlib import Path

from desk.own_texts import MAY_GO, page

PAGE = (Path(__file__).parents[2] / "docs" / "texts.md").read_text(encoding="utf-8")


def test_the_page_lists_every_sentence() -> None:
    """Write it anew: python -c "from desk.own_texts import page; print(page())", below «All of them»."""
    assert PAGE.partition("## All of them\n\n")[2].strip() == page()


def test_the_page_names_the_values_that_may_be_left_out() -> None:
    assert [name for name in sorted(MAY_GO) if f"`{{{name}}}`" not in PAGE.partition("## All of them")[0]] == []
