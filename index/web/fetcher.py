"""Fetches what is at an address of the web, within limits: where from, how much, how long."""

import codecs
import re
import socket
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from index.errors import GoneError, ReadError
from index.text.encoding import FORGIVEN, decode
from index.web import feeds

MAX_BYTES = 20_000_000
MOST_REDIRECTS = 5
SECONDS_A_STEP, SECONDS = 10, 60
"""For each step of the connection, and for the resource in all."""

_MOST_ADDRESS_CHARACTERS = 4_096
_SECONDS_KEPT_OPEN = 5

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml")
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "text/csv": ".csv",
    **dict.fromkeys(_FEED_TYPES, ".xml"),
}
_PACKED_TYPES = ("application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip")
_VAGUE_TYPES = ("", "text/plain", "application/octet-stream", "binary/octet-stream", *_PACKED_TYPES)
"""Those that tell nothing of what is inside; many servers send Markdown and feeds as text/plain."""

_SUFFIXES = {suffix: suffix for suffix in (".txt", *_TYPES.values())} | {".htm": ".html"}
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_GZIP = b"\x1f\x8b"

_VALIDATOR = re.compile(r"[!-~]([ -~]{0,500}[!-~])?")

# No article is at an address that belongs to the link, to many machines or to nobody, and the clouds give their
# machines' passwords away at some of these (169.254.169.254, and the single addresses below).
_NEVER = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "fe80::/10", "ff00::/8"),
        *("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32", "fd00:c1::/32", "fd00:42::42/128"),
    )
]
_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
_RELAYS = ip_network("192.88.99.0/24")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was at an address.

    `address` is the final one, after redirects. `kind` is a suffix: that of a reader, or ".xml" for feeds and sitemaps
    alone. `charset` is the server's word. `etag` and `modified` are given to the next `get`, as they are.
    """

    address: str
    data: bytes
    kind: str
    charset: str | None
    etag: str | None
    modified: str | None

    @property
    def page(self) -> bytes:
        """The data of a text in UTF-8, with its mark: what HTTP says of an encoding outranks the page's own word.

        Raises ReadError where the data isn't in the encoding that the server tells.
        """
        if not self.charset:
            return self.data
        return codecs.BOM_UTF8 + decode(self.data, self.address, self.charset, forgive=FORGIVEN).encode()


def get(
    address: str, *, hosts: frozenset[str] = frozenset(), etag: str | None = None, modified: str | None = None
) -> Fetched | None:
    """What is at that one address; see `Fetcher.get`."""
    with Fetcher(hosts) as fetcher:
        return fetcher.get(address, etag=etag, modified=modified)


class Fetcher:
    """Fetches one resource after another, and keeps the connections to their hosts open meanwhile; for one thread.

    `hosts` are the names of those that may be at private addresses, or on this machine, in lower case.
    """

    def __init__(self, hosts: frozenset[str] = frozenset()) -> None:
        self._network = _CheckedNetwork(hosts)
        self._client = httpx.Client(
            transport=_Transport(self._network, httpx.create_ssl_context()),
            headers={
                "User-Agent": f"onrecord/{version('onrecord')}",
                "Accept": ", ".join((*_TYPES, "text/plain", "*/*;q=0.5")),
                "Accept-Encoding": "gzip",
            },
            timeout=SECONDS_A_STEP,
            trust_env=False,  # no passwords out of ~/.netrc
        )
        self._busy_until: dict[str, datetime] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, address: str, *, etag: str | None = None, modified: str | None = None) -> Fetched | None:
        """What is at that address; None where it hasn't changed since it had that `etag` or was `modified` then.

        Raises GoneError where there is nothing any more, and ReadError for an address that isn't to be asked, for
        what can't be had now, and for what is of no kind that is read.
        """
        url = _web_address(address)
        self._network.until = time.monotonic() + SECONDS
        self._client.cookies.clear()
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        request = self._client.build_request(
            "GET", url, headers={name: value for name, value in headers.items() if value}
        )
        try:
            response = self._answer(request, address)
            try:
                return self._fetched(response, address, conditional=bool(etag or modified))
            finally:
                response.close()
        except httpcore.TimeoutException as error:
            raise ReadError(
                f"{address} took longer than {SECONDS} seconds, or {SECONDS_A_STEP} without a word. Try again later."
            ) from error
        except _UNREACHABLE as error:
            problem = " ".join(str(error).split()) or "the connection broke off"
            raise ReadError(
                f"{address} can't be reached ({problem}). Check the address and this machine's network."
            ) from error

    def _answer(self, request: httpx.Request, address: str) -> httpx.Response:
        """Follows redirects itself: httpx would read each one's body, however large."""
        for _ in range(MOST_REDIRECTS + 1):
            self._refuse_while_busy(request.url)
            response = self._client.send(request, stream=True)
            if response.next_request is None:
                return response
            response.close()
            request = response.next_request
            _web_address(str(request.url))
        raise ReadError(f"{address} leads on more than {MOST_REDIRECTS} times. Give the address of the page.")

    def _fetched(self, response: httpx.Response, address: str, *, conditional: bool) -> Fetched | None:
        if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
            response.read()  # it has no body, and read to its end it leaves the connection open
            return None
        self._check_status(response, address)
        said = Message()
        said["content-type"] = response.headers.get("content-type", "")
        data = _unzipped(_body(response, address), address)
        return Fetched(
            address=str(response.url.copy_with(fragment=None)),
            data=data,
            kind=_kind(said["content-type"].partition(";")[0].strip().lower(), response.url.path, data, address),
            charset=said.get_content_charset(),
            etag=_validator(response.headers.get("etag")),
            modified=_validator(response.headers.get("last-modified")),
        )

    def _check_status(self, response: httpx.Response, address: str) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        answer = f"{address} answers {status} {httpx.codes.get_reason_phrase(status)}".strip()
        if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            raise GoneError(f"{answer}. Give the address that it has now.")
        until = _asked_to_wait(response.headers.get("retry-after", ""))
        if status in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE) and until:
            self._busy_until[response.url.host] = until
            self._refuse_while_busy(response.url, answer)
        raise ReadError(f"{answer}. Give a page that is open to this machine.")

    def _refuse_while_busy(self, url: httpx.URL, answer: str = "") -> None:
        until = self._busy_until.get(url.host)
        if until and until > datetime.now(UTC):
            raise ReadError(
                f"{answer or f'{url} was not asked'}: {url.host} asks to be left alone until "
                f"{until:%Y-%m-%d %H:%M:%S} UTC. Try again then."
            )


_UNREACHABLE = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
)


class _CheckedNetwork(httpcore.NetworkBackend):
    """Looks names up itself, and connects to the addresses that it has checked: a second look-up could differ.

    Connections are known by name above it, so that one that is kept open serves no other name.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        self.until = 0.0
        self._hosts = hosts
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that answers."""
        *others, last = self._addresses(host, port)
        for address in others:
            try:
                return self._connection(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connection(last, port, timeout)

    def seconds_left(self, timeout: float | None) -> float:
        """The time for a step. Raises httpcore.TimeoutException where none is left."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds if timeout is None else min(seconds, timeout)

    def _connection(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _Connection(self._system.connect_tcp(address, port, self.seconds_left(timeout)), self)

    def _addresses(self, host: str, port: int) -> list[str]:
        """All addresses of the host. Raises ReadError where one of them isn't to be asked."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError) as error:
            raise httpcore.ConnectError(f"no address is known for {host}") from error
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
        for address in addresses:
            _check_address(address, host, allowed=host.lower() in self._hosts)
        return addresses


class _Connection(httpcore.NetworkStream):
    """A connection on which no step goes on past the time for the whole: a server may send a byte every few seconds."""

    def __init__(self, stream: httpcore.NetworkStream, network: _CheckedNetwork) -> None:
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


class _Transport(httpx.BaseTransport):
    """What httpx.HTTPTransport is, but for the network, which that has no argument for."""

    def __init__(self, network: _CheckedNetwork, ssl_context: SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context, keepalive_expiry=_SECONDS_KEPT_OPEN, network_backend=network
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Parts(response))

    def close(self) -> None:
        self._pool.close()


class _Parts(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _check_address(address: str, host: str, *, allowed: bool) -> None:
    ip = _innermost(ip_address(address))
    if any(ip in network for network in _NEVER):
        raise ReadError(
            f"{host} is at {address}, from where no article is read. Give a page of the web or your network."
        )
    if not allowed and not _is_public(ip):
        whose = "this machine" if ip.is_loopback else "a private network"
        raise ReadError(
            f"{host} is at {address}, an address of {whose}. To read from there, name the host in ONRECORD_FETCH_HOSTS."
        )


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether the whole internet reaches the address (IANA's registries of special-purpose addresses)."""
    return ip.is_global and (ip not in _RELAYS if isinstance(ip, IPv4Address) else ip in _GLOBAL_UNICAST)


def _innermost(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _web_address(address: str) -> httpx.URL:
    if len(address) > _MOST_ADDRESS_CHARACTERS:
        raise ReadError(f"{address[:80]}… is longer than {_MOST_ADDRESS_CHARACTERS:,} characters. Give the page's own.")
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ReadError(f"{address} is not an address ({error}). Give one as https://example.org/news.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ReadError(f"{address} is not the address of a web page. Give one that begins with https:// or http://.")
    if url.userinfo:
        raise ReadError(f"{url.host} is given with a password, which everybody would see. Give it without.")
    return url


def _asked_to_wait(retry_after: str) -> datetime | None:
    """Until when, by a header of seconds or a date (RFC 9110, 10.2.3); at most a day."""
    now = datetime.now(UTC)
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        seconds = float(retry_after)
    else:
        try:
            seconds = (parsedate_to_datetime(retry_after).astimezone(UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return datetime.fromtimestamp(now.timestamp() + min(seconds, 86_400), UTC)


def _validator(header: str | None) -> str | None:
    """A header to be sent back, where it can be."""
    return header if header and _VALIDATOR.fullmatch(header) else None


def _kind(said: str, path: str, data: bytes, address: str) -> str:
    """The suffix by the server's word, then by the address, then by the first bytes; feeds are sent as many things."""
    if said in (*_FEED_TYPES, *_VAGUE_TYPES, "text/html") and (feeds.is_feed(data) or feeds.is_sitemap(data)):
        return ".xml"
    kind = _TYPES.get(said)
    if said in _VAGUE_TYPES:
        name = PurePosixPath(path.lower().removesuffix(".gz"))
        kind = _SUFFIXES.get(name.suffix) or _sniffed(data) or (".txt" if said == "text/plain" else None)
    if kind == ".xml":
        raise ReadError(f"{address} is XML, but neither a feed nor a sitemap. Give the page of an article, or a feed.")
    if kind is None:
        told = said if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", said) else "of no known kind"
        raise ReadError(f"{address} is {told}, which can't be read. Give a page, a feed or one of {_KINDS_READ}.")
    return kind


_KINDS_READ = ", ".join(sorted({*_SUFFIXES.values(), ".zip"} - {".xml", ".html"}))


def _sniffed(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    if _HTML.match(data):
        return ".html"
    if _JSON.match(data):
        first, _, rest = data.lstrip().partition(b"\n")
        return ".jsonl" if first.rstrip().endswith(b"}") and rest.startswith(b"{") else ".json"
    return None


def _zip_kind(data: bytes) -> str:
    """By the names of its members, which stand in the file as they are."""
    if data[30:].startswith(b"mimetypeapplication/epub+zip"):
        return ".epub"
    return ".docx" if b"word/document.xml" in data else ".zip"


def _body(response: httpx.Response, address: str) -> bytes:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        return _joined(response.iter_raw(), address)
    if packing in ("gzip", "x-gzip"):
        return _joined(_unpacked(response.iter_raw(), address), address)
    raise ReadError(f"{address} is packed as {packing[:40]}, which was not asked for. Save the page and add the file.")


def _unzipped(data: bytes, address: str) -> bytes:
    """What is in a gzip file, as sitemaps are; other files as they are."""
    return _joined(_unpacked([data], address), address) if data.startswith(_GZIP) else data


def _joined(parts: Iterable[bytes], address: str) -> bytes:
    data = bytearray()
    for part in parts:
        data += part
        if len(data) > MAX_BYTES:
            raise ReadError(f"{address} is larger than {MAX_BYTES // 1_000_000} MB. Give the page of one article.")
    return bytes(data)


def _unpacked(parts: Iterable[bytes], address: str) -> Iterator[bytes]:
    """The parts out of gzip. None is larger than a resource may be, into whatever a small part would unpack."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        for part in parts:
            yield unpacker.decompress(part, MAX_BYTES + 1)
    except zlib.error as error:
        raise ReadError(f"{address} is not packed as it says ({error}). Save the page and add the file.") from error
    if not unpacker.eof:
        raise ReadError(f"{address} broke off. Try again, or save the page and add the file.")
