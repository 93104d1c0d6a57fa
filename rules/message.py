"""A message while rules are asked about it: what is dear to know is found out once, and only when asked."""

from functools import cached_property, lru_cache

from desk.facts import Facts
from rules.text import Words

# Expressions read this much of the subject and of the text, so that the worst of them takes a second or two.
READ = 100_000  # characters


class Message:
    """Facts with the words of subject and text, prepared at the first question."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def subject(self) -> Words:
        return Words(self.facts.subject)

    @cached_property
    def whole(self) -> Words:
        """Subject and text."""
        return Words(self.facts.subject, self.facts.text)

    @cached_property
    def readable(self) -> tuple[bytes, ...]:
        """Subject and text as expressions read them; half a character, which mail can bring, becomes "?"."""
        return tuple(text[:READ].encode("utf-8", "replace") for text in (self.facts.subject, self.facts.text))

    @cached_property
    def sender(self) -> frozenset[str]:
        """The sender's addresses and, of mail addresses, the domains with their "@", in small letters."""
        addresses = {one.strip().lower() for one in self.facts.sender}
        return frozenset(addresses | {f"@{one.rpartition('@')[2]}" for one in addresses if "@" in one[1:]})

    @cached_property
    def recipients(self) -> frozenset[str]:
        """The same of everybody else whom the mail is addressed to."""
        addresses = {one.strip().lower() for one in self.facts.recipients}
        return frozenset(addresses | {f"@{one.rpartition('@')[2]}" for one in addresses})

    @cached_property
    def client(self) -> frozenset[str]:
        """By what the client is known: name, addresses, the organisation's name and number; in small letters."""
        facts = self.facts
        return frozenset(folded(one) for one in (*facts.client, facts.organisation, facts.client_id) if one)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the files in small letters."""
        return tuple(name.strip().lower() for name in self.facts.files)

    def learns(self, facts: Facts) -> None:
        """Go on with what a rule has set; words, people and files stay as they are."""
        self.facts = facts


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Text as names are compared: in small letters, ё as е, blanks as one."""
    return " ".join(text.split()).casefold().replace("ё", "е")
