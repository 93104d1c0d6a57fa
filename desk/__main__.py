"""The command line and the wiring: the only file that may import every room.

Rooms are imported inside the command that needs them, so that what needs neither Telegram nor the database answers at
once. Longer than most files, since all wiring belongs in one. Exit codes: 0 done, 1 failed, 2 configuration or usage.
"""

import asyncio
import errno
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desk import command_line
from desk.configuration import load_settings
from desk.errors import AlreadyRunning, ConfigError
from desk.texts import Texts, say

if TYPE_CHECKING:
    from desk.desk import Desk, Setup
    from desk.doctor import Part
    from desk.ports import Now, Router
    from desk.running import Running
    from desk.settings import Settings
    from desk.thoughts import Thoughts
    from playground.desk_process import DeskProcess
    from playground.stage import Stage
    from rules.chain import Chain
    from store.store import SqlStore

log = logging.getLogger("desk.run")
FAREWELL = 8.0
"""Seconds that the desk may take to put down what it holds; systemd and people wait ten."""
PRIVATE = 0o077
"""The umask of every command: what clients wrote, and its backups, are for the desk's own user alone."""
DONE, FAILED, CONFIGURATION = 0, 1, 2
ROUTING = frozenset({"rule", "line", "plan", "person", "reply", "field", "requires", "calendar"})
"""The tables that `rules replay --rules` takes from the other file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    language = command_line.language_of(given, os.environ)
    parser = command_line.parser(language)
    options = parser.parse_args(given)
    if options.command is None:
        parser.print_help()
        return DONE
    before = os.umask(PRIVATE)
    try:
        return COMMANDS[options.command](options)
    except KeyboardInterrupt:
        return _complain(say(language, "cli.interrupted"))
    except Exception as error:  # noqa: BLE001 - people get a sentence, never a stack trace
        return _complain(
            command_line.sentence(error, language), CONFIGURATION if isinstance(error, ConfigError) else FAILED
        )
    finally:
        os.umask(before)


def _complain(sentence: str, code: int = FAILED) -> int:
    print(sentence, file=sys.stderr)
    return code


def load(path: Path) -> "tuple[Settings, Chain]":
    """The settings with their rules ready to be asked; ConfigError with the mistakes of both."""
    from desk.library import check_library
    from desk.own_texts import check_texts
    from mail.grants import check_libraries
    from rules.checking import chain_of, check_rules
    from rules.patterns import check_patterns
    from rules.word_lists import check_words
    from scheduler.checking import check_country

    settings = load_settings(
        path,
        checks=(
            check_rules, check_patterns, check_words, check_texts, check_country, check_libraries, check_library,
        ),
    )
    return settings, chain_of(settings, str(path))


def with_rules(path: Path, other: Path) -> "tuple[Settings, Chain]":
    """The configuration with the tables of another file instead of its own, as far as they have a say in routing."""
    from desk.configuration import read_tables, settings_of
    from rules.checking import chain_of, check_rules
    from rules.patterns import check_patterns

    theirs = {key: table for key, table in read_tables(other).items() if key in ROUTING}
    tables = {**read_tables(path), **theirs}
    if mistakes := [*check_rules(str(other), tables), *check_patterns(str(other), tables)]:
        raise ConfigError(mistakes)
    settings = settings_of(path, tables)  # whose paths are relative to the configuration
    return settings, chain_of(settings, str(other))


def set_up(settings: "Settings", router: "Router") -> "Setup":
    """What the configuration comes to, with the official calendars."""
    from desk.desk import Setup
    from rules.patterns import compiled
    from rules.text import stems
    from rules.word_lists import read
    from scheduler.workdays import days_off

    return Setup.of(settings, router, days_off, compiled(settings.field), read(settings.conduct.words), stems)


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def opened(
    settings: "Settings", router: "Router", now: "Now" = _now, reread: "Callable[[], Setup] | None" = None
) -> "AsyncIterator[Desk]":
    """The desk on its opened database, without channels; closed again at the end. `reread`: its setup anew."""
    from desk.desk import Current, Desk
    from store.files import FolderFiles

    store = new_store(settings)
    try:
        await store.open()
        files = FolderFiles(files_folder(settings))
        yield Desk(current=Current(set_up(settings, router)), store=store, files=files, now=now, reread=reread)
    finally:
        await store.close()


def files_folder(settings: "Settings") -> Path:
    return settings.desk.data / "files"


def new_store(settings: "Settings") -> "SqlStore":
    """The store, not opened yet; the folders that it needs are there."""
    from store.engine import sqlite_file
    from store.store import SqlStore

    settings.desk.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file := sqlite_file(settings.store.url):
        file.parent.mkdir(parents=True, exist_ok=True)
    return SqlStore(settings.store.url)


def build(desk: "Desk") -> "Running":
    """The desk with its channels, ready to run."""
    from bot.channel import TelegramChannel
    from desk.running import Running
    from mail.channel import MailChannel
    from reports.printer import Draughtsman

    telegram, mail = TelegramChannel(desk, desk.settings.telegram), MailChannel(desk, desk.settings.mailbox)
    return Running(desk, [telegram, mail], Draughtsman(folder=desk.settings.desk.data / "drawing"))


def run(options: Namespace) -> int:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the loop listens to it; by itself it would end the process
    settings, chain = load(options.config)
    # From here a stop must find the loop's own handler or nothing worth saving.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))
    from desk.journal import start_journal

    start_journal(settings)
    log.info("desk.starts lines=%s mailboxes=%s", len(settings.line), len(settings.mailbox))
    return asyncio.run(_run(settings, chain, lambda: set_up(*load(options.config))))


async def _work(running: "Running") -> None:
    """Run with its ticks until cancelled or until something ends for good."""
    from scheduler.jobs import Job, Ticker

    def failed(name: str, error: Exception) -> None:
        log.error("tick.failed name=%s", name, exc_info=error)

    ticker = Ticker([Job(name=tick.name, every=tick.every, run=tick.run) for tick in running.ticks()], failed)
    ticker.start()
    try:
        await running.run()
    finally:
        await ticker.stop(within=timedelta(seconds=1))


async def _run(settings: "Settings", chain: "Chain", reread: "Callable[[], Setup]") -> int:
    from store.lock import bot_lock, database_lock

    stop, lost = asyncio.Event(), asyncio.Event()

    def taken_over() -> None:
        lost.set()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with bot_lock(settings.telegram.token.get_secret_value()):
        async with database_lock(settings.store.url, lost=taken_over), opened(settings, chain, reread=reread) as desk:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, desk.current.wishes.put_nowait, "SIGHUP")
            working = asyncio.create_task(_work(build(desk)))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if working.done():
                working.result()
                return FAILED  # it runs until it is stopped
            working.cancel()
            await asyncio.wait({working}, timeout=FAREWELL)
    log.info("desk.stopped")
    if lost.is_set():
        raise AlreadyRunning(settings.store.url, sort="database")
    return DONE


def demo(options: Namespace) -> int:
    """The page where somebody sits at a terminal; the transcript for whoever only reads what comes out."""
    if options.behind is not None:
        return asyncio.run(_behind(options.behind))
    seated = sys.stdin is not None and sys.stdin.isatty()
    page = options.page or (seated and not options.terminal and not options.keep)
    return _page(options) if page else asyncio.run(_demo(keep=options.keep))


class _Demo:
    """The running desk as the story sees it (playground.story.Desk)."""

    def __init__(self, desk: "Desk", running: "Running") -> None:
        self._desk, self._running = desk, running

    async def at_rest(self) -> bool:
        from desk import rest

        self._running.wake()
        return await rest.at_rest(self._desk)

    async def tick(self) -> None:
        for tick in self._running.ticks():
            await tick.run()

    async def mail_heard(self) -> bool:
        from desk import rest

        return await rest.mail_heard(self._desk, self._desk.now() - timedelta(hours=1))


async def _demo(*, keep: bool) -> int:
    """Play the story on a desk with servers of its own; `keep`: leave everything running until Ctrl+C."""
    from rich.console import Console

    from desk.settings import Settings
    from playground.stage import Stage
    from playground.story import Story
    from rules.checking import chain_of

    stage, console = await Stage.opened(), Console(highlight=False)
    settings = Settings.model_validate(stage.tables())
    chain = chain_of(settings, "demo")
    try:
        async with opened(settings, chain, now=stage.clock) as desk:
            running = build(desk)
            working = asyncio.create_task(_work(running))
            try:
                await Story(stage, _Demo(desk, running), console).play()
                if keep:
                    console.print(say(settings.desk.language, "cli.demo_kept", **stage.addresses()))
                    await working
            finally:
                working.cancel()
                await asyncio.wait({working}, timeout=FAREWELL)
    finally:
        await stage.close(forget=not keep)
    return DONE


def _page(options: Namespace) -> int:
    """The world in a box with its page, and the desk in a process of its own, until Ctrl+C."""
    from playground.desk_process import DeskGone
    from playground.page.opening import NotOpened, free_port, until_stopped

    folder, spare = Path(tempfile.mkdtemp(prefix="otvet-demo-")), True
    try:
        port = free_port(options.host, options.port)
        _print(say(options.language, "cli.demo_starts"))
        asyncio.run(until_stopped(_shown(options, port, folder)))
    except NotOpened as error:
        return _complain(command_line.not_opened(error.why, error.host, error.port, options.language))
    except DeskGone:
        spare = False  # whoever is told of the log wants to read it
        return _complain(say(options.language, "cli.demo_no_desk", log=folder / "desk.log"))
    finally:
        if spare:
            shutil.rmtree(folder, ignore_errors=True)
    _print(say(options.language, "cli.demo_over"))
    return DONE


async def _shown(options: Namespace, port: int, folder: Path) -> None:
    """Start everything, tell where it is to be seen, and go on until cancelled."""
    from playground.page.opening import PORT, served
    from playground.stage import Stage

    stage, exact = await Stage.opened(folder, language=options.language), options.port is not None
    try:
        async with (
            behind(stage) as (desk, thoughts),
            served(stage, desk, thoughts, host=options.host, port=port, exact=exact) as page,
        ):
            if not exact and page.port != PORT:
                _print(say(options.language, "cli.demo_next_port", taken=PORT, port=page.port))
            if page.elsewhere and page.elsewhere != page.url:
                _print(say(options.language, "cli.demo_elsewhere", url=page.elsewhere))
            _print(say(options.language, "cli.demo_page", url=page.url))
            if not options.no_browser:
                page.show()
            try:
                await asyncio.Event().wait()
            finally:
                desk.strike()  # whoever presses Ctrl+C wants the terminal; what the desk holds goes with the folder
    finally:
        await stage.close()


def _print(text: str) -> None:
    """Say it at once; a terminal that is gone is told nothing more."""
    try:
        print(text, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@asynccontextmanager
async def behind(stage: "Stage") -> "AsyncIterator[tuple[DeskProcess, Thoughts]]":
    """The desk of a stage in a process of its own, and a look into its database; both ended at the end."""
    from playground.desk_process import DeskProcess

    stage.write_down()
    command = [sys.executable, "-m", "desk", "demo", "--behind", str(stage.folder)]
    desk = DeskProcess(command, stage.folder / "desk.log")
    try:
        await desk.start()
        async with _looking(*_of_stage(stage.folder), now=stage.clock) as thoughts:
            yield desk, thoughts
    finally:
        await desk.close()


@asynccontextmanager
async def _looking(settings: "Settings", chain: "Chain", now: "Now") -> "AsyncIterator[Thoughts]":
    """A look into the database of a desk that works in another process, which cannot write there."""
    from desk.desk import Current, Desk
    from desk.thoughts import Thoughts
    from store.files import FolderFiles
    from store.store import SqlStore

    store = SqlStore(settings.store.url, read_only=True)
    try:
        await store.open()
        current, files = Current(set_up(settings, chain)), FolderFiles(files_folder(settings))
        desk = Desk(current=current, store=store, files=files, now=now)
        yield Thoughts(desk, store.version, chain.in_words)
    finally:
        await store.close()


def _of_stage(folder: Path) -> "tuple[Settings, Chain]":
    """The configuration that the stage wrote down for the desk behind the page."""
    from desk.settings import Settings
    from playground.stage import SETUP_FILE
    from rules.checking import chain_of

    settings = Settings.model_validate(json.loads((folder / SETUP_FILE).read_bytes()))
    return settings, chain_of(settings, "demo")


async def _behind(folder: Path) -> int:
    """The desk behind the page: everything as in `run`, but for the clock and for what its parent asks of it."""
    from desk.journal import start_journal
    from playground.clock import Clock
    from playground.desk_process import serve_orders
    from playground.stage import CLOCK_FILE
    from store.lock import bot_lock, database_lock

    tempfile.tempdir = str(folder)  # the lock of the bot and whatever else is left there goes with the stage
    settings, chain = _of_stage(folder)
    start_journal(settings)
    token, clock = settings.telegram.token.get_secret_value(), Clock.shared(folder / CLOCK_FILE)
    with bot_lock(token):
        async with (
            database_lock(settings.store.url),
            opened(settings, chain, now=clock, reread=lambda: set_up(*_of_stage(folder))) as desk,
        ):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, desk.current.wishes.put_nowait, "SIGHUP")
            running = build(desk)
            asked = _Demo(desk, running)
            working = asyncio.create_task(_work(running))
            serving = asyncio.create_task(
                serve_orders({"tick": asked.tick, "at_rest": asked.at_rest, "mail_heard": asked.mail_heard})
            )
            try:
                await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    return FAILED
                serving.result()
            finally:
                for task in (serving, working):
                    task.cancel()
                await asyncio.wait({serving, working}, timeout=FAREWELL)
    return DONE


def check(options: Namespace) -> int:
    settings, _ = load(options.config)
    numbers = {"boxes": len(settings.mailbox), "lines": len(settings.line), "rules": len(settings.rule)}
    print(say(settings.desk.language, "cli.config_fine", **numbers))
    return DONE


def routing(options: Namespace) -> int:
    """`rules check`, `rules explain`, `rules replay`."""
    settings, chain = load(options.config)
    if options.action == "check":
        return _remark(settings, chain, str(options.config))
    if options.action == "explain":
        return _explain(options, settings, chain)
    return asyncio.run(_replay(options, settings, chain))


def _remark(settings: "Settings", chain: "Chain", file: str) -> int:
    from rules.remarks import idle_calls, remarks

    language = settings.desk.language
    if not (found := [*remarks(chain, file), *idle_calls(chain, settings, file)]):
        print(say(language, "routing.no_remarks", count=len(chain.rules)))
        return DONE
    print(say(language, "routing.remarks", count=len(found)))
    print("\n".join(f"  {one.told(language)}" for one in found))
    return FAILED


def _explain(options: Namespace, settings: "Settings", chain: "Chain") -> int:
    from desk import replaying, rules_line
    from rules.chain import explained

    language = settings.desk.language
    if rules_line.nothing_to_explain(options):
        return _complain(say(language, "routing.explain_what"), CONFIGURATION)
    if not options.ticket:
        print(chain.explain(rules_line.facts_of(options, set_up(settings, chain)), language))
        return DONE

    async def again() -> replaying.Again:
        async with opened(settings, chain) as desk:
            return await replaying.one(desk, options.ticket)

    ticket = asyncio.run(again())
    number = f"{settings.desk.prefix}-{ticket.ticket.id}"
    print(say(language, "routing.explained_then", number=number), explained(ticket.before, language), "", sep="\n")
    print(say(language, "routing.explained_now"), chain.explain(ticket.facts, language), sep="\n")
    return DONE


async def _replay(options: Namespace, settings: "Settings", chain: "Chain") -> int:
    from dataclasses import replace

    from desk import replaying, rules_line
    from desk.desk import Current

    changed = set_up(*with_rules(options.config, options.rules)) if options.rules else set_up(settings, chain)
    async with opened(settings, chain) as desk:
        by_these = replace(desk, current=Current(changed))
        since = rules_line.begun(options.since, desk.now(), changed)
        async for line in replaying.replay(by_these, since, everything=options.all):
            print(line)
    return DONE


def doctor(options: Namespace) -> int:
    settings, _ = load(options.config)
    from bot.doctor import check as telegram
    from bot.group_doctor import check as line_groups
    from bot.profile import entries
    from desk.doctor import examine, look_at_disk, look_at_rights
    from mail.belief import check as senders
    from mail.doctor import check as mail
    from store.doctor import check as database

    language = settings.desk.language
    groups = [str(settings.telegram.group), *(str(line.group) for line in settings.line if line.group)]
    texts = Texts({"ru": settings.texts.ru, "en": settings.texts.en})
    presents = entries(texts, language, settings.desk.name, list(dict.fromkeys(groups)))
    parts: list[Part] = [
        ("Telegram", lambda: telegram(settings.telegram, language, presents=presents, fix=options.fix)),
        ("Telegram", lambda: line_groups(settings)),
        ("IMAP, SMTP", lambda: mail(settings)),
        ("[[mailbox]]", lambda: senders(settings)),
        ("[store]", lambda: database(settings.store.url, language)),
        ("[desk] data", lambda: look_at_disk([settings.desk.data], language)),
        ("[desk] data", lambda: look_at_rights(settings.desk.data, language)),
    ]
    return DONE if asyncio.run(examine(parts, language, print)) else FAILED


def login(options: Namespace) -> int:
    settings, _ = load(options.config)
    from mail.first_login import obtain

    obtain(settings, options.mailbox, partial(print, flush=True))
    return DONE


def quarantine(options: Namespace) -> int:
    from desk import quarantine_commands

    settings, chain = load(options.config)

    async def answer() -> str:
        async with opened(settings, chain) as desk:
            return await quarantine_commands.carry_out(desk, options.action, getattr(options, "id", 0))

    print(asyncio.run(answer()))
    return DONE


def due(options: Namespace) -> int:
    from desk import preview

    settings, chain = load(options.config)

    async def answer() -> str:
        async with opened(settings, chain) as desk:
            return await preview.due_on(desk, options.at)

    print(asyncio.run(answer()))
    return DONE


def clients(options: Namespace) -> int:
    from desk import client_commands, client_shown

    settings, chain = load(options.config)

    async def answer() -> tuple[str, bool]:
        async with opened(settings, chain) as desk:
            if options.action == "show":
                return await client_shown.show(desk, options.what), True
            if options.action == "import":
                content = options.file.read_bytes()
                return await client_commands.bring_in(
                    desk, content, apply=options.apply, skip_refused=options.skip_refused
                )
            content, count = await client_commands.give_out(desk)
            if options.file is None:
                sys.stdout.buffer.write(content)
                return "", True
            options.file.write_bytes(content)
            return desk.say("clients.exported", file=options.file, count=count), True

    text, well = asyncio.run(answer())
    if text:
        print(text)
    return DONE if well else FAILED


def _find_folder(file: Path | None) -> None:
    """FileNotFoundError that names the folder of a file to be written, and not ours beside it, before all work."""
    if file is not None and not file.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file.parent))


def report(options: Namespace) -> int:
    from desk import report_command

    settings, chain = load(options.config)
    period = report_command.period(week=options.week, month=options.month, quarter=options.quarter)
    out = report_command.file(options.out)
    _find_folder(out)
    from reports.workbook import write

    async def answer() -> str:
        async with opened(settings, chain) as desk:
            return await report_command.carry_out(desk, period, options.client, out, write)

    print(asyncio.run(answer()))
    return DONE


def trail(options: Namespace) -> int:
    from desk import history, rules_line

    settings, chain = load(options.config)
    _find_folder(options.out)

    async def answer() -> str:
        async with opened(settings, chain) as desk:
            since = rules_line.begun(options.since, desk.now(), desk.current.setup) if options.since else None
            content, count = await history.export(desk, ticket=options.ticket, client=options.client, since=since)
            options.out.write_bytes(content)
            return desk.say("trail.saved", file=options.out, count=count)

    print(asyncio.run(answer()))
    return DONE


def migrate(options: Namespace) -> int:
    from store.schema import HEAD

    settings, _ = load(options.config)

    async def applied() -> None:
        store = new_store(settings)
        try:
            await store.migrate()
        finally:
            await store.close()

    asyncio.run(applied())
    print(say(settings.desk.language, "cli.migrated", revision=HEAD))
    return DONE


def backup(options: Namespace) -> int:
    from store.backup import backup as save

    settings, _ = load(options.config)
    _find_folder(options.file)
    asyncio.run(save(settings.store.url, files_folder(settings), options.file))
    size = f"{options.file.stat().st_size / 1_000_000:.1f}"
    print(say(settings.desk.language, "cli.backed_up", file=options.file, size=size))
    return DONE


def restore(options: Namespace) -> int:
    from store.restore import restore as bring_back

    settings, _ = load(options.config)
    asyncio.run(bring_back(options.file, settings.store.url, files_folder(settings), force=options.force))
    print(say(settings.desk.language, "cli.restored", file=options.file))
    return DONE


COMMANDS: Mapping[str, Callable[[Namespace], int]] = {
    "run": run, "demo": demo, "check": check, "report": report, "doctor": doctor, "login": login, "rules": routing,
    "quarantine": quarantine, "due": due, "migrate": migrate, "backup": backup, "restore": restore, "clients": clients,
    "trail": trail,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
