"""The address of a link is shown where its words do not show it. Pure."""

import re
from urllib.parse import parse_qs, urlsplit

LINK_LIMIT = 2_000  # characters of an address that are worth showing
_SHOWN_LINK = re.compile(r"^(?:https?://)?(?:www\.)?|[/?#\s]+$")


def worth_showing(address: str, words: str) -> str:
    """Return the address as it is to be shown, "" when the words say it already."""
    scheme, _, rest = address.partition(":")
    scheme = scheme.lower()
    if scheme == "mailto":
        target = rest.partition("?")[0].strip()
        return f"<{target}>" if "@" in target and target.lower() not in words.lower() else ""
    if scheme == "tel":
        digits = re.sub(r"\D", "", rest)
        return f"({rest})" if digits[-7:] not in re.sub(r"\D", "", words) else ""
    address = _unwrapped(address)
    plain, said = _SHOWN_LINK.sub("", address.lower()), _SHOWN_LINK.sub("", words.lower())
    if plain == said or plain.partition("?")[0].rstrip("/") == said or (plain and plain in said):
        return ""
    return f"({address})" if len(address) <= LINK_LIMIT and not re.search(r"\s", address) else ""


def _unwrapped(address: str) -> str:
    """Return where a link of Outlook's guard leads to."""
    if ".safelinks.protection.outlook.com/" not in address[:100].lower():
        return address
    try:
        return parse_qs(urlsplit(address).query).get("url", [address])[0]
    except ValueError:
        return address
