"""`python -m app.demo.draw FOLDER TODAY`: draw the month's papers.

A process of its own, as only the reader's child and this one open PDFs and pictures.
"""

from __future__ import annotations

import sys
from datetime import date
from functools import cache
from pathlib import Path

from app.demo import layouts, pictures
from app.demo.eform import with_xml
from app.demo.firms import CARRIER, HARDWARE, OURS, PAINTS
from app.demo.sheet import GREY, Sheet, day
from app.demo.story import Paper, mails


def draw_all(folder: Path, today: date) -> None:
    """Draw every attachment of the month; mail n's files go to `folder/n`."""
    for place, mail in enumerate(mails(today)):
        (folder / str(place)).mkdir(parents=True)
        for name, paper in mail.files.items():
            (folder / str(place) / name).write_bytes(drawn(paper, today))


@cache
def drawn(paper: Paper | str, today: date) -> bytes:
    """The bytes of one attachment; what is mailed twice is the same to the bit."""
    if isinstance(paper, str):
        return OTHERS[paper](today)
    pdf = layouts.draw(paper)
    if paper.form == "facturx":
        return with_xml(pdf, paper)
    if paper.form == "scan":
        return pictures.scanned(pdf)
    return pictures.photographed(pdf, paper.days_ago) if paper.form == "photo" else pdf


def broken(today: date) -> bytes:
    """A PDF of which a mail program lost the greater part."""
    sheet = Sheet()
    sheet.write(18, 30, PAINTS.name, 17, "hebo")
    sheet.lines(18, 60, ["Lasure chêne clair, 10 l"] * 40)
    whole = sheet.done()
    return whole[:600]


def waybill(today: date) -> bytes:
    """A signed consignment note: no invoice."""
    sheet = Sheet()
    sheet.write(105, 24, "LETTRE DE VOITURE", 18, "hebo", align="centre")
    sheet.box(18, 34, 84, 34, edge=GREY)
    sheet.lines(22, 41, ["Expéditeur", *layouts.address(OURS)], 10, 5.5)
    sheet.box(106, 34, 86, 34, edge=GREY)
    sheet.lines(110, 41, ["Destinataire", "Hôtel des Remparts", "4 rue Kéréon", "29000 Quimper"], 10, 5.5)
    rows = ["3 palettes, menuiserie intérieure", "Poids brut 640 kg", "Marchandise reçue en bon état"]
    sheet.lines(18, 84, [f"Transporteur : {CARRIER.name}", *rows], 11, 7)
    sheet.write(18, 130, f"Quimper, le {day(today)}", 11)
    sheet.write(120, 140, "Le Goff", 22, "tiit", (0.1, 0.15, 0.5))
    return sheet.done()


def catalogue(today: date) -> bytes:
    """An advertisement: no invoice either."""
    sheet = Sheet()
    sheet.box(0, 0, 210, 120, fill=PAINTS.colour)
    sheet.write(105, 60, "L'hiver en couleurs", 34, "hebo", (1.0, 1.0, 1.0), "centre")
    sheet.write(105, 74, "Nos huiles, lasures et teintes de saison", 14, "helv", (1.0, 1.0, 1.0), "centre")
    for place, colour in enumerate([(0.55, 0.3, 0.2), (0.25, 0.35, 0.3), (0.75, 0.65, 0.45), (0.3, 0.3, 0.4)]):
        sheet.box(18 + 45 * place, 136, 38, 50, fill=colour)
    words = ["Terre de Redon", "Vert lavoir", "Paille d'orge", "Ardoise"]
    for place, word in enumerate(words):
        sheet.write(37 + 45 * place, 193, word, 10, align="centre")
    text = ["Venez les essayer en magasin, route de Lorient.", "Conseils et nuanciers offerts aux professionnels."]
    sheet.lines(18, 215, text, 12, 7)
    return sheet.done()


def logo(today: date) -> bytes:
    """The picture beneath a signature."""
    sheet = Sheet(42, 12)
    sheet.disc(6, 6, 4.5, HARDWARE.colour)
    sheet.write(13, 7.5, "Marchetti", 11, "hebo", HARDWARE.colour)
    return bytes(sheet.page.get_pixmap(dpi=96).tobytes("png"))


OTHERS = {"logo": logo, "broken": broken, "waybill": waybill, "catalogue": catalogue}

if __name__ == "__main__":
    draw_all(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
