"""TBD."""

from aiohttp import web

from playground.page.server import Page


def add(app: web.Application, page: Page) -> None:
    """Nothing yet."""
