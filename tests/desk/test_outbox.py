"""What goes out first when more waits than may go."""

from dataclasses import replace
from typing import Any

from desk import outbox
from desk.parcels import Purpose
from desk.people import ClientId, DoorId
from desk.tickets import Priority, Ticket


def test_a_flood_is_shown_by_priority_and_then_words_before_events(clock: Any) -> None:
    """Critical requests with all that happens to them, then high ones; low ones' words come after the others'."""
    now = clock()
    ticket = Ticket(
        client_id=ClientId(1), opened_door_id=DoorId(1), door_id=DoorId(1), line="first", subject="", verdict={},
        created_at=now, active_at=now, client_wrote_at=now,
    )  # fmt: skip
    ranks = {
        (priority, purpose): outbox._in_topic(replace(ticket, priority=priority), purpose)
        for priority in Priority
        for purpose in (Purpose.MIRROR, Purpose.EVENT)
    }
    order = sorted(ranks, key=ranks.__getitem__)
    assert [(priority.value, purpose.value) for priority, purpose in order] == [
        ("critical", "mirror"),
        ("critical", "event"),
        ("high", "mirror"),
        ("high", "event"),
        ("normal", "mirror"),
        ("low", "mirror"),
        ("normal", "event"),
        ("low", "event"),
    ]
    assert len(set(ranks.values())) == len(ranks)
