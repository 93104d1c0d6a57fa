"""DKIM signatures verified by ourselves (RFC 6376): which domains signed a mail, asked of DNS.

Rule: nothing here raises or takes longer than the time it is given; whatever is not proven is not proven. The mail is
taken apart and its body hashed here and not in dkimpy, whose patterns are quadratic in runs of spaces.
"""

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mail.domains import aligned, ascii_domain
from mail.mime import HEADER_LIMIT

Keys = Callable[[str, float], bytes | None]
"""The TXT record of a name, asked for so many seconds at most; None when there is none. May raise anything."""

SIGNATURES = 5  # of one mail that are looked at
SIGNATURE_LIMIT = 6_000  # bytes of one
SIGNED_LIMIT = 65_536  # bytes of the headers that it signs
SIGNED_NAMES = 100
KEY_LIMIT = 2_048  # bytes of a DNS record: RSA of 8,192 bits; what is longer would be computed with for hours
LEAST_BITS = 1_024  # RFC 8301
_FIELD = re.compile(rb"([!-9;-~]{1,200}):")
_LONG_GAP = re.compile(rb"\s{60}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{20,2000}={0,2}")
_NUMBER = re.compile(rb"[0-9]{1,12}")
_NAME = re.compile(rb"[A-Za-z0-9_.-]{1,253}")
_CANONICAL = frozenset({b"simple", b"relaxed"})
_SILENT = logging.Logger("dkimpy", logging.CRITICAL + 1)  # noqa: LOG001 - apart from ours: it tells what strangers wrote as errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A mail as signatures see it: headers byte for byte, and where the body begins."""

    headers: tuple[tuple[bytes, bytes], ...]  # names in lower case; the whole field with its folds, each line with CRLF
    body: int

    def all(self, name: bytes) -> list[bytes]:
        return [field for key, field in self.headers if key == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature that is worth asking DNS for."""

    field: bytes
    tags: Mapping[bytes, bytes]
    names: tuple[bytes, ...]  # the headers that it signs

    @property
    def domain(self) -> str:
        return ascii_domain(self.tags[b"d"].decode("ascii"))

    @property
    def key_name(self) -> str:
        return f"{self.tags[b's'].decode('ascii')}._domainkey.{self.domain}"


def take_apart(content: bytes) -> Signed | None:
    """Return the headers exactly as they came; None for a mail that mail programs may read in different ways."""
    fields: list[tuple[bytes, list[bytes]]] = []
    position, limit = 0, min(len(content), HEADER_LIMIT)
    while position < limit:
        end = content.find(b"\n", position) + 1
        if not end:
            return None
        line = content[position:end].removesuffix(b"\n").removesuffix(b"\r")
        position = end
        if not line:
            return Signed(headers=tuple((name, b"".join(lines)) for name, lines in fields), body=position)
        match = _FIELD.match(line)
        if line[:1] in b" \t" and fields and line.strip():
            fields[-1][1].append(line + b"\r\n")
        elif match:
            fields.append((match[1].lower(), [line + b"\r\n"]))
        else:
            return None
    return None


def promising(mail: Signed, content: bytes, domain: str, at: datetime) -> list[Signature]:
    """The signatures of that domain's organisation that could be good: all is right with them but for the key."""
    bodies: dict[bytes, bytes] = {}
    found = []
    for field in mail.all(b"dkim-signature")[:SIGNATURES]:
        signature = _read(field)
        if not signature or not aligned(signature.domain, domain) or not _in_time(signature, at):
            continue
        way = signature.tags.get(b"c", b"simple").partition(b"/")[2] or b"simple"
        if way not in bodies:
            bodies[way] = base64.b64encode(hashlib.sha256(canonical(content[mail.body :], way)).digest())
        if bodies[way] == b"".join(signature.tags[b"bh"].split()):
            found.append(signature)
    return found


def _read(field: bytes) -> Signature | None:
    """One signature; None when it is malformed, covers only a part, or is of a kind that proves nothing (RFC 8301)."""
    if len(field) > SIGNATURE_LIMIT or _LONG_GAP.search(field):
        return None
    tags: dict[bytes, bytes] = {}
    for piece in field.partition(b":")[2].strip().removesuffix(b";").split(b";"):
        key, sign, value = (part.strip() for part in piece.partition(b"="))
        if not sign or key in tags:
            return None
        tags[key] = value
    names = tuple(name.strip().lower() for name in tags.get(b"h", b"").split(b":"))
    whole = tags.get(b"v") == b"1" and tags.get(b"a") == b"rsa-sha256" and b"l" not in tags
    known = tags.get(b"q", b"dns/txt") == b"dns/txt" and set(tags.get(b"c", b"simple").split(b"/")) <= _CANONICAL
    named = _NAME.fullmatch(tags.get(b"d", b"")) and _NAME.fullmatch(tags.get(b"s", b""))
    coded = all(_BASE64.fullmatch(b"".join(tags.get(key, b"").split())) for key in (b"b", b"bh"))
    if not (whole and known and named and coded and b"from" in names and len(names) <= SIGNED_NAMES):
        return None
    identity = tags.get(b"i", b"@" + tags[b"d"]).lower().rpartition(b"@")[2]
    if identity != tags[b"d"].lower() and not identity.endswith(b"." + tags[b"d"].lower()):
        return None
    return Signature(field=field, tags=tags, names=names)


def _in_time(signature: Signature, at: datetime) -> bool:
    ends = signature.tags.get(b"x")
    return ends is None or (_NUMBER.fullmatch(ends) is not None and int(ends) > at.timestamp())


def is_good(mail: Signed, signature: Signature, key: bytes | None) -> bool:
    """Whether the signature was made with the private half of this key. Never raises."""
    import dkim

    if not key or len(key) > KEY_LIMIT:
        return False
    wanted = set(signature.names)
    signed = [(name, field) for name, field in mail.headers if name in wanted]
    if sum(len(field) for _, field in signed) > SIGNED_LIMIT:
        return False
    head = b"".join(field for _, field in signed) + b"\r\n"
    tags = {name: value for name, value in signature.tags.items() if name != b"bh"}  # the body was looked at already
    name, _, value = signature.field.partition(b":")
    try:
        verifier = dkim.DKIM(head, logger=_SILENT, minkey=LEAST_BITS)
        return bool(verifier.verify_sig(tags, list(signature.names), (name, value), lambda *_, **__: key))
    except Exception:  # noqa: BLE001 - dkimpy and its ASN.1 raise of everything on hostile keys and signatures
        return False


def canonical(body: bytes, way: bytes) -> bytes:
    """Return a body as it is hashed (RFC 6376, 3.4.3 and 3.4.4). Linear."""
    body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if way == b"relaxed":
        body = body.replace(b"\t", b" ")
        while b"  " in body:  # halves every run each time, so that a long one costs no more than its length
            body = body.replace(b"  ", b" ")
        body = (body if body.endswith(b"\n") or not body else body + b"\r\n").replace(b" \r\n", b"\r\n")
    kept = body.rstrip(b"\r\n")
    # Carriage returns that stand alone are text, and rstrip took them too.
    kept += body[len(kept) :].replace(b"\r\n", b"\n").rstrip(b"\n").replace(b"\n", b"\r\n")
    if not kept and way == b"relaxed":
        return b""
    return kept + b"\r\n"
