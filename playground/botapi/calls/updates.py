"""The methods by which the bot gets its updates: polling and webhooks."""

import re
from typing import Any

from aiogram import methods as m

from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.errors import bad
from playground.botapi.model import Json


@answers(m.GetUpdates)
async def get_updates(api: Context, call: m.GetUpdates) -> list[Json]:
    if call.limit is not None and not 1 <= call.limit <= 100:
        raise bad("limit must be between 1 and 100")
    api.world.inbox.allow(call.allowed_updates)
    return await api.world.inbox.take(call.offset or 0, call.limit or 100, call.timeout or 0)


@answers(m.SetWebhook)
def set_webhook(api: Context, call: m.SetWebhook) -> bool:
    if not call.url:
        return delete_webhook(api, call)
    if not re.match(r"https?://[^/\s]+", call.url):
        raise bad("bad webhook: invalid webhook URL specified")
    if call.secret_token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", call.secret_token):
        raise bad("secret token contains unallowed characters")
    if call.drop_pending_updates:
        api.world.inbox.drop()
    api.world.inbox.allow(call.allowed_updates)
    api.settings.webhook = {
        "url": call.url, "secret": call.secret_token, "max_connections": call.max_connections or 40,
        "ip_address": call.ip_address,
    }  # fmt: skip
    api.world.inbox.use_webhook(call.url)
    return True


@answers(m.DeleteWebhook)
def delete_webhook(api: Context, call: Any) -> bool:
    if call.drop_pending_updates:
        api.world.inbox.drop()
    api.settings.webhook = {}
    api.world.inbox.use_webhook(None)
    return True


@answers(m.GetWebhookInfo)
def webhook_info(api: Context, call: m.GetWebhookInfo) -> Json:  # noqa: ARG001 - it has no parameters
    kept, inbox = api.settings.webhook, api.world.inbox
    shape: Json = {
        "url": kept.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(inbox.pending),
    }  # fmt: skip
    for name in ("max_connections", "ip_address", "last_error_date", "last_error_message"):
        if kept.get(name) is not None:
            shape[name] = kept[name]
    if inbox.allowed:
        shape["allowed_updates"] = list(inbox.allowed)
    return shape
