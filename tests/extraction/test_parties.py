"""Which counterparty a document belongs to."""

import pytest

from app.extraction.parties import Candidate, Identity, Match, find_party, likeness, side_of
from app.extraction.reading import Party

LUMEN = Candidate(
    1, ["Atelier Lumen SARL"], "FR40303265045", "303265045", ["FR7630006000011234567890189"], ["lumen.example"]
)
DUVAL = Candidate(2, ["Menuiserie Duval", "Duval & Fils"], "FR83404833048", "404833048", [], ["duval.example"])
KNOWN = [LUMEN, DUVAL]


@pytest.mark.parametrize(
    ("party", "id_", "why"),
    [
        (Party(vat_number="FR 40 303 265 045"), 1, "vat"),
        (Party(siren="404 833 048"), 2, "siren"),
        (Party(siret="30326504500012"), 1, "siren"),
        (Party(name="Quite another name", ibans=["FR76 3000 6000 0112 3456 7890 189"]), 1, "iban"),
        (Party(email="compta@duval.example"), 2, "domain"),
        (Party(name="ATELIER LUMEN"), 1, "name"),
        (Party(name="Lumen Atelier, S.A.R.L."), 1, "name"),
        (Party(name="Ménuiserie Duval"), 2, "name"),
    ],
)
def test_a_party_is_found_by_its_numbers_then_by_its_name(party, id_, why):
    """EX-7: VAT, SIREN, IBAN, e-mail domain, then name."""
    found = find_party(party, KNOWN)
    assert (found.id, found.why) == (id_, why)


def test_a_number_weighs_more_than_a_name():
    """EX-7: a renamed supplier keeps its VAT number."""
    assert find_party(Party(name="Menuiserie Duval", vat_number="FR40303265045"), KNOWN).id == 1


@pytest.mark.parametrize(
    "party",
    [
        Party(),
        Party(name="Atelier Dumont"),
        Party(name="SARL"),
        Party(name="Menuiserie"),
        Party(email="someone@gmail.com"),
        Party(vat_number="FR00000000000"),
    ],
)
def test_nobody_is_found_where_nobody_fits(party):
    """EX-7: then a new counterparty is proposed."""
    assert find_party(party, [*KNOWN, Candidate(3, ["Jo"], domains=["gmail.com"])]) is None


def test_an_account_beside_quite_another_name_is_no_sure_sign():
    """EX-7: a factor is paid for many: a known supplier of the name read goes first, else the account is a guess."""
    paid = ["FR7630006000011234567890189"]
    assert find_party(Party(name="Menuiserie Duval", ibans=paid), KNOWN).id == 2
    assert find_party(Party(name="Quite another name", ibans=paid), KNOWN).score < 0.6
    assert find_party(Party(name="Atelier Lumen", ibans=paid), KNOWN).score > 0.9


def test_two_names_that_fit_equally_are_left_to_a_person():
    """EX-7: a guess between twins would be wrong half the time."""
    assert find_party(Party(name="Lumen"), [Candidate(1, ["Lumen SARL"]), Candidate(2, ["Lumen SAS"])]) is None


def test_a_shared_account_is_decided_by_the_name():
    """EX-7: companies of one group share a bank account."""
    shared = ["FR7630006000011234567890189"]
    group = [Candidate(1, ["Lumen Nord"], ibans=shared), Candidate(2, ["Lumen Sud"], ibans=shared)]
    assert find_party(Party(name="Lumen Sud SAS", ibans=shared), group) == Match(2, "name", 0.9)


def test_names_are_compared_without_their_legal_form():
    """EX-7: GmbH, S.A.R.L. and Ltd say nothing about who it is."""
    assert likeness("Bei Spiel GmbH", "BEI SPIEL") == 100
    assert likeness("Dupont SARL", "Durand SARL") < 80


@pytest.mark.parametrize(
    ("seller", "buyer", "side"),
    [
        (Party(name="Atelier Lumen"), Party(name="Other"), "sale"),
        (Party(name="Other"), Party(vat_number="FR40303265045"), "purchase"),
        (Party(name="Other"), Party(name="Third"), None),
        (Party(name="Atelier Lumen"), Party(name="Atelier Lumen"), None),
        (Party(name="Atelier Lumen"), Party(vat_number="FR40303265045"), "purchase"),
    ],
)
def test_the_company_itself_is_on_one_side(seller, buyer, side):
    """EX-1: direction; a number outweighs a name, and a draw says nothing."""
    own = Identity(["Atelier Lumen SARL"], ["FR40303265045"], ["303265045"], [])
    assert side_of(own, seller, buyer) == side
