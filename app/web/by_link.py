"""Pages that a mailed link opens without a sign-in: no session, no script, framed and listed by nobody (SAFETY S66)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from app.extensions import csrf, limiter
from app.web.access import public
from app.web.pages import page

OFTEN = "240 per minute"
RARELY = "30 per minute"
"""For what opens nothing: nobody tries many of them."""
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {};"
    " frame-ancestors 'none'; base-uri 'none'"
)
"""The arrow of a select is an image within the sheet."""


def opened(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that such a link opens, for anybody; whoever tries tokens is told to wait (SAFETY S60)."""
    return public(limiter.limit(OFTEN)(limiter.limit(RARELY, deduct_when=_opens_nothing)(view)))


def answers(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that takes what a form of such a page says: proven by the page's own mark, as there is no session."""
    return public(csrf.exempt(limiter.limit("60 per minute")(view)))


def _opens_nothing(response: Response) -> bool:
    """Is it the answer to a link that is none, or is dead?"""
    return response.status_code in (404, 410)


def shown(name: str, status: int, *, has_form: bool = True, **context: Any) -> Response:
    """The page, under the strictest policy that lets it work."""
    response = page(name, status, **context)
    response.headers["Content-Security-Policy"] = _POLICY.format("'self'" if has_form else "'none'")
    return unlisted(response)


def unlisted(response: Response) -> Response:
    """No search engine keeps it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
