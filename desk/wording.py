"""Reading and writing small things in words: a ticket's subject, thanks, sizes."""

import re

from desk.desk import Desk
from desk.incoming import Incoming

SUBJECT = 60
"""Characters of a subject made from a message; a topic's name has 128 for number, client and subject."""

_PREFIXES = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|отв|ha|пересл|ответ)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_THANKS = frozenset(
    "спасибо спс спасибки благодарю благодарен благодарна thanks thank thx ty cheers мерси пасиб пасибо".split()  # noqa: SIM905
)
_BESIDES = frozenset(
    word
    for words in (
        "большое огромное огромнейшее вам тебе вас ок окей хорошо понял поняла понятно отлично супер класс очень",
        "всё все работает получилось помогло и за помощь всем ребята заранее да",
        "здравствуйте добрый доброе доброго день дня утро утра вечер вечера времени суток приветствую привет",
        "hello hi dear good morning afternoon evening day colleagues коллеги",
        "ok okay you very much so a lot great good got it for your help the yes all works",
    )
    for word in words.split()
)
_YES = frozenset(
    word
    for words in (
        "да ага ок окей решено решена решён решен исправлено подтверждаю верно работает заработало заработал помогло",
        "получилось порядке yes yep yeah ok okay solved fixed resolved confirmed correct works worked working",
    )
    for word in words.split()
)
_WITH_YES = frozenset(
    "вопрос проблема заявка теперь уже так точно в it that is s this was now fine everything problem request".split()  # noqa: SIM905
)
_GREETINGS = frozenset(
    word
    for words in (
        "здравствуйте здравствуй добрый доброе доброго день дня утро утра вечер вечера времени суток приветствую",
        "привет",
        "уважаемые коллеги всем вам вас hello hi hey dear good morning afternoon evening day colleagues there",
    )
    for word in words.split()
)
_THANKS_SIGNS = ("🙏", "👍", "❤", "🤝", "👌", "💯", "🔥", "😊", "🙂")
_LONGEST_THANKS = 80
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what follows: in a list of topics they would turn the desk's own words too."""


def subject(desk: Desk, incoming: Incoming) -> str:
    """What a request is about, for its topic: a mail's subject, else the first words."""
    written = _PREFIXES.sub("", incoming.subject).strip()
    if written:
        return _cut(" ".join(written.split()))
    return subject_of(desk, incoming.text, incoming.files[0].sort if incoming.files else "")


def subject_of(desk: Desk, text: str, sort: str = "") -> str:
    """The first words of a text, or what kind of file came without words."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first:
        return _cut(" ".join(first.split()))
    return desk.say(f"group.file_{sort}" if sort else "group.no_subject")


def _cut(text: str) -> str:
    text = _TURNING.sub("", text)
    if len(text) <= SUBJECT:
        return text
    cut = text[:SUBJECT].rsplit(" ", 1)[0] if " " in text[SUBJECT // 2 : SUBJECT] else text[: SUBJECT - 1]
    return f"{cut}…"


def greeting_alone(text: str) -> bool:
    """«Добрый день!» and nothing else: it says nothing of what a request is about."""
    words = _WORD.findall(text.casefold())
    return bool(words) and all(word in _GREETINGS for word in words)


def thanks_alone(incoming: Incoming) -> bool:
    """«спасибо» and nothing else: shown, but it opens nothing."""
    text = _own(incoming)
    if incoming.files or not text or len(text) > _LONGEST_THANKS or "?" in text:
        return False
    words = _WORD.findall(text)
    if not words:
        return any(sign in text for sign in _THANKS_SIGNS) and not any(letter.isdigit() for letter in text)
    return any(word in _THANKS for word in words) and all(word in _THANKS or word in _BESIDES for word in words)


def yes_alone(incoming: Incoming) -> bool:
    """«да», «решено», “yes, works”: a short word that it is solved, and nothing else."""
    text = _own(incoming)
    if incoming.files or len(text) > _LONGEST_THANKS or "?" in text or any(letter.isdigit() for letter in text):
        return False
    words = _WORD.findall(text)
    known = _YES | _WITH_YES | _THANKS | _BESIDES
    return any(word in _YES for word in words) and all(word in known for word in words)


def _own(incoming: Incoming) -> str:
    """What they wrote themselves in small letters: without the lines that quote us."""
    lines = incoming.text.casefold().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()


def size(desk: Desk, count: int) -> str:
    """A file's size as the engineers write it: 12 KB, 3.4 MB; never 0."""
    kilo = 1024
    if count < kilo * kilo:
        return desk.say("group.kilobytes", count=max(1, round(count / kilo)))
    shown = f"{count / kilo / kilo:.1f}"
    return desk.say("group.megabytes", count=shown.replace(".", ",") if desk.settings.desk.language == "ru" else shown)
