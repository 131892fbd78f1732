"""What the trail says, in the reader's words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

ACTS: dict[str, Any] = {
    "access changed": _("changed the access"),
    "address rotated": _("changed an intake address"),
    "archived": _("archived"),
    "arrived": _("brought in"),
    "assigned": _("assigned"),
    "assignment ended": _("ended an assignment"),
    "attached": _("attached a file"),
    "brought back": _("brought back"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "corrected": _("corrected"),
    "created": _("created"),
    "declared sent": _("declared sent"),
    "disabled": _("disabled"),
    "discarded": _("discarded"),
    "edited": _("edited"),
    "enabled": _("let in again"),
    "invitation accepted": _("accepted the invitation"),
    "invited": _("invited"),
    "joined": _("gave access"),
    "linked": _("linked"),
    "password changed": _("changed the password"),
    "purged": _("removed for good"),
    "read": _("read"),
    "read again": _("had read again"),
    "removed": _("took the access away"),
    "replaced": _("replaced the file"),
    "restored": _("restored"),
    "sent again": _("sent again"),
    "signed out": _("signed out everywhere"),
    "trashed": _("put in the trash"),
    "undone": _("took back"),
    "validated": _("validated"),
}
"""What was done; one that is missing here is shown as it was written."""

OBJECTS: dict[str, Any] = {
    "category": _("Accounting category"),
    "company": _("Company"),
    "counterparty": _("Customer or supplier"),
    "document": _("Document"),
    "mailbox": _("Mailbox"),
    "membership": _("Access"),
    "message": _("Message"),
    "outgoing_mail": _("Outgoing mail"),
    "user_account": _("Person"),
}
"""What it was done to."""

FIELDS: dict[str, Any] = {
    "account_code": _("Account code"),
    "address": _("Address"),
    "assigned": _("Assigned"),
    "category": _("Category"),
    "category_id": _("Category"),
    "category_required": _("Category required"),
    "counterparty": _("Counterparty"),
    "counterparty_id": _("Counterparty"),
    "country": _("Country"),
    "currency": _("Currency"),
    "direction": _("Direction"),
    "due_date": _("Due date"),
    "email": _("E-mail address"),
    "gross": _("Gross amount"),
    "gross_minor": _("Gross amount"),
    "iban": _("IBAN"),
    "ibans": _("IBANs"),
    "issue_date": _("Issue date"),
    "kind": _("Type"),
    "label": _("Label"),
    "language": _("Language"),
    "mark": _("State"),
    "name": _("Name"),
    "net": _("Net amount"),
    "net_minor": _("Net amount"),
    "number": _("Number"),
    "ocr_languages": _("Languages of scanned invoices"),
    "other_names": _("Other names"),
    "restrict_non_admins": _("Restrict non-admins"),
    "rights": _("Rights"),
    "role": _("Role"),
    "siren": _("SIREN"),
    "status": _("Status"),
    "tax": _("Tax"),
    "tax_minor": _("Tax"),
    "time_zone": _("Time zone"),
    "trash_days": _("Days kept in the trash"),
    "trash_emptied": _("Trash emptied automatically"),
    "trash_enabled": _("Trash used"),
    "user": _("Person"),
    "vat_number": _("VAT number"),
}

VALUES: dict[str, Any] = {
    "accountant": _("Accountant"),
    "admin": _("Admin"),
    "approver": _("Approver"),
    "change templates": _("Change templates"),
    "credit_note": _("Credit note"),
    "invoice": _("Invoice"),
    "member": _("Member"),
    "purchase": _("Purchase"),
    "reading": _("Reading"),
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


def act(word: str) -> str:
    """What was done."""
    return str(ACTS.get(word, word))


def thing(object_type: str) -> str:
    """What it was done to."""
    return str(OBJECTS.get(object_type, object_type.replace("_", " ")))


def field(name: str) -> str:
    """What changed."""
    return str(FIELDS.get(name, name.replace("_", " ")))


def value(it: Any) -> str:
    """What it was or is, short."""
    if it is None or it in ("", []):
        return "–"
    if isinstance(it, bool):
        return str(_("yes") if it else _("no"))
    return ", ".join(value(each) for each in it) if isinstance(it, list) else str(VALUES.get(str(it), it))
