"""A signature proves a sender only when it is whole, in time, of the sender's domain, and its key is to be had."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.incoming import Incoming, Sender, Sort
from desk.settings import Mailbox
from mail import signatures
from mail.senders import Senders
from tests.conftest import Clock
from tests.mail.signing import NameServer, key, record, sign

ANN = "ann@client.example"
KEY = "s1._domainkey.client.example"
HEAD = f"From: Анна <{ANN}>\r\nTo: support@otvet.example\r\nSubject: Printer\r\nMessage-ID: <1@client.example>\r\n"
BODY = "Не печатает.  \t Совсем.\t\r\n\r\n -- \r\nАнна\r\n\r\n\r\n"
MAIL = f"{HEAD}\r\n{BODY}".encode()


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer({KEY: record()}) as server:
        yield server


def box(**more: Any) -> Mailbox:
    server = {"host": "127.0.0.1", "security": "none", "user": "u", "password": "p"}
    return Mailbox.model_validate(
        {"name": "support", "address": "support@otvet.example", "imap": server, "smtp": server, **more}
    )


def incoming(address: str = ANN, **more: Any) -> Incoming:
    sender = Sender(channel="mail", address=address, name="")
    return Incoming(channel="mail", place="support", external_id="", sender=sender, at=datetime.now(UTC), **more)


async def proven(names: NameServer, mail: bytes, clock: Any = None, address: str = ANN) -> bool:
    senders = Senders(clock or Clock(), ask=names.ask)
    try:
        return await senders.vouched(mail, incoming(address), box())
    finally:
        senders.close()


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize("head", [b"relaxed", b"simple"])
@pytest.mark.parametrize("ends", [b"\r\n", b"\n"])
async def test_a_signed_mail_is_proven(names: NameServer, head: bytes, body: bytes, ends: bytes) -> None:
    signed = sign(MAIL, "client.example", canonicalize=(head, body))
    assert await proven(names, signed.replace(b"\r\n", ends))
    assert names.asked == [KEY]
    assert not await proven(names, signed.replace("Совсем".encode(), "Почти".encode()))
    assert names.asked == [KEY], "a changed body asks for no key"


@pytest.mark.parametrize(
    "text", ["", "\r\n", "\r\n\r\n", " \r\n \r\n", "a", "a \t\r\n", "\ta\r\n \r\n", "a\r\r\n\r\n", "a \rb \r\n"]
)
@pytest.mark.parametrize("way", [b"relaxed", b"simple"])
async def test_odd_bodies_are_hashed_as_signers_hash_them(names: NameServer, text: str, way: bytes) -> None:
    assert await proven(names, sign(f"{HEAD}\r\n{text}".encode(), "client.example", canonicalize=(b"relaxed", way)))


async def test_what_servers_add_on_top_and_fold_anew_does_not_matter(names: NameServer) -> None:
    signed = sign(MAIL, "client.example", canonicalize=(b"relaxed", b"relaxed"))
    travelled = b"Return-Path: <x@y>\r\nReceived: from a\r\n\tby b\r\n" + signed.replace(
        b"Subject: ", b"Subject:\r\n  "
    )
    assert await proven(names, travelled)


def with_tags(**tags: str) -> bytes:
    """A good signature with further tags, signed as they stand."""
    import dkim

    extra = "".join(f" {name}={value};" for name, value in tags.items()).encode()

    class Signer(dkim.DKIM):  # type: ignore[misc]
        def gen_header(self, fields: Any, *rest: Any, **more: Any) -> Any:
            fields[-1:-1] = [tuple(part.split(b"=", 1)) for part in extra.replace(b";", b"").split()]
            return super().gen_header(fields, *rest, **more)

    return bytes(Signer(MAIL).sign(b"s1", b"client.example", key()[0])) + MAIL


def without_from() -> bytes:
    """A good signature that does not cover From."""
    import dkim

    class Signer(dkim.DKIM):  # type: ignore[misc]
        def gen_header(self, fields: Any, names: Any, *rest: Any, **more: Any) -> Any:
            left = [name for name in names if name != b"from"]
            told = [(tag, b" : ".join(left) if tag == b"h" else value) for tag, value in fields]
            return super().gen_header(told, left, *rest, **more)

    return bytes(Signer(MAIL).sign(b"s1", b"client.example", key()[0])) + MAIL


def changed(before: bytes, after: bytes) -> bytes:
    return sign(MAIL, "client.example").replace(before, after)


NOT_PROVEN = {
    "no signature": lambda: MAIL,
    "another domain's": lambda: sign(MAIL, "evil.example"),
    "a domain that only ends so": lambda: sign(MAIL, "tclient.example"),
    "the top of the tree": lambda: sign(MAIL, "example"),
    "a part of the body": lambda: sign(MAIL, "client.example", length=True) + b"More.",
    "a part of the body that is all of it": lambda: sign(MAIL, "client.example", length=True),
    "everything but From": without_from,
    "SHA-1": lambda: sign(MAIL, "client.example", signature_algorithm=b"rsa-sha1"),
    "an unknown selector": lambda: sign(MAIL, "client.example", selector="s2"),
    "a short key": lambda: sign(MAIL, "client.example", selector="short", bits=768),
    "another key": lambda: sign(MAIL, "client.example", bits=1536),
    "a revoked key": lambda: sign(MAIL, "client.example", selector="revoked"),
    "nonsense for a key": lambda: sign(MAIL, "client.example", selector="nonsense"),
    "a key of thousands of bits": lambda: sign(MAIL, "client.example", selector="huge"),
    "a changed subject": lambda: changed(b"Printer", b"Scanner"),
    "two From": lambda: b"From: x@client.example\r\n" + sign(MAIL, "client.example"),
    "a From below": lambda: changed(b"Subject:", b"From: x@client.example\r\nSubject:"),
    "a From in other letters": lambda: changed(b"Subject:", b"FROM : x@client.example\r\nSubject:"),
    "expired": lambda: with_tags(x="1600000000"),
    "no number": lambda: with_tags(x="soon"),
    "no tag twice": lambda: with_tags(d="evil.example"),
    "another place for keys": lambda: changed(b"q=dns/txt", b"q=http/x"),
    "version 2": lambda: changed(b"v=1", b"v=2"),
    "somebody else's identity": lambda: changed(b"i=@client.example", b"i=@xclient.example"),
    "a gap": lambda: changed(b"DKIM-Signature: v=1;", b"DKIM-Signature: v=1;" + b" " * 5_000),
    "a huge one": lambda: changed(b"DKIM-Signature: v=1;", b"DKIM-Signature: v=1; z=" + b"z" * 9_000 + b";"),
    "no line is empty": lambda: sign(MAIL, "client.example").partition(b"\r\n\r\n")[0],
    "a stray line": lambda: b"From x\r\n" + sign(MAIL, "client.example"),
    "an empty line on top": lambda: b"\r\n" + sign(MAIL, "client.example"),
    "a line of spaces": lambda: b"X: 1\r\n  \r\n" + sign(MAIL, "client.example"),
    "a space before the colon": lambda: b"X : 1\r\n" + sign(MAIL, "client.example"),
}


@pytest.mark.parametrize("case", NOT_PROVEN)
async def test_what_is_wrong_proves_nothing(names: NameServer, case: str) -> None:
    names.records |= {
        "s1._domainkey.evil.example": record(),
        "s1._domainkey.tclient.example": record(),
        "s1._domainkey.example": record(),
        "short._domainkey.client.example": record(768),
        "revoked._domainkey.client.example": b"v=DKIM1; p=",
        "nonsense._domainkey.client.example": b"v=DKIM1; p=AAAA====\\(",
        "huge._domainkey.client.example": b"v=DKIM1; p=" + b"A" * 6_000,
    }
    assert not await proven(names, NOT_PROVEN[case]())


async def test_the_sender_that_the_desk_sees_is_the_one_that_was_signed(names: NameServer) -> None:
    assert not await proven(names, sign(MAIL, "client.example"), address="boss@client.example")
    two = MAIL.replace(b"<ann@client.example>", b"<ann@client.example>, boss@client.example")
    assert not await proven(names, sign(two, "client.example"))


async def test_an_expiry_is_told_by_the_desks_own_clock(names: NameServer, clock: Clock) -> None:
    ends = clock() + timedelta(days=1)
    mail = with_tags(x=str(int(ends.timestamp())))
    assert await proven(names, mail, clock)
    clock.advance(days=2)
    assert not await proven(names, mail, clock)


@pytest.mark.parametrize("domain", ["mail.client.example", "client.example"])
async def test_one_good_signature_among_others_is_enough(names: NameServer, domain: str) -> None:
    """Mailing services sign beside the sender; a subdomain is of the same organisation."""
    names.records[f"s1._domainkey.{domain}"] = record()
    mail = sign(sign(sign(MAIL, domain), "list.example"), "client.example", selector="gone")
    assert await proven(names, mail)


async def test_of_many_signatures_only_a_few_are_looked_at(names: NameServer) -> None:
    mail = sign(MAIL, "client.example")
    for number in range(20):
        mail = sign(mail, "client.example", selector=f"x{number}")
    assert not await proven(names, mail)
    assert len(names.asked) == signatures.SIGNATURES


async def test_a_silent_name_server_costs_seconds_and_no_error(names: NameServer) -> None:
    names.silent.add(KEY)
    senders = Senders(Clock(), ask=names.ask, within=0.3)
    started = time.monotonic()
    mails = [sign(MAIL, "client.example")] * 12
    found = await asyncio.gather(*(senders.vouched(mail, incoming(), box()) for mail in mails))
    assert not any(found)
    assert time.monotonic() - started < 2
    senders.close()


async def test_keys_are_asked_for_once_an_hour_and_missing_ones_once_a_minute(names: NameServer, clock: Clock) -> None:
    senders = Senders(clock, ask=names.ask)
    mail, unknown = sign(MAIL, "client.example"), sign(MAIL, "client.example", selector="s2")
    for minutes, wanted in ((0, 2), (0.5, 2), (1, 3), (50, 4), (9, 6)):
        clock.advance(minutes=minutes)
        assert await senders.vouched(mail, incoming(), box())
        assert not await senders.vouched(unknown, incoming(), box())
        assert len(names.asked) == wanted
    senders.close()


async def test_a_name_server_that_cannot_be_asked_is_no_error() -> None:
    def broken(name: str, seconds: float) -> bytes | None:
        raise OSError(name)

    senders = Senders(Clock(), ask=broken)
    assert not await senders.vouched(sign(MAIL, "client.example"), incoming(), box())
    senders.close()


async def test_a_mailbox_may_trust_every_sender_or_its_own_server(names: NameServer) -> None:
    """What is configured decides alone: with a server's name set, a good signature is not looked at."""
    senders = Senders(Clock(), ask=names.ask)
    signed = sign(MAIL, "client.example")
    told = b"Authentication-Results: mx.otvet.example; dmarc=pass header.from=client.example\r\n" + MAIL
    for mail, more, wanted in (
        (MAIL, {"trust_from": True}, True),
        (signed, {"authserv_id": "mx.otvet.example"}, False),
        (told, {"authserv_id": "mx.otvet.example"}, True),
        (told, {}, False),
        (b"From: x@client.example\r\n" + told, {"authserv_id": "mx.otvet.example"}, False),
    ):
        assert await senders.vouched(mail, incoming(), box(**more)) is wanted
    assert names.asked == []
    for sort, claimed in ((Sort.BOUNCE, False), (Sort.OWN, False), (Sort.HUMAN, True)):
        assert not await senders.vouched(MAIL, incoming(sort=sort, claimed=claimed), box(trust_from=True))
    senders.close()


HOSTILE = {
    "a line of spaces": b" " * 20_000_000,
    "tabs and letters": b"\t a" * 6_000_000,
    "empty lines": b"\r\n" * 10_000_000,
    "carriage returns": b"\r" * 20_000_000,
    "carriage returns at the end": b"a" + b"\r\r\n" * 6_000_000,
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("way", [b"relaxed", b"simple"])
def test_a_hostile_body_is_hashed_in_a_moment(case: str, way: bytes) -> None:
    started = time.process_time()
    signatures.canonical(HOSTILE[case], way)
    assert time.process_time() - started < 2


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=100))
def test_no_bytes_make_it_raise(tags: bytes, body: bytes, record_: bytes) -> None:
    mail = HEAD.encode() + b"DKIM-Signature: " + tags.replace(b"\n", b"") + b"\r\n\r\n" + body
    taken = signatures.take_apart(mail)
    assert taken is not None
    for one in signatures.promising(taken, mail, "client.example", datetime.now(UTC)):
        assert not signatures.is_good(taken, one, record_)


@given(st.binary(max_size=400))
def test_a_hostile_key_proves_nothing_and_raises_nothing(found: bytes) -> None:
    mail = sign(MAIL, "client.example")
    taken = signatures.take_apart(mail)
    assert taken is not None
    (one,) = signatures.promising(taken, mail, "client.example", datetime.now(UTC))
    assert not signatures.is_good(taken, one, found)
    assert not signatures.is_good(taken, one, b"v=DKIM1; p=" + found)


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"\n", b"a", b"b c"]), max_size=60).map(b"".join))
def test_bodies_are_canonical_as_the_library_has_them(body: bytes) -> None:
    from dkim.canonicalization import Relaxed, Simple

    whole = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    assert signatures.canonical(body + b"\n", b"simple") == Simple.canonicalize_body(whole)
    assert signatures.canonical(body + b"\n", b"relaxed") == Relaxed.canonicalize_body(whole)
