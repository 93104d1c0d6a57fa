"""What a mail server in front of us found out about a sender: Authentication-Results read (RFC 8601). Pure, linear.

Rule: only the topmost header of the configured server counts, and only while nobody else's server stands above it; what
cannot be read exactly proves nothing. All else in a mail may be written by whoever sent it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mail.charsets import decode
from mail.domains import aligned, ascii_domain, domain_of
from mail.headers import VALUE_LIMIT, Headers

_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.-]{1,253})(?=[\s;(]|$)")
_ADDRESS = re.compile(r"[0-9.]+")
_VERSION = re.compile(r"[0-9]{1,9}")
_NAME_AND_VERSION = 2
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_WORD = re.compile(rf'(?:{_QUOTED}|[^\s;("=])+', re.DOTALL)
_VALUE = re.compile(rf'(?:{_QUOTED}|[^\s;("])+', re.DOTALL)
_ESCAPED = re.compile(r'\\(.)|"', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One method with its result ("dkim", "pass") and what it was about ({"header.d": "example.com"})."""

    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One header: who says it, and what."""

    server: str
    results: tuple[Result, ...]


def vouches(headers: Headers, server: str, domain: str) -> bool:
    """Whether the server of this name says that the mail really comes from the domain that stands in its From."""
    own = trusted(headers, server)
    if own is None or not domain:
        return False
    policy = [one for one in own.results if one.method == "dmarc"]
    if len(policy) > 1 or any(one.result not in ("pass", "none", "bestguesspass") for one in policy):
        return False  # refused, or two verdicts of which one may have been slipped in
    if policy and policy[0].result == "pass":
        return ascii_domain(policy[0].properties.get("header.from", "")) == domain
    return any(_passes(one, domain) for one in own.results)


def refutes(headers: Headers, server: str, domain: str) -> bool:
    """Whether the server of this name says that the mail does not come from that domain: its DMARC failed.

    A server that says nothing, or could not tell, refutes nobody.
    """
    own = trusted(headers, server)
    if own is None or not domain:
        return False
    failed = [one for one in own.results if (one.method, one.result) == ("dmarc", "fail")]
    return any(ascii_domain(one.properties.get("header.from", "")) == domain for one in failed)


def _passes(one: Result, domain: str) -> bool:
    """An aligned pass of DKIM, or of SPF alone: DMARC calls either a pass (RFC 7489, 4.2)."""
    if one.result != "pass":
        return False
    if one.method == "dkim":
        signer = one.properties.get("header.d") or domain_of(one.properties.get("header.i", ""))
        return aligned(signer, domain)
    if one.method == "spf":
        sender = one.properties.get("smtp.mailfrom") or one.properties.get("smtp.mail", "")
        return bool(sender) and aligned(domain_of(sender), domain)
    return False


def trusted(headers: Headers, server: str) -> Results | None:
    """What the configured server says; None when it says nothing on top of the mail.

    Servers write on top of what they get, so that a header below the first line of somebody else's server is the
    sender's. Our own server may write its Received above or below its results.
    """
    wanted = server.strip().casefold()
    if not wanted:
        return None
    for name, value in headers.fields:
        if name == "received" and _elsewhere(value, wanted):
            return None
        if name != "authentication-results":
            continue
        found = read(decode(value)) if len(value) < VALUE_LIMIT else None
        # One that cannot be read may be our server's, spoilt by what the sender called themselves.
        if found is None or found.server.casefold() == wanted:
            return found
    return None


def _elsewhere(received: bytes, server: str) -> bool:
    """Whether this line was written by a host that has a name in another organisation than our server."""
    found = _BY.search(_without_comments(decode(received)))
    host = found[1].lower().rstrip(".") if found else ""
    if "." not in host or _ADDRESS.fullmatch(host) or "." not in server:
        return False  # a local name or a number says nothing
    return not (aligned(host, server) or aligned(_family(host), _family(server)))


def _family(host: str) -> str:
    """A host's domain: mx1.example.com and mail.example.com are one family."""
    return host.partition(".")[2] if host.count(".") > 1 else host


def _without_comments(text: str) -> str:
    depth, kept = 0, []
    for letter in text:
        depth += letter == "("
        if not depth:
            kept.append(letter)
        depth = max(0, depth - (letter == ")"))
    return "".join(kept)


def read(text: str) -> Results | None:
    """Return what a header's value says; None when it does not follow the grammar."""
    pieces = _pieces(text)
    if pieces is None:
        return None
    first, *rest = pieces
    server, version = (first[0], first[1:]) if first else (None, [])
    if not server or len(first) > _NAME_AND_VERSION or not all(word and _VERSION.fullmatch(word) for word in version):
        return None
    said = [piece for piece in rest if piece]
    if [[(word or "").lower() for word in piece] for piece in said] == [["none"]]:
        return Results(server=server, results=())
    results = [_result(piece) for piece in said]
    known = tuple(one for one in results if one)
    return Results(server=server, results=known) if len(known) == len(results) else None


def _result(words: list[str | None]) -> Result | None:
    """One method with its properties: key, sign, value, and so on; None when it is anything else."""
    words = [*words, ""] if words[-1] is None else words
    keys, signs, values = words[0::3], words[1::3], words[2::3]
    if len(words) % 3 or any(signs) or None in keys or None in values:
        return None
    pairs = [(str(key).lower(), str(value)) for key, value in zip(keys, values, strict=True)]
    properties: dict[str, str] = {}
    for key, value in pairs[1:]:
        properties.setdefault(key, value.strip("<>"))
    return Result(method=pairs[0][0].partition("/")[0], result=pairs[0][1].lower(), properties=properties)


def _pieces(text: str) -> list[list[str | None]] | None:
    """Cut at semicolons into words, with None for the sign "=", comments left out; None when something has no end."""
    pieces: list[list[str | None]] = [[]]
    at = 0
    while at < len(text):
        piece = pieces[-1]
        # A value goes on to the next space and may hold further signs: header.b=Ab+c==
        form = _VALUE if piece and piece[-1] is None else _WORD
        if found := form.match(text, at):
            piece.append(_ESCAPED.sub(r"\1", found[0]))
            at = found.end()
        elif text[at] == "(":
            at = _comment_end(text, at)
        elif text[at] == '"':
            return None
        else:
            if text[at] == ";":
                pieces.append([])
            elif text[at] == "=":
                piece.append(None)
            at += 1
        if at < 0:
            return None
    return pieces


def _comment_end(text: str, start: int) -> int:
    """Where the comment that begins here is over; -1 when it has no end."""
    depth = 0
    for sign in _IN_COMMENT.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    return -1
