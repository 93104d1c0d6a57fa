"""`make bench-rules`: how quickly a thousand rules decide, beside the same conditions as a plain walk; figures only."""

import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from desk.facts import Facts
from rules.chain import Chain, compile_chain
from rules.remarks import remarks

RULES = 1000
ROUNDS = 30
LETTER = (
    "Здравствуйте! После обновления программы до версии 12.4 не открывается журнал документов: появляется окно с "
    "ошибкой 0x80004005, и всё закрывается. Перезагружали компьютер и сервер, переустанавливали программу, не помогло. "
    "Ошибка у всех пользователей бухгалтерии, у склада работает. Счета и накладные напечатать не можем, клиенты ждут. "
    "Прошу помочь как можно скорее, телефон для связи 8 912 345-67-89.\n"
)
KINDS: tuple[Callable[[int], dict[str, Any]], ...] = (
    lambda n: {"mentions": [f"слово{n}", f"word{n}", f"не {n} работает"]},
    lambda n: {"channel": "mail", "subject": [f"тема{n}", f"вопрос {n}"]},
    lambda n: {"from": [f"@x{n}.example", f"ann@y{n}.example"], "working_hours": False},
    lambda n: {"any": [{"matches": rf"код-{n}\d+"}, {"all": [{"language": "en"}, {"mentions": [f"code{n}"]}]}]},
    lambda n: {"client_id": [f"A-{n}"], "not": {"tags": ["seen"]}},
    lambda n: {"organisation": f"ООО {n}", "hours": "18:00-09:00", "weekdays": "mon-fri"},
    lambda n: {"fields": {"version": [f"{n}.1", f"{n}.2"]}, "priority": ["high", "critical"]},
    lambda n: {"file": [f"dump{n}.zip", ".dmp"], "plan": "vip"},
)


def rules() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"name": "seen", "when": {"mentions": ["журнал"]}, "tags": ["seen"], "stop": False},
        *({"name": f"rule {n}", "when": KINDS[n % len(KINDS)](n), "line": "second"} for n in range(RULES - 2)),
        {"name": "rest", "when": {"always": True}, "line": "first"},
    ]
    return made


def facts(length: int) -> Facts:
    return Facts(
        channel="mail", mailbox="support", sender=("ann@client.example",), subject="Не открывается журнал",
        text=(LETTER * (length // len(LETTER) + 1))[:length], language="ru", working_hours=False,
        at=datetime.fromisoformat("2026-11-23T20:00+03:00"), organisation="ООО Ромашка", client_id="B-1",
        fields={"version": "12.4"}, files=("screen.png",), has_attachment=True, plan="base",
    )  # fmt: skip


def milliseconds(work: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return sorted(times)


def walk(words: list[re.Pattern[str]], facts: Facts) -> int:
    """The baseline: one expression for each rule, looked for in the text one after the other."""
    whole = f"{facts.subject}\n{facts.text}"
    return sum(pattern.search(whole) is not None for pattern in words)


def main() -> None:
    started = time.perf_counter()
    chain: Chain = compile_chain(
        rules(), lines=["first", "second"], mailboxes=["support"], plans=["base", "vip"], fields=["version"]
    )
    print(f"{RULES} rules are read in {(time.perf_counter() - started) * 1000:.0f} ms")
    random.seed(7)
    words = [re.compile(rf"\b(слово{n}|word{n}|тема{n})\w*", re.IGNORECASE) for n in range(RULES)]
    print(f"{'letter':>12}  {'median':>9}  {'worst':>9}  {'walk':>9}  ratio")
    for length in (0, 500, 5_000, 50_000):
        known = facts(length)
        assert chain.decide(known).rule == "rest"
        ours = milliseconds(lambda known=known: chain.decide(known))  # type: ignore[misc]
        theirs = milliseconds(lambda known=known: walk(words, known)) if length <= 5_000 else []  # type: ignore[misc]
        median = statistics.median(ours)
        baseline = statistics.median(theirs) if theirs else 0
        ratio = f"{baseline / median:.1f}×" if theirs else ""
        print(f"{length:>8} ch.  {median:>6.2f} ms  {ours[-1]:>6.2f} ms  {baseline:>6.2f} ms  {ratio}")
    started = time.perf_counter()
    found = remarks(chain)
    print(f"looked through in {time.perf_counter() - started:.2f} s, {len(found)} remarks")


if __name__ == "__main__":
    sys.exit(main())
