"""Whether two mail domains belong to one organisation, as far as their names tell. Pure."""

# Below these strangers register their names; no list is complete, and the desk must not ask the network for one.
_SHARED_SECOND = frozenset(  # as in example.co.uk, example.msk.ru
    "ac biz co com edu gen go gob gov gouv id in inc info int ltd me mil msk ne net ngo nom nsk or org plc pp pro sch "  # noqa: SIM905 - read best so
    "school spb tm tv web".split()
)
_SHARED = frozenset(
    "appspot.com azurewebsites.net blogspot.com cloudfront.net duckdns.org firebaseapp.com github.io gitlab.io "  # noqa: SIM905
    "herokuapp.com narod.ru netlify.app no-ip.org onmicrosoft.com pages.dev readthedocs.io "
    "ucoz.ru vercel.app wixsite.com wordpress.com workers.dev".split()
)
_LONGEST = 253


def ascii_domain(domain: str) -> str:
    """A domain for comparison: lower case, without the last dot, other letters in their ASCII form; "" for none."""
    plain = domain.strip().strip("[]").rstrip(".").lower()
    if not plain or len(plain) > _LONGEST:
        return ""
    try:
        return plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def domain_of(address: str) -> str:
    """What stands after the last @, for comparison."""
    return ascii_domain(address.rpartition("@")[2])


def aligned(one: str, other: str) -> bool:
    """Whether the domains are equal, or one lies inside the other and the outer is an organisation's own."""
    one, other = ascii_domain(one), ascii_domain(other)
    if not one or not other:
        return False
    if one == other:
        return True
    outer, inner = sorted((one, other), key=len)
    return inner.endswith(f".{outer}") and not _is_shared(outer)


def _is_shared(domain: str) -> bool:
    first, _, rest = domain.partition(".")
    return not rest or domain in _SHARED or ("." not in rest and first in _SHARED_SECOND)
