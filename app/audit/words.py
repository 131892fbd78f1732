"""What the trail says, in the reader's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from app.audit.models import AuditEntry
from app.web.filters import amount, day

NOTHING = "–"

ACTS: dict[str, Any] = {
    "absence ended": _("ended an absence"),
    "absence set": _("set an absence"),
    "accepted": _("accepted"),
    "access changed": _("changed the access"),
    "address rotated": _("changed an intake address"),
    "approval delegated": _("handed the approval to a colleague"),
    "approval given back": _("gave the approval back after an absence"),
    "approval left to a stand-in": _("left the approval to a stand-in"),
    "approval reassigned": _("asked somebody else to approve"),
    "approval taken back": _("took the approval back"),
    "approved": _("approved"),
    "approver gone": _("asked an admin in place of somebody who left"),
    "archived": _("archived"),
    "arrived": _("brought in"),
    "assigned": _("assigned"),
    "unassigned": _("put nobody in charge"),
    "assignment ended": _("ended an assignment"),
    "attached": _("attached a file"),
    "brought back": _("brought back"),
    "came back": _("noted that it could not be delivered"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "contact added": _("added a contact"),
    "contact changed": _("changed a contact"),
    "contact removed": _("removed a contact"),
    "copy asked for": _("asked for a copy of the invoice"),
    "corrected": _("corrected"),
    "counterparty known": _("recognised the customer or supplier"),
    "counterparty suggested": _("suggested a customer or supplier"),
    "created": _("created"),
    "cut out": _("cut out of another document"),
    "decision taken back": _("took a decision back"),
    "declared sent": _("declared sent"),
    "deleted": _("deleted"),
    "detached": _("took a file off"),
    "disabled": _("disabled"),
    "discarded": _("discarded"),
    "done": _("done"),
    "document moved": _("moved a document to another company"),
    "dispute ended": _("ended a dispute"),
    "disputed": _("marked as disputed"),
    "download needed again": _("said that it is to be downloaded after all"),
    "download not needed": _("said that nothing is to be downloaded"),
    "edited": _("edited"),
    "entered by hand": _("entered by hand"),
    "file damaged": _("found a stored file damaged"),
    "given to send": _("gave it to be sent"),
    "handed to a person": _("could not go by itself: handed it to a person"),
    "file linked": _("attached the file of a duplicate"),
    "file replaced": _("replaced the file"),
    "enabled": _("let in again"),
    "expected account chosen": _("chose the account it will go through"),
    "expected date moved": _("expects it on another day"),
    "expected date taken back": _("expects it on the usual day again"),
    "forwarding put away": _("put away a request to forward"),
    "IBAN added": _("added an IBAN"),
    "IBAN confirmation taken back": _("took back the confirmation of an IBAN"),
    "IBAN confirmed": _("confirmed an IBAN"),
    "IBAN confirmed alone": _("confirmed an IBAN alone, as nobody else could"),
    "IBAN not confirmed": _("holds it, as its IBAN is not confirmed any more"),
    "IBAN removed": _("removed an IBAN"),
    "counterparty merged": _("followed the merging of its customer or supplier"),
    "given to somebody": _("changed the account owner"),
    "merged into another": _("merged into another"),
    "put under another": _("changed what it belongs to"),
    "took another over": _("took over another customer or supplier"),
    "import started": _("imported"),
    "import undone": _("took an import back"),
    "imported from a spreadsheet": _("imported from a spreadsheet"),
    "invitation accepted": _("accepted the invitation"),
    "invited": _("invited"),
    "invoice made": _("made an invoice of a file"),
    "joined": _("gave access"),
    "judged": _("said what a part is"),
    "lesson brought back": _("had a correction used again"),
    "lesson forgotten": _("had a correction forgotten"),
    "linked": _("linked"),
    "mailbox paused": _("paused after five failures"),
    "mailbox removed": _("removed the mailbox"),
    "mailbox turned off": _("turned off"),
    "mailbox turned on": _("turned on"),
    "moved": _("moved to another company"),
    "matched": _("matched with the bank"),
    "netted": _("netted a credit note"),
    "difference written off": _("wrote off a difference"),
    "match undone": _("took a match back"),
    "line ignored": _("said that a bank line needs no document"),
    "line counts again": _("said that a bank line needs a document after all"),
    "label rule applied": _("applied a rule for labels"),
    "label rules ordered": _("ordered the rules for labels"),
    "not moved": _("did not move to another company"),
    "not a duplicate": _("said that it is not a duplicate"),
    "not read": _("could not read"),
    "not rearranged": _("could not split or merge"),
    "opened again": _("opened again"),
    "chosen to pay": _("put down to be paid"),
    "not to pay": _("took back that it is to be paid"),
    "put in a batch": _("put into a batch of payments"),
    "out of its batch": _("took out of its batch of payments"),
    "batch renewed": _("brought up to date in its batch of payments"),
    "batch made": _("made a batch of payments"),
    "batch released": _("released the batch and made its file"),
    "batch downloaded": _("downloaded the file of the batch"),
    "batch cancelled": _("cancelled the batch of payments"),
    "batch executed": _("said that the bank executed the batch"),
    "payment executed": _("was paid by its batch"),
    "payment awaited again": _("waits for its bank line again"),
    "payment denied": _("said that it was not executed"),
    "paid by hand": _("marked as paid by hand"),
    "password changed": _("changed the password"),
    "payment taken back": _("took back what was marked as paid by hand"),
    "put together": _("put together from several documents"),
    "purged": _("removed for good"),
    "read": _("read"),
    "read again": _("had read again"),
    "port": _("Port"),
    "removed": _("took the access away"),
    "replaced": _("replaced the file"),
    "restored": _("restored"),
    "rule": _("followed a rule"),
    "rule applied": _("applied the rule to what waits"),
    "rule removed": _("removed the rule"),
    "rules ordered": _("ordered the rules"),
    "sent back": _("sent back for correction"),
    "sender checked again": _("had its sender checked again"),
    "sent again": _("sent again"),
    "revoked": _("revoked"),
    "sent to the customer": _("sent to the customer"),
    "skipped": _("skipped"),
    "signed out": _("signed out everywhere"),
    "commented": _("commented"),
    "comment changed": _("changed a comment"),
    "comment taken back": _("took a comment back"),
    "tagged": _("put a tag on"),
    "tag taken off": _("took a tag off"),
    "tags arranged": _("put the tags in order"),
    "tags merged": _("merged two tags"),
    "statements imported": _("imported statements"),
    "taken over": _("took it over"),
    "taken back": _("took back"),
    "trash emptied": _("emptied the trash"),
    "trash not emptied": _("did not empty the trash"),
    "trashed": _("put in the trash"),
    "undone": _("took back"),
    "validated": _("validated"),
    "withdrawn": _("withdrew it: not needed any more"),
}
"""What was done; one that is missing here is shown as it was written."""

OBJECTS: dict[str, Any] = {
    "action": _("Action for a customer"),
    "api_token": _("API token"),
    "bank_account": _("Bank account"),
    "bank_import": _("Import of statements"),
    "bank_transaction": _("Bank line"),
    "category": _("Accounting category"),
    "company": _("Company"),
    "counterparty": _("Customer or supplier"),
    "document": _("Document"),
    "mailbox": _("Mailbox"),
    "membership": _("Access"),
    "intake_rule": _("Rule for a sender"),
    "message": _("Message"),
    "outgoing_mail": _("Outgoing mail"),
    "label_rule": _("Rule for labels"),
    "payment_batch": _("Batch of payments"),
    "party_list": _("List of customers or suppliers"),
    "rule": _("Rule"),
    "spreadsheet": _("Spreadsheet"),
    "tag": _("Tag"),
    "user_account": _("Person"),
    "saved_view": _("View of the list"),
}
"""What it was done to."""

FIELDS: dict[str, Any] = {
    "account_code": _("Account code"),
    "added_count": _("New lines"),
    "address": _("Address"),
    "actions": _("What follows"),
    "after": _("What is done with a taken mail"),
    "approver": _("Who is asked"),
    "approval_link_days": _("Days a mailed link works"),
    "approval_reminder_days": _("Days before a reminder"),
    "batch": _("Batch of payments"),
    "approval_sign_in_minor": _("Sign-in to approve from this amount on"),
    "assigned": _("Assigned"),
    "analytic_code": _("Analytic code"),
    "assignee": _("In charge"),
    "assignee_id": _("In charge"),
    "category": _("Category"),
    "category_id": _("Category"),
    "bic": _("BIC"),
    "category_required": _("Category required"),
    "company": _("Company"),
    "conditions": _("Conditions"),
    "contact": _("Contact"),
    "counterparty": _("Counterparty"),
    "counterparty_facts": _("What was read of the counterparty"),
    "counterparty_id": _("Counterparty"),
    "counterparty_name": _("Counterparty"),
    "country": _("Country"),
    "currency": _("Currency"),
    "default_category": _("Usual category"),
    "default_category_id": _("Usual category"),
    "default_label": _("Usual label"),
    "default_tags": _("Usual tags"),
    "direction": _("Direction"),
    "document": _("Document"),
    "due": _("Documents due"),
    "due_date": _("Due date"),
    "expected_account": _("Account it goes through"),
    "expected_date": _("Expected on"),
    "duplicate_of": _("Duplicate of"),
    "email": _("E-mail address"),
    "file": _("File"),
    "first_date": _("First day"),
    "folder": _("Folder"),
    "four_eyes": _("Four eyes"),
    "gross": _("Gross amount"),
    "gross_minor": _("Gross amount"),
    "host": _("Host"),
    "iban": _("IBAN"),
    "ibans": _("IBANs"),
    "is_validated_automatically": _("Validate automatically"),
    "is_customer": _("Customer"),
    "is_on": _("Turned on"),
    "is_shared": _("Shared with the company"),
    "is_supplier": _("Supplier"),
    "issue_date": _("Issue date"),
    "judged": _("What a part is"),
    "kind": _("Type"),
    "label": _("Label"),
    "language": _("Language"),
    "last_date": _("Last day"),
    "line_count": _("Lines"),
    "login": _("User name"),
    "mark": _("State"),
    "name": _("Name"),
    "net": _("Net amount"),
    "net_minor": _("Net amount"),
    "number": _("Number"),
    "numbering_restarts_yearly": _("Its invoice numbers begin again each year"),
    "ocr_languages": _("Languages of scanned invoices"),
    "other_names": _("Other names"),
    "order_reference": _("Order reference"),
    "overdue": _("Documents long overdue"),
    "password": _("Password"),
    "pay_date": _("To be paid on"),
    "execution_date": _("Execution date"),
    "payment_second_person": _("A second person releases payments"),
    "total_minor": _("Total"),
    "paid_date": _("Paid on"),
    "paid_means": _("Means of payment"),
    "matched_minor": _("Matched"),
    "matches_automatically": _("Match what is sure by itself"),
    "settled_minor": _("Settled"),
    "ignored_reason": _("Reason"),
    "is_ignoring": _("Ignores the line"),
    "paid_minor": _("Paid by hand"),
    "owner": _("Account owner"),
    "owner_id": _("Account owner"),
    "parent": _("Belongs to"),
    "part": _("Part"),
    "phone": _("Phone"),
    "position": _("Position"),
    "payment_reference": _("Payment reference"),
    "period_end": _("Service to"),
    "period_start": _("Service from"),
    "purchase_is_limited": _("Only senders on the list (purchases)"),
    "purchase_senders": _("Senders let in (purchases)"),
    "removed": _("Documents removed"),
    "restrict_non_admins": _("Restrict non-admins"),
    "rights": _("Rights"),
    "role": _("Role"),
    "rule": _("Rule"),
    "sender_contains": _("Sender contains"),
    "sale_is_limited": _("Only senders on the list (sales)"),
    "sale_senders": _("Senders let in (sales)"),
    "siren": _("SIREN"),
    "since_date": _("All mails since"),
    "siret": _("SIRET"),
    "stand_in": _("Stand-in"),
    "sent_at": _("Sent on"),
    "sent_means": _("How it was sent"),
    "status": _("Status"),
    "subject": _("Subject"),
    "subject_contains": _("Subject contains"),
    "tax": _("Tax"),
    "tags": _("Tags"),
    "target_folder": _("Folder to move to"),
    "tax_minor": _("Tax"),
    "taxes": _("Tax per rate"),
    "terms": _("Payment terms"),
    "terms_days": _("Days of the payment terms"),
    "text": _("Text"),
    "time_zone": _("Time zone"),
    "to": _("To"),
    "tls": _("Encryption"),
    "trash_days": _("Days kept in the trash"),
    "trash_emptied": _("Trash emptied automatically"),
    "trash_enabled": _("Trash used"),
    "treasury_category": _("Treasury category"),
    "trash_kind": _("Kind of deletion"),
    "user": _("Person"),
    "way": _("Way"),
    "comment": _("Comment"),
    "vat_number": _("VAT number"),
    "word": _("Word found in its text"),
    "words": _("Words that set it"),
}

VALUES: dict[str, Any] = {
    "accountant": _("Accountant"),
    "admin": _("Admin"),
    "annex": _("Annex"),
    "app": _("in the app"),
    "approver": _("Approver"),
    "card": _("Card"),
    "cash": _("Cash"),
    "bulk": _("several at once"),
    "change templates": _("Change templates"),
    "cheque": _("Cheque"),
    "credit_note": _("Credit note"),
    "deleted": _("Deleted"),
    "duplicate": _("Deleted (duplicate)"),
    "invoice": _("Invoice"),
    "end_of_month_plus": _("End of the month of issue, then N days"),
    "mail": _("by a link in a mail"),
    "kept": _("Deleted (kept by law)"),
    "member": _("Member"),
    "net": _("N days after the issue date"),
    "net_end_of_month": _("N days, then the end of that month"),
    "not_document": _("Not a document"),
    "other": _("Other means"),
    "other_account": _("Another account"),
    "purchase": _("Purchase"),
    "reading": _("Reading"),
    "rejected": _("Rejected"),
    "release a payment": _("Release payments"),
    "sale": _("Sale"),
    "send e-mails": _("Send e-mails to customers"),
    "send letters": _("Send letters"),
    "to_approve": _("To approve"),
    "to_match": _("To match"),
    "to_pay": _("To pay"),
    "to_process": _("To process"),
    "trash": _("Trash"),
    "unreadable": _("Unreadable"),
    "validated": _("Validated & paid"),
}
"""Members of closed lists, which are stored as words of the program."""

WHYS: dict[str, Any] = {
    "emptied by hand": _("the trash was emptied by hand"),
    "mail": _("by a link in a mail"),
    "no trash": _("the company keeps no trash"),
    "robot": _("a machine pressed the buttons of a mailed link"),
    "overdue": _("some documents should have gone long ago: is the clock right?"),
    "timer": _("its time in the trash was over"),
    "unusual": _("unusually many documents were due: empty the trash by hand"),
}
"""Reasons the program itself gave."""
UNTOLD = {"version", "tag_ids"}
"""What only the program needs."""


def act(word: str) -> str:
    """What was done."""
    return str(ACTS.get(word, word))


def thing(object_type: str) -> str:
    """What it was done to."""
    return str(OBJECTS.get(object_type, object_type.replace("_", " ")))


def field(name: str) -> str:
    """What changed."""
    return str(FIELDS.get(name, name.replace("_", " ")))


def why(word: str) -> str:
    """For what reason."""
    return str(WHYS.get(word, word))


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What the entry changed: name, what it was, what it is now."""
    pairs = {name: pair for name, pair in entry.changes.items() if _is_told(name, entry) and _is_pair(pair)}
    before, after = pairs.get("currency") or ("EUR", "EUR")
    if before == after:
        pairs.pop("currency", None)
    said = [
        (field(name), value(was, name, before or after), value(now, name, after or before))
        for name, (was, now) in pairs.items()
    ]
    return [(name, was, now) for name, was, now in said if (was, now) != (NOTHING, NOTHING)]


def _is_told(name: str, entry: AuditEntry) -> bool:
    """The number of a thing is told only where its name is not."""
    return name not in UNTOLD and not (name.endswith("_id") and {name[:-3], f"{name[:-3]}_name"} & set(entry.changes))


def _is_pair(it: Any) -> bool:
    return isinstance(it, list) and len(it) == 2


def value(it: Any, name: str = "", currency: str = "EUR") -> str:
    """What it was or is, short."""
    if it is None or it in ("", [], {}):
        return NOTHING
    if isinstance(it, bool):
        return str(_("yes") if it else _("no"))
    if isinstance(it, list | dict):
        return ", ".join(value(each) for each in (it.values() if isinstance(it, dict) else it))
    if name.endswith("_minor"):
        return amount(int(it), currency)
    if name.endswith(("_date", "_start", "_end")):
        return day(date.fromisoformat(it))
    return str(VALUES.get(str(it), it))
