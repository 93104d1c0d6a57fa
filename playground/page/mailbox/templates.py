"""Mails that desks get wrong, ready to be sent as they stand: an absence, a bounce, old Russian letters."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a template is filled from; `answered` and the three after it are of the mail that it answers, "" without."""

    name: str
    address: str
    support: str
    now: datetime
    language: str
    answered: str = ""
    subject: str = ""
    references: str = ""
    return_path: str = ""

    def new_id(self) -> str:
        return f"<{secrets.token_hex(6)}.{self.now:%Y%m%d%H%M%S}@{self.address.rpartition('@')[2]}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A mail as text to be encoded in `charset`, and its envelope."""

    text: str
    sender: str
    to: str
    charset: str = "utf-8"


_WORDS: Final = {
    "ru": {
        "away_subject": "Автоответ",
        "away": "Здравствуйте! Я в отпуске до понедельника и почту не читаю.\n\nОтвечу, когда вернусь.",
        "bounce": "Письмо не доставлено",
        "bounce_text": "Ваше письмо не удалось доставить: такого ящика нет.",
        "old_subject": "Старая почтовая программа",
        "old": "Добрый день!\n\nЭто письмо в windows-1251: так пишут старые почтовые программы.\n"
        "Проверьте, пожалуйста, что ёлки, «кавычки» и № не превратились в знаки вопроса.",
    },
    "en": {
        "away_subject": "Out of office",
        "away": "Hello! I am on holiday until Monday and do not read mail.\n\nI will answer when I am back.",
        "bounce": "Undelivered mail",
        "bounce_text": "Your mail could not be delivered: there is no such mailbox.",
        "old_subject": "Старая касса / an old till",
        "old": "Добрый день!\n\nThis mail is in windows-1251, as old Russian programs write it.\n"
        "Ёлки, «кавычки» и № must not become question marks.",
    },
}


def autoreply(ground: Ground) -> Raw:
    """An absence, as RFC 3834 wants it: it must not reopen anything nor be answered."""
    words = _WORDS[ground.language]
    head = [
        f"From: {_name(ground.name)} <{ground.address}>", f"To: {ground.support}",
        f"Subject: {_word(words['away_subject'] + (': ' + ground.subject if ground.subject else ''))}",
        *_common(ground), *_thread(ground), "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All",
        "Precedence: bulk", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    ]  # fmt: skip
    return Raw(text=_mail(head, words["away"]), sender="", to=ground.support)


def bounce(ground: Ground) -> Raw:
    """A delivery report (RFC 3464) about the mail that it answers: no ticket, a mark at what did not arrive."""
    words, edge = _WORDS[ground.language], f"=_{secrets.token_hex(8)}"
    to = ground.return_path.strip("<> ") or ground.support
    head = [
        "From: Mail Delivery System <mailer-daemon@client.example>", f"To: {to}", f"Subject: {_word(words['bounce'])}",
        *_common(ground), "Auto-Submitted: auto-replied",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{edge}"',
    ]  # fmt: skip
    report = [
        "Reporting-MTA: dns; client.example", f"Arrival-Date: {format_datetime(ground.now)}", "",
        f"Final-Recipient: rfc822; {ground.address}", "Action: failed", "Status: 5.1.1",
        f"Diagnostic-Code: smtp; 550 5.1.1 <{ground.address}>: no such user here",
    ]  # fmt: skip
    returned = [f"From: {ground.support}", f"To: {ground.address}", f"Subject: {_word(ground.subject or '-')}"]
    returned += [f"Message-ID: {ground.answered}"] if ground.answered else []
    body = [
        f"--{edge}", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        words["bounce_text"], "", f"--{edge}", "Content-Type: message/delivery-status", "", *report, "",
        f"--{edge}", "Content-Type: text/rfc822-headers", "", *returned, "", f"--{edge}--",
    ]  # fmt: skip
    return Raw(text=_mail(head, "\n".join(body)), sender="", to=to)


def windows1251(ground: Ground) -> Raw:
    """Eight-bit Russian letters of another time, in the words and in the subject."""
    words = _WORDS[ground.language]
    head = [
        f"From: {_name(ground.name, 'windows-1251')} <{ground.address}>", f"To: {ground.support}",
        f"Subject: {_word(words['old_subject'], 'windows-1251')}", *_common(ground),
        "X-Mailer: The Bat! (v2.00.6) Personal", "Content-Type: text/plain; charset=windows-1251",
        "Content-Transfer-Encoding: 8bit",
    ]  # fmt: skip
    return Raw(text=_mail(head, words["old"]), sender=ground.address, to=ground.support, charset="windows-1251")


ALL: Final[Mapping[str, Callable[[Ground], Raw]]] = {
    "autoreply": autoreply, "bounce": bounce, "windows1251": windows1251,
}  # fmt: skip


def _common(ground: Ground) -> list[str]:
    return [f"Date: {format_datetime(ground.now)}", f"Message-ID: {ground.new_id()}", "MIME-Version: 1.0"]


def _thread(ground: Ground) -> list[str]:
    if not ground.answered:
        return []
    return [f"In-Reply-To: {ground.answered}", f"References: {f'{ground.references} {ground.answered}'.strip()[-900:]}"]


def _mail(head: list[str], body: str) -> str:
    return "\n".join([*head, "", body, ""])


def _name(name: str, charset: str = "utf-8") -> str:
    return f'"{name}"' if name.isascii() and '"' not in name else _word(name, charset)


def _word(text: str, charset: str = "utf-8") -> str:
    """A header's words as encoded words that are short enough each."""
    if text.isascii():
        return text
    pieces = [text[start : start + 18] for start in range(0, len(text), 18)]
    coded = [base64.b64encode(piece.encode(charset, "replace")).decode() for piece in pieces]
    return "\n ".join(f"=?{charset}?B?{one}?=" for one in coded)
