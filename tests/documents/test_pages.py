"""The pages of documents."""

from __future__ import annotations

from tests.factories import make_document, make_user


def test_smoke(app, browser):
    """LC-1: x."""
    document = make_document()
    b = browser(make_user())
    for url in [
        "/",
        "/documents",
        f"/documents/{document.id}",
        f"/documents/{document.id}/facts",
        "/trash",
        "/suppliers",
        "/customers",
        f"/counterparties/{document.counterparty_id}",
        f"/counterparties/{document.counterparty_id}/facts",
        "/counterparties/new",
    ]:
        answer = b.get(url)
        print(url, answer.status_code)
        assert answer.status_code == 200, answer.text
