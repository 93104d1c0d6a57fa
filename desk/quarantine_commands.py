"""Quarantine from the command line: list, show, try again, drop, also beside a running desk."""

from desk import quarantine
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Raw, RawState

BY = "command line"
PREVIEW = 100
"""Characters of the reason in the list."""
SHOWN = 20_000
"""Characters of a message that are printed; a mail of 25 MB helps nobody in a terminal."""


async def carry_out(desk: Desk, action: str, raw_id: int) -> str:
    """Do it; what to tell. Refusal when there is no such message in quarantine."""
    if action == "list":
        async with desk.view() as view:
            before = await quarantine.attempts(view)
            rows = [_line(desk, raw, before[raw.id]) for raw in await quarantine.listed(view)]
        return "\n".join(rows) or desk.say("cli.quarantine_empty")
    if action == "show":
        return await _whole(desk, raw_id)
    async with desk.unit() as unit:
        if action == "retry":
            await quarantine.retry(desk, unit, raw_id, by=BY)
        else:
            await quarantine.drop(desk, unit, raw_id, by=BY)
        await unit.commit()
    return desk.say("cli.quarantine_retried" if action == "retry" else "cli.quarantine_dropped", id=raw_id)


def _line(desk: Desk, raw: Raw, before: int) -> str:
    """`before`: attempts that the message itself does not count any more."""
    reason = " ".join(raw.error.split())[:PREVIEW]
    tried = desk.say("cli.quarantine_tried", count=before + raw.attempts, at=f"{raw.not_before:%Y-%m-%d %H:%M}Z")
    return f"{raw.id}  {raw.at:%Y-%m-%d %H:%M}Z  {raw.channel}  {raw.place}  {raw.external_id}  {tried}  {reason}"


async def _whole(desk: Desk, raw_id: int) -> str:
    async with desk.view() as view:
        raw = await view.get(Raw, raw_id)
        before = await quarantine.attempts(view)
    if raw is None or raw.state is not RawState.QUARANTINED:
        raise Refusal("group.quarantine_unknown", id=raw_id)
    content = raw.body or (await desk.files.read(raw.key) if raw.key else b"")
    text = content.decode("utf-8", "replace")
    cut = "…" if len(text) > SHOWN else ""
    # A hostile mail must not write to the operator's terminal with control characters.
    safe = "".join(
        letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text[:SHOWN] if letter != "\r"
    )
    return "\n".join([_line(desk, raw, before[raw.id]), desk.say("cli.quarantine_why", why=raw.error), "", safe + cut])
