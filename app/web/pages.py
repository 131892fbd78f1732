"""One template for a page and its fragments."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, render_template, request


def page(name: str, status: int = 200, **context: Any) -> Response:
    """The whole page, or only the block named like the id htmx targets."""
    template = current_app.jinja_env.get_template(name)
    block = template.blocks.get(request.htmx.target)
    if block and not request.htmx.history_restore_request:
        current_app.update_template_context(context)
        html = "".join(block(template.new_context(context)))
        html += render_template("web/_alerts.html", out_of_band=True)
    else:
        html = render_template(name, **context)
    response = make_response(html, status)
    response.vary.update(["HX-Request", "HX-Target"])
    return response
