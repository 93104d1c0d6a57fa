"""What the topic folds can be seen whole: /full shows a mail's words, its quotation and the mail as it came."""

from email import message_from_bytes
from email.policy import default
from urllib.parse import quote

import pytest

from playground.botapi.model import Message
from tests.steps import answer, chat, last_mail, link_of, mail, said_in, text_of
from tests.world import World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
QUOTED = "12.01.2026 10:00, Поддержка пишет:\n> Перезагрузите."


async def full(world: World, number: str, *, reply_to: Message | None = None) -> list[Message]:
    """Give the command; what the desk posted about it."""
    topic = world.group.topic(f"{number} ·")
    before = len(world.group.messages)
    world.group.say(world.engineer, "/full", topic=topic, reply_to=reply_to)
    await world.settle()
    return [message for message in world.group.messages[before:] if message.from_bot]


async def test_full_alone_shows_the_clients_last_mail(world: World) -> None:
    """Words, signature and quotation, and the mail itself, byte for byte, as a file."""
    await mail(world, ANN_WRITES, "Принтер", "Первое письмо.")
    receipt = await last_mail(world, ANN)
    text = f"Не помогло.\n\nС уважением,\nАнна\n\n{QUOTED}"
    await mail(world, ANN_WRITES, "Re: Принтер", text, in_reply_to=receipt)
    (shown,) = await full(world, "SD-1")
    assert shown.text.split("\n", 1)[1] == text
    assert shown.file is not None
    assert shown.file.name.startswith("SD-1-")
    assert shown.file.name.endswith(".eml")
    original = message_from_bytes(shown.file.data, policy=default)
    body = original.get_body()
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()
    assert original["From"].addresses[0].addr_spec == ANN


async def test_full_in_reply_shows_that_mail(world: World) -> None:
    """An older one, by its copy in the topic."""
    await mail(world, ANN_WRITES, "Принтер", f"Первое письмо.\n\n{QUOTED}")
    receipt = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Re: Принтер", "Второе.", in_reply_to=receipt)
    copy = next(m for m in world.group.messages if m.from_bot and "Первое письмо." in m.text)
    (shown,) = await full(world, "SD-1", reply_to=copy)
    assert shown.text.split("\n", 1)[1] == f"Первое письмо.\n\n{QUOTED}"


async def test_a_mail_longer_than_a_message_comes_as_a_file_too(world: World) -> None:
    """Nothing is left out: the text file has all of it."""
    old = "\n".join(f"> строка {number}" for number in range(2_000))
    text = f"Не помогло.\n\n12.01.2026 10:00, Поддержка пишет:\n{old}"
    await mail(world, ANN_WRITES, "Принтер", text)
    files = [message.file for message in await full(world, "SD-1") if message.file]
    by_ending = {file.name.rpartition(".")[2]: file.data for file in files}
    assert by_ending.keys() == {"txt", "eml"}
    assert text in by_ending["txt"].decode()


async def test_full_where_there_is_no_mail_says_so(world: World) -> None:
    """In a ticket from the messenger, and in reply to what is no mail."""
    await chat(world, "Олег", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    copy = next(message for message in topic.messages[1:] if "Не печатает" in message.text)
    (told,) = await full(world, "SD-1")
    assert "писем нет" in told.text
    (told,) = await full(world, "SD-1", reply_to=copy)
    assert "Это не письмо клиента" in told.text
    (told,) = await full(world, "SD-1", reply_to=topic.messages[0])
    assert "писем нет" in told.text


async def test_full_shows_only_the_tickets_own_mail(world: World) -> None:
    """A reply to a copy of another ticket's mail cannot happen in a topic; alone it is the last of this one."""
    await mail(world, ANN_WRITES, "Принтер", "Про принтер.")
    await mail(world, "Олег <oleg@client.example>", "Сканер", "Про сканер.")
    (shown,) = await full(world, "SD-1")
    assert "Про принтер." in shown.text


async def test_a_long_quotation_is_folded_in_the_topic(world: World) -> None:
    """The engineer sees the words first, and opens the rest by a touch."""
    old = "\n".join(f"> старая строка {number}" for number in range(60))
    await mail(world, ANN_WRITES, "Принтер", f"Не помогло.\n\n12.01.2026 10:00, Поддержка пишет:\n{old}")
    shown = next(m for m in world.group.messages if m.from_bot and "Не помогло." in m.text)
    assert "старая строка 59" in shown.text
    assert [entity["type"] for entity in shown.entities if "blockquote" in entity["type"]] == ["expandable_blockquote"]


async def test_a_quoted_personal_link_is_not_handed_out(world: World) -> None:
    """Whoever pressed it would become the client: the words come without it, and the mail itself stays where it is."""
    await mail(world, ANN_WRITES, "Принтер", "Первое письмо.")
    receipt = await last_mail(world, ANN)
    quoted = "\n".join(f"> {line}" for line in text_of(receipt).splitlines())
    assert "?start=" in quoted
    text = f"Не помогло.\n\n12.01.2026 10:00, Поддержка пишет:\n{quoted}"
    await mail(world, ANN_WRITES, "Re: Принтер", text, in_reply_to=receipt)
    (shown,) = await full(world, "SD-1")
    assert "?start=…" in shown.text
    assert "личная ссылка" in shown.text
    assert shown.file is None


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eur05.safelinks.protection.outlook.com/?url={encoded}&data=05%7C02",
        "https://checklink.mail.ru/proxy?q=1&url={twice}",
        "https://urldefense.proofpoint.com/v2/url?u={dashes}&d=DwIFaQ",
        "https://urldefense.com/v3/__{plain}__;!!abc",
    ],
)
async def test_a_personal_link_in_the_wrapping_of_a_guard_is_not_handed_out(world: World, wrapped: str) -> None:
    """Mail servers rewrite the links that a client quotes; pressed, they lead where ours does."""
    await mail(world, ANN_WRITES, "Принтер", "Первое письмо.")
    payload = await link_of(world, ANN)
    plain = f"https://t.me/desk_bot?start={payload}"
    encoded = quote(plain, safe="")
    forms = {"plain": plain, "encoded": encoded, "twice": quote(encoded, safe=""), "dashes": encoded.replace("%", "-")}
    await mail(
        world, ANN_WRITES, "Re: Принтер", f"Вот: {wrapped.format(**forms)}", in_reply_to=await last_mail(world, ANN)
    )
    assert "Вот: " in said_in(world.group.topic("SD-1 ·"))
    assert payload not in said_in(world.group.topic("SD-1 ·"))
    (shown,) = await full(world, "SD-1")
    assert payload not in shown.text
    assert shown.file is None
    await answer(world, "SD-1", "Смотрим")
    assert payload not in text_of(await last_mail(world, ANN))


async def test_a_topic_that_cuts_a_quotation_says_how_to_see_it(world: World) -> None:
    """The engineer sees that there is more, and the command for it."""
    old = "\n".join(f"> строка {number}" for number in range(2_000))
    await mail(world, ANN_WRITES, "Принтер", f"Не помогло.\n\n12.01.2026 10:00, Поддержка пишет:\n{old}")
    copy = next(m for m in world.group.messages if m.from_bot and "Не помогло." in m.text)
    assert copy.text.rstrip().endswith("/full в ответ на это сообщение")
