"""Who is in the demo, where they work, and what they have said to one another."""

from dataclasses import dataclass

PARIS = "Europe/Paris"
PASSWORD = "Coop-demo-1!"  # noqa: S105  (everybody’s, and printed: nothing here is secret)
TEAM = "cnum"
TEAM_NAME = "Conseillers numériques"
ADMIN = "admin"
CONUM = "conseiller-numerique.fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person; ``role`` is one of the register’s.

    ``communes`` are INSEE codes of where they work, the first being home; ``code_postal`` is home’s.
    """

    username: str
    first_name: str
    last_name: str
    domain: str
    role: str
    structure: str
    departement: str | None = None
    communes: tuple[str, ...] = ()
    code_postal: str | None = None
    timezone: str = PARIS

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
        code_postal="69120",
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
        code_postal="64000",
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
        code_postal="97400",
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
        code_postal="20000",
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
        code_postal="69003",
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
        code_postal="69700",
    ),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A channel and what was said in it, (who, what) each; ``departement`` makes it private, for its own people."""

    name: str
    display_name: str
    talk: tuple[tuple[str, str], ...]
    departement: str | None = None


ROOMS = (
    Room(
        "national",
        "National",
        (
            ("agathe", "Bonjour à toutes et tous, et bienvenue dans l’espace de discussion du réseau !"),
            ("marie", "Bonjour depuis Saint-Denis, il fait déjà 28 °C ici :sunny:"),
            ("carl", "Bonjour de Pau ! Question : les ateliers en médiathèque, vous les notez comme « autre lieu » ?"),
            ("malik", "Oui Carl, sauf si la médiathèque est votre lieu de rattachement."),
            ("juliette", "Merci, je me posais la même question."),
        ),
    ),
    Room(
        "demarches-en-ligne",
        "Démarches en ligne",
        (
            ("juliette", "Quelqu’un a un support simple pour créer un compte FranceConnect ?"),
            ("jean", "J’ai une fiche d’une page, en gros caractères. Je la dépose ici cet après-midi."),
            ("juliette", "Parfait, mon atelier est jeudi !"),
        ),
    ),
    Room(
        "seniors",
        "Ateliers seniors",
        (
            ("carl", "Mon atelier « premiers mails » de ce matin : huit personnes, toutes de plus de 60 ans, ravies."),
            ("marie", "Bravo ! Combien de temps ? Chez moi une heure et demie, c’est le maximum."),
        ),
    ),
    Room("rhone", "69 - Rhône", (("camille", "Réunion départementale mardi à 10 h, en visio."),), "69"),
    Room(
        "pyreneesatlantiques",
        "64 - Pyrénées-Atlantiques",
        (("carl", "Je serai à Billère vendredi toute la journée."),),
        "64",
    ),
    Room("lareunion", "974 - La Réunion", (("marie", "La borne de la mairie est réparée."),), "974"),
    Room("corsedusud", "2A - Corse-du-Sud", (("jean", "Permanence à Propriano tous les mercredis."),), "2A"),
)
