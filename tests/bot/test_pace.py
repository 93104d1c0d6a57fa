"""Telegram's limits are kept, and nobody waits longer than they ask."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pace import BURST, KEPT, TOPICS, Pace, cost_of
from desk.parcels import Act, Enclosure, Outgoing, Purpose

PHOTO = Enclosure(sort="photo", name="a.jpg", mime="image/jpeg", size=1, key="k")
PRIVATE = Outgoing(channel="telegram", place="7", purpose=Purpose.ANSWER, text="x")
MIRROR = Outgoing(channel="group", place="first", purpose=Purpose.MIRROR, text="x")
REPLY = replace(MIRROR, purpose=Purpose.REPLY)
CARD = replace(MIRROR, act=Act.CARD, purpose=Purpose.CARD, target="5")
REACTION = replace(MIRROR, act=Act.REACT, purpose=Purpose.REACTION, target="5", emoji="👀")
TOPIC = replace(MIRROR, act=Act.OPEN, purpose=Purpose.TOPIC, title="SD-1")


class Ticking:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def pace_of(clock: Ticking, *, second: float = 30, chat: float = 1, minute: float = 20) -> Pace:
    return Pace(per_second=second, chat_per_second=chat, group_per_minute=minute, clock=clock)


def send_all(clock: Ticking, pace: Pace, messages: list[Outgoing]) -> list[float]:
    """Send in order, each as soon as it may; the moments."""
    moments = []
    for message in messages:
        for _ in range(3):
            clock.at += pace.ready_in(message).total_seconds()
        assert pace.ready_in(message) <= timedelta(milliseconds=1)
        pace.spend(message)
        moments.append(clock.at)
    return moments


def most_within(moments: list[float], span: float) -> int:
    return max((sum(start <= other < start + span - 1e-6 for other in moments) for start in moments), default=0)


KINDS = st.sampled_from([MIRROR, REPLY, CARD, TOPIC])


@settings(derandomize=True, deadline=None)
@given(st.lists(KINDS, max_size=80))
def test_a_group_gets_at_most_twenty_a_minute(messages: list[Outgoing]) -> None:
    clock = Ticking()
    moments = send_all(clock, pace_of(clock), messages)
    assert most_within(moments, 60) <= 20
    topics = [at for at, message in zip(moments, messages, strict=True) if message is TOPIC]
    assert most_within(topics, 60) <= TOPICS


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([MIRROR, CARD]), min_size=30, max_size=60))
def test_two_places_a_minute_are_kept_for_answers_to_engineers(messages: list[Outgoing]) -> None:
    """However many cards and mirrored words went, two replies go at once."""
    clock = Ticking()
    pace = pace_of(clock)
    send_all(clock, pace, messages)
    for _ in range(KEPT):
        assert pace.ready_in(REPLY) == timedelta(0)
        pace.spend(REPLY)


def test_a_new_ticket_goes_together_and_the_rest_evenly() -> None:
    clock = Ticking()
    moments = send_all(clock, pace_of(clock), [MIRROR] * 12)
    assert moments[BURST - 1] == moments[0]
    gaps = [later - earlier for earlier, later in zip(moments[BURST - 1 :], moments[BURST:], strict=False)]
    assert gaps == pytest.approx([60 / 18] * len(gaps))


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=3), max_size=60))
def test_one_a_second_in_a_private_chat(chats: list[int]) -> None:
    clock = Ticking()
    messages = [replace(PRIVATE, place=str(chat)) for chat in chats]
    moments = send_all(clock, pace_of(clock), messages)
    assert most_within(moments, 1) <= 30
    for chat in set(chats):
        assert most_within([at for at, one in zip(moments, chats, strict=True) if one == chat], 1) <= 1


def test_thirty_a_second_in_all() -> None:
    clock = Ticking()
    moments = send_all(clock, pace_of(clock), [replace(PRIVATE, place=str(chat)) for chat in range(100)])
    assert most_within(moments, 1) == 30
    assert moments[-1] - moments[0] < 4


def test_an_album_counts_as_its_pictures() -> None:
    clock = Ticking()
    pace = pace_of(clock)
    pace.spend(replace(PRIVATE, files=(PHOTO,) * 5))
    assert pace.ready_in(PRIVATE) == timedelta(seconds=5)


def test_an_album_larger_than_the_limit_goes_when_nothing_else_did() -> None:
    clock = Ticking()
    assert pace_of(clock).ready_in(replace(PRIVATE, files=(PHOTO,) * 10)) == timedelta(0)


def test_reactions_cost_the_group_nothing() -> None:
    clock = Ticking()
    pace = pace_of(clock, second=0)
    for _ in range(50):
        assert pace.ready_in(REACTION) == timedelta(0)
        pace.spend(REACTION)
    assert pace.ready_in(MIRROR) == timedelta(0)


def test_a_group_without_topics_makes_none() -> None:
    clock = Ticking()
    pace = pace_of(clock)
    for _ in range(40):
        pace.spend(TOPIC, forum=False)
        clock.at += 0.1
    assert pace.ready_in(TOPIC, forum=False) == timedelta(0)


def test_zero_is_no_limit() -> None:
    clock = Ticking()
    pace = pace_of(clock, second=0, chat=0, minute=0)
    assert set(send_all(clock, pace, [MIRROR, PRIVATE, TOPIC, CARD] * 50)) == {1000.0}


def test_less_than_one_a_second_is_one_in_some_seconds() -> None:
    clock = Ticking()
    moments = send_all(clock, pace_of(clock, chat=0.5), [PRIVATE] * 3)
    assert moments == [1000.0, 1002.0, 1004.0]


def test_a_pause_holds_that_chat_only() -> None:
    clock = Ticking()
    pace = pace_of(clock)
    pace.pause(MIRROR, 30)
    assert pace.ready_in(REPLY) == pace.ready_in(REACTION) == timedelta(seconds=30)
    assert pace.ready_in(PRIVATE) == timedelta(0)
    clock.at += 30
    assert pace.ready_in(MIRROR) == timedelta(0)


def test_idle_chats_are_forgotten() -> None:
    clock = Ticking()
    pace = pace_of(clock, second=0)
    for chat in range(10_003):
        pace.spend(replace(PRIVATE, place=str(chat)))
        clock.at += 0.001
    clock.at += 5
    pace.spend(PRIVATE)
    assert len(pace._chats) < 2_000


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(KINDS, st.sampled_from(["-1001", "-1002", "-1003"])), max_size=60))
def test_each_group_has_accounts_of_its_own(posts: list[tuple[Outgoing, str]]) -> None:
    """What one group spends holds no other back, and none gets more than twenty a minute."""
    clock = Ticking()
    pace = pace_of(clock, second=0)
    moments: dict[str, list[float]] = {}
    for message, group in posts:
        for _ in range(3):
            clock.at += pace.ready_in(message, group=group).total_seconds()
        pace.spend(message, group=group)
        moments.setdefault(group, []).append(clock.at)
    assert all(most_within(each, 60) <= 20 for each in moments.values())


def test_a_full_or_paused_group_holds_back_itself_alone() -> None:
    clock = Ticking()
    pace = pace_of(clock, second=0)
    for _ in range(20):
        pace.spend(REPLY, group="-1001")
    assert pace.ready_in(REPLY, group="-1001") > timedelta(0)
    assert pace.ready_in(REPLY, group="-1002") == timedelta(0)
    pace.pause(MIRROR, 60, group="-1002")
    assert pace.ready_in(MIRROR, group="-1002") == timedelta(seconds=60)
    assert pace.ready_in(MIRROR, group="-1003") == timedelta(0)
    pace.go_on("-1002")
    assert pace.ready_in(MIRROR, group="-1002") == timedelta(0)


def test_places_reserved_in_one_group_are_no_use_in_another() -> None:
    """A ticket that moves while its words are on their way pays in the group where they arrive."""
    clock = Ticking()
    pace = pace_of(clock, second=0)
    message = replace(MIRROR, id=7)
    assert pace.reserve(message, before=(Act.OPEN, Act.CARD), group="-1001") == timedelta(0)
    assert not pace.use(message, group="-1002")
    assert pace.use(message, group="-1001")
    pace.release(message)
    for _ in range(20):
        assert pace.ready_in(REPLY, group="-1002") == timedelta(0)
        pace.spend(REPLY, group="-1002")


def test_a_clients_own_group_has_a_groups_pace() -> None:
    """Twenty a minute and at once, not one a second."""
    clock = Ticking()
    moments = send_all(clock, pace_of(clock), [replace(PRIVATE, place="-10077")] * 25)
    assert moments[19] == moments[0]
    assert most_within(moments, 60) <= 20


@pytest.mark.parametrize(("act", "forum", "cost"), [(Act.DROP, True, 1), (Act.DROP, False, 0), (Act.TOPIC, True, 1)])
def test_what_topics_cost(act: Act, forum: bool, cost: int) -> None:
    assert cost_of(replace(TOPIC, act=act), forum=forum) == cost
