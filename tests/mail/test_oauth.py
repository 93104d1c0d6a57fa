"""Access tokens: renewed in time, once for everybody, kept when they rotate, told when they die."""

import asyncio
import json
import shutil
import ssl
import stat
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.settings import Settings
from mail.grants import grant_of, token_of
from mail.oauth import Grant, Token, TokenAway, TokenDead
from tests.conftest import Clock
from tests.mail.token_server import TENANT, TokenServer


@pytest.fixture
async def server() -> AsyncIterator[TokenServer]:
    async with TokenServer() as running:
        yield running


def make_settings(folder: Path, **oauth: Any) -> Settings:
    login = {"host": "127.0.0.1", "security": "none", "user": "support"}
    usual = {"provider": "other", "client_id": "client", "client_secret": "hush", "refresh_token": "refresh-1"}
    return Settings.model_validate(
        {
            "desk": {"name": "x", "data": str(folder)},
            "telegram": {"token": "1:x", "group": -1},
            "mailbox": [
                {"name": "support", "address": "support@desk.example", "imap": login, "smtp": login,
                 "oauth": {**usual, **oauth}}
            ],
        }
    )  # fmt: skip


class Told:
    """What the desk would be told."""

    def __init__(self) -> None:
        self.news: list[tuple[bool, str]] = []

    async def __call__(self, mailbox: str, alive: bool, words: str) -> None:
        assert mailbox == "support"
        self.news.append((alive, words))


@pytest.fixture
def told() -> Told:
    return Told()


def make(server: TokenServer, clock: Clock, folder: Path, told: Told | None = None, **oauth: Any) -> Token:
    settings = make_settings(folder, **{"token_url": server.url, **oauth})
    return token_of(settings.mailbox[0], settings, clock, told)


async def test_a_token_is_used_until_shortly_before_its_end(server: TokenServer, clock: Clock, tmp_path: Path) -> None:
    token = make(server, clock, tmp_path)
    assert await token.get() == "access-1"
    assert server.asked[0] == {
        "grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "client", "client_secret": "hush",
    }  # fmt: skip
    clock.advance(minutes=54)
    assert await token.get() == "access-1"
    clock.advance(minutes=2)
    assert await token.get() == "access-2"


async def test_a_short_life_is_renewed_at_three_quarters(server: TokenServer, clock: Clock, tmp_path: Path) -> None:
    server.expires_in = 60
    token = make(server, clock, tmp_path)
    await token.get()
    clock.advance(seconds=44)
    assert await token.get() == "access-1"
    clock.advance(seconds=2)
    assert await token.get() == "access-2"


@pytest.mark.parametrize("lives", ["3600", 3600.0, None, "soon", -5, [1], 1e30])
async def test_any_word_about_its_life_is_borne(
    server: TokenServer, clock: Clock, tmp_path: Path, lives: object
) -> None:
    server.expires_in = lives
    assert await make(server, clock, tmp_path).get() == "access-1"


async def test_many_at_once_ask_once(server: TokenServer, clock: Clock, tmp_path: Path) -> None:
    token = make(server, clock, tmp_path)
    assert set(await asyncio.gather(*(token.get() for _ in range(20)))) == {"access-1"}
    assert len(server.asked) == 1


async def test_a_refused_token_is_not_given_out_again(server: TokenServer, clock: Clock, tmp_path: Path) -> None:
    """Whoever learns late of an older token's end does not end the newer one."""
    token = make(server, clock, tmp_path)
    first = await token.get()
    token.refused(first)
    second = await token.get()
    token.refused(first)
    assert (first, second, await token.get()) == ("access-1", "access-2", "access-2")


async def test_a_rotated_token_survives_a_restart_and_is_nobodys_else(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    server.rotate = True
    await make(server, clock, tmp_path).get()
    again = make(server, clock, tmp_path)
    assert await again.get() == "access-2"
    again.refused("access-2")
    assert await again.get() == "access-3"
    file = tmp_path / "tokens" / "support.json"
    assert json.loads(file.read_text())["refresh_token"] == "refresh-4"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in file.parent.iterdir()) == ["support.json", "support.lock"]


async def test_two_processes_take_turns_with_a_token_that_is_good_once(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    """The desk and its doctor: each reads what the other kept."""
    server.rotate = True
    desk, doctor = make(server, clock, tmp_path), make(server, clock, tmp_path)
    for _ in range(3):
        for token in (desk, doctor):
            token.refused(await token.get())
    assert await asyncio.gather(desk.get(), doctor.get())
    assert len({form["refresh_token"] for form in server.asked}) == len(server.asked)


async def test_a_stop_in_the_middle_of_a_rotation_loses_no_token(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    server.rotate = True
    server.slow = 0.1
    getting = asyncio.create_task(make(server, clock, tmp_path).get())
    while not server.asked:
        await asyncio.sleep(0.005)
    getting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await getting
    assert await make(server, clock, tmp_path).get() == "access-2"


async def test_a_token_that_the_operator_configures_anew_wins(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    server.rotate = True
    await make(server, clock, tmp_path).get()
    server.refresh_tokens = {"refresh-new"}
    assert await make(server, clock, tmp_path, refresh_token="refresh-new").get()


async def test_when_the_kept_one_is_dead_the_configured_one_is_tried(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    """An old data folder that was put back holds an old token."""
    server.rotate = True
    await make(server, clock, tmp_path).get()
    server.refresh_tokens = {"refresh-1"}
    assert await make(server, clock, tmp_path).get()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"refresh_token": 5}', "\0", '{"instead_of": "x"}'])
async def test_a_broken_file_costs_nothing_but_its_token(
    server: TokenServer, clock: Clock, tmp_path: Path, content: str
) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "support.json").write_text(content)
    assert await make(server, clock, tmp_path).get() == "access-1"


async def test_where_nothing_can_be_kept_the_newest_is_kept_in_mind(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "tokens").write_text("a file where the folder should be")
    server.rotate = True
    token = make(server, clock, tmp_path)
    token.refused(await token.get())
    assert await token.get() == "access-2"


async def test_a_dead_grant_is_told_at_once_and_so_is_its_return(
    server: TokenServer, clock: Clock, tmp_path: Path, told: Told
) -> None:
    token = make(server, clock, tmp_path, told)
    await token.get()
    server.error = "invalid_grant"
    clock.advance(minutes=4)
    await token.prove()
    assert told.news == [(True, "")], "not asked before its time"
    clock.advance(minutes=1)
    await token.prove()
    (alive, words) = told.news[-1]
    assert not alive
    assert "invalid_grant" in words
    assert "python -m desk login support" in words
    with pytest.raises(TokenDead):
        await token.get()
    asked = len(server.asked)
    with pytest.raises(TokenDead):
        await token.get()
    assert len(server.asked) == asked, "a dead grant is not hammered with"
    server.error = ""
    clock.advance(minutes=2)
    assert await token.get()
    assert told.news[-1] == (True, "")


@pytest.mark.parametrize(
    ("error", "status"),
    [("temporarily_unavailable", 0), ("server_error", 0), ("", 500), ("", 503), ("", 200), ("", 404), ("", 302)],
)
async def test_a_token_server_in_trouble_is_no_dead_grant(
    server: TokenServer, clock: Clock, tmp_path: Path, told: Told, error: str, status: int
) -> None:
    """While the last token lives, nobody notices."""
    token = make(server, clock, tmp_path, told)
    await token.get()
    server.error, server.status = error, status
    clock.advance(minutes=6)
    await token.prove()
    assert await token.get() == "access-1"
    clock.advance(hours=1)
    with pytest.raises(TokenAway):
        await token.get()
    assert told.news == [(True, "")]


async def test_a_token_server_that_is_down_is_no_dead_grant(server: TokenServer, clock: Clock, tmp_path: Path) -> None:
    token = make(server, clock, tmp_path)
    await server.down()
    with pytest.raises(TokenAway):
        await token.get()
    await server.up()
    assert await token.get() == "access-1"


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "interaction_required"])
async def test_what_only_an_operator_can_mend_is_dead(
    server: TokenServer, clock: Clock, tmp_path: Path, error: str
) -> None:
    server.error = error
    with pytest.raises(TokenDead, match=error):
        await make(server, clock, tmp_path).get()


async def test_without_any_refresh_token_the_words_say_how_to_get_one(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(TokenDead, match="login support"):
        await make(server, clock, tmp_path, refresh_token="").get()
    assert server.asked == []


async def test_secrets_are_in_no_words(
    server: TokenServer, clock: Clock, tmp_path: Path, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where the server repeats them."""
    caplog.set_level("DEBUG")
    token = make(server, clock, tmp_path, told, refresh_token="refresh-dead")
    await token.prove()
    with pytest.raises(TokenDead) as dead:
        await token.get()
    settings = make_settings(tmp_path, refresh_token="refresh-dead", token_url=server.url)
    shown = [
        repr(token),
        repr(settings),
        repr(grant_of(settings.mailbox[0])),
        str(dead.value),
        *(one for _, one in told.news),
    ]
    for text in (*shown, caplog.text):
        assert "refresh-dead" not in text
        assert "hush" not in text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed on this machine; these tests need a certificate made by it")
    path = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path / "key.pem"), "-out", str(path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


@pytest.fixture
async def secured(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TokenServer]:
    """The same server over TLS, which both libraries ask for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    async with TokenServer(tls=context) as running:
        yield running


def library(server: TokenServer, provider: str) -> dict[str, str]:
    pytest.importorskip("msal" if provider == "microsoft" else "google.auth")
    path = (
        f"{server.authority}/oauth2/v2.0/token" if provider == "microsoft" else f"https://localhost:{server.port}/token"
    )
    return {"provider": provider, "token_url": path, "tenant": TENANT}


@pytest.mark.parametrize("provider", ["google", "microsoft"])
@pytest.mark.parametrize("secret", ["hush", ""])
async def test_both_libraries_renew_and_rotate(
    secured: TokenServer, clock: Clock, tmp_path: Path, provider: str, secret: str
) -> None:
    secured.rotate = True
    token = make(secured, clock, tmp_path, client_secret=secret, **library(secured, provider))
    first = await token.get()
    token.refused(first)
    assert [first, await token.get()] == ["access-1", "access-2"]
    assert [form["refresh_token"] for form in secured.asked] == ["refresh-1", "refresh-2"]
    if provider == "microsoft":
        assert "https://outlook.office.com/IMAP.AccessAsUser.All" in secured.asked[0]["scope"].split()
    clock.advance(minutes=50)
    assert await token.get() == "access-2"
    clock.advance(minutes=10)
    assert await token.get() == "access-3"


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_both_libraries_tell_a_dead_grant_from_trouble(
    secured: TokenServer, clock: Clock, tmp_path: Path, provider: str
) -> None:
    token = make(secured, clock, tmp_path, **library(secured, provider))
    secured.status = 503
    with pytest.raises(TokenAway):
        await token.get()
    secured.status = 0
    await secured.down()
    with pytest.raises(TokenAway):
        await token.get()
    await secured.up()
    secured.error = "invalid_grant"
    with pytest.raises(TokenDead, match="invalid_grant") as dead:
        await token.get()
    assert "refresh-1" not in str(dead.value)


def test_a_grant_knows_where_its_provider_is(tmp_path: Path) -> None:
    for provider, url in (
        ("google", "https://oauth2.googleapis.com/token"),
        ("microsoft", f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"),
    ):
        settings = make_settings(tmp_path, provider=provider, tenant=TENANT)
        grant = grant_of(settings.mailbox[0])
        assert (grant.token_url, grant.refresh_token) == (url, "refresh-1")
        assert isinstance(grant, Grant)


async def test_its_lifetime_does_not_depend_on_the_wall_of_the_machine(
    server: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    """A clock that is set back makes nothing older, and one that leaps renews."""
    token = make(server, clock, tmp_path)
    await token.get()
    clock.advance(timedelta(days=-2))
    assert await token.get() == "access-1"
    clock.advance(days=3)
    assert await token.get() == "access-2"
