"""AC-8: the XML of a Factur-X says what is known, keeps the schema and the rules of its profile, or the reason is."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import money
from app.einvoice import make, rules, validity
from app.einvoice.cannot import REASONS, CannotMake, words
from app.einvoice.invoice import Invoice, Party, TaxRate
from app.einvoice.parsing import parse
from app.einvoice.profiles import Profile
from app.einvoice.writing import write
from tests import samples

CURRENCIES = ["EUR", "USD", "CHF", "JPY", "XPF", "TND", "KWD"]
HUNDRED = Decimal(100)
RATES = ["20", "10", "5.5", "2.1", "0"]
odd = st.text(min_size=1, max_size=40).filter(lambda name: any(each.isalnum() for each in name))


@pytest.fixture(scope="module", autouse=True)
def rules_process():
    yield
    validity.end()


def sample(**facts) -> Invoice:
    return replace(samples.as_invoice(samples.Sample()), **facts)


def rate(percent: int, base: int = 100, tax: int = 20) -> TaxRate:
    return TaxRate(Decimal(percent), Decimal(base), Decimal(tax))


def party(name: str = "Atelier Zoé", **facts) -> Party:
    return Party(name=name, **({"siren": "303265045", "country": "FR"} | facts))


@st.composite
def invoices(draw) -> Invoice:
    """What a document can say: amounts that add up, in whole minor units of its currency."""
    currency = draw(st.sampled_from(CURRENCIES))
    exact = lambda minor: money.from_minor(minor, currency)  # noqa: E731
    step = 10 if money.decimals(currency) == 3 else 1
    nets: dict[str, int] = defaultdict(int)
    for rate in draw(st.lists(st.sampled_from(RATES), max_size=3)):
        nets[rate] += step * draw(st.integers(0, 10**9))
    taxes = {
        rate: step * int((Decimal(net // step) * Decimal(rate) / 100).quantize(Decimal(1), ROUND_HALF_UP))
        for rate, net in nets.items()
    }
    net, tax = sum(nets.values()), sum(taxes.values())
    return Invoice(
        kind=draw(st.sampled_from(["invoice", "credit_note"])),
        number=draw(odd),
        issue_date=draw(st.dates(date(1990, 1, 1), date(2100, 1, 1))),
        due_date=draw(st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1))),
        currency=currency,
        net=exact(net),
        tax=exact(tax),
        gross=exact(net + tax),
        taxes=[TaxRate(Decimal(rate), exact(nets[rate]), exact(taxes[rate])) for rate in nets],
        seller=draw(parties()),
        buyer=draw(parties()),
        ibans=draw(st.sampled_from([[], ["FR7630006000011234567890189"]])),
        payment_reference=draw(st.just("") | odd),
        order_reference=draw(st.just("") | odd),
    )  # fmt: skip


def parties() -> st.SearchStrategy[Party]:
    numbers = [{"siren": "303265045"}, {"vat_number": "FR40303265045"}, {"siret": "30326504500017"}]
    return st.builds(
        lambda name, said, street: party(name, **({"siren": ""} | said), address=street),
        odd,
        st.sampled_from(numbers),
        st.lists(odd, max_size=2),
    )


def plain(text: str) -> str:
    """What is left of a text once it was written and read again."""
    kept = "".join(each for each in text if each in "\t\n\r" or (each >= " " and each not in "\ufffe\uffff"))
    return "".join(kept.split())


@settings(max_examples=12)
@given(invoices())
def test_whatever_a_document_says_is_written_validly_and_read_again(invoice):
    """AC-8: by the schema and the rules of its profile, and nothing is changed on the way."""
    # S89
    made = write(invoice)

    assert validity.faults(made.xml, made.profile) == []
    found = parse(made.xml)
    told = ["kind", "issue_date", "currency", "net", "tax", "gross"]
    if made.profile is not Profile.MINIMUM:
        told += ["due_date", "ibans"]
        assert [(row.rate, row.base, row.tax) for row in found.taxes] == [
            (row.rate, row.base, row.tax) for row in invoice.taxes
        ]
        assert plain(found.payment_reference) == plain(invoice.payment_reference)
    for name in told:
        assert getattr(found, name) == getattr(invoice, name), name
    for said, was in ((found, invoice), (found.seller, invoice.seller), (found.buyer, invoice.buyer)):
        name = "number" if said is found else "name"
        assert plain(getattr(said, name)) == plain(getattr(was, name))
    assert plain(found.order_reference) == plain(invoice.order_reference)
    assert found.payable == invoice.gross


@pytest.mark.parametrize(
    ("facts", "profile"),
    [
        ({}, Profile.EN_16931),
        ({"lines": []}, Profile.BASIC_WL),
        ({"lines": [], "due_date": None}, Profile.BASIC_WL),
        ({"lines": [], "taxes": []}, Profile.MINIMUM),
        ({"lines": [], "buyer": Party(name="Somewhere")}, Profile.MINIMUM),
        ({"lines": [], "tax": Decimal(0), "gross": HUNDRED, "taxes": [rate(0, tax=0)]}, Profile.MINIMUM),
        ({"lines": [], "tax": Decimal(10), "gross": Decimal(110), "taxes": [rate(20, tax=10)]}, Profile.MINIMUM),
    ],
)
def test_the_profile_says_what_is_known_and_no_more(facts, profile):
    """AC-8: no line, no rate, no country and no reason for 0 % is made up; a tax that breaks a rule is left out."""
    made = write(sample(**facts))

    assert made.profile is profile
    assert parse(made.xml).profile.endswith(f"{profile}") or profile is Profile.EN_16931


def test_lines_that_do_not_come_to_the_amounts_are_left_out():
    """AC-8: then the profile is the one without."""
    whole = sample()

    assert write(replace(whole, lines=[replace(whole.lines[0], net=Decimal(99))])).profile is Profile.BASIC_WL
    assert write(replace(whole, lines=[replace(whole.lines[0], description="")])).profile is Profile.BASIC_WL


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"number": " \x00"}, "number"),
        ({"issue_date": None}, "issue_date"),
        ({"currency": "ZZZ"}, "currency"),
        ({"net": None}, "amounts"),
        ({"gross": None}, "amounts"),
        ({"seller": party(name="")}, "seller"),
        ({"buyer": party(name="")}, "buyer"),
        ({"seller": party(siren="12")}, "seller_number"),
        ({"seller": party(country="")}, "seller_country"),
        ({"gross": Decimal(121)}, "totals_differ"),
        ({"taxes": [rate(20, base=90)]}, "taxes_differ"),
        ({"taxes": [rate(20, tax=19)]}, "taxes_differ"),
        (
            {"currency": "TND", "net": Decimal("100.001"), "gross": Decimal("120.001"), "taxes": [], "lines": []},
            "decimals",
        ),
        ({"seller": party(country="XX")}, "not_valid"),
    ],
)
def test_what_stands_against_it_is_said(facts, code):
    """AC-8: the report says why, in words."""
    with pytest.raises(CannotMake) as refused:
        write(sample(**facts))

    assert refused.value.codes == (code,)
    assert words([code]) == str(REASONS[code])


def test_all_that_is_missing_is_said_at_once():
    """AC-8: so that it is mended once."""
    with pytest.raises(CannotMake) as refused:
        write(sample(number="", issue_date=None))

    assert refused.value.codes == ("number", "issue_date")
    assert words(refused.value.codes) == "The document has no number. The document has no issue date."


def test_a_file_that_breaks_a_rule_is_told_apart_from_a_valid_one():
    """AC-8: the schema and the rules are both asked, and warnings are no faults."""
    xml = make.written(sample(lines=[]), Profile.BASIC_WL)

    assert validity.faults(xml, Profile.BASIC_WL) == []
    assert "BR-CO-15" in validity.faults(xml.replace(b"120.00<", b"130.00<"), Profile.BASIC_WL)[0]
    assert "not expected" in validity.faults(xml.replace(b"ram:TypeCode", b"ram:Typo"), Profile.BASIC_WL)[0]


def test_the_rules_are_asked_again_where_their_process_has_ended():
    """AC-8: it ends when nobody asks for a while, or is killed; nothing passes unchecked."""
    xml = make.written(sample(lines=[]), Profile.BASIC_WL)
    validity.faults(xml, Profile.BASIC_WL)
    validity._Asked.process.kill()
    validity._Asked.process.wait()

    assert "BR-CO-15" in validity.faults(xml.replace(b"120.00<", b"130.00<"), Profile.BASIC_WL)[0]


def test_nothing_is_made_that_could_not_be_checked(monkeypatch):
    """AC-8: the original is sent, the report says that the rules could not be asked."""
    monkeypatch.setattr(validity, "COMMAND", ["false"])
    validity.end()

    with pytest.raises(CannotMake, match="not_checked"):
        write(sample())


def test_the_rules_open_nothing_but_plain_xml():
    """AC-8: they are asked through the one function that opens XML."""
    # S28
    with pytest.raises(Exception, match="xml_doctype"):
        rules.found(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "minimum")
