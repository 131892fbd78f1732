"""Complete, plausible things; a test names only what it is about."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import count

from app.counterparties.models import Counterparty
from app.documents import status
from app.documents.models import Category, Direction, Document, DocumentFile, Kind, ReadState, Status
from app.extensions import db
from app.files import store
from app.files.models import File
from app.users import passwords, people
from app.users.models import Company, User
from app.web.access import Role

_numbers = count(1)
PASSWORD = "correct horse battery"


def make_company(name: str = "Atelier Zoé", **facts) -> Company:
    """A company with its intake addresses."""
    company = people.create_company(name)
    for fact, value in facts.items():
        setattr(company, fact, value)
    db.session.commit()
    return company


def the_company() -> Company:
    """The company a test is about when it does not say: the first, made where there is none."""
    return db.session.query(Company).order_by(Company.id).first() or make_company()


def make_user(role: Role = Role.MEMBER, company: Company | None = None, **facts) -> User:
    """Somebody with this role in the company, with the password `PASSWORD` once `password=True`."""
    number = next(_numbers)
    password = facts.pop("password", False)
    rights = facts.pop("rights", [])
    user = User(email=facts.pop("email", f"person{number}@example.org"), name=facts.pop("name", f"Person {number}"))
    user.language = facts.pop("language", "en")
    for fact, value in facts.items():
        setattr(user, fact, value)
    if password:
        user.password_hash = _password_hash()
    db.session.add(user)
    people.join(user, company or the_company(), role, by=None).rights = rights
    db.session.commit()
    return user


@cache
def _password_hash() -> str:
    """Of `PASSWORD`, made once: each takes as long as it is meant to."""
    somebody = User(email="somebody@example.org")
    passwords.set_password(somebody, PASSWORD)
    return somebody.password_hash


def make_counterparty(name: str = "Papeterie Durand", company: Company | None = None, **facts) -> Counterparty:
    """A supplier, unless told otherwise."""
    facts = {"is_supplier": True} | facts
    counterparty = Counterparty(company=company or the_company(), name=name, **facts)
    db.session.add(counterparty)
    db.session.commit()
    return counterparty


def make_category(name: str = "Office supplies", company: Company | None = None, **facts) -> Category:
    """An accounting category."""
    category = Category(company_id=(company or the_company()).id, name=name, **facts)
    db.session.add(category)
    db.session.commit()
    return category


def make_file(data: bytes | None = None, **facts) -> File:
    """Stored bytes; a PDF's first line if nothing else is said (it need not open)."""
    return store.keep(data or f"%PDF-1.7 sample {next(_numbers)}".encode(), **({"type": "application/pdf"} | facts))


def make_document(company: Company | None = None, *, file: File | None = None, **facts) -> Document:
    """A purchase of 120.00 EUR, read and to process; `validated_at=…` and so on move it."""
    number = next(_numbers)
    company = company or the_company()
    defaults = {
        "direction": Direction.PURCHASE,
        "kind": Kind.INVOICE,
        "number": f"F-2026-{number:04}",
        "label": "Paper and ink",
        "issue_date": date(2026, 10, 1),
        "due_date": date(2026, 10, 31),
        "currency": "EUR",
        "net_minor": 10000,
        "tax_minor": 2000,
        "gross_minor": 12000,
        "read_state": ReadState.READ,
        "source": "upload",
    }
    readers = facts.pop("readers", set())
    name = facts.pop("file_name", f"invoice-{number}.pdf")
    facts = defaults | facts
    facts.setdefault("number_key", "".join(c for c in facts["number"].lower() if c.isalnum()))
    document = Document(company=company, **facts)
    document.readers |= set(readers)
    if "counterparty" not in facts and "counterparty_id" not in facts:
        document.counterparty = make_counterparty(f"Supplier {number}", company)
    document.files.append(DocumentFile(file=file or make_file(), name=name))
    db.session.add(document)
    db.session.flush()
    status.settle(document, by=None, act="made for a test")
    if facts.get("awaits_approval"):  # whatever no rule demands
        document.awaits_approval, document.status = True, Status.TO_APPROVE
    db.session.commit()
    return document


def reload(thing):
    """The same row as the database has it now."""
    db.session.expire_all()
    return db.session.get_one(type(thing), thing.id)
