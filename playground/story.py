"""The demo's story: two clients, one engineer, five weeks; every word goes through the servers as in real life."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

from rich.console import Console

from playground.botapi import Person, png
from playground.narrator import Narrator
from playground.stage import BORIS, SUPPORT, Stage

STEP = timedelta(hours=12)
"""Time passes in half days, the mail being read in each: a silence of a day would be an outage, and one of an hour
keeps the desk from closing anything.
"""

PATIENCE = 20.0


class Desk(Protocol):
    """The running desk, as far as the story needs it: to know when it has done all that is due."""

    async def at_rest(self) -> bool: ...

    async def tick(self) -> None: ...

    async def mail_heard(self) -> bool:
        """Whether every mailbox was read since the clock last jumped."""
        ...


class Story:
    """Plays the scenes in order; any that does not come about raises AssertionError."""

    def __init__(self, stage: Stage, desk: Desk, console: Console) -> None:
        self._stage = stage
        self._desk = desk
        self._tell = Narrator(stage, console)

    async def play(self) -> None:
        await self._first_words()
        await self._answers()
        await self._linking()
        await self._other_door()
        await self._solved()
        await self._question()
        await self._silence()
        self._tell.title("Конец")
        self._tell.say("Всё прошло через настоящие Bot API, IMAP и SMTP. Оставить работать: make demo KEEP=1")

    async def _first_words(self) -> None:
        self._tell.title("Анна пишет в Telegram, Борис — на почту")
        anna = self._stage.anna
        anna.start()
        await self._rest()
        anna.say("Не печатает принтер на складе")
        await self._rest()
        anna.send_photo(png(320, 200), caption="Вот что на экране")
        await self._rest()
        await self._stage.mails.send(
            sender=f"Борис Петров <{BORIS}>",
            to=SUPPORT,
            subject="Счёт за ноябрь",
            text="Добрый день!\n\nПришлите, пожалуйста, счёт за ноябрь.\n\nБорис Петров",
            attachments=[("реквизиты.txt", "ИНН 7700000000".encode())],
        )
        await self._until(lambda: self._stage.mails.inbox(BORIS), "квитанция Борису")
        await self._rest()

    async def _answers(self) -> None:
        self._tell.title("Мария отвечает обоим из группы")
        group, maria = self._stage.group, self._stage.maria
        topic = group.topic("SD-1")
        card = topic.messages[0]
        words = next(one for one in topic.messages if "Не печатает" in one.text and one.from_bot and one is not card)
        await group.press(maria, topic.messages[0], "Взять")
        group.say(maria, "Похоже на драйвер, сейчас посмотрю", topic=topic)
        group.say(maria, "Здравствуйте, Анна! Уже смотрим, перезагрузите пока принтер.", topic=topic, reply_to=words)
        await self._hold(6)
        topic = group.topic("SD-2")
        words = next(one for one in topic.messages[1:] if "счёт за ноябрь" in one.text)
        group.say(maria, "Борис, добрый день! Счёт готовит бухгалтерия, пришлём сегодня.", topic=topic, reply_to=words)
        await self._hold(31)
        await self._until(lambda: self._mails(2), "ответ Борису")
        await self._rest()

    async def _linking(self) -> None:
        self._tell.title("Борис открывает ссылку из письма: почта и Telegram теперь одно")
        receipt = (await self._stage.mails.inbox(BORIS))[0]
        body = receipt.get_body(("plain",))
        found = re.search(r"\?start=([\w-]+)", str(body.get_content()) if body else "")
        assert found, "в квитанции нет ссылки"
        self._stage.boris.start(found[1])
        await self._rest()

    async def _other_door(self) -> None:
        self._tell.title("Он продолжает ту же заявку уже из Telegram")
        self._stage.boris.say("Это Борис, пишу отсюда. Счёт нужен до пятницы.")
        await self._rest()
        group, maria = self._stage.group, self._stage.maria
        topic = group.topic("SD-2")
        words = next(one for one in topic.messages if "до пятницы" in one.text)
        group.say(maria, "Хорошо, успеем к четвергу.", topic=topic, reply_to=words)
        await self._hold(6)
        assert len(group.topics) == 2, "второй заявки быть не должно"

    async def _solved(self) -> None:
        self._tell.title("Счёт отправлен: Борис подтверждает и ставит оценку")
        group, maria, boris = self._stage.group, self._stage.maria, self._stage.boris
        topic = group.topic("SD-2")
        group.say(maria, "/spent 25m Подготовила счёт", topic=topic)
        group.say(maria, "/solved Счёт отправили на вашу почту.", topic=topic)
        await self._hold(6)
        await boris.press(boris.last("Счёт отправили"), "Да, решено")
        await self._rest()
        await self._pass(lambda: "5 ★" in boris.last().buttons)
        await boris.press(boris.last(), "5 ★")
        await self._rest()
        assert "5" in group.topic("SD-2").messages[-1].text, "инженеры должны увидеть оценку"

    async def _question(self) -> None:
        self._tell.title("Марии не хватает данных от Анны")
        group, maria = self._stage.group, self._stage.maria
        topic = group.topic("SD-1")
        group.say(maria, "/done Переустановили драйвер принтера", topic=topic)
        group.say(maria, "/info Какая модель принтера? Она на наклейке сзади.", topic=topic)
        await self._hold(6)

    async def _silence(self) -> None:
        self._tell.title("Анна молчит: напоминания раз в неделю, потом закрытие")
        anna = self._stage.anna
        for words in ("Напоминание 1 из 2", "Напоминание 2 из 2", "ответ от клиента не получен"):
            await self._pass(partial(_told, anna, words))
        assert self._stage.group.topic("SD-1").closed, "тема закрытой заявки должна закрыться"

    async def _mails(self, count: int) -> bool:
        return len(await self._stage.mails.inbox(BORIS)) >= count

    async def _pass(self, condition: Callable[[], bool]) -> None:
        """Let weeks pass until something happens."""
        self._tell.say("… проходит время …")
        for _ in range(60):
            self._stage.jump(STEP)
            await self._until(self._desk.mail_heard, "почта читается")
            await self._desk.tick()
            await self._rest(quick=True)
            if condition():
                await self._hold(6)
                return
        raise AssertionError("за месяц ничего не случилось")

    async def _hold(self, seconds: int) -> None:
        """Let the moment pass in which an answer can be taken back."""
        await self._rest()
        self._stage.jump(timedelta(seconds=seconds))
        await self._desk.tick()
        await self._rest()

    async def _rest(self, *, quick: bool = False) -> None:
        """Wait until the desk has done all that is due; then show what people see."""
        if not quick:
            await asyncio.sleep(0.05)
        quiet = 0

        async def still() -> bool:
            nonlocal quiet
            done = not self._stage.bot.world.inbox.pending and await self._desk.at_rest()
            quiet = quiet + 1 if done else 0
            return quiet > 2

        await self._until(still, "стол занят")
        await self._tell.show(BORIS)

    async def _until(self, condition: Callable[[], Awaitable[object]], what: str) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while not await condition():
            assert loop.time() < deadline, f"не дождались: {what}"
            await asyncio.sleep(0.01)


def _told(person: Person, words: str) -> bool:
    return any(words in message.text for message in person.chat)
