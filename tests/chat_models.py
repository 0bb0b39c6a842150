"""Plays chat models on loopback, as Ollama's and OpenAI's servers speak, for the tests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import http_server

CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "x"}


def chunk(word):
    """A word as OpenAI's servers send it."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
    return json.dumps(CHUNK | {"choices": [choice]})


class ModelServer(BaseHTTPRequestHandler):
    """Plays a part with each request: a function that is given this handler."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append((self.path, self.headers, body))
        try:
            self.server.play(self)
            self.write(b"")
        except OSError:
            self.server.left.set()  # who asked has gone

    @property
    def is_ollama(self):
        return self.path == "/api/chat"

    def start(self, status=200, kind="text/event-stream", **headers):
        self.send_response(status)
        for name, value in {"content-type": kind, "transfer-encoding": "chunked", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def write(self, data):
        """Writes a chunk; an empty one ends the answer (RFC 9112, 7.1)."""
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def send(self, data):
        self.write(b"data: " + data.encode() + b"\n\n")

    def say(self, word):
        if self.is_ollama:
            self.send_as_ollama(word)
        else:
            self.send(chunk(word))

    def end(self):
        if self.is_ollama:
            self.send_as_ollama("", done=True)
            return
        usage = {"prompt_tokens": 700, "completion_tokens": 12, "total_tokens": 712}
        self.send(json.dumps(CHUNK | {"choices": [], "usage": usage}))
        self.send("[DONE]")

    def send_as_ollama(self, word, *, done=False):
        message = {"role": "assistant", "content": word}
        line = {"model": "x", "created_at": "2024-03-05T10:00:00Z", "message": message, "done": done}
        self.write(json.dumps(line).encode() + b"\n")

    def wait_till_left(self):
        self.connection.settimeout(30)
        assert self.connection.recv(1) == b""
        raise BrokenPipeError

    def log_message(self, *arguments):
        pass


def says(*words: str) -> Callable[[ModelServer], None]:
    """A part: these words, one after another."""

    def play(handler):
        handler.start()
        for word in words:
            handler.say(word)
        handler.end()

    return play


@contextmanager
def chat_model(play: Callable[[ModelServer], None]) -> Iterator[ThreadingHTTPServer]:
    """A server that plays this; `requests` are those it had, and `left` is set when who asked breaks off."""
    with http_server(ModelServer) as server:
        server.play, server.requests, server.left = play, [], threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield server
