"""Shows a score: as text, and as one HTML page that loads nothing from elsewhere."""

from collections.abc import Sequence
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.evaluation import extra
from assistant.evaluation.scoring import Change
from index.errors import EvaluationError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 10
"""How many questions are listed, for each measure, that became better or worse."""


def require_plots() -> None:
    """Raise EvaluationError if matplotlib, which draws the plots of `write`, isn't installed."""
    extra.require("matplotlib")


def as_text(score: dict[str, Any], changes: Sequence[Change]) -> str:
    """Return the figures, the seconds of each step and the changes, for a terminal."""
    blocks = [
        f"{score['questions']} questions, {score['to be refused']} of them to be refused",
        "\n".join(f"{name:<44} {value:6.3f}" for name, value in score["figures"].items()),
        "\n".join(
            f"{'seconds, ' + step:<44} " + "  ".join(f"{name} {value:.3f}" for name, value in spent.items())
            for step, spent in score["seconds"].items()
        ),
    ]
    if changes:
        blocks.append("Since the older score (old, new, 95% interval of the difference):")
        blocks += [_change_text(change) for change in changes]
    return "\n\n".join(blocks)


def write(path: Path, score: dict[str, Any], changes: Sequence[Change]) -> None:
    """Write the page: figures, plots and all questions, the wrong ones first.

    Raise EvaluationError if matplotlib isn't installed, or if `path` can't be written.
    """
    require_plots()
    from jinja2 import Environment, select_autoescape

    template = (files("assistant.evaluation") / "report.html").read_text("utf-8")
    page = Environment(autoescape=select_autoescape(default=True)).from_string(template)
    outcomes = sorted(score["outcomes"], key=lambda outcome: (outcome["right"], -outcome["score"]))
    plots = [_plot(draw, score) for draw in (_draw_risk, _draw_scores, _draw_seconds)]
    try:
        path.write_text(page.render(score=score, outcomes=outcomes, plots=plots, changes=changes), "utf-8")
    except OSError as error:
        raise EvaluationError(f"{path} can't be written: {error.strerror}. Name another file.") from error


def _change_text(change: Change) -> str:
    lines = [f"{change.measure:<44} {change.old:6.3f} {change.new:6.3f}  [{change.low:+.3f}, {change.high:+.3f}]"]
    for label, questions in (("better", change.better), ("worse", change.worse)):
        lines += [f"  {label}: {question}" for question in questions[:SHOWN]]
        lines += [f"  {label}: and {len(questions) - SHOWN} more"] if len(questions) > SHOWN else []
    return "\n".join(lines)


def _plot(draw: Any, score: dict[str, Any]) -> str:  # noqa: ANN401
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.2), layout="constrained")
    draw(figure.add_subplot(), score)
    svg = StringIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return svg.getvalue()[svg.getvalue().index("<svg") :]


def _draw_risk(axes: "Axes", score: dict[str, Any]) -> None:
    _, coverage, risk = zip(*score["risk_coverage"], strict=True)
    axes.step(coverage, risk, where="post")
    axes.set(
        title="Risk and coverage", xlabel="share answered", ylabel="share of these wrong", xlim=(0, 1), ylim=(0, 1)
    )


def _draw_scores(axes: "Axes", score: dict[str, Any]) -> None:
    for label, answerable in (("answerable", True), ("to be refused", False)):
        scores = [outcome["score"] for outcome in score["outcomes"] if bool(outcome["answers"]) == answerable]
        axes.hist(scores, bins=20, range=(0, 1), alpha=0.6, label=label)
    axes.set(title="The best sentence's score", xlabel="score", ylabel="questions")
    axes.legend()


def _draw_seconds(axes: "Axes", score: dict[str, Any]) -> None:
    steps = list(score["seconds"])
    for percent in ("p99", "p95", "p50"):
        axes.barh(steps, [score["seconds"][step][percent] for step in steps], label=percent)
    axes.set(title="Seconds by step", xlabel="seconds")
    axes.legend()
