"""« coop-bot tickets » and « coop-bot export tickets »: what was asked of the hotline, and how it stands."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def which(parser: Parser) -> None:
    """Which tickets."""
    parser.add_argument("--state", metavar="ÉTAT", help="ceux d’un état : nouveau, pris, en attente, résolu…")
    parser.add_argument("--queue", metavar="FILE", help="ceux d’une file, par son code ou son nom : metier")


def shown(parser: Parser) -> None:
    """Which tickets, to be read or for a program."""
    which(parser)
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "tickets",
    help="montrer les demandes d’aide : de qui, à qui, où elles en sont",
    touches=Touches.READS,
    arguments=shown,
)
def tickets(call: Call) -> int:
    """Write them."""
    from cli.hotline.command import show

    return asyncio.run(show(call.settings, call.options))


def to_where(parser: Parser) -> None:
    """Which tickets, and where to."""
    which(parser)
    parser.add_argument("output", metavar="FICHIER", nargs="?", default="-", help="fichier (sinon la sortie standard)")


@tool.command(
    "export tickets",
    help="les demandes d’aide, en CSV (docs/wire.md)",
    touches=Touches.READS,
    arguments=to_where,
)
def export_tickets(call: Call) -> int:
    """Write them."""
    from cli.hotline.command import export

    return asyncio.run(export(call.settings, call.options))
