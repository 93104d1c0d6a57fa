"""The words that a rule may use in `when`, each with the values that it takes.

A new word is one function and one line in `WORDS`.
"""

from collections.abc import Callable

from desk.said import Said
from rules import ticket_words, time_words
from rules.conditions import Condition, Sentence, WrongValue, listed
from rules.expressions import Expression
from rules.logic import Claim
from rules.message import Message
from rules.text import Phrase, Words, stems
from rules.values import Known, Word, entries_of, flag, kind, one_of

CHANNEL_NAMES = {"telegram": Sentence("Telegram", "Telegram"), "mail": Sentence("почта", "mail")}
SUBJECT = Sentence("в теме есть", "the subject has"), Sentence("в теме нет", "the subject has none of")
MENTIONS = Sentence("упомянуто", "it mentions"), Sentence("не упомянуто", "it mentions none of")
LANGUAGES = {"ru": Sentence("русский", "Russian"), "en": Sentence("английский", "English")}


def _channel(value: object, known: Known) -> Condition:
    wanted = one_of(value, known.channels, "channel")
    name = CHANNEL_NAMES.get(wanted, Sentence(wanted, wanted))
    return Condition(
        holds=lambda message: message.facts.channel == wanted,
        says=Sentence(f"канал — {name.ru}", f"the channel is {name.en}"),
        fails=Sentence(f"канал — не {name.ru}", f"the channel is not {name.en}"),
        claim=Claim(about="channel", values=frozenset({wanted}), domain=frozenset(known.channels)),
    )


def _mailbox(value: object, known: Known) -> Condition:
    wanted = one_of(value, known.mailboxes, "mailbox")
    return Condition(
        holds=lambda message: message.facts.mailbox == wanted,
        says=Sentence(f"ящик — {wanted}", f"the mailbox is {wanted}"),
        fails=Sentence(f"ящик — не {wanted}", f"the mailbox is not {wanted}"),
        claim=Claim(about="mailbox", values=frozenset({wanted}), domain=frozenset({*known.mailboxes, ""})),
    )


def _language(value: object, known: Known) -> Condition:  # noqa: ARG001 - every word is asked alike
    wanted = one_of(value, LANGUAGES, "language")
    name = LANGUAGES[wanted]
    return Condition(
        holds=lambda message: message.facts.language == wanted,
        says=Sentence(f"язык — {name.ru}", f"the language is {name.en}"),
        fails=Sentence(f"язык — не {name.ru}", f"the language is not {name.en}"),
        claim=Claim(about="language", values=frozenset({wanted}), domain=frozenset({*LANGUAGES, ""})),
    )


def _addresses(
    about: str, said: Sentence, addresses: Callable[[Message], frozenset[str]], *, mail: bool = False
) -> Word:
    """A word for the addresses of somebody; `mail`: they are mail addresses alone."""

    def word(value: object, known: Known) -> Condition:  # noqa: ARG001
        entries = entries_of(value, "rules.of_addresses")
        wanted = frozenset(form for entry in entries for form in _forms(entry, mail=mail))

        def found(message: Message) -> Sentence:
            mine = [entry for entry in entries if not addresses(message).isdisjoint(_forms(entry))]
            return Sentence(f"{said.ru} — {', '.join(mine)}", f"{said.en} is {', '.join(mine)}")

        shown = listed(entries)
        return Condition(
            holds=lambda message: not wanted.isdisjoint(addresses(message)),
            says=Sentence(f"{said.ru} — {shown.ru}", f"{said.en} is {shown.en}"),
            fails=Sentence(f"{said.ru} — не {shown.ru}", f"{said.en} is not {shown.en}"),
            found=found,
            claim=Claim(about=about, values=wanted, several=True),
        )

    return word


def _forms(entry: str, *, mail: bool = False) -> frozenset[str]:
    """Return how the address may be written: a domain of Russian letters has a second, Latin spelling."""
    address = entry.strip().lower()
    name, at, domain = address.rpartition("@")
    if address.isascii() and address.isdigit() and not mail:
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
    phrases = {stems(entry): entry for entry in entries_of(value, "rules.of_words")}
    if () in phrases:
        raise WrongValue(Said("rules.no_letters", phrase=phrases[()]), Said("rules.no_letters_hint"))
    return phrases


def _subject(value: object, known: Known) -> Condition:  # noqa: ARG001
    return _looks_for("subject", _phrases(value), lambda message: message.subject, SUBJECT)


def _mentions(value: object, known: Known) -> Condition:  # noqa: ARG001
    return _looks_for("mentions", _phrases(value), lambda message: message.whole, MENTIONS)


def _looks_for(
    about: str, phrases: dict[Phrase, str], where: Callable[[Message], Words], said: tuple[Sentence, Sentence]
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
        claim=Claim(about=about, values=frozenset(phrases), several=True),
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
        claim=Claim(about=f"matches {value}", values=frozenset({True}), domain=frozenset({True, False})),
    )


WORDS: dict[str, Word] = {
    "channel": _channel,
    "mailbox": _mailbox,
    "from": _addresses("from", Sentence("отправитель", "the sender"), lambda message: message.sender),
    "to": _addresses(
        "to", Sentence("среди получателей", "one recipient"), lambda message: message.recipients, mail=True
    ),
    "subject": _subject,
    "mentions": _mentions,
    "matches": _matches,
    "language": _language,
    **ticket_words.WORDS,
    **time_words.WORDS,
    "known_client": flag(
        "known_client",
        lambda message: message.facts.known_client,
        Sentence("клиент известен", "the client is known"),
        Sentence("клиент неизвестен", "the client is not known"),
    ),
    "always": flag(
        "always",
        lambda _: True,
        Sentence("подходит всегда", "it always holds"),
        Sentence("не подходит никогда", "it never holds"),
        constant=True,
    ),
}
