"""Bank files: the same movements from every format, and one clear sentence for what is broken."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal as D

import pytest

from app.bank import words
from app.bank.formats import reading, table
from app.bank.formats.statement import StatementRead, Wrong
from tests.bank import samples

FORMATS = list(samples.WRITERS)


def read(data: bytes) -> list[StatementRead]:
    return reading.read(data)[1]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_movements_are_read_from_every_format(form):
    """BK-1: OFX, CAMT.053, MT940, CFONB 120, CODA, QIF and CSV; the format is judged from the bytes."""
    found_form, [statement] = reading.read(samples.WRITERS[form]())

    assert found_form == form
    wanted = [(each.day, each.amount) for each in samples.MOVES]
    assert [(line.date, line.amount) for line in statement.lines] == wanted
    assert all(move.label in line.label for move, line in zip(samples.MOVES, statement.lines, strict=True))


@pytest.mark.parametrize("form", ["camt", "mt940", "cfonb", "coda", "csv"])
def test_balances_are_read_and_hold(form):
    """BK-1: what a statement says it began and ended with, and what its lines make of it."""
    [statement] = read(samples.WRITERS[form]())
    assert statement.opening == samples.OPENING and statement.difference == 0


@pytest.mark.parametrize(("form", "iban"), [(form, samples.IBAN) for form in ("ofx", "camt", "mt940", "cfonb")])
def test_the_iban_is_told_or_follows_from_bank_branch_and_number(form, iban):
    """BK-1: CFONB 120 has no IBAN; its numbers make it."""
    assert read(samples.WRITERS[form]())[0].iban == iban


@pytest.mark.parametrize("form", ["ofx", "camt", "mt940", "cfonb", "coda", "qif"])
def test_who_paid_or_was_paid_is_read(form):
    """BK-2: the name of the other side is what a match is found by."""
    assert [line.party_name for line in read(samples.WRITERS[form]())[0].lines][:2] == [
        "Telecom Durand",
        "Mairie de Lille",
    ]


@pytest.mark.parametrize(("mark", "amount"), [("C", "5"), ("D", "-5"), ("RC", "-5"), ("RD", "5"), ("CR", "5")])
def test_a_reversal_moves_the_money_the_other_way(mark, amount):
    """BK-1: a credit that is taken back leaves the account; the third letter of the currency is no sign."""
    data = f":20:A\n:25:1\n:28C:1\n:60F:C261001EUR0,\n:61:261002{mark}5,00NTRFNONREF\n".encode()
    assert read(data)[0].lines[0].amount == D(amount)


def test_the_year_of_a_booking_follows_from_its_value_date():
    """BK-1: booked on 31 December, valued on 2 January."""
    data = b":20:A\n:25:1\n:60F:C261231EUR0,\n:61:2701021231D5,00NTRFNONREF\n"
    line = read(data)[0].lines[0]
    assert (line.date, line.value_date) == (date(2026, 12, 31), date(2027, 1, 2))


@pytest.mark.parametrize(
    ("head", "rows", "amounts"),
    [
        ("Date;Libellé;Débit;Crédit", ["01/10/2026;A;12,50;", "02/10/2026;B;;1 000,00"], ["-12.50", "1000.00"]),
        ("Date;Libellé;Débit;Crédit", ["01/10/2026;A;-12,50;", "02/10/2026;B;;+7,00"], ["-12.50", "7.00"]),
        ("Datum;Omschrijving;Bedrag;Munt", ["1/10/2026;A;-1.234,50;EUR"], ["-1234.50"]),
        ("Date,Description,Amount", ["10/28/2026,A,-5.00", "10/29/2026,B,6.00"], ["-5.00", "6.00"]),
        ("Date;Libellé;Montant(EUROS);Montant(FRANCS)", ["01/10/2026;A;-10,00;-65,60"], ["-10.00"]),
    ],
)
def test_the_tables_of_french_and_belgian_banks_are_read_without_asking(head, rows, amounts):
    """BK-1: debits with or without a sign, thousands, days in either order, francs beside euros."""
    data = "\n".join(["Compte n° 12345678901;", "", head, *rows]).encode("cp1252")
    rows_read = table.rows_of(data)
    layout = table.guess(rows_read)

    assert table.is_known(layout)
    [statement] = table.read(rows_read, layout)
    assert [line.amount for line in statement.lines] == [D(each) for each in amounts]
    assert statement.account == "12345678901"


def test_what_the_bank_refused_moved_no_money():
    """BK-1: a refused transfer stands in the export of some banks."""
    data = "Date;Libellé;Montant;Statut\n01/10/2026;A;-1,00;Accepté\n01/10/2026;B;-2,00;Refusé\n".encode()
    assert [line.amount for line in read(data)[0].lines] == [D("-1.00")]


def test_newest_first_becomes_oldest_first_with_its_balances():
    """BK-1: many exports begin with the last day."""
    lines = samples.csv_file().decode("cp1252").splitlines()
    [statement] = read("\n".join([lines[0], *lines[:0:-1]]).encode("cp1252"))
    assert statement.lines[0].date == samples.MOVES[0].day and statement.difference == 0


BROKEN = [
    (b"", "empty", None),
    (b"%PDF-1.7 no statement", "format", None),
    (b"\x89PNG\r\n\x1a\n a picture", "format", None),
    (b"\xff\xd8\xff\xe0 a photo", "format", None),
    (b"<html><body>Sign in</body></html>", "format", None),
    (samples.ofx().replace(b"1200.00", b"$1200", 1), "amount", 18),
    (samples.ofx().replace(b"20261002", b"20261342", 1), "date", 18),
    (samples.ofx()[:-8], "cut", None),
    (samples.camt().replace(b">1200.00<", b">12e2<", 1), "amount", 4),
    (samples.camt()[:-20], "xml_broken", None),
    (samples.camt().replace(b"<Ntry><Amt Ccy='EUR'>45.90</Amt>", b"<Ntry>"), "amount", 3),
    (samples.mt940().replace(b"C1200,00", b"X1200,00"), "movement", 7),
    (samples.mt940().replace(b":62F:C26", b":62F:?26"), "balance", None),
    (samples.cfonb().replace(b"12000{", b"12000?"), "amount", None),
    (b"\n".join(samples.cfonb().split(b"\n")[:-1]), "cut", None),
    (samples.coda().replace(b"011026", b"321026"), "date", None),
    (b"\n".join(samples.coda().split(b"\n")[:-1]), "cut", None),
    (samples.qif().replace(b"T1200.00", b"Tmany"), "amount", 7),
    (samples.csv_file().replace(b"1200,00", b"a lot", 1), "amount", 3),
    (samples.csv_file().replace(b"02/10/2026", b"31/02/2026", 1), "date", 3),
    (b"Name;Town\nDurand;Lille\n", "no_columns", None),
    ("Date;Libellé;Montant\n".encode(), "no_lines", None),
]


@pytest.mark.parametrize(("data", "key", "line"), BROKEN, ids=[f"{key}-{n}" for n, (_d, key, _l) in enumerate(BROKEN)])
def test_what_is_broken_gives_one_sentence_with_its_line(app, data, key, line):
    """S34: and nothing of it is read."""
    with pytest.raises(Wrong) as wrong:
        read(data)
    assert wrong.value.key == key
    if line:
        assert wrong.value.facts["line"] == line
    with app.test_request_context(headers={"Accept-Language": "en"}):
        told = words.sentence(wrong.value)
        assert told and (not line or told.startswith(f"Line {line}:"))


HOSTILE = {
    "entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "laughs": b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
    "plain": b"<!DOCTYPE Document>",
    "small letters": b"<!doctype Document>",
}


@pytest.mark.parametrize("form", ["camt", "ofx"])
@pytest.mark.parametrize("trick", HOSTILE)
def test_a_document_type_is_refused_in_a_bank_file(form, trick):
    """S28: whatever it would do, in XML and in the SGML of OFX."""
    data = samples.WRITERS[form]()
    place = re.search(b"<Document|<OFX>", data).start()
    with pytest.raises(Wrong) as wrong:
        read(data[:place] + HOSTILE[trick] + data[place:])
    assert wrong.value.key == "xml_doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_document_type_does_not_hide_in_another_encoding(encoding):
    """S28: it is looked for in the very text that is read."""
    text = samples.camt().decode().replace("<Document", "<!DOCTYPE a>\n<Document").replace("UTF-8", "UTF-16")
    with pytest.raises(Wrong) as wrong:
        read(text.encode(encoding))
    assert wrong.value.key in ("xml_doctype", "xml_broken", "format")


@pytest.mark.parametrize("form", ["ofx", "camt"])
def test_a_file_nested_without_end_is_refused(form):
    """S34: thousands of tags, each in the one before it."""
    data = samples.WRITERS[form]()
    start, end = (b"<BANKTRANLIST>", b"</BANKTRANLIST>") if form == "ofx" else (b"<Stmt>", b"</Stmt>")
    with pytest.raises(Wrong) as wrong:
        read(data.replace(start, start * 5000, 1).replace(end, end * 5000, 1))
    assert wrong.value.key in ("xml_too_deep", "xml_broken")


def test_a_million_rows_are_refused_in_words():
    """S34: more than any statement has."""
    with pytest.raises(Wrong) as wrong:
        read(b"Date;Label;Amount\n" + b"01/10/2026;a;1,00\n" * 1_000_000)
    assert wrong.value.key == "too_many"


def test_more_bytes_than_a_statement_has_are_refused_unread():
    """S34: before anything is looked at."""
    with pytest.raises(Wrong) as wrong:
        read(b"x" * 30_000_001)
    assert wrong.value.key == "too_large"


@pytest.mark.parametrize("form", FORMATS)
def test_a_mutated_file_is_read_or_refused_and_nothing_else(form):
    """S34: bytes changed, cut, doubled and swapped at random, from a seed; every crash becomes a case above."""
    data, chance = samples.WRITERS[form](), random.Random(f"bank-{form}")
    for _round in range(120):
        try:
            for statement in read(_mutated(data, chance)):
                assert all(isinstance(line.amount, D) for line in statement.lines)
        except Wrong:
            continue


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _time in range(chance.randint(1, 6)):
        place, length = chance.randrange(len(changed)), chance.randint(1, 30)
        piece = bytes(changed[place : place + length])
        changed[place : place + length] = chance.choice(
            (b"", piece * 2, bytes([chance.randrange(256)]), piece[::-1], b"\0", b"\n", b"-", b"99999999999999999")
        )
        changed = changed or bytearray(b"x")
    return bytes(changed)
