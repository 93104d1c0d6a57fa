"""Names, sets of uids and answers, as IMAP writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import wire


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("My Box", '"My Box"'),
        ('say "hi" \\ there', '"say \\"hi\\" \\\\ there"'),
        ("A&B", '"A&-B"'),
        ("Обработано", '"&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-"'),
        ("台北", '"&U,BTFw-"'),
        ("a\r\nb LOGOUT\x00", '"ab LOGOUT"'),
    ],
)
def test_a_folder_is_written_as_the_standard_says(name: str, written: str) -> None:
    """RFC 3501, 5.1.3 with its own example among them."""
    assert wire.folder(name.replace("\r", "").replace("\n", "").replace("\x00", "")) == written


def test_what_would_end_a_command_is_left_out_of_strings() -> None:
    """CR, LF and NUL begin another command."""
    assert wire.quoted("a\r\nb\x00") == '"ab"'


@given(st.sets(st.integers(1, 5_000)))
def test_a_set_of_uids_is_read_back(uids: set[int]) -> None:
    """Written in ranges, read as it was."""
    assert wire.read_uid_set(wire.uid_set(uids)) == uids


def test_uids_are_written_in_ranges() -> None:
    """As short as can be."""
    assert wire.uid_set([7, 1, 2, 3]) == "1:3,7"


def test_a_mail_that_speaks_imap_is_still_a_mail() -> None:
    """Literals are contents, whatever stands in them; the uid may come after the content."""
    lines = [
        b"1 FETCH (UID 5 RFC822.SIZE 12 BODY[] {12}", bytearray(b"1 FETCH (UID"), b")",
        b"2 FETCH (BODY[] {2}", bytearray(b"hi"), b" UID 6)",
        b"3 FETCH (FLAGS (\\Seen))",
        b'4 FETCH (BODY[] "UID 99 \\"x\\"" UID 7)',
        b"5 FETCH (UID 8 BODY[] NIL)",
        b"1 FETCH (UID 5 FLAGS (\\Seen))",
        b"FETCH completed.",
    ]  # fmt: skip
    found = {one.uid: one for one in wire.read_fetch(lines)}
    assert found[5].content == b"1 FETCH (UID"
    assert found[5].size == 12
    assert found[6].content == b"hi"
    assert found[7].content == b'UID 99 "x"'
    assert found[8].content == b""
    assert set(found) == {5, 6, 7, 8}


def test_codes_of_an_answer() -> None:
    """What SELECT tells in brackets."""
    lines = [b"OK [UIDVALIDITY 12] UIDs valid", b"OK [UIDNEXT 7] next", b"[READ-WRITE] Select completed."]
    assert wire.codes(lines) == {"UIDVALIDITY": "12", "UIDNEXT": "7", "READ-WRITE": ""}
