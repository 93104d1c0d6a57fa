"""Who may ask the page's server: nobody from elsewhere, and no foreign site in the same browser."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from playground.page.server import Page
from playground.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}
ROUTES = ["/", "/api/state", "/api/events", "/static/js/main.js", "/static/css/base.css", "/control/people", "/nowhere"]


@dataclass
class Doors:
    """The same world behind a page for this machine and behind one for everybody with the token."""

    stage: Stage
    here: Page
    open: Page

    def here_at(self, path: str) -> URL:
        return URL(f"http://127.0.0.1:{URL(self.here.url).port}").join(URL(path, encoded=True))

    def open_at(self, path: str) -> URL:
        return URL(f"http://127.0.0.1:{URL(self.open.url).port}").join(URL(path, encoded=True))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    stage = await Stage.opened(tmp_path_factory.mktemp("stage"))
    here, everywhere = await Page(stage).start(), await Page(stage, host="0.0.0.0").start()
    yield Doors(stage, here, everywhere)
    await here.stop()
    await everywhere.stop()
    await stage.close()


@pytest_asyncio.fixture(loop_scope="module")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of a bare address, as browsers keep them
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


async def asked(
    http: aiohttp.ClientSession, method: str, url: URL, **options: Any
) -> tuple[int, str, aiohttp.ClientResponse]:
    """Status, the beginning of what was said, and the response."""
    async with asyncio.timeout(60), http.request(method, url, allow_redirects=False, **options) as response:
        streams = response.content_type == "text/event-stream"
        body = b"" if method == "HEAD" else await (response.content.readany() if streams else response.read())
        return response.status, body.decode(errors="replace"), response


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("LOCALHOST:{port}", 200), ("[::1]:{port}", 200),
        ("evil.example:{port}", 403), ("127.0.0.1.evil.example", 403), ("localhost@evil.example", 403),
        ("localhost.evil.example:{port}", 403), ("192.168.1.7:{port}", 403), ("[::1", 403), ("0.0.0.0:{port}", 403),
    ],
)  # fmt: skip
async def test_a_name_that_was_bent_to_this_machine_reads_nothing(
    doors: Doors, http: aiohttp.ClientSession, host: str, status: int
) -> None:
    """DNS rebinding: the browser believes that our answers are those of the foreign name."""
    for path in ROUTES[:-1]:
        named = host.format(port=URL(doors.here.url).port)
        assert (await asked(http, "GET", doors.here_at(path), headers={"Host": named}))[0] == status, path


WRITING = {"action": "say", "person": "Анна", "text": "!"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 200),
        (JSON | {"Origin": "http://127.0.0.1:{port}"}, 200),
        (JSON | {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}, 200),
        (JSON | {"Origin": "https://evil.example"}, 403),
        (JSON | {"Origin": "http://127.0.0.1:1"}, 403),
        (JSON | {"Origin": "http://127.0.0.1:{port}.evil.example"}, 403),
        (JSON | {"Origin": "null"}, 403),
        (JSON | {"Origin": ""}, 403),
        (JSON | {"Sec-Fetch-Site": "cross-site"}, 403),
        (JSON | {"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 403),
        ({}, 415),
    ],
)
async def test_only_the_page_itself_may_change_something(
    doors: Doors, http: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    """What a foreign site can have a browser send is refused; a program without an Origin is the person's own."""
    port = URL(doors.here.url).port
    sent = {name: value.format(port=port) for name, value in headers.items()}
    before = len(doors.stage.anna.chat)
    body = json.dumps(WRITING).encode()
    got, said, _ = await asked(
        http, "POST", doors.here_at("/control/do"), data=body, headers=sent, skip_auto_headers=["Content-Type"]
    )
    assert (got, len(doors.stage.anna.chat) - before) == (status, int(status == 200)), said
    assert json.loads(said)["ok"] is (status == 200)


@pytest.mark.parametrize("path", ROUTES)
async def test_without_the_token_nothing_is_said_to_others(
    doors: Doors, http: aiohttp.ClientSession, path: str
) -> None:
    """Every route, those that are not there included, wants the token, as a word of the address or as its cookie."""
    url, token = doors.open_at(path), str(doors.open.token)
    for wrong in ({}, {"token": ""}, {"token": token[:-1]}, {"token": token + "x"}, {"token": "\udcff"}):
        named = {"params": {key: value.encode(errors="replace").decode() for key, value in wrong.items()}}
        status, said, _ = await asked(http, "GET", url, **named)
        assert (status, token in said) == (403, False), (path, wrong)
    assert (await asked(http, "POST", url, json=WRITING))[0] == 403
    assert (await asked(http, "GET", url, params={"token": token}))[0] == {"/": 303, "/nowhere": 404}.get(path, 200)


async def test_the_token_in_the_address_becomes_a_cookie_and_leaves_the_address(
    doors: Doors, http: aiohttp.ClientSession
) -> None:
    """What else stood in the address stays; a reload and all that the page asks for go by the cookie."""
    status, _, response = await asked(http, "GET", doors.open_at(f"/?token={doors.open.token}&lang=en"))
    cookie = response.headers["Set-Cookie"]
    assert (status, response.headers["Location"]) == (303, "/?lang=en")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    for path in ROUTES[:-1]:
        assert (await asked(http, "GET", doors.open_at(path)))[0] == 200, path
    # Somebody may name the wrong token while the browser knows the right one: an old bookmark, say.
    assert (await asked(http, "GET", doors.open_at("/api/state?token=old")))[0] == 200


async def test_two_demos_on_one_machine_do_not_take_each_others_cookie(
    doors: Doors, http: aiohttp.ClientSession
) -> None:
    """Cookies know no ports."""
    other = await Page(doors.stage, host="0.0.0.0").start()
    try:
        for page in (doors.open, other):
            await asked(http, "GET", URL(page.url).with_host("127.0.0.1"))
        assert (await asked(http, "GET", doors.open_at("/api/state")))[0] == 200
    finally:
        await other.stop()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static/%2e%2e%2fguard.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/js/..%5c..%5cserver.py", "/static/", "/static/js/",
        "/static/%00", "/static/js/main.js%00.css",
    ],
)  # fmt: skip
async def test_only_the_pages_own_files_are_handed_out(doors: Doors, http: aiohttp.ClientSession, path: str) -> None:
    """No way leads out of the folder, and folders are not listed."""
    port = URL(doors.here.url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(60):
        said = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert said.split()[1] in {b"400", b"403", b"404"}
    assert b"def " not in said
    assert b"root:" not in said


async def test_every_answer_says_what_the_browser_may_not_do_with_it(doors: Doors, http: aiohttp.ClientSession) -> None:
    """Refusals as well; scripts come from us alone, nobody frames us, and nothing is kept unasked."""
    for path in [*ROUTES, "/api/file/none"]:
        _, _, response = await asked(http, "GET", doors.here_at(path))
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "script-src 'self';" in policy, path
        assert "frame-ancestors 'self'" in policy, path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert response.headers["Cache-Control"] in {"no-cache", "no-store"}, path
        assert "Access-Control-Allow-Origin" not in response.headers, path


async def test_asking_for_the_head_alone_ends_at_once(doors: Doors, http: aiohttp.ClientSession) -> None:
    """Of the stream as well, which would never end."""
    for path, status in (("/", 200), ("/api/state", 200), ("/api/events", 405), ("/static/js/main.js", 200)):
        assert (await asked(http, "HEAD", doors.here_at(path)))[0] == status, path


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"word"', b"null", b"[" * 100_000, b'{"action": ["x"]}', b"\xff"])
async def test_a_body_that_makes_no_sense_is_answered_with_a_sentence(
    doors: Doors, http: aiohttp.ClientSession, body: bytes
) -> None:
    for path in ("/control/do", "/control/person", "/api/clock"):
        status, said, _ = await asked(http, "POST", doors.here_at(path), data=body, headers=JSON)
        assert (status, json.loads(said)["ok"]) == (400, False), (path, said)


async def test_a_body_that_is_too_large_is_refused(doors: Doors, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """It is not taken into memory first: the length is enough."""
    heavy = tmp_path / "heavy"
    with heavy.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with heavy.open("rb") as file:
        status, said, _ = await asked(http, "POST", doors.here_at("/control/do"), data=file, headers=JSON)
    assert (status, json.loads(said)["ok"]) == (413, False)


async def test_the_page_answers_on_the_newer_internet_as_well(tmp_path: Path, doors: Doors) -> None:
    """`--host ::1`: the address is written in brackets."""
    page = await Page(doors.stage, host="::1").start()
    try:
        assert page.url.startswith("http://[::1]:")
        async with aiohttp.ClientSession() as http:
            assert (await asked(http, "GET", URL(page.url) / "api/state"))[0] == 200
    finally:
        await page.stop()
