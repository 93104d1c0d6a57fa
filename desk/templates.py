"""The ready answers of `[[reply]]` that rules give: sent after the receipt, never instead of a person's answer."""

from desk import clients, outbox, work
from desk.desk import Desk
from desk.parcels import Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Ticket


async def send_template(
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, *, reply_to: str = ""
) -> None:
    """Send what the rules that opened a ticket answer with, if anything, and say so in the topic."""
    name = str(ticket.verdict.get("reply") or "")
    found = next((one for one in desk.settings.reply if one.name == name), None)
    if found is None:
        return
    words = found.text(clients.language(desk, client, ticket))
    text = words.replace("{number}", desk.number(ticket.id)).replace("{name}", desk.settings.desk.name)
    message = await work.keep_notice(desk, unit, ticket, text)
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, text, ticket=ticket, message_id=message.id, reply_to=reply_to
    )
    said = desk.say("triage.template_sent", reply=name)
    await outbox.to_topic(desk, unit, ticket, said, quote=text, silent=True)
