"""The words of a search's filters, in both languages whichever the desk has. Pure."""

from collections.abc import Mapping

from desk.tickets import Status

FILTERS: Mapping[str, tuple[str, ...]] = {
    "line": ("line", "линия"),
    "status": ("status", "статус"),
    "from": ("from", "от"),
    "client": ("client", "клиент"),
    "after": ("after", "since", "после", "с"),
    "before": ("before", "до"),
    "type": ("type", "тип"),
    "priority": ("priority", "приоритет", "важность"),
    "tag": ("tag", "тег", "метка"),
    "taken": ("taken", "взял", "взяла", "кто"),
    "has": ("has", "есть"),
}
"""The names of the filters, in both languages whichever the desk has; the first is the one that is taught."""

STATUSES: Mapping[Status, tuple[str, ...]] = {
    Status.NEW: ("new", "новая", "новые", "новый"),
    Status.OPEN: ("open", "работа", "работе", "в работе", "открытая"),
    Status.WAITING: ("waiting", "ждём", "ждём клиента", "ожидание"),
    Status.THIRD_PARTY: ("third_party", "third", "vendor", "другие", "ждём других", "партнёр"),
    Status.SOLVED: ("solved", "решена", "решено", "решённые"),
    Status.CLOSED: ("closed", "закрыта", "закрыто", "закрытые"),
}
ACTIVE = ("active", "открытые", "незакрытые", "живые")
IN_HAND = tuple(status for status in Status if status not in (Status.SOLVED, Status.CLOSED))

ME = frozenset({"me", "mine", "я", "мне", "мои", "моё", "мое"})
NOBODY = frozenset({"nobody", "none", "никто", "никем", "-"})
FILES = frozenset({"file", "files", "файл", "файлы", "вложение", "вложения"})
