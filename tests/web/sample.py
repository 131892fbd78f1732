"""A small application with one page of each sort, for the tests of the modules in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, jsonify, render_template, request
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from jinja2 import FileSystemLoader

from app.config import ROOT
from app.web import filters, headers

PAGES = Path(__file__).parent / "pages"


def make_app(context: Callable[[], dict[str, Any]] | None = None) -> Flask:
    """The sample, with the real layout, filters and policy; `context` is what every page gets."""
    app = Flask("sample", static_folder=str(ROOT / "static"))
    app.secret_key = "only for tests"
    app.jinja_loader = FileSystemLoader([ROOT / "templates", PAGES])  # type: ignore[assignment]
    Babel(app)
    CSRFProtect(app)
    filters.init_app(app)
    headers.init_app(app)
    app.context_processor(context or dict)
    for page in PAGES.glob("*.html"):
        app.add_url_rule(f"/{page.stem}", page.stem, lambda name=page.name: render_template(name))
    app.add_url_rule("/fragment", "fragment", fragment)
    app.add_url_rule("/failing", "failing", failing)
    app.add_url_rule("/add", "receive", receive, methods=["POST"])
    app.add_url_rule("/saved", "saved", lambda: render_template("settings.html"), methods=["POST"])
    return app


def shell() -> dict[str, Any]:
    """A person, two companies and three pages."""
    items = [
        {"label": n.title(), "url": f"/{n}", "icon": "house", "key": f"g {n[0]}"}
        for n in ("list", "review", "settings")
    ]
    companies = [SimpleNamespace(id=1, name="One"), SimpleNamespace(id=2, name="Other")]
    person = SimpleNamespace(name="Léa Martin", email="lea@example.org", is_authenticated=True)
    names = ("search", "add", "notifications", "company", "language", "sign_out")
    addresses = {f"{name}_url": f"/{name}" for name in names}
    languages = {"languages": [("fr", "Français"), ("en", "English")], "language": "en"}
    bars = {"navigation": [{"label": "", "items": items}], "bottom_bar": items}
    return {"current_user": person, "companies": companies, "company": companies[0]} | bars | addresses | languages


def fragment() -> str:
    """What htmx gets: the region, its alerts, a fresh token."""
    flash("Saved.")
    return "<p>New.</p>" + render_template("web/_alerts.html", out_of_band=True)


def failing() -> tuple[str, int, dict[str, str]]:
    """A fault of ours during an htmx call."""
    flash("It broke.", "error")
    return render_template("web/_alerts.html", out_of_band=True), 500, {"HX-Reswap": "none"}


def receive():
    """One file: refused when its name says so."""
    name = request.files["files"].filename or ""
    if "locked" in name:
        return jsonify(text="The file is encrypted.", outcome="failed"), 422
    return jsonify(text=f"Imported {name}.", url="/review", outcome="imported")
