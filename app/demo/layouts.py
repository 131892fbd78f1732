"""The suppliers' papers, each drawn the way its firm draws them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from app.demo.firms import Firm, Layout
from app.demo.sheet import BLACK, GREY, HEIGHT, WHITE, Colour, Sheet, day, euros, figure, grouped
from app.demo.story import CENT, Paper, cents

ROWS_FIRST, ROWS_NEXT = 15, 26
"""Lines of a table on the first page and on the others."""
MILL = Decimal("0.001")


def draw(paper: Paper) -> bytes:
    """The paper as a PDF."""
    sheet = Sheet(80, 150) if paper.seller.layout is Layout.RECEIPT else Sheet()
    LAYOUTS[paper.seller.layout](sheet, paper)
    if paper.copy:
        sheet.write(120, 38, "DUPLICATA", 20, "hebo", (0.75, 0.1, 0.1))
    return sheet.done()


def title(paper: Paper) -> str:
    return "Avoir" if paper.is_credit else "Facture"


def address(firm: Firm) -> list[str]:
    return [firm.name, firm.street, firm.town]


def identity(firm: Firm) -> str:
    """The line of legal mentions at the foot."""
    vat = f" – TVA {firm.vat_number}" if firm.vat_number else ""
    siren = f" – SIREN {grouped(firm.siren, 3)}" if firm.siren else ""
    return f"{firm.name} – {firm.legal}{siren}{vat}"


def tint(colour: Colour, share: float) -> Colour:
    """The colour, thinned with white."""
    red, green, blue = (1 - (1 - part) * share for part in colour)
    return (red, green, blue)


def extras(paper: Paper) -> list[str]:
    """Order reference, credited invoice and note, where there are any."""
    found = [f"Votre référence : {paper.reference}"] if paper.reference else []
    found += [f"Avoir sur facture {paper.credited_number}"] if paper.is_credit else []
    return found + ([paper.note] if paper.note else [])


# --- Ruled: a logo, a window address, a ruled table ----------------------------------------------------


def ruled(sheet: Sheet, paper: Paper) -> None:
    """Trade: what a workshop's billing program prints."""
    firm, colour = paper.seller, paper.seller.colour
    sheet.polygon([(18, 30), (26, 14), (34, 30)], colour)
    sheet.polygon([(28, 30), (33, 20), (38, 30)], tint(colour, 0.5))
    sheet.write(42, 21, firm.name, 15, "hebo", colour)
    sheet.lines(42, 26, [f"{firm.street}, {firm.town}", f"Tél. {firm.phone} – {firm.email}"], 8, 4, colour=GREY)
    sheet.box(112, 42, 80, 30, edge=GREY)
    sheet.lines(117, 50, address(paper.buyer), 10, 5)
    sheet.write(18, 52, f"{title(paper).upper()} N° {paper.number}", 13, "hebo")
    terms = "" if paper.is_credit else f"Échéance : {day(paper.due_date)}"
    sheet.lines(18, 59, [f"Date : {day(paper.issue_date)}", *([terms] if terms else []), *extras(paper)], 9, 4.8)
    y = ruled_table(sheet, paper, colour)
    if y > 225:
        sheet.turn()
        y = 30
    ruled_totals(sheet, paper, y + 6)
    pay = f"Règlement par virement – IBAN {grouped(firm.iban)}"
    sheet.rule(18, 277, 192)
    sheet.write(105, 282, identity(firm), 7, colour=GREY, align="centre")
    if not paper.is_credit:
        sheet.write(105, 286, pay, 7, colour=GREY, align="centre")


def ruled_table(sheet: Sheet, paper: Paper, colour: Colour) -> float:
    """The lines in a grid, over as many pages as they need; gives where it ended."""
    top, left = 84.0, ROWS_FIRST
    y = ruled_head(sheet, top, colour)
    for row in paper.lines:
        if left == 0:
            ruled_grid(sheet, top, y)
            sheet.write(192, y + 6, "à reporter page suivante", 7.5, "helv", GREY, "right")
            sheet.turn()
            sheet.write(18, 22, f"{title(paper)} {paper.number} (suite)", 9, "hebo")
            top, left = 28.0, ROWS_NEXT
            y = ruled_head(sheet, top, colour)
        sheet.write(20, y + 5, row.text, 8.5)
        sheet.write(128, y + 5, f"{figure(row.quantity)} {row.unit}", 8.5, align="right")
        sheet.write(152, y + 5, euros(row.price, ""), 8.5, align="right")
        sheet.write(166, y + 5, f"{figure(row.rate)} %", 8.5, align="right")
        sheet.write(190, y + 5, euros(row.net, ""), 8.5, align="right")
        y, left = y + 7, left - 1
    y = max(y, top + 40) if len(paper.lines) <= ROWS_FIRST else y
    ruled_grid(sheet, top, y)
    return y


def ruled_head(sheet: Sheet, y: float, colour: Colour) -> float:
    sheet.box(18, y, 174, 7, fill=colour)
    sheet.write(20, y + 4.8, "Désignation", 8, "hebo", WHITE)
    for x, word in ((128, "Quantité"), (152, "P.U. HT"), (166, "TVA"), (190, "Montant HT")):
        sheet.write(x, y + 4.8, word, 8, "hebo", WHITE, "right")
    return y + 7


def ruled_grid(sheet: Sheet, top: float, bottom: float) -> None:
    for x in (18, 112, 130, 154, 168, 192):
        sheet.upright(x, top, bottom)
    sheet.rule(18, bottom, 192)


def ruled_totals(sheet: Sheet, paper: Paper, y: float) -> None:
    rows = [("Total HT", paper.net)]
    rows += [(f"TVA {figure(rate)} % sur {euros(base)}", tax) for rate, (base, tax) in paper.taxes.items() if rate]
    for label, amount in rows:
        sheet.write(120, y, label, 9)
        sheet.write(190, y, euros(amount), 9, align="right")
        y += 5.5
    sheet.box(116, y - 3.5, 76, 8, fill=(0.93, 0.93, 0.93), edge=GREY)
    words = "Net à votre crédit" if paper.is_credit else "Total TTC" if paper.tax else "Net à payer"
    sheet.write(120, y + 1.8, words, 10.5, "hebo")
    sheet.write(190, y + 1.8, euros(paper.gross), 10.5, "hebo", align="right")


# --- Band: a coloured head, zebra rows ------------------------------------------------------------


def band(sheet: Sheet, paper: Paper) -> None:
    """Trade: a template of the newer sort."""
    firm, colour = paper.seller, paper.seller.colour
    sheet.box(0, 0, 210, 34, fill=colour)
    sheet.disc(26, 17, 8, WHITE)
    sheet.write(26, 20.5, firm.name[0], 22, "hebo", colour, "centre")
    sheet.write(40, 17, firm.name, 17, "hebo", WHITE)
    sheet.write(40, 23, f"{firm.street} – {firm.town} – {firm.phone}", 8, "helv", WHITE)
    sheet.write(194, 22, title(paper), 24, "helv", WHITE, "right")
    sheet.write(18, 46, "Adressé à", 8, "helv", GREY)
    sheet.lines(18, 52, address(paper.buyer), 10, 5)
    about = [("Numéro", paper.number), ("Date d'émission", day(paper.issue_date, "d MMMM yyyy"))]
    about += [] if paper.is_credit else [("À régler avant le", day(paper.due_date, "d MMMM yyyy"))]
    for place, (label, value) in enumerate(about):
        sheet.write(130, 46 + 6.5 * place, label, 8.5, "helv", GREY)
        sheet.write(194, 46 + 6.5 * place, value, 9.5, "hebo", align="right")
    sheet.lines(18, 74, extras(paper), 8.5, 4.5, colour=GREY)
    y = band_rows(sheet, paper, 88)
    y = band_totals(sheet, paper, y + 8)
    if not paper.is_credit:
        sheet.box(18, 238, 174, 22, fill=tint(colour, 0.12))
        sheet.write(23, 245, "Paiement par virement", 9, "hebo", colour)
        sheet.lines(23, 250.5, [f"IBAN : {grouped(firm.iban)}", f"Référence à rappeler : {paper.number}"], 9, 5)
    penalty = "Pénalités de retard : trois fois le taux d'intérêt légal. Indemnité forfaitaire de recouvrement : 40 €."
    sheet.write(105, 278, penalty, 7, colour=GREY, align="centre")
    sheet.write(105, 283, identity(firm), 7, colour=GREY, align="centre")


def band_rows(sheet: Sheet, paper: Paper, y: float) -> float:
    for x, word in ((132, "Qté"), (152, "Prix unitaire"), (168, "TVA"), (192, "Total HT")):
        sheet.write(x, y, word, 8, "hebo", GREY, "right")
    sheet.write(20, y, "Description", 8, "hebo", GREY)
    y += 3
    for place, row in enumerate(paper.lines):
        if place % 2 == 0:
            sheet.box(18, y, 176, 8, fill=tint(paper.seller.colour, 0.07))
        sheet.write(20, y + 5.4, row.text, 9)
        sheet.write(132, y + 5.4, figure(row.quantity), 9, align="right")
        sheet.write(152, y + 5.4, figure(row.price) if row.price < 1 else euros(row.price, ""), 9, align="right")
        sheet.write(168, y + 5.4, f"{figure(row.rate)} %", 9, align="right")
        sheet.write(192, y + 5.4, euros(row.net), 9, align="right")
        y += 8
    return y


def band_totals(sheet: Sheet, paper: Paper, y: float) -> float:
    rows = [("Sous-total HT", paper.net)]
    rows += [(f"TVA {figure(rate)} %", tax) for rate, (_base, tax) in paper.taxes.items()]
    for label, amount in rows:
        sheet.write(132, y, label, 9, align="left")
        sheet.write(192, y, euros(amount), 9, align="right")
        y += 5.5
    sheet.rule(130, y - 2.5, 194, paper.seller.colour, 1.2)
    sheet.write(132, y + 4, "Total de l'avoir" if paper.is_credit else "Total TTC", 12, "hebo", paper.seller.colour)
    sheet.write(192, y + 4, euros(paper.gross), 12, "hebo", paper.seller.colour, "right")
    return y + 8


# --- Bill: what a utility sends ---------------------------------------------------------------------


def bill(sheet: Sheet, paper: Paper) -> None:
    """Electricity and telephone: the amount first, bars of the past months, the detail below."""
    firm, colour = paper.seller, paper.seller.colour
    sheet.disc(22, 20, 6, colour)
    sheet.disc(28, 20, 6, tint(colour, 0.45))
    sheet.write(38, 23, firm.name, 18, "hebo", colour)
    sheet.lines(125, 50, address(paper.buyer), 10, 5)
    sheet.write(18, 46, f"Facture n° {paper.number}", 11, "hebo")
    sheet.lines(18, 52, [f"du {day(paper.issue_date, 'd MMMM yyyy')}", *extras(paper)], 9, 5)
    sheet.box(18, 76, 82, 44, fill=tint(colour, 0.1))
    sheet.write(23, 85, "Montant à payer TTC", 10, "helv", colour)
    sheet.write(23, 98, euros(paper.gross), 24, "hebo", colour)
    sheet.write(23, 107, f"Prélevé le {day(paper.due_date)}", 10, "hebo")
    sheet.write(23, 113, f"sur votre compte {grouped(paper.buyer.iban)[:9]} **** ****", 8, "helv", GREY)
    sheet.write(112, 82, "Vos six derniers mois", 9, "hebo")
    for place, height in enumerate((22, 27, 19, 24, 30, 26)):
        sheet.box(114 + 12 * place, 116 - height, 8, height, fill=tint(colour, 0.35 + 0.1 * place))
    sheet.rule(112, 116, 186)
    bill_detail(sheet, paper, 134)
    sheet.write(105, 280, identity(firm), 7, colour=GREY, align="centre")
    sheet.write(105, 285, f"{firm.street}, {firm.town} – Service clients {firm.phone}", 7, colour=GREY, align="centre")


def bill_detail(sheet: Sheet, paper: Paper, y: float) -> None:
    sheet.write(18, y, "Le détail de votre facture", 12, "hebo", paper.seller.colour)
    sheet.write(158, y, "Quantité", 8, "helv", GREY, "right")
    sheet.write(192, y, "Montant HT", 8, "helv", GREY, "right")
    y += 8
    for row in paper.lines:
        sheet.write(18, y, row.text, 9.5)
        sheet.write(158, y, f"{figure(row.quantity)} {row.unit}", 9.5, align="right")
        sheet.write(192, y, euros(row.net), 9.5, align="right")
        sheet.rule(18, y + 2.4, 192, (0.85, 0.85, 0.85))
        y += 7.5
    rows = [("Total hors taxes", paper.net)]
    rows += [(f"TVA à {figure(rate)} % (assiette {euros(base)})", tax) for rate, (base, tax) in paper.taxes.items()]
    for label, amount in [*rows, ("Total TTC", paper.gross)]:
        sheet.write(100, y + 4, label, 9.5, "hebo")
        sheet.write(192, y + 4, euros(amount), 9.5, "hebo", align="right")
        y += 6


# --- Letter: fees, rent, insurance --------------------------------------------------------------------


def letter(sheet: Sheet, paper: Paper) -> None:
    """The professions: a letter in a serif face, with the amounts at its end."""
    firm = paper.seller
    sheet.write(105, 24, firm.name, 17, "tibo", align="centre")
    sheet.write(105, 30, firm.legal, 10, "tiit", align="centre")
    sheet.write(105, 35, f"{firm.street} – {firm.town}", 9, "tiro", align="centre")
    sheet.rule(70, 39, 140)
    sheet.lines(118, 56, address(paper.buyer), 11, 5.5, font="tiro")
    sheet.write(118, 78, f"{firm.city}, le {day(paper.issue_date, 'd MMMM yyyy')}", 11, "tiro")
    sheet.write(25, 92, f"Facture n° {paper.number}", 13, "tibo")
    sheet.write(25, 104, "Madame, Monsieur,", 11, "tiro")
    sheet.write(25, 112, "Nous vous prions de trouver ci-dessous le décompte des sommes dues :", 11, "tiro")
    y = 126.0
    for row in paper.lines:
        many = "" if row.quantity == 1 else f" ({figure(row.quantity)} {row.unit} à {euros(row.price)})"
        sheet.write(32, y, row.text + many, 11, "tiro")
        sheet.write(180, y, euros(row.net), 11, "tiro", align="right")
        y += 7
    y = letter_totals(sheet, paper, y)
    sheet.write(25, y + 8, f"Cette somme est payable au plus tard le {day(paper.due_date, 'd MMMM yyyy')},", 11, "tiro")
    sheet.write(25, y + 14, f"par virement sur le compte {grouped(firm.iban)}.", 11, "tiro")
    sheet.lines(25, y + 24, extras(paper), 10, 5, font="tiit")
    sheet.write(25, y + 38, "Veuillez agréer nos salutations distinguées.", 11, "tiro")
    sheet.write(105, HEIGHT - 15, identity(firm), 7.5, "tiro", GREY, "centre")


def letter_totals(sheet: Sheet, paper: Paper, y: float) -> float:
    sheet.rule(120, y - 2, 180)
    taxes = [(f"TVA {figure(rate)} %", tax) for rate, (_base, tax) in paper.taxes.items() if rate]
    rows = [("Total hors taxes", paper.net), *taxes] if taxes else []
    for label, amount in rows:
        sheet.write(120, y + 4, label, 11, "tiro")
        sheet.write(180, y + 4, euros(amount), 11, "tiro", align="right")
        y += 6
    sheet.write(120, y + 5, "Total à payer", 11.5, "tibo")
    sheet.write(180, y + 5, euros(paper.gross), 11.5, "tibo", align="right")
    return y + 10


# --- Plain: a subscription, in English ------------------------------------------------------------------


def plain(sheet: Sheet, paper: Paper) -> None:
    """Software: a page made from a web template."""
    firm = paper.seller
    sheet.write(18, 28, "Invoice", 26, "hebo")
    sheet.write(192, 28, firm.name, 11, "hebo", GREY, "right")
    about = [("Invoice number", paper.number), ("Date of issue", day(paper.issue_date, "MMMM d, yyyy", "en"))]
    about += [("Date due", day(paper.due_date, "MMMM d, yyyy", "en"))]
    for place, (label, value) in enumerate(about):
        sheet.write(18, 40 + 5 * place, label, 9, "hebo")
        sheet.write(52, 40 + 5 * place, value, 9)
    sheet.lines(18, 66, [*address(firm), "Ireland", f"VAT {firm.vat_number}"], 9, 4.6)
    sheet.write(110, 61, "Bill to", 9, "hebo")
    sheet.lines(110, 66, [*address(paper.buyer), "France", f"VAT {paper.buyer.vat_number}"], 9, 4.6)
    due = f"€{paper.gross:,.2f} due {day(paper.due_date, 'MMMM d, yyyy', 'en')}"
    sheet.write(18, 104, due, 16, "hebo")
    y = 120.0
    for x, word in ((130, "Qty"), (158, "Unit price"), (192, "Amount")):
        sheet.write(x, y, word, 8, "helv", GREY, "right")
    sheet.write(18, y, "Description", 8, "helv", GREY)
    sheet.rule(18, y + 2, 192, BLACK)
    for row in paper.lines:
        y += 9
        sheet.write(18, y, row.text, 9.5)
        sheet.write(130, y, f"{row.quantity.normalize():f}", 9.5, align="right")
        sheet.write(158, y, f"€{row.price:,.2f}", 9.5, align="right")
        sheet.write(192, y, f"€{row.net:,.2f}", 9.5, align="right")
    for label, amount in (("Subtotal", paper.net), ("VAT 0% (reverse charge)", paper.tax), ("Total", paper.gross)):
        y += 8
        sheet.rule(110, y - 5, 192, (0.85, 0.85, 0.85))
        sheet.write(110, y, label, 9.5)
        sheet.write(192, y, f"€{amount:,.2f}", 9.5, align="right")
    sheet.write(110, y + 8, "Amount due", 9.5, "hebo")
    sheet.write(192, y + 8, f"€{paper.gross:,.2f}", 9.5, "hebo", align="right")
    sheet.write(18, y + 24, f"Pay by bank transfer: IBAN {grouped(firm.iban)}", 9)
    sheet.write(18, 280, paper.note, 7.5, colour=GREY)


# --- Receipt: a till's paper ------------------------------------------------------------------------------


def receipt(sheet: Sheet, paper: Paper) -> None:
    """Fuel and meals: a strip from a till, prices with tax."""
    firm = paper.seller
    sheet.write(40, 12, firm.name.upper(), 13, "cobo", align="centre")
    details = [firm.legal, firm.street, firm.town, f"Tél. {firm.phone}", f"SIREN {grouped(firm.siren, 3)}"]
    y = sheet.lines(40, 18, details, 8.5, 4.4, font="cour", align="centre")
    y = sheet.lines(6, y + 4, [f"TICKET {paper.number}", f"Le {day(paper.issue_date)} à 12:47"], 9, 4.8, font="cour")
    y += 3
    for row in paper.lines:
        paid = row.net * (100 + row.rate) / 100
        sheet.write(6, y, row.text, 9, "cour")
        price = (paid / row.quantity).quantize(MILL if row.unit == "l" else CENT)
        many = f"  {figure(row.quantity)} {row.unit} x {euros(price, '') if price == cents(price) else figure(price)}"
        sheet.write(6, y + 4.4, many, 9, "cour")
        sheet.write(74, y + 4.4, euros(paid.quantize(CENT), ""), 9, "cour", align="right")
        y += 10
    sheet.rule(6, y - 2, 74, BLACK)
    sheet.write(6, y + 5, "TOTAL TTC", 13, "cobo")
    sheet.write(74, y + 5, euros(paper.gross, " EUR"), 13, "cobo", align="right")
    y += 13
    for rate, (base, tax) in paper.taxes.items():
        sheet.write(6, y, f"TVA {figure(rate)}% HT {euros(base, '')}", 8.5, "cour")
        sheet.write(74, y, euros(tax, ""), 8.5, "cour", align="right")
        y += 4.4
    sheet.write(6, y + 2, f"Total HT {euros(paper.net, '')}", 8.5, "cour")
    sheet.lines(40, y + 12, ["CARTE BANCAIRE", "MERCI DE VOTRE VISITE"], 9, 5, font="cour", align="centre")


LAYOUTS: dict[Layout, Callable[[Sheet, Paper], None]] = {
    Layout.RULED: ruled,
    Layout.BAND: band,
    Layout.BILL: bill,
    Layout.LETTER: letter,
    Layout.PLAIN: plain,
    Layout.RECEIPT: receipt,
}
