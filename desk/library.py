"""The canned answers and the articles of the knowledge base as their folders hold them, checked as they are read.

A file may begin with lines `key: value` between two lines of `---`. Longer than most: two kinds of file and what can be
wrong with each.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from desk.checks import nearest
from desk.errors import ConfigError, Mistake
from desk.language import guess_language
from desk.placeholders import NAMES, names_in, stray
from desk.ports import Stems
from desk.ranking import Index, Text
from desk.said import Said
from desk.settings import Settings
from desk.texts import LANGUAGES
from desk.tickets import Type

LARGEST = 200_000  # bytes of one file
MOST = 5_000  # files of one folder
LONGEST = 3_500  # characters of an answer; one message of Telegram's has 4,096, and values are put in
LONGEST_TITLE = 100

_ANSWER_KEYS = ("title", "words", "line", "type")
_ARTICLE_KEYS = ("title", "language", "product", "public", "words", "url")
_NAME = re.compile(r"[\w.-]{1,64}")
_KEY = re.compile(r"(?P<key>[\w-]+)\s*:\s*(?P<value>.*)")
_SECTION = re.compile(r"##\s*(?P<language>ru|en)\s*", re.IGNORECASE)
_HEADING = re.compile(r"#\s+(?P<title>\S.*?)\s*#*\s*")
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A canned answer; `line` and `type` say where it is suggested, "" everywhere."""

    name: str
    title: str
    texts: Mapping[str, str]  # by language
    words: str = ""
    line: str = ""
    type: str = ""

    @property
    def key(self) -> str:
        """It in a button's 64 bytes."""
        return _short(self.name)

    def text(self, language: str) -> str:
        """In that language, or in another where it has none."""
        return self.texts.get(language) or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article; its `name` is its path in the folder. Only a `public` one is ever shown to a client."""

    name: str
    title: str
    text: str  # Markdown, without the title
    language: str
    product: str = ""
    public: bool = False
    words: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """It in a button's 64 bytes."""
        return _short(self.name)


def _short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:10]


def _no_stems(_text: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that can be sent ready-made, and the indexes to find it by."""

    answers: tuple[Answer, ...] = ()
    articles: tuple[Article, ...] = ()
    answer_index: Index = field(default_factory=lambda: Index(_no_stems))
    article_index: Index = field(default_factory=lambda: Index(_no_stems))

    def answer(self, key: str) -> Answer | None:
        """By its key in a button, or by its name."""
        return next((one for one in self.answers if key in (one.key, one.name)), None)

    def article(self, key: str) -> Article | None:
        return next((one for one in self.articles if key in (one.key, one.name)), None)


def read(settings: Settings, stems: Stems) -> Library:
    """Both folders; one that is not there is empty. ConfigError with every mistake in them."""
    shelf = _Shelf(lines=[line.name for line in settings.line])
    answers = shelf.answers(settings.library.answers)
    articles = shelf.articles(settings.library.articles)
    if shelf.mistakes:
        raise ConfigError(shelf.mistakes)
    return Library(
        answers=answers,
        articles=articles,
        answer_index=Index.of([Text(title=f"{one.name} {one.title}", words=one.words) for one in answers], stems),
        article_index=Index.of(
            [Text(title=one.title, words=f"{one.words} {one.product}", body=one.text) for one in articles], stems
        ),
    )


def changes(old: Library, new: Library, most: int) -> list[str]:
    """What is different in both folders, as a reload tells it: "[library] +vip −old ~billing"."""
    was, now = _by_name(old), _by_name(new)
    marked = [f"+{name}" for name in now if name not in was]
    marked += [f"−{name}" for name in was if name not in now]
    marked += [f"~{name}" for name in now if name in was and now[name] != was[name]]
    return [" ".join(["[library]", *marked[:most], *(["…"] if len(marked) > most else [])])] if marked else []


def _by_name(library: Library) -> dict[str, Answer | Article]:
    found: dict[str, Answer | Article] = {one.name: one for one in library.answers}
    return found | {one.name: one for one in library.articles}


def check_library(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every mistake in the files of both folders; what is no table is left to whoever reads the tables."""
    table = tables.get("library", {})
    lines = tables.get("line")
    names = [str(one.get("name")) for one in lines if isinstance(one, dict)] if isinstance(lines, list) else ["first"]
    shelf = _Shelf(lines=names)
    for key, look in (("answers", shelf.answers), ("articles", shelf.articles)):
        name = table.get(key, key) if isinstance(table, dict) else key
        if isinstance(name, str) and name.strip():
            look(Path(file).absolute().parent / Path(name).expanduser())
    return shelf.mistakes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One file: what stands between the dashes, each with its line, and the lines below, from line `start` on."""

    path: Path
    name: str
    keys: Mapping[str, str]
    body: Sequence[str]
    start: int
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Shelf:
    """Reads the folders and gathers what is wrong in them."""

    lines: Collection[str]
    mistakes: list[Mistake] = field(default_factory=list)

    def answers(self, folder: Path) -> tuple[Answer, ...]:
        found: dict[str, Answer] = {}
        for page in self._pages(folder, _ANSWER_KEYS):
            name = page.path.stem
            if not _NAME.fullmatch(name):
                self._wrong(page.path, 0, Said("library.bad_name"))
            elif name.casefold() in found:
                self._wrong(page.path, 0, Said("library.same_name", name=name))
            elif answer := self._answer(page):
                found[name.casefold()] = answer
        return tuple(found[name] for name in sorted(found))

    def articles(self, folder: Path) -> tuple[Article, ...]:
        pages = self._pages(folder, _ARTICLE_KEYS)
        return tuple(article for page in pages if (article := self._article(page)))

    def _answer(self, page: _Page) -> Answer | None:
        texts = self._sections(page)
        title = page.keys.get("title", "") or page.path.stem
        if not texts:
            self._wrong(page.path, 0, Said("library.no_text"), Said("library.no_text_hint"))
        if len(title) > LONGEST_TITLE and page.keys.get("title"):
            self._at(page, "title", Said("library.long_title", count=LONGEST_TITLE))
        line, kind = page.keys.get("line", ""), page.keys.get("type", "")
        if line and line not in self.lines:
            self._at(page, "line", Said("library.no_such_line", name=line), nearest(line, list(self.lines)))
        if kind and kind not in tuple(Type):
            self._at(page, "type", Said("library.no_such_type", name=kind), nearest(kind, list(Type)))
        if not texts:
            return None
        words = page.keys.get("words", "")
        return Answer(name=page.path.stem, title=title, texts=texts, words=words, line=line, type=kind)

    def _sections(self, page: _Page) -> dict[str, str]:
        """The texts by language; one without headings is of the language that it is written in."""
        parts: dict[str, list[str]] = {}
        starts: dict[str, int] = {}
        language = ""
        for number, line in enumerate(page.body):
            if heading := _SECTION.fullmatch(line.strip()):
                language = heading["language"].lower()
                parts[language], starts[language] = [], page.start + number + 1
            elif language or line.strip() or parts:
                if not language:
                    whole = "\n".join(page.body)
                    language = guess_language(whole) or LANGUAGES[0]
                    parts[language], starts[language] = [], page.start + number
                parts[language].append(line)
        for one, lines in parts.items():
            self._check_text(page.path, "\n".join(lines), starts[one])
        return {one: text for one, lines in parts.items() if (text := "\n".join(lines).strip())}

    def _check_text(self, path: Path, text: str, start: int) -> None:
        for name, line in names_in(text):
            if name not in NAMES:
                self._wrong(path, start + line, Said("library.no_such_value", name=name or "…"), nearest(name, NAMES))
        if (line_of := stray(text)) is not None:
            self._wrong(path, start + line_of, Said("library.stray_brace"), Said("library.stray_brace_hint"))
        if len(text) > LONGEST:
            self._wrong(path, start, Said("library.too_long", count=LONGEST))
        if text.strip()[:1] in {"/", "@"}:
            self._wrong(path, start, Said("library.begins_wrong"))

    def _article(self, page: _Page) -> Article | None:
        title, body = _titled(page.body)
        title = title or page.keys.get("title", "") or page.path.stem
        language, public = page.keys.get("language", ""), page.keys.get("public", "false").lower()
        url = page.keys.get("url", "")
        if language and language not in LANGUAGES:
            self._at(page, "language", Said("library.no_such_language", name=language), nearest(language, LANGUAGES))
        if public not in {"true", "false"}:
            self._at(page, "public", Said("library.not_public", name=public), nearest(public, ("true", "false")))
        if url and not _LINK.fullmatch(url):
            self._at(page, "url", Said("library.no_link", name=url))
        if not body and not url:
            self._wrong(page.path, 0, Said("library.empty_article"))
            return None
        return Article(
            name=page.name,
            title=title[:LONGEST_TITLE],
            text=body,
            language=language or guess_language(f"{title}\n{body}") or LANGUAGES[0],
            product=page.keys.get("product", ""),
            public=public == "true",
            words=page.keys.get("words", ""),
            url=url,
        )

    def _pages(self, folder: Path, keys: Collection[str]) -> Iterator[_Page]:
        if not folder.exists():
            return
        if not folder.is_dir():
            self._wrong(folder, 0, Said("library.no_folder"))
            return
        paths = [path for path in sorted(folder.rglob("*.md")) if _is_meant(path, folder)]
        if len(paths) > MOST:
            self._wrong(folder, 0, Said("library.too_many", count=MOST))
        for path in paths[:MOST]:
            if (text := self._text(path)) is not None:
                page = self._page(path, path.relative_to(folder).with_suffix("").as_posix(), text, keys)
                if page is not None:
                    yield page

    def _text(self, path: Path) -> str | None:
        try:
            if path.stat().st_size > LARGEST:
                self._wrong(path, 0, Said("library.too_large", count=LARGEST // 1000))
                return None
            return path.read_text(encoding="utf-8-sig").replace("\x00", "")
        except UnicodeDecodeError:
            self._wrong(path, 0, Said("library.not_utf8"))
        except OSError as error:
            self._wrong(path, 0, Said("library.unread", reason=error.strerror or type(error).__name__))
        return None

    def _page(self, path: Path, name: str, text: str, known: Collection[str]) -> _Page | None:
        lines = text.splitlines()
        if not lines or lines[0].strip() != "---":
            return _Page(path=path, name=name, keys={}, body=lines, start=1)
        if not any(line.strip() == "---" for line in lines[1:]):
            self._wrong(path, 1, Said("library.not_ended"))
            return None
        keys: dict[str, str] = {}
        places: dict[str, int] = {}
        for number, line in enumerate(lines[1:], start=2):
            if line.strip() == "---":
                below = number + 1
                return _Page(path=path, name=name, keys=keys, body=lines[number:], start=below, places=places)
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found = _KEY.fullmatch(line.strip())
            if found is None:
                self._wrong(path, number, Said("library.no_pair"))
            elif found["key"] not in known:
                self._wrong(path, number, Said("library.no_such_key", name=found["key"]), nearest(found["key"], known))
            else:
                keys[found["key"]], places[found["key"]] = _bare(found["value"]), number
        return None

    def _at(self, page: _Page, key: str, message: str, hint: str = "") -> None:
        self._wrong(page.path, page.places[key], message, hint)

    def _wrong(self, path: Path, line: int, message: str, hint: str = "") -> None:
        """One more mistake; `line` 0: the file as a whole."""
        place = Said("library.at_line", line=line) if line else ""
        stop = "" if message.endswith((".", "?", "!")) else "."
        self.mistakes.append(Mistake(file=str(path), place=place, message=message + stop, suggestion=hint))


def _is_meant(path: Path, folder: Path) -> bool:
    """Not what tools leave about, nor the page that explains the folder."""
    parts = path.relative_to(folder).parts
    return path.is_file() and path.name.lower() != "readme.md" and not any(part[0] in "._" for part in parts)


def _bare(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value


def _titled(lines: Sequence[str]) -> tuple[str, str]:
    """The first heading, and everything else."""
    for number, line in enumerate(lines):
        if heading := _HEADING.fullmatch(line):
            return heading["title"], "\n".join([*lines[:number], *lines[number + 1 :]]).strip()
        if line.strip():
            break
    return "", "\n".join(lines).strip()
