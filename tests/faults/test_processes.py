"""Processes: a second one refuses to start, a stop ends within ten seconds."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from tests.faults.outside import ROOT, Outside, forker
from tests.faults.test_disk import until


async def second(config: Path) -> tuple[int, str]:
    """Start another desk by the command line as it is; its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "desk", "run", "--config", str(config), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, output.decode()


@pytest.mark.slow
async def test_a_second_process_refuses_and_a_stop_is_quick_while_telegram_hangs(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with Outside(tmp_path, sqlite_url) as outside:
        config = outside.config()
        async with forker(config, tmp_path / "journal") as desks:
            await desks.ask("start")
            ann = outside.bot.world.person("Анна")
            ann.say("Не печатает")
            await until(lambda: "SD-1" in str([m.text for m in ann.received]), 30)
            code, words = await second(config)
            assert code == 1
            assert "Этот бот занят" in words
            other = tmp_path / "other.toml"
            other.write_text(config.read_text().replace(outside.token, "987654:OTHER"), encoding="utf-8")
            code, more = await second(other)
            assert code == 1
            assert "Эта база данных занята" in more
            assert "Traceback" not in words + more
            outside.bot.hang("*")
            ann.say("Ау")
            await asyncio.sleep(0.5)
            began = time.monotonic()
            assert await desks.ask("term") == 0, (tmp_path / "journal").read_text()
            assert time.monotonic() - began < 10
            print(f"stopped in {time.monotonic() - began:.1f} s")
            outside.bot.clear()
