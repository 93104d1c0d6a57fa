"""Outgoing messages as JSON for the outbox, without the fields that say nothing."""

from dataclasses import asdict, fields, is_dataclass
from typing import Any

from desk.parcels import Act, Action, Button, Enclosure, Outgoing, ParcelId, Purpose

_DEFAULTS = {f.name: f.default for f in fields(Outgoing)}


def pack(message: Outgoing) -> dict[str, Any]:
    """A JSON-able dict; fields that hold their default are left out."""
    values = ((name, getattr(message, name)) for name in _DEFAULTS)
    return {name: _plain(value) for name, value in values if name == "act" or value != _DEFAULTS[name]}


def _plain(value: Any) -> Any:
    """Buttons, files and the like as dictionaries. (asdict of the whole copies every field that says nothing, too.)"""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def unpack(body: dict[str, Any], parcel_id: int = 0) -> Outgoing:
    """The message that `pack` wrote, under the id of its parcel."""
    values = dict(body)
    values["id"] = ParcelId(parcel_id)
    values["purpose"] = Purpose(values["purpose"])
    values["act"] = Act(values["act"])
    values["buttons"] = tuple(
        tuple(Button(**{**button, "action": Action(button["action"])}) for button in row)
        for row in values.get("buttons", ())
    )
    values["files"] = tuple(Enclosure(**file) for file in values.get("files", ()))
    for name in ("references", "copies", "notes"):
        values[name] = tuple(values.get(name, ()))
    return Outgoing(**values)
