"""Files that do not fit into a mail: in mails of their own, in Telegram, or there as soon as the client comes."""

import pytest

from desk.tickets import Participant, Standing, TicketId
from tests.steps import link_of, mail, mails_of, said_in, said_to, text_of
from tests.world import World

ANN, BOB = "ann@client.example", "bob@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
MEGABYTE = 1_000_000


async def send_files(world: World, *sizes: int, caption: str = "Смотрите файлы") -> None:
    """An engineer answers with documents, named by their numbers, and they are on their way."""
    topic = world.group.topic("SD-1 ·")
    seat = world.group.seat(world.engineer)
    for number, size in enumerate(sizes, start=1):
        seat.send_document(
            bytes([number]) * size, f"файл{number}.bin", topic=topic, reply_to=topic.messages[0],
            caption=caption if number == 1 else None,
        )  # fmt: skip
    await world.settle()
    await world.advance(seconds=31)


async def send_album(world: World, *sizes: int) -> None:
    """The same as one message with several files."""
    from playground.botapi.seat import Piece

    topic = world.group.topic("SD-1 ·")
    pieces = [
        Piece(kind="document", data=bytes([number]) * size, name=f"файл{number}.bin", caption="Вот" if number == 1 else None)
        for number, size in enumerate(sizes, start=1)
    ]  # fmt: skip
    world.group.seat(world.engineer).album(pieces, topic=topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=31)


async def names_mailed(world: World, address: str) -> list[list[str]]:
    """The files of each mail with files."""
    found = [[part.get_filename() or "" for part in one.iter_attachments()] for one in await mails_of(world, address)]
    return [names for names in found if names]


@pytest.fixture(params=[False, True], ids=["size-announced", "size-not-announced"])
async def asked(world: World, request: pytest.FixtureRequest) -> World:
    """A ticket by mail, and a server that takes four megabytes, whether or not it says so before."""
    world.mails.smtp.faults.size_limit = 4 * MEGABYTE
    world.mails.smtp.faults.silent_about_size = request.param
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.smtp.down()  # the next connection hears of it
    await world.mails.smtp.up()
    return world


async def test_files_that_fit_one_by_one_go_in_several_mails(asked: World) -> None:
    """In one thread, each file once, the words once; client and engineers read how many there are."""
    world = asked
    await send_album(world, 2 * MEGABYTE, 2 * MEGABYTE, 2 * MEGABYTE)
    await world.advance(seconds=31)
    assert await names_mailed(world, ANN) == [["файл1.bin"], ["файл2.bin"], ["файл3.bin"]]
    mails = (await mails_of(world, ANN))[1:]
    assert "всего писем: 3" in text_of(mails[0])
    assert "2 из 3: «файл2.bin»" in text_of(mails[1])
    assert sum("\nВот" in text_of(one) for one in mails) == 1
    assert len({one["Message-ID"] for one in mails}) == 3
    assert len({one["Subject"] for one in mails}) == 1
    assert len({one["References"].split()[0] for one in mails}) == 1
    assert all(one["Auto-Submitted"] is None for one in mails)
    assert "уйдёт писем: 3" in said_in(world.group.topic("SD-1 ·"))


async def test_files_of_an_answer_that_is_taken_back_do_not_go(asked: World) -> None:
    """The first of its mails waits for the client's server, the others behind it."""
    world = asked
    world.mails.smtp.faults.answers["DATA"] = [b"451 4.7.1 later", b"451 4.7.1 later"]
    await send_album(world, 2 * MEGABYTE, 2 * MEGABYTE, 2 * MEGABYTE)
    await world.advance(seconds=31)
    topic = world.group.topic("SD-1 ·")
    post = next(message for message in topic.messages if message.text == "Вот" and not message.from_bot)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(minutes=20)
    assert await names_mailed(world, ANN) == []
    assert len(await mails_of(world, ANN)) == 1


async def test_a_file_too_large_for_any_mail_goes_to_the_clients_telegram(asked: World) -> None:
    """The mail says so, and the engineers see it."""
    world = asked
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Re: Принтер", "Пишу снова почтой.", in_reply_to=(await mails_of(world, ANN))[0])
    await send_files(world, 5 * MEGABYTE)
    await world.advance(seconds=31)
    assert await names_mailed(world, ANN) == []
    words = text_of((await mails_of(world, ANN))[-1])
    assert "Смотрите файлы" in words
    assert "отправили вам в Telegram: «файл1.bin»" in words
    assert person.last().kind == "document"
    assert "SD-1" in said_to(person)
    assert "отправлено клиенту в Telegram: «файл1.bin»" in said_in(world.group.topic("SD-1 ·"))


async def test_a_file_waits_for_a_client_who_is_not_in_telegram_yet(asked: World) -> None:
    """The mail bears the link; once they come through it the file is theirs, once."""
    world = asked
    await send_album(world, 5 * MEGABYTE, 1 * MEGABYTE)
    await world.advance(seconds=31)
    assert await names_mailed(world, ANN) == [["файл2.bin"]]
    told = [one for one in await mails_of(world, ANN) if "Слишком велико для почты: «файл1.bin»" in text_of(one)]
    assert len(told) == 1
    topic = world.group.topic("SD-1 ·")
    assert "Клиент получил в письме ссылку" in said_in(topic)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    documents = [one for one in person.received if one.kind == "document"]
    assert len(documents) == 1
    assert "Клиент пришёл в Telegram, отправляем ему туда: «файл1.bin»" in said_in(topic)
    await world.advance(minutes=10)
    assert len([one for one in person.received if one.kind == "document"]) == 1


async def test_a_file_too_large_where_others_read_along_bears_no_link(asked: World) -> None:
    """The client reads name and size, everybody else too; it goes when the client comes to Telegram in another way."""
    world = asked
    await world.mails.user(BOB)
    async with world.store.unit() as unit:
        await unit.add(
            Participant(ticket_id=TicketId(1), address=BOB, standing=Standing.ADMITTED, by="Борис", at=world.clock())
        )
        await unit.commit()
    link = await link_of(world, ANN)  # that of the receipt
    await send_files(world, 5 * MEGABYTE)
    await world.advance(seconds=31)
    for address in (ANN, BOB):
        words = text_of((await mails_of(world, address))[-1])
        assert "не приложено: «файл1.bin»" in words
        assert "?start=" not in words
    told = said_in(world.group.topic("SD-1 ·"))
    assert "не отправлено: «файл1.bin»" in told
    assert f"Участник {BOB} файлы не получит" in told
    person = world.person("Анна")
    person.start(link)
    await world.settle()
    assert [one.kind for one in person.received].count("document") == 1


async def test_words_alone_that_are_too_large_are_refused_in_the_servers_words(world: World) -> None:
    """There is nothing to leave out."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.mails.smtp.faults.answers["DATA"] = [b"552 5.3.4 message too big"]
    topic = world.group.topic("SD-1 ·")
    world.group.say(world.engineer, "Смотрим", topic=topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=31)
    assert "не доставлено клиенту: 552 5.3.4 message too big" in said_in(topic)


async def test_files_that_do_not_arrive_are_told(world: World) -> None:
    """Their failure sends the words nowhere else."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Re: Принтер", "Снова почтой.", in_reply_to=(await mails_of(world, ANN))[0])
    world.bot.fail_next("sendDocument", 403, "Forbidden: bot was blocked by the user")
    world.mails.smtp.faults.size_limit = 100_000
    await world.mails.smtp.down()
    await world.mails.smtp.up()
    before = len(await mails_of(world, ANN))
    await send_files(world, 200_000)
    await world.advance(seconds=31)
    assert "файлы не доставлены клиенту: «файл1.bin»" in said_in(world.group.topic("SD-1 ·"))
    assert len(await mails_of(world, ANN)) == before + 1


async def test_a_file_that_the_bot_was_not_given_goes_by_telegram(world: World) -> None:
    """Above Telegram's 20 MB the desk has only a name for it: mail cannot carry that, a chat can."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    topic = world.group.topic("SD-1 ·")
    world.group.send_document(
        world.engineer, b"big", "образ.iso", size=30 * 1024 * 1024, topic=topic, reply_to=topic.messages[0]
    )
    await world.settle()
    await world.advance(seconds=31)
    await world.advance(seconds=31)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    assert [one.kind for one in person.received].count("document") == 1


async def test_a_client_who_lets_the_bot_in_again_gets_what_waited(world: World) -> None:
    """They had blocked it when the file was sent."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Re: Принтер", "Снова почтой.", in_reply_to=(await mails_of(world, ANN))[0])
    person.block()
    await world.settle()
    world.mails.smtp.faults.size_limit = 100_000
    await world.mails.smtp.down()
    await world.mails.smtp.up()
    await send_files(world, 200_000)
    assert "не отправлено: «файл1.bin»" in said_in(world.group.topic("SD-1 ·"))
    person.unblock()
    person.say("Я вернулась")
    await world.settle()
    assert [one.kind for one in person.received].count("document") == 1
