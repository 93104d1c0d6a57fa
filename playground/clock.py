"""A clock that can jump and stand still, kept in a small file so that several processes read the same time."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

_SHAPE = struct.Struct("<dd")
"""Seconds by which this clock is ahead of the world's; the moment at which it stands, in seconds since 1970, or 0."""
_TWICE = 2 * _SHAPE.size
"""It is written two times, so that whoever reads in the middle of the writing sees that the two differ."""
_TRIES = 1_000


class Clock:
    """Time goes on as it does outside, from a moment of ours, jumps when told to and may stand still."""

    def __init__(self, memory: mmap.mmap | bytearray) -> None:
        self._memory = memory

    @classmethod
    def starting(cls, at: datetime, file: Path | None = None) -> Self:
        """A clock that shows `at` (aware) now; with `file` other processes can read it by `shared`."""
        memory: mmap.mmap | bytearray = bytearray(_TWICE)
        if file is not None:
            file.write_bytes(bytes(_TWICE))
            memory = _mapped(file)
        clock = cls(memory)
        clock._set((at - datetime.now(UTC)).total_seconds(), 0.0)
        return clock

    @classmethod
    def shared(cls, file: Path) -> Self:
        """The clock that another process keeps in that file."""
        return cls(_mapped(file))

    def __call__(self) -> datetime:
        shift, stands = self._read()
        if stands:
            return datetime.fromtimestamp(stands, UTC)
        return datetime.now(UTC) + timedelta(seconds=shift)

    @property
    def paused(self) -> bool:
        return self._read()[1] != 0.0

    def jump(self, by: timedelta) -> None:
        """Be ahead by so much more, standing or not. ValueError for going back: no clock of a server does that."""
        if by < timedelta():
            raise ValueError("time does not go back")
        shift, stands = self._read()
        self._set(shift + by.total_seconds(), stands + by.total_seconds() if stands else 0.0)

    def pause(self) -> None:
        """Stand still at this moment."""
        if not self.paused:
            self._set(self._read()[0], self().timestamp())

    def resume(self) -> None:
        """Go on from the moment at which it stands."""
        stands = self._read()[1]
        if stands:
            self._set(stands - datetime.now(UTC).timestamp(), 0.0)

    def _read(self) -> tuple[float, float]:
        first = second = b""
        for _ in range(_TRIES):
            first, second = bytes(self._memory[: _SHAPE.size]), bytes(self._memory[_SHAPE.size : _TWICE])
            if first == second:
                break
        shift, stands = _SHAPE.unpack(second)
        return float(shift), float(stands)

    def _set(self, shift: float, stands: float) -> None:
        written = _SHAPE.pack(shift, stands)
        self._memory[: _SHAPE.size] = written
        self._memory[_SHAPE.size : _TWICE] = written


def _mapped(file: Path) -> mmap.mmap:
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), _TWICE)
