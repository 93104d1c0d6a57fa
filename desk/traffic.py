"""Whether a parcel may set out: its channel is up, and the pace has a place for it."""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta

from desk import threads
from desk.parcels import Parcel
from desk.ports import Channel, Unit
from desk.wire import unpack

IDLE = timedelta(seconds=30)
"""How long nothing is looked at when nothing is due and nobody wakes us."""


class Traffic:
    """What is known of the ways out. One that was down is asked by one parcel before all the others go."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._down: dict[str, datetime] = {}
        self._asking: dict[str, str] = {}

    async def held(self, view: Unit, parcel: Parcel, now: datetime, busy: Container[str]) -> timedelta:
        """How long the parcel must wait; zero: places in the pace are taken for it. `busy` are lanes on their way."""
        channel = self._channels.get(parcel.channel)
        if channel is None:
            return IDLE
        name = self._way(parcel)
        down_until = self._down.get(name)
        if down_until and down_until > now:
            return down_until - now
        if down_until and self._asking.get(name) in busy:
            return IDLE  # the end of the one that asks wakes the courier
        message = unpack(parcel.body, parcel.id)
        held = channel.reserve(message)
        if held <= timedelta(0) and (before := await threads.before(view, parcel, message)):
            channel.release(message)
            held = channel.reserve(message, before=before)
        if down_until and held <= timedelta(0):
            self._asking[name] = parcel.lane
        return held

    def learn(self, parcel: Parcel, *, down_until: datetime | None = None) -> None:
        """Take note of what a delivery said about the parcel's whole way."""
        name = self._way(parcel)
        if down_until:
            self._down[name] = down_until
        else:
            self._down.pop(name, None)

    def _way(self, parcel: Parcel) -> str:
        """What is down together: a channel; of mail what leaves by one mailbox's server."""
        return f"{self._channels[parcel.channel].names[0]}:{parcel.body.get('mailbox', '')}"

    def release(self, parcel: Parcel) -> None:
        """The parcel's turn is over: places that it did not use are free."""
        if channel := self._channels.get(parcel.channel):
            channel.release(unpack(parcel.body, parcel.id))
