"""The playground's mail servers behave as real ones do, faults included."""

import asyncio
import imaplib
import smtplib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from playground.mail import MailWorld

ANN, BOB = "ann@client.example", "bob@client.example"
ANNS = "anns"
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
async def world() -> AsyncIterator[MailWorld]:
    async with MailWorld(lambda: NOW) as made:
        await made.user(ANN, ANNS)
        await made.user(BOB)
        yield made


async def imap(world: MailWorld, speak: Callable[[imaplib.IMAP4], Any], user: str = ANN, password: str = ANNS) -> Any:
    """Speak IMAP with the standard library's client, which the servers did not grow up with."""

    def talk() -> Any:
        with imaplib.IMAP4("127.0.0.1", world.imap_port, timeout=5) as line:
            line.login(user, password)
            return speak(line)

    return await asyncio.to_thread(talk)


async def test_a_mail_lands_in_the_mailbox_of_its_reader(world: MailWorld) -> None:
    """With the stamps of a server and the time of the world."""
    id_ = await world.send(
        sender=f"Боб <{BOB}>",
        to=ANN,
        subject="Привет",
        text="Как дела?",
        html="<p>Как дела?</p>",
        attachments=[("счёт.pdf", b"%PDF")],
    )
    (mail,) = await world.inbox(ANN)
    assert (mail["Message-ID"], mail["Subject"]) == (id_, "Привет")
    assert mail["From"].addresses[0].display_name == "Боб"
    assert mail["Delivered-To"] == ANN
    assert mail["Date"].datetime == NOW
    assert [one.get_filename() for one in mail.iter_attachments()] == ["счёт.pdf"]
    assert await world.inbox(BOB) == []


async def test_an_answer_threads(world: MailWorld) -> None:
    """As mail programs do it: the answered id last."""
    first = await world.send(sender=BOB, to=ANN, text="1", headers={"References": "<root@x>"})
    (mail,) = await world.inbox(ANN)
    await world.send(sender=ANN, to=BOB, text="2", in_reply_to=mail)
    (answer,) = await world.inbox(BOB)
    assert answer["In-Reply-To"] == first
    assert answer["References"] == f"<root@x> {first}"


async def test_plus_addresses_belong_to_their_owner(world: MailWorld) -> None:
    """And the tag stands in Delivered-To."""
    await world.send(sender=BOB, to="ann+tag@client.example", text="x")
    assert (await world.inbox(ANN))[0]["Delivered-To"] == "ann+tag@client.example"


@pytest.mark.parametrize("address", ["nobody@client.example", "ann@elsewhere.example"])
async def test_strangers_are_refused(world: MailWorld, address: str) -> None:
    """550, as a real server says it."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await world.send(sender=BOB, to=address, text="x")
    assert refused.value.recipients[address][0] == 550


async def test_imap_serves_what_smtp_took(world: MailWorld) -> None:
    """Search, fetch, move, as another client does it."""
    await world.send(sender=BOB, to=ANN, subject="hello", text="x")

    def look(line: imaplib.IMAP4) -> Any:
        line.select()
        (uids,) = line.uid("SEARCH", "UNSEEN")[1]
        line.create("Done")
        line.uid("MOVE", uids.decode(), "Done")
        return uids.split()

    assert len(await imap(world, look)) == 1
    assert await world.inbox(ANN) == []
    assert len(await world.folder(ANN, "Done")) == 1
    assert await world.folder(ANN, "Nowhere") == []


async def test_a_wrong_password_is_refused(world: MailWorld) -> None:
    """By the whole address and by its first half alike."""
    for user in (ANN, "ann"):
        await imap(world, lambda line: line.noop(), user=user)
        with pytest.raises(imaplib.IMAP4.error):
            await imap(world, lambda line: line.noop(), user=user, password="wrong")
    world.imap.faults.refuse_logins = True
    with pytest.raises(imaplib.IMAP4.error):
        await imap(world, lambda line: line.noop())


async def test_servers_come_up_again_at_the_same_port(world: MailWorld) -> None:
    """With all that lay in the mailboxes."""
    await world.send(sender=BOB, to=ANN, text="x")
    ports = world.imap_port, world.smtp_port
    await world.stop()
    with pytest.raises(OSError, match=r".*"):
        await imap(world, lambda line: line.noop())
    await world.start()
    assert (world.imap_port, world.smtp_port) == ports
    assert len(await world.inbox(ANN)) == 1
    await world.send(sender=BOB, to=ANN, text="y")


@pytest.mark.parametrize(
    ("fault", "code"),
    [({"busy": 1}, 451), ({"greylist": True}, 451), ({"full": True}, 452), ({"refuse": {ANN: "554 5.7.1 no"}}, 554)],
)
async def test_faults_of_sending(world: MailWorld, fault: dict[str, Any], code: int) -> None:
    """Each is what a real server says."""
    for name, value in fault.items():
        setattr(world.smtp.faults, name, value)
    with pytest.raises(smtplib.SMTPException) as refused:
        await world.send(sender=BOB, to=ANN, text="x")
    error = refused.value
    said = (
        error.recipients[ANN][0] if isinstance(error, smtplib.SMTPRecipientsRefused) else getattr(error, "smtp_code", 0)
    )
    assert said == code


async def test_what_does_not_happen_is_told(world: MailWorld) -> None:
    """`until` ends."""
    with pytest.raises(TimeoutError):
        await world.until(lambda: False, within=0.05)
