"""Fetches one web page as an article, within limits: where from, how much, how long."""

import codecs
import socket
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from index import readers
from index.errors import ReadError
from index.records import Draft

MOST_REDIRECTS = 5
SECONDS_A_STEP, SECONDS = 10, 60
"""For each step of the connection, and for the page in all."""

KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
}

# An intranet's pages have private addresses, and only who runs onrecord names pages, so private networks are allowed.
# No article is at an address that belongs to the link, to many machines or to nobody, and the clouds give their
# machines' passwords away at some of these (169.254.169.254, and the single addresses below).
_NO_ARTICLES = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "fe80::/10", "ff00::/8"),
        *("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32"),
    )
]
_NAT64 = ip_network("64:ff9b::/96")


def article(url: str, *, loopback: bool) -> Draft:
    """The article of the page at that address. `loopback` tells whether this machine's own pages may be read.

    Raises ReadError for an address that isn't to be asked, and for a page that can't be had or isn't an article.
    """
    address = _web_address(url)
    headers = {"User-Agent": "onrecord", "Accept": ", ".join(KINDS), "Accept-Encoding": "gzip"}
    until = time.monotonic() + SECONDS
    try:
        with (
            httpx.Client(
                transport=_ToCheckedAddresses(loopback),
                headers=headers,
                timeout=SECONDS_A_STEP,
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
                trust_env=False,  # no passwords out of ~/.netrc
            ) as client,
            client.stream("GET", address) as response,
        ):
            suffix, charset = _kind(response, url)
            data = _body(response, url, until)
    except httpx.TimeoutException as error:
        raise _too_slow(url) from error
    except httpx.TooManyRedirects as error:
        raise ReadError(f"{url} leads on more than {MOST_REDIRECTS} times. Give the address of the page.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = " ".join(str(error).split()) or "the connection broke off"
        raise ReadError(f"{url} can't be reached ({problem}). Check the address and this machine's network.") from error
    if charset:
        data = codecs.BOM_UTF8 + readers.decode(data, url, charset).encode()  # what HTTP says outranks the page's word
    draft = readers.read(data, suffix, url)
    return draft if draft.url else replace(draft, url=str(address))


class _ToCheckedAddresses(httpx.HTTPTransport):
    """Looks names up itself, and connects to the addresses that it has checked: a second look-up could differ."""

    def __init__(self, loopback: bool) -> None:
        # Connections are known by address: one kept open for a name could serve another, whose certificate is unseen.
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))
        self._loopback = loopback

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        *others, last = _addresses(request.url, self._loopback)
        for address in others:
            try:
                return self._ask(address, request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._ask(last, request)

    def _ask(self, address: str, request: httpx.Request) -> httpx.Response:
        name = request.url.raw_host.decode("ascii")
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # with the name as Host
            extensions={**request.extensions, "sni_hostname": name},
        )
        return super().handle_request(pinned)


def _addresses(url: httpx.URL, loopback: bool) -> list[str]:
    """All addresses of the URL's host. Raises ReadError where one of them isn't to be asked."""
    host = url.raw_host.decode("ascii")
    try:
        found = socket.getaddrinfo(host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise httpx.ConnectError(f"no address is known for {host}") from error
    addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
    for address in addresses:
        if not _may_be_asked(address, loopback):
            raise ReadError(
                f"{url} is at {address}, from where no article is read. Give a page of the web or of your network."
            )
    return addresses


def _may_be_asked(address: str, loopback: bool) -> bool:
    ip = _innermost(ip_address(address))
    return (loopback or not ip.is_loopback) and not any(ip in network for network in _NO_ARTICLES)


def _innermost(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _web_address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ReadError(f"{url} is not an address ({error}). Give one as https://example.org/news.") from error
    if address.scheme not in ("http", "https") or not address.host:
        raise ReadError(f"{url} is not the address of a web page. Give one that begins with https:// or http://.")
    if address.userinfo:
        raise ReadError(f"{address.host} is given with a password, which everybody would see. Give it without.")
    return address


def _kind(response: httpx.Response, url: str) -> tuple[str, str | None]:
    """The suffix for `READERS`, and the encoding if the server tells it."""
    if response.status_code != httpx.codes.OK:
        answer = f"{response.status_code} {response.reason_phrase}".strip()
        raise ReadError(f"{url} answers {answer}. Give a page that is open to this machine.")
    said = Message()
    said["content-type"] = response.headers.get("content-type", "")
    kind = said["content-type"].partition(";")[0].strip().lower() or "of no kind"
    if kind not in KINDS:
        raise ReadError(f"{url} is {kind}, not a page of text. Give a page of HTML, plain text or Markdown.")
    markdown = kind == "text/plain" and response.url.path.endswith(".md")
    return ".md" if markdown else KINDS[kind], said.get_content_charset()


def _body(response: httpx.Response, url: str, until: float) -> bytes:
    data = bytearray()
    for part in _unpacked(response, url):
        data += part
        if len(data) > readers.MAX_BYTES:
            raise ReadError(f"{url} is larger than {readers.MAX_BYTES // 1_000_000} MB. Give the page of one article.")
        if time.monotonic() > until:
            raise _too_slow(url)
    return bytes(data)


def _unpacked(response: httpx.Response, url: str) -> Iterator[bytes]:
    """The parts of the page. None is larger than a page may be, into whatever a small part would unpack."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip"):
        raise ReadError(f"{url} is packed as {packing}, which was not asked for. Save the page and add the file.")
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        for part in response.iter_raw():
            yield unpacker.decompress(part, readers.MAX_BYTES + 1)
    except zlib.error as error:
        raise ReadError(f"{url} is not packed as it says ({error}). Save the page and add the file.") from error
    if not unpacker.eof:
        raise ReadError(f"{url} broke off. Try again, or save the page and add the file.")


def _too_slow(url: str) -> ReadError:
    return ReadError(f"{url} took longer than {SECONDS} seconds, or {SECONDS_A_STEP} without a word. Try again later.")
