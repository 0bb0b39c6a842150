"""Runs readers in a confined process, which hostile input can only kill: it has limits for memory and time.

A request is sent over a socket: the open file to read, and a line of JSON that names the reader. The confined process
answers with a line of JSON for each item that the reader yields, and with one line at the end. It goes on to the next
request; a process that broke down, or whose answer nobody wants any more, is replaced by a new one.
"""

import atexit
import importlib
import io
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from index.errors import ReadError

SECONDS = 30.0
"""The time for each item: an article, or a record of an export."""
MEMORY_BYTES = 1_500_000_000
"""The memory that the process may take beyond that at its start. Only Linux enforces it: macOS has no such limit."""
MOST_BREAKDOWNS = 10
"""The most records of an export that may break its reader; then the rest isn't read, as each may take `SECONDS`."""

_MOST_IDLE = 2
"""How many processes wait for the next request; others end. Each had 134 MB after reading 2,000 web pages."""
_BYTES_AT_ONCE = 1_000_000

_ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
"""What Python needs to find its libraries; passwords stay here."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Keeps NumPy's libraries to one thread: each further one would reserve some of the memory."""

Item = TypeVar("Item")
_Reply = dict[str, Any]


def read_confined(
    reader: Callable[..., Iterator[Item | None]],
    stream: BinaryIO,
    name: str,
    *,
    label: str,
    types: tuple[type[Any], ...],
    resumes: bool = False,
    most_bytes: int | None = None,
    **options: object,
) -> Iterator[Item]:
    """Yield the items of `reader(stream, name, **options)`, which is called in the confined process.

    `reader` is a function of a module in `index`; its items are dataclasses among `types`, or None, which is passed
    over. `label` says what messages call such a file. `most_bytes` are copied of a stream that isn't a file.

    If an item crashes its reader, ReadError is raised; but a reader that `resumes` is called again with `leave_out`,
    the items by number and what to say of each.
    """
    request = {"reader": f"{reader.__module__}:{reader.__qualname__}", "name": name, "seconds": SECONDS}
    with _on_disk(stream, name, most_bytes) as (file, start):
        broken: dict[int, str] = {}
        delivered = 0
        while True:
            os.lseek(file, start, os.SEEK_SET)
            arguments = options | ({"leave_out": [*broken.items()]} if resumes else {})
            for number, reply in enumerate(_replies(request | {"options": arguments}, file)):
                if "item" in reply and number >= delivered:
                    delivered += 1
                    if reply["item"] is not None:
                        yield _decoded(reply["item"], types)
            if "error" in reply:
                raise ReadError(reply["error"])
            if "end" in reply:
                return
            problem = _problem(reply, label)
            if not resumes or number in broken or len(broken) == MOST_BREAKDOWNS:
                raise ReadError(f"{name} {problem}. Split it, save it again, or give it in another format.")
            broken[number] = f"{problem}. Fix it or leave it out."


def _problem(reply: _Reply, label: str) -> str:
    if reply.get("killed_by") == signal.SIGALRM:
        return f"took longer than {SECONDS:g} seconds to read"
    return f"can't be read as {label} ({reply.get('broke', 'its reader broke down')})"


@contextmanager
def _on_disk(stream: BinaryIO, name: str, most_bytes: int | None) -> Iterator[tuple[int, int]]:
    """Give the descriptor of the stream's file, and where to begin; another stream is first copied to such a file."""
    if _is_file(stream):
        yield stream.fileno(), stream.tell()
        return
    with tempfile.TemporaryFile() as copy:
        try:
            if most_bytes is None:
                shutil.copyfileobj(stream, copy, _BYTES_AT_ONCE)
            else:
                copy.write(stream.read(most_bytes))
            copy.flush()
        except OSError as error:
            raise ReadError(f"{name} can't be read: {error.strerror or error}.") from error
        yield copy.fileno(), 0


def _is_file(stream: BinaryIO) -> bool:
    try:
        return stream.seekable() and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except io.UnsupportedOperation:  # of a stream in memory
        return False


def _replies(request: _Reply, file: int) -> Iterator[_Reply]:
    """Yield the confined process's replies: the last one isn't an item, but an end, an error or a breakdown."""
    process = _pool.take()
    is_idle = False
    try:
        process.send(request, file)
        while (line := process.next_line()).endswith(b"\n"):
            reply = json.loads(line)
            is_idle = "end" in reply or "error" in reply
            yield reply
            if "item" not in reply:
                return
        yield {"killed_by": -process.stop()}
    finally:
        if is_idle:
            _pool.give_back(process)
        else:
            process.stop()


class _Process:
    """A confined process, for one request at a time."""

    def __init__(self) -> None:
        self._socket, its_socket = socket.socketpair()
        with its_socket:
            self._process = subprocess.Popen(  # noqa: S603 (our own code)
                [sys.executable, "-c", f"from index.readers.sandbox import serve; serve({its_socket.fileno()})"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _ONE_THREAD,
                pass_fds=[its_socket.fileno()],
            )
        self._lines = self._socket.makefile("rb")
        self.pid = self._process.pid

    def is_running(self) -> bool:
        """Return True while the process hasn't ended."""
        return self._process.poll() is None

    def send(self, request: _Reply, file: int) -> None:
        """Send a request and the file to read. A process that has ended gives no reply."""
        with suppress(ConnectionError):
            socket.send_fds(self._socket, [b"\n"], [file])
            self._socket.sendall(json.dumps(request).encode() + b"\n")

    def next_line(self) -> bytes:
        """Return the next line of the answer; less than a line where the process has ended."""
        try:
            return self._lines.readline()
        except ConnectionError:
            return b""

    def stop(self) -> int:
        """End the process and return its exit code; a negative one is the signal that killed it."""
        self._lines.close()
        self._socket.close()
        self._process.kill()
        return self._process.wait()


class _Pool:
    """The confined processes: each request takes an idle one, or starts one."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []

    def take(self) -> _Process:
        """Return a running process that does nothing."""
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                process = self._idle.pop()
                if process.is_running():
                    return process
                process.stop()
        return _Process()

    def give_back(self, process: _Process) -> None:
        """Keep a process that has answered, for the next request."""
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(process)
        else:
            process.stop()

    def stop(self) -> None:
        """End the idle processes."""
        while self._idle:
            self._idle.pop().stop()


_pool = _Pool()


def _reset_pool() -> None:
    """Give a copy of this process (a fork) a pool of its own: two that share one would get each other's articles."""
    global _pool
    _pool = _Pool()


os.register_at_fork(after_in_child=_reset_pool)
atexit.register(lambda: _pool.stop())


def _decoded(encoded: list[Any], types: tuple[type[Any], ...]) -> Any:  # noqa: ANN401 (one of the types)
    kind, values = encoded
    return next(type_ for type_ in types if type_.__name__ == kind)(*map(_decoded_value, values))


def _decoded_value(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return date.fromisoformat(value["date"])
    return tuple(value) if isinstance(value, list) else value


def _encoded(item: Any) -> list[Any] | None:  # noqa: ANN401 (a dataclass)
    if not is_dataclass(item):
        return None
    values = (getattr(item, field.name) for field in fields(item))
    return [
        type(item).__name__,
        [{"date": value.isoformat()} if isinstance(value, date) else value for value in values],
    ]


def serve(connection: int) -> None:
    """Run the confined process: answer the requests of a socket until it ends, which it does with its owner."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, even one that is deep in C code
    _limit_memory()
    with socket.socket(fileno=connection) as owner, owner.makefile("rb") as requests, owner.makefile("wb") as replies:
        while files := socket.recv_fds(owner, 1, 1)[1]:
            request = json.loads(requests.readline())
            module, _, function = request["reader"].partition(":")
            reader = getattr(importlib.import_module(module), function)
            with open(files[0], "rb") as stream:
                answer = _answer(reader, stream, request)
                for line in _within(request["seconds"], answer):
                    replies.write(line + b"\n")
                    replies.flush()


def _within(seconds: float, lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines, each of which may take so long. Time in which they wait to be sent isn't counted."""
    while True:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        line = next(lines, None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if line is None:
            return
        yield line


def _answer(reader: Callable[..., Iterator[Any]], stream: BinaryIO, request: _Reply) -> Iterator[bytes]:
    try:
        for item in reader(stream, request["name"], **request["options"]):
            yield json.dumps({"item": _encoded(item)}).encode()
    except ReadError as error:
        yield json.dumps({"error": str(error)}).encode()
        return
    except MemoryError:
        problem = f"it takes more than {MEMORY_BYTES // 1_000_000:,} MB of memory"
    except RecursionError:
        problem = "it is nested too deeply"
    except Exception as error:  # noqa: BLE001 - broken files make the libraries raise whatever they like
        problem = _one_line(str(error)) or type(error).__name__
    else:
        yield b'{"end": true}'
        return
    yield json.dumps({"broke": problem}).encode()


def _one_line(text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:200].rstrip(".")


def _limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(FileNotFoundError):  # on macOS
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
