"""The safe network: which addresses may be asked, and connections to none but those."""

import socket
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Any

import httpcore

from index.errors import ReadError

_NEVER = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "fe80::/10", "ff00::/8"),
        *("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32", "fd00:c1::/32", "fd00:42::42/128"),
    )
]
"""Link-local, multicast and reserved addresses, and cloud metadata services, which give passwords away."""

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
_RELAYS = ip_network("192.88.99.0/24")


class SafeNetwork(httpcore.NetworkBackend):
    """Looks names up itself, and connects to the addresses that it has checked: a second look-up could differ.

    `hosts` are the names that may be at private addresses, each only while a source of that very host is read: its
    name is then set as `named_host`. `until` is when a request has to be finished, by `time.monotonic`.

    Connections are known by name above this class, so that one that is kept open serves no other name.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        self.until = 0.0
        self.named_host = ""
        self._hosts = hosts
        self._private: dict[str, str] = {}
        self._system = httpcore.SyncBackend()

    def check_host(self, host: str) -> None:
        """Raise ReadError for a private host that isn't named now: a connection to it may still be open."""
        if address := self._private.get(host.lower()):
            self._check_address(address, host)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first of the host's addresses that answers."""
        *others, last = self._addresses(host, port)
        for address in others:
            try:
                return self._connection(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connection(last, port, timeout)

    def seconds_left(self, timeout: float | None) -> float:
        """Return the time for a step. Raises httpcore.TimeoutException where none is left."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds if timeout is None else min(seconds, timeout)

    def _connection(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _Connection(self._system.connect_tcp(address, port, self.seconds_left(timeout)), self)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return all addresses of the host. Raises ReadError where one of them must not be asked."""
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError) as error:
            raise httpcore.ConnectError(f"no address is known for {host}") from error
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in infos))
        for address in addresses:
            self._check_address(address, host)
        return addresses

    def _check_address(self, address: str, host: str) -> None:
        ip = _embedded_ipv4(ip_address(address))
        if any(ip in network for network in _NEVER):
            raise ReadError(
                f"{host} is at {address}, an address that onrecord never fetches from."
                " Give a page of the web or your network."
            )
        if is_public(ip):
            return
        whose = "this machine" if ip.is_loopback else "a private network"
        if host.lower() not in self._hosts:
            raise ReadError(
                f"{host} is at {address}, an address of {whose}."
                " To read from there, name the host in ONRECORD_FETCH_HOSTS."
            )
        if host.lower() != self.named_host:
            raise ReadError(
                f"{host} is at {address}, an address of {whose}, to which only sources of that host itself may lead."
                f" Add an address of {host}."
            )
        self._private[host.lower()] = address


class _Connection(httpcore.NetworkStream):
    """A connection on which no step goes on past the time for the whole: a server may send a byte every few seconds."""

    def __init__(self, stream: httpcore.NetworkStream, network: SafeNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.seconds_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._network.seconds_left(timeout)
        return _Connection(self._stream.start_tls(ssl_context, server_hostname, seconds), self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (as httpcore has it)
        return self._stream.get_extra_info(info)


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Return True if the whole internet reaches the address (IANA's registries of special-purpose addresses)."""
    return ip.is_global and (ip not in _RELAYS if isinstance(ip, IPv4Address) else ip in _GLOBAL_UNICAST)


def _embedded_ipv4(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for ("::ffff:10.0.0.5"), or else the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
