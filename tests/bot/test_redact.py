"""No token leaves the process."""

import io
import logging

import pytest

from bot.redact import guard_logs, redact

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ"


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"url='https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg'",
        f"token={TOKEN}",
        "http://127.0.0.1/bot123456:TEST/getMe",
    ],
)
def test_tokens_are_hidden_wherever_they_stand(text: str) -> None:
    found = redact(text)
    assert "AAbb" not in found
    assert "TEST" not in found
    assert "<token>" in found


@pytest.mark.parametrize("text", ["12:30", "SD-12: 5", "в 10:00", "2026-11-23 09:00:00", "<1234567890:@x>"])
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text


def test_log_lines_and_tracebacks_are_clean() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("aiogram.event")
    guard = guard_logs("123456:TEST")
    logger.addHandler(handler)
    try:
        try:
            raise ValueError(f"cannot connect to /bot{TOKEN}/getMe with 123456:TEST")
        except ValueError:
            logger.exception("failed: %s", f"bot{TOKEN}")
        logger.warning("plain words, %d", 5)
    finally:
        logger.removeHandler(handler)
    assert "AAbb" not in written.getvalue()
    assert "123456:TEST" not in written.getvalue()
    assert "plain words, 5" in written.getvalue()
    guard_logs("other")
    assert guard not in logger.filters
