"""Mixed mails for measuring: the same ones in every run, 2 to 30 kB, as a support mailbox gets them."""

import base64
import quopri
import random
from collections.abc import Callable
from dataclasses import dataclass

SUPPORT = "support@desk.example"
RUSSIAN = """принтер не печатает после обновления ошибка сервер заявка пароль почта доступ договор счёт отдел завтра
коллеги подскажите пожалуйста проверили перезагрузили кабель экран номер папка отчёт система пользователь"""
ENGLISH = """printer server after update error password access invoice please check the restart cable screen number
folder report system user department tomorrow colleagues again cannot open"""
WORDS = {"ru": RUSSIAN.split(), "en": ENGLISH.split()}
SENDERS = 60
REPLIES = 0.25
"""The share of mails that go on in the thread of an earlier one of the same sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    sender: int
    message_id: str
    subject: str
    text: str


def letters(count: int, seed: int = 2026) -> list[bytes]:
    """That many mails; each may answer only one that stands before it."""
    chance = random.Random(seed)  # noqa: S311 - the same mails in every run
    sent: list[Sent] = []
    return [_letter(number, chance, sent) for number in range(count)]


def _letter(number: int, chance: random.Random, sent: list[Sent]) -> bytes:
    language = "ru" if chance.random() < 0.7 else "en"
    sender = chance.randrange(SENDERS)
    earlier = [one for one in sent[-400:] if one.sender == sender]
    before = chance.choice(earlier) if earlier and chance.random() < REPLIES else None
    subject = f"Re: {before.subject}" if before else f"{_words(chance, language, 4)} {number}"
    text = _text(chance, language)
    sent.append(
        Sent(sender=sender, message_id=f"<{number}.{seed_of(sender)}@client.example>", subject=subject, text=text)
    )
    if before:
        text += "\r\n\r\n12.01.2026 10:00, support@desk.example пишет:\r\n> " + before.text[:1500].replace(
            "\r\n", "\r\n> "
        )
    head = [
        f"From: {_encoded(f'Клиент {sender}')} <client{sender}@client.example>",
        f"To: Support <{SUPPORT}>",
        f"Subject: {_encoded(subject)}",
        f"Message-ID: {sent[-1].message_id}",
        "Date: Mon, 12 Jan 2026 10:00:00 +0300",
        *(
            f"Received: from relay{n}.example by mx.example id {number}{n}; Mon, 12 Jan 2026 10:00:00 +0300"
            for n in range(4)
        ),
        "MIME-Version: 1.0",
    ]
    if before:
        head += [f"In-Reply-To: {before.message_id}", f"References: {before.message_id}"]
    kind = chance.random()
    if kind < 0.04:
        head += ["Auto-Submitted: auto-replied"]
    elif kind < 0.08:
        head += ["List-Id: <news.client.example>", "List-Unsubscribe: <mailto:off@client.example>"]
    return "\r\n".join(head).encode() + b"\r\n" + chance.choices(BODIES, WEIGHTS)[0](chance, text)


def seed_of(sender: int) -> str:
    return f"{sender * 7919:06x}"


def _words(chance: random.Random, language: str, count: int) -> str:
    return " ".join(chance.choices(WORDS[language], k=count))


def _text(chance: random.Random, language: str) -> str:
    paragraphs = [_words(chance, language, chance.randint(12, 60)) + "." for _ in range(chance.randint(2, 9))]
    return "Здравствуйте!\r\n\r\n" + "\r\n\r\n".join(paragraphs) + "\r\n\r\n-- \r\nс уважением"


def _encoded(text: str) -> str:
    """Words of a header, each encoded by itself as mail programs do."""
    words = [f"=?utf-8?B?{base64.b64encode(text[at : at + 20].encode()).decode()}?=" for at in range(0, len(text), 20)]
    return "\r\n ".join(words)


def _lines(content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    return b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76)) + b"\r\n"


def _plain(charset: str) -> Callable[[random.Random, str], bytes]:
    def body(chance: random.Random, text: str) -> bytes:
        return (
            f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
            + _lines(text.encode(charset, "replace"))
        )

    return body


def _eight_bit(chance: random.Random, text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode()


def _quoted(chance: random.Random, text: str) -> bytes:
    return (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring(text.encode()).replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")
    )


def _markup(text: str) -> str:
    rows = "".join(f"<p style='margin:0;font-family:Arial'>{line}</p>\r\n" for line in text.split("\r\n"))
    table = "<table>" + "<tr><td>Номер</td><td>Сумма</td></tr>" * 5 + "</table>"
    return f"<html><head><style>p {{color: #222}}</style></head><body><div>{rows}</div>{table}</body></html>"


def _html(chance: random.Random, text: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _lines(
        _markup(text).encode()
    )


def _parts(kind: str, *parts: bytes) -> bytes:
    mark = b"=_otvet_bench_boundary"
    head = f'Content-Type: multipart/{kind}; boundary="{mark.decode()}"\r\n\r\n'.encode()
    return head + b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"


def _both(chance: random.Random, text: str) -> bytes:
    return _parts("alternative", _quoted(chance, text), _html(chance, text))


def _with_file(chance: random.Random, text: str) -> bytes:
    content = chance.randbytes(chance.randint(3_000, 16_000))
    head = (
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf\r\n\r\n"
    )
    return _parts("mixed", _eight_bit(chance, text), head + _lines(content))


BODIES = (_eight_bit, _quoted, _plain("windows-1251"), _plain("koi8-r"), _plain("utf-8"), _html, _both, _with_file)
WEIGHTS = (20, 15, 12, 5, 13, 8, 15, 12)
