"""The clock that jumps and stands still, read by several processes."""

import struct
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from playground.clock import Clock

START = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOT = Path(__file__).parent.parent.parent


def test_it_goes_on_from_its_own_moment() -> None:
    clock = Clock.starting(START)
    first, second = clock(), clock()
    assert START <= first <= second < START + HOUR


def test_it_jumps_ahead_and_never_back() -> None:
    clock = Clock.starting(START)
    clock.jump(HOUR)
    assert START + HOUR <= clock() < START + 2 * HOUR
    with pytest.raises(ValueError, match="does not go back"):
        clock.jump(-timedelta(seconds=1))


def test_it_stands_and_goes_on_from_there() -> None:
    """Standing it shows one moment, jumps by exactly as much as it is told, and forgets how long it stood."""
    clock = Clock.starting(START)
    clock.pause()
    stands = clock()
    assert clock() == stands
    clock.pause()
    clock.jump(HOUR)
    assert clock() == stands + HOUR
    assert clock.paused
    clock.resume()
    clock.resume()
    assert not clock.paused
    assert stands + HOUR <= clock() < stands + 2 * HOUR


def test_a_time_that_is_written_by_half_is_not_read(tmp_path: Path) -> None:
    """Whoever died in the middle of writing has changed nothing."""
    file = tmp_path / "clock"
    clock = Clock.starting(START, file)
    other = Clock.shared(file)
    with file.open("r+b") as opened:
        opened.write(struct.pack("<d", 1e9))
    assert abs(other() - START) < HOUR
    clock.jump(HOUR)
    assert abs(other() - clock()) < HOUR


def test_another_process_reads_the_same_time(tmp_path: Path) -> None:
    """A jump and a stop are seen at once by whoever shares the file."""
    clock = Clock.starting(START, tmp_path / "clock")
    other = Clock.shared(tmp_path / "clock")
    clock.jump(7 * 24 * HOUR)
    clock.pause()
    assert (other(), other.paused) == (clock(), True)
    code = f"from pathlib import Path; from playground.clock import Clock; print(Clock.shared(Path({str(tmp_path / 'clock')!r}))())"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert datetime.fromisoformat(said.stdout.strip()) == clock()
