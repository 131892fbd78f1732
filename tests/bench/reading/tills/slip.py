"""One sale and the rows that a till prints of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from random import Random

from babel.dates import format_date

from tests.bench.reading.tills.shop import Shop

CENT, HUNDRED = Decimal("0.01"), Decimal(100)


@dataclass(frozen=True)
class Row:
    """A row of the slip: its left and right text, or one in the middle."""

    left: str
    right: str = ""
    is_big: bool = False
    is_centred: bool = False


class Sale:
    """What was bought, when, and what it came to."""

    def __init__(self, shop: Shop, chance: Random):
        self.shop = shop
        self.day = date(2023, 1, 3) + timedelta(days=chance.randrange(1300))
        self.time = f"{chance.randrange(8, 21):02}:{chance.randrange(60):02}"
        self.number = f"{chance.randrange(10**5, 10**6)}"
        self.items = [_item(chance.choice(shop.goods), chance) for _each in range(chance.randint(1, 8))]
        self.taxes = {rate: self._taxed(rate) for rate in sorted({rate for _, _, rate in self.items})}
        self.net, self.tax = (sum((pair[place] for pair in self.taxes.values()), Decimal(0)) for place in (0, 1))
        self.gross = self.net + self.tax
        step = Decimal(shop.rounds or CENT)
        self.to_pay = (self.gross / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        note = Decimal(chance.choice((5, 10, 20, 50)))
        self.cash = (self.to_pay / note).quantize(Decimal(1), ROUND_UP) * note

    def _taxed(self, rate: Decimal) -> tuple[Decimal, Decimal]:
        total = sum(price for _, price, own in self.items if own == rate)
        if self.shop.adds_tax:
            return total, (total * rate / HUNDRED).quantize(CENT, ROUND_HALF_UP)
        net = (total / (1 + rate / HUNDRED)).quantize(CENT, ROUND_HALF_UP)
        return net, total - net

    def money(self, amount: Decimal, sign: bool = False) -> str:
        """As the till prints it; `sign` says that the currency stands beside it where the till has one."""
        text = f"{amount:.2f}".replace(".", self.shop.mark)
        return f"{self.shop.sign}{text}" if self.shop.sign_at == "all" else f"{text} {self.shop.sign}" if sign else text

    def said(self, template: str) -> str:
        """A line of the head, the facts or the foot."""
        day = format_date(self.day, self.shop.date, locale=self.shop.locale or self.shop.language)
        return template.format(day=day, time=self.time, number=self.number)


def _item(goods: str, chance: Random) -> tuple[str, Decimal, Decimal]:
    text, price, rate = goods.split("|")
    return text, Decimal(price) + Decimal(chance.randrange(100)) / 100, Decimal(rate)


def rows(sale: Sale) -> list[Row]:
    """The slip from top to bottom."""
    shop = sale.shop
    facts = [Row(sale.said(line)) for line in shop.facts]
    head = [Row(shop.name, is_big=True, is_centred=True), *(Row(line, is_centred=True) for line in shop.head)]
    signed = [Row("", shop.sign)] if shop.sign_at == "head" else []
    foot = [Row(sale.said(line), is_centred=True) for line in shop.foot]
    middle = [*signed, *_items(sale), Row("-" * shop.columns), *_totals(sale), *_paid(sale), Row(""), *_taxes(sale)]
    above, below = ([], facts) if shop.facts_last else (facts, [])
    return [*head, Row(""), *above, Row(""), *middle, Row(""), *below, *foot]


def _items(sale: Sale) -> list[Row]:
    letters = {rate: f" {letter}" for rate, letter in zip(sale.taxes, "ABCD", strict=False)}
    return [
        Row(text, sale.money(price) + (letters[rate] if sale.shop.letters else "")) for text, price, rate in sale.items
    ]


def _totals(sale: Sale) -> list[Row]:
    """Sum, rounding and total, as far as the till has words for them."""
    words, gross = sale.shop.words, sale.gross
    net = [Row(words[name], sale.money(sale.net)) for name in ("subtotal",) if name in words and sale.shop.adds_tax]
    tax = [Row(words["tax"], sale.money(sale.tax))] if sale.shop.adds_tax else []
    difference = sale.to_pay - gross
    if "rounding" not in words or not difference:
        return [*net, *tax, Row(words["total"], sale.money(sale.to_pay, True), sale.shop.big_total)]
    before = Row(words.get("gross", words["total"]), sale.money(gross, True))
    after = Row(words.get("to_pay", words["total"]), sale.money(sale.to_pay, True), sale.shop.big_total)
    return [*net, *tax, before, Row(words["rounding"], sale.money(difference)), after]


def _paid(sale: Sale) -> list[Row]:
    words = sale.shop.words
    if sale.shop.pays == "cash":
        return [Row(words["cash"], sale.money(sale.cash)), Row(words["change"], sale.money(sale.cash - sale.to_pay))]
    return [Row(words["card"], sale.money(sale.to_pay))]


def _taxes(sale: Sale) -> list[Row]:
    words, letters = sale.shop.words, "ABCD"
    if sale.shop.taxes == "table":
        table = [Row(f"{words['tax']:<10}{words['net']:>10}", words.get("gross_column", ""))]
        for letter, (rate, (net, tax)) in zip(letters, sale.taxes.items(), strict=False):
            table.append(Row(f"{letter} {rate:g}% {sale.money(tax):>8}{sale.money(net):>9}", sale.money(net + tax)))
        return table
    if sale.shop.taxes == "lines":
        return [Row(f"{words['tax']} {rate:g}%", sale.money(tax)) for rate, (_net, tax) in sale.taxes.items()]
    return []
