"""Money: parsing as people and printers write it, exact rounding, formats."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import money

CURRENCIES = ["EUR", "USD", "JPY", "ISK", "TND", "KWD", "CLF", "ALL"]
LOCALES = ["fr", "en_GB", "en_US", "de", "de_CH", "nl", "es", "it"]

WRITTEN = [
    ("1 234,56", "1234.56"),
    ("1.234,56", "1234.56"),
    ("1,234.56", "1234.56"),
    ("1'234.56", "1234.56"),
    ("1’234.56", "1234.56"),
    ("1\u202f234,56", "1234.56"),
    ("1\u00a0234\u00a0567,89", "1234567.89"),
    ("12.345.678,90", "12345678.90"),
    ("1234,5", "1234.5"),
    ("1234", "1234"),
    ("1.234", "1234"),
    ("1,234", "1234"),
    ("0,125", "0.125"),
    ("12.3456", "12.3456"),
    ("1234.567", "1234.567"),
    (",50", "0.50"),
    ("12,-", "12"),
    ("12.--", "12"),
    ("-12,50", "-12.50"),
    ("− 12,50", "-12.50"),
    ("–12,50", "-12.50"),
    ("12,50-", "-12.50"),
    ("12,50 -", "-12.50"),
    ("(12.50)", "-12.50"),
    ("+12.50", "12.50"),
    ("1 234 ,56", "1234.56"),
    ("1. 234, 56", "1234.56"),
    ("1  234,56", "1234.56"),
    ("1 234,56 €", "1234.56"),
    ("€ 1.234,56", "1234.56"),
    ("$1,234.56", "1234.56"),
    ("-$1,234.56", "-1234.56"),
    ("$-1,234.56", "-1234.56"),
    ("(1,234.56 USD)", "-1234.56"),
    ("CHF 1'234.50", "1234.50"),
    ("12,50€-", "-12.50"),
    ("0", "0"),
]

NOT_AN_AMOUNT = [
    "",
    " ",
    "-",
    ".",
    ",",
    "€",
    "EUR",
    "abc",
    "12a",
    "FA12",
    "1 23,45",
    "12 34",
    "1.23.45",
    "1,234,56",
    "1.234.56",
    "1 234.567.890",
    "1,234.567,89",
    "12/50",
    "12:50",
    "01.02.2024",
    "--12",
    "-12-",
    "(12",
    "12)",
    "(-12)",
    "-(12)",
    "12 XYQ",
    "EUR 12 USD",
    "1e5",
    "1234567890123456",
    "NaN",
    "Infinity",
    "١٢",
]


@pytest.mark.parametrize(("text", "amount"), WRITTEN)
def test_amounts_are_read_as_people_and_printers_write_them(text, amount):
    """EX-5: locale-aware amounts, signs and the spaces OCR leaves."""
    assert money.parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", NOT_AN_AMOUNT)
def test_what_is_not_exactly_one_amount_is_none(text):
    """EX-5: strict otherwise."""
    assert money.parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1.234", ".", "1.234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234.50", ",", None),
        ("1.234,50", ",", "1234.50"),
        ("1.234.567", ".", None),
        ("12.50", ",", None),
        ("1 234", ",", "1234"),
    ],
)
def test_a_known_decimal_mark_decides(text, mark, amount):
    """EX-5: 1.234 is a thousand or little more than one, as the document writes."""
    assert money.parse_amount(text, decimal_mark=mark) == (amount and Decimal(amount))


@given(st.text(alphabet="0123456789.,' -−()€E UR\u00a0", max_size=24))
def test_any_text_is_an_amount_or_none(text):
    """EX-5: never an exception, never a number that is not finite."""
    amount = money.parse_amount(text)
    assert amount is None or amount.is_finite()


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.345", "EUR", 1235),
        ("12.344", "EUR", 1234),
        ("-12.345", "EUR", -1235),
        ("0.005", "EUR", 1),
        ("12.5", "JPY", 13),
        ("12.3455", "TND", 12346),
        ("1.00005", "CLF", 10001),
        ("7", "ALL", 700),
    ],
)
def test_minor_units_are_rounded_half_up(amount, currency, minor):
    """EX-5: whole minor units with the currency's own decimals. # S89"""
    assert money.to_minor(Decimal(amount), currency) == minor


@given(st.integers(-(10**14), 10**14), st.sampled_from(CURRENCIES))
def test_minor_units_come_back_as_they_were(minor, currency):
    """EX-5: nothing is lost on the way to a Decimal and back. # S89"""
    amount = money.from_minor(minor, currency)
    assert money.to_minor(amount, currency) == minor
    assert -amount.as_tuple().exponent == money.decimals(currency)


@given(
    st.lists(st.decimals("-100000", "100000", places=4, allow_nan=False), min_size=1, max_size=20),
    st.sampled_from(CURRENCIES),
)
def test_sums_of_rounded_amounts_hold(amounts, currency):
    """EX-4: rounded amounts add up, and none is off by more than half a unit. # S89"""
    rounded = [money.round_amount(amount, currency) for amount in amounts]
    assert money.to_minor(sum(rounded), currency) == sum(money.to_minor(amount, currency) for amount in amounts)
    half = Decimal("0.5").scaleb(-money.decimals(currency))
    assert all(abs(exact - near) <= half for exact, near in zip(amounts, rounded, strict=True))


@given(st.integers(-(10**11), 10**11), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_what_is_shown_can_be_typed_again(minor, currency, locale):
    """EX-5: a formatted amount, its currency left out, is read as the same amount."""
    shown = money.format_amount(minor, currency, locale)
    bare = "".join(sign for sign in shown if not (sign.isalpha() or sign in "€$¥"))
    mark = {"fr": ",", "de": ",", "nl": ",", "es": ",", "it": ","}.get(locale, ".")
    assert money.parse_amount(bare, decimal_mark=mark) == money.from_minor(minor, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (123456, "EUR", "fr", "1\u202f234,56\u00a0€"),
        (-123456, "EUR", "en", "-€1,234.56"),
        (1234, "JPY", "en", "¥1,234"),
        (1234567, "TND", "en", "TND\u00a01,234.567"),
        (100, "ALL", "en", "ALL\u00a01.00"),
    ],
)
def test_amounts_are_shown_as_their_locale_writes_them(minor, currency, locale, shown):
    """OP-6: French and English readers see their own format, with all decimals of the currency."""
    assert money.format_amount(minor, currency, locale) == shown
