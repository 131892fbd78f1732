"""The blueprint of lists that are taken out and views of them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("lists", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
