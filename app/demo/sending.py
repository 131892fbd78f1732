"""What the firm sends its customers: a plan, whom to write to, one sent, one that a person must send, one reminder."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.core import clock
from app.counterparties import contacts
from app.counterparties.models import Counterparty, Position
from app.demo import firms
from app.demo.firms import Firm
from app.documents import sent
from app.documents.models import Direction, Document, Kind, SentMeans, Status
from app.dunning import actions
from app.dunning.action_models import ActionKind
from app.dunning.customer_models import Reply
from app.dunning.models import Channel, DunningPlan, PlanStep, Wording
from app.extensions import db
from app.files import store
from app.intake.models import Message, MessageState, Source
from app.tasks.jobs import commit
from app.users.models import Company, User

PEOPLE = {
    firms.RESTAURANT: ("Hortense Le Bihan", "hortense@table-hortense.example", "02 61 91 44 20"),
    firms.ARCHITECT: ("Maël Guivarch", "compta@nord-ouest-architectes.example", ""),
    firms.DENTIST: ("Secrétariat", "secretariat@cabinet-lemarie.example", "02 61 91 52 07"),
    firms.BOOKSHOP: ("Solène Kerdoncuff", "solene@pages-bleues.example", ""),
}
"""Whom to write to; nobody is known at the town hall, so its invoice is a person's to send."""
INVOICE = (
    "Facture {number}",
    "Bonjour,\n\nVous trouverez ci-joint notre facture {number} du {issue_date}, d’un montant de {amount}.\n\n"
    "Bien cordialement,\n{company}",
)
SOON = (
    "Facture {number} : échéance le {due_date}",
    "Bonjour,\n\nPetit rappel : notre facture {number}, soit {open_amount}, arrive à échéance le {due_date}.\n\n"
    "Bien cordialement,\n{company}",
)
LATE = (
    "Facture {number} en retard de paiement",
    "Bonjour,\n\nSauf erreur de notre part, notre facture {number}, soit {open_amount}, n’est pas réglée.\n\n"
    "Merci de nous dire ce qu’il en est.\n\n{company}",
)
STEPS = ((-15, SOON), (7, LATE))
ANSWER = "Bonjour,\n\nBien reçu, merci. Le virement part en fin de mois.\n\nHortense Le Bihan"


def begin(company: Company, *, by: User) -> None:
    """From now on the firm sends its sales; once."""
    if db.session.scalar(select(DunningPlan.id).filter_by(company_id=company.id).limit(1)):
        return
    plan = _plan(company)
    for firm in (*PEOPLE, firms.TOWN_HALL):
        _introduce(company, firm, plan, by)
    company.sends_since = clock.now()
    _send(company, firms.ARCHITECT, days_ago=19)
    if restaurant := _send(company, firms.RESTAURANT, days_ago=15):
        _remind(restaurant, plan.reminders[0])
        _answer(company, restaurant)
    _leave_to_a_person(company, plan)
    commit()


def _plan(company: Company) -> DunningPlan:
    """Invoices go by themselves; reminders are a person's."""
    plan = DunningPlan(company_id=company.id, name="Clients", is_default=True)
    plan.steps = [PlanStep(is_sending=True, is_automatic=True, wordings=[_in_french(INVOICE)])]
    plan.steps += [PlanStep(days=days, wordings=[_in_french(said)]) for days, said in STEPS]
    db.session.add(plan)
    db.session.flush()
    return plan


def _in_french(said: tuple[str, str]) -> Wording:
    return Wording(language="fr", subject=said[0], text=said[1])


def _introduce(company: Company, firm: Firm, plan: DunningPlan, by: User) -> None:
    """Its plan, and somebody to write to."""
    customer = db.session.scalar(select(Counterparty).filter_by(company_id=company.id, name=firm.name))
    if customer is None:
        return
    customer.dunning_plan_id, customer.owner = plan.id, by
    if firm in PEOPLE:
        name, email, phone = PEOPLE[firm]
        facts = {"position": Position.BILLING, "name": name, "email": email, "phone": phone}
        contacts.add(customer, facts | {"address": "", "language": "fr"}, by=by)


def _sale(company: Company, firm: Firm) -> Document | None:
    """Its first validated invoice."""
    mine = select(Document).join(Document.counterparty).where(Counterparty.name == firm.name)
    mine = mine.where(Document.company_id == company.id, Document.direction == Direction.SALE)
    mine = mine.where(Document.kind == Kind.INVOICE, Document.status.in_([Status.TO_MATCH, Status.VALIDATED]))
    return db.session.scalar(mine.order_by(Document.id).limit(1))


def _send(company: Company, firm: Firm, *, days_ago: int) -> Document | None:
    """As it was some days ago."""
    document = _sale(company, firm)
    if document:
        sent.sent(document, SentMeans.EMAIL, by=None)
        document.sent_at = clock.now() - timedelta(days=days_ago)
    return document


def _remind(document: Document, step: PlanStep) -> None:
    facts = {"step": step, "channel": Channel.EMAIL, "due_at": clock.now(), "reason": {"key": "manual"}}
    key, covers = f"reminder:{document.id}:{step.id}:1", {document: step.days}
    actions.make(ActionKind.REMINDER, document, key=key, covers=covers, **facts)


def _leave_to_a_person(company: Company, plan: DunningPlan) -> None:
    """Nobody is known who could get it."""
    if document := _sale(company, firms.TOWN_HALL):
        facts = {"step": plan.sending, "channel": Channel.EMAIL, "due_at": clock.now()}
        key, reason = f"sending:{document.id}:1", {"key": "no_contact"}
        actions.make(ActionKind.SENDING, document, key=key, reason=reason, **facts)
        document.to_send_at = clock.now()


def _answer(company: Company, document: Document) -> None:
    """The customer's, which nobody has read yet."""
    assert document.counterparty is not None
    who, subject = PEOPLE[firms.RESTAURANT][1], f"Re: Facture {document.number}"
    raw = store.keep(f"From: {who}\r\nSubject: {subject}\r\n\r\n{ANSWER}".encode(), type="message/rfc822")
    message = Message(company=company, direction=Direction.SALE, source=Source.COMMAND, raw=raw)
    message.state, message.sender, message.subject = MessageState.OPENED, who, subject
    message.counterparty_id = document.counterparty_id
    answer = Reply(company_id=company.id, counterparty=document.counterparty, sender=who, subject=subject, text=ANSWER)
    db.session.add(message)
    db.session.flush()
    answer.message_id = message.id
    db.session.add(answer)
