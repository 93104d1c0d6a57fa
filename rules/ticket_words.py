"""The words for what is known of a ticket besides its text: whose it is, by which contract, what came with it."""

from collections.abc import Callable, Mapping

from desk.said import Said
from desk.tickets import Priority, Type
from rules.conditions import Condition, Sentence, WrongValue, every, listed
from rules.logic import Claim
from rules.message import Message, folded
from rules.values import Known, Word, entries_of, flag, kind, nearest, texts_of

TYPES = {
    Type.ERROR: Sentence("ошибка", "error"),
    Type.REQUEST: Sentence("запрос информации", "request for information"),
    Type.SUGGESTION: Sentence("предложение", "suggestion"),
}
PRIORITIES = {
    Priority.CRITICAL: Sentence("критический", "critical"),
    Priority.HIGH: Sentence("высокий", "high"),
    Priority.NORMAL: Sentence("обычный", "normal"),
    Priority.LOW: Sentence("низкий", "low"),
}
# Files by what they are, as far as their names tell.
FILES: Mapping[str, frozenset[str]] = {
    "image": frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".heic", ".tif", ".tiff"}),
    "video": frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"}),
    "audio": frozenset({".ogg", ".oga", ".mp3", ".wav", ".m4a", ".opus"}),
    "log": frozenset({".log", ".txt", ".trace", ".dmp", ".evtx"}),
    "archive": frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar"}),
    "document": frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf"}),
    "spreadsheet": frozenset({".xls", ".xlsx", ".ods", ".csv"}),
}


def known_names(value: object, known: Mapping[str, object] | list[str], what: str) -> list[str]:
    """One name or several, each of them known."""
    entries = entries_of(value, "rules.of_names")
    if unknown := [entry for entry in entries if entry not in known]:
        raise WrongValue(Said(f"rules.unknown_{what}", word=unknown[0]), nearest(unknown[0], list(known)))
    return entries


def _one(about: str, said: Sentence, of: Callable[[Message], str], names: Callable[[Known], list[str] | None]) -> Word:
    """A word for a thing that has one value; `names` are those that the configuration knows, None: nobody knows."""

    def word(value: object, known: Known) -> Condition:
        allowed = names(known)
        entries = texts_of(value) if allowed is None else known_names(value, allowed, about)
        wanted = frozenset(folded(entry) for entry in entries)
        shown = listed(entries)
        return Condition(
            holds=lambda message: folded(of(message)) in wanted,
            says=Sentence(f"{said.ru} — {shown.ru}", f"{said.en} is {shown.en}"),
            fails=Sentence(f"{said.ru} — не {shown.ru}", f"{said.en} is not {shown.en}"),
            claim=Claim(about=about, values=wanted),
        )

    return word


def _type(value: object, known: Known) -> Condition:  # noqa: ARG001 - every word is asked alike
    wanted = frozenset(Type(one) for one in known_names(value, [one.value for one in Type], "type"))
    names = [TYPES[one] for one in Type if one in wanted]
    ru, en = ", ".join(name.ru for name in names), ", ".join(name.en for name in names)
    return Condition(
        holds=lambda message: message.facts.type in wanted,
        says=Sentence(f"тип — {ru}", f"the type is {en}"),
        fails=Sentence(f"тип — не {ru}", f"the type is not {en}"),
        claim=Claim(about="type", values=wanted, domain=frozenset({*Type, None})),
    )


def _priority(value: object, known: Known) -> Condition:  # noqa: ARG001
    wanted = frozenset(Priority(one) for one in known_names(value, [one.value for one in Priority], "priority"))
    names = [PRIORITIES[one] for one in Priority if one in wanted]
    ru, en = ", ".join(name.ru for name in names), ", ".join(name.en for name in names)
    return Condition(
        # As long as nobody says otherwise a ticket is a normal one.
        holds=lambda message: (message.facts.priority or Priority.NORMAL) in wanted,
        says=Sentence(f"приоритет — {ru}", f"the priority is {en}"),
        fails=Sentence(f"приоритет — не {ru}", f"the priority is not {en}"),
        claim=Claim(about="priority", values=wanted, domain=frozenset(Priority)),
    )


def _client(value: object, known: Known) -> Condition:  # noqa: ARG001
    entries = texts_of(value)
    wanted = frozenset(folded(entry) for entry in entries)
    shown = listed(entries)
    return Condition(
        holds=lambda message: not wanted.isdisjoint(message.client),
        says=Sentence(f"клиент — {shown.ru}", f"the client is {shown.en}"),
        fails=Sentence(f"клиент — не {shown.ru}", f"the client is not {shown.en}"),
        claim=Claim(about="client", values=wanted, several=True),
    )


def _tags(value: object, known: Known) -> Condition:
    entries = entries_of(value, "rules.of_names")
    if unknown := [entry for entry in entries if entry not in known.tags]:
        hint = nearest(unknown[0], known.tags) if known.tags else Said("rules.no_tags_before")
        raise WrongValue(Said("rules.unknown_tag", word=unknown[0]), hint)
    wanted = frozenset(entries)
    shown = listed(entries)
    return Condition(
        holds=lambda message: not wanted.isdisjoint(message.facts.tags),
        says=Sentence(f"есть метка {shown.ru}", f"it has the tag {shown.en}"),
        fails=Sentence(f"нет метки {shown.ru}", f"it has no tag {shown.en}"),
        claim=Claim(about="tags", values=wanted, several=True),
    )


def _file(value: object, known: Known) -> Condition:  # noqa: ARG001
    entries = [entry.strip().lower() for entry in texts_of(value)]
    if unknown := [entry for entry in entries if "." not in entry and entry not in FILES]:
        raise WrongValue(Said("rules.unknown_file", word=unknown[0]), nearest(unknown[0], FILES))
    wanted = {ending for entry in entries for ending in FILES.get(entry, (entry,))}
    endings = tuple(sorted(one for one in wanted if one.startswith(".")))
    shown = listed(entries)
    return Condition(
        holds=lambda message: any(name in wanted or name.endswith(endings) for name in message.files),
        says=Sentence(f"есть файл {shown.ru}", f"it has a file {shown.en}"),
        fails=Sentence(f"нет файла {shown.ru}", f"it has no file {shown.en}"),
        claim=Claim(about="file", values=frozenset(wanted), several=True),
    )


def _fields(value: object, known: Known) -> Condition:
    if not isinstance(value, dict):
        raise WrongValue(Said("rules.takes_fields", given=kind(value)), Said("rules.takes_fields_hint"))
    if not value:
        raise WrongValue(Said("rules.empty_table"), Said("rules.takes_fields_hint"))
    names = list(value) if known.fields is None else list(known.fields)
    return every([_field(known_names(name, names, "field")[0], wanted) for name, wanted in value.items()])


def _field(name: str, value: object) -> Condition:
    about = f"fields.{name}"
    if isinstance(value, bool):
        there = Sentence(f"поле «{name}» известно", f"the field “{name}” is known")
        gone = Sentence(f"поле «{name}» неизвестно", f"the field “{name}” is not known")
        return Condition(
            holds=lambda message: bool(message.facts.fields.get(name)) is value,
            says=there if value else gone,
            fails=gone if value else there,
            claim=Claim(about=about, values=frozenset({""}), holds=not value),
        )
    entries = texts_of(value)
    wanted = frozenset(folded(entry) for entry in entries)
    shown = listed(entries)
    return Condition(
        holds=lambda message: folded(message.facts.fields.get(name, "")) in wanted,
        says=Sentence(f"поле «{name}» — {shown.ru}", f"the field “{name}” is {shown.en}"),
        fails=Sentence(f"поле «{name}» — не {shown.ru}", f"the field “{name}” is not {shown.en}"),
        claim=Claim(about=about, values=wanted),
    )


WORDS: dict[str, Word] = {
    "client": _client,
    "organisation": _one(
        "organisation", Sentence("организация", "the organisation"), lambda one: one.facts.organisation, lambda _: None
    ),
    "client_id": _one(
        "client_id", Sentence("номер клиента", "the client id"), lambda one: one.facts.client_id, lambda _: None
    ),
    "product": _one("product", Sentence("продукт", "the product"), lambda one: one.facts.product, lambda _: None),
    "plan": _one("plan", Sentence("план", "the plan"), lambda one: one.facts.plan, lambda known: list(known.plans)),
    "type": _type,
    "priority": _priority,
    "tags": _tags,
    "fields": _fields,
    "has_attachment": flag(
        "has_attachment",
        lambda message: message.facts.has_attachment,
        Sentence("есть вложение", "it has an attachment"),
        Sentence("вложения нет", "it has no attachment"),
    ),
    "file": _file,
}
