"""What the bot sent, checked against aiogram's own pydantic classes: methods, parameters, types, results."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import aiogram.methods
from aiogram.client.default import Default
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, TypeAdapter, ValidationError

from playground.botapi.errors import ApiError, bad
from playground.botapi.model import MEDIA, Json

Method = type[TelegramMethod[Any]]

METHODS: Final[Mapping[str, Method]] = {
    cls.__api_method__.lower(): cls
    for name in aiogram.methods.__all__
    if isinstance(cls := getattr(aiogram.methods, name), type)
    and issubclass(cls, TelegramMethod)
    and cls is not TelegramMethod
}
"""Every method that aiogram knows, by its name in small letters: Telegram does not mind the case."""

_MISSING: Final = {
    "text": "message text is empty",
    **{kind: f"there is no {kind.replace('_', ' ')} in the request" for kind in MEDIA},
    "chat_id": "chat_id is empty", "message_id": "message identifier is not specified",
    "file_id": "file_id not specified",
}  # fmt: skip
"""What the real server says when these are not there, in the order in which it looks."""

NOT_HERE: Final = frozenset({
    "business_connection_id", "direct_messages_topic_id", "suggested_post_parameters", "ephemeral_message_parameters",
    "receiver_user_id", "inline_message_id", "rich_message", "certificate", "checklist_task_id", "poll_option_id",
    "ephemeral_message_id",
    "allow_paid_broadcast", "live_period", "heading", "proximity_alert_radius",
    "allow_adding_options", "close_date", "open_period", "correct_option_id", "correct_option_ids", "country_codes",
    "description_entities", "explanation", "explanation_entities", "explanation_media", "hide_results_until_closes",
    "shuffle_options",
})  # fmt: skip
"""Parameters that Telegram has and this server has not: refused rather than silently forgotten."""

WITHOUT_EFFECT: Final = frozenset({
    "link_preview_options", "disable_web_page_preview", "thumbnail", "cover", "supports_streaming", "start_timestamp",
    "video_start_timestamp", "disable_content_type_detection", "is_big", "return_bots", "next_offset", "button",
    "switch_pm_text", "switch_pm_parameter", "description_parse_mode", "explanation_parse_mode",
})  # fmt: skip
"""Parameters that are checked and change nothing here, as nobody in this small world would see the difference."""


def given(value: Any) -> Any:
    """The value as the bot gave it; None where aiogram's class holds only its placeholder for a default."""
    return None if isinstance(value, Default) else value


def read_parameters(method: Method, raw: Mapping[str, Any]) -> TelegramMethod[Any]:
    """The call as aiogram's object; a 400 for unknown, missing or ill-typed parameters."""
    unknown = sorted(set(raw) - set(method.model_fields))
    if unknown:
        raise bad(f"{method.__api_method__} has no parameter {', '.join(unknown)}")
    for name, reason in _MISSING.items():
        if raw.get(name) == "" and method.model_fields[name].is_required():
            raise bad(reason)
    values = {
        name: _decoded(method, name, value)
        for name, value in raw.items()
        if value is not None and (value != "" or str in _kinds(method, name))
    }
    if "reply_markup" in values:
        values["reply_markup"] = _with_keys(values["reply_markup"])
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    try:
        call = method.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from None
    for path, model in _models(call, ""):
        extra = sorted(model.model_extra or {})
        if extra and path:
            _check_as_meant(method, path, values)
            raise bad(f"can't parse {path}: unknown field {', '.join(extra)}")
        for name in sorted(NOT_HERE & model.model_fields_set):
            if getattr(model, name):
                raise bad(f"this local server has not got the parameter {name}")
    return call


def _with_keys(markup: Any) -> Any:
    """A button of a reply keyboard may be its text alone, which aiogram's classes do not know."""
    rows = markup.get("keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return markup
    return {**markup, "keyboard": [[{"text": key} if isinstance(key, str) else key for key in row] for row in rows]}


def _check_as_meant(method: Method, name: str, values: Mapping[str, Any]) -> None:
    """Where one class of a union took what was meant for another: the refusal of that other."""
    value = values.get(name)
    if not isinstance(value, dict):
        return
    for kind in _kinds(method, name):
        if issubclass(kind, BaseModel) and set(value) <= set(kind.model_fields):
            try:
                kind.model_validate(value)
            except ValidationError as error:
                raise _refusal(error) from None


def _refusal(error: ValidationError) -> ApiError:
    errors = error.errors()
    absent = [str(one["loc"][0]) for one in errors if one["type"] == "missing" and len(one["loc"]) == 1]
    if absent:
        first = next((name for name in _MISSING if name in absent), absent[0])
        return bad(_MISSING.get(first, f'parameter "{first}" is required'))
    # Of a union's classes the one that was meant: whose `type` is right, else the one that fits best.
    mistaken = [one["loc"] for one in errors if one["type"] in {"enum", "literal_error"}]
    others = [where[:-1] for where in mistaken if where[-1] == "type"]
    meant = [one for one in errors if not any(one["loc"][: len(other)] == other for other in others)]
    deepest = max(meant or errors, key=lambda one: len(one["loc"]))
    where = ".".join(str(part) for part in deepest["loc"])
    if deepest["type"] == "missing":
        return bad(f"can't parse {where.rpartition('.')[0]}: Can't find field \"{deepest['loc'][-1]}\"")
    return bad(f"can't parse parameter {deepest['loc'][0]}: {where}: {deepest['msg']}")


def _decoded(method: Method, name: str, value: Any) -> Any:
    """A value of a form, where everything is a string, as the type that the parameter wants."""
    kinds = _kinds(method, name)
    if not isinstance(value, str):
        plain_number = isinstance(value, int | float) and str in kinds and int not in kinds
        return json.dumps(value) if plain_number else value
    if str in kinds:
        return int(value) if int in kinds and re.fullmatch(r"-?\d+", value) else value
    if bool in kinds:
        return _truth(name, value)
    try:
        return json.loads(value)
    except ValueError:
        wanted = "a number" if kinds & {int, float} else "JSON"
        raise bad(f"can't parse parameter {name}: it is not {wanted}") from None


def _truth(name: str, value: str) -> bool:
    match value.lower():
        case "true" | "1" | "yes" | "y" | "t":
            return True
        case "false" | "0" | "no" | "n" | "f":
            return False
    raise bad(f"can't parse parameter {name}: it is neither true nor false")


@cache
def _kinds(method: Method, name: str) -> frozenset[type]:
    return frozenset(_leaves(method.model_fields[name].annotation))


def _leaves(annotation: Any) -> Iterator[type]:
    """The plain types that an annotation allows, unions taken apart; of a list only `list`."""
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _leaves(part)
    elif origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin is Literal:
        yield from (type(value) for value in get_args(annotation))
    elif origin is not None:
        yield origin
    elif isinstance(annotation, type):
        yield annotation


def _models(value: Any, path: str) -> Iterator[tuple[str, BaseModel]]:
    """Every pydantic object in a value with the way to it."""
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _models(item, f"{path}[{index}]")


@cache
def _adapter(method: Method) -> TypeAdapter[Any]:
    return TypeAdapter(method.__returning__)


def check_result(method: Method, result: Any) -> None:
    """Raise AssertionError where this server would hand out something that the Bot API does not have."""
    for path, model in _models(_adapter(method).validate_python(result), ""):
        if model.model_extra:
            raise AssertionError(f"{method.__api_method__} made fields unknown to the API: {path} {model.model_extra}")


def plain(model: BaseModel | None) -> Json | None:
    """An aiogram object as the JSON that it came from."""
    if model is None:
        return None
    return {key: value for key, value in _plain(model).items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        fields = {info.alias or name: getattr(value, name) for name, info in type(value).model_fields.items()}
        return {key: _plain(item) for key, item in fields.items() if given(item) is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return getattr(value, "value", value)
