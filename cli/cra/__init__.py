"""« coop-bot import cra » and « coop-bot export cra »: comptes rendus in files (docs/wire.md)."""

import asyncio

from cli.arguments import Parser, day, from_where
from cli.command import Call, Tool, Touches

tool = Tool()


@tool.command(
    "import cra",
    help="des comptes rendus, en CSV ou JSONL (docs/wire.md)",
    touches=Touches.WRITES,
    arguments=from_where,
)
def import_cra(call: Call) -> int:
    """Take a file in."""
    from cli.cra.command import import_cra

    return asyncio.run(import_cra(call.settings, call.options.file, call.clock))


def which(parser: Parser) -> None:
    """Which comptes rendus, and in which form."""
    parser.add_argument("--from", dest="start", type=day, metavar="JOUR", help="premier jour, par exemple 2026-09-01")
    parser.add_argument("--to", dest="end", type=day, metavar="JOUR", help="dernier jour, compris")
    parser.add_argument("--user", metavar="NOM", help="ceux d’une seule personne, par son nom d’utilisateur")
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl", help="jsonl (d’office) ou csv")
    parser.add_argument("--deleted", action="store_true", help="avec ceux qui ont été supprimés")


@tool.command(
    "export cra",
    help="les comptes rendus, sur la sortie standard (docs/wire.md)",
    touches=Touches.READS,
    arguments=which,
)
def export_cra(call: Call) -> int:
    """Write them."""
    from cli.cra.command import export_cra

    return asyncio.run(export_cra(call.settings, call.options))
