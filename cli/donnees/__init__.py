"""« coop-bot data » and « coop-bot retention »: what is held of somebody; what is kept for too long."""

import asyncio
from pathlib import Path

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def whose(parser: Parser) -> None:
    """Whose data, and where to."""
    parser.add_argument("username", metavar="NOM", help="le nom d’utilisateur de la personne, même hors du registre")
    parser.add_argument("--output", type=Path, metavar="FICHIER", required=True, help="le fichier .zip à écrire")
    parser.add_argument("--force", action="store_true", help="même si ce fichier existe déjà")


@tool.command(
    "data",
    help="écrire tout ce que le bot garde d’une personne (JSON et PDF), comme /mes-donnees le lui envoie",
    touches=Touches.READS,
    arguments=whose,
)
def data(call: Call) -> int:
    """Write the copy."""
    from cli.donnees.command import copy

    return asyncio.run(copy(call.settings, call.options, call.clock()))


def how(parser: Parser) -> None:
    """Only look, or do it; to be read, or for a program."""
    parser.add_argument("--dry-run", action="store_true", help="dire ce qui partirait, sans rien effacer")
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "retention",
    help="effacer ce qui est gardé depuis trop longtemps, et dire combien de lignes de chaque table",
    touches=Touches.WRITES,
    arguments=how,
)
def retention(call: Call) -> int:
    """Count, or sweep."""
    from cli.donnees.retention import sweep_all

    return asyncio.run(sweep_all(call.settings, call.options, call.clock()))
