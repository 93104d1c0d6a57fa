"""Whether anything got lost: what people wrote and were told, against what the desk's database has of it."""

from playground.botapi.model import Json
from playground.page.server import Page
from playground.stage import SUPPORT


async def counted(page: Page) -> Json:
    """Of what clients wrote: "said", "kept" by the desk, "waiting" outside for it, "lost". Of answers their fates."""
    if page.insight is None:
        return {}
    # First the world and then the database: what arrives between the two must not look lost.
    said, pending = _said(page), _pending(page)
    sent, lying = _mailed(page), len(await page.stage.mails.imap.uids(SUPPORT))
    kept = await page.insight.kept()
    missing = said - kept["heard"]
    waiting = len(missing & pending)
    mails_missing = max(0, sent - kept["mails"])
    mails_waiting = min(mails_missing, lying)
    return {
        "said": len(said) + sent,
        "kept": len(said) - len(missing) + sent - mails_missing,
        "waiting": waiting + mails_waiting,
        "lost": len(missing) - waiting + mails_missing - mails_waiting,
        "words": kept["words"],
        "quarantined": kept["quarantined"],
        "written": kept["written"],
        "answers": kept["answers"],
    }


def _said(page: Page) -> set[str]:
    """ "chat:message" of all that people wrote to the bot in private."""
    return {
        f"{person.chat_here.id}:{message.id}"
        for person in page.world.people
        for message in person.chat_here.messages.values()
        if message.sender is person.user and message.service is None
    }


def _pending(page: Page) -> set[str]:
    messages = (update.get("message") for update in page.world.inbox.pending)
    return {f"{message['chat']['id']}:{message['message_id']}" for message in messages if message}


def _mailed(page: Page) -> int:
    """How many mails the SMTP server has taken for the desk."""
    box = SUPPORT.partition("@")[0]
    return sum(
        recipient.partition("@")[0].partition("+")[0].lower() == box and recipient.endswith(SUPPORT.partition("@")[2])
        for sender, recipients in page.stage.mails.smtp.envelopes
        for recipient in recipients
        if sender != SUPPORT
    )
