"""Deletes mails of somebody who is forgotten from a mailbox: where they lie, by their Message-IDs."""

from collections.abc import Sequence
from datetime import timedelta

from desk.errors import DeliveryDelayed, DeliveryRefused
from mail import wire
from mail.arrivals import Account
from mail.done import DoneFolder
from mail.login import log_in
from mail.oauth import TokenTrouble
from mail.session import Lost, Refused, Session

AGAIN = timedelta(minutes=5)


async def erase(account: Account, ids: Sequence[str]) -> int:
    """Delete the mails with these ids from the inbox and the folder of processed ones; how many there were.

    DeliveryDelayed when the server is away, DeliveryRefused when it will not.
    """
    session = Session()
    try:
        await session.connect(account.host, account.port, tls=account.tls)
        await log_in(session, account)
        done = DoneFolder(account.done)
        await done.find(session)
        return sum([await _from(session, folder, ids) for folder in (account.inbox, done.real_name)])
    except (Lost, OSError, TokenTrouble) as error:
        raise DeliveryDelayed(AGAIN, type(error).__name__) from error
    except Refused as error:
        raise DeliveryRefused(str(error)) from error
    finally:
        await session.close()


async def _from(session: Session, folder: str, ids: Sequence[str]) -> int:
    await session.select(folder)
    found: set[int] = set()
    for id_ in ids:
        found.update(await session.search("HEADER", "Message-ID", wire.quoted(id_)))
    if found:
        await session.delete(sorted(found))
    return len(found)
