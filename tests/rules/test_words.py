"""Each word of the rules against the messages that it should and should not fit."""

from datetime import datetime
from typing import Any

import pytest

from desk.facts import Facts
from desk.tickets import Priority, Type
from rules.chain import compile_chain


def at(text: str) -> datetime:
    """A day of November 2026 with its time, such as "22 9:05"."""
    return datetime.strptime(f"2026-11-{text} +0300", "%Y-%m-%d %H:%M %z")


CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"channel": "mail"}, {}, True),
    ({"channel": "telegram"}, {}, False),
    ({"mailbox": "support"}, {"mailbox": "support"}, True),
    ({"mailbox": "support"}, {"mailbox": "sales"}, False),
    ({"mailbox": "support"}, {"channel": "telegram"}, False),
    # Senders.
    ({"from": "ann@x.example"}, {"sender": ("Ann@X.Example",)}, True),
    ({"from": "ANN@x.example"}, {"sender": ("bob@x.example",)}, False),
    ({"from": "@x.example"}, {"sender": ("bob@X.example",)}, True),
    ({"from": "@x.example"}, {"sender": ("bob@sub.x.example",)}, False),
    ({"from": "@x.example"}, {"sender": ("bob@notx.example",)}, False),
    ({"from": ["@y.example", "@x.example"]}, {"sender": ("bob@x.example",)}, True),
    ({"from": "@ann"}, {"sender": ("12345", "@Ann")}, True),
    ({"from": "@ann_b"}, {"sender": ("12345", "@ann_b")}, True),
    ({"from": "12345"}, {"sender": ("12345", "@ann")}, True),
    ({"from": "1234"}, {"sender": ("12345", "@ann")}, False),
    ({"from": "@ann"}, {"sender": ()}, False),
    ({"from": "@почта.example"}, {"sender": ("a@xn--80a1acny.example",)}, True),
    ({"from": "a@xn--80a1acny.example"}, {"sender": ("A@Почта.example",)}, True),
    # Words: whole, any case, ё as е, any form.
    ({"mentions": ["счёт"]}, {"text": "Вышлите СЧЕТ, пожалуйста"}, True),
    ({"mentions": ["счет"]}, {"text": "по счёту № 5"}, True),
    ({"mentions": ["счет"]}, {"text": "нет счетов"}, True),
    ({"mentions": ["счёт"]}, {"text": "сче\u0308т"}, True),
    ({"mentions": ["счёт"]}, {"text": "счётчик воды"}, False),
    ({"mentions": ["счёт"]}, {"text": "расчёт"}, False),
    ({"mentions": ["invoice"]}, {"text": "two INVOICES."}, True),
    ({"mentions": ["pay"]}, {"text": "we paid"}, False),
    ({"mentions": ["оплата"]}, {"subject": "Об оплате", "text": ""}, True),
    ({"subject": ["оплата"]}, {"subject": "Об оплате", "text": ""}, True),
    ({"subject": ["оплата"]}, {"subject": "Вопрос", "text": "Об оплате"}, False),
    ({"mentions": "счёт"}, {"text": "счёт"}, True),
    ({"mentions": ["акт", "счёт"]}, {"text": "акты"}, True),
    ({"mentions": ["акт", "счёт"]}, {"text": "факт"}, False),
    # Phrases: every word, in order, next to each other, in one place.
    ({"mentions": ["акт сверки"]}, {"text": "Пришлите акты сверок"}, False),
    ({"mentions": ["акт сверки"]}, {"text": "Нужны акты\nсверки!"}, True),
    ({"mentions": ["акт сверки"]}, {"text": "сверки акт"}, False),
    ({"mentions": ["акт сверки"]}, {"text": "акт новой сверки"}, False),
    ({"mentions": ["акт сверки"]}, {"subject": "акт", "text": "сверки"}, False),
    ({"mentions": ["не работает"]}, {"text": "совсем не работают"}, True),
    ({"mentions": ["не работает"]}, {"text": "не, всё работает"}, False),
    ({"mentions": ["не работает"]}, {"text": "не, работает"}, True),
    ({"mentions": ["a a b"]}, {"text": "a a a b"}, True),
    ({"mentions": ["e-mail"]}, {"text": "my e mail"}, True),
    ({"mentions": ["1С"]}, {"text": "ошибка в 1с"}, True),
    ({"mentions": ["404"]}, {"text": "error 404!"}, True),
    ({"mentions": ["404"]}, {"text": "error 4040"}, False),
    ({"mentions": ["snake"]}, {"text": "snake_case"}, True),
    ({"mentions": ["счёт"]}, {"text": ""}, False),
    # Expressions.
    ({"matches": r"INV-\d+"}, {"text": "see inv-42"}, True),
    ({"matches": r"INV-\d+"}, {"subject": "inv-42"}, True),
    ({"matches": r"^inv"}, {"subject": "re: inv", "text": "inv"}, True),
    ({"matches": r"сч[её]т.{0,10}оплат"}, {"text": "СЧЁТ на ОПЛАТУ"}, True),
    ({"matches": r"\w+-оплата"}, {"text": "быстро-оплата"}, True),
    ({"matches": r"[\w.]+@x"}, {"text": "почта.я@x"}, True),
    ({"matches": r"(^|\W)счёт(\W|$)"}, {"text": "счётчик"}, False),
    ({"matches": r"(^|\W)счёт(\W|$)"}, {"text": "наш счёт."}, True),
    ({"matches": r"^\w$"}, {"text": "ё"}, True),
    ({"matches": r"\\w"}, {"text": r"a\w"}, True),
    ({"matches": r"\Q\w\E"}, {"text": "a"}, False),
    ({"matches": r"[[:digit:]\w]z"}, {"text": "яz"}, True),
    ({"matches": r"\bpay\b"}, {"text": "we pay."}, True),
    ({"matches": "a"}, {"text": "\ud800a"}, True),
    # Flags.
    ({"has_attachment": True}, {"has_attachment": True}, True),
    ({"has_attachment": True}, {}, False),
    ({"has_attachment": False}, {}, True),
    ({"working_hours": True}, {"working_hours": True}, True),
    ({"working_hours": False}, {"working_hours": True}, False),
    ({"known_client": True}, {"known_client": True}, True),
    ({"known_client": False}, {"known_client": False}, True),
    ({"language": "ru"}, {"language": "ru"}, True),
    ({"language": "ru"}, {"language": ""}, False),
    ({"always": False}, {}, False),
    # Other recipients.
    ({"to": "sales@x.example"}, {"recipients": ("Sales@X.example", "b@y.example")}, True),
    ({"to": ["@y.example"]}, {"recipients": ("sales@x.example", "b@y.example")}, True),
    ({"to": "@x.example"}, {"sender": ("sales@x.example",)}, False),
    # Whose it is.
    ({"client": "анна пчёлкина"}, {"client": ("Анна  Пчелкина", "ann@x.example")}, True),
    ({"client": "ANN@x.example"}, {"client": ("Анна", "ann@x.example", "12345")}, True),
    ({"client": "a-1042"}, {"client_id": "A-1042"}, True),
    ({"client": "ООО Василёк"}, {"organisation": "ооо василек"}, True),
    ({"client": "ann"}, {"client": ("ann@x.example",)}, False),
    ({"client": "ann"}, {}, False),
    ({"organisation": ["ООО Василёк"]}, {"organisation": "ООО Василек"}, True),
    ({"organisation": "ООО Василёк"}, {}, False),
    ({"client_id": ["A-1", "A-2"]}, {"client_id": "a-2"}, True),
    ({"client_id": "A-1"}, {"client_id": "A-10"}, False),
    ({"product": "Учёт 12"}, {"product": "учет 12"}, True),
    ({"plan": "vip"}, {"plan": "vip"}, True),
    ({"plan": ["vip", "base"]}, {"plan": "base"}, True),
    ({"plan": "vip"}, {"plan": ""}, False),
    # What it is.
    ({"type": "error"}, {"type": Type.ERROR}, True),
    ({"type": ["error", "request"]}, {"type": Type.SUGGESTION}, False),
    ({"type": "error"}, {}, False),
    ({"priority": "high"}, {"priority": Priority.HIGH}, True),
    ({"priority": ["high", "critical"]}, {"priority": Priority.LOW}, False),
    ({"priority": "normal"}, {}, True),
    ({"priority": "low"}, {}, False),
    ({"fields": {"inn": True}}, {"fields": {"inn": "7701234567"}}, True),
    ({"fields": {"inn": True}}, {"fields": {"inn": ""}}, False),
    ({"fields": {"inn": False}}, {}, True),
    ({"fields": {"version": ["12.1", "12.2 beta"]}}, {"fields": {"version": "12.2  Beta"}}, True),
    ({"fields": {"version": "12.1", "inn": True}}, {"fields": {"version": "12.1"}}, False),
    # Times; 2026-11-22 is a Sunday.
    ({"hours": "18:00-09:00"}, {"at": at("22 23:59")}, True),
    ({"hours": "18:00-09:00"}, {"at": at("22 8:59")}, True),
    ({"hours": "18:00-09:00"}, {"at": at("22 9:0")}, False),
    ({"hours": "18:00-09:00"}, {"at": at("22 18:0")}, True),
    ({"hours": "21:00-24:00"}, {"at": at("22 23:59")}, True),
    ({"hours": "21:00-24:00"}, {"at": at("22 0:0")}, False),
    ({"hours": ["09:00-12:00", "13:00-18:00"]}, {"at": at("22 12:30")}, False),
    ({"hours": "9:00-12:00, 13:00-18:00"}, {"at": at("22 13:30")}, True),
    ({"hours": "00:00-24:00"}, {}, False),
    ({"weekdays": "sun"}, {"at": at("22 12:0")}, True),
    ({"weekdays": "mon-fri"}, {"at": at("22 12:0")}, False),
    ({"weekdays": "fri-mon"}, {"at": at("22 12:0")}, True),
    ({"weekdays": ["sat", "mon"]}, {"at": at("23 0:0")}, True),
    # Files.
    ({"file": ".log"}, {"files": ("a.txt", "Desk.LOG ")}, True),
    ({"file": ".log"}, {"files": ("log", "log.zip")}, False),
    ({"file": "dump.zip"}, {"files": ("dump.zip",)}, True),
    ({"file": "dump.zip"}, {"files": ("mydump.zip",)}, False),
    ({"file": "image"}, {"files": ("x.docx", "Снимок.PNG")}, True),
    ({"file": ["archive", "image"]}, {"files": ("x.tar.gz",)}, True),
    ({"file": "image"}, {"has_attachment": True}, False),
    # All words of a table must hold.
    ({"channel": "mail", "has_attachment": True}, {"has_attachment": True}, True),
    ({"channel": "mail", "has_attachment": True}, {}, False),
]


@pytest.mark.parametrize(("when", "facts", "fits"), CASES)
def test_a_word_fits_what_it_says(when: dict[str, Any], facts: dict[str, Any], fits: bool) -> None:
    rules = [{"name": "it", "when": when, "line": "a"}, {"name": "rest", "when": {"always": True}, "line": "a"}]
    chain = compile_chain(rules, lines=["a"], mailboxes=["support"], plans=["vip", "base"])
    assert (chain.decide(Facts(**{"channel": "mail", **facts})).rule == "it") is fits


def test_a_long_list_is_told_in_short() -> None:
    words = ["один", "два", "три", "четыре", "пять", "шесть"]
    rules = [
        {"name": "it", "when": {"mentions": words}, "line": "a"},
        {"name": "rest", "when": {"always": True}, "line": "a"},
    ]
    why = compile_chain(rules, lines=["a"], mailboxes=[]).decide(Facts(channel="mail")).asked[0].why_ru
    assert why == "не упомянуто «один», «два», «три», «четыре», «пять», …"
