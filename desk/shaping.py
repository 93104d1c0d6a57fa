"""The commands by which engineers shape their work: one table, which that of all commands takes over."""

from desk import (
    by_phone,
    checklist_orders,
    incident_orders,
    later,
    merging,
    related,
    splitting,
    tags,
    unmerging,
    watching,
)
from desk.orders import Verb, Where

COMMANDS: dict[str, tuple[Where, Verb]] = {
    "merge": (Where.TOPIC, merging.order),
    "unmerge": (Where.BOTH, unmerging.order),
    "split": (Where.TOPIC, splitting.order),
    "incident": (Where.BOTH, incident_orders.order),
    "new": (Where.GENERAL, by_phone.order),
    "relate": (Where.TOPIC, related.relate),
    "unrelate": (Where.TOPIC, related.unrelate),
    "later": (Where.TOPIC, later.order),
    "checklist": (Where.TOPIC, checklist_orders.order),
    "tag": (Where.TOPIC, tags.order),
    "watch": (Where.TOPIC, watching.watch),
    "unwatch": (Where.TOPIC, watching.unwatch),
}
