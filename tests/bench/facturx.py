"""Factur-X of the corpus: `./facteur bench facturx` makes one of each known invoice, and holds it against the rules."""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from lxml import etree

from app.accounting.facturx_facts import country_of
from app.einvoice import make, metadata, validity, writing
from app.einvoice.cannot import CannotMake
from app.einvoice.invoice import Invoice, Party, TaxRate
from app.einvoice.profiles import Profile
from app.reader import acts
from app.reader.contents import Unreadable
from tests import samples
from tests.bench.reading.scorer import SHARED

CORPUS = SHARED / "corpus"
MANIFEST = CORPUS / "invoices/manifest.jsonl"
_SPACE = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
Outcome = tuple[str, str]
"""What became of one, and in which profile or why not."""


def main() -> None:
    """Made, fallback by reason, invalid; and what it costs."""
    _cost()
    if not MANIFEST.exists():
        print(f"no corpus at {MANIFEST}")
        return
    rows = [json.loads(line) for line in MANIFEST.read_text(encoding="utf-8").splitlines()]
    invalid = 0
    for title, stripped in (("as they are", False), ("without the XML they carry", True)):
        counts, seconds = Counter[Outcome](), []
        for row in rows:
            begun = time.perf_counter()
            counts[_tried(row, stripped)] += 1
            seconds.append(time.perf_counter() - begun)
        invalid += sum(count for (end, _why), count in counts.items() if end == "INVALID")
        _print(title, counts, seconds)
    if invalid:
        sys.exit(f"{invalid} invalid")


def _print(title: str, counts: Counter[Outcome], seconds: list[float]) -> None:
    print(f"\n{sum(counts.values())} documents {title}")
    for end in ("made", "fallback", "INVALID"):
        print(f"  {end:<9} {sum(count for (kind, _why), count in counts.items() if kind == end):>4}")
        for (kind, why), count in sorted(counts.items()):
            if kind == end:
                print(f"    {count:>4}  {why}")
    seconds.sort()
    middle, late = seconds[len(seconds) // 2], seconds[len(seconds) * 95 // 100]
    print(f"  a document: {middle * 1000:.0f} ms in the middle, {late * 1000:.0f} ms for 95 of 100")


def _tried(row: dict[str, Any], stripped: bool) -> Outcome:
    """Make one, and open it with pikepdf and lxml alone."""
    invoice = _invoice(row)
    try:
        with _original(CORPUS / row["file"], stripped) as path:
            written = writing.write(invoice)
            says_all = written.profile is Profile.EN_16931
            xmp = metadata.of(written.invoice, written.profile)
            pdf = acts.embed(path, written.xml, xmp, says_all=says_all)
    except CannotMake as error:
        return "fallback", ", ".join(error.codes)
    except Unreadable as error:
        return "fallback", f"file: {error.code}"
    wrong = list(_faults(pdf, written, invoice))
    return ("INVALID", f"{row['file']}: {wrong[0]}") if wrong else ("made", str(written.profile))


def _faults(pdf: bytes, written: writing.Written, invoice: Invoice) -> Iterator[str]:
    """What is wrong with the file that was made."""
    opened = pikepdf.open(io.BytesIO(pdf))
    xml = opened.attachments["factur-x.xml"].get_file().read_bytes()
    yield from validity.faults(xml, written.profile)
    root = etree.fromstring(xml)
    said = {name: root.findtext(f".//{_SPACE}{name}") for name in ("ID", "GrandTotalAmount")}
    number = root.findtext(f"{{*}}ExchangedDocument/{_SPACE}ID")
    if number != " ".join(invoice.number.split()) or Decimal(said["GrandTotalAmount"] or "NaN") != invoice.gross:
        yield f"says {number} {said}"


@contextmanager
def _original(path: Path, stripped: bool) -> Iterator[Path]:
    """The file of the corpus, or a copy without the files it carries."""
    if not stripped or path.suffix.lower() != ".pdf":
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        try:
            with pikepdf.open(path) as source:
                for name in list(source.attachments):
                    del source.attachments[name]
                source.save(copy.name)
        except pikepdf.PdfError:
            Path(copy.name).write_bytes(path.read_bytes())
        yield Path(copy.name)


def _invoice(row: dict[str, Any]) -> Invoice:
    """What is known of it, as if a firm in France had bought it; a credit note has its amounts without a minus."""
    truth = row["truth"]
    credit = truth["kind"] == "credit_note"
    amounts = {name: _amount(truth[f"total_{name}"], credit) for name in ("net", "tax", "gross")}
    return Invoice(
        kind=truth["kind"] or "invoice",
        number=truth["number"] or "",
        issue_date=_day(truth["issue_date"]),
        due_date=_day(truth["due_date"]),
        currency=truth["currency"] or "",
        taxes=_one_rate(**amounts),
        seller=_seller(truth),
        buyer=Party(name=truth["buyer_name"] or "", country="FR"),
        ibans=[truth["iban"]] if truth["iban"] else [],
        **amounts,
    )


def _seller(truth: dict[str, Any]) -> Party:
    party = Party(name=truth["seller_name"] or "", vat_number=(truth["seller_vat"] or "").replace(" ", ""))
    party.country = country_of(party)
    return party


def _one_rate(net: Decimal | None, tax: Decimal | None, gross: Decimal | None) -> list[TaxRate]:
    """The one rate that the amounts come to, if there is one: the truth of the corpus has no rates."""
    if not net or tax is None:
        return []
    rates = (Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "19", "7", "21"))
    return next(([TaxRate(rate, net, tax)] for rate in rates if round(net * rate / 100, 2) == tax), [])


def _amount(said: str | None, credit: bool) -> Decimal | None:
    return None if said is None else abs(Decimal(said)) if credit else Decimal(said)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _cost() -> None:
    """The process that knows the rules: its first answer, the next ones, and its memory."""
    invoice = samples.as_invoice(samples.Sample())
    for profile in Profile:
        xml, times = make.written(invoice, profile), []
        for _turn in range(11):
            begun = time.perf_counter()
            validity.faults(xml, profile)
            times.append((time.perf_counter() - begun) * 1000)
        print(f"rules of {profile:<9} first {times[0]:>6.0f} ms, then {sorted(times[1:])[5]:>4.0f} ms")
    print(f"their process: {_resident(validity.process_id())} MB; this one: {_mine()} MB")


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def _mine() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
