"""Lines of the configuration: duty, turns and partners, and how each slip in them is told."""

from pathlib import Path
from typing import Any

import pytest

from desk.configuration import load_settings
from desk.errors import ConfigError
from rules.checking import check_rules

HEAD = """
[desk]
name = "Desk"
[telegram]
token = "1:x"
group = -100
[[person]]
telegram = 7
name = "Мария Иванова"
[[rule]]
name = "all"
when = { always = true }
line = "first"
"""
BOX = """
[[mailbox]]
name = "support"
address = "support@desk.example"
imap = { host = "localhost", security = "none", user = "u", password = "x" }
smtp = { host = "localhost", security = "none" }
"""
FIRST = '[[line]]\nname = "first"\ntitle = "Первая"\n'
VENDOR = '[[line]]\nname = "vendor"\ntitle = "Вендор"\n'


def load(folder: Path, text: str) -> Any:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {}, checks=(check_rules,))


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (f'{FIRST}duty = [{{ people = ["Мария Иванов"] }}]', '"first" duty.1.people', "Мария Иванова"),
        (f'{FIRST}duty = [{{ people = ["мария иванова"] }}, {{ people = ["Пётр"] }}]', "duty.2.people", "Пётр"),
        (f'{FIRST}duty = [{{ people = ["Мария Иванова"], days = ["mno"] }}]', "duty.1.days.1", "mon"),
        (f'{FIRST}duty = [{{ people = ["Мария Иванова"], week = "od" }}]', "duty.1.week", "odd"),
        (f'{FIRST}duty = [{{ peple = ["Мария Иванова"] }}]', "duty.1.peple", "people"),
        (f'{FIRST}assign = "turn"', '"first" assign', "in turn"),
        (f"{FIRST}cap = -1", '"first" cap', "0"),
        (f'{FIRST}{VENDOR}address = "a@vendor.example"', '"vendor" address', "[[mailbox]]"),
        (f'{FIRST}{VENDOR}address = "Support@desk.example"\n{BOX}', '"vendor" address', "our own"),
        (f'{FIRST}address = "a@vendor.example"\n{BOX}', '[[rule]] "all" line', "/line"),
    ],
)
def test_a_slip_in_a_line_is_told_where_it_stands(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, f"{HEAD}{text}\n")
    told = [f"{one.message} {one.suggestion}" for one in caught.value.mistakes if place in one.place]
    assert any(said in words for words in told), caught.value.mistakes


def test_a_partner_and_a_schedule_load(tmp_path: Path) -> None:
    text = f'{HEAD}{FIRST}duty = [{{ people = ["Мария Иванова"] }}]\n{VENDOR}address = "a@vendor.example"\n{BOX}'
    first, vendor = load(tmp_path, text).line
    assert (first.duty[0].people, first.cap, first.assign) == (["Мария Иванова"], 0, "")
    assert (vendor.address, vendor.language, vendor.share_client) == ("a@vendor.example", None, False)
