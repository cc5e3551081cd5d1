"""« coop-bot search resources », « import resources » and « export resources »: the ressourcerie, from a terminal."""

import asyncio

from cli.arguments import Parser, from_where
from cli.command import Call, Tool, Touches

tool = Tool()
MOST = 1000
"""Resources that may be asked for."""


def _count(text: str) -> int:
    """The type of an argument that is a number of resources."""
    number = int(text)
    if not 1 <= number <= MOST:
        raise ValueError
    return number


def what(parser: Parser) -> None:
    """What is looked for."""
    parser.add_argument("query", metavar="MOTS", help="ce qu’une personne chercherait : « #cnil pdf », « impots »")
    parser.add_argument("--limit", type=_count, default=10, metavar="N", help=f"au plus, 10 d’office, {MOST} permises")
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "search resources",
    help="des fiches publiées de la ressourcerie, la meilleure d’abord",
    touches=Touches.READS,
    arguments=what,
)
def search_resources(call: Call) -> int:
    """Write what is found."""
    from cli.ressources.command import search_resources

    return asyncio.run(search_resources(call.settings, call.options))


@tool.command(
    "import resources",
    help="des fiches, en CSV ou JSONL, ou la liste publique des Bases (docs/wire.md)",
    touches=Touches.WRITES,
    arguments=from_where,
)
def import_resources(call: Call) -> int:
    """Take a file in."""
    from cli.ressources.command import import_resources

    return asyncio.run(import_resources(call.settings, call.options.file, call.clock()))


def form(parser: Parser) -> None:
    """In which form."""
    parser.add_argument("--format", choices=("csv", "jsonl"), default="csv", help="csv (d’office) ou jsonl")


@tool.command(
    "export resources",
    help="les fiches publiées, sur la sortie standard (docs/wire.md)",
    touches=Touches.READS,
    arguments=form,
)
def export_resources(call: Call) -> int:
    """Write them."""
    from cli.ressources.command import export_resources

    return asyncio.run(export_resources(call.settings, call.options.format))
