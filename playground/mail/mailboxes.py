"""pymap's memory mailboxes as the playground needs them: its log-in, its IDLE, its lacks."""

import hmac
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymap.backend import dict as dict_backend
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.concurrent import Event, Subsystem
from pymap.exceptions import InvalidAuth
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag
from pymap.selected import SelectedMailbox
from pysasl.creds.server import ServerCredentials

HOST = "127.0.0.1"


@dataclass(slots=True)
class ImapFaults:
    """What the IMAP server does wrong; everything may be changed while it runs."""

    refuse_logins: bool = False
    missing: set[str] = field(default_factory=set)  # capabilities it lacks: "MOVE", "IDLE", "UIDPLUS"
    cut_after: int | None = None  # bytes that it still says before it hangs up
    only_below_inbox: bool = False  # folders are made below INBOX only, as Courier wants it
    deaf: bool = False  # accepts connections and never says a word


class Config(dict_backend.Config):
    def __init__(self, faults: ImapFaults) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=HOST,
            port=0,
            tls_enabled=False,
            reject_dnsbl=False,
            invalid_user_sleep=0.0,
            cpu_subsystem=Subsystem.for_asyncio(),
            bad_command_limit=None,
        )
        self.faults = faults

    @property
    def greeting(self) -> bytes:
        return b"playground ready"  # pymap would ask DNS for this machine's name

    @property
    def login_capability(self) -> Sequence[bytes]:
        return [word for word in super().login_capability if word.decode() not in self.faults.missing]


class _Mailbox(MailboxData):
    """Rule: IDLE tells what came between the last command and IDLE; pymap alone waits for the next change.

    `changed` is called after whatever anybody did to a mail in it: with "new" when one came that nobody has read,
    else with "changed".
    """

    def __init__(self, of: "Mailboxes", changed: Callable[[str], None]) -> None:
        super().__init__(of._content_cache, of._thread_cache)  # noqa: SLF001 - shared by a person's mailboxes
        self._tell = changed

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        behind = selected.mod_sequence is not None and selected.mod_sequence != self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if behind else wait_on)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        message = await super().append(append_msg, recent=recent)
        self._tell("changed" if Flag(b"\\Seen") in append_msg.flag_set else "new")
        return message

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        copied = await super().copy(uid, destination, recent=recent)
        self._tell("changed")
        return copied

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        moved = await super().move(uid, destination, recent=recent)
        self._tell("changed")
        return moved

    async def update(
        self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp
    ) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        self._tell("changed")
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        await super().delete(uids)
        self._tell("changed")


class Mailboxes(MailboxSet):
    """One person's mailboxes; `changed` is called after whatever happened in any of them."""

    def __init__(self, faults: ImapFaults, changed: Callable[[str], None]) -> None:
        super().__init__()
        self._faults = faults
        self._changed = changed
        self._inbox = _Mailbox(self, changed)

    async def add_mailbox(self, name: str) -> ObjectId:
        if self._faults.only_below_inbox and not name.startswith("INBOX/"):
            raise ValueError(name)  # pymap makes a NO of it
        await super().add_mailbox(name)
        self._set[name] = mailbox = _Mailbox(self, self._changed)
        self._changed("changed")
        return mailbox.mailbox_id


class Login(dict_backend.Login):
    """Log-in by the whole address or by what stands before its @."""

    def __init__(self, config: Config, faults: ImapFaults) -> None:
        super().__init__(config)
        self.faults = faults
        self.attempts = 0

    def address(self, name: str) -> str:
        near = [address for address in self.users_dict if name.lower() in (address, address.partition("@")[0])]
        return near[0] if near else ""

    async def authenticate(self, credentials: ServerCredentials) -> dict_backend.Identity:
        self.attempts += 1
        address = self.address(credentials.authcid)
        secret = getattr(credentials, "_secret", "") or ""
        known = self.users_dict[address].password or "" if address else ""
        if self.faults.refuse_logins or not address or not hmac.compare_digest(known.encode(), secret.encode()):
            raise InvalidAuth
        return dict_backend.Identity(address, self, None, frozenset())

    async def authorize(self, authenticated: Any, authzid: str) -> dict_backend.Identity:
        del authzid
        return dict_backend.Identity(authenticated.name, self, None, frozenset())
