"""Who asks: somebody signed in at the organisation's proxy, or an address."""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.settings import Settings
from index.errors import SettingsError

FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "forwarded")
"""Headers that only a proxy may set."""


def check_address(settings: Settings) -> None:
    """Raises SettingsError where the chat would be open to more people than the settings say."""
    if settings.user_header and not settings.proxies:
        raise SettingsError(
            "ONRECORD_USER_HEADER names a header, but no proxy whose word is believed. "
            "Give the proxy's address in ONRECORD_PROXIES."
        )
    if is_loopback(settings.host) or settings.user_header or settings.anonymous:
        return
    raise SettingsError(
        f"The host {settings.host!r} is not a loopback address, so others could read the articles. Set "
        "ONRECORD_USER_HEADER and ONRECORD_PROXIES to let in who is signed in at a proxy, or ONRECORD_ANONYMOUS=yes "
        "to let in everybody."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def from_proxy(scope: Scope, settings: Settings) -> bool:
    """Whether the request comes from a proxy that the settings trust."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
    except ValueError:
        return False
    return any(address in network for network in settings.proxies)


def visitor(scope: Scope, settings: Settings) -> str | None:
    """A name for who asks, as `user:…` or `address:…`; None for somebody who isn't to be let in."""
    headers = Headers(scope=scope)
    proxied = from_proxy(scope, settings)
    user = headers.get(settings.user_header, "").strip() if settings.user_header and proxied else ""
    if user:
        return f"user:{user}"
    if settings.user_header and not settings.anonymous:
        return None
    forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip() if proxied else ""
    return f"address:{forwarded or (scope.get('client') or ('unknown', 0))[0]}"
