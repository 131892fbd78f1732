"""Plausible documents drawn here, for every test that needs one: the same arguments give the same bytes."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pymupdf
from PIL import Image, ImageFilter

from app.einvoice import make
from app.einvoice.invoice import Invoice, Line, Party, TaxRate

CENT = Decimal("0.01")


@dataclass
class Sample:
    """What a drawn invoice says. `net` and `tax` follow from `gross` and `rate` unless given."""

    number: str = "F-2026-001"
    seller: str = "Atelier Lumen SARL"
    buyer: str = "Menuiserie Duval SAS"
    issue_date: date = date(2026, 11, 2)
    due_date: date | None = date(2026, 12, 2)
    gross: str = "120.00"
    rate: str = "20"
    net: str = ""
    tax: str = ""
    currency: str = "EUR"
    kind: str = "invoice"
    vat_number: str = "FR40303265045"
    siren: str = "303265045"
    iban: str = "FR7630006000011234567890189"
    email: str = "facturation@atelier-lumen.example"
    buyer_vat_number: str = "FR83404833048"
    order_reference: str = ""
    label: str = "Pose de luminaires"
    extra: list[str] = field(default_factory=list)
    """Further lines printed at the foot of the page."""

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, tax and gross."""
        gross = Decimal(self.gross)
        net = Decimal(self.net) if self.net else (gross / (1 + Decimal(self.rate) / 100)).quantize(CENT, ROUND_HALF_UP)
        return net, Decimal(self.tax) if self.tax else gross - net, gross


def invoice_pdf(number: str = "F-2026-001", *, pages: int = 1, **said) -> bytes:
    """A digital invoice in French, one page unless told otherwise (further pages are terms of sale)."""
    return _pdf(Sample(number=number, **said), pages)


def credit_note_pdf(number: str = "A-2026-001", **said) -> bytes:
    """A credit note in French; amounts printed negative."""
    said = {"gross": "-60.00", "due_date": None, "label": "Retour d'un luminaire"} | said
    return invoice_pdf(number, kind="credit_note", **said)


def facturx_pdf(number: str = "F-2026-001", *, on_page: dict | None = None, **said) -> bytes:
    """An invoice that carries its Factur-X XML; `on_page` overrides what the page says (for contradictions)."""
    page = _pdf(Sample(**({"number": number} | said | (on_page or {}))), 1)
    return make.embed(page, facturx_xml(number, **said))


def facturx_xml(number: str = "F-2026-001", **said) -> bytes:
    """The CII XML alone."""
    return make.xml(as_invoice(Sample(number=number, **said)))


def encrypted_pdf(password: str = "secret", number: str = "F-2026-001", **said) -> bytes:
    """An invoice that asks for `password` before it opens."""
    document = pymupdf.open(stream=invoice_pdf(number, **said))
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password + "-owner")


def scanned_pdf(number: str = "F-2026-001", *, dpi: int = 200, tilt: float = 1.2, turn: int = 0, **said) -> bytes:
    """An invoice as an office scanner gives it: a tilted, noisy picture in a PDF; `turn` in quarter turns."""
    picture = _aged(_drawn(invoice_pdf(number, **said), dpi), tilt)
    return _picture_pdf(picture.rotate(90 * turn, expand=True), dpi)


def receipt_jpeg(
    gross: str = "23.40", *, seller: str = "Boulangerie Moreau", day: date = date(2026, 11, 14), turn: int = 0
) -> bytes:
    """A till receipt photographed on a table: perspective, shadow and noise; `turn` in quarter turns."""
    receipt = _aged(_drawn(_receipt_pdf(seller, day, Decimal(gross)), 200), 1.5)
    width, height = receipt.width + 300, receipt.height + 300
    table = Image.new("RGB", (width, height), (92, 74, 58))
    table.paste(receipt, (150, 150))
    corners = (25, 10, 0, height - 20, width - 30, height, width, 30)
    photo = table.transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return _jpeg(_shaded(photo).rotate(90 * turn, expand=True))


def picture(number: str = "F-2026-001", *, dpi: int = 150, format: str = "PNG", **said) -> bytes:
    """A clean rendering of an invoice, saved as a picture."""
    out = io.BytesIO()
    _drawn(invoice_pdf(number, **said), dpi).save(out, format, dpi=(dpi, dpi))
    return out.getvalue()


def as_invoice(said: Sample) -> Invoice:
    """The sample as an `Invoice`, to make XML from; a credit note's amounts are positive there."""
    net, tax, gross = (abs(value) if said.kind == "credit_note" else value for value in said.amounts)
    rate = Decimal(said.rate)
    return Invoice(
        kind=said.kind,
        number=said.number,
        issue_date=said.issue_date,
        due_date=said.due_date,
        currency=said.currency,
        net=net,
        tax=tax,
        gross=gross,
        taxes=[TaxRate(rate, net, tax, "S" if rate else "Z")],
        seller=Party(
            name=said.seller,
            vat_number=said.vat_number,
            siren=said.siren,
            email=said.email,
            address=["12 rue des Lampistes"],
            postcode="69003",
            city="Lyon",
            country="FR",
        ),
        buyer=Party(
            name=said.buyer,
            vat_number=said.buyer_vat_number,
            address=["4 avenue du Bois"],
            postcode="44000",
            city="Nantes",
            country="FR",
        ),
        ibans=[said.iban] if said.iban else [],
        order_reference=said.order_reference,
        lines=[Line(said.label, Decimal(1), "C62", net, net, rate)],
    )


def french(value: Decimal) -> str:
    """1234.5 as it is printed: 1 234,50."""
    return f"{value:,.2f}".replace(",", " ").replace(".", ",")


def _pdf(said: Sample, pages: int) -> bytes:
    document = pymupdf.open()
    page = document.new_page()
    for x, y, size, text in _invoice_texts(said):
        page.insert_text((x, y), text, fontsize=size, fontname="helv")
    page.draw_line((50, 330), (545, 330))
    for place in range(2, pages + 1):
        terms = [f"Conditions générales de vente, page {place}", "Paiement à trente jours. Pas d'escompte."]
        document.new_page().insert_text((50, 80), terms)
    document.set_metadata({})
    return document.tobytes(no_new_id=True, deflate=True)


def _invoice_texts(said: Sample) -> list[tuple[float, float, float, str]]:
    """Every text of the page with its place and size."""
    net, tax, gross = said.amounts
    money = "€" if said.currency == "EUR" else said.currency
    # The built-in fonts have no euro sign in this encoding's upper half but at 0x80.
    money = money.replace("€", "\x80")
    title = "AVOIR" if said.kind == "credit_note" else "FACTURE"
    texts = [
        (50, 60, 15, said.seller),
        (50, 78, 9, "12 rue des Lampistes"),
        (50, 90, 9, "69003 Lyon"),
        (50, 102, 9, said.email),
        (50, 114, 9, f"SIREN {said.siren}   N° TVA {said.vat_number}"),
        (360, 58, 20, title),
        (360, 78, 10, f"N° {said.number}"),
        (360, 90, 10, f"Date : {said.issue_date:%d/%m/%Y}"),
        (330, 160, 10, said.buyer),
        (330, 173, 10, "4 avenue du Bois"),
        (330, 186, 10, "44000 Nantes"),
        (330, 199, 9, f"TVA {said.buyer_vat_number}"),
        (50, 320, 10, "Désignation"),
        (300, 320, 10, "Qté"),
        (380, 320, 10, "Prix unitaire HT"),
        (490, 320, 10, "Total HT"),
        (50, 350, 10, said.label),
        (300, 350, 10, "1"),
        (380, 350, 10, french(net)),
        (490, 350, 10, french(net)),
        (360, 600, 10, "Total HT"),
        (470, 600, 10, f"{french(net)} {money}"),
        (360, 616, 10, f"TVA {said.rate} %"),
        (470, 616, 10, f"{french(tax)} {money}"),
        (360, 636, 12, "Total TTC"),
        (465, 636, 12, f"{french(gross)} {money}"),
    ]
    if said.due_date:
        texts.append((360, 102, 10, f"Échéance : {said.due_date:%d/%m/%Y}"))
    if said.order_reference:
        texts.append((50, 270, 10, f"Votre commande : {said.order_reference}"))
    if said.iban:
        texts.append((50, 720, 9, f"IBAN {_grouped(said.iban)}"))
    return texts + [(50, 740 + 12 * place, 8, text) for place, text in enumerate(said.extra)]


def _grouped(iban: str) -> str:
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


def _receipt_pdf(seller: str, day: date, gross: Decimal) -> bytes:
    net = (gross / Decimal("1.10")).quantize(CENT, ROUND_HALF_UP)
    rows = [
        seller.upper(),
        "8 place du Marché",
        "35000 RENNES",
        "Tél 02 99 00 00 00",
        "",
        f"{day:%d/%m/%Y} 12:41   Ticket 004217",
        "-" * 30,
        f"2 Formule midi      {french(gross):>10}",
        "-" * 30,
        f"TOTAL HT            {french(net):>10}",
        f"TVA 10 %            {french(gross - net):>10}",
        f"TOTAL TTC EUR       {french(gross):>10}",
        f"Carte bancaire      {french(gross):>10}",
        "",
        "Merci de votre visite",
    ]
    document = pymupdf.open()
    page = document.new_page(width=230, height=40 + 15 * len(rows))
    for place, row in enumerate(rows):
        page.insert_text((14, 30 + 15 * place), row, fontsize=11, fontname="cour")
    return document.tobytes(no_new_id=True)


def _drawn(pdf: bytes, dpi: int) -> Image.Image:
    pixmap = pymupdf.open(stream=pdf)[0].get_pixmap(dpi=dpi)
    return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)


def _aged(page: Image.Image, tilt: float) -> Image.Image:
    """Tilted, a little soft, speckled; always the same way."""
    tilted = page.rotate(tilt, Image.Resampling.BICUBIC, expand=False, fillcolor="white")
    soft = tilted.filter(ImageFilter.GaussianBlur(0.6))
    chance = random.Random(7)
    noise = Image.frombytes("L", page.size, chance.randbytes(page.width * page.height)).convert("RGB")
    return Image.blend(soft, noise, 0.06)


def _shaded(photo: Image.Image) -> Image.Image:
    """Darker towards one side, as under a lamp."""
    shade = Image.linear_gradient("L").rotate(90).resize(photo.size).point(lambda level: 255 - level // 3)
    black = Image.new("RGB", photo.size)
    return Image.composite(photo, black, shade)


def _jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _picture_pdf(picture: Image.Image, dpi: int) -> bytes:
    document = pymupdf.open()
    page = document.new_page(width=picture.width * 72 / dpi, height=picture.height * 72 / dpi)
    page.insert_image(page.rect, stream=_jpeg(picture))
    return document.tobytes(no_new_id=True)
