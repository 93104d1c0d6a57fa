"""What a message said before it was changed: `/full` as a reply to it."""

from desk.desk import Desk
from desk.moments import shortly
from desk.ports import Unit
from desk.tickets import Message, Revision


async def told(desk: Desk, unit: Unit, message: Message) -> str:
    """All that it said, the oldest first, with the time of each change; "" when it was never changed."""
    found = await unit.find(Revision, message_id=message.id)
    if not found:
        return ""
    language, zone = desk.settings.desk.language, desk.settings.desk.timezone
    rows = []
    for revision in found:
        at = shortly(language, revision.at, now=desk.now(), timezone=zone)
        rows.append(desk.say("undo.revision", at=at, text=revision.text or "—"))
    return "\n\n".join([*rows, desk.say("undo.revision_now", text=message.text or "—")])
