"""Each word of the rules against the messages that it should and should not fit."""

from typing import Any

import pytest

from desk.facts import Facts
from rules.chain import compile_chain

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
    # All words of a table must hold.
    ({"channel": "mail", "has_attachment": True}, {"has_attachment": True}, True),
    ({"channel": "mail", "has_attachment": True}, {}, False),
]


@pytest.mark.parametrize(("when", "facts", "fits"), CASES)
def test_a_word_fits_what_it_says(when: dict[str, Any], facts: dict[str, Any], fits: bool) -> None:
    rules = [{"name": "it", "when": when, "line": "a"}, {"name": "rest", "when": {"always": True}, "line": "a"}]
    chain = compile_chain(rules, lines=["a"], mailboxes=["support"])
    assert (chain.decide(Facts(**{"channel": "mail", **facts})).rule == "it") is fits


def test_a_long_list_is_told_in_short() -> None:
    words = ["один", "два", "три", "четыре", "пять", "шесть"]
    rules = [
        {"name": "it", "when": {"mentions": words}, "line": "a"},
        {"name": "rest", "when": {"always": True}, "line": "a"},
    ]
    why = compile_chain(rules, lines=["a"], mailboxes=[]).decide(Facts(channel="mail")).asked[0].why_ru
    assert why == "не упомянуто «один», «два», «три», «четыре», «пять», …"
