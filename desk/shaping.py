"""The commands by which engineers shape their work: one table, which that of all commands takes over."""

from desk import later, related, tags, watching
from desk.orders import Verb, Where

COMMANDS: dict[str, tuple[Where, Verb]] = {
    "relate": (Where.TOPIC, related.relate),
    "unrelate": (Where.TOPIC, related.unrelate),
    "later": (Where.TOPIC, later.order),
    "tag": (Where.TOPIC, tags.order),
    "watch": (Where.TOPIC, watching.watch),
    "unwatch": (Where.TOPIC, watching.unwatch),
}
