"""What a correct program wrote is read back as it was meant, whatever the words, the character set and the encoding."""

from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from mail.attachments import safe_name
from mail.headers import unbase64
from mail.markup import to_text
from mail.parse import ParsedMail, parse

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
RUSSIAN = st.lists(
    st.sampled_from(
        [
            "Добрый",
            "день",
            "не",
            "печатает",
            "принтер",
            "Ёлка",
            "объём",
            "щётка",
            "ЮЗАО",
            "ул.",
            "15",
            "шт.,",
            "эхо?",
            "Почему!",
            "да",
            "я",
            "ООО",
            "фен",
            "жук",
            "HP",
        ]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)
WORD = st.text("абвгдеёжзиклмнпрстуabcdefgxyz0123456789", min_size=3, max_size=9)
SETS = st.sampled_from(["utf-8", "koi8-r", "windows-1251", "iso-8859-5", "cp866"])
ENCODINGS = st.sampled_from(["8bit", "base64", "quoted-printable"])


def read(raw: bytes) -> ParsedMail:
    return parse(
        raw,
        mailbox="m",
        own_address="support@desk.example",
        received=datetime(2026, 11, 23, tzinfo=UTC),
        is_own_id=lambda _: False,
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def letter(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "ann@client.example"
    for name, value in headers.items():
        mail[name] = value
    return mail


@settings(max_examples=150, deadline=None)
@given(RUSSIAN, SETS, ENCODINGS)
def test_russian_words_come_through_every_set_and_encoding(words: str, charset: str, encoding: str) -> None:
    mail = letter()
    mail.set_content(words, charset=charset, cte=encoding)
    incoming = read(mail.as_bytes()).incoming
    assert plain(f"{incoming.text} {incoming.rest}") == plain(words)


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, max_size=120), SETS)
def test_a_subject_and_a_name_come_back_as_they_were_meant(words: str, charset: str) -> None:
    words = words.replace("=?", "")
    try:
        subject = Header(words, charset, maxlinelen=60).encode()
    except UnicodeError:
        subject = Header(words, "utf-8", maxlinelen=60).encode()
    name = Header(words, "utf-8").encode()
    incoming = read(f"From: {name} <a@b.example>\nSubject: {subject}\n\nx".encode()).incoming
    assert plain(incoming.subject) == plain(words)
    assert incoming.sender.address == "a@b.example"


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=80), st.binary(max_size=300))
def test_a_file_comes_back_under_its_name(name: str, content: bytes) -> None:
    mail = letter(Subject="x")
    mail.set_content("words")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    parsed = read(mail.as_bytes())
    assert parsed.files[0].content == content
    assert parsed.files[0].name == safe_name(name) or not safe_name(name)


INNER = st.sampled_from(["<b>{}</b>", "<p>{}</p>", "<div>{}</div>", "<table><tr><td>{}</td></tr></table>", "<ul><li>{}</ul>", "<span>{}", "<br>{}", "<blockquote>{}</blockquote>", "<td>{}", "{}</p>", "<a href='x'>{}</a>", "<i><p>{}</i></p>", "<!-- c -->{}"])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(WORD, st.lists(INNER, max_size=5)), min_size=1, max_size=12), st.lists(INNER, max_size=4))
def test_no_word_of_a_page_is_lost_and_none_changes_its_place(
    words: list[tuple[str, list[str]]], around: list[str]
) -> None:
    html = " ".join(_wrapped(word, wraps) for word, wraps in words)
    seen = [piece for piece in to_text(_wrapped(html, around)).split() if piece not in ("*", ">")]
    assert seen == [word for word, _ in words]


def _wrapped(html: str, wraps: list[str]) -> str:
    for wrap in wraps:
        html = wrap.format(html)
    return html


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, max_size=200))
def test_escaped_words_are_read_as_they_are(words: str) -> None:
    """Letters without a shape are left out, as nobody sees them."""
    shapeless = str.maketrans("", "", "\u200b\u2060\ufeff\u034f\u00ad\u200c")
    assert plain(to_text(f"<p>{escape(words)}</p>").translate(shapeless)) == plain(words.translate(shapeless))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_base64_in_padded_pieces_is_one_content(pieces: list[bytes]) -> None:
    import base64

    assert unbase64(b"\r\n".join(base64.b64encode(piece) for piece in pieces)) == b"".join(pieces)
