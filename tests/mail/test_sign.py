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


def test_the_secret_stays_out_of_repr() -> None:
    """Logs show values."""
    assert "secret" not in repr(OURS)
