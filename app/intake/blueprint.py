"""The blueprint of the ways in; its pages hang on it from several modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("intake", __name__)
