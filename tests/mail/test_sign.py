"""Only we can make our ids and tags."""

import pytest

from mail.sign import Signer

OURS, OTHERS = Signer(b"secret"), Signer(b"another")


def test_a_message_id_is_the_same_at_every_attempt_and_known_as_ours() -> None:
    """A retry is the same mail."""
    id_ = OURS.message_id(7, "desk.example")
    assert id_ == OURS.message_id(7, "desk.example")
    assert id_.startswith("<otvet.7.")
    assert id_.endswith("@desk.example>")
    assert OURS.is_own_id(id_)
    assert OURS.is_own_id(id_.upper().replace("OTVET", "otvet"))
    assert not OTHERS.is_own_id(id_)


@pytest.mark.parametrize(
    "id_", ["", "<>", "<a@b>", "<otvet.7.aaaaaaaaaaaaaaaaaaaa@desk.example>", "otvet.7.x", "<otvet.7.short@x>"]
)
def test_anything_else_is_not_ours(id_: str) -> None:
    """A guess is no signature."""
    assert not OURS.is_own_id(id_)


def test_a_tag_names_its_thread_to_us_alone() -> None:
    """Letters of either case, as mail servers change them."""
    tag = OURS.make_tag("sd7")
    assert OURS.read_tag(tag) == "sd7"
    assert OURS.read_tag(tag.upper()) == "sd7"
    assert OTHERS.read_tag(tag) == ""
    assert OURS.read_tag(tag.replace("sd7", "sd8")) == ""
    assert OURS.read_tag("sd7") == ""


def test_a_bounce_tag_names_its_parcel_to_us_alone() -> None:
    """It is the envelope sender of a mail, and the recipient of its bounce, in letters of either case."""
    tag = OURS.make_bounce_tag(7)
    assert (OURS.read_bounce_tag(tag), OURS.read_bounce_tag(tag.upper())) == (7, 7)
    assert len(OURS.make_bounce_tag(2**63 - 1)) <= 43  # with "support+" within the 64 letters of a local part
    assert OTHERS.read_bounce_tag(tag) == 0
    for forged in ("", "b-7-", "b-8-" + tag[4:], "b-07-" + tag[4:], "b-٧-" + tag[4:], f"x{tag}", tag[:-1]):
        assert OURS.read_bounce_tag(forged) == 0


def test_a_tag_of_one_sort_is_never_read_as_the_other() -> None:
    """A thread may not be entered with what stands in the Return-Path of every mail, nor a mail be failed by an answer."""
    bounce, thread = OURS.make_bounce_tag(7), OURS.make_tag("7")
    mac = thread.rpartition(".")[2]
    assert OURS.read_tag(bounce) == OURS.read_tag(bounce.replace("-", ".")[2:]) == ""
    assert OURS.read_bounce_tag(thread) == OURS.read_bounce_tag(f"b-7-{mac}") == 0
    id_mac = OURS.message_id(7, "x").split(".")[2].partition("@")[0]
    assert OURS.read_bounce_tag(f"b-7-{id_mac}") == 0
    assert OURS.read_tag(f"7.{id_mac}") == ""


def test_the_secret_stays_out_of_repr() -> None:
    """Logs show values."""
    assert "secret" not in repr(OURS)
