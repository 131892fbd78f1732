"""The pages of plans and steps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.config import ROOT
from app.core.errors import Refused
from app.counterparties.models import Contact
from app.documents.models import Direction
from app.dunning import copies, plans
from app.dunning.action_models import Action
from app.dunning.models import Channel, DunningPlan
from app.extensions import db
from app.intake import addresses
from app.outbox.models import OutgoingMail
from app.users import people
from app.web.access import Permission, Role
from tests.conftest import aimed_at
from tests.dunning.making import make_customer, make_plan, make_sale, to_send
from tests.factories import make_company, make_counterparty, make_user, reload, the_company

NEW = {"name": "Usual", "level": "customer", "has_reminders": "y", "is_default": "y"}
STEP = {"days": "10", "side": "after", "channel": "email", "position": "", "cc": "", "attaches_file": "y"}
STEP |= {"subject_en": "About {number}", "text_en": "Dear {contact}", "subject_fr": "", "text_fr": "", "version": "1"}
STEP |= {"kind": "reminder", "language": "en"}
FIELDS = ["cc", "subject_en", "is_automatic", "attaches_file"]


@pytest.fixture
def writer(app):
    """A member who may change templates."""
    return make_user(rights=[Permission.CHANGE_TEMPLATES])


def test_a_plan_is_added_with_its_first_texts(browser, writer):
    """SE-4: the sending template first; new customers get it where so ticked."""
    client = browser(writer)
    page = client.post("/plans", data=NEW, follow_redirects=True)

    plan = db.session.scalar(select(DunningPlan))
    assert (plan.name, plan.is_default, len(plan.steps)) == ("Usual", True, 4)
    assert page.text.index("The invoice") < page.text.index("7 days after the due date")
    assert client.post("/plans", data=NEW).status_code == 422
    assert client.post("/plans", data=NEW | {"name": ""}).status_code == 422


def test_reading_needs_no_right_and_changing_does(browser):
    """SE-8: *change templates* is a right of its own, off by default for members."""
    plan, client = make_plan(), browser(make_user())
    step = f"/plans/{plan.id}/steps/{plan.sending.id}"

    for url in ("/plans", f"/plans/{plan.id}", step):
        page = client.get(url)
        assert page.status_code == 200 and 'name="text_en"' not in page.text and "Add a plan" not in page.text
    for url in ("/plans", f"/plans/{plan.id}", step, f"{step}/removal", f"/plans/{plan.id}/steps"):
        assert client.post(url, data=NEW | STEP).status_code == 403
    for url in ("preview", "test", "copy", "archiving", "default"):
        assert client.post(f"/plans/{plan.id}/{url}", data=STEP).status_code == 403
    assert browser(make_user(Role.APPROVER)).get("/plans").status_code == 403
    elsewhere = make_user(Role.ADMIN, make_company("Elsewhere"))
    people.join(elsewhere, the_company(), Role.MEMBER, by=None)
    db.session.commit()
    assert browser(elsewhere).post(f"/plans/{plan.id}/steps/{plan.sending.id}", data=STEP).status_code == 403
    assert reload(plan).version == 1


def test_another_companys_plan_is_not_there(browser, writer):
    """US-3: neither by its address nor by the right one has elsewhere."""
    other = make_plan(make_company("Elsewhere"))
    step = other.sending.id

    assert browser(writer).get(f"/plans/{other.id}").status_code == 404
    assert browser(writer).post(f"/plans/{other.id}/steps/{step}", data=STEP).status_code == 404
    mine = make_plan()
    assert browser(writer).get(f"/plans/{mine.id}/steps/{step}").status_code == 404


def test_a_step_is_added_and_changed(browser, writer):
    """DN-1: days before the due date are a side and a number; a call is always a person's."""
    plan, client = make_plan(), browser(writer)
    before = STEP | {"days": "5", "side": "before", "channel": "call", "is_automatic": "y", "position": "dunning"}
    assert client.post(f"/plans/{plan.id}/steps", data=before).status_code == 303

    step = reload(plan).reminders[0]
    assert (step.days, step.channel, step.is_automatic, step.position) == (-5, Channel.CALL, False, "dunning")
    page = client.get(f"/plans/{plan.id}/steps/{step.id}").text
    assert 'value="5"' in page and "Dear {contact}" in page
    changed = STEP | {
        "days": "5",
        "version": "2",
        "is_automatic": "y",
        "cc": "Boss@x.example; boss@x.example,a@y.example",
    }
    client.post(f"/plans/{plan.id}/steps/{step.id}", data=changed)
    assert (reload(step).days, step.is_automatic, step.cc) == (5, True, "boss@x.example, a@y.example")


def test_a_call_has_no_copy_and_no_file(browser, writer):
    """SE-4: an address that was typed for a mail stops nobody who makes a call of it, and the preview names no file."""
    plan, client = make_plan(), browser(writer)
    sale = make_sale(make_customer())
    typed = STEP | {"cc": "no address", "document": str(sale.id)}
    shown = lambda channel: client.post(f"/plans/{plan.id}/preview", data=typed | {"channel": channel}).text  # noqa: E731

    assert sale.original.name in shown("letter") and sale.original.name not in shown("call")
    assert client.post(f"/plans/{plan.id}/steps", data=typed).status_code == 422
    assert client.post(f"/plans/{plan.id}/steps", data=typed | {"channel": "call"}).status_code == 303
    assert [step.cc for step in reload(plan).reminders if step.channel is Channel.CALL] == [""]


def test_only_what_a_channel_has_is_asked_for(browser, writer, chromium):
    """SE-4: a call has no subject and nothing to attach; what was typed is there again with the next choice."""
    html = browser(writer).get(f"/plans/{make_plan().id}/steps/new").text
    page = chromium.new_page()
    page.set_content(html)
    page.add_style_tag(path=ROOT / "static/css/parts.css")
    seen = lambda: [each for each in FIELDS if page.locator(f"#{each}").is_visible()]  # noqa: E731

    page.fill("#cc", "boss@x.example")
    for channel, asked in (("call", []), ("sms", FIELDS[2:3]), ("letter", FIELDS[1:]), ("email", FIELDS)):
        page.select_option("#channel", channel)
        assert seen() == asked
    assert page.input_value("#cc") == "boss@x.example"
    page.close()


def test_a_text_about_what_is_overdue_is_doubted_before_the_due_date(browser, writer):
    """DN-1: saved all the same, and said."""
    plan = make_plan()
    typed = STEP | {"side": "before", "text_en": "Total: {overdue_total}", "subject_en": "Soon"}
    said = browser(writer).post(f"/plans/{plan.id}/steps", data=typed, follow_redirects=True).text
    assert "Before the due date nothing is overdue" in said


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("text_en", "{{7*7}}", "{{7*7}} is not a variable."),
        ("text_en", "{x.__class__}", "{x.__class__} is not a variable."),
        ("subject_en", "{nmber}", "Did you mean {number}?"),
        ("subject_en", "{portal_link}", "cannot stand in the subject"),
        ("subject_en", "", "Enter a subject."),
        ("text_en", " ", "Enter a text"),
        ("days", "366", "Between 0 and 365 days."),
        ("days", "7", "Another step of this plan is there already"),
        ("cc", "nobody", "This is not an e-mail address."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_kept(browser, writer, field, value, why):
    """S51: unknown variable, bad braces → error on saving; nothing is stored, nothing typed is lost."""
    plan = make_plan()
    page = browser(writer).post(f"/plans/{plan.id}/steps", data=STEP | {field: value})

    assert page.status_code == 422 and why in page.text.replace("&#39;", "'")
    assert "Dear {contact}" in page.text or field == "text_en"
    assert (reload(plan).version, len(plan.steps)) == (1, 4)


def test_html_in_a_text_is_text(browser, writer):
    """S51: printed as it was typed: in the preview and in the mail, and nothing of it runs."""
    plan = make_plan()
    make_sale()
    typed = STEP | {"text_en": "<script>alert(1)</script> & <b>{number}</b>"}
    page = browser(writer).post(f"/plans/{plan.id}/preview", data=typed, headers=aimed_at("preview"))
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;F-" in page.text

    browser(writer).post(f"/plans/{plan.id}/test", data=typed)
    mail = db.session.scalar(select(OutgoingMail))
    assert (
        "<script" not in mail.html
        and "&lt;script&gt;" in mail.html
        and "<script>alert(1)</script> & <b>F-" in mail.text
    )


def test_two_people_on_one_step(browser, writer):
    """RV-8: the second to save is told who changed what, and loses nothing typed."""
    plan, lea = make_plan(), make_user(rights=[Permission.CHANGE_TEMPLATES], name="Léa")
    url = f"/plans/{plan.id}/steps/{plan.reminders[0].id}"
    assert browser(lea).post(url, data=STEP | {"text_en": "Léa’s text"}).status_code == 303

    page = browser(writer).post(url, data=STEP | {"text_en": "My text"})
    assert page.status_code == 409 and "Léa changed this plan meanwhile." in page.text
    assert "Léa’s text" in page.text and "My text" in page.text and 'value="2"' in page.text
    assert browser(writer).post(url, data=STEP | {"text_en": "My text", "version": "2"}).status_code == 303

    page = browser(writer).post(f"/plans/{plan.id}", data={"name": "Other", "level": "invoice", "version": "1"})
    assert page.status_code == 409 and 'value="Other"' in page.text and reload(plan).name != "Other"


def test_the_preview_shows_a_real_invoice_of_those_one_may_see(browser):
    """SE-4: preview with real data; a restricted member finds no other customer's there."""  # S72
    company = the_company()
    company.restrict_non_admins = True
    member = make_user(company=company, rights=[Permission.CHANGE_TEMPLATES])
    plan, mine = make_plan(), make_customer("Mine", assigned_users=[member], contacts=[Contact(name="Mme Petit")])
    sale, hidden = make_sale(mine, number="F-SEEN"), make_sale(make_customer("Canary"), number="F-CANARY")
    to_send(mine, number="F-NOT-YET", gross_minor=999900)
    typed = STEP | {"text_en": "Dear {contact}, {overdue_total}", "document": str(hidden.id)}
    page = browser(member).post(f"/plans/{plan.id}/preview", data=typed).text

    assert "Dear Mme Petit, €120.00" in page and f"About {sale.number}" in page
    assert "anary" not in page.lower() and "F-NOT-YET" not in page
    make_sale(hidden.counterparty, number="F-CANARY-2", validated_at=None)
    page = browser(member).post(f"/plans/{plan.id}/preview", data=typed | {"kind": "sending"}).text
    assert "F-NOT-YET" in page and "anary" not in page.lower()
    assert reload(plan).version == 1


def test_without_a_sale_the_names_of_the_facts_are_shown(browser, writer):
    """SE-4: the first plan is written before the first sale."""
    plan = make_plan()
    page = browser(writer).get(f"/plans/{plan.id}/steps/{plan.sending.id}?language=en").text

    assert "[Invoice number]" in page and "No sale to look at yet" in page


def test_a_test_mail_goes_to_whoever_asks_and_touches_nothing(browser, writer):
    """SE-4: test mail: marked in its subject, no action, no customer, once however often the page is sent."""
    sale = to_send(number="F-1")
    plan, client = make_plan(), browser(writer)
    typed = STEP | {"kind": "sending", "tests": "0", "attaches_file": "y"}
    for _twice in range(2):
        assert client.post(f"/plans/{plan.id}/test", data=typed).status_code == 200

    mail = db.session.scalars(select(OutgoingMail)).one()
    assert [each.address for each in mail.recipients] == [writer.email]
    assert mail.subject == "Test: About F-1" and "Dear Café Bleu" in mail.text
    assert [each.file for each in mail.attachments] == [sale.original.file]
    assert db.session.scalars(select(Action)).all() == [] and reload(sale).is_to_send
    client.post(f"/plans/{plan.id}/test", data=typed | {"tests": "1"})
    assert len(db.session.scalars(select(OutgoingMail)).all()) == 2


def test_a_text_that_could_not_be_saved_is_not_sent_either(browser, writer):
    """S51: not even to oneself."""
    plan = make_plan()

    assert browser(writer).post(f"/plans/{plan.id}/test", data=STEP | {"text_en": "{{7*7}}"}).status_code == 422
    assert browser(writer).post(f"/plans/{plan.id}/test", data=STEP | {"text_en": ""}).status_code == 422
    assert db.session.scalars(select(OutgoingMail)).all() == []


def test_links_are_of_the_configured_address(app, browser, writer):
    """S67: whatever host a request claims."""
    plan = make_plan()
    make_sale()
    typed, client = STEP | {"text_en": "See {portal_link}"}, browser(writer)
    client.set_cookie("session", client.get_cookie("session").value, domain="evil.example")
    forged = {"data": typed, "base_url": "http://evil.example"}
    page = client.post(f"/plans/{plan.id}/preview", headers=aimed_at("preview"), **forged)
    client.post(f"/plans/{plan.id}/test", **forged)

    mail = db.session.scalars(select(OutgoingMail)).one()
    for text in (page.text, mail.text, mail.html):
        assert f"{app.config['SETTINGS'].address}/portal/" in text and "evil.example" not in text


@pytest.mark.parametrize(
    "typed",
    [
        *("nobody", "a@", "a@b@c.example", "ok@x.example, bad", "a@x.example\r\nBcc: b@y.example", "é@x.example"),
        *(
            "a@x.example,\r\nb@y.example",
            "a@x.example\nb@y.example",
            "a b@x.example",
            "a@x.example\0",
        ),
        ", ".join(f"a{number}@x.example" for number in range(11)),
        ", ".join(f"{'a' * 50}{number}@{'b' * 50}.example" for number in range(9)),
    ],
)
def test_what_nobody_reads_is_refused_as_a_copy(app, typed):
    """S49: no address, control characters, our own intake, too many: when saved, with the reason."""
    with pytest.raises(Refused):
        copies.checked(typed)


def test_a_copy_to_our_own_intake_is_refused(app):
    """S49: it would come back as a document, in whatever case it is typed."""
    ours = addresses.full(addresses.living(the_company(), Direction.SALE))
    for typed in (ours, ours.upper(), f"a@x.example, {ours}"):
        with pytest.raises(Refused, match="come back"):
            copies.checked(typed)


def test_copies_are_each_taken_once(app):
    """S49: with commas or semicolons between, and none at all is fine."""
    assert copies.checked("a@x.example; b@y.example,  A@x.example,") == "A@x.example, b@y.example"
    assert copies.checked("") == ""


def test_a_step_is_removed(browser, writer):
    """DN-1: and the plan says that the invoice is not sent any more."""
    plan, client = make_plan(), browser(writer)
    url = f"/plans/{plan.id}/steps/{plan.sending.id}/removal"
    assert client.post(url, data={"version": "7"}).status_code == 422

    assert "The invoice is not sent" in client.post(url, data={"version": "1"}, follow_redirects=True).text
    sending = STEP | {"kind": "sending", "days": "0", "version": "2"}
    assert client.post(f"/plans/{plan.id}/steps", data=sending).status_code == 303
    assert reload(plan).sending is not None and len(plan.reminders) == 3


def test_plans_are_copied_archived_and_meant_for_new_customers(browser, writer):
    """DN-1: duplicate, archive, default."""
    plan, client = make_plan(name="Usual"), browser(writer)
    assert "Usual (copy)" in client.post(f"/plans/{plan.id}/copy", follow_redirects=True).text
    client.post(f"/plans/{plan.id}/default", data={"wanted": "yes"})
    assert plans.default_of(the_company()).id == plan.id

    for _click in range(2):  # by a double click, or from a second tab
        client.post(f"/plans/{plan.id}/archiving")
    assert reload(plan).archived_at and not plan.is_default
    assert "Usual</a>" not in client.get("/plans").text and "Usual</a>" in client.get("/plans?archived=yes").text
    client.post(f"/plans/{plan.id}/archiving", data={"wanted": "no"})
    assert reload(plan).archived_at is None


def test_a_customer_without_a_plan_says_what_follows(browser):
    """SE-3: no plan → no action; the page says why and offers to assign one."""
    plan, customer, client = make_plan(name="Usual"), make_customer(), browser(make_user())
    page = client.get(f"/counterparties/{customer.id}").text
    assert "No plan: nothing is sent to it" in page and "Usual</option>" in page

    page = client.post(f"/counterparties/{customer.id}/plan", data={"plan": plan.id}, follow_redirects=True).text
    assert "nothing is sent to it" not in page and reload(customer).dunning_plan_id == plan.id
    client.post(f"/counterparties/{customer.id}/plan", data={"plan": "none"})
    assert reload(customer).dunning_plan is None
    for wrong in ("", "x", str(make_plan(make_company("Elsewhere")).id)):
        assert client.post(f"/counterparties/{customer.id}/plan", data={"plan": wrong}).status_code == 422
    assert "nothing is sent to it" not in client.get(f"/counterparties/{make_counterparty().id}").text


def test_a_plan_that_comes_from_the_parent_is_told_so(browser):
    """SE-3: the fallback is seen, not guessed."""
    the_company().uses_parent_plan = True
    head = make_customer("Head office", dunning_plan=make_plan(name="Of the group"))
    branch = make_customer("Branch", parent=head)
    page = browser(make_user()).get(f"/counterparties/{branch.id}").text

    assert "Of the group" in page and "from the one it belongs to" in page


def test_a_plan_is_given_to_many_from_their_list(browser):
    """SE-3: those one sees, that are customers of the company looked at."""
    company = the_company()
    company.restrict_non_admins = True
    member = make_user(company=company)
    plan, mine = make_plan(), make_customer("Mine", assigned_users=[member])
    hidden, supplier = make_customer("Hidden"), make_counterparty("Supplier", assigned_users=[member])
    client, ids = browser(member), [mine.id, hidden.id, supplier.id]
    assert "Mine" in client.get("/customers?plan=none").text
    page = client.get("/counterparties/plans", query_string={"ids": ids}).text
    assert "To this one: Mine" in page

    client.post("/counterparties/plans", data={"ids": ids, "plan": plan.id})
    assert [reload(each).dunning_plan_id for each in (mine, hidden, supplier)] == [plan.id, None, None]
    assert (
        "Mine" not in client.get("/customers?plan=none").text
        and "Mine" in client.get(f"/customers?plan={plan.id}").text
    )
    assert client.get("/counterparties/plans").status_code == 422


def test_the_list_to_take_away_tells_the_plan(browser):
    """CP-1: in the table for a spreadsheet."""
    make_customer("Café Bleu", dunning_plan=make_plan(name="Usual plan"))

    assert "Usual plan" in browser(make_user()).get("/customers/table.csv").text
