"""Stopping in order."""

import asyncio

from desk.running import Running


async def test_a_part_that_swallows_a_cancellation_is_cancelled_again() -> None:
    """Python 3.11's wait_for loses one that comes together with what it waits for."""
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await Running._cancel([task])
    assert task.cancelled()
    assert swallowed == 2


async def test_nothing_to_cancel_is_no_trouble() -> None:
    await Running._cancel([])
