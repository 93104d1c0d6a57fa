"""A letter that a web form wrote: who filled it in, read from labelled lines. Pure, linear.

Rule: whatever a form says of its client is a claim. The whole letter stays readable; nothing of it is thrown away.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from desk.incoming import Incoming, Sender, SharedContact, Sort
from mail.headers import one_line, people

LOOKED_AT = 200_000  # characters of a letter in which labels are looked for
LABEL_LIMIT = 60  # characters of one
VALUE_LIMIT = 300  # of what stands behind it, the message apart
FOOTER_LINES = 12  # what a form adds below the message
_LABELS: dict[str, tuple[str, ...]] = {
    "name": (
        "имя", "имя клиента", "имя отправителя", "имя и фамилия", "фамилия и имя", "фамилия имя отчество", "фио",
        "ф.и.о", "автор", "контактное лицо", "клиент", "как вас зовут", "как к вам обращаться", "представьтесь",
        "name", "full name", "first name", "contact name", "author",
    ),
    "address": (
        "e-mail", "email", "mail", "e-mail автора", "email автора", "e-mail адрес", "email адрес", "адрес e-mail",
        "адрес email", "e-mail клиента", "email клиента", "почта", "эл. почта", "электронная почта", "эл почта",
        "адрес электронной почты", "адрес почты", "почтовый адрес", "электронный адрес", "e-mail для связи",
        "email для связи", "email address", "e-mail address", "mail address",
    ),
    "both": ("от", "от кого", "отправитель", "from", "sender"),
    "phone": (
        "телефон", "тел", "номер телефона", "контактный телефон", "мобильный телефон", "моб. телефон", "мобильный",
        "телефон для связи", "телефон автора", "phone", "phone number", "tel", "telephone", "mobile", "mobile phone",
    ),
    "subject": (
        "тема", "тема сообщения", "тема обращения", "тема письма", "тема вопроса", "subject", "topic",
    ),
    "message": (
        "сообщение", "текст сообщения", "комментарий", "комментарии", "вопрос", "текст вопроса", "суть вопроса",
        "текст", "текст обращения", "обращение", "описание", "описание проблемы", "опишите проблему", "текст заявки",
        "сообщение/вопрос", "message", "message body", "message text", "body", "comment", "comments", "question",
        "description", "textarea", "text",
    ),
    "other": (  # what forms add of their own
        "дата", "время", "дата и время", "страница", "адрес страницы", "ссылка", "форма", "название формы", "ip",
        "ip-адрес", "город", "компания", "организация", "согласие", "дополнительная информация", "date", "time", "page",
        "page url", "url", "referer", "referrer", "user agent", "remote ip", "ip address", "powered by",
        "transaction id", "block id", "form name", "form", "form id", "request details", "additional information",
        "company", "city", "cookies", "utm_source", "utm_medium", "utm_campaign", "tranid", "formname", "formid",
    ),
}  # fmt: skip
_KINDS = {label: kind for kind, labels in _LABELS.items() for label in labels}
_YOURS = ("ваше ", "ваша ", "ваш ", "your ", "укажите ", "введите ")
_COLUMNS = re.compile(r"\t| {2,20}| ?\| ?")
_FOOTER = re.compile(
    r"(?:сообщение|письмо) (?:сгенерировано|отправлено|создано|сформировано)|это (?:сообщение|письмо) (?:было )?"
    r"(?:отправлено|сгенерировано|создано)|отправлено с (?:сайта|помощью)|this (?:e-?mail|message) was sent|"
    r"sent from|request details|powered by",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_=*]{2,80}$")
_ORNAMENTS = " \t\r\u00a0>*_•·|"
_MAILABLE = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_ANY = re.compile(r"[^\s<>()\",;:@]{1,99}@[^\s<>()\",;:@]{1,255}")
_LONGEST_ADDRESS = 254  # RFC 5321


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the fields of a form say; "" for what is not there."""

    name: str = ""
    address: str = ""
    phone: str = ""
    subject: str = ""
    message: str = ""


def as_client(incoming: Incoming, reply_to: Sequence[bytes], ours: Collection[str]) -> Incoming:
    """The message of a form as its client's. `ours`: addresses that are no client's: mailboxes and forms.

    Without an address that can be written to it stays with the form's own.
    """
    whole = "\n".join(part for part in (incoming.text, incoming.rest) if part)
    filled = read(whole)
    answer_to = people(reply_to)
    told = mailable(one.address for one in answer_to if one.address not in ours)
    address = told or mailable(one for one in (filled.address,) if one not in ours)
    name = filled.name or next((one.name for one in answer_to if told and one.address == told), "")
    contact = SharedContact(phone=filled.phone, name=name, own=False) if filled.phone else None
    return replace(
        incoming,
        sender=Sender(channel="mail", address=address or incoming.sender.address, name=name),
        sort=Sort.HUMAN,
        claimed=True,
        vouched=False,
        subject=filled.subject or incoming.subject,
        text=filled.message or whole,
        rest=whole if filled.message else "",
        contact=contact,
        # A form must not lead into a ticket, and nobody whom it names has read it.
        reply_to="",
        references=(),
        tags=(),
        others=(),
    )


def mailable(addresses: Iterable[str]) -> str:
    """The one address among these that a mail can be sent to; "" when there is none or more than one."""
    found = {one for one in addresses if one}
    address = found.pop() if len(found) == 1 else ""
    return address if len(address) <= _LONGEST_ADDRESS and _MAILABLE.fullmatch(address) else ""


def _only_address(value: str) -> str:
    """The address that somebody typed; "" when there are two of them, also side by side."""
    several = {one.strip(".").lower() for one in _ANY.findall(value)}
    return mailable(one.address for one in people([value.encode()])) if len(several) == 1 else ""


def read(text: str) -> Filled:
    """Return the fields of a form: the first of each kind, the message over as many lines as it has."""
    lines = text[:LOOKED_AT].split("\n")
    found: dict[str, str] = {}
    at = 0
    while at < len(lines):
        kind, value, at = _field(lines, at)
        if kind == "message":
            start = at
            while at < len(lines) and not _ends_message(lines[at], found):
                at += 1
            value = _without_footer([value, *dedent("\n".join(lines[start:at])).split("\n")])
        elif kind:
            value = one_line(value)[:VALUE_LIMIT]
        if kind and value:
            found.setdefault(kind, value)
    named = people([found.get("both", "").encode()])
    address = _only_address(found.get("address", "")) or _only_address(found.get("both", ""))
    name = found.get("name", "") or next((one.name for one in named if one.name), "")
    message = found.get("message", "")
    if len(text) > LOOKED_AT:
        message = ""  # a letter that long is shown as it is
    return Filled(
        name=name, address=address, phone=found.get("phone", ""), subject=found.get("subject", ""), message=message
    )


def _field(lines: Sequence[str], at: int) -> tuple[str, str, int]:
    """The field that begins in this line, its value in it or below, and the line after; "" when none does."""
    kind, value = _labelled(lines[at])
    if not kind:
        return "", "", at + 1
    below = at + 1
    if not value and kind not in ("message", "other"):
        while below < min(at + 3, len(lines)) and not lines[below].strip():
            below += 1
        if below < len(lines) and lines[below].strip() and not _labelled(lines[below])[0]:
            return kind, lines[below].strip(), below + 1
        below = at + 1
    return kind, value, below


def _ends_message(line: str, found: Collection[str]) -> bool:
    """Whether another field begins. A label that was there already is the client's own word."""
    kind, value = _labelled(line)
    return kind == "other" or (kind not in ("", "message") and kind not in found and bool(value or ":" in line))


def _labelled(line: str) -> tuple[str, str]:
    """The kind of a line's label and what stands behind it: "Имя: Анна", "Имя  Анна", "*Имя*", "Имя"."""
    plain = line.strip(_ORNAMENTS)
    head, colon, tail = plain.partition(":")
    if colon and (kind := _known(head)):
        return kind, tail.strip(_ORNAMENTS)
    if columns := _COLUMNS.search(plain, 0, LABEL_LIMIT):
        return _known(plain[: columns.start()]), plain[columns.end() :].strip(_ORNAMENTS)
    return _known(plain), ""


def _known(label: str) -> str:
    """What a label asks for; "" for one that we do not know."""
    if len(label) > LABEL_LIMIT:
        return ""
    plain = " ".join(label.casefold().replace("ё", "е").partition("(")[0].split()).strip(" *_.!?№#\"'«»:")
    for word in _YOURS:
        plain = plain.removeprefix(word)
    return _KINDS.get(plain, "")


def _without_footer(lines: Sequence[str]) -> str:
    """A message without what the form wrote below it."""
    for at in range(max(0, len(lines) - FOOTER_LINES), len(lines)):
        line, below = lines[at].strip()[:VALUE_LIMIT], [one.strip()[:VALUE_LIMIT] for one in lines[at + 1 :]]
        if _FOOTER.match(line) or (_RULE.match(line) and (not any(below) or any(map(_FOOTER.match, below)))):
            return "\n".join(lines[:at]).strip()
    return "\n".join(lines).strip()
