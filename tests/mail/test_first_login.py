"""The first token of a mailbox: a person at a browser, and the desk finds it where `login` kept it."""

import asyncio
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from desk.errors import Refusal
from mail.first_login import obtain
from tests.conftest import Clock
from tests.mail.test_oauth import certificate, library, make, make_settings, secured
from tests.mail.token_server import TokenServer

__all__ = ["certificate", "secured"]  # fixtures


async def test_microsoft_gives_a_code_to_type(secured: TokenServer, clock: Clock, tmp_path: Path) -> None:
    oauth = {"refresh_token": "", **library(secured, "microsoft")}
    said: list[str] = []
    await asyncio.to_thread(obtain, make_settings(tmp_path, **oauth), "support", said.append)
    assert "TYPE-ME" in said[0]
    assert "support@desk.example" in said[0]
    assert "refresh-1" not in "".join(said)
    assert await make(secured, clock, tmp_path, **oauth).get()


async def test_google_leads_back_to_this_machine(secured: TokenServer, clock: Clock, tmp_path: Path) -> None:
    """Somebody else who knocks meanwhile is sent away."""
    oauth = {"refresh_token": "", **library(secured, "google")}
    said: list[str] = []
    knocked: list[int] = []

    def person(text: str) -> None:
        said.append(text)
        if not (found := re.search(r"https://accounts\S+", text)):
            return
        asked = {key: values[0] for key, values in parse_qs(urlsplit(found[0]).query).items()}
        for state in ("wrong", asked["state"]):
            asyncio.run_coroutine_threadsafe(knock(f"{asked['redirect_uri']}?code=the-code&state={state}"), loop)

    async def knock(url: str) -> None:
        def get() -> int:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - its own loopback address
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                error.close()
                return error.code

        knocked.append(await asyncio.to_thread(get))

    loop = asyncio.get_running_loop()
    await asyncio.to_thread(obtain, make_settings(tmp_path, **oauth), "support", person)
    assert 200 in knocked
    assert set(knocked) <= {200, 404}
    assert secured.asked[0]["grant_type"] == "authorization_code"
    assert secured.asked[0]["code"] == "the-code"
    assert await make(secured, clock, tmp_path, **oauth).get()


@pytest.mark.parametrize(("name", "oauth", "key"), [("sales", {}, "none"), ("support", {}, "other")])
def test_what_cannot_be_done_is_said(tmp_path: Path, name: str, oauth: dict[str, str], key: str) -> None:
    settings = make_settings(tmp_path, token_url="https://tokens.example/", **oauth)
    with pytest.raises(Refusal) as refused:
        obtain(settings, name, print)
    assert refused.value.key == f"refused.login_{key}"


async def test_a_provider_that_refuses_leaves_nothing_behind(secured: TokenServer, tmp_path: Path) -> None:
    secured.error = "invalid_client"
    settings = make_settings(tmp_path, refresh_token="", **library(secured, "microsoft"))
    with pytest.raises(Refusal) as refused:
        await asyncio.to_thread(obtain, settings, "support", print)
    assert "invalid_client" in str(refused.value.values)
    assert not (tmp_path / "tokens").exists()
    assert isinstance(secured.tls, ssl.SSLContext)
