"""What approvers are told is so: before they decide, when another was faster, and after something was taken back."""

from __future__ import annotations

from app.approval.models import Choice
from app.extensions import db
from tests.approval.making import decide, rounds, seat_of, validated

NEW_IBAN = "FR7630006000011234567890189"


def page_of(document, user) -> str:
    return f"/approvals/{seat_of(document, user).id}"


def answer(client, document, user, choice, reason=""):
    form = {"choice": choice, "reason": reason, "revision": rounds(document)[-1].revision}
    return client.post(f"{page_of(document, user)}/decision", data=form)


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


# --- Another was faster -----------------------------------------------------------------------------


def test_who_comes_second_reads_once_who_decided_and_finds_their_words(firm, demand, browser):
    """AP-5: S59: who and when, once; the reason that was typed stands in the comment, which can still be sent."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    client = browser(firm.bob)

    late = answer(client, document, firm.bob, "reject", "Wrong <amount>")

    assert late.status_code == 409 and late.text.count("Lea approved it on") == 1
    assert "a comment that was not sent" in late.text and "Wrong &lt;amount&gt;</textarea>" in late.text
    silent = answer(client, document, firm.bob, "approve").text
    assert silent.count("Lea approved it on") == 1 and "What you typed" not in silent


def test_what_was_refused_while_one_is_still_asked_stays_where_it_was_typed(firm, demand, browser):
    """LC-5: S61: decided on a page of another revision, and asked still."""
    demand([firm.lea])
    document = validated(firm)
    form = {"choice": "reject", "reason": "Not ours", "revision": "another"}

    late = browser(firm.lea).post(f"{page_of(document, firm.lea)}/decision", data=form)

    assert late.status_code == 409 and "What you typed is kept." in late.text and late.text.count("Not ours") == 1


def test_who_decided_stays_said_where_one_is_asked_anew(firm, demand, browser):
    """S59: LC-5: Léa approved, then it was changed: the second learns both."""
    from app.documents import decisions as documents

    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    old, revision = page_of(document, firm.bob), rounds(document)[-1].revision
    documents.edit(document, {"iban": NEW_IBAN}, by=firm.admin, version=document.version)
    db.session.commit()

    form = {"choice": Choice.REJECT, "reason": "Not ours", "revision": revision}
    late = browser(firm.bob).post(f"{old}/decision", data=form).text

    assert late.count("Lea approved it on") == 1 and "asked anew" in late and "Not ours</textarea>" in late
