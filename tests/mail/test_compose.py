"""A mail is laid out for every reader and threads in every program; nothing from outside begins a header."""

import base64
import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.parcels import Action, Button, Outgoing, ParcelId, Purpose
from mail.attachments import safe_name
from mail.charsets import clean
from mail.compose import Loaded, Mailbox, chain, compose, room_for_files
from mail.parse import ParsedMail, parse
from mail.pictures import width_of

SENDER = Mailbox(address="support@desk.example", name="ООО «Ромашка»")
ID = "<otvet.5.abcdefghijklmnopqrst@desk.example>"
OTHER_ID = "<otvet.6.abcdefghijklmnopqrst@desk.example>"
LONG = f"<{'a' * 200}@client.example>"


def message(**values: Any) -> Outgoing:
    return Outgoing(
        **{
            "id": ParcelId(5),
            "channel": "mail",
            "place": "ann@client.example",
            "purpose": Purpose.ANSWER,
            "text": "Добрый день!",
            "subject": "Re: Принтер",
            **values,
        }
    )


def written(outgoing: Outgoing, **options: Any) -> bytes:
    return compose(outgoing, sender=SENDER, message_id=ID, at=datetime(2026, 11, 23, 9, tzinfo=UTC), **options)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def received(raw: bytes) -> ParsedMail:
    """The mail as we ourselves would read it."""
    return parse(
        raw,
        mailbox="support",
        own_address="x@y.example",
        received=datetime(2026, 11, 23, 9, tzinfo=UTC),
        is_own_id=lambda _: False,
    )


def test_ids_stand_letter_by_letter_in_one_line() -> None:
    """Encoded or folded ids break threads in Outlook."""
    raw = written(message(in_reply_to=LONG, references=("<root@client.example>", LONG)))
    lines = raw.split(b"\r\n")
    assert f"Message-ID: {ID}".encode() in lines
    assert f"In-Reply-To: {LONG}".encode() in lines
    assert f"References: <root@client.example> {LONG}".encode() in lines


def test_references_keep_the_root_and_the_newest() -> None:
    """At most 998 bytes in the line."""
    ids = [f"<{number:03d}.{'x' * 60}@client.example>" for number in range(40)]
    line = f"References: {chain(ids)}"
    assert len(line) <= 998
    assert line.startswith(f"References: {ids[0]} ")
    assert line.endswith(ids[-1])


def test_every_line_is_short_enough_for_every_server() -> None:
    """998 bytes at most, Russian included, CRLF throughout."""
    raw = written(message(text="слово " * 5_000 + "\n" + "w" * 5_000, subject="тема " * 100, to_name="Анна " * 30))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.isascii()


@pytest.mark.parametrize(
    "name",
    ["Анна Петрова", 'Petrova, "Anna" <a@b>', 'ООО "Рога, и копыта"', "", "=?utf-8?q?x?=", "a\r\nBcc: x@y.example"],
)
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    """Whatever it holds, the address stays what it is."""
    found = read(written(message(to_name=name)))["To"].addresses
    assert [one.addr_spec for one in found] == ["ann@client.example"]
    assert found[0].display_name == " ".join(name.split())


HOSTILE = st.text(max_size=80) | st.sampled_from(
    ["a\r\nBcc: evil@x.example", "\n\n<html>", "x\x00y", "\u2028Bcc: evil@x.example", "=?utf-8?q?=0D=0ABcc:x?="]
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_value_begins_a_header_of_its_own(subject: str, name: str, id_: str, number: str) -> None:
    """Subjects, names and ids come from strangers."""
    raw = written(message(subject=subject, to_name=name, in_reply_to=id_, references=(id_,), number=number, thread=id_))
    found = read(raw)
    expected = {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Thread-Topic",
        "Thread-Index",
    }
    assert set(found.keys()) <= expected
    assert found["Bcc"] is None


def test_automatic_mail_says_that_it_is() -> None:
    """Other machines do not answer it; a person's answer bears none of these."""
    automatic, answer = read(written(message(automatic=True))), read(written(message()))
    assert automatic["Auto-Submitted"] == "auto-replied"
    assert automatic["X-Auto-Response-Suppress"] == "All"
    assert answer["Auto-Submitted"] is None
    assert answer["Reply-To"] is None


def test_plain_and_html_say_the_same() -> None:
    """Title, text, code, links, quotation and footer; what only a messenger can press is left out."""
    raw = written(
        message(
            number="SD-7", title="Вопрос", text="Строка <b>\nвторая", code="123456", quote="вы & мы", footer="Ромашка",
            buttons=((Button(label="Телеграм", action=Action.KEEP, url="https://t.me/x?start=1"), Button(label="Решено", action=Action.SOLVED)),
                     (Button(label="Плохо", action=Action.KEEP, url="javascript:alert(1)"),)),
        )
    )  # fmt: skip
    found = read(raw)
    plain = found.get_body(("plain",)).get_content()
    html = found.get_body(("html",)).get_content()
    for text in (
        "— пожалуйста, пишите ответ над этой чертой —",
        "Вопрос",
        "123456",
        "Телеграм",
        "https://t.me/x?start=1",
        "Ромашка",
    ):
        assert text in plain
        assert text in html
    assert "Строка <b>\nвторая" in plain.replace("\r\n", "\n")
    assert "Строка &lt;b&gt;<br>" in html
    assert "> вы & мы" in plain
    assert "Решено" not in plain + html
    assert "javascript" not in plain + html
    assert plain.startswith("— пожалуйста")


def test_an_address_in_our_footer_is_a_link() -> None:
    """The way into Telegram can be pressed; the words around it are escaped."""
    raw = written(message(footer="Дальше <здесь>: https://t.me/x?start=a&b=1.\nДо встречи"))
    html = read(raw).get_body(("html",)).get_content()
    link = "https://t.me/x?start=a&amp;b=1"
    assert f'Дальше &lt;здесь&gt;: <a href="{link}">{link}</a>.<br>' in html
    evil = read(written(message(footer='https://x/"><script>javascript:alert(1)'))).get_body(("html",)).get_content()
    assert "<script" not in evil


def test_a_mail_without_a_ticket_bears_no_marker() -> None:
    """A code is nothing to answer."""
    assert "над этой чертой" not in read(written(message(code="123456"))).get_body(("plain",)).get_content()


def test_english_words_make_an_english_mail() -> None:
    """The marker speaks the language of the text."""
    text = (
        read(written(message(text="Hello, please restart it.", number="SD-7", subject="Re: Printer")))
        .get_body(("plain",))
        .get_content()
    )
    assert text.startswith("— please write your answer above this line —")


@pytest.mark.parametrize(
    "name",
    [
        "счёт.pdf",
        "очень длинное имя файла со словами и цифрами 2026 года, часть вторая и последняя.pdf",
        "a;b\"c'.pdf",
        "back%20slash*=utf-8''.pdf",
        "plain.pdf",
        "смайл 🎉👨‍👩‍👧.pdf",
        "=?utf-8?q?x?=.pdf",
        "x" * 150 + ".pdf",
        "пробелы  и\u00a0неразрывные.pdf",
    ],
)
def test_a_file_arrives_under_its_name(name: str) -> None:
    """RFC 2231, in pieces where it is long, and as encoded words for programs that never learned that."""
    raw = written(message(), files=[Loaded(name=name, mime="application/pdf", size=4, content=b"%PDF")])
    found = list(read(raw).iter_attachments())
    expected = safe_name(" ".join(name.split()))
    assert [(one.get_filename(), one.get_content()) for one in found] == [(expected, b"%PDF")]
    old = email.message_from_bytes(raw).get_payload()[-1].get_param("name", header="content-type")
    assert isinstance(old, str)
    assert str(make_header(decode_header(old))) == expected if "=?utf-8?B?" in old else old.endswith(expected)
    (ours,) = received(raw).files
    assert (ours.name, ours.content) == (expected, b"%PDF") or "=?" in name  # there we read what old programs mean


def test_a_mail_inside_a_mail_is_attached_as_bytes() -> None:
    """It is not taken apart on its way."""
    raw = written(message(), files=[Loaded(name="old.eml", mime="message/rfc822", size=9, content=b"Subject: \xff")])
    assert next(iter(read(raw).iter_attachments())).get_payload(decode=True) == b"Subject: \xff"


def test_a_file_that_is_gone_is_named_and_never_silently_left_out() -> None:
    """Its content could not be read any more."""
    files = [
        Loaded(name="small.txt", mime="text/plain", size=3, content=b"abc"),
        Loaded(name="gone.txt", mime="text/plain", size=3, content=None),
    ]
    found = read(written(message(), files=files))
    assert "«gone.txt»" in found.get_body(("plain",)).get_content()
    assert [one.get_filename() for one in found.iter_attachments()] == ["small.txt"]


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1280).to_bytes(4) + (960).to_bytes(4) + b"\x08\x02\x00\x00\x00"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08"
    + (480).to_bytes(2) + (320).to_bytes(2) + b"\x03" * 20
)  # fmt: skip
GIF = b"GIF89a" + (40).to_bytes(2, "little") * 2 + b"\x00" * 20


def photo(name: str = "photo.jpg", mime: str = "image/jpeg", content: bytes = JPEG, sort: str = "photo") -> Loaded:
    return Loaded(name=name, mime=mime, size=len(content), content=content, sort=sort)


def shape(part: Any) -> Any:
    """The structure of a mail as nested names."""
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_subtype(), *(shape(one) for one in part.get_payload()))


WORDS = ("alternative", "text/plain", "text/html")
PDF = Loaded(name="счёт.pdf", mime="application/pdf", size=4, content=b"%PDF")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), WORDS),
        ((PDF,), ("mixed", WORDS, "application/pdf")),
        ((photo(),), ("related", WORDS, "image/jpeg")),
        ((photo(), PDF), ("mixed", ("related", WORDS, "image/jpeg"), "application/pdf")),
        ((photo(sort="document"),), ("mixed", WORDS, "image/jpeg")),  # sent as a file: to be kept as it is
        ((photo("s.webp", "image/webp", b"RIFF", "sticker"),), ("mixed", WORDS, "image/webp")),
        ((photo("a.svg", "image/svg+xml", b"<svg/>"),), ("mixed", WORDS, "image/svg+xml")),
    ],
)
def test_each_part_stands_where_programs_look_for_it(files: tuple[Loaded, ...], expected: Any) -> None:
    """mixed(related(alternative(plain, html), pictures), files), and no level for nothing."""
    assert shape(read(written(message(), files=files))) == expected


def test_photos_are_shown_in_the_text_and_are_files_to_who_reads_it_plain() -> None:
    """An album; each picture by its own content id, not wider than the page, and named in the plain text."""
    raw = written(message(text="Вот так:"), files=[photo(), photo(), photo("шкаф.png", "image/png", PNG)])
    found = read(raw)
    pictures = [part for part in found.walk() if part.get_content_maintype() == "image"]
    assert [part.get_filename() for part in pictures] == ["photo.jpg", "photo (2).jpg", "шкаф.png"]
    assert {part.get_content_disposition() for part in pictures} == {"inline"}
    html = found.get_body(("html",)).get_content()
    ids = [part["Content-ID"].strip("<>") for part in pictures]
    assert re.findall(r'src="cid:([^"]+)"', html) == ids
    assert len(set(ids)) == 3
    assert re.findall(r'<img [^>]*width="(\d+)"', html) == ["320", "320", "600"]
    plain = found.get_body(("plain",)).get_content()
    assert all(f"[{name}]" in plain for name in ("photo.jpg", "photo (2).jpg", "шкаф.png"))
    ours = received(raw)
    assert [(file.name, file.inline) for file in ours.files] == [
        ("photo.jpg", True), ("photo (2).jpg", True), ("шкаф.png", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mime", "content", "width"),
    [
        ("image/png", PNG, 1280), ("image/jpeg", JPEG, 320), ("image/gif", GIF, 40), ("image/png", JPEG, 0),
        ("image/jpeg", b"\xff\xd8", 0), ("image/jpeg", b"\xff\xd8\xff\xe1\xff\xff" + b"x" * 90_000, 0),
        ("image/jpeg", b"\xff\xd8" + b"\xff\xe0\x00\x00" * 100_000, 0), ("image/svg+xml", b"<svg/>" * 9, 0), ("image/png", b"", 0),
    ],
)  # fmt: skip
def test_a_pictures_width_is_read_from_its_first_bytes(mime: str, content: bytes, width: int) -> None:
    """A broken or hostile one has none, and takes no time."""
    assert width_of(mime, content) == width


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (photo("", "audio/ogg", b"Ogg", "voice"), "voice.ogg"),
        (photo("sticker", "application/x-tgsticker", b"x", "sticker"), "sticker.tgs"),
        (photo("запись", "video/mp4", b"x", "video_note"), "запись.mp4"),
        (photo("", "", b"x", "document"), "file"),
        (photo("../../etc/passwd", "text/plain", b"x", "document"), "passwd.txt"),
        (photo("a\r\nBcc: x@y.example\x00.txt", "text/plain", b"x", "document"), "a Bcc_ x@y.example.txt"),
        (photo("счёт\u202efdp.exe", "application/pdf", b"x", "document"), "счётfdp.exe"),
        (photo("\ud800.txt", "text/plain", b"x", "document"), "txt.txt"),
    ],
)
def test_a_file_has_a_proper_name(file: Loaded, name: str) -> None:
    """Voice and stickers have an ending; what plays tricks has not."""
    raw = written(message(), files=[file])
    (found,) = read(raw).iter_attachments()
    assert found.get_content_disposition() == "attachment"
    got = found.get_filename()
    assert got is not None
    assert got.strip(".") == name.strip(".") or got.replace(":", "_") == name
    assert read(raw)["Bcc"] is None


def test_the_same_mail_is_the_same_bytes() -> None:
    """A retry, tomorrow and in another process: nothing in it is made by chance or by the clock."""
    files = [photo(), PDF]
    outgoing = message(number="SD-7", quote="вы", footer="Ромашка", references=("<a@x>",), copies=("bob@x.example",))
    assert written(outgoing, files=files) == written(outgoing, files=files)
    other = compose(outgoing, sender=SENDER, message_id=OTHER_ID, at=datetime(2026, 11, 23, 9, tzinfo=UTC), files=files)
    boundaries = [set(re.findall(rb"=_[0-9a-f]{32}", raw)) for raw in (written(outgoing, files=files), other)]
    assert len(boundaries[0]) == 3
    assert not boundaries[0] & boundaries[1]


TEXTS = [
    "", "a", "." , "..\n.\n", "From me\nFrom you", "\r\rbare\rreturns", "a\x00b\x1b", "x" * 5_000, "слово " * 20_000,
    "lone \ud83d surrogate", "\u202eeht lla", "--=_0123\n--=_0123--", "tab\tand  two spaces ", "-- \nпочти подпись",
    "=?utf-8?q?x?=", "<script>alert(1)</script>", "\u2028line\u2029paragraph", "🎉👨‍👩‍👧", "line\n" * 5_000, " \n \n",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_whatever_is_written_is_what_is_read(text: str) -> None:
    """By the standard library, and by ourselves; within every server's lines."""
    raw = written(message(text=text, title=text[:50], quote=text[:2_000]), files=[PDF])
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert b"\0" not in raw
    found = read(raw)
    assert not list(found.defects)
    plain = found.get_body(("plain",)).get_content().replace("\r\n", "\n")
    expected = clean(text).strip("\n")
    assert not expected.strip() or expected in plain
    assert "<script" not in found.get_body(("html",)).get_content()
    ours = received(raw)
    assert [file.name for file in ours.files] == ["счёт.pdf"]


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_any_text_survives(text: str, title: str, name: str) -> None:
    """Whatever people write, in whatever script."""
    raw = written(message(text=text, title=title), files=[Loaded(name=name, mime="a/b", size=1, content=b"x")])
    plain = read(raw).get_body(("plain",)).get_content()
    joined = re.sub(r"\s", "", plain)
    assert re.sub(r"\s", "", clean(text)) in joined
    assert len(list(read(raw).iter_attachments())) == 1


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Re: [SD-7] Принтер 🎉", "Re: [SD-7] Принтер 🎉"),
        ("Re: [SD-7] שלום\u200f abc", "Re: [SD-7] שלום\u200f abc"),
        ("Re: [SD-7] \u202egnp.exe", "Re: [SD-7] gnp.exe"),
        ("a\r\nBcc: x@y.example", "a Bcc: x@y.example"),
        ("=?utf-8?q?=0D=0ABcc:x?=", "=?utf-8?q?=0D=0ABcc:x?="),
        ("ж" * 400, "ж" * 249 + "…"),
        ("", "Ваше обращение"),
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: str, shown: str) -> None:
    """In one line, without marks that turn all that follows around."""
    raw = written(message(subject=subject))
    assert read(raw)["Subject"] == shown
    assert received(raw).incoming.subject == shown


def test_outlook_makes_one_conversation_of_it() -> None:
    """By the client's own thread where they began it, by an index of ours where we did."""
    theirs = read(written(message(subject="Re: [SD-7] Принтер", references=("<a@x>",), in_reply_to="<a@x>")))
    assert theirs["Thread-Topic"] == "Принтер"
    assert theirs["Thread-Index"] is None
    first = read(written(message(subject="[SD-7] Принтер")))
    answer = message(subject="Re: [SD-7] Принтер", references=(ID, "<c@x>"), in_reply_to="<c@x>")
    second = read(compose(answer, sender=SENDER, message_id=OTHER_ID, at=datetime(2026, 11, 24, 9, tzinfo=UTC)))
    assert first["Thread-Topic"] == second["Thread-Topic"] == "Принтер"
    indexes = [base64.b64decode(one["Thread-Index"]) for one in (first, second)]
    assert [len(one) for one in indexes] == [22, 27]
    assert indexes[1].startswith(indexes[0])


def test_everybody_is_named_and_each_address_is_whole() -> None:
    """To the client, in copy to the others; a copy bears the same header."""
    own = message(to_name='Анна, "Петрова"', copies=("bob@x.example", "иван@x.example", "eve@пример.рф"))
    copy = message(
        to_name='Анна, "Петрова"', to="ann@client.example", place="bob@x.example", purpose=Purpose.COPY,
        copies=("bob@x.example", "иван@x.example", "eve@пример.рф"),
    )  # fmt: skip
    assert written(own) == written(copy)
    found = read(written(own))
    assert [one.addr_spec for one in found["To"].addresses] == ["ann@client.example"]
    assert [one.addr_spec for one in found["Cc"].addresses] == ["bob@x.example", "eve@xn--e1afmkfd.xn--p1ai"]
    assert "иван@x.example" in str(found["Cc"])
    assert written(own).isascii()


def test_an_address_beyond_ascii_is_spelt_out_for_its_owner_alone() -> None:
    """Their mail needs a server that knows such addresses; everybody else's does not."""
    own = written(message(place="иван@пример.рф"))
    assert "\r\nTo: <иван@xn--e1afmkfd.xn--p1ai>\r\n".encode() in own
    assert written(message(place="bob@x.example", to="иван@пример.рф", copies=("bob@x.example",))).isascii()


class Page(HTMLParser):
    """Reads HTML as strictly as it was meant to be written."""

    ALONE = frozenset({"meta", "br", "img"})
    KNOWN = ALONE | {"html", "head", "body", "table", "tr", "td", "div", "p", "b", "i", "a", "span", "blockquote"}
    STYLES = frozenset(
        "margin padding color font-family font-size line-height max-width height border border-left display".split()  # noqa: SIM905
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.KNOWN
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "style":
                assert {one.partition(":")[0] for one in (value or "").split(";") if one} <= self.STYLES
                assert "background" not in (value or "")
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_made_for_outlook_phones_and_dark_screens() -> None:
    """Every element is closed, nothing that Outlook does not know, no colour of ground or letters but a grey."""
    everything = message(
        number="SD-7", title="SD-7 · Анна", text="a\n  b\n\nhttps://x.example/?a=1&b=<2>", code="1", quote="вы\n> и мы",
        footer="https://t.me/x?start=1", notes=("не приложено",),
    )  # fmt: skip
    html = read(written(everything, files=[photo()])).get_body(("html",)).get_content()
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    assert set(re.findall(r"#[0-9a-f]{6}", html)) == {"#767676"}
    assert 'name="viewport"' in html
    assert 'content="light dark"' in html
    assert "<!--[if mso]>" in html
    assert "не приложено" in html


@pytest.mark.parametrize(("limit", "bare", "count"), [(None, 0, 1), (10_000_000, 5_000, 3), (1_000, 5_000, 1)])
def test_room_is_never_more_than_the_server_takes(limit: int | None, bare: int, count: int) -> None:
    """A mail with files of that size in all is within the limit; no room at all is still a number."""
    room = room_for_files(limit, bare, count)
    assert room >= 1
    if limit and room > 1:
        files = [Loaded(name="ж" * 120, mime="a/b", size=1, content=b"x" * (room // count)) for _ in range(count)]
        assert len(written(message(), files=files)) <= limit
