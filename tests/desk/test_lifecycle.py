"""The table of states: whole, and every refusal in words."""

from itertools import product

import pytest

from desk.errors import Refusal
from desk.lifecycle import MOVES, Step, after, diagram, owed_by_us
from desk.texts import LANGUAGES, say
from desk.tickets import Status

PAIRS = list(product(Status, Step))
OF_A_MOVE = [(status, step) for status, step in PAIRS if step in MOVES[status]]
OF_NONE = [(status, step) for status, step in PAIRS if step not in MOVES[status]]


def test_every_status_has_a_row() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize(("status", "step"), OF_A_MOVE)
def test_a_pair_in_the_table_moves(status: Status, step: Step) -> None:
    assert after(status, step) is MOVES[status][step]


@pytest.mark.parametrize(("status", "step"), OF_NONE)
def test_any_other_pair_is_refused_in_words(status: Status, step: Step) -> None:
    """The sentence is there in both languages, and it is one."""
    with pytest.raises(Refusal) as refused:
        after(status, step)
    for language in LANGUAGES:
        assert say(language, refused.value.key, **refused.value.values).endswith(".")


def test_both_kinds_of_pairs_were_looked_at() -> None:
    assert len(OF_A_MOVE) > len(Status)
    assert len(OF_NONE) > len(Status)


@pytest.mark.parametrize("start", Status)
def test_closed_is_reachable_from_everywhere(start: Status) -> None:
    seen, todo = set(), [start]
    while todo:
        status = todo.pop()
        seen.add(status)
        todo.extend(set(MOVES[status].values()) - seen)
    assert Status.CLOSED in seen


@pytest.mark.parametrize("status", Status)
def test_a_clients_word_makes_any_of_them_open(status: Status) -> None:
    assert after(status, Step.CLIENT_WROTE) is Status.OPEN


def test_only_a_request_for_data_makes_waiting() -> None:
    """An ordinary answer never does; in WAITING it changes nothing."""
    doors = {step for status, step in OF_A_MOVE if MOVES[status][step] is Status.WAITING and status != Status.WAITING}
    assert doors == {Step.ASKED}
    assert after(Status.WAITING, Step.ANSWERED) is Status.WAITING


def test_silence_closes_only_what_waits_for_the_client() -> None:
    """For an answer to our question, or for their word on what we call solved."""
    assert [status for status, step in OF_A_MOVE if step is Step.SILENCE] == [Status.WAITING, Status.SOLVED]


def test_we_owe_the_next_word_in_new_and_open_only() -> None:
    assert [status for status in Status if owed_by_us(status)] == [Status.NEW, Status.OPEN]


def test_the_diagram_has_every_move_to_another_status() -> None:
    lines = [line.strip() for line in diagram().splitlines()]
    assert lines[:2] == ["stateDiagram-v2", "[*] --> NEW"]
    moves = {(status, step): MOVES[status][step] for status, step in OF_A_MOVE}
    told = {f"{at.name} --> {to.name}: {step.value}" for (at, step), to in moves.items() if to is not at}
    assert set(lines[2:]) == told
