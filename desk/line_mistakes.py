"""What is wrong with lines beyond what their own table can know: people on duty, partners, rules that lead to them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from desk.checks import nearest
from desk.errors import Mistake
from desk.raw_tables import listed, names, rows, unknown
from desk.said import Said

_NO_MAILBOX = ("config.partner_without_mailbox", "config.partner_without_mailbox_hint")


def line_mistakes(file: str, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    """People on duty who are in no [[person]], and partners' lines that no mail can leave for."""
    people = names(tables, "person")
    known = {name.casefold() for name in people}
    boxes = {str(row.get("address", "")).casefold() for row in rows(tables, "mailbox")}
    for row in rows(tables, "line"):
        whose, address = str(row.get("name", "")), row.get("address")
        shifts = row.get("duty") if isinstance(row.get("duty"), list) else []
        for number, shift in enumerate(shifts or [], start=1):
            for name in listed(shift.get("people")) if isinstance(shift, dict) else []:
                if name.strip().casefold() not in known:
                    place = f"[[line]] {json.dumps(whose, ensure_ascii=False)} duty.{number}.people"
                    yield unknown(file, place, Said("config.no_such_person", name=name), nearest(name, people))
        yield from _rules_to(file, tables, whose) if address is not None else ()
        if isinstance(address, str) and (not boxes or address.casefold() in boxes):
            us, nobody = ("config.partner_is_us", "config.partner_is_us_hint"), _NO_MAILBOX
            key, hint = us if boxes else nobody
            place = f"[[line]] {json.dumps(whose, ensure_ascii=False)} address"
            yield unknown(file, place, Said(key), Said(hint))


def _rules_to(file: str, tables: Mapping[str, Any], partner: str) -> Iterator[Mistake]:
    """Rules that send requests to a partner, which is for a person to do: what leaves the house was looked at."""
    for row in rows(tables, "rule"):
        if partner and row.get("line") == partner:
            place = f"[[rule]] {json.dumps(str(row.get('name', '')), ensure_ascii=False)} line"
            yield unknown(file, place, Said("config.rule_to_partner"), Said("config.rule_to_partner_hint"))
