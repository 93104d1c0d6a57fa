"""Asks every part of the world outside how it is and prints one line each."""

import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from desk.findings import FAILED, OK, WARNING, Finding, any_failed
from desk.texts import say

LITTLE_ROOM = 10**9
"""Bytes of free disk below which the doctor warns."""
TOO_LITTLE = 10**8
"""Bytes of free disk below which the next large mail may not fit."""
OTHERS = stat.S_IROTH | stat.S_IXOTH
Part = tuple[str, Callable[[], Awaitable[Sequence[Finding]]]]
"""The name of a part and what looks at it."""


async def examine(parts: Sequence[Part], language: str, tell: Callable[[str], None]) -> bool:
    """Look at each part in turn, telling as it goes; whether nothing failed."""
    words = partial(say, language)
    found: list[Finding] = []
    for name, look in parts:
        try:
            news = list(await look())
        except Exception as error:  # noqa: BLE001 - the other parts are looked at all the same
            what = f"{type(error).__name__}: {error}"
            part = words("cli.doctor_part", part=name)
            news = [Finding(name=part, state=FAILED, detail=words("cli.doctor_bug", what=what))]
        found += news
        for finding in news:
            tell(str(finding))
    failures = sum(finding.state == FAILED for finding in found)
    tell(words("cli.doctor_bad", number=failures) if failures else words("cli.doctor_fine"))
    return not any_failed(found)


async def look_at_disk(folders: Sequence[Path], language: str) -> list[Finding]:
    """How much room is left where the desk writes, once per disk."""
    found: dict[tuple[int, int], Finding] = {}
    for folder in folders:
        there = next(place for place in (folder, *folder.parents) if place.exists())
        usage = shutil.disk_usage(there)
        state = OK if usage.free >= LITTLE_ROOM else WARNING if usage.free >= TOO_LITTLE else FAILED
        free = say(language, "cli.doctor_free", free=f"{usage.free / 10**9:.1f}")
        found[usage.total, there.stat().st_dev] = Finding(
            name=say(language, "cli.doctor_disk"), state=state, detail=free,
            advice="" if state == OK else say(language, "cli.doctor_free_advice"),
        )  # fmt: skip
    return list(found.values())


def _mode(folder: Path) -> int | None:
    return folder.stat().st_mode if os.name == "posix" and folder.exists() else None


async def look_at_rights(folder: Path, language: str) -> list[Finding]:
    """Whether other users of this machine can look into a folder; nothing is found where there is none yet."""
    mode = _mode(folder)
    if mode is None:
        return []
    is_open = bool(mode & OTHERS)
    return [
        Finding(
            name=say(language, "cli.doctor_private"), state=WARNING if is_open else OK,
            detail=say(language, "cli.doctor_private_open" if is_open else "cli.doctor_private_ok", folder=folder),
            advice=say(language, "cli.doctor_private_advice", folder=folder) if is_open else "",
        )
    ]  # fmt: skip
