"""Starts real servers for the tests, on loopback: onrecord's own, and others, as processes or in threads."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ONRECORD = Path(sys.executable).with_name("onrecord")


def environment(**more: str) -> dict[str, str]:
    """That of a server: what the tests' own has, without anybody's settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    return plain | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: list[str], folder: Path, **settings: str) -> Iterator[tuple[str, str]]:
    """Runs a command that serves the chat; yields the chat's address and what was printed before it was open."""
    port = free_port()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(ONRECORD_PORT=str(port), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    printed = ""
    try:
        for line in process.stdout:
            printed += line
            if "The chat is open at" in line:
                break
        else:
            raise AssertionError(f"{command} ended with {process.wait()}:\n{printed}")
        # Its log goes on: a pipe that nobody reads would fill up and hold the server.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}", printed
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
        process.stdout.close()


@contextmanager
def http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    """A server on loopback in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_for(port: int, process: subprocess.Popen, log: Path | None = None) -> None:
    """Returns when the process listens; fails, with what its log says, where it ends first or takes a minute."""
    for _ in range(1_200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text("utf-8") if log else process.args
        time.sleep(0.05)
    raise AssertionError(f"{process.args} doesn't listen.")


_PLAIN = """
import sys, gradio
chat = gradio.ChatInterface(lambda message, history: message)
chat.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)
"""


@contextmanager
def plain_gradio() -> Iterator[str]:
    """An empty ChatInterface as Gradio makes it; yields its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _PLAIN, str(port)], process_group=0)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()  # it may wait long for an open page
        process.wait(20)
