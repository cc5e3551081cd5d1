"""The words of the command line: commands, options, and argparse’s own sentences in French."""

import argparse
import os
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from config.departements import Departement

ADMIN_TOKEN = "COOP_ADMIN_TOKEN"  # noqa: S105  (the variable’s name)

_FRENCH = (
    (r"the following arguments are required: (.*)", r"il manque : \1"),
    (r"unrecognized arguments: (.*)", r"arguments inconnus : \1"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\1 : \2 n’est pas un de \3"),
    (r"argument (.*): expected one argument", r"\1 : il manque sa valeur"),
    (r"argument (.*): invalid (?:\w+) value: (.*)", r"\1 : \2 n’est pas une valeur possible"),
    (r"argument (.*): ignored explicit argument (.*)", r"\1 : \2 est de trop"),
    (r"argument (.*): not allowed with argument (.*)", r"\1 : à choisir, ou \2, mais pas les deux"),
    (r"argument (.*): (.*)", r"\1 : \2"),
)


class _Help(argparse.HelpFormatter):
    """« usage : » with the space that French wants."""

    def add_usage(self, usage, actions, groups, prefix=None) -> None:  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks French, and exits with 2 when it does not understand."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options, formatter_class=_Help, add_help=False, allow_abbrev=False)  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "arguments\u00a0", "options\u00a0"
        self.add_argument("-h", "--help", action="help", help="montrer cette aide")

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, then how to ask."""
        for pattern, french in _FRENCH:
            message = re.sub(f"^{pattern}$", french, message)
        self.exit(2, f"{self.prog} : {message}\nVoir « {self.prog} --help ».\n")


def parser() -> Parser:
    """All commands with their options."""
    root = Parser(prog="coop-bot", description="Le bot Mattermost des conseillers numériques.")
    root.add_argument("--env-file", type=Path, metavar="F", help="fichier de réglages (sinon .env, s’il est là)")
    commands = root.add_subparsers(dest="command", required=True, metavar="commande", title="commandes\u00a0")
    commands.add_parser("serve", help="faire tourner le bot")
    commands.add_parser("migrate", help="mettre la base de données au niveau de cette version")
    _setup(commands.add_parser("setup", help="préparer un serveur Mattermost pour le bot"))
    doctor = commands.add_parser("doctor", help="vérifier que tout va, et dire comment réparer")
    _admin_token(doctor)
    _role(commands.add_parser("role", help="donner un rôle à une personne, ou le laisser suivre Mattermost"))
    people = commands.add_parser("people", help="montrer le registre : qui est qui")
    people.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")
    backup = commands.add_parser("backup", help="sauvegarder toute la base dans un fichier, même si le bot tourne")
    backup.add_argument("file", type=Path, metavar="FICHIER", help="le fichier à écrire, qui ne doit pas exister")
    restore = commands.add_parser("restore", help="remettre une sauvegarde dans la base des réglages, qui est vide")
    restore.add_argument("file", type=Path, metavar="FICHIER", help="le fichier que « backup » a écrit")
    _import(commands.add_parser("import", help="faire entrer des données"))
    _export(commands.add_parser("export", help="faire sortir des données"))
    _stats(commands.add_parser("stats", help="les chiffres d’une personne ou d’un territoire (docs/wire.md)"))
    _demo_data(commands.add_parser("demo-data", help="un historique inventé, aussi long qu’on veut, dans la base"))
    _demo(commands.add_parser("demo", help="le bot et un Mattermost embarqué, avec des personnes et un historique"))
    return root


def _admin_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--admin-token",
        metavar="T",
        default=os.environ.get(ADMIN_TOKEN, ""),
        help=f"jeton d’un administrateur système (ou variable {ADMIN_TOKEN}, que « ps » ne montre pas)",
    )


def _setup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="adresse du serveur Mattermost")
    _admin_token(parser)
    parser.add_argument("--team", required=True, help="nom court de l’équipe, celui de son adresse")
    parser.add_argument("--public-url", required=True, help="adresse du bot, telle que le serveur l’appelle")
    parser.add_argument("--write", type=Path, required=True, metavar="FICHIER", help="fichier de réglages à écrire")
    parser.add_argument("--contact", metavar="NOM", help="à qui le bot renvoie les questions (vous)")
    parser.add_argument("--bot-name", default="coop", metavar="NOM", help="nom du compte de bot (coop)")
    parser.add_argument(
        "--fix-server",
        action="store_true",
        help="changer aussi les réglages du serveur qui empêchent le bot de marcher",
    )
    parser.add_argument("--replace", action="store_true", help="remplacer les commandes du même nom d’un autre service")
    parser.add_argument("--dry-run", action="store_true", help="dire ce qui changerait, sans rien changer")


def _role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="NOM", help="nom d’utilisateur Mattermost, avec ou sans « @ »")
    parser.add_argument(
        "role",
        choices=("coordinateur", "animateur", "conseiller", "invite", "auto"),
        metavar="RÔLE",
        help="coordinateur, animateur, conseiller ou invite ; auto : le rôle suit de nouveau Mattermost",
    )


def _import(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="quoi", title="quoi\u00a0")
    cra = kinds.add_parser("cra", help="des comptes rendus, en CSV ou JSONL (docs/wire.md)")
    cra.add_argument("file", metavar="FICHIER", help="le fichier, ou « - » pour l’entrée standard")


def _export(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="quoi", title="quoi\u00a0")
    cra = kinds.add_parser("cra", help="les comptes rendus, sur la sortie standard (docs/wire.md)")
    cra.add_argument("--from", dest="start", type=_day, metavar="JOUR", help="premier jour, par exemple 2026-09-01")
    cra.add_argument("--to", dest="end", type=_day, metavar="JOUR", help="dernier jour, compris")
    cra.add_argument("--user", metavar="NOM", help="ceux d’une seule personne, par son nom d’utilisateur")
    cra.add_argument("--format", choices=("csv", "jsonl"), default="jsonl", help="jsonl (d’office) ou csv")
    cra.add_argument("--deleted", action="store_true", help="avec ceux qui ont été supprimés")
    _export_stats(kinds.add_parser("stats", help="les statistiques, en fichier comme dans la discussion"))


def _export_stats(parser: argparse.ArgumentParser) -> None:
    _scope(parser)
    parser.add_argument("--format", choices=("pdf", "xlsx", "csv"), required=True, help="la forme du fichier")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="F",
        help="fichier, dossier, ou « - » pour la sortie standard (sinon le dossier courant, sous le nom usuel)",
    )


def _stats(parser: argparse.ArgumentParser) -> None:
    _scope(parser)
    parser.add_argument("--json", action="store_true", help="un objet JSON, sur une ligne (docs/wire.md)")


def _scope(parser: argparse.ArgumentParser) -> None:
    """Whose figures, of which days, with which percents."""
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--user", metavar="NOM", help="d’une personne, par son nom d’utilisateur")
    whose.add_argument("--departement", type=_departement, metavar="CODE", help="d’un département, par exemple 69")
    whose.add_argument("--region", type=_region, metavar="CODE", help="d’une région : son code INSEE ou son nom")
    whose.add_argument("--national", action="store_true", help="de tout le pays (d’office)")
    parser.add_argument("--from", dest="start", type=_day, required=True, metavar="JOUR", help="premier jour")
    parser.add_argument("--to", dest="end", type=_day, required=True, metavar="JOUR", help="dernier jour, compris")
    parser.add_argument(
        "--percent",
        choices=("juste", "coop"),
        default="juste",
        help="pourcentages qui font 100 (juste, d’office), ou tronqués comme sur l’ancienne plateforme (coop)",
    )


def _departement(text: str) -> "Departement":
    from bot.operator.scopes import departement

    return departement(text)


def _region(text: str) -> str:
    from bot.operator.scopes import region

    return region(text)


def _day(text: str) -> date:
    from storage.cra.cells import day

    return day(text)


def _demo_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cras", type=_count, required=True, metavar="N", help="nombre de comptes rendus")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="graine : la même donne le même historique (1)"
    )
    parser.add_argument("--conseillers", type=_count, default=4000, metavar="N", help="leurs auteurs (4000)")
    parser.add_argument("--from", dest="start", type=_day, metavar="JOUR", help="premier jour (trois ans plus tôt)")
    parser.add_argument("--to", dest="end", type=_day, metavar="JOUR", help="dernier jour, compris (hier)")
    parser.add_argument("--force", action="store_true", help="même si la base contient de vrais comptes rendus")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 1_000_000_000:
        raise argparse.ArgumentTypeError(f"un nombre à partir de 1 est attendu, pas « {text} »")
    return int(text)


def _demo(parser: argparse.ArgumentParser) -> None:
    for option, variable, meaning in (
        ("--reset", "RESET", "tout recommencer"),
        ("--tour", "TOUR", "jouer une courte visite dans le terminal, puis finir"),
    ):
        asked = os.environ.get(variable, "0") not in {"", "0"}
        parser.add_argument(option, action="store_true", default=asked, help=f"{meaning} (ou variable {variable}=1)")
    parser.add_argument(
        "--no-open",
        dest="open",
        action="store_false",
        default=os.environ.get("OPEN", "1") not in {"", "0"},
        help="ne pas ouvrir de navigateur (ou variable OPEN=0)",
    )
    for option, variable, usual in (("--port", "PORT", "8065"), ("--bot-port", "BOT_PORT", "8066")):
        parser.add_argument(
            option, type=int, default=os.environ.get(variable, usual), help=f"ou variable {variable} ({usual})"
        )
    parser.add_argument(
        "--server-version",
        metavar="V",
        default=os.environ.get("SERVER_VERSION", "11.2"),
        help="11.2, 10.5, 9.11, 9.4 ou 5.37, ou variable SERVER_VERSION",
    )
