"""Why a ticket is on its line: the rules that were asked, and the one that decided."""

from desk.desk import Desk
from desk.facts import Asked, Verdict
from desk.tickets import Ticket

SHOWN = 30


def why(desk: Desk, ticket: Ticket) -> str:
    """The rules asked, in order, and the one that decided."""
    verdict = Verdict.from_dict(ticket.verdict)
    language = desk.settings.desk.language
    rows = [_asked(asked, language) for asked in verdict.brief(SHOWN).asked]
    return "\n".join([desk.say("group.why", rule=verdict.rule, line=verdict.line), *rows])


def _asked(asked: Asked, language: str) -> str:
    does = f" → {asked.does(language)}" if asked.does(language) else ""
    return f"{'✓' if asked.matched else '–'} {asked.rule}: {asked.why(language)}{does}"
