"""Keeps bot tokens out of log lines and error texts."""

import logging
import re

# A token is "<bot id>:<secret>"; in addresses it follows "/bot" or "/file/bot".
_TOKEN = re.compile(r"(?<![\w:])(?P<path>(?:file/)?bot)?\d{3,}:[\w-]{20,}|(?P<url>/bot)\d+:[^/\s'\"]+")
# A filter of a logger sees only what is logged through that very logger: each one that may carry a token is named.
LOGGERS = (
    "aiogram", "aiogram.dispatcher", "aiogram.event", "aiogram.middlewares", "aiohttp", "aiohttp.client",
    "aiohttp.internal", "asyncio", "bot", "bot.poller", "bot.channel", "bot.files", "bot.group", "bot.private",
)  # fmt: skip


def redact(text: str, *secrets: str) -> str:
    """The text without anything that looks like a bot token and without `secrets`."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "<token>")
    return _TOKEN.sub(lambda found: f"{found['url'] or found['path'] or ''}<token>", text)


class TokenFilter(logging.Filter):
    """Rewrites records, tracebacks included, so that no token leaves the process."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = redact(message, *self._secrets)
        if clean != message:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info), *self._secrets)
        return True


def guard_logs(*secrets: str) -> TokenFilter:
    """Put the filter on the loggers that may carry tokens; it comes back for handlers of one's own."""
    guard = TokenFilter(*secrets)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for old in [old for old in logger.filters if isinstance(old, TokenFilter)]:
            logger.removeFilter(old)
        logger.addFilter(guard)
    return guard
