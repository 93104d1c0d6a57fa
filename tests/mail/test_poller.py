"""Every mail is handed in once and leaves the inbox only after it was stored, whatever the server does."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.errors import NoRoom
from playground.mail import MailWorld
from tests.mail.hands import SUPPORT, Readers, Stored, letter


async def test_new_mail_comes_by_idle_and_is_moved(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """A mail that arrives while the server is idle is handed in within the promised seconds, then moved."""
    readers.start()
    await world.until(lambda: stored.health)
    await world.send(sender="Анна <ann@client.example>", to=SUPPORT, subject="hello", text="Здравствуйте!")
    await world.until(lambda: stored.arrivals, within=4)
    arrival = stored.arrivals[0]
    assert (arrival.channel, arrival.place, arrival.lane) == ("mail", "support", "mail:ann@client.example")
    assert arrival.external_id.split(":")[1] == "101"
    assert len(arrival.digest) == 64
    await world.until(lambda: world.folder(SUPPORT, "Processed"))
    assert await world.inbox(SUPPORT) == []
    assert await world.imap.seen(SUPPORT, "Processed") == [False]
    assert stored.health[-1] == (True, "")


@pytest.mark.parametrize(
    ("first_run", "taken"),
    [("unseen", ["letter 1", "letter 3"]), ("all", ["letter 1", "letter 2", "letter 3"]), ("new", ["letter 3"])],
)
async def test_the_first_start_takes_what_was_asked_for(
    world: MailWorld, readers: Readers, stored: Stored, first_run: str, taken: list[str]
) -> None:
    """Old mails are taken as `first_run` says; what comes afterwards is always taken."""
    await world.put(SUPPORT, letter(1))
    await world.put(SUPPORT, letter(2), seen=True)
    readers.start(account=replace(readers.account, first_run=first_run))
    await world.until(lambda: stored.health)
    await world.put(SUPPORT, letter(3))
    await world.until(lambda: "letter 3" in stored.subjects())
    assert sorted(stored.subjects()) == taken
    left = 3 - len(taken)

    async def moved() -> bool:
        return len(await world.inbox(SUPPORT)) == left

    await world.until(moved)


async def test_mail_that_a_person_opened_is_still_read(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """After the first run it does not matter whether somebody has looked at a mail."""
    readers.start()
    await world.until(lambda: stored.health)
    await readers.stop()
    await world.put(SUPPORT, letter(1), seen=True)
    readers.start()
    await world.until(lambda: stored.arrivals)


async def test_mail_that_was_unseen_at_the_first_start_is_read_even_if_opened_meanwhile(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """A mail chosen at the first start stays chosen through a failure and a person's look."""
    await world.put(SUPPORT, letter(1))
    stored.errors = [NoRoom("full")] * 3
    readers.start()
    await world.until(lambda: len(stored.health) > 0)
    await world.imap.open_all(SUPPORT)
    await world.until(lambda: stored.arrivals)


async def test_a_full_disk_leaves_mail_on_the_server(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """Nothing is moved, the trouble is told, and the mail comes in when there is room."""
    stored.errors = [NoRoom("full")] * 2
    await world.put(SUPPORT, letter(1))
    readers.start()
    await world.until(lambda: stored.arrivals)
    assert stored.health[0][0] is False
    assert "диск" in stored.health[0][1]
    assert stored.subjects() == ["letter 1"]


async def test_a_bug_in_storing_does_not_end_the_reading(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """The mailbox is tried again, and the mail is not lost."""
    stored.errors = [RuntimeError("bug"), RuntimeError("bug")]
    await world.put(SUPPORT, letter(1))
    readers.start()
    await world.until(lambda: stored.arrivals)
    assert "RuntimeError" in stored.health[0][1]


async def test_a_known_mail_is_only_moved_after_a_restart(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """What was stored before a crash is not handed in again."""
    await world.put(SUPPORT, letter(1))
    readers.start(quiet=True)
    await world.until(lambda: stored.arrivals)
    await readers.stop()
    assert len(await world.inbox(SUPPORT)) == 1
    readers.start()
    await world.until(lambda: world.folder(SUPPORT, "Processed"))
    assert stored.subjects() == ["letter 1"]


async def test_shadow_mode_touches_nothing(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """Mail is read, stays where it is, unseen, and no folder is made."""
    await world.put(SUPPORT, letter(1))
    readers.start(quiet=True)
    await world.until(lambda: stored.arrivals)
    await world.put(SUPPORT, letter(2))
    await world.until(lambda: len(stored.arrivals) == 2)
    assert len(await world.inbox(SUPPORT)) == 2
    assert await world.imap.seen(SUPPORT) == [False, False]
    assert await world.imap.folders(SUPPORT) == ["INBOX"]
    await readers.stop()
    readers.start(quiet=True)
    await world.put(SUPPORT, letter(3))
    await world.until(lambda: len(stored.arrivals) == 3)
    assert stored.subjects() == ["letter 1", "letter 2", "letter 3"]


async def test_after_renumbering_everything_since_the_first_start_is_taken_again(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """A new UIDVALIDITY: mails come in under new ids with the digest they had, for the desk to tell twins."""
    readers.start(quiet=True, account=replace(readers.account, first_run="all"))
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)
    await world.imap.renumber(SUPPORT)
    await world.until(lambda: len(stored.arrivals) == 2)
    first, second = stored.arrivals
    assert first.digest == second.digest
    assert first.external_id != second.external_id


@pytest.mark.parametrize(("first_run", "taken"), [("unseen", {"letter 2", "letter 3"}), ("new", {"letter 3"})])
async def test_renumbering_does_not_dig_out_what_was_old_at_the_first_start(
    world: MailWorld, readers: Readers, stored: Stored, first_run: str, taken: set[str]
) -> None:
    """Years of old mail stay old mail, though every uid is new."""
    world.now = lambda: datetime.now(UTC) - timedelta(days=400)
    await world.put(SUPPORT, letter(1), seen=True)
    await world.put(SUPPORT, letter(2))
    world.now = lambda: datetime.now(UTC)
    account = replace(readers.account, first_run=first_run)
    readers.start(account=account, quiet=True)
    await world.until(lambda: world.imap.idling)
    await world.put(SUPPORT, letter(3))
    await world.until(lambda: set(stored.subjects()) == taken)
    before = len(stored.arrivals)
    await world.imap.renumber(SUPPORT)
    await world.until(lambda: len(stored.arrivals) == 2 * before)
    assert set(stored.subjects()) == taken


async def test_folders_below_inbox_only(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """Where the server wants it so, the folder is made there."""
    world.imap.faults.only_below_inbox = True
    readers.start()
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: world.folder(SUPPORT, "INBOX/Processed"))


async def test_a_folder_that_somebody_removed_is_made_again(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """Without a failure that anybody sees."""
    readers.start()
    await world.until(lambda: world.imap.idling)
    await world.imap.remove(SUPPORT, "Processed")
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: world.folder(SUPPORT, "Processed"))
    assert stored.health[-1] == (True, "")


async def test_a_broken_connection_is_taken_up_again(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """A cut in IDLE costs a moment, no mail."""
    readers.start()
    await world.until(lambda: stored.health)
    world.imap.cut()
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)


async def test_a_cut_in_the_middle_of_a_mail_loses_and_doubles_nothing(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """Half a mail is never handed in."""
    for number in range(1, 6):
        await world.put(SUPPORT, letter(number, size=20_000))
    world.imap.faults.cut_after = 50_000
    readers.start()
    await world.until(lambda: len(stored.arrivals) == 5)
    assert sorted(stored.subjects()) == [f"letter {number}" for number in range(1, 6)]
    assert {len(arrival.content) for arrival in stored.arrivals} == {len(letter(1, size=20_000))}


@pytest.mark.parametrize("hang_up", [True, False])
async def test_a_goodbye_in_idle_is_answered_by_coming_back(
    world: MailWorld, readers: Readers, stored: Stored, hang_up: bool
) -> None:
    """BYE with or without the end of the connection: a new one is made."""
    readers.start()
    await world.until(lambda: stored.health)
    before = world.imap.login_attempts
    world.imap.bye(hang_up=hang_up)
    await world.until(lambda: world.imap.login_attempts > before)
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)


@pytest.mark.parametrize("missing", [{"MOVE"}, {"MOVE", "UIDPLUS"}])
async def test_a_server_without_move_copies_and_expunges(
    world: MailWorld, readers: Readers, stored: Stored, missing: set[str]
) -> None:
    """The mail ends in the other folder, once."""
    world.imap.faults.missing = missing
    readers.start()
    await world.put(SUPPORT, letter(1))

    async def moved() -> bool:
        return len(await world.folder(SUPPORT, "Processed")) == 1 and not await world.inbox(SUPPORT)

    await world.until(moved)
    assert stored.subjects() == ["letter 1"]


async def test_a_server_without_idle_is_asked_every_few_seconds(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """The promise of five seconds holds for it too."""
    world.imap.faults.missing = {"IDLE"}
    readers.start(account=replace(readers.account, poll=timedelta(milliseconds=100)))
    await world.until(lambda: stored.health)
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)


async def test_three_refused_logins_end_the_attempts_with_a_word(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """A provider locks an account that goes on trying."""
    world.imap.faults.refuse_logins = True
    readers.start()
    await world.until(lambda: stored.health and "трижды" in stored.health[-1][1])
    assert world.imap.login_attempts == 3
    assert "login" in stored.health[-1][1]
    assert all(not ok for ok, _ in stored.health)


async def test_a_server_that_is_down_is_waited_for(
    world: MailWorld, readers: Readers, stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    """Trouble is told, and the mailbox is read again by itself, which the log says once."""
    caplog.set_level(logging.INFO, logger="mail.imap")
    await world.imap.down()
    readers.start()
    await world.until(lambda: stored.health)
    assert stored.health[0][0] is False
    await world.imap.up()
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)
    await world.until(lambda: stored.health[-1] == (True, ""))
    assert [record.levelname for record in caplog.records if record.message == "mail.recovered"] == ["INFO"]


async def test_a_silent_server_is_given_up_in_time(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """A server that accepts connections and says nothing is a failure like any other."""
    world.imap.faults.deaf = True
    readers.start()
    await world.until(lambda: world.imap.connections)
    world.imap.cut()
    await world.until(lambda: stored.health)
    assert stored.health[0][0] is False


async def test_a_mail_beyond_the_limit_comes_as_its_header_and_a_note(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """Engineers see size and place; the mail itself lies whole in the other folder."""
    await world.put(SUPPORT, letter(1, size=26_000_000))
    readers.start()
    await world.until(lambda: stored.arrivals)
    content = stored.arrivals[0].content
    assert len(content) < 2_000
    assert stored.arrivals[0].whole == len(letter(1, size=26_000_000))
    assert "26 МБ" in content.decode()
    assert "Processed" in content.decode()
    assert b"Message-ID: <1@client.example>".lower() in content.lower()
    await world.until(lambda: world.imap.read(SUPPORT, "Processed"))


async def test_hundreds_of_mails_come_once_each(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """More than one answer's worth, in their order."""
    for number in range(300):
        await world.put(SUPPORT, letter(number))
    readers.start()
    await world.until(lambda: len(stored.arrivals) == 300, within=30)
    assert stored.subjects() == [f"letter {number}" for number in range(300)]


async def test_a_folder_with_a_russian_name_and_quotes(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """The name is written as IMAP wants it."""
    readers.start(account=replace(readers.account, done='Готово & "сдано"'))
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: world.folder(SUPPORT, 'Готово & "сдано"'))


@pytest.mark.parametrize("steps", range(0, 100, 7))
async def test_mail_that_comes_at_any_moment_of_the_start(
    world: MailWorld, readers: Readers, stored: Stored, steps: int
) -> None:
    """A server may mention new mail in the answer to any command, and then never again in IDLE."""
    readers.start()
    for _ in range(steps):
        await asyncio.sleep(0)
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals, within=5)


async def test_a_server_that_breaks_off_in_every_idle_is_asked_instead(
    world: MailWorld, readers: Readers, stored: Stored
) -> None:
    """After a few times the poller goes on without IDLE."""
    readers.start(account=replace(readers.account, poll=timedelta(milliseconds=200)))
    for attempt in range(1, 5):
        await world.until(lambda attempt=attempt: world.imap.login_attempts >= attempt and world.imap.idling)
        world.imap.cut()
    await world.until(lambda: world.imap.login_attempts == 5)
    await world.put(SUPPORT, letter(1))
    await world.until(lambda: stored.arrivals)
    assert world.imap.idling == 0


async def test_stopping_is_quick_and_clean(world: MailWorld, readers: Readers, stored: Stored) -> None:
    """A cancelled poller leaves no connection behind."""
    task = readers.start()
    await world.until(lambda: stored.health)
    task.cancel()
    await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 3)
    await world.until(lambda: world.imap.connections == 0)
