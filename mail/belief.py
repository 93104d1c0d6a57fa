"""What the doctor says of whom each mailbox believes: how a sender is proven there, and what to do about it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from desk.findings import OK, WARNING, Finding
from desk.settings import Mailbox, Settings
from desk.texts import say
from mail.domains import domain_of
from mail.key_lookup import ask_dns
from mail.signatures import Keys

PATIENCE = 3.0  # seconds for the name server


async def check(settings: Settings, ask: Keys = ask_dns) -> Sequence[Finding]:
    """Return one finding for each mailbox, in their order. Never raises."""
    return [await _of(mailbox, partial(say, settings.desk.language), ask) for mailbox in settings.mailbox]


async def _of(mailbox: Mailbox, words: "partial[str]", ask: Keys) -> Finding:
    state, advice = OK, ""
    if mailbox.trust_from:
        state, detail = WARNING, words("mail.doctor_trust_from")
        advice = words("mail.doctor_trust_from_advice")
    elif mailbox.authserv_id:
        detail = words("mail.doctor_authserv_id", server=mailbox.authserv_id)
    elif await _answers(ask, domain_of(mailbox.address)):
        detail, advice = words("mail.doctor_dkim"), words("mail.doctor_dkim_advice")
    else:
        state, detail = WARNING, words("mail.doctor_dkim_no_dns")
        advice = words("mail.doctor_dkim_no_dns_advice")
    return Finding(name=words("mail.doctor_senders", mailbox=mailbox.name), state=state, detail=detail, advice=advice)


async def _answers(ask: Keys, domain: str) -> bool:
    """Whether a name server answers at all; that it knows no such record is an answer too."""
    try:
        async with asyncio.timeout(2 * PATIENCE):
            await asyncio.to_thread(ask, domain, PATIENCE)
    except Exception:  # noqa: BLE001 - whatever keeps us from DNS, no signature can be verified
        return False
    return True
