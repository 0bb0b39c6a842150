"""Who a visitor is: a person signed in at the organisation's proxy, or otherwise an address."""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.settings import Settings
from index.errors import SettingsError

FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "forwarded")
"""Headers that are read only if a trusted proxy sent them."""


def check_access(settings: Settings) -> None:
    """Raise SettingsError if more people could reach the chat than the settings let in."""
    if settings.user_header and not settings.proxies:
        raise SettingsError(
            "ONRECORD_USER_HEADER is set, but no proxy is trusted to send that header. "
            "Give the proxy's address in ONRECORD_PROXIES."
        )
    if is_loopback(settings.host) or settings.user_header or settings.anonymous:
        return
    raise SettingsError(
        f"The host {settings.host!r} is not a loopback address, so others could read the articles. To let in "
        "people who are signed in at a proxy, set ONRECORD_USER_HEADER and ONRECORD_PROXIES. To let in everybody, set "
        "ONRECORD_ANONYMOUS=yes."
    )


def is_loopback(host: str) -> bool:
    """Return True if only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def from_proxy(scope: Scope, settings: Settings) -> bool:
    """Return True if the request comes from an address in ONRECORD_PROXIES."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
    except ValueError:
        return False
    return any(address in network for network in settings.proxies)


def visitor_name(scope: Scope, settings: Settings) -> str | None:
    """Return the visitor's name, "user:anna" or "address:192.0.2.7"; None if the visitor must sign in first.

    A user's name and a forwarded address are read from headers only if a trusted proxy sent them.
    """
    headers = Headers(scope=scope)
    proxied = from_proxy(scope, settings)
    user = headers.get(settings.user_header, "").strip() if settings.user_header and proxied else ""
    if user:
        return f"user:{user}"
    if settings.user_header and not settings.anonymous:
        return None
    forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip() if proxied else ""
    return f"address:{forwarded or (scope.get('client') or ('unknown', 0))[0]}"
