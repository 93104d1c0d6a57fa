"""Telegram as the desk's channel: clients' private chats ("telegram") and the engineers' group ("group")."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from aiogram import Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import Message

from bot import inline, opening, rights
from bot.acts import Acts
from bot.client_groups import client_group_router
from bot.client_topics import ClientTopics
from bot.decode import album_of, decode
from bot.files import Fetcher
from bot.group import follow, group_router
from bot.group_topics import GroupTopics
from bot.home import Group, Home
from bot.inline import Inline
from bot.membership import Membership
from bot.mishaps import Mishap, Trouble, told
from bot.pace import Pace
from bot.poller import OnHealth, Poller
from bot.private import private_router
from bot.redact import guard_logs
from bot.sending import Sender
from bot.session import open_bot
from desk import group
from desk.desk import Desk
from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut, NoTopics, OtvetError, ThreadGone
from desk.hearing import Hearing
from desk.incoming import Raw
from desk.parcels import Act, Outgoing, Receipt
from desk.ports import Receive
from desk.settings import Telegram

LOST_QUIET = 3600.0  # seconds between two words about the same lost group
SLOWEST = timedelta(seconds=30)
log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot and its engineers' group.

    Delivery is at least once: Telegram has no key by which a message sent just before a crash could be recognised.
    """

    names: tuple[str, ...] = ("telegram", "group")

    def __init__(
        self,
        desk: Desk,
        settings: Telegram | None = None,
        *,
        on_health: OnHealth | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        settings = settings or desk.settings.telegram
        token = settings.token.get_secret_value()
        guard_logs(token)
        self._desk = desk
        self._clock = clock
        self._hearing = Hearing(desk, "telegram")
        self._on_health: OnHealth = on_health or self._hearing
        self.bot = open_bot(token, settings.api, settings.proxy)
        self.home = Home(
            configured=str(settings.group), lines=lambda: group.lines_of(desk.settings), bot_id=self.bot.id, clock=clock
        )
        pace = settings.pace
        self._pace = Pace(
            per_second=pace.per_second,
            chat_per_second=pace.chat_per_second,
            group_per_minute=pace.group_per_minute,
            clock=clock,
        )
        sender = Sender(bot=self.bot, files=desk.files)
        self._acts = Acts(
            bot=self.bot, home=self.home, sender=sender, ours=GroupTopics(bot=self.bot, home=self.home),
            theirs=ClientTopics(self.bot),
        )  # fmt: skip
        self._opened = False
        self._failures = 0
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(private_router(), client_group_router(), group_router())
        self._dispatcher["home"] = self.home
        members = Membership(self.bot, clock)
        self._dispatcher["members"] = members
        self._inline = Inline(self.bot, desk, self.home, members)
        self._dispatcher["fetcher"] = Fetcher(bot=self.bot, files=desk.files)

    @property
    def reactions_on(self) -> bool:
        """Whether the group allows any reactions."""
        return self.home.emojis is None or bool(self.home.emojis)

    async def open(self) -> None:
        """Get to know the bot and the group. ConfigError for a bad token.

        When Telegram is away the rest waits in `run`: mail goes on meanwhile.
        """
        self._opened = await opening.introduce(self._desk, self.bot, self.home, self._on_health)

    async def close(self) -> None:
        """See desk.ports.Channel."""
        await self.bot.session.close()

    async def run(self, receive: Receive) -> None:
        """Take updates until cancelled. AlreadyRunning when another process takes them or a webhook is set."""
        hearing = asyncio.create_task(self._hearing.run(), name="telegram health")
        try:
            while not self._opened:
                await self.open()
                if not self._opened:
                    await asyncio.sleep(opening.RETRY)
            aside = {inline.KIND: self._inline.take}
            await Poller(
                self.bot, self._desk.say, on_health=self._on_health, clock=self._clock, aside=aside
            ).run(receive)
        finally:
            await self._inline.stop()
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def work(self, raws: Sequence[Raw]) -> None:
        """Hand one stored update, or the updates of one album, to the desk through aiogram's dispatcher.

        Unreadable, DeliveryDelayed and whatever a use-case raises come out of it.
        """
        updates = [update for update in (decode(raw.body, self.bot) for raw in raws) if update]
        if not updates:
            return
        updates.sort(key=lambda update: album.message_id if (album := album_of(update)) else 0)
        album: list[Message] = [message for message in map(album_of, updates) if message]
        if len(album) < len(updates) and len(updates) > 1:
            raise ValueError("rows that are no album were handed in together")
        single = [updates[0].message] if updates[0].message else []
        await self._dispatcher.feed_update(
            self.bot, updates[0], desk=self._desk.working_on([raw.id for raw in raws]), album=album or single
        )

    def reserve(self, message: Outgoing, *, before: Sequence[Act] = ()) -> timedelta:
        """Take places in Telegram's pace; zero: taken. See desk.ports.Channel."""
        here = self.home.of(message)
        return self._pace.reserve(message, before=before, group=here.chat_id, forum=here.forum)

    def release(self, message: Outgoing) -> None:
        """Give places back that were not used."""
        self._pace.release(message)

    def ready_in(self, message: Outgoing) -> timedelta:
        """How long the message must wait for Telegram's pace; zero: it may go now."""
        here = self.home.of(message)
        return self._pace.ready_in(message, group=here.chat_id, forum=here.forum)

    async def deliver(self, message: Outgoing) -> Receipt:
        """Send; DeliveryDelayed, DeliveryRefused, DoorShut or ThreadGone."""
        if (standing := self._acts.stands(message)) is not None:
            return standing
        here = self.home.of(message)
        if not self._pace.use(message, group=here.chat_id, forum=here.forum):
            wait = self.ready_in(message)
            if wait > timedelta(0):
                raise DeliveryDelayed(wait, "pace")
            self._pace.spend(message, group=here.chat_id, forum=here.forum)
        failures = self._failures  # several on their way to a Telegram that is down are one failure
        if message.channel == "group":
            await self._at_home(message, here)
        try:
            receipt = await self._acts.carry_out(message)
        except NoTopics as shut:
            await group.topics_shut(self._desk, here.chat_id, await self._lacking(here) or shut.reason)
            raise
        except AiogramError as error:
            raise await self._meant(message, here, error, failures + 1) from error
        self._failures = 0
        if message.channel == "group":
            await self._works(message, here)
        return receipt

    async def _works(self, message: Outgoing, here: Group) -> None:
        """What was lost is found."""
        if here.told_at > float("-inf"):
            here.told_at = float("-inf")
            await group.found(self._desk, here.chat_id)
        if message.act is Act.OPEN and here.no_topics_why:
            here.no_topics_why = ""
            await group.topics_again(self._desk, here.chat_id)

    async def _lacking(self, here: Group) -> str:
        """The rights that the bot has not got there, in the desk's language; "" when nobody can say."""
        missing = await rights.lacking(self.bot, here)
        return ", ".join(self._desk.say(right) for right in missing)

    async def _at_home(self, message: Outgoing, here: Group) -> None:
        """See that a message stays among the engineers' groups, and that the one it goes to is known."""
        if message.thread_place and here.chat_id != message.thread_place:
            if message.thread:
                raise ThreadGone(f"{message.thread_place} is no group of the engineers'")
            raise DeliveryRefused("that message stayed in a former group")
        if not here.seen:
            await opening.look_around(self._desk, self.bot, self.home, here)

    async def _meant(self, message: Outgoing, here: Group, error: AiogramError, failures: int) -> OtvetError:
        """The desk's error for Telegram's, after doing what must be done about it at once."""
        in_group = message.channel == "group"
        trouble = told(error, group=in_group, card=in_group and not here.forum)
        mishap = trouble.mishap
        if mishap is Mishap.WAIT:
            self._pace.pause(message, trouble.wait.total_seconds(), group=here.chat_id)
            return DeliveryDelayed(trouble.wait, trouble.words)
        if mishap in {Mishap.DOWN, Mishap.TOKEN}:
            self._failures = failures
            wait = min(trouble.wait * 2 ** min(self._failures - 1, 8), max(SLOWEST, trouble.wait))
            return DeliveryDelayed(wait, trouble.words, everyone=True)
        if mishap is Mishap.MIGRATED and in_group:
            await follow(self._desk, self.home, here.chat_id, trouble.new_chat)
            return DeliveryDelayed(timedelta(0), trouble.words)
        if mishap is Mishap.LOST:
            return await self._lost(message, here, trouble)
        if mishap is Mishap.THREAD and (in_group or message.thread):
            return ThreadGone(trouble.words)
        if mishap is Mishap.SHUT:
            return DoorShut(trouble.words)
        return DeliveryRefused(trouble.words)

    async def _lost(self, message: Outgoing, here: Group, trouble: Trouble) -> DeliveryDelayed:
        """The group cannot be written to: its messages wait, and the operator hears of it."""
        self._pace.pause(message, trouble.wait.total_seconds(), group=here.chat_id)
        if self._clock() - here.told_at >= LOST_QUIET:
            here.told_at = self._clock()
            reason = await self._lacking(here) or trouble.words
            await group.lost(self._desk, here.chat_id, self._desk.say("bot.lost_rights", reason=reason))
        return DeliveryDelayed(trouble.wait, trouble.words)
