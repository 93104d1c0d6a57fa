"""The doctor says of each mailbox what works and what to do about what does not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from desk.findings import FAILED, OK, WARNING, Finding
from desk.settings import Settings
from mail.doctor import check
from playground.mail import MailWorld
from tests.mail.hands import SUPPORT
from tests.mail.token_server import TokenServer


def make_settings(
    world: MailWorld,
    *,
    imap: dict[str, Any] | None = None,
    smtp: dict[str, Any] | None = None,
    language: str = "ru",
    oauth: dict[str, Any] | None = None,
    data: Path | None = None,
) -> Settings:
    login = {"host": "127.0.0.1", "security": "none", "user": "support", "password": "secret"}
    return Settings.model_validate(
        {
            "desk": {"name": "x", "language": language, **({"data": data} if data else {})},
            "telegram": {"token": "1:x", "group": -1},
            "mailbox": [
                {
                    "name": "support", "address": SUPPORT,
                    "imap": {**login, "port": world.imap_port, **(imap or {})},
                    "smtp": {**login, "port": world.smtp_port, **(smtp or {})},
                    **({"oauth": oauth} if oauth else {}),
                }
            ],
        }
    )  # fmt: skip


def of(findings: list[Finding], kind: str) -> list[tuple[str, str, str]]:
    return [(one.state, one.detail, one.advice) for one in findings if kind in one.name]


async def test_a_good_mailbox_has_only_good_findings(world: MailWorld) -> None:
    """Log-in, capabilities, folders, sending."""
    findings = list(await check(make_settings(world)))
    assert {one.state for one in findings} == {OK}
    assert len(of(findings, "IMAP")) == 4
    assert len(of(findings, "SMTP")) == 3
    assert await world.imap.folders(SUPPORT) == ["INBOX"]  # looking changes nothing


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_refused_login_is_told_with_advice(world: MailWorld, language: str) -> None:
    """At both servers, each by itself."""
    findings = list(
        await check(make_settings(world, imap={"password": "no"}, smtp={"password": "no"}, language=language))
    )
    for kind in ("IMAP", "SMTP"):
        ((state, detail, advice),) = of(findings, kind)
        assert state == FAILED
        assert detail
        assert "password" in advice


async def test_a_server_that_is_down(world: MailWorld) -> None:
    """One finding a server, not one for everything that could not be looked at."""
    await world.stop()
    findings = list(await check(make_settings(world)))
    assert [one.state for one in findings] == [FAILED, FAILED]
    assert all("host, port" in one.advice for one in findings)
    assert {one.detail for one in findings} == {"нет связи: сервер не принимает соединений"}


async def test_a_server_that_hangs_up_is_told_in_the_language_of_the_desk(world: MailWorld) -> None:
    """The connection is taken and closed before a greeting."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for language, words in (("ru", "сервер закрыл соединение"), ("en", "closed by the server")):
            settings = make_settings(world, imap={"port": port}, smtp={"port": port}, language=language)
            findings = list(await check(settings))
            assert [words in one.detail for one in findings] == [True, True], findings


async def test_a_name_that_does_not_exist(world: MailWorld) -> None:
    """DNS is told apart from a closed door."""
    settings = make_settings(world, imap={"host": "no-such-host.invalid", "security": "tls"})
    ((state, detail, advice),) = of(list(await check(settings)), "IMAP")
    assert state == FAILED
    assert "no-such-host.invalid" in detail
    assert "DNS" in advice


async def test_tls_at_a_port_that_speaks_plainly(world: MailWorld) -> None:
    """The advice names security."""
    findings = list(await check(make_settings(world, imap={"security": "tls"}, smtp={"security": "tls"})))
    for kind in ("IMAP", "SMTP"):
        ((state, _, advice),) = of(findings, kind)
        assert state == FAILED
        assert "security" in advice


async def test_a_server_that_offers_no_login_by_password(world: MailWorld) -> None:
    """The line is fine: the advice is about logging in, not about the firewall."""
    world.smtp.faults.mechanisms = ("XOAUTH2",)
    ((state, detail, advice),) = of(list(await check(make_settings(world))), "SMTP")
    assert state == FAILED
    assert "не даёт войти" in detail
    assert "smtp.user" in advice


async def test_starttls_that_the_server_lacks(world: MailWorld) -> None:
    """The same for SMTP's other way."""
    ((state, _, advice),) = of(list(await check(make_settings(world, smtp={"security": "starttls"}))), "SMTP")
    assert state == FAILED
    assert "security" in advice


@pytest.mark.parametrize(
    ("missing", "warnings"), [({"MOVE"}, 1), ({"MOVE", "UIDPLUS"}, 1), ({"IDLE", "MOVE"}, 2), ({"IDLE"}, 1)]
)
async def test_what_a_server_cannot_do_is_a_warning(world: MailWorld, missing: set[str], warnings: int) -> None:
    """The desk works without it, and the operator knows what follows."""
    world.imap.faults.missing = missing
    found = [one for one in await check(make_settings(world)) if one.state == WARNING]
    assert len(found) == warnings
    assert all(one.advice for one in found)


async def test_a_small_size_limit_and_a_refused_sender(world: MailWorld) -> None:
    """Both show before the first answer goes out."""
    world.smtp.faults.size_limit = 5_000_000
    world.smtp.faults.busy = 1
    states = [state for state, _, _ in of(list(await check(make_settings(world))), "SMTP")]
    assert states == [OK, WARNING, FAILED]


async def test_a_token_is_looked_at_by_itself(world: MailWorld, tmp_path: Path) -> None:
    """A dead one is one finding with what to do, not one for each server that it would have opened."""
    async with TokenServer() as tokens:
        world.smtp.tokens = lambda user, token: token in tokens.access_tokens
        oauth = {"provider": "other", "client_id": "c", "refresh_token": "refresh-1", "token_url": tokens.url}
        settings = make_settings(world, smtp={"password": ""}, oauth=oauth, data=tmp_path)
        found = list(await check(settings))
        assert {one.state for one in found} == {OK}, found
        tokens.error = "invalid_grant"
        ((state, detail, advice),) = of([one for one in await check(settings) if one.state != OK], "токен")
        assert state == FAILED
        assert "invalid_grant" in detail
        assert "python -m desk login support" in advice
        await tokens.down()
        ((_, _, advice),) = of([one for one in await check(settings) if one.state != OK], "токен")
        assert "token_url" in advice
        await tokens.up()
        tokens.error = ""
        world.smtp.tokens = lambda user, token: False
        ((state, _, advice),) = of([one for one in await check(settings) if one.state != OK], "SMTP")
        assert state == FAILED
        assert "user" in advice
