"""A running desk for stories, on either database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World


@pytest.fixture
async def world(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=store_url, folder=tmp_path) as made:
        yield made
