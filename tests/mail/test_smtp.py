"""Mail goes out once, waits when the server asks for it, and is refused in the server's own words."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut, FilesTooLarge
from mail.smtp import Account, NoUtf8, Sender, SenderRefused, TooMuch, _pause
from mail.smtp_answers import blames_sender, is_dead, is_too_much
from playground.mail import MailWorld
from tests.mail.hands import ANN, SUPPORT

RAW = b"From: <support@desk.example>\r\nSubject: x\r\n\r\nhello\r\n"


@pytest.fixture
def account(world: MailWorld) -> Account:
    return Account(host="127.0.0.1", port=world.smtp_port, security="none", user="support", password="secret")


@pytest.fixture
async def sender(account: Account) -> AsyncIterator[Sender]:
    made = Sender(account, answer_within=5)
    yield made
    await made.close()


async def send(
    sender: Sender, *, to: str = ANN, envelope: str = SUPPORT, raw: bytes = RAW, message_id: str = "<1@x>"
) -> None:
    async def write(limit: int | None) -> bytes:
        return raw

    await sender.send(message_id=message_id, sender=envelope, recipient=to, compose=write)


async def test_several_mails_go_over_one_connection(world: MailWorld, sender: Sender) -> None:
    """A connection costs more than a mail."""
    for _ in range(3):
        await send(sender)
    assert len(await world.inbox(ANN)) == 3
    assert world.smtp.connections_made == 1


async def test_a_connection_that_the_server_forgot_is_made_anew(world: MailWorld, sender: Sender) -> None:
    """Nobody waits for an error to try again."""
    await send(sender)
    world.smtp.cut()
    await send(sender)
    assert len(await world.inbox(ANN)) == 2


async def test_an_unused_connection_is_closed(world: MailWorld, account: Account) -> None:
    """Servers count connections."""
    sender = Sender(account, idle_for=0.01)
    await send(sender)
    await world.until(lambda: not world.smtp.protocols)


async def test_a_null_sender_is_sent_as_one(world: MailWorld, sender: Sender) -> None:
    """Automatic mail must not bounce back."""
    await send(sender, envelope="")
    assert world.smtp.envelopes == [("", (ANN,))]


async def test_a_refused_null_sender_is_told_apart(world: MailWorld, sender: Sender) -> None:
    """The channel then sends in the mailbox's name."""
    world.smtp.faults.refuse_null_sender = True
    with pytest.raises(SenderRefused):
        await send(sender, envelope="")
    await send(sender)


async def test_a_busy_server_delays_this_mail_longer_each_time(world: MailWorld, sender: Sender) -> None:
    """4xx: nobody has to act; other mails are not held back."""
    world.smtp.faults.busy = 2
    waits = []
    for _ in range(2):
        with pytest.raises(DeliveryDelayed, match="451") as delayed:
            await send(sender)
        waits.append(delayed.value.retry_in)
        assert not delayed.value.everyone
    assert waits == [timedelta(seconds=10), timedelta(seconds=30)]
    await send(sender)


def test_a_long_trouble_is_not_hammered() -> None:
    """Quick at first, then once in a quarter of an hour."""
    pauses = [_pause(failures) for failures in range(1, 30)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=10)
    assert pauses[6:] == [timedelta(minutes=15)] * 23


async def test_greylisting_passes_at_the_second_try(world: MailWorld, sender: Sender) -> None:
    """The most common 451."""
    world.smtp.faults.greylist = True
    with pytest.raises(DeliveryDelayed):
        await send(sender)
    await send(sender)
    assert len(await world.inbox(ANN)) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 5.1.1 no such user", DoorShut),
        ("550 no such user", DoorShut),
        ("553 sorry, no mailbox here by that name", DoorShut),
        ("554 5.1.1 unknown", DoorShut),
        ("550 5.7.1 we do not like your words", DeliveryRefused),
        ("554 5.7.1 spam", DeliveryRefused),
        ("552 5.2.2 mailbox full", DeliveryRefused),
    ],
)
async def test_a_refused_recipient(world: MailWorld, sender: Sender, answer: str, error: type[Exception]) -> None:
    """A dead address shuts the door, a policy's refusal does not; both give the server's words."""
    world.smtp.faults.refuse[ANN] = answer
    with pytest.raises(DeliveryRefused, match=answer[:9]) as refused:
        await send(sender)
    assert type(refused.value) is error


async def test_a_server_that_is_down_delays_everyone(world: MailWorld, sender: Sender) -> None:
    """And is tried again by itself."""
    await world.smtp.down()
    with pytest.raises(DeliveryDelayed) as delayed:
        await send(sender)
    assert delayed.value.everyone
    await world.smtp.up()
    await send(sender)


async def test_a_refused_login_delays_everyone(world: MailWorld, account: Account) -> None:
    """An operator has to look at the password; mail waits."""
    sender = Sender(replace(account, password="wrong"))
    with pytest.raises(DeliveryDelayed, match="535") as delayed:
        await send(sender)
    assert delayed.value.everyone
    assert delayed.value.retry_in >= timedelta(minutes=5)


async def test_a_server_without_login(world: MailWorld, account: Account) -> None:
    """A relay of one's own asks for none."""
    sender = Sender(replace(account, user="", password=""))
    await send(sender)
    await sender.close()


async def test_a_lost_answer_is_tried_again(world: MailWorld, sender: Sender) -> None:
    """Whether the mail was taken nobody knows; it goes again under the same Message-ID."""
    world.smtp.faults.drop_after_data = 1
    with pytest.raises(DeliveryDelayed):
        await send(sender)
    await send(sender)
    assert len(await world.inbox(ANN)) == 2


async def test_a_silent_server_is_given_up(world: MailWorld, account: Account) -> None:
    """No mail waits for ever."""
    world.smtp.faults.hold = asyncio.Event()
    sender = Sender(account, answer_within=0.2)
    with pytest.raises(DeliveryDelayed):
        await send(sender)
    world.smtp.faults.hold.set()


async def test_a_cancelled_mail_leaves_a_clean_connection(world: MailWorld, sender: Sender) -> None:
    """The next mail starts a conversation of its own."""
    world.smtp.faults.hold = hold = asyncio.Event()
    task = asyncio.create_task(send(sender))
    await world.until(lambda: world.smtp.protocols)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    hold.set()
    world.smtp.faults.hold = None
    await send(sender, raw=RAW.replace(b"hello", b"second"))
    assert any("second" in mail.get_content() for mail in await world.inbox(ANN))


async def test_the_servers_size_limit_is_handed_to_who_composes(world: MailWorld, sender: Sender) -> None:
    """A mail is made to fit."""
    world.smtp.faults.size_limit = 5_000_000
    limits: list[int | None] = []

    async def compose(limit: int | None) -> bytes:
        limits.append(limit)
        return RAW

    await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=compose)
    assert limits == [5_000_000]


@pytest.mark.parametrize("address", ["ann@client.example>\r\nRCPT TO:<eve@client.example", "ann", "", "a b@c.example"])
async def test_an_address_that_is_none_is_refused(world: MailWorld, sender: Sender, address: str) -> None:
    """A line break in it would begin another command."""
    with pytest.raises(DeliveryRefused, match="no address"):
        await send(sender, to=address)


def test_what_says_that_an_address_is_dead() -> None:
    """RFC 3463: the address, or a disabled mailbox; not policy, not a full one."""
    assert is_dead(550, "550 unknown")
    assert is_dead(550, "550 5.2.1 disabled")
    assert not is_dead(550, "550 5.7.26 unauthenticated")
    assert not is_dead(550, "550 Blocked - see http://www.spamhaus.org/query/ip/192.0.2.1")
    assert not is_dead(553, "553 mailbox full")
    assert not is_dead(552, "552 full")


GONE = b""
DELAYED, REFUSED, SHUT = DeliveryDelayed, DeliveryRefused, DoorShut
STAGES = [
    ("EHLO", GONE, DELAYED), ("AUTH", GONE, DELAYED), ("MAIL", GONE, DELAYED), ("RCPT", GONE, DELAYED),
    ("begin DATA", GONE, DELAYED), ("DATA", GONE, DELAYED),
    ("AUTH", b"454 4.7.0 later", DELAYED), ("AUTH", b"535 5.7.8 no", DELAYED),
    ("MAIL", b"451 4.3.0 later", DELAYED), ("RCPT", b"450 4.2.0 grey", DELAYED),
    ("begin DATA", b"451 4.3.0 later", DELAYED), ("DATA", b"451 4.3.0 later", DELAYED),
    ("MAIL", b"421 4.3.2 closing", DELAYED), ("RCPT", b"421 closing", DELAYED), ("DATA", b"421 closing", DELAYED),
    ("MAIL", b"550 5.7.1 not you", SenderRefused), ("MAIL", b"552 5.3.4 too big", TooMuch),
    ("RCPT", b"550 5.1.1 nobody", SHUT), ("RCPT", b"550 5.7.1 policy", REFUSED), ("RCPT", b"552 full", REFUSED),
    ("RCPT", b"553 5.7.1 <x>: Sender address rejected: not owned by user", SenderRefused),
    ("begin DATA", b"554 5.5.1 no valid recipients", REFUSED), ("DATA", b"554 5.7.1 spam", REFUSED),
    ("DATA", b"552 too much", TooMuch), ("DATA", b"550 5.2.3 too large for the admin", TooMuch),
    ("DATA", b"552 5.2.2 mailbox full", REFUSED), ("DATA", b"552-5.7.0 This message was blocked\r\n552 5.7.0 virus", REFUSED),
    ("MAIL", b"what?", DELAYED), ("DATA", b"999 odd", DELAYED), ("RCPT", b"5", DELAYED),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "answer", "error"), STAGES)
async def test_what_each_answer_means_at_each_stage(
    world: MailWorld, sender: Sender, stage: str, answer: bytes, error: type[Exception]
) -> None:
    """4xx and silence wait, 5xx is refused; and the next mail goes through as if nothing had happened."""
    # A server may know one way to log in only; otherwise the next one is tried.
    world.smtp.faults.answers[stage] = [answer] * (2 if stage == "AUTH" else 1)
    with pytest.raises(error) as raised:
        await send(sender)
    assert type(raised.value) is error
    words = answer.split(b"\r\n")[-1][4:].decode()
    assert words in str(raised.value) if error is not DELAYED or answer[:1] == b"4" else True
    world.smtp.faults.answers.clear()
    await send(sender)
    assert len(await world.inbox(ANN)) == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "RSET"])
@pytest.mark.parametrize("answer", [b"421 4.7.0 too many mails over this connection", GONE])
async def test_a_used_connection_at_its_end_costs_no_wait(
    world: MailWorld, sender: Sender, stage: str, answer: bytes
) -> None:
    """Providers end one after so many mails: the mail goes over a new one at once, and only once."""
    await send(sender)
    world.smtp.faults.answers[stage] = [answer]
    await send(sender)
    assert len(await world.inbox(ANN)) == 2
    assert world.smtp.connections_made == 2


async def test_a_mail_whose_answer_was_lost_is_not_sent_again_at_once(world: MailWorld, sender: Sender) -> None:
    """After the final dot the server may have it: it waits, as the same mail, and is not doubled here and now."""
    await send(sender)
    world.smtp.faults.drop_after_data = 1
    with pytest.raises(DeliveryDelayed):
        await send(sender)
    assert len(await world.inbox(ANN)) == 2


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (b"554-5.7.1 first line\r\n554 5.7.1 second line", "554 5.7.1 first line 5.7.1 second line"),
        ("554 нет такого".encode("cp1251"), "нет такого"),
        ("554 нет такого".encode("koi8-r"), "нет такого"),
        ("554 нет такого".encode(), "нет такого"),
        ("554 a\x00b\x1b[31m <b>&\u202egnp.exe".encode(), "554 ab[31m <b>&gnp.exe"),
    ],
)
async def test_a_refusal_is_shown_in_the_servers_words(
    world: MailWorld, sender: Sender, answer: bytes, shown: str
) -> None:
    """Several lines, other character sets, and what would play tricks on who reads them."""
    world.smtp.faults.answers["DATA"] = [answer]
    with pytest.raises(DeliveryRefused) as refused:
        await send(sender)
    assert shown in refused.value.reason
    assert len(refused.value.reason) <= 500


async def test_endless_words_are_cut(world: MailWorld, sender: Sender) -> None:
    """Nobody reads a page of them."""
    world.smtp.faults.answers["DATA"] = [b"554 " + b"x" * 450 + b"y" * 200]
    with pytest.raises(DeliveryRefused) as refused:
        await send(sender)
    assert len(refused.value.reason) == 500


@pytest.mark.parametrize("mechanisms", [("LOGIN",), ("PLAIN",), ("LOGIN", "PLAIN")])
async def test_a_server_logs_in_in_the_way_it_knows(
    world: MailWorld, sender: Sender, mechanisms: tuple[str, ...]
) -> None:
    """Each of the usual ways."""
    world.smtp.faults.mechanisms = mechanisms
    await send(sender)


async def test_a_server_without_a_way_to_log_in_delays_everyone(world: MailWorld, sender: Sender) -> None:
    """The password is not given to it in some other way."""
    world.smtp.faults.mechanisms = ()
    with pytest.raises(DeliveryDelayed) as delayed:
        await send(sender)
    assert delayed.value.everyone


UNICODE = "иван@client.example"


async def test_an_address_beyond_ascii_goes_where_the_server_knows_such(world: MailWorld, sender: Sender) -> None:
    """And is refused elsewhere before anything was said."""
    with pytest.raises(NoUtf8):
        await send(sender, to=UNICODE)
    await sender.close()
    await world.user(UNICODE)
    world.smtp.faults.knows_utf8 = True
    await send(sender, to=UNICODE)
    assert world.smtp.envelopes == [(SUPPORT, (UNICODE,))]


async def test_a_domain_beyond_ascii_goes_as_every_server_knows_it(world: MailWorld, sender: Sender) -> None:
    """Its A-label."""
    await world.user("ivan@xn--e1afmkfd.xn--p1ai")
    await send(sender, to="ivan@пример.рф")
    assert world.smtp.envelopes == [(SUPPORT, ("ivan@xn--e1afmkfd.xn--p1ai",))]


async def test_what_composing_raises_leaves_the_connection_as_it_was(world: MailWorld, sender: Sender) -> None:
    """Files that do not fit are found out before anything is said."""

    async def too_large(limit: int | None) -> bytes:
        raise FilesTooLarge(limit or 0)

    with pytest.raises(FilesTooLarge):
        await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=too_large)
    await send(sender)
    assert world.smtp.connections_made == 1


async def test_a_hundred_mails_need_one_connection(world: MailWorld, sender: Sender) -> None:
    """Also when they all come at once, and some of them are refused."""
    world.smtp.faults.refuse["bob@client.example"] = "550 5.1.1 nobody"
    sending = [send(sender, to=ANN if n % 5 else "bob@client.example", message_id=f"<{n}@x>") for n in range(100)]
    results = await asyncio.gather(*sending, return_exceptions=True)
    assert sum(isinstance(one, DoorShut) for one in results) == 20
    assert len(await world.inbox(ANN)) == 80
    assert world.smtp.connections_made == 1


@pytest.mark.parametrize(
    ("said", "blamed"),
    [
        ("553 5.7.1 <a@b>: Sender address rejected: not owned by user c", True),
        ("550 5.1.8 bad domain", True),
        ("550 5.1.1 user unknown, sender please check", False),
        ("550 5.7.1 policy", False),
    ],
)
def test_a_recipient_may_be_refused_for_its_sender(said: str, blamed: bool) -> None:
    """Servers that judge senders late."""
    assert blames_sender(said) is blamed


def test_what_says_that_a_mail_is_too_large() -> None:
    """RFC 1870 and 3463; a full mailbox and a blocked file are something else."""
    assert is_too_much(552, "552 too big", at_recipient=False)
    assert not is_too_much(552, "552 full", at_recipient=True)
    assert is_too_much(554, "554 5.3.4 too big", at_recipient=True)
    assert not is_too_much(552, "552 5.7.0 blocked", at_recipient=False)
    assert not is_too_much(552, "552 5.2.2 over quota", at_recipient=False)
