"""Who is in the demo, and where they work: those whom the entrance puts first, and the rest of a small réseau."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from config.territories import DEPARTEMENTS
from config.time import PARIS

PASSWORD = "Coop-demo-1!"  # noqa: S105  (everybody’s, and printed: nothing here is secret)
TEAM = "cnum"
TEAM_NAME = "Conseillers numériques"
TOWN_SQUARE = "town-square"
"""The address of the channel where everybody is."""
ADMIN = "admin"
CONUM = "conseiller-numerique.fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person; ``role`` is one of the register’s.

    ``communes`` are INSEE codes of where they work, the first being home.
    """

    username: str
    first_name: str
    last_name: str
    domain: str
    role: str
    structure: str
    departement: str | None = None
    communes: tuple[str, ...] = ()
    timezone: str = PARIS.key

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.username}@{self.domain}"

    @property
    def files_reports(self) -> bool:
        """Whether they file comptes rendus."""
        return self.role == "conseiller"


CAST = (
    Actor(
        username="agathe",
        first_name="Agathe",
        last_name="Moreau",
        domain="anct.example",
        role="animateur",
        structure="Équipe d’animation de la communauté",
    ),
    Actor(
        username="malik",
        first_name="Malik",
        last_name="Benali",
        domain="anct.example",
        role="animateur",
        structure="Équipe d’animation de la communauté",
    ),
    Actor(
        username="juliette",
        first_name="Juliette",
        last_name="Perrin",
        domain=CONUM,
        role="conseiller",
        structure="Ville de Vaulx-en-Velin",
        departement="69",
        communes=("69256", "69266", "69029"),
    ),
    Actor(
        username="carl",
        first_name="Carl",
        last_name="Etcheverry",
        domain=CONUM,
        role="conseiller",
        structure="Ville de Pau",
        departement="64",
        communes=("64445", "64348", "64129"),
    ),
    Actor(
        username="marie",
        first_name="Marie",
        last_name="Hoarau",
        domain=CONUM,
        role="conseiller",
        structure="Ville de Saint-Denis",
        departement="974",
        communes=("97411", "97418"),
        timezone="Indian/Reunion",
    ),
    Actor(
        username="jean",
        first_name="Jean",
        last_name="Colonna",
        domain=CONUM,
        role="conseiller",
        structure="Ville d’Ajaccio",
        departement="2A",
        communes=("2A004", "2A249"),
    ),
    Actor(
        username="camille",
        first_name="Camille",
        last_name="Roche",
        domain=CONUM,
        role="coordinateur",
        structure="Métropole de Lyon",
        departement="69",
        communes=("69123",),
    ),
    Actor(
        username="ines",
        first_name="Inès",
        last_name="Garnier",
        domain="france-services.example",
        role="invite",
        structure="France services de Givors",
        departement="69",
        communes=("69091",),
    ),
)
"""Those who are put first: one of each kind."""


@cache
def everybody() -> tuple[Actor, ...]:
    """The cast, and the conseillers of reseau.tsv."""
    lines = files("cli.demo").joinpath("reseau.tsv").read_text("utf-8").splitlines()
    return *CAST, *(_conseiller(*line.split("\t")) for line in lines if not line.startswith("#"))


def _conseiller(username: str, first_name: str, last_name: str, structure: str, communes: str) -> Actor:
    codes = tuple(communes.split(","))
    departement = codes[0][:3] if codes[0].startswith("97") else codes[0][:2]
    return Actor(
        username=username,
        first_name=first_name,
        last_name=last_name,
        domain=CONUM,
        role="conseiller",
        structure=structure,
        departement=departement,
        communes=codes,
        timezone=DEPARTEMENTS[departement].fuseau,
    )
