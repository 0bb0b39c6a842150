"""Reads documents in a process of their own, which a hostile one can only kill: with limits for memory and time.

The process is started at the first document and again after it died. It gets a line of JSON and the document's bytes
over stdin, and answers with a line of JSON over stdout.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from index.article import Draft
from index.errors import ReadError

SECONDS = 30
"""For one document."""
MEMORY_BYTES = 1_500_000_000
"""More than the process has when it starts. Only Linux keeps to it: macOS has no limit of a process's memory."""

KINDS = {".pdf": "a PDF file", ".docx": "a Word file", ".epub": "an EPUB file"}

_ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What Python needs to find its libraries; passwords stay here."""


def read(kind: str, data: bytes, name: str) -> Draft:
    """The article in a document of that kind, one of `KINDS`; `name` is what errors call it.

    Raises ReadError where the document can't be read, whatever it does to its reader.
    """
    reply = _process.ask({"kind": kind, "name": name, "size": len(data), "seconds": SECONDS}, data)
    if "error" in reply:
        raise ReadError(reply["error"])
    published = reply["draft"].pop("published")
    return Draft(published=date.fromisoformat(published) if published else None, **reply["draft"])


class _Process:
    """The other process, for one document at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        """The process's reply to a request. Where it dies of the document, the reply is an error."""
        with self._lock:
            try:
                reply = self._reply(json.dumps(request).encode() + b"\n", data)
            except BaseException:
                self.stop()  # a late reply would be taken for the next document's
                raise
            if reply.endswith(b"\n"):
                return dict(json.loads(reply))
            return {"error": _cause_of_death(request, self.stop())}

    def stop(self) -> int | None:
        """Ends the process, if one runs, and tells how it ended."""
        running, self._running = self._running, None
        if running is None:
            return None
        running.kill()
        with suppress(BrokenPipeError), running:  # waits, and closes the pipes
            pass
        return running.returncode

    def _reply(self, request: bytes, data: bytes) -> bytes:
        if self._running is None or self._running.poll() is not None:
            self.stop()
            self._running = _start()
        stdin, stdout = cast("IO[bytes]", self._running.stdin), cast("IO[bytes]", self._running.stdout)
        with suppress(BrokenPipeError):
            stdin.write(request)
            stdin.write(data)
            stdin.flush()
        return stdout.readline()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "index.readers.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )


_process = _Process()


def _forget() -> None:
    """A copy of this process (a fork) starts its own: two on the same pipes would get each other's articles."""
    global _process
    _process = _Process()


os.register_at_fork(after_in_child=_forget)
atexit.register(lambda: _process.stop())


def _cause_of_death(request: dict[str, Any], code: int | None) -> str:
    name, kind = request["name"], KINDS[request["kind"]]
    if code == -signal.SIGALRM:
        return f"{name} took longer than {request['seconds']} seconds to read. Split it, or give it in another format."
    return f"{name} can't be read as {kind} (its reader broke down). Save it anew, or in another format."


def _serve() -> None:
    """The other process: answers requests until stdin ends, which it does when the process that asks is gone."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what libraries print is no reply
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, even one that is deep in C code
    _limit_memory()
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        data = sys.stdin.buffer.read(request["size"])
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])
        reply = json.dumps(_answer(request["kind"], data, request["name"]))
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(reply.encode() + b"\n")
        replies.flush()


def _answer(kind: str, data: bytes, name: str) -> dict[str, Any]:
    from index.readers import documents

    readers = {".pdf": documents.read_pdf, ".docx": documents.read_docx, ".epub": documents.read_epub}
    try:
        draft = readers[kind](data, name)
    except ReadError as error:
        return {"error": str(error)}
    except MemoryError:
        problem = f"it takes more than {MEMORY_BYTES // 1_000_000:,} MB of memory"
    except RecursionError:
        problem = "it is nested too deeply"
    except Exception as error:  # noqa: BLE001 - broken files make the libraries raise whatever they like
        problem = _one_line(str(error)) or type(error).__name__
    else:
        return {"draft": asdict(draft) | {"published": draft.published.isoformat() if draft.published else None}}
    return {"error": f"{name} can't be read as {KINDS[kind]} ({problem}). Save it anew, or in another format."}


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


if __name__ == "__main__":
    _serve()
