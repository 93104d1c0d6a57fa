"""A request's parameters and files, in any of the forms that Telegram takes: query, JSON, form, multipart."""

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from playground.botapi.errors import ApiError, bad
from playground.botapi.files import UPLOAD_LIMIT
from playground.botapi.model import Json

BROKEN: Final = (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError)
"""Each of them comes from aiohttp for a broken body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with the request."""

    name: str
    data: bytes
    mime: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came: parameters by name, uploads by the name of their part."""

    parameters: Json
    uploads: dict[str, Upload]


async def read(request: web.Request) -> Sent:
    """Raises ApiError: 400 for a body that cannot be read, 413 for an upload over 50 MB."""
    sent = Sent(parameters=dict(request.query), uploads={})
    try:
        if request.method == "POST" and request.can_read_body:
            await _body(request, sent)
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except BROKEN as error:
        raise bad(f"can't read the request body: {error}") from None
    return sent


async def _body(request: web.Request, sent: Sent) -> None:
    match request.content_type:
        case "application/json":
            sent.parameters.update(_json(await request.text()))
        case "multipart/form-data":
            await read_parts(await request.multipart(), sent)
        case _:
            form = await request.post()
            sent.parameters.update({key: value for key, value in form.items() if isinstance(value, str)})


def _json(body: str) -> Json:
    try:
        value: Any = json.loads(body) if body.strip() else {}
    except ValueError:
        raise bad("can't parse request body as JSON object") from None
    if not isinstance(value, dict):
        raise bad("can't parse request body as JSON object")
    return value


async def read_parts(parts: AsyncIterable[Any], sent: Sent) -> None:
    """Add the parts of a form to what was sent; a 413 for a file over 50 MB."""
    async for part in parts:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            data += chunk
            if len(data) > UPLOAD_LIMIT:
                raise ApiError(413, "Request Entity Too Large")
        if part.filename is None:
            sent.parameters[part.name] = data.decode()
        else:
            mime = part.headers.get("Content-Type")
            sent.uploads[part.name] = Upload(name=part.filename, data=bytes(data), mime=mime)
