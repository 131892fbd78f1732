"""Putting the application together."""

from __future__ import annotations

import importlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, request, url_for
from flask_login import current_user
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, pipeline
from app.config import ROOT, Settings, load
from app.core import database, logs
from app.dunning import switch
from app.extensions import babel, csrf, db, htmx, limiter, login, mail, migrate
from app.operation import problems
from app.outbox import connection
from app.users import sessions
from app.users.models import Company
from app.web import access, assets, bodies, errors, filters, guard, headers, language, navigation, request_log, routing
from app.web.access import Permission as P
from app.web.ids import RowIdConverter

PACKAGES = (
    "web",
    "users",
    "dashboard",
    "documents",
    "lists",
    "review",
    "approval",
    "intake",
    "mailboxes",
    "spreadsheets",
    "counterparties",
    "bank",
    "payments",
    "treasury",
    "analytics",
    "channels",
    "dunning",
    "sending",
    "accounting",
    "outbox",
    "rules",
    "notices",
    "comments",
    "bulk",
    "audit",
    "settings",
    "operation",
    "api",
)
"""Those with pages: each has a `routes.py` with a blueprint `bp`, and `…_routes.py` for a blueprint more."""
MODELS = (
    *("audit", "files", "tasks", "outbox", "users", "notices", "tags", "counterparties", "search"),
    *("documents", "comments"),
    *("intake", "extraction", "approval", "bank", "rules", "payments"),
    *("review", "bulk", "treasury", "accounting"),
    *("channels", "dunning"),
    *("mailboxes", "lists"),
    *("operation", "api", "spreadsheets"),
)


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The application; `config` overrides Flask's own settings (tests do)."""
    settings = settings or load()
    app = Flask(
        "app",
        root_path=str(ROOT / "app"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        static_url_path=assets.address(ROOT / "static"),
    )
    app.config.update(_flask_settings(settings), **config)
    logs.configure()
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.url_map.converters["int"] = RowIdConverter
    app.url_rule_class = routing.LaterRule
    request_log.init_app(app)
    bodies.init_app(app)  # before anything else: what is too large is read by nobody
    _start_extensions(app)
    for part in (headers, errors, filters, guard):
        part.init_app(app)
    _register(app)
    cli.init_app(app)
    pipeline.connect()
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database),
        "MAX_CONTENT_LENGTH": settings.largest_message + bodies.ROOM,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.address.startswith("https:"),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        **connection.config_of(settings.mail_url, settings.mail_from),
        "RATELIMIT_STORAGE_URI": _limits_storage(settings.redis),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }


def _limits_storage(redis: str) -> str:
    """Where the rate limits count, in the words of their library."""
    return f"redis+{redis}" if redis.startswith("unix:") else redis or "memory://"


def _start_extensions(app: Flask) -> None:
    for name in MODELS:
        for file in sorted(Path(ROOT, "app", name).glob("*models.py")):
            importlib.import_module(f"app.{name}.{file.stem}")
    db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    for extension in (csrf, htmx, limiter, mail, login):
        extension.init_app(app)
    babel.init_app(app, locale_selector=language.locale, timezone_selector=_time_zone)
    babel.domain_instance = language.SENTENCES  # type: ignore[misc]
    app.jinja_env.globals["_"] = language.sentence


def _time_zone() -> str:
    """A page's clock is its company's."""
    company = sessions.current_company() if has_request_context() else None
    return company.time_zone if company else "Europe/Paris"


def _frame(company: Company | None) -> dict[str, Any]:
    """What stands around a page, asked of the database once it is drawn: a fragment or an alert draws none of it."""

    @cache
    def asked() -> dict[str, Any]:
        banners = problems.banners() if access.allowed(current_user, P.ADMINISTER) else []
        shown = [*banners, *switch.banners(company)]
        return navigation.shell(company.id if company else None) | {"banners": shown}

    return {name: LocalProxy(lambda name=name: asked().get(name)) for name in (*navigation.NAMES, "banners")}


def _register(app: Flask) -> None:
    for jobs in sorted(Path(ROOT, "app").glob("*/*jobs.py")):  # a worker must know every job it may be rung for
        importlib.import_module(f"app.{jobs.parent.name}.{jobs.stem}")
    for package in PACKAGES:
        for file in sorted(Path(ROOT, "app", package).glob("*routes.py")):
            app.register_blueprint(importlib.import_module(f"app.{package}.{file.stem}").bp)

    @app.context_processor
    def _shell() -> dict[str, Any]:
        """What the layout needs on every page of a signed-in person."""
        shell: dict[str, Any] = {
            "source_url": app.config["SETTINGS"].source_url or "/source.tar.gz",
            "languages": list(language.LANGUAGES.items()),
            "language": language.locale(),
            "allowed": access.allowed,
        }
        if not has_request_context():
            return shell
        shell |= {"language_url": url_for("health.language"), "home_url": "/"}
        if g.get("sign_in") and current_user.is_authenticated and request.endpoint:
            mine = current_user.companies
            here = sessions.current_company()
            shell |= {"company": here, "companies": mine, **_frame(here)}
            shell |= {"company_url": url_for("users.choose_company"), "sign_out_url": url_for("users.sign_out")}
        return shell
