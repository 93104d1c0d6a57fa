"""Letters as mail programs lay them out, made up by chance: programs x languages x what is said x where it stands.

`python -m tests.mail.correspondence [SEED] [COUNT]` prints how well the fold does on letters that nobody has seen. Most
of its length is the tables of people, words and layouts, which say nothing when they stand apart.
"""

import random
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from mail.quotes import fold

PEOPLE = {
    "ru": [
        "Мария Ким",
        "Служба поддержки",
        "Жанна д'Арк-Орлова",
        "support",
        "Ёлкин Фёдор Львович",
        "IT-отдел «Вектор»",
    ],
    "en": ["Mary O'Neil", "Acme Support", "J. R. Doe", "helpdesk", "Zoë van der Berg", "Smith, John"],
}
SAID = {
    "ru": [
        "Проверил — то же самое, висит на 40%.",
        "Добрый вечер.\n\nУра, заработало, но не на всех компьютерах:\n1) касса 1 — да\n2) касса 2 — нет\n\nПосмотрите?",
        "ок",
        "Когда? В среду 14.01.2026 в 15:30 удобно.",
        "Вот что в журнале:\n10:00:01 start\n10:00:02 fail: disk\n\nКлюч 0x8007.",
        "Пишет так:\nОшибка: нет связи с сервером 10.0.0.5\nи закрывается",
        "Да, всё верно. Мой номер +7 912 000-11-22, звоните после обеда.",
        "Коллеги, добрый день!\n\nОтвечаю по пунктам.\n— первое сделано\n— второе в работе\n\nСпасибо за помощь!",
        "Не могу войти: «неверный пароль». От какого имени заходить?\n\nТема старая, помогите.",
        "Спасибо большое, вы нас спасли)))",
    ],
    "en": [
        "Tried it, the same: hangs at 40%.",
        "Good evening.\n\nHooray, but not on all of them:\n1) till 1 - yes\n2) till 2 - no\n\nCould you look?",
        "ok",
        "When? Wednesday 14 Jan at 15:30 suits me.",
        "This is in the log:\n10:00:01 start\n10:00:02 fail: disk\n\nThe code is 0x8007.",
        "It says:\nError: no route to 10.0.0.5\nand closes",
        "Yes. My number is +1 555 000 1122, call after lunch.",
        "Hi all,\n\npoint by point.\n- first is done\n- second is under way\n\nThanks for the help!",
        "From what I see nothing has changed.\nTo me it looks the same.\nDate and time are right.",
        "Thank you so much, you saved us :)",
    ],
}
OLD = {
    "ru": [
        "Здравствуйте, Олег!\n\nПопробуйте выключить роутер и включить снова.\n\n-- \nМария Ким\nпервая линия",
        "Заявка принята.\n\nМы ответим до 18:00.",
        "Уточните:\n1. Какая модель?\n2. С какого дня?\n\nС уважением,\nподдержка",
    ],
    "en": [
        "Hello Oleg,\n\nplease switch the router off and on.\n\n-- \nMary\nfirst line",
        "Your request is registered.\n\nWe answer by 18:00.",
        "Please tell us:\n1. Which model?\n2. Since when?\n\nKind regards,\nsupport",
    ],
}
SIGNATURES = {
    "ru": [
        "-- \nОлег Фомин\nООО «Вектор», склад №2",
        "--\nС уважением, Олег Фомин",
        "С уважением,\nФомин Олег\nзаведующий складом\n8 (846) 222-33-44",
        "С уважением, Олег Фомин.",
        "С наилучшими пожеланиями,\n\nОлег Фомин | Инженер | АО «Вектор»\nо.fomin@vektor.example",
        "Отправлено с iPad",
        "Отправлено из мобильного приложения Яндекс Почты",
        "Отправлено с моего Honor",
        "Отправлено из Mail.ru для iOS",
        "Скачать Outlook для Android",
        "С ув.,\nО. Фомин",
        "Всего доброго,\nОлег",
    ],
    "en": [
        "-- \nOleg Fomin\nVector Ltd., warehouse 2",
        "--\nOleg Fomin",
        "Best regards,\nOleg Fomin\nWarehouse Manager\n+44 20 7946 0958",
        "Kind regards, Oleg",
        "Sincerely,\n\nOleg Fomin | Engineer | Vector Inc.\nwww.vector.example",
        "Sent from my iPad",
        "Sent from my Pixel 8",
        "Sent from Mail for Windows",
        "Sent from Yahoo Mail for iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Warm regards\nO. Fomin",
        "Cheers",  # kept: it says something
    ],
}
MARKED = {
    "ru": {
        "gmail": "вт, {d} февр. 2026 г. в {h}:07, {n} <{a}>:",
        "gmail, once": "{d} февраля 2026 г., {h}:07 пользователь {n} <{a}> написал:",
        "yandex": '{dd}.02.2026, {h}:07, "{n}" <{a}>:',
        "yandex, mobile": '{h}:07, {d} февраля 2026 г., "{n}" <{a}>:',
        "mail.ru": "Вторник, {d} февраля 2026, {h}:07 +04:00 от {n} <{a}>:",
        "apple": "{d} февр. 2026 г., в {h}:07, {n} <{a}> написал(а):",
        "thunderbird": "{dd}.02.2026 {h}:07, {n} пишет:",
        "k-9": "{d} февраля 2026 г. {h}:07:55 GMT+04:00, {n} <{a}> пишет:",
        "evolution": "В Вт, {dd}/02/2026 в {h}:07 +0400, {n} пишет:",
        "the bat": "Вы писали {d} февраля 2026 г., {h}:07:55:",
    },
    "en": {
        "gmail": "On Tue, Feb {d}, 2026 at {h}:07 PM {n} <{a}> wrote:",
        "gmail, british": "On Tue, {d} Feb 2026 at {h}:07, {n} <{a}> wrote:",
        "apple": "On Feb {d}, 2026, at {h}:07 PM, {n} <{a}> wrote:",
        "thunderbird": "On 2/{d}/26 {h}:07 PM, {n} wrote:",
        "proton": "On Tuesday, February {d}th, 2026 at {h}:07 PM, {n} <{a}> wrote:",
        "yahoo": "On Tuesday, February {d}, 2026 at {h}:07:55 PM GMT+4, {n} <{a}> wrote:",
        "roundcube": "On 2026-02-{dd} {h}:07, {n} wrote:",
        "spark": "On {d} Feb 2026, {h}:07 +0400, {n} <{a}>, wrote:",
    },
}
UNMARKED = {
    "ru": {
        "outlook": "От: {n} <{a}>\nОтправлено: {d} февраля 2026 г. {h}:07\nКому: Фомин Олег <f@vektor.example>\nТема: RE: Роутер",
        "outlook, mixed": "From: {n} <{a}>\nSent: Tuesday, February {d}, 2026 {h}:07 AM\nTo: Фомин Олег\nCc: {n}\nSubject: RE: Роутер",
        "outlook, web": "________________________________\nОт: {n} <{a}>\nОтправлено: {d} февраля 2026 г. {h}:07:55\nКому: Фомин Олег\nТема: Re: Роутер",
        "outlook, old": "-----Исходное сообщение-----\nОт: {n} [mailto:{a}]\nОтправлено: {d} февраля 2026 г. {h}:07\nКому: Фомин Олег\nТема: RE: Роутер",
        "samsung": "-------- Исходное сообщение --------\nОт: {n} <{a}>\nДата: {dd}.02.2026 {h}:07 (GMT+04:00)\nКому: f@vektor.example\nТема: Re: Роутер",
        "our line": "— пожалуйста, пишите ответ над этой чертой —",
    },
    "en": {
        "outlook": "From: {n} <{a}>\nSent: Tuesday, February {d}, 2026 {h}:07 AM\nTo: Oleg Fomin <f@vector.example>\nSubject: RE: Router",
        "outlook, mac": "From: {n} <{a}>\nDate: Tuesday, {d} February 2026 at {h}:07\nTo: Oleg Fomin <f@vector.example>\nSubject: Re: Router",
        "outlook, web": "________________________________\nFrom: {n} <{a}>\nSent: {d} February 2026 {h}:07\nTo: Oleg Fomin\nSubject: Re: Router",
        "outlook, old": "-----Original Message-----\nFrom: {n} [mailto:{a}]\nSent: Tuesday, February {d}, 2026 {h}:07 AM\nTo: Oleg Fomin\nSubject: RE: Router",
        "samsung": "-------- Original message --------\nFrom: {n} <{a}>\nDate: {d}/02/2026 {h}:07 (GMT+04:00)\nTo: f@vector.example\nSubject: Re: Router",
        "our line": "— please write your answer above this line —",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A text and the client's words in it."""

    kind: str
    text: str
    said: str


@dataclass(slots=True, kw_only=True)
class Rates:
    """How well the fold did: letters, those with no word lost, those with nothing but the client's words."""

    letters: int = 0
    kept: int = 0
    exact: int = 0

    def __str__(self) -> str:
        return f"{self.letters} letters, nothing lost {self.kept / self.letters:.2%}, exact {self.exact / self.letters:.2%}"


def letters(language: str, seed: int, count: int) -> Iterator[Letter]:
    """So many letters of that language."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(count):
        make = chance.choice([_above, _above, _above, _below, _block, _block, _between, _alone, _forwarded])
        yield make(language, chance)


def measure(language: str, seed: int, count: int) -> tuple[Rates, list[Letter]]:
    """Fold them; the letters that lost a word come too."""
    rates, lost = Rates(), []
    for letter in letters(language, seed, count):
        said, _ = fold(letter.text)
        rates.letters += 1
        rates.exact += said.split() == letter.said.split()
        if _within(letter.said.split(), said.split()):
            rates.kept += 1
        else:
            lost.append(letter)
    return rates, lost


def _within(wanted: list[str], found: list[str]) -> bool:
    """Whether these words are there, in this order."""
    rest = iter(found)
    return all(word in rest for word in wanted)


def _announced(form: str, language: str, chance: random.Random) -> str:
    day = chance.randint(10, 28)
    name, address = chance.choice(PEOPLE[language]), chance.choice(["help@vektor.example", "s+k3.aF9x@desk.example"])
    line = form.format(d=day, dd=f"{day:02}", h=chance.choice(["9", "11", "23"]), n=name, a=address)
    width = chance.choice([0, 0, 72, 76, 78])
    if width and "\n" not in line:
        line = "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
    return line.replace(" ", "\u00a0", 1) if chance.random() < 0.1 else line


def _quoted(language: str, chance: random.Random) -> tuple[str, str]:
    """A program's announcement and the old letter below it, quoted once or twice."""
    program = chance.choice(list(MARKED[language]))
    old = chance.choice(OLD[language]).split("\n")
    lines = [f"> {line}" if line else ">" for line in old]
    if chance.random() < 0.4:
        deeper = _announced(chance.choice(list(MARKED[language].values())), language, chance).split("\n")
        lines += [
            ">",
            *(f"> {line}" for line in deeper),
            *(f">> {line}" for line in chance.choice(SAID[language]).split("\n")),
        ]
    between = chance.choice(["\n", "\n\n"])
    return program, f"{_announced(MARKED[language][program], language, chance)}{between}" + "\n".join(lines)


def _signed(said: str, language: str, chance: random.Random) -> tuple[str, str]:
    """The words with a signature, in half of the letters; and what of that is the client's."""
    signature = chance.choice(SIGNATURES[language]) if chance.random() < 0.5 else ""
    mine = f"{said}\n\n{signature}" if signature == "Cheers" else said
    return f"{said}\n\n{signature}" if signature else said, mine


def _above(language: str, chance: random.Random) -> Letter:
    program, quoted = _quoted(language, chance)
    text, said = _signed(chance.choice(SAID[language]), language, chance)
    if chance.random() < 0.2:
        return Letter(
            kind=f"{program}, signed below",
            text=f"{said}\n\n{quoted}\n\n{chance.choice(SIGNATURES[language][:4])}",
            said=said,
        )
    return Letter(kind=program, text=f"{text}\n\n{quoted}\n", said=said)


def _below(language: str, chance: random.Random) -> Letter:
    program, quoted = _quoted(language, chance)
    text, said = _signed(chance.choice(SAID[language]), language, chance)
    return Letter(kind=f"below {program}", text=f"{quoted}\n\n{text}\n", said=said)


def _block(language: str, chance: random.Random) -> Letter:
    program = chance.choice(list(UNMARKED[language]))
    header = _announced(UNMARKED[language][program], language, chance)
    text, said = _signed(chance.choice(SAID[language]), language, chance)
    space = chance.choice(["\n", "\n\n", "\n\n\n"])
    return Letter(kind=program, text=f"{text}{space}{header}\n\n{chance.choice(OLD[language])}\n", said=said)


def _between(language: str, chance: random.Random) -> Letter:
    """Answers between quoted lines are kept with the questions."""
    form = chance.choice(list(MARKED[language].values()))
    answers = chance.sample(SAID[language], 2)
    text = f"{_announced(form, language, chance)}\n> 1. ?\n\n{answers[0]}\n\n> 2. ?\n\n{answers[1]}"
    return Letter(kind="between", text=text, said=text)


def _alone(language: str, chance: random.Random) -> Letter:
    text, said = _signed(chance.choice(SAID[language]), language, chance)
    return Letter(kind="alone", text=text, said=said)


def _forwarded(language: str, chance: random.Random) -> Letter:
    mark = {"ru": "-------- Пересылаемое сообщение --------", "en": "---------- Forwarded message ---------"}[language]
    header = _announced(UNMARKED[language]["outlook"], language, chance)
    text = f"{chance.choice(SAID[language])}\n\n{mark}\n{header}\n\n{chance.choice(OLD[language])}"
    return Letter(kind="forwarded", text=text, said=text)


def main() -> None:
    given = [int(word) for word in sys.argv[1:3]]
    seed = given[0] if given else random.randrange(10**6)  # noqa: S311 - no secret
    count = given[1] if len(given) > 1 else 5_000
    for language in ("ru", "en"):
        rates, lost = measure(language, seed, count)
        print(f"{language}, seed {seed}: {rates}")
        for letter in lost[:5]:
            print(f"--- lost, {letter.kind}\n{letter.text}\n---")


if __name__ == "__main__":
    main()
