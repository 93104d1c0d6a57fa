"""The files that people and the bot sent, for the page's pictures, players and downloads.

Rule: nothing that somebody sent is ever run here. Only what a browser shows as a picture, a sound or a film is shown;
everything else, HTML and SVG above all, is a download of no kind.
"""

from typing import Final

from aiohttp import web
from aiohttp.helpers import content_disposition_header

from playground.page.server import Page

SHOWN: Final = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav",
    "audio/webm", "video/mp4", "video/webm", "video/ogg", "application/ogg",
})  # fmt: skip


def add(app: web.Application, page: Page) -> None:
    """GET /api/file/{file_id}: what lies behind a file id."""

    async def file(request: web.Request) -> web.Response:
        stored = page.world.files.by_id(request.match_info["file_id"])
        mime = stored.mime.partition(";")[0].strip().lower()
        shown = mime in SHOWN and "download" not in request.query
        how = content_disposition_header("inline" if shown else "attachment", filename=stored.name)
        headers = {
            "Content-Type": mime if shown else "application/octet-stream",
            "Content-Disposition": how,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=3600",
        }
        return web.Response(body=stored.data, headers=headers)

    app.router.add_get("/api/file/{file_id}", file)
