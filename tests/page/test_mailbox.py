"""What the mailbox pane's server makes of mails: whatever comes, it is read, listed, searched and told in words."""

import asyncio
import email
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from playground.page.mailbox import looks, reading, words, writing
from playground.page.mailbox.line import Fetched, Line, shown
from playground.page.server import Page
from playground.stage import BORIS, SUPPORT, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


JSON = {"Content-Type": "application/json"}


class Client:
    """Somebody at the page, without a browser."""

    def __init__(self, stage: Stage, page: Page, http: aiohttp.ClientSession) -> None:
        self.stage, self.page, self._http = stage, page, http

    async def get(self, what: str, **query: Any) -> Any:
        async with self._http.get(f"{self.page.url}api/mail{what}", params=query) as answer:
            return (await answer.json())["result"]

    async def post(self, what: str, **body: Any) -> Any:
        async with self._http.post(f"{self.page.url}api/mail{what}", data=io.BytesIO(json.dumps(body).encode()), headers=JSON) as answer:
            said = await answer.json()
            return said["result"] if said["ok"] else said["description"]

    async def file(self, what: str, **query: Any) -> tuple[int, dict[str, str], bytes]:
        async with self._http.get(f"{self.page.url}api/mail/{what}", params=query) as answer:
            return answer.status, dict(answer.headers), await answer.read()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    stage = await Stage.opened(tmp_path_factory.mktemp("stage"))
    page = await Page(stage).start()
    async with aiohttp.ClientSession() as http:
        yield Client(stage, page, http)
    await page.stop()
    await stage.close()


def mail(head: str, body: str | bytes = "") -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content


HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\nwords",
    "unknown charset": mail("Content-Type: text/plain; charset=iso-gb2312", "привет".encode("cp1251")),
    "broken base64": mail("Content-Transfer-Encoding: base64\nSubject: =?utf-8?B?!!!?=", "%%%"),
    "thousands of encoded words": mail("Subject: " + "=?utf-8?Q?=41?= " * 20_000, "x"),
    "no date at all": mail("Date: yesterday, or -99999999\nFrom: ,,,<>", "x"),
    "a thousand levels": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level) for level in range(1000)
    ),
    "three hundred levels": b"".join(
        b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (level, level) for level in range(300)
    ),
    "a boundary that never comes": mail('Content-Type: multipart/mixed; boundary="="', "words"),
    "half a letter and NUL": mail("Subject: \0\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"), b"\0\xed\xa0\xbd"),
    "markup without end": mail("Content-Type: text/html", "<" * 20_000 + "<svg><a href='x"),
    "a file that climbs": mail('Content-Type: text/plain; name="../../\u202eetc"\nContent-Disposition: attachment', "x"),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
async def test_no_mail_is_too_broken_to_be_looked_at(raw: bytes) -> None:
    """Reading never raises and gives words that JSON carries."""
    view = reading.view(Fetched(uid=1, flags=frozenset(), received=None, size=len(raw), content=raw), "INBOX")
    str(view).encode()
    assert all("/" not in one["name"] and "\u202e" not in one["name"] for one in view["attachments"])


async def test_eight_bit_headers_and_words_are_read_in_the_likeliest_charset() -> None:
    """Old programs write windows-1251 without saying so."""
    message = words.parsed("From: Борис <b@x.example>\r\nSubject: Счёт №5\r\n\r\nЁлки".encode("cp1251"))
    assert words.addresses(message, "From") == [{"name": "Борис", "address": "b@x.example"}]
    assert (words.header(message, "Subject"), words.words(message)) == ("Счёт №5", "Ёлки")


async def test_html_keeps_its_words_and_looks_and_loses_what_runs_or_calls_home() -> None:
    """Scripts, frames, handlers and foreign addresses go; the mail's own pictures come in."""
    html = (
        "<body onload=x><p style='color:red;background:url(http://a/b)'>Да</p><script>bad()</script><iframe src=//a></iframe>"
        "<img src=cid:one><img src=CID:two><img srcset='http://a 2x' src='https://a/p'><a href='javascript:x'>a</a>"
        "<a href='https://t.me/bot?start=1&amp;x' target=_top>b</a><base href=http://a><style>@import 'http://a';p{}</style>"
        "<meta http-equiv=refresh content='0;http://a'><form action=http://a></form><input formaction=http://a onfocus=x autofocus>"
    )
    document, remote, used = looks.harmless(html, {"one": "data:image/png;base64,AA"})
    body = document.partition("<body>")[2]
    assert 'src="data:image/png;base64,AA"' in body
    assert '<a href="https://t.me/bot?start=1&amp;x">b</a>' in body
    assert [bad for bad in ("script", "iframe", "http://", "javascript", "onload", "onfocus", "@import") if bad in body] == []
    assert (remote, used) == (3, {"one", "two"})
    assert "default-src 'none'" in looks.POLICY
    assert "allow-scripts" not in looks.POLICY


@pytest.mark.parametrize(
    ("html", "shown_as", "says"),
    [
        ("<<svg></svg>img src=http://x>", "&lt;img src=http://x>", "<img src=http://x>"),
        ("a &#x b <p>t<script>x", "a &amp;#x b <p>t", "a &#x b\nt"),
        ("R&D <a href", "R&amp;D &lt;a href", "R&D"),
        ("<b style=\"background:url('data:image/png,A')\">x", '<b style="background:url(&#x27;data:image/png,A&#x27;)">x', "x"),
    ],
)
async def test_half_a_tag_stays_words(html: str, shown_as: str, says: str) -> None:
    """What is no whole tag, or becomes one only when something between has gone, is shown as it stands."""
    document, remote, _ = looks.harmless(html, {})
    assert document.partition("<body>")[2].removesuffix("</body></html>") == shown_as
    assert (remote, words.said(html)) == (0, says)


@pytest.mark.parametrize("piece", ["<a ", "<!--", "&#", "</a", '<a x="', "<?"])
@pytest.mark.parametrize("place", ["{}", "<p style='background:{}'>", "<style>{}"])
async def test_html_that_nobody_would_write_is_read_once(piece: str, place: str) -> None:
    """Beginnings without ends cost as much as other letters; looked for from each of them they would cost hours."""
    for beginning in (piece, "url(", "url( "):
        html = place.format(beginning * (looks.LARGEST // len(beginning)))
        assert looks.harmless(html, {})[0].endswith("</body></html>")
        words.said(html)


async def test_what_came_with_a_mail_is_a_download_that_can_do_nothing(client: Client) -> None:
    """HTML and SVG are never shown from the page's own address; the source comes to the last byte."""
    raw = mail('Subject: files\nContent-Type: multipart/mixed; boundary="b"', (
        '--b\r\nContent-Type: text/html; name="a.html"\r\n\r\n<script>1</script>\r\n'
        '--b\r\nContent-Type: image/svg+xml; name="b.svg"\r\n\r\n<svg onload="x"/>\r\n--b--\r\n'
    ))  # fmt: skip
    await client.stage.mails.user("files@client.example")
    await client.stage.mails.put("files@client.example", raw)
    for part in (0, 1):
        _, headers, _ = await client.file("part", address="files@client.example", uid=101, part=part)
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["Content-Security-Policy"].startswith("sandbox")
    assert (await client.file("raw", address="files@client.example", uid=101, download=""))[2] == raw
    assert (await client.file("part", address="files@client.example", uid=101, part=9))[0] == 404
    assert (await client.file("raw", address="files@client.example", uid=999))[0] == 404


async def test_five_hundred_mails_come_in_pages_and_all_of_them_are_searched(client: Client) -> None:
    """A list fetches what it shows; a search finds words, people and subjects however they were encoded."""
    who = "many@client.example"
    await client.stage.mails.user(who)
    for number in range(500):
        body = mail(f"Subject: No {number}\nMessage-ID: <{number}@x>\nContent-Transfer-Encoding: quoted-printable", f"=D0=81 {number}")
        await client.stage.mails.put(who, body)
    page = await client.get("/list", address=who, limit=50)
    assert (len(page["conversations"]), page["known"], page["total"]) == (50, 50, 500)
    assert page["conversations"][0]["mails"][0]["subject"] == "No 499"
    found = await client.get("/list", address=who, limit=50, q="ё 7")
    assert "No 7" in [one["mails"][0]["subject"] for one in found["conversations"]]
    assert await client.stage.mails.imap.seen(who) == [False] * 500


async def test_letters_and_their_answers_make_one_conversation_from_both_folders(client: Client) -> None:
    """Sent mail stands among the answers; a copy to oneself is one mail; strangers with the same subject are not in it."""
    first = await client.post("/send", **{"from": BORIS}, to=SUPPORT, cc=BORIS, subject="Счёт", text="а")
    assert first["sent"]
    second = first["message_id"].replace("<", "<answer-")
    await client.stage.mails.put(BORIS, mail(f"Subject: Re: X\nMessage-ID: {second}\nIn-Reply-To: {first['message_id']}", "б"))
    third = await client.post("/send", **{"from": BORIS}, to=SUPPORT, subject="Re", text="в", in_reply_to=second, references=[first["message_id"], second])
    await client.stage.mails.put(BORIS, mail("Subject: Re: X\nMessage-ID: <stranger@x>", "г"))
    listed = (await client.get("/list", address=BORIS))["conversations"]
    assert third["sent"]
    assert [[one["beginning"] for one in each["mails"]] for each in listed[:2]] == [["г"], ["а", "б", "в"]]
    assert (await client.get("/list", address=SUPPORT))["conversations"][0]["unread"] == 2


REFUSED = {
    "nobody": ({"to": " , "}, {"why": "nobody", "which": ""}),
    "no address": ({"to": "Пётр"}, {"why": "address", "which": "Пётр"}),
    "two in one": ({"to": "a@b c@d"}, {"why": "address"}),
    "letters abroad": ({"to": "пётр@client.example"}, {"why": "address"}),
    "a header inside": ({"to": "a@b.example\r\nBcc: c@d.example"}, {"why": "address"}),
}


@pytest.mark.parametrize(("body", "told"), REFUSED.values(), ids=REFUSED)
async def test_a_letter_to_nowhere_is_not_sent(client: Client, body: dict[str, str], told: dict[str, str]) -> None:
    """Whoever wrote it is told which address is none."""
    answer = await client.post("/send", **{"from": BORIS}, subject="x\r\nBcc: y@z", text="x", **body)
    assert answer["sent"] is False
    assert answer.items() >= told.items()


async def test_the_servers_refusal_is_told_as_it_is(client: Client) -> None:
    """For one recipient among others, for a mail that is too large, and for a server that wants to be asked later."""
    letter = {"from": BORIS, "subject": "x", "text": "x"}
    partly = await client.post("/send", **letter, to=f"{SUPPORT}, gone@client.example")
    assert (partly["sent"], partly["refused"][0]["who"]) == (True, "gone@client.example")
    client.stage.mails.smtp.faults.busy = 1
    assert (await client.post("/send", **letter, to=SUPPORT))["refused"] == [{"who": "", "said": "451 4.3.2 busy, come again"}]
    large = [{"name": "x", "type": "application/zip", "data": "AAAA" * 9_000_000}]
    told = await client.post("/send", **letter, to=SUPPORT, attachments=large)
    assert (told["sent"], told["refused"][0]["said"][:3]) == (False, "552")


async def test_a_mail_server_that_was_away_is_found_again(client: Client) -> None:
    """While it is away every answer says so, and a letter keeps its id for the next try."""
    letter = {"from": BORIS, "to": SUPPORT, "subject": "away", "text": "x"}
    await client.stage.cut_mails()
    assert [await client.get(what, address=BORIS, uid=101) for what in ("", "/list", "/read")] == [{"away": True}] * 3
    unsent = await client.post("/send", **letter)
    assert (unsent["sent"], unsent["why"]) == (False, "away")
    await client.stage.mend_mails()
    sent = await client.post("/send", **letter, message_id=unsent["message_id"])
    assert (sent["sent"], sent["message_id"]) == (True, unsent["message_id"])
    assert "total" in await client.get("/list", address=BORIS)


async def test_the_desks_own_mailbox_is_only_looked_at(client: Client) -> None:
    """Nothing is sent, marked or deleted as the desk."""
    for what, body in {"send": {"from": SUPPORT, "to": BORIS}, "delete": {"uids": [1]}, "mark": {"uids": [1]}}.items():
        assert "only looked at" in await client.post(f"/{what}", address=SUPPORT, folder="INBOX", **body)


async def test_a_new_mailbox_works_at_once_and_each_mistake_has_a_word(client: Client) -> None:
    """A name, an address here that nobody has; the person of that name in Telegram belongs to it."""
    for body, why in (
        ({"name": " ", "address": "a@client.example"}, "name"), ({"name": "А", "address": "a@gmail.example"}, "address"),
        ({"name": "А", "address": "a+b@client.example"}, "address"), ({"name": "А", "address": BORIS.upper()}, "taken"),
    ):  # fmt: skip
        assert (await client.post("/box", **body))["why"] == why
    await client.post("/box", name=client.stage.anna.name, address="Anna@client.example")
    box = next(one for one in await client.get("") if one["address"] == "anna@client.example")
    assert (box["person"], box["unread"], box["shared"]) == (client.stage.anna.id, 0, False)
    assert (await client.post("/send", **{"from": "anna@client.example"}, to=BORIS, subject="x", text="x"))["sent"]


@pytest.mark.parametrize("kind", ["autoreply", "bounce", "windows1251"])
async def test_a_ready_made_mail_is_what_it_says(client: Client, kind: str) -> None:
    """It goes out in the bytes of its charset, is read back in words, and machine mail has no sender to answer."""
    about = "<about@romashka.example>"
    await client.stage.mails.put(BORIS, mail(f"Subject: Заявка\nMessage-ID: {about}\nReturn-Path: <>", "x"))
    uid = (await client.stage.mails.imap.uids(BORIS))[-1]
    made = await client.get("/template", address=BORIS, kind=kind, uid=uid)
    assert (await client.post("/raw", **{"from": BORIS} | made))["sent"]
    raw = (await client.stage.mails.imap.read(SUPPORT))[-1]
    read = reading.view(Fetched(uid=1, flags=frozenset(), received=None, size=0, content=raw), "INBOX")
    assert read["automatic"] is (kind != "windows1251")
    assert made["sender"] == ("" if kind != "windows1251" else BORIS)
    match kind:
        case "autoreply":
            assert (read["references"], read["text"][:12]) == ([about], "Здравствуйте")
        case "bounce":
            assert email.message_from_bytes(raw).get_content_type() == "multipart/report"
            assert about.encode() in raw
        case _:
            assert "Ёлки".lower().encode("cp1251") in raw
            assert "«кавычки»" in read["text"]


async def test_a_raw_mail_in_a_charset_that_lacks_its_letters_is_told(client: Client) -> None:
    """Nothing is sent in its place."""
    told = await client.post("/raw", **{"from": BORIS}, sender=BORIS, to=SUPPORT, text="Subject: 😀\n\nx", charset="windows-1251")
    assert (told["sent"], told["why"], told["which"]) == (False, "letters", "😀")


async def test_the_page_hears_of_a_change_at_once_and_of_a_burst_once(client: Client) -> None:
    """A new mail and a mail that was opened are told apart; the desk's mailbox is no news of the client's."""
    world = client.stage.bot.world
    await world.until(lambda: not _told(client, "nobody@client.example"))
    await client.stage.mails.user("burst@client.example")
    for number in range(200):
        await client.stage.mails.put("burst@client.example", mail(f"Subject: {number}"))
    await world.until(lambda: _told(client, "burst@client.example"))
    await asyncio.to_thread(_open, client, "burst@client.example")
    await world.until(lambda: _told(client, "burst@client.example")[-1] == "mailbox_changed")
    assert _told(client, "burst@client.example").count("mailbox") < 20
    assert "mailbox" not in _told(client, SUPPORT)


def _told(client: Client, address: str) -> list[str]:
    return [one.kind for one in client.stage.bot.world.log if one.data.get("address") == address]


def _open(client: Client, address: str) -> None:
    line = Line(client.stage.mails.imap_port, address, "secret")
    line.mark("INBOX", [101], seen=True)
    line.close()


async def test_small_things() -> None:
    """Folders in modified UTF-7, and references that fit into a header."""
    assert [shown(name) for name in ("INBOX", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "A &- B")] == ["INBOX", "Отправленные", "A & B"]
    many = [f"<{number:040}@x.example>" for number in range(100)]
    letter = writing.Letter(sender=("", "a@b.example"), to=[("", "c@d.example")], references=many)
    sent = email.message_from_bytes(writing.written(letter, datetime.now(UTC))[0])
    assert len(sent["References"]) < 998
    assert (sent["References"].split()[0], sent["References"].split()[-1]) == (many[0], many[-1])
