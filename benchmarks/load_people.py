"""Plays people who ask at a steady pace, as the page does: join the queue, then read events until the whole answer.

`benchmarks.load` runs it in a process of its own, because locust patches the whole process.
"""

import itertools
import json
import random
import time
import uuid
from pathlib import Path

import gevent
import requests
from locust import User, events, task

_numbers = itertools.count()
SECONDS_TO_WAIT = 120


@events.init_command_line_parser.add_listener
def _add_arguments(parser) -> None:  # noqa: ANN001
    parser.add_argument("--every", type=float, help="seconds between a person's questions")
    parser.add_argument("--questions", type=Path, help="a JSON list")
    parser.add_argument("--times", type=Path, help="the file for the time of each question, one JSON document a line")


class Person(User):
    """A person with a name, who begins at a random moment within the first interval."""

    def on_start(self) -> None:
        """Open the chat."""
        given = self.environment.parsed_options
        self.number = next(_numbers)
        self._chance = random.Random(self.number)  # noqa: S311
        self._questions = json.loads(given.questions.read_text("utf-8"))
        self._session = requests.Session()
        self._session.headers["X-User"] = f"person-{self.number}"
        config = self._session.get(f"{self.host}/config", timeout=SECONDS_TO_WAIT).json()
        self._function = next(each["id"] for each in config["dependencies"] if each["api_name"] == "chat")
        gevent.sleep(self._chance.uniform(0, given.every))
        self._next = time.monotonic()

    def wait_time(self) -> float:
        """Return the seconds to this person's next question; with locust's own pacing everybody asks at once."""
        self._next += self.environment.parsed_options.every
        return max(0.0, self._next - time.monotonic())

    @task
    def ask(self) -> None:
        """Ask, and report to locust how long the whole answer took."""
        began, problem, answer = time.perf_counter(), None, ""
        try:
            answer = self._answer(self._chance.choice(self._questions))
        except Exception as error:  # noqa: BLE001 - any error is one of the measured server
            problem = error
        self.environment.events.request.fire(
            request_type="chat",
            name="question",
            response_time=1000 * (time.perf_counter() - began),
            response_length=len(answer),
            exception=problem,
        )

    def _answer(self, question: str) -> str:
        visit = uuid.uuid4().hex
        asked = {"data": [question, None], "fn_index": self._function, "session_hash": visit}
        queue = f"{self.host}/gradio_api/queue"
        self._session.post(f"{queue}/join", json=asked, timeout=SECONDS_TO_WAIT).raise_for_status()
        with self._session.get(
            f"{queue}/data", params={"session_hash": visit}, stream=True, timeout=SECONDS_TO_WAIT
        ) as stream:
            stream.raise_for_status()
            return _whole_answer(stream.iter_lines())


def _whole_answer(lines) -> str:  # noqa: ANN001
    for line in lines:
        event = json.loads(line.removeprefix(b"data:")) if line.startswith(b"data:") else {"msg": ""}
        if event["msg"] == "process_completed":
            answer = event["output"]["data"][0] if event["success"] else ""
            if not answer or "as much as is allowed" in answer:
                raise ValueError(f"no answer: {event['output']}")
            return answer
    raise ValueError("the events ended before the answer")


@events.init.add_listener
def _keep_times(environment, **_) -> None:  # noqa: ANN001, ANN003
    def keep(response_time: float, exception: Exception | None, **_: object) -> None:
        kept = {"at": time.time(), "ms": response_time, "problem": str(exception) if exception else None}
        with environment.parsed_options.times.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")

    environment.events.request.add_listener(keep)
