"""The pages about the accountant hang here."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounting", __name__, url_prefix="/accounting")
