"""What a rule does where it fits: its keys beside `name` and `when`, read, told in words, gathered into a verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from desk.facts import Asked, Facts, Verdict
from desk.said import Said
from desk.tickets import Priority, Type
from rules.conditions import Sentence, WrongValue, joined, listed
from rules.ticket_words import PRIORITIES, TYPES, known_names
from rules.values import Known, entries_of, nearest, one_of, truth_of

ON_DUTY, LEADS = "on-duty", "leads"
LONGEST_TAG = 40  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What one rule asks for; whatever is empty is left to the other rules."""

    line: str = ""
    type: Type | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    plan: str = ""
    assign: str = ""
    reply: str = ""
    ask: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    stop: bool = True

    @property
    def nothing(self) -> bool:
        """Whether the rule would do nothing at all."""
        return self == Actions(stop=False)

    def in_words(self) -> Sentence:
        said = [_SAID[key](value) for key in _SAID if (value := getattr(self, key))]
        if not self.stop:
            said.append(Sentence("дальше по правилам", "the rules go on"))
        return joined(said, Sentence("; ", "; "))


def _named(ru: str, en: str) -> Callable[[str], Sentence]:
    return lambda value: Sentence(f"{ru} {value}", f"{en} {value}")


def _listed(ru: str, en: str) -> Callable[[Sequence[str]], Sentence]:
    def say(values: Sequence[str]) -> Sentence:
        shown = listed(list(values))
        return Sentence(f"{ru} {shown.ru}", f"{en} {shown.en}")

    return say


_SAID: Mapping[str, Callable[[str], Sentence] | Callable[[Sequence[str]], Sentence]] = {
    "line": _named("линия", "line"),
    "type": lambda value: Sentence(f"тип — {TYPES[Type(value)].ru}", f"type {TYPES[Type(value)].en}"),
    "priority": lambda value: Sentence(
        f"приоритет — {PRIORITIES[Priority(value)].ru}", f"priority {PRIORITIES[Priority(value)].en}"
    ),
    "tags": _listed("метки", "tags"),
    "plan": _named("план", "plan"),
    "assign": lambda value: (
        Sentence("назначить дежурному", "assign to whoever is on duty")
        if value == ON_DUTY
        else Sentence(f"назначить: {value}", f"assign to {value}")
    ),
    "reply": _named("ответить шаблоном", "reply with template"),
    "ask": _listed("спросить", "ask for"),
    "notify": _listed("позвать", "notify"),
}


def _line(value: object, known: Known) -> str:
    if value not in known.lines:
        raise WrongValue(Said("rules.unknown_line", word=value), nearest(str(value), known.lines))
    return str(value)


def _tags(value: object, known: Known) -> tuple[str, ...]:  # noqa: ARG001 - every key is read alike
    entries = entries_of(value, "rules.of_names")
    if any(not entry.strip() or len(entry) > LONGEST_TAG or not entry.isprintable() for entry in entries):
        raise WrongValue(Said("rules.tag", longest=LONGEST_TAG))
    return tuple(dict.fromkeys(entries))


def _fields(value: object, known: Known) -> tuple[str, ...]:
    entries = entries_of(value, "rules.of_names")
    return tuple(dict.fromkeys(entries if known.fields is None else known_names(entries, list(known.fields), "field")))


_READ: Mapping[str, Callable[[object, Known], object]] = {
    "line": _line,
    "type": lambda value, _: Type(one_of(value, [one.value for one in Type], "type")),
    "priority": lambda value, _: Priority(one_of(value, [one.value for one in Priority], "priority")),
    "tags": _tags,
    "plan": lambda value, known: one_of(value, known.plans, "plan"),
    "assign": lambda value, known: one_of(value, [*known.people, ON_DUTY], "person"),
    "reply": lambda value, known: one_of(value, known.replies, "reply"),
    "ask": _fields,
    "notify": lambda value, known: tuple(dict.fromkeys(known_names(value, [*known.people, LEADS], "person"))),
    "stop": lambda value, _: truth_of(value),
}
KEYS = tuple(_READ)


def read(rule: Mapping[str, object], known: Known, wrong: Callable[[str, str, str], None]) -> Actions:
    """The actions of a rule as TOML gives it; each mistake is told to `wrong` with its key, a message and a hint.

    A key that is None or an empty text is one that was left out, so that whole models can be handed in as well.
    """
    values = {}
    for key in KEYS:
        value = rule.get(key)
        if value is None or value in ("", []):
            continue
        try:
            values[key] = _READ[key](value, known)
        except WrongValue as mistake:
            wrong(key, mistake.message, mistake.suggestion)
    return replace(Actions(), **values)  # type: ignore[arg-type]


@dataclass(slots=True)
class Gathered:
    """What the rules that fit have asked for so far: the first word on each thing counts, lists grow."""

    rule: str = ""
    so_far: Actions = field(default_factory=Actions)

    def take(self, rule: str, actions: Actions) -> None:
        if actions.line and not self.so_far.line:
            self.rule = rule
        had = self.so_far
        self.so_far = Actions(
            line=had.line or actions.line,
            type=had.type or actions.type,
            priority=had.priority or actions.priority,
            tags=_both(had.tags, actions.tags),
            plan=had.plan or actions.plan,
            assign=had.assign or actions.assign,
            reply=had.reply or actions.reply,
            ask=_both(had.ask, actions.ask),
            notify=_both(had.notify, actions.notify),
        )

    def seen_by_the_next(self, facts: Facts) -> Facts:
        """The facts as later rules see them."""
        mine = self.so_far
        return replace(
            facts,
            type=mine.type or facts.type,
            priority=mine.priority or facts.priority,
            tags=_both(facts.tags, mine.tags),
            plan=mine.plan or facts.plan,
        )

    def verdict(self, asked: Sequence[Asked]) -> Verdict:
        mine = self.so_far
        return Verdict(
            rule=self.rule, line=mine.line, asked=tuple(asked), type=mine.type, priority=mine.priority, tags=mine.tags,
            plan=mine.plan, assign=mine.assign, reply=mine.reply, ask=mine.ask, notify=mine.notify,
        )  # fmt: skip


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second))) if second else first
