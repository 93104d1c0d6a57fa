"""A request's parameters and files, in any of the forms that Telegram takes: query, JSON, form, multipart."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from playground.botapi.errors import ApiError, bad
from playground.botapi.files import UPLOAD_LIMIT
from playground.botapi.model import Json


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
    parameters: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    kind = request.content_type
    if request.method == "POST" and request.can_read_body:
        if kind == "application/json":
            parameters |= _json(await request.text())
        elif kind == "multipart/form-data":
            await _multipart(request, parameters, uploads)
        else:
            parameters |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return Sent(parameters=parameters, uploads=uploads)


def _json(body: str) -> Json:
    try:
        value: Any = json.loads(body) if body.strip() else {}
    except ValueError:
        raise bad("can't parse request body as JSON object") from None
    if not isinstance(value, dict):
        raise bad("can't parse request body as JSON object")
    return value


async def _multipart(request: web.Request, parameters: Json, uploads: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            data += chunk
            if len(data) > UPLOAD_LIMIT:
                raise ApiError(413, "Request Entity Too Large")
        if part.filename is None:
            parameters[part.name] = data.decode()
        else:
            mime = part.headers.get("Content-Type")
            uploads[part.name] = Upload(name=part.filename, data=bytes(data), mime=mime)
