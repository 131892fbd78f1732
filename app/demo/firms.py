"""The firm of the demo, its suppliers and its customers.

All invented: no real SIREN begins with 0, no mail leaves `.example`, the telephone numbers are set aside for films.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layout(StrEnum):
    """How a firm's paper looks."""

    RULED = "ruled"
    BAND = "band"
    BILL = "bill"
    LETTER = "letter"
    PLAIN = "plain"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Firm:
    """A company as it stands on paper."""

    name: str
    legal: str
    street: str
    postcode: str
    city: str
    siren: str = ""
    foreign_vat: str = ""
    foreign_iban: str = ""
    domain: str = ""
    phone: str = ""
    country: str = "FR"
    layout: Layout = Layout.RULED
    colour: tuple[float, float, float] = (0.16, 0.24, 0.35)
    category: int = -1
    """Place of the accounting category its invoices belong to."""

    @property
    def email(self) -> str:
        return f"compta@{self.domain}"

    @property
    def vat_number(self) -> str:
        """Made from the SIREN, as in France; empty without one."""
        return self.foreign_vat or (self.siren and f"FR{(12 + 3 * int(self.siren)) % 97:02}{self.siren}")

    @property
    def iban(self) -> str:
        """An account of a bank that does not exist, numbered by the SIREN, with both its check digits."""
        if not self.siren:
            return self.foreign_iban
        bank, branch, account = 99017, 10, int(self.siren)
        key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
        rib = f"{bank:05}{branch:05}{account:011}{key:02}"
        return f"FR{98 - int(rib + '152700') % 97:02}{rib}"

    @property
    def town(self) -> str:
        return f"{self.postcode} {self.city}"


OURS = Firm(
    "Menuiserie Corvaisier",
    "SARL au capital de 20 000 €",
    "14 rue des Charmilles",
    "35200",
    "Rennes",
    siren="048215735",
    domain="menuiserie-corvaisier.example",
    phone="02 61 91 14 20",
    layout=Layout.BAND,
    colour=(0.36, 0.23, 0.13),
)

SAWMILL = Firm(
    "Scierie du Haut-Bréda",
    "SAS au capital de 150 000 €",
    "Route de la Ferrière",
    "38580",
    "Allevard",
    siren="031774201",
    domain="scierie-haut-breda.example",
    phone="04 65 71 22 08",
    colour=(0.13, 0.33, 0.19),
    category=0,
)
HARDWARE = Firm(
    "Quincaillerie Marchetti",
    "SARL au capital de 45 000 €",
    "88 boulevard de la Tour d'Auvergne",
    "35000",
    "Rennes",
    siren="052609146",
    domain="quincaillerie-marchetti.example",
    phone="02 61 91 40 77",
    layout=Layout.BAND,
    colour=(0.72, 0.19, 0.13),
    category=0,
)
ELECTRICITY = Firm(
    "Voltéa Énergie",
    "SA au capital de 8 500 000 €",
    "3 place des Turbines",
    "44000",
    "Nantes",
    siren="067338517",
    domain="voltea.example",
    phone="02 61 91 30 00",
    layout=Layout.BILL,
    colour=(0.05, 0.42, 0.55),
    category=1,
)
TELECOM = Firm(
    "Filéo Pro",
    "SAS au capital de 2 000 000 €",
    "27 quai du Port-au-Vin",
    "33000",
    "Bordeaux",
    siren="074450198",
    domain="fileo-pro.example",
    phone="05 36 49 10 10",
    layout=Layout.BILL,
    colour=(0.42, 0.12, 0.52),
    category=6,
)
ACCOUNTANT = Firm(
    "Cabinet Jouanneau & Associés",
    "Société d'expertise comptable",
    "5 allée du Mail",
    "35700",
    "Rennes",
    siren="039120845",
    domain="cabinet-jouanneau.example",
    phone="02 61 91 55 12",
    layout=Layout.LETTER,
    category=4,
)
GARAGE = Firm(
    "Garage Le Bihan",
    "EURL au capital de 7 500 €",
    "ZA de la Lande, 2 rue des Forgerons",
    "35136",
    "Saint-Jacques-de-la-Lande",
    siren="041902669",
    domain="garage-lebihan.example",
    phone="02 61 91 62 35",
    colour=(0.1, 0.1, 0.1),
    category=3,
)
RENTAL = Firm(
    "Loca-Breizh Outillage",
    "SAS au capital de 60 000 €",
    "11 rue du Bignon",
    "35135",
    "Chantepie",
    siren="058731928",
    domain="loca-breizh.example",
    phone="02 61 91 71 18",
    layout=Layout.BAND,
    colour=(0.93, 0.52, 0.05),
    category=2,
)
SOFTWARE = Firm(
    "Tidewater Software Ltd",
    "Registered in Ireland",
    "9 Harbour Row",
    "D02 X285",
    "Dublin",
    foreign_vat="IE6388047V",
    foreign_iban="IE29AIBK93115212345678",
    domain="tidewater-software.example",
    country="IE",
    layout=Layout.PLAIN,
    category=6,
)
CARRIER = Firm(
    "Transports Guéguen",
    "SARL au capital de 30 000 €",
    "Zone de fret, quai 7",
    "29200",
    "Brest",
    siren="045560315",
    domain="transports-gueguen.example",
    phone="02 61 91 83 04",
    colour=(0.09, 0.22, 0.5),
    category=5,
)
INSURER = Firm(
    "Mutuelle des Artisans du Ponant",
    "Société d'assurance mutuelle à cotisations variables",
    "40 cours des Alliés",
    "56100",
    "Lorient",
    siren="036604510",
    domain="artisans-ponant.example",
    phone="02 61 91 90 00",
    layout=Layout.LETTER,
)
PRINTER = Firm(
    "Imprimerie Kerlann",
    "SCOP à capital variable",
    "6 rue des Typographes",
    "35170",
    "Bruz",
    siren="063217087",
    domain="imprimerie-kerlann.example",
    phone="02 61 91 45 51",
    layout=Layout.BAND,
    colour=(0.0, 0.45, 0.42),
)
LANDLORD = Firm(
    "SCI Les Ateliers du Port",
    "Société civile immobilière",
    "21 rue du Capitaine-Maignan",
    "35000",
    "Rennes",
    siren="049871254",
    domain="ateliers-du-port.example",
    phone="02 61 91 20 46",
    layout=Layout.LETTER,
    category=2,
)
CLEANER = Firm(
    "Maëlle Trévidic – Net & Clair",
    "Entreprise individuelle",
    "3 impasse des Genêts",
    "35230",
    "Noyal-Châtillon-sur-Seiche",
    siren="071145833",
    domain="net-et-clair.example",
    phone="06 39 98 12 57",
    colour=(0.2, 0.47, 0.62),
    category=3,
)
GLAZIER = Firm(
    "Miroiterie de la Vilaine",
    "SARL au capital de 38 000 €",
    "17 rue de la Roche-Bernard",
    "35580",
    "Guichen",
    siren="055093470",
    domain="miroiterie-vilaine.example",
    phone="02 61 91 77 63",
    colour=(0.15, 0.35, 0.45),
    category=0,
)
PAINTS = Firm(
    "Peintures Saudrais",
    "SAS au capital de 90 000 €",
    "52 route de Lorient",
    "35000",
    "Rennes",
    siren="068824796",
    domain="peintures-saudrais.example",
    phone="02 61 91 18 39",
    layout=Layout.BAND,
    colour=(0.55, 0.1, 0.35),
    category=0,
)
STATION = Firm(
    "Relais des Landes",
    "Station-service",
    "RN 137",
    "35150",
    "Janzé",
    siren="044417624",
    phone="02 61 91 08 81",
    layout=Layout.RECEIPT,
    category=1,
)
BRASSERIE = Firm(
    "Brasserie du Canal",
    "SARL Duvivier",
    "1 quai Saint-Cast",
    "35000",
    "Rennes",
    siren="057930265",
    phone="02 61 91 33 19",
    layout=Layout.RECEIPT,
)

TOWN_HALL = Firm("Commune de Vern-le-Bois", "Mairie", "1 place de la République", "35770", "Vern-le-Bois")
RESTAURANT = Firm("La Table d'Hortense", "SARL", "9 rue Saint-Melaine", "35000", "Rennes", siren="059204818")
ARCHITECT = Firm("Atelier Nord-Ouest Architectes", "SELARL", "30 rue de Dinan", "35000", "Rennes", siren="062715537")
DENTIST = Firm("Cabinet dentaire Lemarié", "SCM", "4 mail François-Mitterrand", "35000", "Rennes", siren="073386146")
BOOKSHOP = Firm("Librairie Les Pages Bleues", "SAS", "2 rue Vasselot", "35000", "Rennes", siren="066149089")
