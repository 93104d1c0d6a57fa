"""Reads the lists of words that `[conduct]` names, and finds what is wrong with them before the desk starts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from desk.errors import ConfigError, Mistake
from desk.mistakes import mistake_of
from desk.said import Said
from rules.conduct import Lexicon, lexicon

LARGEST = 1_000_000  # bytes; a list of every word there is would be no list of abuse


def read(paths: Sequence[Path]) -> Lexicon:
    """The words of all lists. ConfigError naming every file that cannot be read."""
    mistakes = [mistake for path in paths if (mistake := _mistake(path, "config.toml"))]
    if mistakes:
        raise ConfigError(mistakes)
    return lexicon(line for path in paths for line in path.read_text(encoding="utf-8-sig").splitlines())


def check_words(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every list that cannot be used; what is no list of names is left to whoever reads the tables."""
    return list(_mistakes(file, tables.get("conduct")))


def _mistakes(file: str, table: Any) -> Iterator[Mistake]:
    names = table.get("words") if isinstance(table, dict) else None
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str) and name.strip() and (found := _mistake(Path(file).parent / name, file)):
            yield found


def _mistake(path: Path, file: str) -> Mistake | None:
    try:
        if path.stat().st_size > LARGEST:
            said = Said("config.words_too_large", name=path.name)
        elif lexicon(path.read_text(encoding="utf-8-sig").splitlines()) == Lexicon():
            said = Said("config.words_empty", name=path.name)
        else:
            return None
    except UnicodeDecodeError:
        said = Said("config.words_not_utf8", name=path.name)
    except FileNotFoundError:
        said = Said("config.words_missing", name=path.name)
    except OSError as error:
        said = Said("config.words_unread", name=path.name, reason=error.strerror or type(error).__name__)
    return mistake_of(file=file, place="[conduct] words", message=said, suggestion=Said("config.words_hint"))
