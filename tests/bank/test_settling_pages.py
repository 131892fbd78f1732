"""The pages on which people match, net, write off, ignore, and take it back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.bank import allocating, labelling
from app.bank.allocating import Share
from app.bank.models import Difference, LabelRule, Match
from app.documents.models import Status
from app.extensions import db
from app.web.access import Role
from tests.bank.lines import make_line, make_open
from tests.factories import make_category, make_company, make_counterparty, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


def test_one_click_on_a_suggestion_matches_and_undo_takes_it_back(browser):
    """BK-2: BK-3: BK-4: the most likely document with its reasons; one click, and one to undo."""
    document = make_open(number="F-2026-4711", counterparty=make_counterparty("Papeterie Durand"))
    line, client = make_line(label="VIR SEPA EMIS /MOTIF F20264711 /BEN PAPETERIE DURAND"), browser(make_user())

    page = client.get(f"/bank/lines/{line.id}").text
    assert "same amount" in page and "number F-2026-4711 in the text" in page and "its name" in page

    form = {"ids": document.id, "proposed": "yes"}
    answer = client.post(f"/bank/lines/{line.id}/matches", data=form, follow_redirects=True).text
    match = db.session.scalars(select(Match)).one()
    assert reload(document).status is Status.VALIDATED and ["amount"] in match.why
    assert f"/bank/matches/{match.id}/undoing" in answer and "What it settles" in answer

    client.post(f"/bank/matches/{match.id}/undoing", data={"whole": "yes"})
    assert reload(document).status is Status.TO_MATCH and reload(line).matched_minor == 0


def test_several_are_ticked_with_amounts_of_their_own(browser):
    """BK-2: partial amounts are typed; the rest of the line is written off under a reason."""
    first, second = make_open(7000), make_open(9000)
    line, client = make_line(-12010), browser(make_user())
    form = {"ids": [first.id, second.id], f"amount-{second.id}": "50", "difference": ""}
    client.post(f"/bank/lines/{line.id}/matches", data=form)
    assert (reload(first).open_minor, reload(second).open_minor, reload(line).open_minor) == (0, 4000, 10)

    third = make_open(12000)
    other = make_line(-12005)
    client.post(f"/bank/lines/{other.id}/matches", data={"ids": third.id, "difference": "rounding"})
    assert (reload(third).status, reload(other).open_minor) == (Status.VALIDATED, 0)


def test_what_was_ticked_and_typed_stays_where_something_is_wrong(browser):
    """BK-2: an amount that is none, or is more than there is, is corrected where it stands."""
    document, line = make_open(7000, number="KEPT-1"), make_line(-5000)
    client = browser(make_user())
    form = {"ids": document.id, "difference": "discount", "q": "kept1"}
    for typed, why in (("x", "not an amount"), ("60", "Only")):
        answer = client.post(f"/bank/lines/{line.id}/matches", data=form | {f"amount-{document.id}": typed})
        assert answer.status_code == 422 and why in answer.text and f'value="{typed}"' in answer.text
        ticked = [
            part for part in answer.text.split("<input") if f'value="{document.id}"' in part and " checked" in part
        ]
        assert ticked and 'value="discount" selected' in answer.text
    assert (reload(document).settled_minor, reload(line).matched_minor) == (0, 0)


def test_documents_are_found_by_number_name_amount_and_day(browser):
    """BK-2: whatever somebody types about it."""
    document = make_open(
        23456, number="ZX-99", counterparty=make_counterparty("Encre & Plume"), due_date=date(2026, 12, 24)
    )
    line, client = make_line(-500), browser(make_user())
    for typed in ("zx99", "encre", "234,56", "2026-12-24", "24/12/2026", "encre 234.56"):
        assert "ZX-99" in client.get(f"/bank/lines/{line.id}", query_string={"q": typed}).text, typed
    assert document.number not in client.get(f"/bank/lines/{line.id}?q=nothing").text


def test_a_document_shows_what_settled_it_and_what_may(browser):
    """BK-2: LC-4: the line, the day, how much, by whom or automatically and why; likely lines with one click."""
    document = make_open(30000, number="F-2026-4712")
    settled, user = make_line(-12000, party_name="DURAND SA"), make_user(name="Léa")
    allocating.allocate(settled, [Share(document, 12000)], by=user, why=[["iban", 3]])
    likely = make_line(-18000, label="VIR FACTURE F-2026-4712")
    db.session.commit()
    client = browser(user)
    page = client.get(f"/documents/{document.id}").text
    assert "DURAND SA" in page and "this account paid 3 times before" in page and "Léa" in page
    assert f"/bank/lines/{likely.id}/matches" in page and "€120.00 of €300.00 matched" in page

    answer = client.post(f"/bank/lines/{likely.id}/matches", data={"ids": document.id, "document": document.id})
    assert answer.location.endswith(f"/documents/{document.id}") and reload(document).status is Status.VALIDATED


def test_a_credit_note_is_netted_and_a_rest_written_off_on_the_document(browser):
    """BK-3: LC-7: from the page of either."""
    customer, client = make_counterparty(is_customer=True), browser(make_user())
    invoice = make_open(30000, sale=True, counterparty=customer)
    credit = make_open(5000, sale=True, credit=True, counterparty=customer)
    assert "Net with a credit note" in client.get(f"/documents/{invoice.id}").text
    client.post(f"/documents/{credit.id}/netting", data={"ids": invoice.id})
    assert (reload(credit).status, reload(invoice).open_minor) == (Status.VALIDATED, 25000)
    allocating.allocate(make_line(24900), [Share(invoice, 24900)], by=None)
    db.session.commit()
    assert "Give up what is left" in client.get(f"/documents/{invoice.id}").text
    client.post(f"/documents/{invoice.id}/difference", data={"difference": "discount"})
    assert reload(invoice).status is Status.VALIDATED


def test_a_line_is_ignored_and_counts_again(browser):
    """BK-2: with a reason, which stands there, and the way back."""
    line, client = make_line(-900, label="FRAIS"), browser(make_user())
    client.post(f"/bank/lines/{line.id}/ignoring", data={"why": " "})
    assert reload(line).ignored_at is None
    client.post(f"/bank/lines/{line.id}/ignoring", data={"why": "Bank fee"})
    assert "Bank fee" in client.get(f"/bank/lines/{line.id}").text and reload(line).ignored_at
    client.post(f"/bank/lines/{line.id}/ignoring/end")
    assert reload(line).ignored_at is None


def test_all_that_is_likely_stands_in_one_list_and_only_what_is_sure_is_ticked(browser):
    """BK-2: BK-3: one press matches the ticked ones; what changed meanwhile is told."""
    supplier = make_counterparty("Papeterie Durand")
    sure = make_open(number="F-2026-4711", counterparty=supplier)
    likely = make_open(33333, number="G-2026-1", counterparty=supplier)
    first = make_line(-12000, label="VIR FACTURE F-2026-4711")
    second = make_line(-33333, label="VIR SEPA", party_name="PAPETERIE DURAND")
    client = browser(make_user())
    page = client.get("/bank/suggestions").text
    ticked = [part for part in page.split("<input") if 'name="ids"' in part and " checked" in part]
    assert len(ticked) == 1 and f'value="{first.id}"' in ticked[0] and "G-2026-1" in page

    form = {"ids": [first.id, second.id], f"answer-{first.id}": sure.id, f"answer-{second.id}": sure.id}
    said = client.post("/bank/suggestions", data=form, follow_redirects=True).text
    assert "1 line matched" in said and "1 line changed meanwhile" in said
    assert (reload(sure).status, reload(likely).settled_minor) == (Status.VALIDATED, 0)
    assert "Nothing was ticked" in client.post("/bank/suggestions", follow_redirects=True).text


def test_the_pages_of_the_bank_lead_to_suggestions_and_rules(browser):
    """BK-2: BK-3: whoever may match or make rules finds where; others are not led to a page that refuses them."""
    company = make_company(restrict_non_admins=True)
    admin, member = make_user(Role.ADMIN, company), make_user(company=company)
    accountant = make_user(Role.ACCOUNTANT, company)
    shown = lambda user: {path for path in ("suggestions", "rules") if f'"/bank/{path}"' in user.get("/bank").text}  # noqa: E731
    assert shown(browser(admin)) == {"suggestions", "rules"}
    assert (shown(browser(member)), shown(browser(accountant))) == ({"suggestions"}, set())


def test_rules_for_labels_speak_of_lines(browser):
    """BK-3: words in the label → counterparty, category or ignore; in order, looked at before, applied on request."""
    company, client = make_company(), None
    party, category = make_counterparty("URSSAF", company), make_category("Taxes", company)
    line, other = make_line(-900, company, label="PRLV SEPA Urssaf ILE"), make_line(-50, company, label="FRAIS BANQUE")
    client = browser(make_user(company=company))
    assert "No rules yet" in client.get("/bank/rules").text
    look = client.post("/bank/rules", data={"words": "urssaf", "do": "look"}).text
    assert "1 line" in look and not db.session.scalars(select(LabelRule)).all()
    client.post("/bank/rules", data={"words": "urssaf ile", "counterparty": "urssaf", "category_id": category.id})
    client.post("/bank/rules", data={"words": "frais", "ignore": "yes"})
    wrong = client.post("/bank/rules", data={"words": "frais", "counterparty": "nobody"})
    assert wrong.status_code == 422 and "nobody" in wrong.text
    client.post("/bank/rules/application")
    shown = client.get(f"/bank/lines/{line.id}").text
    assert f'/counterparties/{party.id}">URSSAF' in shown and "<dd>Taxes</dd>" in shown
    assert (reload(line).counterparty_id, line.category_id, line.ignored_at) == (party.id, category.id, None)
    assert reload(other).ignored_reason == "Rule: frais"
    rule = db.session.scalars(select(LabelRule).order_by(LabelRule.id)).first()
    moved = client.post(f"/bank/rules/{rule.id}/later")
    there = moved.location.partition("#")[2]
    assert there in (f"later-{rule.id}", f"earlier-{rule.id}")  # whoever moves it by keyboard goes on from its button
    assert "acts as number" in (shown := client.get("/bank/rules").text) and f'id="{there}"' in shown
    assert [each.words for each in labelling.of(company)] == ["frais", "urssaf ile"]
    client.post(f"/bank/rules/{rule.id}/removal")
    assert len(labelling.of(company)) == 1
    client.post(f"/bank/rules/{rule.id}/return")
    assert len(labelling.of(company)) == 2


def test_a_restricted_member_sees_and_matches_what_is_theirs(browser):
    """US-2: BK-2: lines and proposals about other counterparties are not there."""  # S72
    company = make_company(restrict_non_admins=True)
    mine, hidden = make_counterparty("Mine", company), make_counterparty("Hidden", company)
    member = make_user(company=company)
    mine.assigned_users.append(member)
    theirs = make_open(number="HIDDEN-4711", company=company, counterparty=hidden)
    line = make_line(-12000, company, label="VIR HIDDEN-4711", counterparty_id=hidden.id)
    seen = make_line(-12000, company, label="VIR HIDDEN-4711", counterparty_id=mine.id)
    db.session.commit()
    client = browser(member)
    assert client.get(f"/bank/lines/{line.id}").status_code == 404
    assert client.post(f"/bank/lines/{line.id}/matches", data={"ids": theirs.id}).status_code == 404
    page = client.get(f"/bank/lines/{seen.id}?q=HIDDEN")
    assert page.status_code == 200 and f"/documents/{theirs.id}" not in page.text
    client.post(f"/bank/lines/{seen.id}/matches", data={"ids": theirs.id})
    assert reload(theirs).settled_minor == 0
    assert "HIDDEN-4711" not in client.get("/bank/suggestions").text.replace(seen.label, "")
    allocating.allocate(line, [Share(theirs, 12000)], by=None)
    db.session.commit()
    match = db.session.scalars(select(Match)).one()
    assert client.post(f"/bank/matches/{match.id}/undoing").status_code == 404


def test_a_restricted_member_sees_no_rule_and_none_of_the_lines_it_speaks_of(browser):
    """US-2: BK-3: rules name counterparties, and their previews show every line of the company."""  # S72
    company = make_company(restrict_non_admins=True)
    line = make_line(-12000, company, label="PRLV CANARY")
    rule = labelling.add(company, "canary", by=make_user(Role.ADMIN, company), is_ignoring=True)
    db.session.commit()
    client = browser(make_user(company=company))
    assert client.get("/bank/rules").status_code == 403
    look = client.post("/bank/rules", data={"words": "prlv", "do": "look"})
    assert look.status_code == 403 and "CANARY" not in look.text
    assert client.post("/bank/rules/application").status_code == 403
    for act in ("earlier", "later", "removal", "return"):
        assert client.post(f"/bank/rules/{rule.id}/{act}").status_code == 404
    assert (reload(line).ignored_at, reload(rule).removed_at) == (None, None)


def test_who_may_only_look_matches_nothing(browser):
    """US-6: an accountant sees lines and changes none."""
    document, line = make_open(), make_line()
    client = browser(make_user(Role.ACCOUNTANT))
    assert client.get(f"/bank/lines/{line.id}").status_code == 200
    assert client.post(f"/bank/lines/{line.id}/matches", data={"ids": document.id}).status_code == 403
    assert client.post(f"/bank/lines/{line.id}/ignoring", data={"why": "x"}).status_code == 403
    assert reload(document).settled_minor == 0 and Difference.FEE


def test_a_line_leads_to_whose_it_is(browser):
    """BK-3: what a rule said of it is shown, and its counterparty is one click away."""
    party, category = make_counterparty("Voltéa"), make_category(name="Energy")
    line = make_line(counterparty=party, category=category)

    text = browser(make_user()).get(f"/bank/lines/{line.id}").text

    assert f'href="/counterparties/{party.id}"' in text and "Voltéa" in text and "Energy" in text


def test_what_was_refused_leads_back_to_its_form(browser):
    """S68: where nothing was ticked the page is one click away; a page elsewhere is never linked."""
    document, client = make_open(), browser(make_user())
    answered = lambda origin: client.post(  # noqa: E731
        f"/documents/{document.id}/netting", headers={"Referer": f"{origin}/documents/{document.id}"}
    )

    ours, others = answered("http://localhost"), answered("http://localhost.evil.example")

    assert ours.status_code == others.status_code == 422
    assert f'href="http://localhost/documents/{document.id}"' in ours.text
    assert "evil.example" not in others.text
