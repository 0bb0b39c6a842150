"""Fetches what is at a web address, within limits: from where, how much, how long."""

import codecs
import re
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ssl import SSLContext
from types import TracebackType
from typing import Self

import httpcore
import httpx

from index.errors import GoneError, ReadError
from index.text.encoding import FORGIVEN, MAX_BYTES, decode
from index.web import content_type
from index.web.safe_network import SafeNetwork

MOST_REDIRECTS = 5
SECONDS_A_STEP, SECONDS = 10, 60
"""Limits of time: for each step of a connection, and for a resource in all."""

_MOST_ADDRESS_CHARACTERS = 4_096
_SECONDS_KEPT_OPEN = 5

_GZIP = b"\x1f\x8b"
_BYTES_AT_ONCE = 8_192

_VALIDATOR = re.compile(r"[!-~]([ -~]{0,500}[!-~])?")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was at an address.

    `address` is the final one, after redirects. `kind` is the suffix of its format; ".xml" is a feed or a sitemap.
    `charset` is the server's word. `etag` and `modified` are given to the next `get`, as they are.
    """

    address: str
    data: bytes
    kind: str
    charset: str | None
    etag: str | None
    modified: str | None

    @property
    def page(self) -> bytes:
        """The text's data in UTF-8, with its mark: what HTTP says of the encoding outranks the page's own word.

        Raises ReadError where the data isn't in the encoding that the server names.
        """
        if not self.charset:
            return self.data
        return codecs.BOM_UTF8 + decode(self.data, self.address, self.charset, forgive=FORGIVEN).encode()


class Fetcher:
    """Fetches one resource after another, and keeps the connections to their hosts open meanwhile; for one thread.

    `hosts` are the names, in lower case, of hosts that may be at private addresses or on this machine.
    """

    def __init__(self, hosts: frozenset[str] = frozenset()) -> None:
        self._network = SafeNetwork(hosts)
        self._client = httpx.Client(
            transport=_Transport(self._network, httpx.create_ssl_context()),
            headers={
                "User-Agent": f"onrecord/{version('onrecord')}",
                "Accept": ", ".join((*content_type.TYPES, "text/plain", "*/*;q=0.5")),
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

    def get(
        self, address: str, *, root: str | None = None, etag: str | None = None, modified: str | None = None
    ) -> Fetched | None:
        """Return what is at an address; None where it hasn't changed since it had that `etag` or was `modified` then.

        `root` is the source that the operator named, by which the address was found; by default, the address itself.
        Only its host may be at a private address. Raises GoneError for an address that no longer exists, and ReadError
        for one that must not be asked, for one that can't be reached now, and for a format that can't be read.
        """
        url = _web_address(address)
        self._network.named_host = _web_address(root or address).raw_host.decode().lower()
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
        """Return the answer after redirects. httpx isn't left to follow them: it would read each one's whole body."""
        for _ in range(MOST_REDIRECTS + 1):
            self._network.check_host(request.url.raw_host.decode())
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
        header = Message()
        header["content-type"] = response.headers.get("content-type", "")
        media_type = header["content-type"].partition(";")[0].strip().lower()
        data = _unzipped(_body(response, address), address)
        return Fetched(
            address=str(response.url.copy_with(fragment=None)),
            data=data,
            kind=content_type.suffix_of(media_type, response.url.path, data, address),
            charset=header.get_content_charset(),
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


class _Transport(httpx.BaseTransport):
    """The same as httpx.HTTPTransport, which can't be given a network."""

    def __init__(self, network: SafeNetwork, ssl_context: SSLContext) -> None:
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
    """Return until when to wait, by a header of seconds or a date (RFC 9110, 10.2.3); at most a day."""
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
    """Return the header, or None for one that couldn't be sent back."""
    return header if header and _VALIDATOR.fullmatch(header) else None


def _body(response: httpx.Response, address: str) -> bytes:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        return _joined(response.iter_raw(), address)
    if packing in ("gzip", "x-gzip"):
        return _joined(_unpacked(response.iter_raw(), address), address)
    raise ReadError(f"{address} is packed as {packing[:40]}, which was not asked for. Save the page and add the file.")


def _unzipped(data: bytes, address: str) -> bytes:
    """Return what is in a gzip file, as many sitemaps are; other files as they are."""
    return _joined(_unpacked([data], address), address) if data.startswith(_GZIP) else data


def _joined(parts: Iterable[bytes], address: str) -> bytes:
    data = bytearray()
    for part in parts:
        data += part
        if len(data) > MAX_BYTES:
            raise ReadError(f"{address} is larger than {MAX_BYTES // 1_000_000} MB. Give the page of one article.")
    return bytes(data)


def _unpacked(parts: Iterable[bytes], address: str) -> Iterator[bytes]:
    """Yield what is packed as gzip: all members of the file (RFC 1952), until something else follows.

    No piece is larger than a resource may be, whatever a small part would unpack to.
    """
    unpacker, rest = _new_unpacker(), b""
    try:
        for part in _short(parts):
            rest += part
            while rest:
                if unpacker.eof and rest[:2] != _GZIP[: len(rest)]:
                    return
                if unpacker.eof and len(rest) < len(_GZIP):
                    break
                if unpacker.eof:
                    unpacker = _new_unpacker()
                yield unpacker.decompress(rest, MAX_BYTES + 1)
                rest = unpacker.unused_data or unpacker.unconsumed_tail
    except zlib.error as error:
        raise ReadError(f"{address} is not packed as it says ({error}). Save the page and add the file.") from error
    if not unpacker.eof:
        raise ReadError(f"{address} broke off. Try again, or save the page and add the file.")


def _new_unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _short(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in short parts: the rest of a part is copied for each gzip member in it."""
    for part in parts:
        for start in range(0, len(part), _BYTES_AT_ONCE):
            yield part[start : start + _BYTES_AT_ONCE]
