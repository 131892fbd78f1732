"""Addresses that only take forms, opened once more."""

from __future__ import annotations

import pytest

from tests.conftest import aimed_at
from tests.factories import make_document, make_user


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/review/{id}/validation", "/review/{id}"),
        ("/documents/{id}/duplicates/7/link", "/documents/{id}"),
        ("/documents/{id}/tags", "/documents/{id}"),
        ("/account/password", "/account"),
        ("/uploads", "/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(app, browser, address, page):
    """OP-6: a refused form stands at such an address; opened again it is no dead end."""
    document = make_document()

    answer = browser(make_user()).get(address.format(id=document.id))

    assert (answer.status_code, answer.location) == (303, page.format(id=document.id))


def test_only_what_a_person_opens_is_led_on(app, browser):
    """SAFETY: nothing is posted by it, and a stranger is asked to sign in first."""
    document = make_document()

    assert browser(make_user()).get(f"/review/{document.id}/trash", headers=aimed_at("x")).status_code == 405
    assert browser(make_user()).put(f"/review/{document.id}").status_code == 405
    led = browser().get(f"/review/{document.id}/trash")
    assert browser().get(led.location).location.startswith("/sign-in")
