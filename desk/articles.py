"""The articles of the knowledge base that fit a request, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from desk import details
from desk.desk import Desk
from desk.library import Article
from desk.markdown import plain
from desk.organisations import Organisation
from desk.ports import Unit
from desk.ranking import Found
from desk.tickets import Kind, Message, Ticket

BEST = 3
LOOKED_AT = 40
"""Articles that are weighed more closely."""

SAME_PRODUCT, OTHER_PRODUCT = 1.5, 0.5
"""What an article is worth that is about the client's product, or about another one."""

ENOUGH_WORDS = 3
"""Words that must fit where none of them stands in the title."""

LEAST = 0.35
"""Of the best one's worth; what fits much worse is not shown beside it."""

SHORT = 300
"""Characters of an article without a link in a mail."""

SHOWN = 3_000
"""Characters of an article that one message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An article and why it fits: the words of the request that it was found by, and the product."""

    article: Article
    worth: float
    words: tuple[str, ...]
    product: bool = False


def fitting(
    desk: Desk, text: str, *, language: str = "", product: str = "", public: bool = False, searched: bool = False
) -> list[Fit]:
    """The best articles for some words; those in `language` alone, or for engineers in another where it has none.

    `searched`: somebody looks for these very words, so that any of them will do.
    """
    library = desk.library
    enough = 1 if searched else ENOUGH_WORDS
    found = library.article_index.find(text, LOOKED_AT)
    found = [one for one in found if one.named or len(one.words) >= enough]
    fits = [_weighed(library.articles[one.place], one, product) for one in found]
    fits = [one for one in fits if one.article.public or not public]
    fits = [one for one in fits if one.article.language == language] or (fits if not public else [])
    fits.sort(key=lambda one: -one.worth)
    return [one for one in fits if one.worth >= LEAST * fits[0].worth][:BEST]


def _weighed(article: Article, found: Found, product: str) -> Fit:
    same = bool(article.product) and article.product.casefold() == product.strip().casefold()
    other = bool(article.product and product) and not same
    worth = found.score * (SAME_PRODUCT if same else OTHER_PRODUCT if other else 1.0)
    return Fit(article=article, worth=worth, words=found.words[:4], product=same)


async def first_words(unit: Unit, ticket: Ticket) -> str:
    """What a request began with."""
    message = await unit.first(Message, ticket_id=ticket.id, kind__in=(Kind.WORDS, Kind.MACHINE))
    return f"{ticket.subject}\n{message.text}" if message else ticket.subject


async def product_of(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """The product that the request is about, by its fields or the contract; "" when nobody knows."""
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    names = [field.name for field in desk.settings.field if field.source == "product"]
    record = await details.record(desk, unit, ticket) if names else {}
    found = next((record[name].value for name in names if name in record and record[name].value), "")
    return found or (company.product if company else "")


def in_mail(fits: Sequence[Fit]) -> str:
    """Articles as lines of a mail: the link, or where there is none the beginning of the text."""
    return "\n\n".join(f"• {fit.article.title}\n{fit.article.url or beginning(fit.article)}" for fit in fits)


def beginning(article: Article, longest: int = SHORT) -> str:
    text = plain(article.text)
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def cut(article: Article) -> str:
    """The article's Markdown as far as one message holds it, up to the end of a paragraph or a line."""
    if len(article.text) <= SHOWN:
        return article.text
    text = article.text[:SHOWN]
    end = max(text.rfind("\n\n"), text.rfind("\n"), SHOWN // 2)
    text = text[:end].rstrip()
    return f"{text}\n```\n…" if text.count("```") % 2 else f"{text}\n\n…"


def as_answer(article: Article) -> str:
    """The article as plain words of an engineer's answer."""
    text = plain(article.text)
    whole = len(text) <= SHOWN
    text = text if whole else f"{text[:SHOWN].rstrip()}…"
    return "\n\n".join(part for part in (article.title, text, article.url) if part)
