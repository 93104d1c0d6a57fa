"""Looks whether the database opens and has the tables of this program."""

import os

from desk.errors import OtvetError
from desk.findings import FAILED, OK, WARNING, Finding
from desk.texts import say
from store import search_tables
from store.engine import Database, sqlite_file
from store.schema import HEAD, recorded

_OF_NOW = 50
"""Tickets whose words may be due at any time."""


async def check(url: str, language: str) -> list[Finding]:
    """One finding about the database at `url`; nothing is made or changed."""
    name = say(language, "cli.doctor_database")
    file = sqlite_file(url)
    if file is not None and not file.exists():
        above = next(folder for folder in file.parents if folder.exists())
        if not os.access(above, os.W_OK):
            advice = say(language, "cli.doctor_database_advice")
            return [Finding(name=name, state=FAILED, detail=str(above), advice=advice)]
        return [_new(name, language, made_at_start=True)]
    database = Database(url)
    try:
        async with database.reading() as connection:
            revision = await connection.run_sync(recorded)
            indexed = await connection.run_sync(search_tables.progress) if revision == HEAD else (0, 0)
        if revision == HEAD:
            async with database.writing():
                pass  # the lock was granted, so the file or server takes writers
    except (OtvetError, OSError, ValueError) as error:
        advice = say(language, "cli.doctor_database_advice")
        return [Finding(name=name, state=FAILED, detail=str(error), advice=advice)]
    finally:
        await database.close()
    if not revision:
        return [_new(name, language, made_at_start=file is not None)]
    if revision == HEAD:
        fine = Finding(name=name, state=OK, detail=say(language, "cli.doctor_revision", revision=revision))
        return [fine, *_searchable(language, *indexed)]
    detail = say(language, "cli.doctor_old", revision=revision, wanted=HEAD)
    state = WARNING if file else FAILED
    return [Finding(name=name, state=state, detail=detail, advice=say(language, "cli.doctor_old_advice"))]


def _searchable(language: str, left: int, whole: int) -> list[Finding]:
    """How far the words of the tickets are gathered; nothing when they are."""
    if left <= _OF_NOW:
        return []
    detail = say(language, "cli.doctor_indexing", done=max(0, whole - left), count=whole)
    advice = say(language, "cli.doctor_indexing_advice")
    return [Finding(name=say(language, "cli.doctor_search"), state=WARNING, detail=detail, advice=advice)]


def _new(name: str, language: str, *, made_at_start: bool) -> Finding:
    state = WARNING if made_at_start else FAILED
    advice = say(language, "cli.doctor_new_advice" if made_at_start else "cli.doctor_new_postgres_advice")
    return Finding(name=name, state=state, detail=say(language, "cli.doctor_new"), advice=advice)
