"""The log: one line per event, no secret in it."""

import io
import logging
from collections.abc import Iterator

import pytest

from desk.journal import start_journal
from desk.settings import Settings

SETTINGS = {
    "desk": {"name": "x"},
    "store": {"url": "postgresql://desk:p%40ssword@db/desk"},
    "telegram": {"token": "123456:the-token", "group": -1, "proxy": "socks5://u:proxy-word@h:1"},
}


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    start_journal(Settings.model_validate(SETTINGS), stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def test_an_event_is_one_line(journal: io.StringIO) -> None:
    logging.getLogger("desk.test").info("parcel.sent id=%s\nwith a second line", 7)
    (line,) = journal.getvalue().splitlines()
    assert line.endswith("Z INFO desk.test parcel.sent id=7\\nwith a second line")


def test_extra_fields_are_part_of_the_line(journal: io.StringIO) -> None:
    """Such as a mailbox and a server's words; on one line, shortened, without secrets."""
    words = {"mailbox": "support", "words": "NO\n[AUTH] the-token", "empty": "", "long": "x" * 1000}
    logging.getLogger("mail.imap").warning("mail.trouble", extra=words)
    (line,) = journal.getvalue().splitlines()
    assert 'mail.trouble mailbox=support words="NO\\n[AUTH] ' in line
    assert 'empty="" long=xxx' in line
    assert line.endswith("x…")
    assert len(line) < 500
    secret = {"words": "123456:the-token"}
    logging.getLogger("mail.imap").warning("mail.trouble", extra=secret)
    assert "words=<secret>" in journal.getvalue()


def test_a_traceback_is_a_field_of_its_line(journal: io.StringIO) -> None:
    try:
        raise ValueError("no idea")
    except ValueError:
        logging.getLogger("desk.test").exception("raw.failed id=1")
    (line,) = journal.getvalue().splitlines()
    assert 'raw.failed id=1 traceback="Traceback' in line
    assert "ValueError: no idea" in line


def test_no_secret_is_written(journal: io.StringIO) -> None:
    words = "bot123456:the-token/getMe p%40ssword p@ssword proxy-word"
    try:
        raise OSError(words)
    except OSError:
        logging.getLogger("desk.test").exception(words)
    for secret in ("the-token", "p%40ssword", "p@ssword", "proxy-word"):
        assert secret not in journal.getvalue()


def test_libraries_speak_from_a_warning_on(journal: io.StringIO) -> None:
    logging.getLogger("aiogram.event").info("chatter")
    logging.getLogger("aiogram.event").warning("trouble")
    assert "chatter" not in journal.getvalue()
    assert "trouble" in journal.getvalue()
