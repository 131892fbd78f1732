"""What approvers are told is so: before they decide, when another was faster, and after something was taken back."""

from __future__ import annotations

from tests.approval.making import decide, seat_of, validated

NEW_IBAN = "FR7630006000011234567890189"


def page_of(document, user) -> str:
    return f"/approvals/{seat_of(document, user).id}"


# --- Before deciding --------------------------------------------------------------------------------


def test_an_account_never_seen_is_said_as_loudly_where_one_key_approves(firm, demand, browser):
    """CP-3: AP-5: on the approval's own page as in the mail; who may confirm it finds the way."""
    demand([firm.lea], [firm.admin])
    document = validated(firm, iban=NEW_IBAN)

    for user in (firm.lea, firm.admin):
        text = browser(user).get(page_of(document, user)).text
        assert "IBAN never seen for this supplier" in text and "Payment is held until a second person" in text
        assert ("Look at it and confirm" in text) is (user is firm.admin)
        decide(document, user)
    assert "IBAN never seen" not in browser(firm.lea).get(page_of(validated(firm), firm.lea)).text
