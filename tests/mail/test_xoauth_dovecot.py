"""Dovecot opened by access tokens, which it asks our own token server about."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mail.arrivals import Account
from mail.session import LoginRefused, Session
from playground.mail import MailWorld
from tests.conftest import Clock
from tests.mail.dovecots import DovecotServer, dovecot_server
from tests.mail.hands import Dovecot, Readers, Stored, letter
from tests.mail.test_oauth import Told, make
from tests.mail.token_server import TokenServer

pytestmark = pytest.mark.dovecot

BY_TOKEN = """
auth_mechanisms = xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}
"""


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with TokenServer() as running:
        yield running


@pytest.fixture(params=["", "imap_capability = IMAP4rev1 IDLE MOVE UIDPLUS AUTH=XOAUTH2"], ids=["SASL-IR", "none"])
def server(request: pytest.FixtureRequest, tokens: TokenServer, tmp_path: Path) -> object:
    """With the token in the command, and with a server that asks for it."""
    ask = f"introspection_url = http://127.0.0.1:{tokens.port}/introspect\nintrospection_mode = post\n"
    rest = "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
    (tmp_path / "oauth2.conf").write_text(ask + rest)
    tmp_path.chmod(0o755)
    login = BY_TOKEN.replace("{base}/oauth2.conf", str(tmp_path / "oauth2.conf"))
    with dovecot_server(login=login, more=request.param) as running:
        yield running


@pytest.fixture
def box(server: DovecotServer, tokens: TokenServer) -> Dovecot:
    made = server.user()
    tokens.user = made.home.name
    return made


@pytest.fixture
def account(box: Dovecot, tokens: TokenServer, clock: Clock, tmp_path: Path, told: Told) -> Account:
    return Account(
        name="support", address="support@desk.example", host="127.0.0.1", port=box.port, tls=False,
        user=box.home.name, token=make(tokens, clock, tmp_path / "data", told), first_run="all",
    )  # fmt: skip


@pytest.fixture
def told() -> Told:
    return Told()


async def test_mail_is_read_with_a_token(
    box: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld, tokens: TokenServer
) -> None:
    """IDLE included; the token is had once."""
    readers.start(account=account)
    await world.until(lambda: stored.health)
    assert stored.health == [(True, "")]
    box.put(letter(1))
    await world.until(lambda: stored.arrivals, within=5)
    assert len(tokens.asked) == 1


async def test_a_withdrawn_token_is_replaced_at_once(
    server: DovecotServer, box: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld,
    tokens: TokenServer, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A refused log-in renews, once, before anybody hears of trouble; no token is in the log."""
    caplog.set_level("DEBUG")
    readers.start(account=account)
    await world.until(lambda: stored.health)
    tokens.end_all()
    await readers.stop()
    readers.start(account=account)
    box.put(letter(1))
    await world.until(lambda: stored.arrivals, within=5)
    assert len(tokens.asked) == 2
    assert all(ok for ok, _ in stored.health)
    assert "access-" not in caplog.text
    assert "refresh-1" not in caplog.text


async def test_a_token_that_the_server_never_takes_stops_after_three_times(
    box: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld, tokens: TokenServer
) -> None:
    """Another user's token: the log-in is refused and told, and nothing hangs."""
    tokens.user = "somebody-else"
    readers.start(account=account)
    await world.until(lambda: stored.health and "трижды" in stored.health[-1][1], within=15)
    assert len(tokens.asked) == 4, "each refusal renewed once, and nothing else did"


async def test_a_refusal_names_the_servers_status(box: Dovecot, tokens: TokenServer) -> None:
    """Twice on one connection, and a good token afterwards."""
    session = Session(within=5)
    await session.connect("127.0.0.1", box.port, tls=False)
    for _ in range(2):
        with pytest.raises(LoginRefused) as refused:
            await session.login_by_token(box.home.name, "no-such-token")
        assert str(refused.value)
        assert "no-such-token" not in str(refused.value)
    tokens.access_tokens.add("good")
    await session.login_by_token(box.home.name, "good")
    assert (await session.select("INBOX")).uidvalidity
    await session.close()


async def test_a_dead_grant_stops_reading_with_a_word_and_goes_on_after_a_new_one(
    box: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld,
    tokens: TokenServer, clock: Clock, told: Told,
) -> None:  # fmt: skip
    tokens.error = "invalid_grant"
    readers.start(account=account)
    await world.until(lambda: stored.health)
    ok, words = stored.health[-1]
    assert not ok
    assert "python -m desk login support" in words
    assert told.news[-1][0] is False
    box.put(letter(1))
    tokens.error = ""
    clock.advance(minutes=2)
    await world.until(lambda: stored.arrivals, within=5)
    assert told.news[-1] == (True, "")


async def test_a_server_without_tokens_is_named(
    shared_dovecot: DovecotServer, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """The token is not sent to it."""
    plain = shared_dovecot.user()
    readers.start(account=replace(account, port=plain.port, user=plain.home.name))
    await world.until(lambda: stored.health)
    assert "XOAUTH2" in stored.health[-1][1]
