"""Message-IDs and plus tags of our own, signed so that nobody else can make one. Pure."""

import hashlib
import hmac
import re
from dataclasses import dataclass

_MAC_LETTERS = 20  # base32 letters, 100 bits: short enough for an address, far beyond guessing
_ID = re.compile(r"<otvet\.(\d{1,19})\.([a-z2-7]{20})@[^<>\s@]{1,255}>", re.IGNORECASE)
_TAG = re.compile(r"([a-z0-9]{1,40})\.([a-z2-7]{20})", re.IGNORECASE)
_BOUNCE = re.compile(r"b-(\d{1,19})-([a-z2-7]{20})", re.IGNORECASE | re.ASCII)
"""Shaped unlike a thread's tag, so that neither is taken for the other even before its signature is looked at."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with one secret, which is kept as long as the mails that bear its signatures."""

    secret: bytes

    def __repr__(self) -> str:
        return "Signer(…)"

    def message_id(self, parcel: int, domain: str) -> str:
        """Return the Message-ID of a parcel, the same at every attempt."""
        return f"<otvet.{parcel}.{self._mac('id', str(parcel))}@{domain}>"

    def is_own_id(self, message_id: str) -> bool:
        """Return whether we made this id."""
        found = _ID.fullmatch(message_id.strip())
        return found is not None and self._good("id", found[1], found[2])

    def make_tag(self, thread: str) -> str:
        """Return a plus tag for a thread named in ASCII letters and digits ("sd7"): "sd7.<mac>"."""
        name = thread.lower()
        return f"{name}.{self._mac('tag', name)}"

    def read_tag(self, tag: str) -> str:
        """Return the thread that a tag names, "" when the tag is not ours."""
        found = _TAG.fullmatch(tag.strip())
        return found[1].lower() if found and self._good("tag", found[1].lower(), found[2]) else ""

    def make_bounce_tag(self, parcel: int) -> str:
        """Return the plus tag of an envelope sender, by which a bounce names its mail: "b-7-<mac>"."""
        return f"b-{parcel}-{self._mac('bounce', str(parcel))}"

    def read_bounce_tag(self, tag: str) -> int:
        """Return the parcel that a bounce's recipient names, 0 when the tag is not ours."""
        found = _BOUNCE.fullmatch(tag.strip())
        return int(found[1]) if found and self._good("bounce", found[1], found[2]) else 0

    def _good(self, purpose: str, value: str, mac: str) -> bool:
        return hmac.compare_digest(self._mac(purpose, value), mac.lower())

    def _mac(self, purpose: str, value: str) -> str:
        digest = hmac.digest(self.secret, f"{purpose}:{value}".encode(), hashlib.sha256)
        number = int.from_bytes(digest)
        # Addresses are lowered on their way: letters of one case, as base32 has them.
        return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(_MAC_LETTERS))
