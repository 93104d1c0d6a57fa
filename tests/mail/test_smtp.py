"""Mail goes out once, waits when the server asks for it, and is refused in the server's own words."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut
from mail.smtp import Account, Sender, SenderRefused, _pause
from mail.smtp_answers import is_dead
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
    assert not is_dead(552, "552 full")
