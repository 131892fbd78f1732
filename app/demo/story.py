"""What the month of the demo firm brings: each paper with its lines, and how and when it is mailed.

Days are counted back from the day the demo is loaded, so that the month is always the last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.demo import firms
from app.demo.firms import OURS, Firm

CENT = Decimal("0.01")
FULL, MEDIUM, LOW, NONE = Decimal(20), Decimal(10), Decimal("5.5"), Decimal(0)


def cents(amount: Decimal) -> Decimal:
    """Rounded half up, as an invoice is."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """One line of a paper; the price is before tax."""

    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal = FULL

    @property
    def net(self) -> Decimal:
        return cents(self.quantity * self.price)


@dataclass(frozen=True)
class Paper:
    """An invoice or a credit note before it is drawn. `number` may hold {y}, {m} and {d} of the issue date."""

    seller: Firm
    buyer: Firm
    number_form: str
    days_ago: int
    due_in: int
    lines: tuple[Line, ...]
    form: str = "pdf"
    """pdf, facturx, scan or photo."""
    credits: Paper | None = None
    """The invoice this credit note is about."""
    reference: str = ""
    note: str = ""
    copy: bool = False
    today: date = date(2026, 1, 31)

    @property
    def issue_date(self) -> date:
        return self.today - timedelta(days=self.days_ago)

    @property
    def due_date(self) -> date:
        return self.issue_date + timedelta(days=self.due_in)

    @property
    def number(self) -> str:
        day = self.issue_date
        return self.number_form.format(y=day.year, m=f"{day.month:02}", d=f"{day.day:02}")

    @property
    def is_credit(self) -> bool:
        return self.credits is not None

    @property
    def credited_number(self) -> str:
        return replace(self.credits, today=self.today).number if self.credits else ""

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def taxes(self) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """Base and tax of each rate."""
        bases: dict[Decimal, Decimal] = {}
        for line in self.lines:
            bases[line.rate] = bases.get(line.rate, Decimal(0)) + line.net
        return {rate: (base, cents(base * rate / 100)) for rate, base in sorted(bases.items())}

    @property
    def tax(self) -> Decimal:
        return sum((tax for _base, tax in self.taxes.values()), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True)
class Mail:
    """One mail: who sends it, when, and what is attached (file name → paper, or a special file by its name)."""

    sender: str
    subject: str
    body: str
    days_ago: int
    files: dict[str, Paper | str]
    direction: str = "purchase"


def line(text: str, quantity: str, unit: str, price: str, rate: Decimal = FULL) -> Line:
    """A line from readable figures."""
    return Line(text, Decimal(quantity), unit, Decimal(price), rate)


def purchase(seller: Firm, number: str, days_ago: int, due_in: int, *lines: Line, **more: str | bool | Paper) -> Paper:
    """A paper a supplier sends us."""
    return Paper(seller, OURS, number, days_ago, due_in, lines, **more)  # type: ignore[arg-type]


def sale(buyer: Firm, number: str, days_ago: int, due_in: int, *lines: Line, **more: str | bool | Paper) -> Paper:
    """A paper we send a customer."""
    return Paper(OURS, buyer, number, days_ago, due_in, lines, **more)  # type: ignore[arg-type]


OAK = purchase(
    firms.SAWMILL,
    "F{y}-20871",
    27,
    45,
    line("Plot de chêne sec 8 %, 41 mm, qualité QF1", "2.35", "m³", "1480.00"),
    line("Avivés de frêne 27 mm", "0.80", "m³", "965.00"),
    line("Transport Allevard – Rennes", "1", "forf.", "210.00"),
    reference="BC-0317",
)
HINGES = purchase(
    firms.HARDWARE,
    "{y}{m}-4412",
    24,
    30,
    line("Charnière invisible 25 mm, réglable", "48", "pce", "6.85"),
    line("Coulisse sortie totale 500 mm, la paire", "22", "pce", "18.40"),
    line("Vis à bois 4×40, boîte de 500", "6", "bte", "14.95"),
    form="facturx",
)
REPAIR = purchase(
    firms.GARAGE,
    "1187",
    19,
    0,
    line("Remplacement plaquettes et disques avant", "1", "forf.", "286.50"),
    line("Main-d'œuvre atelier", "2.5", "h", "62.00"),
    line("Liquide de frein DOT 4", "1", "l", "12.40"),
    form="scan",
    note="Véhicule : fourgon GK-417-ZT – 128 430 km",
)
KITCHEN = sale(
    firms.RESTAURANT,
    "FA-{y}-0143",
    16,
    30,
    line("Banquette en chêne massif, 2,40 m", "4", "pce", "890.00"),
    line("Comptoir plaqué chêne, plan zinc", "1", "pce", "4350.00"),
    line("Pose sur site", "3", "j", "480.00"),
)


def mails(today: date) -> Iterator[Mail]:
    """The mails of the month, oldest first, dated for `today`."""
    for mail in sorted(MAILS, key=lambda mail: -mail.days_ago):
        dated = {n: replace(p, today=today) if isinstance(p, Paper) else p for n, p in mail.files.items()}
        yield replace(mail, files=dated)


MAILS = (
    Mail(
        firms.SAWMILL.email,
        "Votre facture de bois",
        "Bonjour,\n\nVous trouverez ci-joint la facture de votre commande BC-0317.\n\nLe service clients",
        27,
        {"facture-scierie.pdf": OAK},
    ),
    Mail(
        firms.LANDLORD.email,
        "Avis d'échéance – atelier",
        "Bonjour,\n\nVoici l'appel de loyer du mois pour l'atelier.\n\nCordialement,\nLa gérance",
        26,
        {
            "avis-echeance.pdf": purchase(
                firms.LANDLORD,
                "LOY-{y}-{m}",
                26,
                7,
                line("Loyer de l'atelier, 210 m², bail du 1er mars 2021", "1", "mois", "1650.00"),
                line("Provision pour charges", "1", "mois", "185.00"),
            )
        },
    ),
    Mail(
        firms.HARDWARE.email,
        "Facture électronique",
        "Bonjour,\n\nVotre facture au format Factur-X est jointe.\n\nQuincaillerie Marchetti",
        24,
        {"facture_marchetti.pdf": HINGES, "image001.png": "logo"},
    ),
    Mail(
        firms.ELECTRICITY.email,
        "Votre facture d'électricité est disponible",
        "Bonjour,\n\nVotre nouvelle facture est jointe. Elle sera prélevée à la date indiquée.\n\nL'équipe Voltéa",
        23,
        {
            "voltea.pdf": purchase(
                firms.ELECTRICITY,
                "7730 4418 {m}{y}",
                23,
                15,
                line("Abonnement, compteur 36 kVA", "1", "mois", "42.18"),
                line("Consommation heures pleines", "1386", "kWh", "0.1742"),
                line("Consommation heures creuses", "412", "kWh", "0.1318"),
                line("Contributions et taxes sur l'énergie", "1798", "kWh", "0.0257"),
                note="Point de livraison 14 552 209 871 330",
            )
        },
    ),
    Mail(
        "chantier@menuiserie-corvaisier.example",
        "Ticket gasoil",
        "Plein du fourgon ce matin, photo jointe.\nYann",
        22,
        {
            "IMG_4127.jpg": purchase(
                firms.STATION,
                "T-08841{d}",
                22,
                0,
                line("Gazole B7, pompe 3", "61.42", "l", "1.3408"),
                form="photo",
            )
        },
    ),
    Mail(
        firms.TELECOM.email,
        "Filéo Pro : votre facture mobile et fibre",
        "Bonjour,\n\nVotre facture mensuelle est en pièce jointe.\n\nFiléo Pro",
        21,
        {
            "Fileo-facture.pdf": purchase(
                firms.TELECOM,
                "FP{y}{m}-0091827",
                21,
                10,
                line("Fibre Pro 1 Gb/s", "1", "mois", "38.00"),
                line("Forfait mobile 50 Go", "4", "mois", "13.90"),
                line("Hors forfait : appels internationaux", "1", "mois", "2.47"),
                note="Ligne 02 61 91 14 20",
            )
        },
    ),
    Mail(
        firms.HARDWARE.email,
        "RELANCE : facture électronique",
        "Bonjour,\n\nSans retour de votre part, voici de nouveau notre facture.\n\nQuincaillerie Marchetti",
        20,
        {"facture_marchetti.pdf": HINGES},
    ),
    Mail(
        "accueil@garage-lebihan.example",
        "facture fourgon",
        "Bonjour, ci-joint la facture scannée de votre fourgon. Merci de votre confiance. Le Bihan",
        18,
        {"scan0087.pdf": REPAIR},
    ),
    Mail(
        firms.RENTAL.email,
        "Loca-Breizh – facture de location",
        "Bonjour,\n\nMerci d'avoir loué chez nous. Votre facture est jointe.\n\nL'agence de Chantepie",
        17,
        {
            "LB-facture.pdf": purchase(
                firms.RENTAL,
                "LB/{y}/3391",
                17,
                30,
                line("Échafaudage roulant 6 m", "5", "j", "58.00"),
                line("Ponceuse à parquet", "2", "j", "46.50"),
                line("Abrasifs, jeu de 10", "3", "jeu", "19.80"),
                line("Assurance bris de machine", "1", "forf.", "24.00"),
            )
        },
    ),
    Mail(
        "billing@tidewater-software.example",
        "Your invoice from Tidewater Software",
        "Hi,\n\nYour monthly invoice is attached. No action is needed.\n\nTidewater Software",
        16,
        {
            "invoice.pdf": purchase(
                firms.SOFTWARE,
                "TW-{y}-58213",
                16,
                14,
                line("Tidewater CAD, team plan, 3 seats", "3", "seat", "39.00", NONE),
                line("Cloud rendering, 240 minutes", "240", "min", "0.08", NONE),
                note="Reverse charge: VAT to be accounted for by the recipient, Article 196 of Directive 2006/112/EC",
            )
        },
    ),
    Mail(
        firms.CARRIER.email,
        "Transport chantier Quimper",
        "Bonjour,\n\nVeuillez trouver notre facture et la lettre de voiture signée.\n\nTransports Guéguen",
        15,
        {
            "facture-transport.pdf": purchase(
                firms.CARRIER,
                "TG-{m}{d}-118",
                15,
                30,
                line("Rennes – Quimper, 3 palettes, 640 kg", "1", "trajet", "318.00"),
                line("Livraison avec hayon", "1", "forf.", "45.00"),
                line("Indexation gazole", "1", "forf.", "27.59"),
            ),
            "lettre-de-voiture.pdf": "waybill",
        },
    ),
    Mail(
        firms.SAWMILL.email,
        "Avoir suite à votre réclamation",
        "Bonjour,\n\nComme convenu, l'avoir pour les deux planches fendues.\n\nLe service clients",
        14,
        {
            "avoir-scierie.pdf": purchase(
                firms.SAWMILL,
                "A{y}-0416",
                14,
                0,
                line("Reprise de deux planches fendues, frêne 27 mm", "0.12", "m³", "965.00"),
                credits=OAK,
            )
        },
    ),
    Mail(
        firms.ACCOUNTANT.email,
        "Note d'honoraires",
        "Chère cliente, cher client,\n\nNotre note d'honoraires du mois est jointe.\n\nLe cabinet",
        13,
        {
            "honoraires.pdf": purchase(
                firms.ACCOUNTANT,
                "NH {y}/{m}-077",
                13,
                30,
                line("Tenue et révision des comptes", "1", "mois", "340.00"),
                line("Établissement de trois bulletins de paie", "3", "pce", "24.00"),
                line("Rendez-vous bilan prévisionnel", "1.5", "h", "95.00"),
            )
        },
    ),
    Mail(
        firms.PRINTER.email,
        "Facture cartes de visite et plaquettes",
        "Bonjour,\n\nMerci pour votre commande. La facture est jointe, les cartons sont prêts.\n\nImprimerie Kerlann",
        12,
        {
            "kerlann.pdf": purchase(
                firms.PRINTER,
                "K-{y}-2208",
                12,
                30,
                line("Cartes de visite, 350 g, recto verso", "500", "pce", "0.184"),
                line("Plaquette 8 pages, A5", "250", "pce", "1.26"),
                line("Mise en page", "2", "h", "55.00"),
                form="facturx",
            )
        },
    ),
    Mail(
        "chantier@menuiserie-corvaisier.example",
        "Repas clients",
        "Le déjeuner avec l'architecte.\nYann",
        11,
        {
            "IMG_4163.jpg": purchase(
                firms.BRASSERIE,
                "N° 2719",
                11,
                0,
                line("Menu du marché", "3", "", "21.7273", MEDIUM),
                line("Café", "3", "", "2.0909", MEDIUM),
                line("Cidre fermier, bouteille", "1", "", "14.1667", FULL),
                form="photo",
            )
        },
    ),
    Mail(
        firms.CLEANER.email,
        "Facture ménage des bureaux",
        "Bonjour, voici ma facture du mois. Bonne journée, Maëlle",
        10,
        {
            "facture maelle.pdf": purchase(
                firms.CLEANER,
                "{y}-031",
                10,
                15,
                line("Nettoyage des bureaux, 4 passages", "4", "pce", "65.00", NONE),
                line("Vitrerie extérieure", "1", "forf.", "48.00", NONE),
                note="TVA non applicable, art. 293 B du CGI",
            )
        },
    ),
    Mail(
        "accueil@garage-lebihan.example",
        "duplicata facture 1187",
        "Bonjour, notre comptable nous demande de vous renvoyer la facture. Merci. Le Bihan",
        9,
        {"duplicata-1187.pdf": replace(REPAIR, form="pdf", copy=True)},
    ),
    Mail(
        firms.PAINTS.email,
        "Votre facture Saudrais",
        "Bonjour,\n\nVotre facture est jointe.\n\nPeintures Saudrais",
        8,
        {"facture_saudrais.pdf": "broken"},
    ),
    Mail(
        firms.GLAZIER.email,
        "Facture vitrages librairie",
        "Bonjour,\n\nLa facture détaillée des vitrages livrés la semaine dernière.\n\nMiroiterie de la Vilaine",
        7,
        {
            "MV-facture.pdf": purchase(
                firms.GLAZIER,
                "MV{y}0598",
                7,
                45,
                *(
                    line(f"Double vitrage 4/16/4 argon, {w} × {h} mm, repère V{place}", "1", "pce", price)
                    for place, (w, h, price) in enumerate(
                        [
                            *((620, 1180, "74.20"), (620, 1180, "74.20"), (840, 1180, "96.35"), (840, 1450, "118.60")),
                            *((410, 1450, "61.15"), (410, 1450, "61.15"), (1200, 900, "109.90"), (1200, 900, "109.90")),
                            *((560, 560, "38.75"), (560, 560, "38.75"), (720, 2040, "142.30"), (720, 2040, "142.30")),
                            *((980, 2040, "187.45"), (300, 1180, "42.10"), (300, 1180, "42.10"), (640, 640, "44.95")),
                        ],
                        start=1,
                    )
                ),
                line("Découpe et façonnage des joints", "16", "pce", "4.60"),
                line("Livraison sur chevalet, reprise comprise", "1", "forf.", "65.00"),
                reference="Chantier Pages Bleues",
            )
        },
    ),
    Mail(
        "lettre@peintures-saudrais.example",
        "Notre catalogue d'hiver est arrivé",
        "Bonjour,\n\nDécouvrez nos teintes de saison et nos huiles pour parquet.\n\nPeintures Saudrais",
        6,
        {"catalogue-hiver.pdf": "catalogue"},
    ),
    Mail(
        firms.INSURER.email,
        "Appel de cotisation – responsabilité décennale",
        "Cher sociétaire,\n\nVotre appel de cotisation trimestriel est joint.\n\nMutuelle des Artisans du Ponant",
        5,
        {
            "appel-cotisation.pdf": purchase(
                firms.INSURER,
                "COT-{y}-660418",
                5,
                20,
                line("Responsabilité civile et décennale, trimestre", "1", "trim.", "612.30", NONE),
                line("Taxe sur les conventions d'assurance, 9 %", "1", "trim.", "55.11", NONE),
                note="Opération exonérée de TVA, art. 261 C du CGI",
            )
        },
    ),
    Mail(
        "facturation@menuiserie-corvaisier.example",
        "FA 0141 mairie",
        "Facture envoyée à la mairie.",
        25,
        {
            "FA-0141.pdf": sale(
                firms.TOWN_HALL,
                "FA-{y}-0141",
                25,
                30,
                line("Porte d'entrée de l'école, chêne, isolante", "1", "pce", "3280.00"),
                line("Dépose de l'ancienne porte et évacuation", "1", "forf.", "240.00"),
                line("Pose et réglages", "1.5", "j", "480.00"),
                reference="Engagement 2031-44",
            )
        },
        "sale",
    ),
    Mail(
        "facturation@menuiserie-corvaisier.example",
        "FA 0142 architectes",
        "Envoyée ce jour.",
        20,
        {
            "FA-0142.pdf": sale(
                firms.ARCHITECT,
                "FA-{y}-0142",
                20,
                30,
                line("Maquette d'escalier au 1/5", "1", "pce", "1150.00"),
                line("Étude de fabrication", "6", "h", "58.00"),
                form="facturx",
            )
        },
        "sale",
    ),
    Mail("facturation@menuiserie-corvaisier.example", "FA 0143", "Envoyée.", 16, {"FA-0143.pdf": KITCHEN}, "sale"),
    Mail(
        "facturation@menuiserie-corvaisier.example",
        "Avoir 0012 sur FA 0143",
        "Geste commercial, banquette rayée au transport.",
        9,
        {
            "AV-0012.pdf": sale(
                firms.RESTAURANT,
                "AV-{y}-0012",
                9,
                0,
                line("Remise sur banquette rayée", "1", "pce", "120.00"),
                credits=KITCHEN,
            )
        },
        "sale",
    ),
    Mail(
        "facturation@menuiserie-corvaisier.example",
        "FA 0144 et 0145",
        "Les deux factures de la semaine.",
        3,
        {
            "FA-0144.pdf": sale(
                firms.DENTIST,
                "FA-{y}-0144",
                4,
                30,
                line("Meuble d'accueil courbe, hêtre et stratifié", "1", "pce", "2760.00"),
                line("Pose, deux compagnons", "1", "j", "860.00"),
            ),
            "FA-0145.pdf": sale(
                firms.BOOKSHOP,
                "FA-{y}-0145",
                3,
                30,
                line("Bibliothèque chêne, 12 m linéaires", "12", "m", "410.00"),
                line("Acompte déjà facturé", "-1", "", "1500.00"),
            ),
        },
        "sale",
    ),
)
