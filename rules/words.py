"""The words that a rule may use in `when`, each with the values that it takes.

A new word is one function and one line in `WORDS`.
"""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from desk.said import Said
from rules.conditions import Condition, Sentence, WrongValue, listed
from rules.expressions import Expression
from rules.message import Message
from rules.text import Phrase, Words, stems


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that the rest of the configuration gives to things."""

    lines: Collection[str]
    mailboxes: Collection[str]
    channels: Collection[str] = ("telegram", "mail")


CHANNEL_NAMES = {"telegram": Sentence("Telegram", "Telegram"), "mail": Sentence("почта", "mail")}
SUBJECT = Sentence("в теме есть", "the subject has"), Sentence("в теме нет", "the subject has none of")
MENTIONS = Sentence("упомянуто", "it mentions"), Sentence("не упомянуто", "it mentions none of")
LANGUAGES = {"ru": Sentence("русский", "Russian"), "en": Sentence("английский", "English")}


def nearest(word: str, known: Collection[str]) -> Said:
    """Return a sentence with the right word that is nearest to `word`, or with all of them."""
    lower = {one.lower(): one for one in known}
    if near := difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.5):
        return Said("rules.did_you_mean", word=lower[near[0]])
    if not known:
        return Said("rules.none_configured")
    return Said("rules.known_are", words=", ".join(f'"{one}"' for one in known))


def _one_of(value: object, known: Collection[str], what: str) -> str:
    if isinstance(value, list):
        raise WrongValue(Said("rules.one_value"), Said("rules.one_value_hint"))
    if not isinstance(value, str):
        raise WrongValue(Said("rules.takes_quoted", given=kind(value)), nearest("", known))
    if value not in known:
        raise WrongValue(Said(f"rules.unknown_{what}", word=value), nearest(value, known))
    return value


KINDS: dict[type, str] = {
    bool: "rules.true_or_false",
    int: "rules.number",
    float: "rules.number",
    str: "rules.text",
    list: "rules.list",
    dict: "rules.table",
}


def kind(value: object) -> Said:
    """Return what TOML calls such a value."""
    return Said(KINDS.get(type(value), "rules.date_or_time"))


def _channel(value: object, known: Known) -> Condition:
    wanted = _one_of(value, known.channels, "channel")
    name = CHANNEL_NAMES.get(wanted, Sentence(wanted, wanted))
    return Condition(
        holds=lambda message: message.facts.channel == wanted,
        says=Sentence(f"канал — {name.ru}", f"the channel is {name.en}"),
        fails=Sentence(f"канал — не {name.ru}", f"the channel is not {name.en}"),
    )


def _mailbox(value: object, known: Known) -> Condition:
    wanted = _one_of(value, known.mailboxes, "mailbox")
    return Condition(
        holds=lambda message: message.facts.mailbox == wanted,
        says=Sentence(f"ящик — {wanted}", f"the mailbox is {wanted}"),
        fails=Sentence(f"ящик — не {wanted}", f"the mailbox is not {wanted}"),
    )


def _language(value: object, known: Known) -> Condition:  # noqa: ARG001 - every word is asked alike
    wanted = _one_of(value, LANGUAGES, "language")
    name = LANGUAGES[wanted]
    return Condition(
        holds=lambda message: message.facts.language == wanted,
        says=Sentence(f"язык — {name.ru}", f"the language is {name.en}"),
        fails=Sentence(f"язык — не {name.ru}", f"the language is not {name.en}"),
    )


def _entries(value: object, what: str) -> list[str]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list):
        raise WrongValue(Said("rules.takes_list", what=Said(what), given=kind(value)), Said("rules.takes_list_hint"))
    if not entries:
        raise WrongValue(Said("rules.never_matches"), Said("rules.never_matches_hint"))
    if wrong := [one for one in entries if not isinstance(one, str)]:
        raise WrongValue(
            Said("rules.holds_another", what=Said(what), given=kind(wrong[0])),
            Said("rules.holds_another_hint", value=wrong[0]),
        )
    return entries


def _from(value: object, known: Known) -> Condition:  # noqa: ARG001
    entries = _entries(value, "rules.of_addresses")
    wanted = frozenset(form for entry in entries for form in _forms(entry))

    def found(message: Message) -> Sentence:
        mine = [entry for entry in entries if not message.sender.isdisjoint(_forms(entry))]
        return Sentence(f"отправитель — {', '.join(mine)}", f"the sender is {', '.join(mine)}")

    shown = listed(entries)
    return Condition(
        holds=lambda message: not wanted.isdisjoint(message.sender),
        says=Sentence(f"отправитель — {shown.ru}", f"the sender is {shown.en}"),
        fails=Sentence(f"отправитель — не {shown.ru}", f"the sender is not {shown.en}"),
        found=found,
    )


def _forms(entry: str) -> frozenset[str]:
    """Return how the address may be written: a domain of Russian letters has a second, Latin spelling."""
    address = entry.strip().lower()
    name, at, domain = address.rpartition("@")
    if address.isascii() and address.isdigit():
        return frozenset({address})
    if not at or not domain or any(letter.isspace() for letter in address) or "@" in name:
        like = Said("rules.no_address_hint", domain=domain) if "." in domain else Said("rules.some_address_hint")
        raise WrongValue(Said("rules.no_address", entry=entry), like)
    try:
        latin, own = domain.encode("idna").decode(), domain.encode("idna").decode("idna")
    except UnicodeError:  # a Telegram name with "_", or no domain that exists; it is compared as it stands
        latin = own = domain
    return frozenset({address, f"{name}@{latin}", f"{name}@{own}"})


def _phrases(value: object) -> dict[Phrase, str]:
    phrases = {stems(entry): entry for entry in _entries(value, "rules.of_words")}
    if () in phrases:
        raise WrongValue(Said("rules.no_letters", phrase=phrases[()]), Said("rules.no_letters_hint"))
    return phrases


def _subject(value: object, known: Known) -> Condition:  # noqa: ARG001
    return _looks_for(_phrases(value), lambda message: message.subject, SUBJECT)


def _mentions(value: object, known: Known) -> Condition:  # noqa: ARG001
    return _looks_for(_phrases(value), lambda message: message.whole, MENTIONS)


def _looks_for(
    phrases: dict[Phrase, str], where: Callable[[Message], Words], said: tuple[Sentence, Sentence]
) -> Condition:
    # Single words are answered by one look into a set; with a thousand rules that is what keeps them quick.
    single = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    longer = [phrase for phrase in phrases if len(phrase) > 1]

    def holds(message: Message) -> bool:
        words = where(message)
        return not single.isdisjoint(words.single) or (bool(longer) and any(map(words.has, longer)))

    def found(message: Message) -> Sentence:
        mine = listed([text for phrase, text in phrases.items() if where(message).has(phrase)])
        return Sentence(f"{claim.ru} {mine.ru}", f"{claim.en} {mine.en}")

    claim, denial = said
    shown = listed(list(phrases.values()))
    return Condition(
        holds=holds,
        says=Sentence(f"{claim.ru} {shown.ru}", f"{claim.en} {shown.en}"),
        fails=Sentence(f"{denial.ru} {shown.ru}", f"{denial.en} {shown.en}"),
        found=found,
    )


def _matches(value: object, known: Known) -> Condition:  # noqa: ARG001
    if not isinstance(value, str):
        raise WrongValue(Said("rules.one_expression", given=kind(value)), Said("rules.one_expression_hint"))
    if not value:
        raise WrongValue(Said("rules.expression_empty"), Said("rules.expression_empty_hint"))
    expression = Expression(value)
    return Condition(
        holds=lambda message: any(map(expression.found_in, message.readable)),
        says=Sentence(f"подходит под выражение «{value}»", f"the expression “{value}” matches"),
        fails=Sentence(f"не подходит под выражение «{value}»", f"the expression “{value}” does not match"),
    )


def _flag(
    asks: Callable[[Message], bool], says: Sentence, fails: Sentence, *, constant: bool = False
) -> Callable[[object, Known], Condition]:
    def word(value: object, known: Known) -> Condition:  # noqa: ARG001
        if not isinstance(value, bool):
            text = value.lower() if isinstance(value, str) else ""
            right = Said("rules.takes_flag_hint", value=text) if text in {"true", "false"} else ""
            raise WrongValue(Said("rules.takes_flag", given=kind(value)), right)
        return Condition(
            holds=lambda message: asks(message) is value,
            says=says if value else fails,
            fails=fails if value else says,
            constant=value if constant else None,
        )

    return word


WORDS: dict[str, Callable[[object, Known], Condition]] = {
    "channel": _channel,
    "mailbox": _mailbox,
    "from": _from,
    "subject": _subject,
    "mentions": _mentions,
    "matches": _matches,
    "has_attachment": _flag(
        lambda message: message.facts.has_attachment,
        Sentence("есть вложение", "it has an attachment"),
        Sentence("вложения нет", "it has no attachment"),
    ),
    "working_hours": _flag(
        lambda message: message.facts.working_hours,
        Sentence("пришло в рабочее время", "it came in working hours"),
        Sentence("пришло в нерабочее время", "it came outside working hours"),
    ),
    "known_client": _flag(
        lambda message: message.facts.known_client,
        Sentence("клиент известен", "the client is known"),
        Sentence("клиент неизвестен", "the client is not known"),
    ),
    "language": _language,
    "always": _flag(
        lambda _: True,
        Sentence("подходит всегда", "it always holds"),
        Sentence("не подходит никогда", "it never holds"),
        constant=True,
    ),
}
