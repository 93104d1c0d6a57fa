"""The demo's transcript: what people see in their chats and mailboxes, in colour and in order."""

from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from playground.botapi import Group
from playground.botapi.model import Message
from playground.stage import Stage

ZONE = ZoneInfo("Europe/Moscow")
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


class Narrator:
    """Prints what is new since it was last asked."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._seen = len(stage.bot.world.log)
        self._mails = 0

    def title(self, text: str) -> None:
        self._console.print()
        self._console.print(Rule(f"[bold]{escape(text)}[/]", align="left"))

    def say(self, text: str) -> None:
        """A word of the narrator's own."""
        self._console.print(f"[dim]{escape(text)}[/]")

    async def show(self, mailbox: str) -> None:
        """Print every event and every mail that has come since the last call."""
        log = self._stage.bot.world.log
        for event in log[self._seen :]:
            line = self._line(event.kind, event.line, event.chat, event.data)
            if line:
                self._print(line, event.at)
        self._seen = len(log)
        for mail in (await self._stage.mails.inbox(mailbox))[self._mails :]:
            self._mails += 1
            self._print(_letter(mailbox, mail), self._stage.clock())

    def _print(self, line: str, at: Any) -> None:
        local = at.astimezone(ZONE)
        stamp = f"{WEEKDAYS[local.weekday()]} {local:%d.%m %H:%M}"
        self._console.print(f"[dim]{stamp}[/] {line}", soft_wrap=True)

    def _line(self, kind: str, line: str, chat: int | None, data: Any) -> str:
        group = self._stage.group
        if kind in {"message", "edited"} and chat is not None:
            found = self._message(chat, int(data.get("message_id", 0)))
            return _words(group, found, edited=kind == "edited") if found else ""
        if kind == "topic":
            return f"[green]▣ {escape(line)}[/]"
        if kind in {"reaction", "press"}:
            words = line.replace(" reacts ", " ставит ").replace(" presses ", " нажимает ")
            return f"[magenta]{escape(words)}[/]"
        return ""

    def _message(self, chat: int, number: int) -> Message | None:
        stage = self._stage
        if chat == stage.group.id:
            return next((one for one in stage.group.messages if one.id == number), None)
        people = (stage.anna, stage.boris, stage.maria)
        person = next((one for one in people if one.id == chat), None)
        return next((one for one in person.chat if one.id == number), None) if person else None


def _words(group: Group, message: Message, *, edited: bool) -> str:
    if message.service or edited:
        return ""
    who = escape(message.sender.name)
    file = "" if message.kind == "text" else f"<{message.kind}> "
    text = escape(f"{file}{message.text or ''}").replace("\n", "\n      ")
    buttons = f"  [reverse] {' | '.join(map(escape, message.buttons))} [/]" if message.buttons else ""
    if message.chat.id == group.id:
        topic = message.chat.topics.get(message.thread or 1)
        place = escape(topic.name if topic else "General")
        return f"[green]\\[{place}][/] [bold]{who}[/]: {text}{buttons}"
    return f"[cyan]\\[чат: {escape(message.chat.name)}][/] [bold]{who}[/]: {text}{buttons}"


def _letter(mailbox: str, mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    text = str(body.get_content()).strip() if body else ""
    shown = escape(text).replace("\n", "\n      ")
    return f"[yellow]\\[почта: {escape(mailbox)}][/] [bold]{escape(str(mail['Subject']))}[/]\n      {shown}"
