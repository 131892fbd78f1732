"""The blueprint of approvals; its pages hang on it from several modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("approval", __name__)
