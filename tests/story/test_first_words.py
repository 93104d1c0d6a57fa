"""The first words of a client, in either door."""

from tests.world import SUPPORT, World


async def test_a_telegram_message_makes_a_topic_a_card_and_a_receipt(world: World) -> None:
    """One message, one ticket: the engineers see it, the client has a number."""
    ann = world.person("Анна")
    ann.start()
    await world.settle()
    assert not await world.tickets()
    assert "ООО Ромашка" in ann.last().text
    ann.say("Не печатает принтер")
    await world.settle()
    topic = world.group.topic("SD-1")
    assert topic.name == "SD-1 · Анна · Не печатает принтер"
    card, words = topic.messages
    assert card.buttons[:4] == ["Взять", "Нужны данные", "Решено", "Линия ▸"]
    assert "Не печатает принтер" in words.text
    assert "SD-1" in ann.last().text


async def test_a_mail_makes_a_ticket_and_a_receipt(world: World) -> None:
    """The receipt threads, is marked automatic and does not repeat the mail."""
    await world.mails.user("boris@client.example")
    sent = await world.mails.send(
        sender="Борис Иванов <boris@client.example>", to=SUPPORT, subject="Счёт за ноябрь", text="Пришлите счёт."
    )
    await world.mails.until(lambda: world.mails.inbox("boris@client.example"))
    await world.settle()
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.subject) == ("second", "Счёт за ноябрь")
    (receipt,) = await world.mails.inbox("boris@client.example")
    assert receipt["In-Reply-To"] == sent
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert "SD-1" in receipt["Subject"]
    assert "Пришлите счёт" not in receipt.as_string()
