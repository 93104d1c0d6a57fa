"""The methods by which the bot gets its updates: polling and webhooks."""

import re
from typing import Any

from aiogram import methods as m

from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.errors import bad
from playground.botapi.model import Json
from playground.botapi.webhook import target

_LONGEST_POLL = 50
"""Seconds, as in the real server."""


@answers(m.GetUpdates)
async def get_updates(api: Context, call: m.GetUpdates) -> list[Json]:
    """Numbers beyond their limits are brought back into them, as the real server does."""
    api.world.inbox.allow(call.allowed_updates)
    limit = 100 if call.limit is None else min(max(call.limit, 1), 100)
    patience = min(max(call.timeout or 0, 0), _LONGEST_POLL)
    return await api.world.inbox.take(call.offset or 0, limit, patience)


@answers(m.SetWebhook)
def set_webhook(api: Context, call: m.SetWebhook) -> bool:
    if not call.url:
        return delete_webhook(api, call)
    if target(call.url) is None:
        raise bad("invalid webhook URL specified")
    if len(call.secret_token or "") > 256:
        raise bad("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", call.secret_token or ""):
        raise bad("secret token contains unallowed characters")
    if call.drop_pending_updates:
        api.world.inbox.drop()
    api.world.inbox.allow(call.allowed_updates)
    api.settings.webhook = {
        "url": call.url, "secret": call.secret_token, "ip_address": call.ip_address,
        "max_connections": 40 if call.max_connections is None else min(max(call.max_connections, 1), 100),
    }  # fmt: skip
    api.world.inbox.use_webhook(call.url)
    api.note = "Webhook was set"
    return True


@answers(m.DeleteWebhook)
def delete_webhook(api: Context, call: Any) -> bool:
    if call.drop_pending_updates:
        api.world.inbox.drop()
    api.note = "Webhook was deleted" if api.settings.webhook else "Webhook is already deleted"
    api.settings.webhook = {}
    api.world.inbox.use_webhook(None)
    return True


@answers(m.GetWebhookInfo)
def webhook_info(api: Context, call: m.GetWebhookInfo) -> Json:  # noqa: ARG001 - it has no parameters
    kept, inbox = api.settings.webhook, api.world.inbox
    inbox.expire()
    shape: Json = {
        "url": kept.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(inbox.pending),
    }  # fmt: skip
    for name in ("max_connections", "ip_address", "last_error_date", "last_error_message"):
        if kept.get(name) is not None:
            shape[name] = kept[name]
    if inbox.allowed:
        shape["allowed_updates"] = list(inbox.allowed)
    return shape
