"""Everything that changes from one deployment to the next, read once at start."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.addresses import THIS_MACHINE, Network, read_proxies
from config.hotline import USUAL_TARGETS, Outage, ResponseTarget, read_outage, read_targets
from config.mail import MailServer, read_mail
from config.office_hours import USUAL_HOURS, Closure, Opening, read_closed, read_hours
from config.policies import USUAL_QUOTAS, USUAL_TRUST, Trust, read_quotas, read_role_groups, read_trust
from config.programme import USUAL_COLOURS, read_colours
from config.visio import VisioServer, read_visio

# What checks the values of a model is built when it first has some, not at the start for all seven hundred: that took a
# sixth of it. Models made before this line are as they were (storage/database.py does the same for tables).
BaseModel.model_config["defer_build"] = True

SECRET_MIN = 32
"""The fewest characters of a signing key."""


def by_commas(text: str) -> tuple[str, ...]:
    """Split domains separated by commas."""
    return tuple(v.strip().lower().removeprefix("@") for v in text.split(",") if v.strip())


def read_names(text: str) -> tuple[str, ...]:
    """Read names of features separated by commas, all of them with a minus before or none. Raises ValueError for a
    mixture."""
    found = tuple(v.strip().lower() for v in text.split(",") if v.strip())
    if len({name.startswith("-") for name in found}) > 1:
        raise ValueError("nommez les fonctions en service, ou celles qui ne le sont pas, mais pas les deux")
    return found


def _typed(read: Callable[[str], object]) -> BeforeValidator:
    """Make a validator that reads the text an operator wrote; values that are not text pass unchanged."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def _hour_or_none(text: str) -> str | None:
    return text.strip() or None


def _path_or_none(text: str) -> Path | None:
    return Path(text) if text.strip() else None


class Settings(BaseSettings):
    """The settings, read from COOP_* variables of the environment, which win over those of the env file."""

    model_config = SettingsConfigDict(env_prefix="COOP_", extra="ignore", frozen=True)

    mattermost_url: str = Field("http://127.0.0.1:8065", description="Adresse du serveur Mattermost.")
    team: str = Field("cnum", description="Nom court de l’équipe (celui de son adresse).")
    bot_token: SecretStr = Field(SecretStr(""), description="Jeton du compte de bot.")
    command_token: SecretStr = Field(SecretStr(""), description="Jeton des commandes, 26 caractères.")
    secret: SecretStr = Field(
        SecretStr(""),
        description="Clé qui signe boutons et formulaires ; plusieurs, séparées par des espaces, pour en changer.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8066", description="Adresse du bot, telle que le serveur Mattermost l’appelle."
    )
    host: str = Field("127.0.0.1", description="Adresse d’écoute du bot.")
    port: int = Field(8066, ge=0, le=65535, description="Port d’écoute du bot, de 1 à 65535.")
    database_url: str = Field(
        "sqlite:///coop.db", description="sqlite:///fichier.db ou postgresql://utilisateur:…@hôte/base"
    )
    data_dir: Path = Field(Path(), description="Dossier où attendent les saisies reçues mais pas encore enregistrées.")
    drain: float = Field(
        0,
        ge=0,
        le=300,
        description="Secondes pendant lesquelles le bot qu’on arrête dit au répartiteur de ne plus rien lui envoyer, "
        "avant de s’arrêter ; d’office 0, 5 derrière un répartiteur.",
    )
    secrets_dir: Path | None = Field(
        None,
        description="Dossier où chaque réglage secret est un fichier, qui porte son nom (COOP_BOT_TOKEN) ; "
        "l’environnement et le fichier de réglages l’emportent.",
    )
    domains: Annotated[tuple[str, ...], NoDecode, _typed(by_commas)] = Field(
        ("conseiller-numerique.fr",),
        description="Domaines des adresses électroniques de conseillers, séparés par des virgules.",
    )
    trust_addresses: Literal["auto", "oui", "non"] = Field(
        "auto",
        description="Si une adresse de ces domaines suffit pour être conseiller : "
        "oui, non, ou auto (si le serveur fait vérifier les adresses).",
    )
    role_groups: Annotated[Mapping[str, str], NoDecode, _typed(read_role_groups)] = Field(
        {},
        description="Rôles que donnent des groupes de l’annuaire (LDAP), le premier qui convient : « Conseillers 69 = "
        "conseiller, animation = animateur » ; d’office aucun. Il y faut un Mattermost sous licence.",
    )
    contact: str = Field("", description="À qui adresser les questions ; sinon les animateurs connus.")
    features: Annotated[tuple[str, ...], NoDecode, _typed(read_names)] = Field(
        (),
        description="Fonctions en service, séparées par des virgules : « cra,stats » n’a que celles-là, « -stats » "
        "a toutes les autres ; d’office, toutes.",
    )
    channels: Path | None = Field(
        None, description="Table des canaux, de la forme de config/canaux.tsv ; d’office, celle-là."
    )
    hotline: Path | None = Field(
        None, description="Table des files de la hotline, de la forme de config/hotline.tsv ; d’office, celle-là."
    )
    editions: Path | None = Field(
        None, description="Table des éditions des actus, de la forme de config/editions.tsv ; d’office, celle-là."
    )
    links: Path | None = Field(
        None, description="Table des liens de l’accueil, de la forme de config/liens.tsv ; d’office, celle-là."
    )
    logo: Path | None = Field(
        None, description="Logo du programme, en tête des actus en PDF : SVG, PNG ou JPEG ; d’office, son nom."
    )
    colours: Annotated[tuple[str, str], NoDecode, _typed(read_colours)] = Field(
        read_colours(USUAL_COLOURS),
        description="Couleurs du programme, dans les actus en PDF : celle du bandeau, puis celle de ce qui ressort ; "
        f"d’office « {USUAL_COLOURS} ».",
    )
    allow_private_feeds: bool = Field(
        default=False,
        description="1 pour que les flux puissent être à une adresse privée, http://127.0.0.1 comprise : pour essayer, "
        "jamais en service.",
    )
    charter: Path | None = Field(
        None, description="Table des motifs de signalement, de la forme de config/charte.tsv ; d’office, celle-là."
    )
    kit: Path | None = Field(
        None, description="Table des tailles du kit, de la forme de config/kit.tsv ; d’office, celle-là."
    )
    report_emoji: str = Field(
        "triangular_flag_on_post",
        description="Nom de la réaction qui signale un message ; d’office « triangular_flag_on_post », le drapeau 🚩.",
    )
    appeal_days: int = Field(
        7, ge=1, le=60, description="Jours dans lesquels un recours reçoit sa réponse ; d’office 7."
    )
    hubs_team: str = Field(
        "",
        description="Nom court d’une seconde équipe, où chaque hub a son canal privé ; d’office aucune.",
    )
    picture_url: str = Field(
        "",
        description="Image des réponses aux commandes, à une adresse que les personnes atteignent ; "
        "d’office celle que le bot sert.",
    )
    feed_url: str = Field(
        "",
        description="Adresse à laquelle les agendas des personnes atteignent le bot (« /agenda flux ») ; d’office "
        "COOP_PUBLIC_URL.",
    )
    proxies: Annotated[tuple[Network, ...], NoDecode, _typed(read_proxies)] = Field(
        read_proxies(THIS_MACHINE),
        description="Mandataires dont X-Forwarded-For est cru, pour savoir qui demande une page : adresses et réseaux, "
        f"séparés par des virgules ; d’office cette machine (« {THIS_MACHINE} »), vide : aucun.",
    )
    api: Literal["oui", "non"] = Field(
        "non",
        description="Si des programmes de l’exploitant lisent les comptes rendus et leurs chiffres en HTTP, avec un "
        "jeton (« coop-bot api create ») : oui ou non.",
    )
    work_calls: float = Field(
        10.0,
        gt=0,
        description="Appels par seconde que les travaux longs et les envois groupés font au plus à Mattermost.",
    )
    move_grace: int = Field(
        7,
        ge=0,
        le=365,
        description="Jours pendant lesquels qui change de département reste dans le canal de l’ancien.",
    )
    welcome: Literal["oui", "non"] = Field(
        "oui", description="Si qui entre dans l’équipe est accueilli par un message du bot : oui ou non."
    )
    repair: Literal["oui", "non"] = Field(
        "non", description="Si la vérification de la nuit répare aussi les canaux, ou le dit seulement : oui ou non."
    )
    newcomers: Literal["oui", "non"] = Field(
        "oui", description="Si le canal de son département apprend qui entre dans l’équipe : oui ou non."
    )
    help_requests: int = Field(
        3, ge=0, description="Demandes d’aide qu’une personne de l’annuaire reçoit au plus en sept jours."
    )
    quotas: Annotated[Mapping[str, int], NoDecode, _typed(read_quotas)] = Field(
        read_quotas(USUAL_QUOTAS),
        description="Ce qu’une personne demande au bot par jour au plus, si d’autres le voient ; sans limite pour qui "
        f"anime ; d’office « {USUAL_QUOTAS} ».",
    )
    crowd: int = Field(
        200,
        ge=0,
        description="Membres d’un canal à partir desquels seuls animateurs et coordinateurs y posent une question ; "
        "d’office 200.",
    )
    office_hours: Annotated[tuple[Opening, ...], NoDecode, _typed(read_hours)] = Field(
        read_hours(USUAL_HOURS),
        description="Heures de la hotline, à Paris : jours et plages, d’office « lun-ven 9:00-12:30 13:30-17:30 ».",
    )
    closed: Annotated[tuple[Closure, ...], NoDecode, _typed(read_closed)] = Field(
        (), description="Jours où elle est fermée en plus des jours fériés : « 2026-12-24..2027-01-01, 2026-05-15 »."
    )
    targets: Annotated[Mapping[str, ResponseTarget], NoDecode, _typed(read_targets)] = Field(
        read_targets(USUAL_TARGETS),
        description="Délais de la hotline en heures ouvertes, par urgence : la réponse, puis la solution ; d’office "
        f"« {USUAL_TARGETS} ».",
    )
    outage: Annotated[Outage | None, NoDecode, _typed(read_outage)] = Field(
        Outage(3, 2),
        description="Demandes qui se ressemblent, et de combien de départements, pour que le bot propose une panne : "
        "d’office « 3/2 », ou « non ».",
    )
    trusted: Annotated[Trust, NoDecode, _typed(read_trust)] = Field(
        read_trust(USUAL_TRUST),
        description="Qui publie dans la ressourcerie sans être relu : des rôles, et le nombre de fiches publiées à "
        f"partir duquel chacun l’est (« conseiller », « 5 », « coordinateur|10 ») ; d’office « {USUAL_TRUST} ».",
    )
    visio: Annotated[VisioServer | None, NoDecode, _typed(read_visio)] = Field(
        None,
        description="Où s’ouvrent les salles de « /visio » : « jitsi https://… », avec l’identifiant de l’application "
        "s’il y a des jetons, « bbb https://…/bigbluebutton/api », « meet https://… identifiant », ou l’adresse d’une "
        "seule salle ; d’office, nulle part.",
    )
    visio_secret: SecretStr = Field(
        SecretStr(""), description="Secret de ce serveur : clé des jetons de Jitsi, secret de BigBlueButton ou de Meet."
    )
    smtp: Annotated[MailServer | None, NoDecode, _typed(read_mail)] = Field(
        None,
        description="Serveur de courriel des rappels de rendez-vous, puis l’adresse qui écrit : "
        "« smtps://utilisateur@smtp.exemple.fr rendez-vous@exemple.fr » ; d’office aucun, et personne n’en reçoit.",
    )
    smtp_secret: SecretStr = Field(SecretStr(""), description="Mot de passe de cet utilisateur.")
    link_check: Literal["oui", "non"] = Field(
        "oui",
        description="Si le bot vérifie, à leur dépôt puis chaque semaine, que les liens des ressources répondent : "
        "oui ou non.",
    )
    ticket_months: int = Field(
        12, ge=1, le=120, description="Mois pendant lesquels les mots d’une demande close de la hotline sont gardés."
    )
    case_months: int = Field(
        24, ge=1, le=120, description="Mois pendant lesquels un dossier de modération est gardé après sa décision."
    )
    journal_months: int = Field(
        24, ge=12, le=120, description="Mois pendant lesquels le journal des actes est gardé : de 12 à 120."
    )
    account_months: int = Field(
        30,
        ge=6,
        le=120,
        description="Mois sans activité après lesquels les données d’un compte sont effacées, sa personne prévenue un "
        "mois avant.",
    )
    backup_at: Annotated[int | None, NoDecode, _typed(_hour_or_none)] = Field(
        None,
        ge=0,
        le=23,
        description="Heure, à Paris, de la sauvegarde de chaque jour : de 0 à 23 ; d’office aucune sauvegarde.",
    )
    backup_dir: Annotated[Path | None, NoDecode, _typed(_path_or_none)] = Field(
        None, description="Dossier des sauvegardes, le même pour toutes les répliques du bot."
    )
    backup_keep: int = Field(7, ge=1, le=400, description="Sauvegardes gardées dans ce dossier ; d’office 7.")
    backup_age_recipient: str = Field(
        "",
        description="Clés publiques d’age (age1…, ssh-ed25519 …), séparées par des virgules, pour lesquelles les "
        "sauvegardes sont chiffrées ; d’office elles sont en clair.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING ou ERROR.")

    @field_validator("secrets_dir")
    @classmethod
    def _folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("ce dossier n’existe pas")
        return folder

    @field_validator("mattermost_url", "public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return _read_address(url)

    @field_validator("feed_url")
    @classmethod
    def _address_or_none(cls, url: str) -> str:
        return _read_address(url) if url else ""

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("DEBUG, INFO, WARNING ou ERROR")
        return value.upper()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The signing keys, newest last: the last signs, all of them verify."""
        return tuple(reversed(self.secret.get_secret_value().split()))

    def secret_fault(self) -> str | None:
        """Say what is wrong with the signing keys, and what to do; None where nothing is."""
        return weak_secret(self.secret.get_secret_value())

    def missing(self) -> list[str]:
        """List the missing variables without which the bot cannot serve."""
        needed = {"COOP_BOT_TOKEN": self.bot_token, "COOP_COMMAND_TOKEN": self.command_token}
        return [n for n, v in (needed | {"COOP_SECRET": self.secret}).items() if not v.get_secret_value()]


def _read_address(url: str) -> str:
    """Read an address and drop its final slash. Raises ValueError."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("l’adresse commence par http:// ou https://")
    return url.rstrip("/")


def weak_secret(text: str) -> str | None:
    """Say why signing keys (separated by spaces) are too weak, and what to do: whoever finds a key can forge every
    link. Returns None where they are fine."""
    if all(len(secret) >= SECRET_MIN for secret in text.split()):
        return None
    return (
        f"COOP_SECRET : une clé de moins de {SECRET_MIN} caractères se devine, et qui la devine signe à la place du "
        "bot. Remplacez-la par des caractères tirés au hasard (effacez la ligne du fichier de réglages : "
        "« coop-bot setup » en écrit une)."
    )


def read(env_file: Path | None = None) -> Settings:
    """Read the settings from the environment and, where given, an env file, and from the folder of secrets that these
    name. Raises OSError for a secret that may not be read."""
    found = Settings(_env_file=env_file)
    return Settings(_env_file=env_file, _secrets_dir=found.secrets_dir) if found.secrets_dir else found
