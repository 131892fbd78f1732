"""One application for all tests, one transaction for each, undone at its end; no network but loopback."""

from __future__ import annotations

import gc
import secrets
import socket
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from app.extensions import db
from app.users import sessions
from app.users.models import Company, SignIn, User
from tests.catalogue import compile_catalogues
from tests.thorough import leave_out
from tests.undoing import undone_in

pytest_plugins = ["tests.chromium", "tests.dns", "tests.live", "tests.sink"]


# No test fails because the machine had other things to do, or because its examples share one transaction.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("suite")
LONG = ("test_every_page", "test_journey", "test_run", "test_loops", "test_restricted")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first: begun last, one would keep a single worker busy while the other has nothing left."""
    leave_out(config, items)
    items.sort(key=lambda item: item.path.stem not in LONG)


def pytest_sessionstart() -> None:
    """Pages are tested in both languages; what is loaded by then is never garbage, and not looked through for it."""
    compile_catalogues()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish() -> None:
    """What is left ends with the process: pytest would look through all of it five times."""
    gc.freeze()


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Flask:
    """The application on a migrated SQLite database; the bells it rings are recorded in `app.config["BELLS"]`."""
    from tests.live import make_live_app

    app = make_live_app(tmp_path_factory.mktemp("data"))
    app.test_client_class = Browser
    return app


@pytest.fixture(autouse=True)
def undone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run the test inside one transaction that is rolled back; tests marked `alone` bring their own database."""
    if request.node.get_closest_marker("alone") or "app" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("app")
    app.config["BELLS"].clear()
    with undone_in(app):
        yield


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as in a real server."""

    def open(self, *args, **kwargs):
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def browser(app: Flask) -> Callable[..., FlaskClient]:
    """`browser(user)`: a browser in which `user` is signed in (nobody, without one)."""

    def make(user: User | None = None, company: Company | None = None) -> FlaskClient:
        client = app.test_client()
        if user is not None:
            token = f"token-of-{user.id}-{secrets.token_hex(8)}"
            db.session.add(SignIn(token_hash=sessions.digest(token), user=user, company=company))
            db.session.commit()
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = token, True
        return client

    return make


def aimed_at(region: str) -> dict[str, str]:
    """The headers htmx sends when it wants one region of a page."""
    return {"HX-Request": "true", "HX-Target": region}


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect, sendto = socket.socket.connect, socket.socket.sendto

    def check(self: socket.socket, address) -> None:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and not address[0].startswith("127.") and address[0] not in {"::1", "localhost"}:
            raise OSError(f"a test tried to reach {address[0]}")

    def connects(self: socket.socket, address) -> None:
        check(self, address)
        connect(self, address)

    def sends(self: socket.socket, data, *rest) -> int:
        check(self, rest[-1])
        return sendto(self, data, *rest)

    socket.socket.connect, socket.socket.sendto = connects, sends
    yield
    socket.socket.connect, socket.socket.sendto = connect, sendto
