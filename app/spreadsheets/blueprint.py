"""The blueprint of what is imported from spreadsheets."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("spreadsheets", __name__, url_prefix="/add/spreadsheets")
