"""The HTML templates of the pages that aren't Gradio's, in the folder `templates/`."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

TEMPLATES = Environment(loader=PackageLoader("assistant.web", "templates"), autoescape=True, undefined=StrictUndefined)


def html_page(
    template: str,
    request: Request,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Return the template filled with the values, and with `root`, the path at which a proxy serves the chat."""
    page = TEMPLATES.get_template(template).render(root=root_path(request), **values)
    return HTMLResponse(page, status, headers)


def root_path(request: Request) -> str:
    """Return the path at which a proxy serves the chat, such as "/news"; empty without one."""
    return str(request.scope.get("root_path", ""))
