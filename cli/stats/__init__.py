"""« coop-bot stats » and « coop-bot export stats »: exact figures of a person or a territory."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import Parser, day
from cli.command import Call, Tool, Touches

if TYPE_CHECKING:
    from config.departements import Departement

tool = Tool()


def whose(parser: Parser) -> None:
    """Whose figures, of which days, with which percents."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--user", metavar="NOM", help="d’une personne, par son nom d’utilisateur")
    one.add_argument("--departement", type=_departement, metavar="CODE", help="d’un département, par exemple 69")
    one.add_argument("--region", type=_region, metavar="CODE", help="d’une région : son code INSEE ou son nom")
    one.add_argument("--national", action="store_true", help="de tout le pays (d’office)")
    parser.add_argument("--from", dest="start", type=day, required=True, metavar="JOUR", help="premier jour")
    parser.add_argument("--to", dest="end", type=day, required=True, metavar="JOUR", help="dernier jour, compris")
    parser.add_argument(
        "--percent",
        choices=("juste", "coop"),
        default="juste",
        help="pourcentages qui font 100 (juste, d’office), ou tronqués comme sur l’ancienne plateforme (coop)",
    )


def to_be_read(parser: Parser) -> None:
    """The same, to be read or for a program."""
    whose(parser)
    parser.add_argument("--json", action="store_true", help="un objet JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "stats",
    help="les chiffres d’une personne ou d’un territoire (docs/wire.md)",
    touches=Touches.READS,
    arguments=to_be_read,
)
def stats(call: Call) -> int:
    """Write the figures."""
    from cli.stats.command import tell

    return asyncio.run(tell(call.settings, call.options))


def as_file(parser: Parser) -> None:
    """The same, as a file."""
    whose(parser)
    parser.add_argument("--format", choices=("pdf", "xlsx", "csv"), required=True, help="la forme du fichier")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="F",
        help="fichier, dossier, ou « - » pour la sortie standard (sinon le dossier courant, sous le nom usuel)",
    )


@tool.command(
    "export stats",
    help="les statistiques, en fichier comme dans la discussion",
    touches=Touches.READS,
    arguments=as_file,
)
def export_stats(call: Call) -> int:
    """Write a file of them."""
    from cli.stats.files import export_stats

    return asyncio.run(export_stats(call.settings, call.options, call.clock()))


def _departement(text: str) -> "Departement":
    from cli.stats.subjects import departement

    return departement(text)


def _region(text: str) -> str:
    from cli.stats.subjects import region

    return region(text)
