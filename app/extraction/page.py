"""What the pages of a document say: candidates, weighed by labels, place, arithmetic and check digits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.extraction.agreement import agree
from app.extraction.blocks import find_blocks
from app.extraction.dated_numbers import as_printed, is_doubtful
from app.extraction.dating import DatedSpot, Dates, find_document_dates
from app.extraction.evidence import Evidence, column_around, weight
from app.extraction.kinds import find_currency, find_kind, find_several
from app.extraction.labels import Label
from app.extraction.lessons import Lesson
from app.extraction.names import add_names
from app.extraction.nature import looks_like_an_invoice
from app.extraction.numbers import Numbered, find_number, find_reference
from app.extraction.ours import Ours
from app.extraction.reading import DOUBTFUL, SURE, Found, Reading
from app.extraction.sides import Side, add_numbers
from app.extraction.spots import Spot, Values
from app.extraction.study import Study
from app.extraction.sureness import sure_of_due, sure_of_issue, sure_of_number, sure_of_total
from app.extraction.taught import Hints, date_first, first_number, hints, say_again, sums_of
from app.extraction.terms import due_by_terms
from app.extraction.totals import Sum, Totals, find_totals

_OLDEST = 15
"""Years after which an issue date is more likely misread than true."""

_LETTER_OR_DIGIT = 0.8
"""How sure a number can be of which OCR may have taken a digit for a letter."""

_RUN_INTO = 0.7
"""How sure a date can be that OCR ran into a word: digits of its year may be under the word."""
_FROM_TERMS = 0.39
"""How sure a due date is that was counted from the terms of payment."""


def read_page(study: Study, *, today: date, ours: Ours | None = None, lessons: Sequence[Lesson] = ()) -> Reading:
    """Everything that the pages say, whatever an XML inside may say."""
    if not study.layout.lines:
        return Reading(flags=[{"code": "not_invoice"}])
    evidence, values, language = study.evidence, study.values, study.language
    taught = hints(study, lessons) if lessons else {}
    totals = _find_totals(evidence, values, taught)
    currency, sure = find_currency(evidence, values, totals, language)
    numbers = first_number(find_number(evidence, values), taught.get("number"))
    own = numbers[0].spot if numbers and numbers[0].label >= 0.5 else None
    is_american = language == "en" and currency == "USD"
    dates = find_document_dates(evidence, values, month_first=is_american, today=today, number=own)
    _leave_no_doubt(dates, language)
    if taught:
        date_first(dates, taught, _sure_of_dates(dates))
    reading = Reading(language=language, taxes=totals.taxes)
    _put_kind(reading, evidence, totals)
    _put_number(reading, numbers, dates)
    _put_dates(reading, dates, today, numbers)
    _put_due_by_terms(reading, evidence)
    _put_totals(reading, totals)
    if currency:
        reading.fields["currency"] = Found(currency, sure)
    _put_references(reading, evidence, values)
    _put_account(reading, evidence, values)
    _put_taught(reading, taught)
    blocks, seller, buyer = find_blocks(evidence), Side(), Side()
    add_names(evidence, values, blocks, (seller, buyer), ours)
    add_numbers(evidence, values, blocks, (seller, buyer), ours)
    agree(seller, buyer)
    _put_side(reading, "seller", seller)
    _put_side(reading, "buyer", buyer)
    _put_label(reading, study.labels)
    say_again(reading, taught)
    _put_flags(reading, evidence, values, totals, numbers)
    return reading


def _find_totals(evidence: Evidence, values: Values, taught: Hints) -> Totals:
    """The totals; taught ones yield to those that add up where they do not, and a twin's to what is sure."""
    plain = find_totals(evidence, values)
    is_sure = plain.gross is not None and sure_of_total(plain.gross, plain) >= SURE
    first = sums_of({role: hint for role, hint in taught.items() if not (hint.is_foreign and is_sure)})
    found = find_totals(evidence, values, first) if first else plain
    return plain if plain.adds_up and not found.adds_up else found


def _sure_of_dates(dates: Dates) -> dict[str, float]:
    """How sure each of them is by itself."""
    issue = {"issue_date": sure_of_issue(dates)} if dates.issue else {}
    return issue | ({"due_date": sure_of_due(dates)} if dates.due else {})


def _put_taught(reading: Reading, taught: Hints) -> None:
    """References and the account, where lessons say they stand."""
    for name in ("order_reference", "payment_reference", "iban"):
        hint, found = taught.get(name), reading.fields.get(name)
        if hint and hint.spot and not (hint.is_foreign and found and found.confidence >= SURE):
            failed = None if hint.spot.is_right else "check_digits"
            reading.fields[name] = _found(hint.spot, hint.value, SURE if hint.is_sure else 0.7, "taught", failed)


def _found(
    spot: Spot, value, confidence: float, why: str = "", failed: str | None = None, *, is_proven: bool = False
) -> Found:
    """A field at a place; OCR's doubt lowers its confidence unless it is proven, and a failed check caps it."""
    page = spot.line.page
    if page.source == "ocr" and not is_proven:
        confidence *= 0.75 + 0.25 * spot.line.confidence_of(spot.start, spot.end)
    if failed:
        confidence = min(confidence, DOUBTFUL - 0.05)
    box = spot.line.box_of(spot.start, spot.end)
    return Found(value, round(confidence, 3), page.number, box, text=spot.text, why=why, failed_check=failed)


def _put_kind(reading: Reading, evidence: Evidence, totals: Totals) -> None:
    kind, sure, title = find_kind(evidence, totals)
    reading.fields["kind"] = Found(kind, sure) if title is None else _found(_spot_of(title), kind, sure)


def _spot_of(label: Label) -> Spot:
    return Spot(label.line, label.start, label.end, None, label.area)


def _put_number(reading: Reading, numbers: list[Numbered], dates: Dates) -> None:
    if not numbers:
        return
    best, sure = numbers[0], sure_of_number(numbers, dates.issue)
    value = best.value
    if best.spot.line.page.source == "ocr":
        value = as_printed(value, dates.issue.day) if dates.issue else value
        sure = min(sure, _LETTER_OR_DIGIT) if is_doubtful(value) else sure
    reading.fields["number"] = _found(best.spot, value, sure, best.why)


def _put_dates(reading: Reading, dates: Dates, today: date, numbers: list[Numbered]) -> None:
    if dates.issue is not None:
        sure = sure_of_issue(dates, numbers[0].value if numbers else "")
        reading.fields["issue_date"] = _dated(dates.issue, sure, _implausible(dates.issue, today))
    if dates.due is not None:
        before = dates.issue is not None and dates.due.day < dates.issue.day
        reading.fields["due_date"] = _dated(dates.due, sure_of_due(dates), "date" if before else None)
    for name, dated in (("period_start", dates.start), ("period_end", dates.end)):
        if dated is not None:
            reading.fields[name] = _dated(dated, 0.7, None)


def _leave_no_doubt(dates: Dates, language: str) -> None:
    """Only where English is written may the month come first."""
    for dated in dates.all or []:
        dated.is_ambiguous = dated.is_ambiguous and language in ("en", "")


def _put_due_by_terms(reading: Reading, evidence: Evidence) -> None:
    """The due date as the terms make it, where none is printed: too unsure to contradict an XML."""
    issue = reading.fields.get("issue_date")
    if issue is None or "due_date" in reading.fields or not isinstance(issue.value, date):
        return
    if found := due_by_terms(evidence, issue.value):
        reading.fields["due_date"] = Found(found[0], _FROM_TERMS, source="computed", why=found[1])


def _dated(dated: DatedSpot, sure: float, failed: str | None) -> Found:
    spot = dated.spot
    if spot.line.page.source == "ocr" and spot.line.text[spot.end : spot.end + 1].isalpha():
        sure = min(sure, _RUN_INTO)
    return _found(spot, dated.day, sure - (0.03 if dated.is_ambiguous else 0), failed=failed)


def _implausible(dated: DatedSpot, today: date) -> str | None:
    """Whether an issue date lies too far away to be believed."""
    days = (today - dated.day).days
    return "date" if days < -62 or days > _OLDEST * 366 else None


def _put_totals(reading: Reading, totals: Totals) -> None:
    failed = "sum" if totals.adds_up is False else None
    for name, one in (("gross", totals.gross), ("net", totals.net), ("tax", totals.tax)):
        if one is not None:
            wrong = failed or ("rate" if name == "tax" and totals.rate_holds is False else None)
            reading.fields[name] = _total(one, sure_of_total(one, totals), wrong, is_proven=totals.is_proven)
            reading.fields[name].is_mended = bool(totals.mended)
    if totals.paid is not None:
        totals.paid.value = abs(totals.paid.value)  # printed as a deduction
        reading.fields["paid"] = _total(totals.paid, 0.85 if totals.paid.label > 0.7 else 0.6, None)


def _total(one: Sum, sure: float, failed: str | None, *, is_proven: bool = False) -> Found:
    if one.spot is None:
        sure = min(sure, DOUBTFUL - 0.05) if failed else sure
        return Found(one.value, round(sure, 3), source="computed", why=one.why, failed_check=failed)
    return _found(one.spot, one.value, sure, one.why, failed, is_proven=is_proven)


def _put_references(reading: Reading, evidence: Evidence, values: Values) -> None:
    own = reading.value("number")
    for role in ("order_reference", "payment_reference"):
        numbered = find_reference(evidence, values, role)
        if numbered and (role == "payment_reference" or numbered.value != own):
            reading.fields[role] = _found(
                numbered.spot, numbered.value, 0.85 if numbered.label > 0.8 else 0.65, numbered.why
            )


def _put_account(reading: Reading, evidence: Evidence, values: Values) -> None:
    """The IBAN to pay to: the first with right check digits that is not the customer's."""
    ibans = sorted(values.ibans, key=lambda spot: (not spot.is_right, weight(evidence.near(spot), "buyer") > 0.6))
    if ibans:
        several = len({spot.value for spot in ibans if spot.is_right}) > 1
        sure = 0.75 if several else 0.96
        reading.fields["iban"] = _found(
            ibans[0], ibans[0].value, sure, failed=None if ibans[0].is_right else "check_digits"
        )
    if values.bics:
        reading.fields["bic"] = _found(values.bics[0], values.bics[0].value, 0.9)


def _put_side(reading: Reading, side: str, found: Side) -> None:
    for name, (spot, value, sure) in found.spots.items():
        failed = (
            "check_digits" if name in ("vat", "siren", "siret") and spot is not None and not spot.is_right else None
        )
        reading.fields[f"{side}_{name}"] = (
            Found(value, sure) if spot is None else _found(spot, value, sure, failed=failed)
        )


def _put_label(reading: Reading, labels: list[Label]) -> None:
    """The subject line, where there is one."""
    for label in labels:
        if "subject" in label.roles:
            _, end = column_around(label.line, label.start)
            after = label.line.text[label.end : end]
            text = after.strip(" :.-")
            if after.lstrip()[:1] == ":" and len(text) > 3:
                start = label.line.text.index(text, label.end)
                spot = Spot(label.line, start, start + len(text), text, label.line.area_of(start, start + len(text)))
                reading.fields["label"] = _found(spot, text, 0.8)
                return


def _put_flags(reading: Reading, evidence: Evidence, values: Values, totals: Totals, numbers: list[Numbered]) -> None:
    if not looks_like_an_invoice(evidence, values, totals, numbers):
        reading.flags.append({"code": "not_invoice"})
        for found in reading.fields.values():
            found.confidence = min(found.confidence, DOUBTFUL)
    pages = find_several(evidence, numbers)
    if pages:
        reading.flags.append({"code": "several_invoices", "pages": pages})
