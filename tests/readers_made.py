"""Readers for the confined process that do what a hostile input could make a reader do."""

import os
import signal
import time

from index.report import Failure


def read_numbers(stream, name, leave_out=()):
    """Yield an item for each line: the line itself, unless the line says to hang, to die or to eat memory."""
    reasons = dict(leave_out)
    for number, line in enumerate(stream.read().decode().split()):
        if number in reasons:
            yield Failure(f"{name}, line {number}", reasons[number])
            continue
        if line == "hang":
            while True:
                time.sleep(60)
        if line == "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if line == "eat":
            bytearray(4_000_000_000)
        if line == "raise":
            raise ValueError("one\nline\x1b[0m.")
        yield None if line == "none" else Failure(line, "")


def read_until_broken(stream, name, leave_out=()):
    """Break down whatever is left out, as a reader does that can't get past a place in a file."""
    yield Failure("1", "")
    os.kill(os.getpid(), signal.SIGSEGV)
