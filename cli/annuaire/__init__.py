"""« coop-bot search people » and « coop-bot import contacts »: the directory, from a terminal."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def what_and_who(parser: Parser) -> None:
    """What is looked for, and who looks."""
    parser.add_argument("query", metavar="MOTS", help="ce que la personne taperait après /annuaire")
    parser.add_argument(
        "--as", dest="viewer", required=True, metavar="NOM", help="qui cherche, par son nom d’utilisateur"
    )
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "search people",
    help="des personnes de l’annuaire, telles que quelqu’un les verrait",
    touches=Touches.READS,
    arguments=what_and_who,
)
def search_people(call: Call) -> int:
    """Write who is found."""
    from cli.annuaire.command import search_people

    return asyncio.run(search_people(call.settings, call.options, call.clock()))


def from_where(parser: Parser) -> None:
    """The file."""
    parser.add_argument("file", metavar="FICHIER", help="le fichier CSV, ou « - » pour l’entrée standard")


@tool.command(
    "import contacts",
    help="des contacts et institutions, en CSV (docs/wire.md)",
    touches=Touches.WRITES,
    arguments=from_where,
)
def import_contacts(call: Call) -> int:
    """Take a file in."""
    from cli.annuaire.command import import_contacts

    return asyncio.run(import_contacts(call.settings, call.options.file, call.clock()))
