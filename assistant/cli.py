"""The command line: `onrecord add`, `onrecord ask`, `onrecord serve` and so on."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import render
from assistant.answer import Turn, passage_facts, remark_facts
from assistant.settings import Settings
from index.article import Filter
from index.errors import EvaluationError, OnrecordError, QuestionError
from index.remarks.speech_verbs import KINDS
from index.report import Report
from index.text.cleaning import normalise

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from index.ingest import Progress

Command = Callable[[argparse.Namespace], int]
"""Runs with the parsed arguments, and returns the exit code."""

AddCommand = Callable[..., argparse.ArgumentParser]
"""Adds a command by its name, function and explanation, and returns its parser."""

VANISHED_SHOWN = 10
DONE, USERS_ERROR, INTERRUPTED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Return 0 if it was done (a refusal is an answer), 1 for a user's error; wrong usage exits 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = _parser().parse_args(arguments)
    run: Command = given.run
    try:
        status = run(given)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever reads the output has seen enough, as `head`. Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OnrecordError as error:
        _say(f"onrecord: {error}")
        return USERS_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="onrecord",
        description="Answers questions from your news articles, every sentence quoted and cited.",
    )
    parser.add_argument("--version", action="version", version=version("onrecord"))
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, explanation: str, *, json: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=explanation, description=explanation)
        added.set_defaults(run=run)
        added.add_argument("--index", metavar="DIR", help="the folder that holds the articles (default: data)")
        if json:
            added.add_argument("--json", action="store_true", help="print one JSON document")
        return added

    _add_article_commands(command)
    _add_question_commands(command)
    _add_operator_commands(command)
    explanation = "make a hash for ONRECORD_ADMIN_HASH from the secret that opens /admin"
    commands.add_parser("secret", help=explanation, description=explanation).set_defaults(run=_secret)
    return parser


def _add_article_commands(command: AddCommand) -> None:
    add = command("add", _add, "add articles: files, folders, web pages, feeds, sitemaps, - for standard input")
    add.add_argument("paths", nargs="*", metavar="PATH|URL|-")
    add.add_argument("--demo", action="store_true", help="add the demonstration articles")
    sync = command("sync", _sync, "read everything that was added again, and update what changed")
    sync.add_argument("--prune", action="store_true", help="remove articles that have vanished from where they came")
    sync.add_argument("--dry-run", action="store_true", help="only report what would change")
    sync.add_argument("--forget", metavar="SOURCE", help="stop reading this source; its articles stay")
    command("list", _list, "list the articles")
    show = command("show", _show, "show an article")
    show.add_argument("id", metavar="ID")
    show.add_argument("--versions", action="store_true", help="also show older versions, newest first")
    command("remove", _remove, "remove articles").add_argument("ids", nargs="+", metavar="ID")


def _add_question_commands(command: AddCommand) -> None:
    search = command("search", _search, "find the passages closest to a question")
    search.add_argument("question")
    search.add_argument("-k", type=int, default=10, choices=range(1, 101), metavar="N", help="how many (default: 10)")
    ask = command("ask", _ask, "answer a question")
    ask.add_argument("question")
    said = command("said", _said, "list what somebody said, the newest first")
    said.add_argument("speaker", nargs="?", default="", metavar="NAME")
    said.add_argument("--kind", choices=KINDS, metavar="KIND", help=f"one of {', '.join(KINDS)}")
    said.add_argument("--about", default="", metavar="TOPIC", help="only remarks about this")
    said.add_argument("-k", type=int, default=20, choices=range(1, 1001), metavar="N", help="how many (default: 20)")
    for filtered in (search, ask, said):
        filtered.add_argument(
            "--after", metavar="DAY", help="only articles published on this day or later, such as 2024-03-05"
        )
        filtered.add_argument("--before", metavar="DAY", help="only articles published on this day or earlier")
        filtered.add_argument("--publisher", metavar="NAME", help="only articles of this publisher")
        filtered.add_argument("--author", metavar="NAME", help="only articles by this author")
        filtered.add_argument("--article", metavar="ID|URL", help="only this article")
    ask.add_argument(
        "--ignore",
        action="append",
        default=[],
        choices=["dates", "publisher", "author"],
        help="search all articles although the question's words name a period, a publisher or an author",
    )
    verify = command("verify", _verify, "check whether the articles still have the quotations of a saved answer")
    verify.add_argument("file", metavar="ANSWER.json", help="the output of `ask --json`, or - for standard input")
    command("chat", _chat, "answer questions one after another", json=False)


def _add_operator_commands(command: AddCommand) -> None:
    serve = command("serve", _serve, "serve the chat as a web page, on this machine only", json=False)
    serve.add_argument("--host", help="the loopback address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="the port (default: 7860)")
    score = command("eval", _eval, "score the assistant on a file of questions (JSON lines)")
    score.add_argument("file", metavar="FILE", type=Path)
    score.add_argument("--report", metavar="OUT.html", type=Path, help="write a page with plots and every question")
    older = "report what changed since this older --json output"
    score.add_argument("--compare", metavar="OLD.json", type=Path, help=older)
    judged = command("feedback", _feedback, "show readers' verdicts on answers")
    export = "write the verdicts that say what is right as a file for `eval`"
    judged.add_argument("--export", metavar="OUT.jsonl", type=Path, help=export)
    doctor = command("doctor", _doctor, "check the index, and repair what differs")
    doctor.add_argument("--check", action="store_true", help="only report, repair nothing")
    command("rebuild", _rebuild, "make passages, words and vectors again from the articles in the index")
    command("info", _info, "show what is in the index and how it is set up")


def _assistant(given: argparse.Namespace) -> "Assistant":
    from assistant.assistant import Assistant

    named = {
        "index_dir": given.index,
        "host": getattr(given, "host", None),
        "port": getattr(given, "port", None),
    }
    return Assistant(Settings.from_environment(**{name: value for name, value in named.items() if value is not None}))


def _add(given: argparse.Namespace) -> int:
    from index.ingest import demo_folder

    paths = [*given.paths, *([demo_folder()] if given.demo else [])]
    if not paths:
        raise QuestionError("There is nothing to add. Give files or folders, or --demo for the demonstration articles.")
    assistant = _assistant(given)
    with _progress(paths) as progress:
        report = assistant.ingest(paths, progress)
    return _reported(given, report, _report_line(report))


def _sync(given: argparse.Namespace) -> int:
    assistant = _assistant(given)
    if given.forget:
        return _forget(given, assistant)
    with _progress(assistant.collection.register.roots()) as progress:
        report = assistant.sync(progress, prune=given.prune, dry=given.dry_run)
    if report.vanished:
        vanished = (assistant.collection.catalog.article(id_) for id_ in report.vanished[:VANISHED_SHOWN])
        shown = ", ".join(f"{article.id} “{article.title}”" for article in vanished if article)
        more = len(report.vanished) - VANISHED_SHOWN
        also = f" and {more} more" if more > 0 else ""
        _say(f"Vanished from their source: {shown}{also}. `onrecord sync --prune` removes them from the index.")
    line = _report_line(report)
    return _reported(
        given, report, f"Dry run, nothing was changed. Without --dry-run: {line}" if given.dry_run else line
    )


def _forget(given: argparse.Namespace, assistant: "Assistant") -> int:
    from index.sources import root_name

    root = root_name(given.forget)
    with assistant.collection.locked():
        if assistant.collection.register.forget_root(root):
            return _print(given, {"forgotten": root}, f"{root} is no longer read. Its articles stay.")
    known = _shortened(assistant.collection.register.roots())
    raise QuestionError(f"{root} isn't a known source. {f'The sources are {known}.' if known else 'There is none.'}")


def _reported(given: argparse.Namespace, report: Report, line: str) -> int:
    for failure in report.failed:
        _say(f"onrecord: {failure.reason}")
    if report.left_out:
        _say(f"Left out, as files of this kind can't be read: {_shortened(report.left_out)}")
    if report.foreign:
        _say(f"Not in English: {_shortened(report.foreign)}. Answers from these may be poor.")
    _print(given, render.report_json(report), line)
    return USERS_ERROR if report.failed else DONE


@contextmanager
def _progress(given: Sequence[str | Path]) -> Iterator["Callable[[Progress], None]"]:
    """Show a progress bar of the bytes read, if there is a terminal; on Ctrl-C say how many articles are in."""
    from tqdm import tqdm

    from index.ingest import Progress
    from index.sources import root_name, size

    last = Progress("", 0, 0, 0)
    total = sum(size(root_name(source)) for source in given) or None
    with tqdm(total=total, unit="B", unit_scale=True, disable=None, delay=1) as bar:

        def show(progress: Progress) -> None:
            nonlocal last
            bar.update(progress.bytes - last.bytes)
            bar.set_postfix(articles=progress.articles, passages=progress.passages, refresh=False)
            last = progress

        try:
            yield show
        except KeyboardInterrupt:
            bar.close()
            _say(f"Stopped: {last.articles} new or changed articles are in. Run the same command to continue.")
            raise


def _report_line(report: Report) -> str:
    counts = [
        f"{len(ids)} {name}"
        for name, ids in [
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("vanished", report.vanished),
            ("removed", report.removed),
            ("failed", report.failed),
        ]
        if ids
    ]
    done = f"Articles: {', '.join(counts) or 'none found'}."
    return f"{done} Passages written: {report.passages}, in {report.seconds:.1f} s."


def _list(given: argparse.Namespace) -> int:
    articles = _assistant(given).articles()
    lines = (
        f"{article.id}  {article.published or 'undated   '}  {article.publisher or '-'}: {article.title}"
        for article in articles
    )
    return _print(given, [render.article_json(article) for article in articles], "\n".join(lines) or "No articles.")


def _show(given: argparse.Namespace) -> int:
    assistant = _assistant(given)
    article = assistant.article(given.id)
    if not given.versions:
        return _print(given, render.article_json(article, full_text=True), render.article_text(article))
    versions = assistant.collection.catalog.versions(article)
    values = [render.article_json(version, full_text=True) for version in versions]
    return _print(given, values, "\n\n".join(render.version_text(version) for version in versions))


def _remove(given: argparse.Namespace) -> int:
    report = _assistant(given).remove(given.ids)
    return _print(given, render.report_json(report), f"Articles removed: {len(report.removed)}.")


def _search(given: argparse.Namespace) -> int:
    passages = list(enumerate(_assistant(given).search(given.question, given.k, **_filter(given)), 1))
    text = "\n\n".join(render.passage_text(*pair) for pair in passages)
    return _print(given, [passage_facts(*pair) for pair in passages], text)


def _ask(given: argparse.Namespace) -> int:
    answer = _assistant(given).ask(given.question, history=(), ignore=given.ignore, **_filter(given))
    return _print(given, answer.to_dict(), render.answer_text(answer))


def _said(given: argparse.Namespace) -> int:
    assistant = _assistant(given)
    filter: dict[str, Any] = _filter(given)
    remarks = assistant.said(given.speaker, given.kind, given.about, given.k, **filter)
    text = "\n\n".join(map(render.remark_text, remarks)) or "No remarks found."
    return _print(given, [remark_facts(each) for each in remarks], text)


def _filter(given: argparse.Namespace) -> dict[str, str]:
    return {field.name: value for field in fields(Filter) if (value := getattr(given, field.name))}


def _verify(given: argparse.Namespace) -> int:
    from assistant.checking import verification

    document = verification.read_document(given.file)
    verified = _assistant(given).verify(document)
    _print(given, verified.to_dict(), verification.as_text(verified))
    return DONE if verified.stands else USERS_ERROR


def _chat(given: argparse.Namespace) -> int:
    assistant = _assistant(given)
    assistant.collection.require_articles()
    history: list[Turn] = []
    _out("Ask a question. An empty line or Ctrl-D ends the chat.")
    while True:
        try:
            question = input("\n> ").strip()
        except EOFError:
            question = ""
        if not question:
            return DONE
        try:
            answer = assistant.ask(question, history)
        except QuestionError as error:
            _out(str(error))
        else:
            _out("\n" + render.answer_text(answer))
            history.append(Turn(answer.understood or question, answer.text))


def _serve(given: argparse.Namespace) -> int:
    from assistant.web.app import serve

    try:
        serve(_assistant(given))
    except KeyboardInterrupt:
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # nothing is left to do, and Python would take two seconds to unload the models
    return DONE


def _eval(given: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant.evaluation import report, scoring

    if given.report:
        report.require_plots()
    examples = scoring.read_examples(given.file)
    older = scoring.read_score(given.compare) if given.compare else None
    assistant = _assistant(given)
    assistant.prepare()
    score = scoring.evaluate(assistant, tqdm(examples, unit=" questions", disable=None)).as_json()
    changes = scoring.compare(older, score) if older else []
    if given.report:
        report.write(given.report, score, changes)
    values = score | {"changes": [asdict(change) for change in changes]} if older else score
    return _print(given, values, report.as_text(score, changes))


def _feedback(given: argparse.Namespace) -> int:
    from assistant.web import feedback

    kept = list(feedback.verdicts(_assistant(given).settings.index_dir))
    examples = [json.dumps(each.example, ensure_ascii=False) for each in kept if each.example]
    if given.export:
        if not examples:
            raise EvaluationError("There are no verdicts yet that say what is right. Readers give them in the chat.")
        try:
            given.export.write_text("\n".join(examples) + "\n", encoding="utf-8")
        except OSError as error:
            raise EvaluationError(f"{given.export} can't be written: {error.strerror}. Name another file.") from error
    lines = [f"{each.at}  {each.verdict}: {each.question} -> {each.said}" for each in kept]
    return _print(given, [asdict(each) for each in kept], "\n".join(lines) or "No verdicts yet.")


def _doctor(given: argparse.Namespace) -> int:
    from index.doctor import check

    findings = check(_assistant(given).collection, repair=not given.check)
    done = "found" if given.check else "repaired"
    lines = [f"{finding.what} ({done if finding.repairable else 'not repairable'})" for finding in findings]
    _print(given, [asdict(finding) for finding in findings], "\n".join(lines) or "Catalog and vectors agree.")
    return USERS_ERROR if any(given.check or not finding.repairable for finding in findings) else DONE


def _rebuild(given: argparse.Namespace) -> int:
    from tqdm import tqdm

    from index.rebuild import rebuild

    collection = _assistant(given).collection
    with tqdm(unit=" passages", disable=None) as bar:
        count = rebuild(collection, bar.update)
    return _print(given, {"passages": count}, f"Passages made: {count}.")


def _info(given: argparse.Namespace) -> int:
    assistant = _assistant(given)
    settings, catalog = assistant.settings, assistant.collection.catalog
    facts = {
        "onrecord": version("onrecord"),
        "index": str(assistant.collection.folder),
        "articles": len(assistant.articles()),
        "passages": catalog.passage_count(),
        "embedding_model": settings.embedding_model,
        "llm": settings.llm or None,
    }
    return _print(
        given,
        facts,
        "\n".join(f"{name.replace('_', ' ')}: {value or 'none'}" for name, value in facts.items()),
    )


def _secret(given: argparse.Namespace) -> int:
    from assistant.web.admin_secret import ask_for_secret, hash_secret

    _out(hash_secret(ask_for_secret()))
    return DONE


def _print(given: argparse.Namespace, values: Any, text: str) -> int:  # noqa: ANN401
    _out(json.dumps(values, ensure_ascii=False, indent=2) if given.json else text)
    return DONE


def _out(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _say(text: str) -> None:
    print(normalise(text).replace("\n", " "), file=sys.stderr, flush=True)  # noqa: T201


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
