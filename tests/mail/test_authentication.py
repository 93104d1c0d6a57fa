"""What a mail server says of a sender is believed only as far as nobody else could have said it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.authentication import Results, read, trusted, vouches
from mail.headers import Headers

OURS = "mx.otvet.example"
AR = "authentication-results"


def vouched(*fields: tuple[str, str], server: str = OURS, domain: str = "client.example") -> bool:
    return vouches(Headers(tuple((name, value.encode()) for name, value in fields)), server, domain)


BELIEVED = [
    "dmarc=pass header.from=client.example",
    "dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=Client.Example",
    "dkim=pass header.d=client.example",
    "dkim=pass header.i=@client.example header.s=s1 header.b=Ab+c/d==",
    "dkim=pass header.i=ann@client.example",
    "dkim=pass header.d=mail.client.example",
    "DKIM = Pass (2048-bit key; unprotected) HEADER.D = client.example",
    "dkim/1=pass (a (nested \\) one) comment) header.d=client.example",
    'dkim=pass reason="good; \\"really\\"" header.d="client.example"',
    "dkim=fail header.d=client.example; dkim=pass header.d=client.example",
    "dkim=pass header.d=list.example; dkim=pass header.d=client.example",
    "spf=pass (otvet.example: domain of ann@client.example designates 192.0.2.1) smtp.mailfrom=ann@client.example",
    "spf=pass smtp.mailfrom=client.example",
    "spf=pass smtp.mail=<ann@client.example>",
    "spf=pass smtp.mailfrom=prvs=1234=ann@client.example",
    "dmarc=none header.from=client.example; dkim=pass header.d=client.example",
    "iprev=fail; spf=none smtp.mailfrom=; dkim=pass header.d=client.example",
    "compauth=pass reason=100; x-ptr=pass smtp.helo=a policy.ptr=b; dmarc=pass action=none header.from=client.example",
]


@pytest.mark.parametrize("said", BELIEVED)
def test_an_aligned_pass_is_believed(said: str) -> None:
    for header in (f"{OURS}; {said}", f'"{OURS}" 1 ;{said}', f"(c) {OURS.upper()} (d) 1;  {said} ;"):
        assert vouched((AR, header))


DOUBTED = [
    "none", "", "dkim=pass", "dmarc=pass", "spf=pass", "dkim=pass header.d=", "dkim=pass header.i=@",
    "dmarc=pass header.from=other.example", "dmarc=pass header.from=mail.client.example",
    "dmarc=fail header.from=client.example", "dmarc=temperror header.from=client.example",
    "dmarc=fail header.from=client.example; dkim=pass header.d=client.example",
    "dmarc=quarantine header.from=client.example; spf=pass smtp.mailfrom=client.example",
    "dmarc=fail header.from=client.example; dmarc=pass header.from=client.example",
    "dmarc=pass header.from=client.example; dmarc=pass header.from=other.example",
    "dmarc=pass header.from=other.example; dkim=pass header.d=client.example",
    "dkim=pass header.d=evil.example", "dkim=pass header.d=evilclient.example", "dkim=pass header.d=example",
    "dkim=fail header.d=client.example", "dkim=policy header.d=client.example", "dkim=pass policy.d=client.example",
    "dkim=pass header.d=client.example.evil.example", "dkim=pass header.d=evil.example header.i=@client.example",
    "spf=pass smtp.mailfrom=ann@evil.example", "spf=softfail smtp.mailfrom=ann@client.example",
    "spf=pass smtp.helo=client.example", "spf=pass smtp.mailfrom=",
    'spf=pass smtp.mailfrom="x; dmarc=pass header.from=client.example"@evil.example',
    'spf=pass smtp.mailfrom="ann@client.example"@evil.example',
    "spf=pass (x; dmarc=pass header.from=client.example) smtp.mailfrom=a@evil.example",
    "spf=pass (open smtp.mailfrom=client.example", 'spf=pass smtp.mailfrom="open@client.example',
    "dmarc pass header.from=client.example", "dmarc=pass extra header.from=client.example",
    "dmarc==pass header.from=client.example", "=pass header.from=client.example", "dmarc=pass; header.from=client.example",
    "iprev=pass nonsense; dkim=pass header.d=client.example",
    "x-dkim=pass header.d=client.example", "arc=pass header.d=client.example",
]  # fmt: skip


@pytest.mark.parametrize("said", DOUBTED)
def test_anything_else_is_not(said: str) -> None:
    assert not vouched((AR, f"{OURS}; {said}"))


GOOD = "dmarc=pass header.from=client.example"
FIELDS: list[tuple[bool, list[tuple[str, str]]]] = [
    (True, [(AR, f"{OURS}; {GOOD}"), ("received", "from evil by mx.evil.example; now"), (AR, f"{OURS}; none")]),
    (True, [("received", "from x by mx.otvet.example (Postfix); now"), (AR, f"{OURS}; {GOOD}")]),
    (True, [("received", "from x (by mx.evil.example) by mail.otvet.example with LMTP id 1"), (AR, f"{OURS}; {GOOD}")]),
    (True, [("received", "by 2002:a05:6a10:1 with SMTP id x; now"), (AR, f"{OURS}; {GOOD}")]),
    (True, [("received", "from a by localhost (Dovecot)"), ("delivered-to", "x"), (AR, f"{OURS}; {GOOD}")]),
    (True, [(AR, f"filter.inner.example; {GOOD}"), (AR, f"{OURS}; {GOOD}")]),
    # What the sender wrote stands below what servers wrote.
    (False, [(AR, f"{OURS}; none"), (AR, f"{OURS}; {GOOD}")]),
    (False, [(AR, f"{OURS}; dmarc=fail header.from=client.example"), (AR, f"{OURS}; {GOOD}")]),
    (False, [("received", "from evil by mx.evil.example; now"), (AR, f"{OURS}; {GOOD}")]),
    (False, [("received", "from a by mx.otvet.example"), ("received", "from b by relay.example.com"), (AR, f"{OURS}; {GOOD}")]),
    # The server's own may be spoilt by what the sender called themselves: then nothing below it counts.
    (False, [(AR, f"{OURS}; spf=none (helo=x smtp.mailfrom=y"), (AR, f"{OURS}; {GOOD}")]),
    (False, [(AR, "x" * 20_000), (AR, f"{OURS}; {GOOD}")]),
    (False, [(AR, f"mx.evil.example; {GOOD}")]),
    (False, [(AR, f"{OURS}.evil.example; {GOOD}")]),
    (False, [(AR, GOOD)]),
    (False, [("x-authentication-results", f"{OURS}; {GOOD}")]),
    (False, [("arc-authentication-results", f"i=1; {OURS}; {GOOD}")]),
    (False, []),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "fields"), FIELDS)
def test_only_the_topmost_header_of_our_own_server_counts(wanted: bool, fields: list[tuple[str, str]]) -> None:
    assert vouched(*fields) is wanted


def test_without_a_name_of_the_server_nothing_is_believed() -> None:
    assert not vouched((AR, f"; {GOOD}"), server="")
    assert not vouched((AR, f'""; {GOOD}'), server="")


def test_a_domain_with_other_letters_is_the_same_in_both_forms() -> None:
    assert vouched((AR, f"{OURS}; dkim=pass header.d=ромашка.рф"), domain="xn--80aa3agjl3d.xn--p1ai")


words = st.lists(
    st.sampled_from([*' \t;="()\\./@ab1', "dkim", "dmarc", "pass", "spf", OURS, "client.example"]), max_size=60
).map("".join)


@given(st.one_of(words, st.text(max_size=80)))
def test_reading_never_raises_and_names_only_what_stands_there(text: str) -> None:
    found = read(text)
    assert found is None or isinstance(found, Results)
    assert found is None or found.server


@given(words, words)
def test_a_header_of_another_server_never_vouches(server: str, said: str) -> None:
    header = f"{server}; {said}; {GOOD}"
    found = trusted(Headers(((AR, header.encode()),)), OURS)
    assert found is None or found.server.casefold() == OURS
    if OURS not in header.replace("\\", "").replace('"', "").casefold():
        assert not vouched((AR, header))


@given(words)
def test_nothing_below_a_verdict_changes_it(said: str) -> None:
    """Whatever a sender puts below our server's words."""
    assert not vouched((AR, f"{OURS}; dmarc=fail header.from=client.example"), (AR, f"{OURS}; {said}"), (AR, said))


def test_a_long_hostile_header_is_read_in_a_moment() -> None:
    for piece in ("(" * 9, '"\\', "a=b ", ";", "=", "\\(", '"a"', "(a)"):
        vouched((AR, f"{OURS};{piece * 3_000}"), ("received", "(by " * 4_000))
