"""No bytes whatever cost more than two seconds and 200 MB: the worst mails that we could think of, at full size."""

import json
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mail import invitations, markup, rtf, winmail
from mail.charsets import decode
from mail.headers import Person, people
from mail.mime import take_apart

ROOT = Path(__file__).parents[2]
FULL = 24_900_000  # bytes, a little below what is read at all
SECONDS, MEMORY = 2.0, 200_000_000
HEAD = b"From: a@b.example\nTo: support@desk.example\nSubject: x\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
ANSWER = HEAD.replace(b"Subject: ", b"Subject: Re: ") + b"\nYes.\n\n"
PAGE = HEAD + b"Content-Type: text/html\n\n"


def typed(mime: bytes, encoding: bytes = b"8bit") -> bytes:
    return HEAD + b"Content-Type: " + mime + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n"


def nested(boundary: str) -> bytes:
    knot = "Content-Type: multipart/mixed; boundary={0}\n\n--{0}\n"
    return HEAD + "".join(knot.format(boundary.format(i)) for i in range(49)).encode() + b"\n"


# What stands first, what follows again and again, and to which size.
WORST: dict[str, tuple[bytes, bytes, int]] = {
    "one header": (HEAD + b"X-A: ", b"x", FULL),
    "header lines": (HEAD, b"A: b\n", FULL),
    "a folded header": (HEAD + b"X-A: x\n", b" xxxx\n", FULL),
    "encoded words": (b"From: a@b.example\nSubject: ", b"=?koi8-r?Q?=CF?= =?cp1251?Q?=CF?=\n ", 260_000),
    "commas": (HEAD + b"Cc: ", b"=?x-zz?Q?=E4=E4?= <a@b>,\n ", 260_000),
    "raw letters": (HEAD + b"Cc: ", b"\xe4\xf3 <a@b.example>,\n ", 260_000),
    "pieces of a name": (MIXED + b"--b\nContent-Type: a/b", b";\n name*1*=%d0%9f; name*0*=x", 260_000),
    "lines": (HEAD + b"\n", "Привет, мир\n".encode(), FULL),
    "empty lines": (HEAD + b"\n", b"\n", FULL),
    "NUL": (HEAD + b"\n", b"\0", FULL),
    "letters of no set": (HEAD + b"\n", bytes(range(128, 256)), FULL),
    "soft line ends": (typed(b"text/plain; format=flowed; delsp=yes"), b"x \n", FULL),
    "quoted-printable": (typed(b"text/plain; charset=utf-8", b"quoted-printable"), b"=D0=9F=\n", FULL),
    "base64": (typed(b"text/plain; charset=koi8-r", b"base64"), b"8NLJ18XU8NLJ18XU\n", FULL),
    "base64 of rubbish": (typed(b"text/plain", b"base64"), b"A!=", FULL),
    "uuencode": (typed(b"text/plain"), b"begin 644 a\nM\n`\nend\n", FULL),
    "unending uuencode": (typed(b"text/plain"), b"begin 644 a\nM\n", FULL),
    "boundaries": (MIXED, b"--b\n", FULL),
    "almost boundaries": (MIXED, b"--bb\n", FULL),
    "nested multiparts": (nested("b{0}"), b"\n--b", FULL),
    "nested multiparts of one name": (nested("b"), b"--bx\n", FULL),
    "parts of headers": (MIXED, b"--b\n" + b"A: b\n" * 5_000 + b"\nx\n", FULL),
    "parts of HTML": (MIXED, b"--b\nContent-Type: text/html\n\n" + b"<p>word" * 3_600 + b"\n", FULL),
    "parts of tables": (MIXED, b"--b\nContent-Type: text/html\n\n<table>" + b"<tr><td>x<td>y" * 1_780 + b"\n", FULL),
    "parts of western letters": (MIXED, b"--b\n\n" + "façade ýþð\n".encode("cp1252") * 2_200 + b"\n", FULL),
    "parts of letters": (MIXED, b"--b\nContent-Type: message/rfc822\n\n" + b"From: x\nTo: y\n" * 1_700 + b"\n", FULL),
    "parts of events": (MIXED, b"--b\nContent-Type: text/calendar\n\n" + b"BEGIN:VEVENT\nA:b\n" * 1_400 + b"\n", FULL),
    "parts of reports": (
        HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n",
        b"--b\nContent-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.example\n\n" * 600,
        FULL,
    ),
    "<": (PAGE, b"<", FULL),
    "<a": (PAGE, b"<a ", FULL),
    "<a '": (PAGE, b"<a '", FULL),
    '<a "': (PAGE, b'<a b="', FULL),
    "<!--": (PAGE, b"<!--", FULL),
    "<!": (PAGE, b"<!", FULL),
    "<title>": (PAGE, b"<title>", FULL),
    "<style>": (PAGE, b"<style>.a{display:none}@media{", FULL),
    "<div>": (PAGE, b"<div>", FULL),
    "<blockquote>": (PAGE, b"<blockquote>x", FULL),
    "<table>": (PAGE, b"<table><tr><td>x", FULL),
    "<td>": (PAGE + b"<table><tr>", b"<td>x", FULL),
    "<td> of one row wide": (PAGE + b"<table><tr><td>" + b"x" * 90 + b"<td>z", b"<tr><td>x<td>y", FULL),
    "<li>": (PAGE, b"<ul><li>x", FULL),
    "</p>": (PAGE, b"</p>", FULL),
    "<br>": (PAGE, b"<br>", FULL),
    "<a href>": (PAGE, b"<a href=http://x.example/y>z</a>", FULL),
    "attributes": (PAGE + b"<p", b" style='display:none' class=x", FULL),
    "styles": (PAGE, b"<p style='margin:9999em 9999em;padding-left:99999px;white-space:pre'>x \n", FULL),
    "entities": (PAGE, b"&#x41;&am&#99999999999999;&ampampampampamp", FULL),
    "an event": (typed(b"text/calendar") + b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", b"\n x", FULL),
    "guests": (typed(b"text/calendar") + b"BEGIN:VEVENT\nSUMMARY:x\n", b'ATTENDEE;CN="x;":mailto:a@b\n', FULL),
    "fields of letters": (ANSWER, "От: a\nТема: b\n".encode(), FULL),
    "fields that are no block": (ANSWER, b"From: a\n\nSubject: b\n\n", FULL),
    "quoted lines": (ANSWER, b">\n", FULL),
    "answers between quoted lines": (ANSWER, b"> a\nb\n", FULL),
    "quoted paragraphs": (ANSWER, b"> a\n\n", FULL),
    "announcements": (ANSWER, b"On Mon, Jan 12, 2026 at 10:00 AM Ann <a@b.example> wrote:\n", FULL),
    "announced lines": (ANSWER, b"On Mon, Jan 12, 2026 at 10:00 AM Ann <a@b.example> wrote:\n> a\nb\n", FULL),
    "dates": (ANSWER, b"12.01.2026 10:00:\n", FULL),
    "verbs": (ANSWER, b"On 12.01.2026 10:00, " + b"wrote " * 60 + b":\n", FULL),
    "colons": (ANSWER, b":\n", FULL),
    "ends in a colon": (ANSWER, b"a@" * 190 + b":\n", FULL),
    "strokes": (ANSWER, b"______________________________\nFrom: a\n", FULL),
    "our marker line": (ANSWER, "> — пожалуйста, пишите ответ над этой чертой —\n".encode(), FULL),
    "signatures": (ANSWER, "-- \nС уважением, Анна\n+7 912 345-67-89\n".encode(), FULL),
    "lines of one letter": (ANSWER, b"x\n", FULL),
    "lines of four hundred letters": (ANSWER, b"word " * 79 + b"end:\n", FULL),
    "winmail.dat": (
        typed(b"application/ms-tnef") + winmail.SIGNATURE + b"\1\0",
        b"\x02\x02\x90\x06\0\2\0\0\0ab\1\1" + b"\x02\x0f\x80\x06\0\x04\0\0\0abcd\1\1",
        FULL,
    ),
}  # fmt: skip


@pytest.mark.slow
def test_the_worst_mails_cost_seconds_and_megabytes_that_can_be_had() -> None:
    """Each is read in a process of its own; processor time and the highest memory are asked from the system."""
    told: dict[str, list[float]] = {}
    for start in range(0, len(WORST), 12):
        names = list(WORST)[start : start + 12]
        done = subprocess.run(
            [sys.executable, __file__, *names],
            timeout=120,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
        )
        told |= json.loads(done.stdout)
    assert set(told) == set(WORST)
    assert {name: cost for name, cost in told.items() if cost[0] > SECONDS or cost[1] > MEMORY} == {}


def test_only_the_beginning_of_an_endless_text_is_shown_and_all_of_it_is_kept() -> None:
    """Parts beyond what is read as text are files, whatever they are."""
    from mail.bodies import body_of

    body = body_of(take_apart(HEAD + b"\n" + b"word " * 1_000_000))
    assert len(body.text) <= 1_000_000
    assert [(file.name, len(file.content)) for file in body.files] == [("message.txt", 5_000_000)]
    many = MIXED + b"".join(b"--b\nContent-Type: text/html\n\n<p>" + b"word " * 5_000 + b"\n" for _ in range(300))
    body = body_of(take_apart(many))
    assert len(body.text) <= 1_000_000
    assert len(body.files) >= 100
    assert {file.name.rpartition(".")[2] for file in body.files} == {"html", "txt"}


RTF = rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}"
CONTAINER = (
    bytes.fromhex("789f3e220100")
    + b"\2\2\x90\6\0\2\0\0\0ab\1\1"
    + b"\2\x10\x80\1\0\4\0\0\0a.t\0\1\1"
    + b"\2\x0f\x80\6\0\3\0\0\0abc\1\1"
)


@pytest.mark.parametrize("cut", range(1, len(CONTAINER)))
def test_a_container_that_breaks_off_anywhere_gives_what_stands_before(cut: int) -> None:
    """It is not believed to be whole, so that the container itself is kept."""
    found = winmail.unpack(CONTAINER[:cut])
    assert [file.content for file in found.files if file.content] in ([], [b"abc"])
    assert winmail.unpack(CONTAINER).files[0].name == "a.t"


def test_compressed_rich_text_is_unpacked_as_its_specification_shows() -> None:
    """The examples of [MS-OXRTFCP], 3.1."""
    hello = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    assert rtf.unpack(bytes.fromhex(hello)) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    assert rtf.unpack(bytes.fromhex(crossing)) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert rtf.read(RTF) == ("Привет", False)
    assert rtf.unpack(b"") == rtf.unpack(b"x" * 40) == b""


@pytest.mark.parametrize(
    "label",
    [
        "utf-7",
        "UTF-7",
        "unicode-1-1-utf-7",
        "base64",
        "rot13",
        "idna",
        "punycode",
        "zlib",
        "unicode_escape",
        "x" * 9_999,
        "\0",
        "../../x",
    ],
)
def test_a_label_that_is_no_character_set_is_not_believed(label: str) -> None:
    """What its bytes do not say, it cannot make them say."""
    assert decode(b"+ADw-script+AD4- =D0 \\u0041", label) == "+ADw-script+AD4- =D0 \\u0041"


def test_an_event_says_nothing_that_its_reader_did_not_expect() -> None:
    """Line breaks in a value do not begin a line of our own words; absurd moments are left out."""
    calendar = (
        "BEGIN:VEVENT\nSUMMARY:a\\nКогда: вчера\nDTSTART:20260231T250000\nDURATION:P9999W\nLOCATION:" + "ж" * 5_000
    )
    assert re.fullmatch(r"Встреча: a Когда: вчера\nГде: ж{1000}", invitations.words_of(calendar))


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (":20261124T090000Z", ":20261124T100000Z", "24.11.2026 12:00–13:00"),
        (":20261124T203000Z", ":20261124T213000Z", "24.11.2026 23:30 – 25.11.2026 00:30"),
        (";TZID=Europe/Berlin:20260724T090000", "", "24.07.2026 10:00"),
        (";TZID=Ekaterinburg Standard Time:20261124T090000", "", "24.11.2026 07:00"),
        (";TZID=Europe/Berlin:20261124T090000", ";TZID=Europe/London:20261124T090000", "24.11.2026 11:00–12:00"),
        (":20261124T090000", "", "24.11.2026 09:00"),  # of no zone: the same on every clock
        (";VALUE=DATE:20261124", "", "24.11.2026, весь день"),
        (";TZID=Our Office:20261124T090000", "", "24.11.2026 09:00 (Our Office)"),
        (";TZID=../../etc/passwd:20261124T090000", "", "24.11.2026 09:00 (../../etc/passwd)"),
        (";TZID=Europe:20261124T090000", "", "24.11.2026 09:00 (Europe)"),
        (":99991231T233000Z", "", "31.12.9999 23:30 (UTC)"),
        (":99991231T233000\nDURATION:P999W", "", "31.12.9999 23:30"),
    ],
)
def test_an_events_times_are_those_of_our_clock(start: str, end: str, shown: str) -> None:
    calendar = f"BEGIN:VEVENT\nSUMMARY:Созвон\nDTSTART{start}\n" + (f"DTEND{end}\n" if end else "") + "END:VEVENT"
    said = invitations.words_of(calendar, zone=ZoneInfo("Europe/Moscow"))
    assert said == f"Встреча: Созвон\nКогда: {shown}"


def test_a_page_of_bare_words_comes_out_as_it_is() -> None:
    """Text sent as HTML by mistake loses nothing but its line breaks."""
    assert markup.to_text("2 < 3 & 4 > 1\nвторая") == "2 < 3 & 4 > 1 вторая"


def test_a_name_may_hold_what_ends_a_name_elsewhere() -> None:
    """Old programs leave commas in encoded words as they are."""
    found = people([b"=?iso-8859-1?Q?B=FCrling,=20Andreas_(IT);?= <a@b.example>, =?utf-8?Q?C:d?= <c@d.example>"])
    assert found == [Person("Bürling, Andreas (IT);", "a@b.example"), Person("C:d", "c@d.example")]


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("aaäöüßad asd", "cp1252"),
        ("Größe ändern", "cp1252"),
        ("Привет, «Windows» упал", "cp1251"),
        ("USBшный принтер", "koi8-r"),
    ],
)
def test_letters_within_words_of_ascii_are_western(text: str, codec: str) -> None:
    """However few the others are: the label is wrong for Russian only."""
    assert decode(text.encode(codec), "iso-8859-1") == text


def test_a_line_break_written_as_an_end_breaks_the_line() -> None:
    """As browsers have it."""
    assert markup.to_text("<p>Да</p></br>От кого: Иван</br>Кому: Анна</br></br>Тема") == (
        "Да\n\nОт кого: Иван\nКому: Анна\n\nТема"
    )
    assert markup.to_text("<p>Да<span style='display:none'>x</br>y</span>, нет") == "Да, нет"


def _measure(name: str) -> list[float]:
    """Processor time in seconds and the growth of memory in bytes; refused for its size counts as read."""
    import os
    import time

    from mail.parse import parse

    first, unit, size = WORST[name]
    raw = first + unit * ((size - len(first)) // len(unit))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # a fork begins with what is here and tells its own highest mark
        Path("/proc/self/clear_refs").write_text("5")
        before, began = _highest(), time.process_time()
        parse(raw, mailbox="m", own_address="support@desk.example")
        os.write(writing, json.dumps([time.process_time() - began, _highest() - before]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return json.loads(os.read(reading, 1_000))


def _highest() -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1_000


if __name__ == "__main__":
    import mail.parse  # noqa: F401 - imported before anything is measured

    print(json.dumps({name: _measure(name) for name in sys.argv[1:]}))
