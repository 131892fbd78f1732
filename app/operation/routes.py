"""How the installation runs, for people who administer it and for what watches it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from app.operation import exposition
from app.operation import metrics as figures
from app.web.access import public

bp = Blueprint("operation", __name__)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus; not there for who may not ask."""
    if not figures.may_ask(request):
        abort(404)
    return Response(exposition.written(figures.gauges()), content_type=exposition.TYPE)
