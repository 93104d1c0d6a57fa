"""Mails that are really signed, and a name server on this machine that has the keys."""

import base64
import random
import socket
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any, Self

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


@cache
def key(bits: int = 1024) -> tuple[bytes, bytes]:
    """A key pair of so many bits: its private half as PEM, its public half as it stands in DNS. Always the same."""
    chance = random.Random(bits)  # noqa: S311 - it protects nothing
    one, other = (_prime(chance, bits // 2) for _ in range(2))
    product, power = one * other, 65_537
    secret = pow(power, -1, (one - 1) * (other - 1))
    numbers = [0, product, power, secret, one, other, secret % (one - 1), secret % (other - 1), pow(other, -1, one)]
    whole = _sequence(numbers)
    shown = _sequence([product, power])
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.b64encode(whole) + b"\n-----END RSA PRIVATE KEY-----\n"
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(shown)


def _sequence(numbers: list[int]) -> bytes:
    """Whole numbers as DER."""
    pieces = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in numbers]
    inside = b"".join(b"\x02" + _length(piece) + piece for piece in pieces)
    return b"\x30" + _length(inside) + inside


def _length(content: bytes) -> bytes:
    return b"\x82" + len(content).to_bytes(2, "big")


def _prime(chance: random.Random, bits: int) -> int:
    while True:
        found = chance.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(found % small for small in (3, 5, 7, 11, 13)) and all(pow(a, found - 1, found) == 1 for a in (2, 3, 5)):
            return found


def record(bits: int = 1024) -> bytes:
    """What stands in DNS."""
    return key(bits)[1]


def sign(mail: bytes, domain: str, *, selector: str = "s1", bits: int = 1024, **more: Any) -> bytes:
    """The mail with one more signature on top."""
    signature = dkim.sign(mail, selector.encode(), domain.encode(), key(bits)[0], **more)
    return bytes(signature) + mail


class NameServer:
    """Answers TXT questions over UDP on a free port of loopback; `silent` names are never answered."""

    def __init__(self, records: Mapping[str, bytes]) -> None:
        self.records = dict(records)
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def ask(self, name: str, seconds: float) -> bytes | None:
        """What `mail.key_lookup.ask_dns` does, asked of this server."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self._socket.getsockname()[1]
        try:
            answer = resolver.resolve(name, "TXT", lifetime=seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        return b"".join(next(iter(answer)).strings)

    def _serve(self) -> None:
        while True:
            asked, sender = self._socket.recvfrom(4096)
            if not asked:
                return
            question = dns.message.from_wire(asked)
            name = question.question[0].name.to_text(omit_final_dot=True)
            self.asked.append(name)
            if name not in self.silent:
                self._socket.sendto(self._answer(question, name), sender)

    def _answer(self, question: dns.message.Message, name: str) -> bytes:
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA
        text = self.records.get(name)
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            pieces = " ".join(f'"{text[at : at + 200].decode()}"' for at in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "TXT", pieces))
        return answer.to_wire()
