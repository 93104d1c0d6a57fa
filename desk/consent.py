"""Whether somebody says yes or no plainly. Pure.

Rule: work that is billed is agreed to in words that can mean nothing else; whatever needs an interpretation is left
to people.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GREETING = re.compile(
    r"(?:здравствуйте|добр(?:ый|ое|ого)\s+(?:день|вечер|утро|дня|времени)|приветствую|привет|hello|hi|dear|"
    r"good\s+(?:morning|afternoon|evening|day))\b",
    re.IGNORECASE,
)
_LONGEST = 60
"""Characters of a plain word with its thanks, and of a greeting."""

_YES = _words(
    "да согласен согласна согласны согласно согласовано согласована согласую согласовываю согласуем согласовываем "
    "подтверждаю подтверждаем утверждаю утверждаем утверждено yes approve approved agree agreed"
)
_NO = _words(
    "нет отказ отказываюсь отказываемся отказать отклоняю отклоняем отклонено no decline declined refuse refused "
    "reject rejected disagree"
)
_BARE = frozenset({"да", "yes"})
_NOT = frozenset({"не", "not", "don't", "don’t", "cannot", "can't"})
_BESIDES = _words(
    "я мы это с на оценку оценкой оценка работу работы работой смету время часы спасибо пожалуйста заранее "
    "приступайте начинайте делайте выполняйте всё все полностью i we to the this it with estimate work do am is are "
    "please thanks thank you go ahead proceed start fully"
)
_CONDITION = re.compile(
    r"\b(?:но|только|если|при\s+условии|кроме|однако|хотя|не\s+(?:больше|более|дороже)|but|only|if|unless|however|"
    r"except|provided|at\s+most)\b",
    re.IGNORECASE,
)


def plain(text: str) -> bool | None:
    """True for a plain yes on the first line, False for a plain no, None for anything else.

    A greeting before it is passed over. A condition anywhere below («но не больше часа») makes a yes unplain.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and len(lines[0]) <= _LONGEST and _GREETING.match(lines[0]) and said(lines[0]) is None:
        lines = lines[1:]
    if not lines:
        return None
    found = said(lines[0])
    if found and any(_CONDITION.search(line) for line in lines[1:]):
        return None
    return found


def said(line: str) -> bool | None:
    """The same for one line without what is around it."""
    if len(line) > _LONGEST or line.startswith((">", "|")) or "?" in line or any(sign.isdigit() for sign in line):
        return None
    words = [word for word in _WORD.findall(line.casefold()) if word not in _BESIDES]
    meant: set[bool | None] = set()
    while words:
        word = words.pop(0)
        if word in _NOT:  # «не согласен»; «не отказываюсь» is left to people
            meant.add(False if words and words.pop(0) in _YES - _BARE else None)
        else:
            meant.add(True if word in _YES else False if word in _NO else None)
    return meant.pop() if len(meant) == 1 else None
