"""The pages of the bank: lines, statements, files on their way, accounts, missing documents."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Match, Statement
from app.core import clock
from app.counterparties.models import Contact, CounterpartyIban, Position
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.web.access import Role
from tests.bank import samples
from tests.bank.samples import move
from tests.bank.test_importing import bring, make_account
from tests.factories import make_company, make_counterparty, make_document, make_user, the_company


def upload(browser, user, *files: tuple[bytes, str], **fields):
    given = [(io.BytesIO(data), name) for data, name in files]
    return browser(user).post("/bank/statements", data={"files": given} | fields, follow_redirects=True)


def make_line(amount: int = -4242, days_ago: int = 60, **facts) -> BankTransaction:
    """A line of the company's account that nobody matched."""
    company = facts.pop("company", None) or the_company()
    account = db.session.scalar(select(BankAccount).filter_by(company_id=company.id))
    if account is None:
        account = BankAccount(company=company, name="Current account", currency="EUR")
    statement = Statement(account=account, name="made.csv")
    day = clock.today(company) - timedelta(days=days_ago)
    line = BankTransaction(company_id=company.id, account=account, statement=statement, date=day, currency="EUR")
    line.key, line.amount_minor = f"{amount}-{days_ago}-{facts.get('label', '')}", amount
    line.label = facts.pop("label", "SUPPLIER PAYMENT")
    for name, value in facts.items():
        setattr(line, name, value)
    db.session.add(line)
    db.session.commit()
    return line


def test_dropped_files_are_imported_and_told_in_a_line(app, browser):
    """BK-1: "5 lines, 5 new, balances hold", and again "nothing new"."""
    make_account()
    user = make_user()
    assert "5 lines, 5 new, balances hold." in upload(browser, user, (samples.camt(), "a.xml")).text
    assert "5 lines, nothing new, balances hold." in upload(browser, user, (samples.camt(), "a.xml")).text


def test_our_script_gets_each_file_s_answer(app, browser):
    """BK-1: several files at once, each told by itself."""
    make_account()
    given = [(io.BytesIO(samples.camt()), "a.xml"), (io.BytesIO(b"%PDF-1.7"), "b.pdf")]
    answer = browser(make_user()).post(
        "/bank/statements", data={"files": given}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert [each["outcome"] for each in answer.json["files"]] == ["done", "refused"]
    assert answer.json["files"][1]["text"].startswith("No statement")


def test_a_large_file_is_left_to_a_job(app, browser, monkeypatch):
    """BK-1: its page shows that it is being read."""
    make_account()
    monkeypatch.setattr("app.bank.bringing.SMALL", 10)
    assert "being read" in upload(browser, make_user(), (samples.camt(), "a.xml")).text
    assert db.session.scalars(select(BankImport)).one().stage is ImportStage.READING


def test_a_new_account_is_made_by_the_person(app, browser):
    """BK-1: asked once, without script."""
    user = make_user()
    page = upload(browser, user, (samples.camt(), "a.xml"))
    assert "Which account is it of?" in page.text
    brought = db.session.scalars(select(BankImport)).one()
    answer = browser(user).post(f"/bank/imports/{brought.id}/accounts", data={"account-0": ""}, follow_redirects=True)
    assert "5 lines, 5 new, balances hold." in answer.text
    assert db.session.scalars(select(BankAccount)).one().iban == samples.IBAN


def test_the_columns_of_an_unknown_table_are_said_beside_its_first_lines(app, browser):
    """BK-1: with a preview; remembered on the account."""
    account, user = make_account(), make_user()
    data = b"Tag;Was;Wieviel\n01.10.2026;Miete;-1,00\n02.10.2026;B;2,00\n"
    page = upload(browser, user, (data, "a.csv"), account=str(account.id))
    assert "Which column is what" in page.text and "Miete" in page.text
    assert page.text.count("selected>A · Tag (01.10.2026)") == 1 and "selected>C · Wieviel (-1,00)" in page.text
    brought = db.session.scalars(select(BankImport)).one()

    said = {"date_order": "dmy", "decimal_mark": ",", "column-date": "0", "column-label": "1"}
    address = f"/bank/imports/{brought.id}/columns"
    wrong = browser(user).post(address, data=said)
    assert wrong.status_code == 422 and "Say which column holds the date" in wrong.text
    browser(user).post(f"/bank/imports/{brought.id}/headings", data={"header_row": "1"})
    done = browser(user).post(address, data=said | {"column-amount": "2"}, follow_redirects=True)
    assert "2 lines, 2 new." in done.text
    again = upload(browser, user, (data.replace(b".10.", b".11."), "b.csv"))
    assert "2 lines, 2 new." in again.text


def test_the_same_movements_from_another_file_are_asked_about(app, browser):
    """S95: the page says how many, and one click leaves them out."""
    account, user = make_account(), make_user()
    bring(samples.camt())
    page = upload(browser, user, (samples.csv_file(), "b.csv"), account=str(account.id))
    assert "5 lines may be here already" in page.text
    brought = db.session.scalars(select(BankImport).order_by(BankImport.id.desc())).first()
    address = f"/bank/imports/{brought.id}/alike"
    assert "5 lines, nothing new" in browser(user).post(address, data={"word": "skip"}, follow_redirects=True).text


def test_an_import_is_taken_back_by_a_click_and_noted(app, browser):
    """BK-1: and the trail says who."""
    make_account()
    brought, user = bring(samples.camt()), make_user()
    answer = browser(user).post(f"/bank/imports/{brought.id}/undoing", follow_redirects=True)
    assert "Taken back" in answer.text and db.session.scalar(select(func.count(BankTransaction.id))) == 0
    acts = [each.act for each in db.session.scalars(select(AuditEntry).filter_by(object_type="bank_import"))]
    assert acts == ["statements imported", "import undone"]


def test_the_list_has_tabs_filters_and_a_search_by_name_or_amount(app, browser):
    """BK-2: lines to match, matched and ignored, by account, words, amount and day."""
    make_account()
    bring(samples.camt())
    lines = list(db.session.scalars(select(BankTransaction).order_by(BankTransaction.id)))
    lines[0].matched_minor, lines[4].ignored_at = 1000, clock.now()
    db.session.commit()
    ask = lambda **at: browser(user).get("/bank", query_string=at).text  # noqa: E731
    user = make_user()

    assert "Mairie de Lille" in ask() and "open: €35.90" in ask() and "ARRONDI" not in ask()
    assert "ARRONDI" in ask(tab="ignored") and "Mairie" not in ask(tab="ignored")
    assert "Mairie" in ask(q="lille") and "Telecom" not in ask(q="lille")
    assert "Mairie" in ask(q="1200.00") and "Telecom" not in ask(q="1200.00")
    assert "Telecom" in ask(until="2026-10-01") and "Mairie" not in ask(until="2026-10-01")
    assert "Nothing found" in ask(q="nobody")


def test_a_statement_shows_its_lines_and_says_when_balances_differ(app, browser):
    """BK-1: in red, with what is missing."""
    make_account()
    data = samples.camt().replace(b"<Ntry><Amt Ccy='EUR'>0.05</Amt>", b"<Ntry><Amt Ccy='EUR'>0.25</Amt>")
    brought, user = bring(data), make_user()
    page = browser(user).get(f"/bank/statements/{brought.statements[0].id}").text
    assert "Its balances do not hold" in page and "Mairie de Lille" in page
    assert "differ by €0.20" in browser(user).get("/bank/statements").text
    file = browser(user).get(f"/bank/statements/{brought.statements[0].id}/file")
    assert file.data == data and "attachment" in file.headers["Content-Disposition"]


def test_lines_leave_as_a_table_in_which_no_text_is_a_formula(app, browser):
    """S83: what a payer wrote stays text, amounts stay numbers."""
    make_line(label="=HYPERLINK(1)", party_name="+33 1", amount=-1250)
    text = browser(make_user()).get("/bank/lines.csv?tab=all").data.decode("utf-8-sig")
    [head, row] = csv.reader(io.StringIO(text))
    assert row[head.index("Label")] == "'=HYPERLINK(1)" and row[head.index("Amount")] == "-12.50"
    assert browser(make_user()).get("/bank/lines.xlsx?tab=all").data.startswith(b"PK")


def test_accounts_are_added_edited_and_archived(app, browser):
    """BK-1: one IBAN is one account."""
    user = make_user()
    said = {"name": "Savings", "iban": "FR76 3000 3012 3401 2345 6789 057", "currency": "EUR"}
    browser(user).post("/bank/accounts", data=said)
    account = db.session.scalars(select(BankAccount)).one()
    assert account.iban == samples.IBAN
    twice = browser(user).post("/bank/accounts", data=said)
    assert twice.status_code == 422 and "Another account has this IBAN already." in twice.text
    wrong = browser(user).post(f"/bank/accounts/{account.id}/facts", data=said | {"iban": "FR00", "name": "Other"})
    assert wrong.status_code == 422 and "Other" in wrong.text
    browser(user).post(f"/bank/accounts/{account.id}/facts", data=said | {"name": "Reserve"})
    browser(user).post(f"/bank/accounts/{account.id}/archiving")
    db.session.expire_all()
    assert account.name == "Reserve" and account.archived_at


# --- Who may see what -------------------------------------------------------------------------------


@pytest.fixture
def scoped(app):
    """A restricted member with one supplier, and lines: theirs by counterparty, theirs by document, others'."""
    company = make_company("Restricted", restrict_non_admins=True)
    member = make_user(Role.MEMBER, company)
    mine, other = make_counterparty("Mine", company), make_counterparty("Other", company)
    mine.assigned_users.append(member)
    seen = make_document(company, counterparty=mine, validated_at=clock.now())
    hidden = make_document(company, counterparty=other, validated_at=clock.now())
    lines = {
        "by counterparty": make_line(company=company, label="LINE-ONE", counterparty_id=mine.id),
        "by document": _matched(make_line(company=company, label="LINE-TWO"), seen),
        "hidden document": _matched(make_line(company=company, label="LINE-THREE"), hidden),
        "nobody's": make_line(company=company, label="LINE-FOUR"),
        "both": _matched(_matched(make_line(company=company, label="LINE-FIVE"), seen), hidden),
    }
    return member, lines


def _matched(line: BankTransaction, document: Document) -> BankTransaction:
    match = Match(document=document, transaction=line, amount_minor=100, line_minor=100, date=line.date)
    line.matched_minor += 100
    db.session.add(match)
    db.session.commit()
    return line


def test_a_restricted_member_sees_the_lines_of_their_scope_alone(browser, scoped):
    """US-2, US-6, S72: their counterparties' and documents' lines; no trace of the others in list, count or table."""
    member, lines = scoped
    visible = set(db.session.scalars(BankTransaction.visible_to(member)))
    assert visible == {lines["by counterparty"], lines["by document"]}
    for address in ("/bank?tab=all", "/bank/lines.csv?tab=all", "/bank/missing?days=0", "/bank?tab=all&q=LINE"):
        text = browser(member).get(address).get_data(as_text=True)
        assert not any(word in text for word in ("LINE-THREE", "LINE-FOUR", "LINE-FIVE")), address
        assert "LINE-ONE" in text
    assert '<span class="count">2</span>' in browser(member).get("/bank?tab=all").text
    for name, line in lines.items():
        code = 200 if name in ("by counterparty", "by document") else 404
        assert browser(member).get(f"/bank/lines/{line.id}").status_code == code


def test_a_restricted_member_sees_no_balance_and_brings_no_statement(browser, scoped):
    """US-6: balances tell of every line."""
    member, lines = scoped
    account_id, statement_id = lines["nobody's"].account_id, lines["nobody's"].statement_id
    for address in ("/bank/accounts", "/bank/statements", "/bank/accounts/new", f"/bank/accounts/{account_id}/facts"):
        assert browser(member).get(address).status_code == 403
    assert browser(member).get(f"/bank/statements/{statement_id}").status_code == 404
    assert upload(browser, member, (samples.camt(), "a.xml")).status_code == 403
    assert "/bank/accounts" not in browser(member).get("/bank").text


def test_an_accountant_looks_and_changes_nothing(app, browser):
    """US-6: read."""
    make_account()
    brought, accountant = bring(samples.camt()), make_user(Role.ACCOUNTANT)
    for address in ("/bank", "/bank/statements", "/bank/accounts", "/bank/missing", f"/bank/imports/{brought.id}"):
        assert browser(accountant).get(address).status_code == 200
    assert browser(accountant).post(f"/bank/imports/{brought.id}/undoing").status_code == 403
    assert upload(browser, accountant, (samples.camt(), "a.xml")).status_code == 403
    assert browser(make_user(Role.APPROVER)).get("/bank").status_code == 403


# --- Missing documents ------------------------------------------------------------------------------


def test_old_payments_without_a_document_are_listed_with_their_supplier(app, browser):
    """BK-5: money that left, not matched, not ignored, older than some days; found by IBAN or name."""
    supplier, named = make_counterparty("Telecom"), make_counterparty("Énergie Durand")
    supplier.ibans.append(CounterpartyIban(iban=samples.IBAN))
    make_line(label="BY-IBAN", party_iban=samples.IBAN)
    make_line(label="BY-NAME", party_name="ENERGIE  DURAND", amount=-2)
    make_line(label="TOO-NEW", days_ago=1, amount=-3)
    make_line(label="MONEY-IN", amount=4)
    make_line(label="NO-NEED", amount=-5, ignored_at=clock.now())
    page = browser(make_user()).get("/bank/missing").text
    assert "Telecom" in page and named.name in page
    assert not any(word in page for word in ("TOO-NEW", "MONEY-IN", "NO-NEED"))


def test_a_monthly_supplier_whose_invoice_did_not_come_is_listed_with_the_reason(app, browser):
    """BK-5: the median gap of its last invoices."""
    silent, fine = make_counterparty("Silent"), make_counterparty("On time")
    today = clock.today()
    for supplier, ages in ((silent, (135, 105, 75, 44)), (fine, (95, 65, 34, 5))):
        for days in ages:
            make_document(counterparty=supplier, issue_date=today - timedelta(days=days), validated_at=clock.now())
    page = browser(make_user()).get("/bank/missing").text
    assert "Silent" in page and "usually every 30 days" in page and "On time" not in page


def test_the_ready_mail_leaves_by_a_click_once(app, browser):
    """BK-5: in the contact's language, answers go where invoices arrive; pressing twice sends once."""
    supplier = make_counterparty("Telecom", email="office@telecom.example")
    supplier.contacts.append(Contact(position=Position.BILLING, email="billing@telecom.example", language="fr"))
    line = make_line(label="ABO", counterparty_id=supplier.id)
    sender = make_user(rights=["send e-mails"])
    page = browser(sender).get(f"/bank/lines/{line.id}/request").text
    assert "billing@telecom.example" in page and "42,42" in page  # as French writes it

    said = {
        "to": "billing@telecom.example",
        "subject": "Copie",
        "text": "Bonjour {{7*7}},\n\nune copie ?",
        "version": "0",
    }
    for _press in range(2):
        browser(sender).post(f"/bank/lines/{line.id}/request", data=said)
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert "{{7*7}}" in mail.text and mail.headers["Reply-To"].endswith(app.config["SETTINGS"].intake_domain)
    assert mail.subject == "Copie"


def test_without_the_right_to_send_the_text_is_there_to_be_copied(app, browser):
    """BK-5: a link for one's own mail program, and no button that sends."""
    line = make_line()
    page = browser(make_user()).get(f"/bank/lines/{line.id}/request").text
    assert "mailto:" in page and ">Send<" not in page
    assert browser(make_user()).post(f"/bank/lines/{line.id}/request", data={"to": "a@b.example"}).status_code == 403


def test_an_address_that_is_none_is_told_with_all_that_was_typed(app, browser):
    """S49: nothing is written."""
    line, sender = make_line(), make_user(rights=["send e-mails"])
    said = {"to": "nobody", "subject": "S", "text": "my own words", "version": "0"}
    answer = browser(sender).post(f"/bank/lines/{line.id}/request", data=said)
    assert answer.status_code == 422 and "my own words" in answer.text
    assert db.session.scalar(select(func.count(OutgoingMail.id))) == 0


def test_the_command_imports_files_and_tells_each(app, tmp_path):
    """BK-1: for scripts, one JSON object a line."""
    make_account()
    file = tmp_path / "a.xml"
    file.write_bytes(samples.camt((move(1, "-1.00", "A"),)))
    told = app.test_cli_runner().invoke(args=["bank", "import", str(file), "--account", samples.IBAN])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["added"] == 1


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.MEMBER, {"suggestions", "missing", "statements", "accounts", "rules"}, set()),
        (Role.ACCOUNTANT, {"missing", "statements", "accounts"}, {"suggestions", "rules"}),
    ],
)
def test_each_page_of_the_bank_leads_to_the_others_one_may_open(app, browser, role, may, may_not):
    """BK-2: BK-3: suggestions and rules are found from the lines, by whoever may use them."""
    client = browser(make_user(role))
    for name in {"", *may}:
        page = client.get(f"/bank/{name}".rstrip("/")).text
        assert all(f'href="/bank/{other}"' in page for other in may), name
        assert not any(f'href="/bank/{other}"' in page for other in may_not), name


def test_a_letter_is_no_table_whose_columns_somebody_could_name(app, browser):
    """S34: what has one column is refused in a sentence, and nobody is asked which is the amount."""
    assert "No table" in upload(browser, make_user(), (b"Dear Sir\nSee you soon\n", "letter.txt")).text
