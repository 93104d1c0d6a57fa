"""Whether a mail really comes from the address in its From, by the ways that the mailbox allows.

Rule: only one From header with one address can be proven, and only the address that the desk will take for the sender.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from desk.incoming import Incoming, Sort
from desk.settings import Mailbox
from mail import authentication, signatures
from mail.domains import domain_of
from mail.headers import Headers, people, read_headers
from mail.key_lookup import KeyLookup, ask_dns
from mail.mime import HEADER_LIMIT
from mail.signatures import Keys

WITHIN = 6.0  # seconds that a mail waits for keys; after that it is simply not proven


class Senders:
    """For all mailboxes; `ask` is where keys are asked for."""

    def __init__(self, now: Callable[[], datetime], *, ask: Keys = ask_dns, within: float = WITHIN) -> None:
        self._now = now
        self._within = within
        self._keys = KeyLookup(now, ask)

    async def vouched(self, content: bytes, incoming: Incoming, mailbox: Mailbox) -> bool:
        """Whether the mail is proven to come from its sender. Never raises, and takes a few seconds at most."""
        if incoming.claimed or incoming.sort in (Sort.OWN, Sort.BOUNCE):
            return False
        if mailbox.trust_from:
            return True
        if not mailbox.authserv_id and b"dkim-signature" not in content[:HEADER_LIMIT].lower():
            return False  # most of what machines send; it is not worth a second look
        headers, _ = read_headers(content[:HEADER_LIMIT].lstrip(b"\r\n"))
        domain = domain_of(incoming.sender.address) if _one_sender(headers, incoming.sender.address) else ""
        if not domain:
            return False
        if mailbox.authserv_id:
            return authentication.vouches(headers, mailbox.authserv_id, domain)
        address = incoming.sender.address
        signed = partial(self._signed, content, address)
        return await self._keys.beside(signed, otherwise=False, within=self._within)

    def refuted(self, content: bytes, incoming: Incoming, mailbox: Mailbox) -> bool:
        """Whether our own server says that the mail does not come from its sender's domain. Never raises."""
        if not mailbox.authserv_id or mailbox.trust_from or incoming.sort in (Sort.OWN, Sort.BOUNCE):
            return False
        headers, _ = read_headers(content[:HEADER_LIMIT].lstrip(b"\r\n"))
        return authentication.refutes(headers, mailbox.authserv_id, domain_of(incoming.sender.address))

    def close(self) -> None:
        self._keys.close()

    def _signed(self, content: bytes, address: str, until: float) -> bool:
        """Whether the domain of that address signed the mail; runs in a thread."""
        mail = signatures.take_apart(content)
        if mail is None:
            return False
        senders = [field.partition(b":")[2].replace(b"\r\n", b"") for field in mail.all(b"from")]
        if len(senders) != 1 or [person.address for person in people(senders)] != [address]:
            return False
        found = signatures.promising(mail, content, domain_of(address), self._now())
        return any(signatures.is_good(mail, one, self._keys.key(one.key_name, until)) for one in found)


def _one_sender(headers: Headers, address: str) -> bool:
    fields = headers.all("from")
    return len(fields) == 1 and [person.address for person in people(fields)] == [address]
