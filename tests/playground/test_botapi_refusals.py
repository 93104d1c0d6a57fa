"""What the local Bot API server refuses, in the words and with the numbers of the real one."""

import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

import playground.botapi
from playground.botapi import BotApiServer, png
from playground.botapi.calls.table import HANDLERS
from playground.botapi.checks import METHODS, NOT_HERE, WITHOUT_EFFECT

ANNA: Final = 700000001
JSON: Final = {"Content-Type": "application/json"}
Case = tuple[str, dict[str, Any], str]


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        server.world.person("Анна").start()
        yield server


async def said(http: aiohttp.ClientSession, url: str, **request: Any) -> tuple[int, Any]:
    """Status and description; the status in the body must be the same."""
    async with http.post(url, **request) as answer:
        body = await answer.json()
        assert body.get("error_code", 200) == answer.status
        assert body["ok"] == (answer.status == 200)
        return answer.status, body.get("description")


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"chat_id": ANNA, "text": words, **more}


def entity(kind: str, offset: int = 0, length: int = 5, **more: Any) -> dict[str, Any]:
    return text("hello", entities=[{"type": kind, "offset": offset, "length": length, **more}])


def key(**button: Any) -> dict[str, Any]:
    return text("x", reply_markup={"inline_keyboard": [[button]]})


TEXTS: Final[list[Case]] = [
    ("sendMessage", {}, "message text is empty"),
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
    ("sendMessage", text(""), "message text is empty"),
    ("sendMessage", text("  \n "), "text must be non-empty"),
    ("sendMessage", text("x" * 4097), "message is too long"),
    ("sendMessage", text("я" * 20_000), "text is too long"),
    ("sendMessage", text("x", parse_mode="wiki"), "unsupported parse_mode"),
    (
        "sendMessage",
        text("<b>x", parse_mode="html"),
        'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    ),
    (
        "sendMessage",
        text("*x", parse_mode="MarkdownV2"),
        "can't parse entities: Can't find end of Bold entity at byte offset 0",
    ),
    (
        "sendMessage",
        text('<tg-emoji emoji-id="9999999999999999999">x</tg-emoji>', parse_mode="HTML"),
        "can't parse entities: Invalid custom emoji identifier specified",
    ),
    ("sendMessage", text("\ud800"), "strings must be encoded in UTF-8"),
    ("sendMessage", text("x", message_thread_id=999), "message thread not found"),
    ("sendMessage", text("x", reply_parameters={"message_id": 999}), "message to be replied not found"),
    ("sendMessage", text("x", reply_parameters={"quote": "x"}), 'can\'t find field "message_id"'),
    ("sendMessage", text("x", reply_markup={"keyboard": [[{}]]}), 'can\'t parse keyboard.0.0: Can\'t find field "text"'),
    ("sendMessage", {"chat_id": 0, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "Anna", "text": "x"}, "chat not found"),
    ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    ("editMessageText", {"chat_id": ANNA, "message_id": 1, "text": ""}, "message text is empty"),
    ("editMessageText", {"chat_id": ANNA, "message_id": 99, "text": "x"}, "message to edit not found"),
    ("editMessageText", {"chat_id": ANNA, "message_id": 1, "text": "x"}, "message can't be edited"),
    ("deleteMessage", {"chat_id": ANNA}, "message identifier is not specified"),
    ("deleteMessage", {"chat_id": ANNA, "message_id": 99}, "message to delete not found"),
    ("deleteMessages", {"chat_id": ANNA, "message_ids": []}, "message identifiers are not specified"),
    (
        "deleteMessages",
        {"chat_id": ANNA, "message_ids": list(range(1, 102))},
        "too many message identifiers specified",
    ),
    (
        "forwardMessages",
        {"chat_id": ANNA, "from_chat_id": ANNA, "message_ids": [2, 1]},
        "message identifiers must be in a strictly increasing order",
    ),
]

ENTITIES: Final[list[Case]] = [
    ("sendMessage", entity("bold", 100, 1), "entity begins after the end of the text at UTF-16 offset 100"),
    (
        "sendMessage",
        entity("bold", 0, 100),
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100",
    ),
    ("sendMessage", entity("bold", -1), "receive an entity with incorrect offset -1"),
    ("sendMessage", entity("colour"), "can't parse MessageEntity: Unsupported type specified"),
    ("sendMessage", entity("text_link"), 'can\'t parse MessageEntity: Can\'t find field "url"'),
    ("sendMessage", entity("text_link", url="слово"), "entity URL 'слово' is invalid: Wrong HTTP URL"),
    ("sendMessage", entity("text_link", url=""), "entity URL '' is invalid: URL host is empty"),
    ("sendMessage", entity("text_mention"), 'can\'t parse MessageEntity: Can\'t find field "user"'),
    (
        "sendMessage",
        entity("text_mention", user={"id": 5, "is_bot": False, "first_name": "X"}),
        "user not found",
    ),
    ("sendMessage", entity("custom_emoji"), 'can\'t parse MessageEntity: Can\'t find field "custom_emoji_id"'),
    (
        "sendMessage",
        entity("custom_emoji", custom_emoji_id="x"),
        'can\'t parse MessageEntity: Field "custom_emoji_id" must be a valid Number',
    ),
]

BUTTONS: Final[list[Case]] = [
    ("sendMessage", key(text="x", callback_data="я" * 33), "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        key(text="x", callback_data=""),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    ("sendMessage", key(text="", callback_data="x"), "inline keyboard button text must be non-empty"),
    ("sendMessage", key(text="x", url="слово"), "inline keyboard button URL 'слово' is invalid: Wrong HTTP URL"),
    (
        "sendMessage",
        key(text="x", url="http://localhost:8080"),
        "inline keyboard button URL 'http://localhost:8080' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        key(text="x", url="ftp://example.com"),
        "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
    ),
    (
        "sendMessage",
        key(text="x", web_app={"url": "http://example.com"}),
        "inline keyboard button Web App URL 'http://example.com' is invalid: Only HTTPS links are allowed",
    ),
    ("sendMessage", key(text="x", copy_text={"text": ""}), "BUTTON_COPY_TEXT_INVALID"),
    ("sendMessage", key(text="x", copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
    ("sendMessage", key(text="x", pay=True), "BUTTON_TYPE_INVALID"),
    (
        "sendMessage",
        key(text="x", url="ya.ru", callback_data="x"),
        "this local server wants one use of a button, not callback_data and url",
    ),
    (
        "sendMessage",
        text("x", reply_markup={"inline_keyboard": [[{"text": str(i), "callback_data": "x"}] for i in range(101)]}),
        "reply markup is too long",
    ),
]

THINGS: Final[list[Case]] = [
    *[
        (f"send{kind.title().replace(' ', '')}", {"chat_id": ANNA}, f"there is no {kind} in the request")
        for kind in ("photo", "document", "video", "video note", "voice", "audio", "animation", "sticker")
    ],
    ("sendPhoto", {"chat_id": ANNA, "photo": ""}, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": ANNA, "photo": "AgAC"}, "wrong file identifier/HTTP URL specified"),
    (
        "sendMediaGroup",
        {"chat_id": ANNA, "media": [{"type": "photo"}]},
        'can\'t parse media.0.InputMediaPhoto: Can\'t find field "media"',
    ),
    ("getUpdates", {"timeout": "soon"}, "can't parse parameter timeout: it is not a number"),
    ("getFile", {}, "file_id not specified"),
    ("getFile", {"file_id": "AgAC"}, "invalid file_id"),
    ("sendLocation", {"chat_id": ANNA, "latitude": 91, "longitude": 0}, "invalid location specified"),
    ("sendChatAction", {"chat_id": ANNA, "action": "sleeping"}, "wrong parameter action in request"),
    (
        "sendPoll",
        {"chat_id": ANNA, "question": "?", "options": [{"text": "a"}]},
        "poll must have at least 2 option",
    ),
    (
        "sendPoll",
        {"chat_id": ANNA, "question": "?", "options": [{"text": "a"}, {"text": "b" * 101}]},
        "poll options length must not exceed 100",
    ),
    (
        "setMessageReaction",
        {"chat_id": ANNA, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🦖"}]},
        "REACTION_INVALID",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1", "text": ""},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("setWebhook", {"url": "ftp://example.com"}, "invalid webhook URL specified"),
    ("setWebhook", {"url": "https://"}, "invalid webhook URL specified"),
    ("setWebhook", {"url": "https://example.com", "secret_token": "a b"}, "secret token contains unallowed characters"),
    ("setWebhook", {"url": "https://example.com", "secret_token": "a" * 257}, "secret token is too long"),
    ("createForumTopic", {"chat_id": ANNA, "name": "x"}, "the chat is not a forum"),
    ("getChatMember", {"chat_id": ANNA, "user_id": 5}, "user not found"),
]


@pytest.mark.parametrize("cases", [TEXTS, ENTITIES, BUTTONS, THINGS], ids=["texts", "entities", "buttons", "things"])
async def test_what_is_wrong_is_refused_in_the_real_servers_words(
    http: aiohttp.ClientSession, server: BotApiServer, cases: list[Case]
) -> None:
    """400 with the whole sentence, and nothing is done."""
    base = f"{server.url}/bot{server.token}"
    got = [(*case[:2], await said(http, f"{base}/{case[0]}", data=json.dumps(case[1]), headers=JSON)) for case in cases]
    assert got == [(method, body, (400, f"Bad Request: {words}")) for method, body, words in cases]
    assert len(server.world.people[0].chat) == 1


async def test_numbers_of_the_http_side(http: aiohttp.ClientSession, server: BotApiServer) -> None:
    """404 for a malformed token or method or address, 401 for another's token, 405, 413, 429 with its header."""
    base = f"{server.url}/bot{server.token}"
    assert await said(http, f"{server.url}/bot123/getMe") == (404, "Not Found")
    assert await said(http, f"{server.url}/bot123456:OTHER/getMe") == (401, "Unauthorized")
    assert await said(http, f"{server.url}/getMe") == (404, "Not Found")
    assert await said(http, f"{base}/getMee") == (404, "Not Found: method not found")
    assert await said(http, f"{base}/", data={"method": "getMe"}) == (200, None)
    async with http.put(f"{base}/getMe") as answer:
        assert (answer.status, (await answer.json())["description"]) == (405, "Method Not Allowed")
    server.fail_next("getMe", 429)
    async with http.get(f"{base}/getMe") as answer:
        body = await answer.json()
    assert answer.headers["Retry-After"] == "1"
    assert body["description"] == "Too Many Requests: retry after 1"
    assert body["parameters"] == {"retry_after": 1}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[1]", "application/json"),
        (b"\xff", "application/json"),
        (b"{}", "application/json; charset=klingon"),
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"--x\r\nno header", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--x--\r\n', "multipart/form-data; boundary=x"),
    ],
)
async def test_a_broken_body_is_the_bots_mistake(
    http: aiohttp.ClientSession, server: BotApiServer, body: bytes, kind: str
) -> None:
    """400 with a sentence, never a 500; the server goes on."""
    status, words = await said(http, f"{server.url}/bot{server.token}/getMe", data=body, headers={"Content-Type": kind})
    assert status == 400
    assert words.startswith("Bad Request: ")
    assert (await said(http, f"{server.url}/bot{server.token}/getMe"))[0] == 200


async def test_photos_have_limits_of_their_own(http: aiohttp.ClientSession, server: BotApiServer) -> None:
    """10 MB, sides of 10,000 together, at most twenty times as long as wide; a file of another kind is no photo."""
    url = f"{server.url}/bot{server.token}"

    def form(method: str, data: bytes) -> Any:
        parts = aiohttp.FormData({"chat_id": str(ANNA)})
        parts.add_field(method, io.BytesIO(data), filename="a.png")
        return parts

    async def sent(data: bytes) -> tuple[int, Any]:
        return await said(http, f"{url}/sendPhoto", data=form("photo", data))

    size = 10 * 1024 * 1024 + 1
    big = f'Bad Request: file "a.png" of size {size} bytes is too big for a photo'
    assert await sent(png() + b"0" * (size - len(png()))) == (400, big)
    assert await sent(png(9_999, 2)) == (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert await sent(png(41, 2)) == (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert (await sent(png(40, 2)))[0] == 200
    await said(http, f"{url}/sendVideoNote", data=form("video_note", b"x"))
    (note,) = (message for message in server.world.people[0].chat if message.kind == "video_note")
    assert note.file
    again = await said(http, f"{url}/sendPhoto", json={"chat_id": ANNA, "photo": note.file.shape["file_id"]})
    assert again == (400, "Bad Request: can't use file of type VideoNote as Photo")


async def test_what_the_real_server_takes_is_taken(http: aiohttp.ClientSession, server: BotApiServer) -> None:
    """Numbers for words and words for numbers, addresses without a scheme, parse_mode before entities."""
    url = f"{server.url}/bot{server.token}/sendMessage"
    link = {"text": "сайт", "url": "example.com"}
    bodies: list[dict[str, Any]] = [
        {"chat_id": str(ANNA), "text": 123},
        text("<b>x</b>", parse_mode="HTML", entities=[{"type": "italic", "offset": 0, "length": 1}]),
        text("1.", parse_mode="none"),
        text("#тег", entities=[{"type": "hashtag", "offset": 0, "length": 4}]),
        text("x", reply_markup=json.dumps({"inline_keyboard": [[link], []]}), allow_paid_broadcast=False),
        text("x", reply_markup={"inline_keyboard": [[{"text": "x", "switch_inline_query": ""}]]}),
        text("x", reply_markup={"keyboard": [["да", {"text": "нет"}]]}),
    ]
    assert [await said(http, url, json=body) for body in bodies] == [(200, None)] * len(bodies)
    number, bold, plain, tag, button, _, keys = server.world.people[0].received
    assert keys.buttons == ["да", "нет"]
    assert (number.text, plain.text) == ("123", "1.")
    assert [one["type"] for one in bold.entities + tag.entities] == ["bold", "hashtag"]
    assert button.keyboard == [[{"text": "сайт", "url": "http://example.com/"}]]


def test_no_parameter_is_silently_forgotten() -> None:
    """What a method of this server may be given is looked at somewhere, refused, or listed as without effect."""
    folder = Path(playground.botapi.__file__).parent
    source = "\n".join(path.read_text() for path in folder.rglob("*.py") if path.name != "checks.py")
    parameters = {name for method in HANDLERS for name in METHODS[method].model_fields}
    seen = {name for name in parameters if re.search(rf"\.{name}\b|[\"']{name}[\"']", source)}
    assert parameters - seen - NOT_HERE == WITHOUT_EFFECT
