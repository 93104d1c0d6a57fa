"""Has pictures drawn, each by a process of its own that is ended when it takes too long.

Rule: the desk's event loop never draws, and what goes wrong in drawing comes back as NoPicture.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.errors import NoPicture
from desk.prints import Poster

PATIENCE = 60.0
"""Seconds; the first picture after an installation also looks through the machine's fonts."""

ROOT = Path(__file__).parents[1]
PNG = b"\x89PNG\r\n\x1a\n"
LAST_WORDS = 300
"""Characters of what the process complained of."""

DRAW = (sys.executable, "-m", "reports.drawing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draughtsman:
    """See desk.ports.Printer. `folder` is where matplotlib may keep what it knows of the machine's fonts."""

    folder: Path
    command: tuple[str, ...] = DRAW
    patience: float = PATIENCE

    async def picture(self, poster: Poster) -> bytes:
        words = json.dumps(poster.as_dict()).encode()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            process = await asyncio.create_subprocess_exec(
                *self.command, cwd=ROOT, env=self._environment(),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise NoPicture(str(error)) from error
        try:
            async with asyncio.timeout(self.patience):
                drawn, said = await process.communicate(words)
        except TimeoutError as late:
            raise NoPicture(f"not drawn within {self.patience:g} s") from late
        finally:
            await _ended(process)
        if process.returncode != 0 or not drawn.startswith(PNG):
            last = said.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
            raise NoPicture(last[0][:LAST_WORDS])
        return drawn

    def _environment(self) -> Mapping[str, str]:
        """What a drawing process needs and no secret of the desk's."""
        wanted = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
        kept = {name: os.environ[name] for name in wanted if name in os.environ}
        return {**kept, "MPLCONFIGDIR": str(self.folder.resolve()), "MPLBACKEND": "agg"}


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Nothing is left behind, whatever ended the waiting."""
    if process.returncode is None:
        process.kill()
        await process.wait()
