"""« coop-bot export poll »: what came of a poll, from a terminal."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def _number(text: str) -> int:
    """The type of an argument that is the number of a poll."""
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError
    return number


def which(parser: Parser) -> None:
    """Which poll, and where to."""
    parser.add_argument("number", type=_number, metavar="N", help="son numéro, comme dans Mattermost : 12")
    parser.add_argument("--votes", action="store_true", help="une ligne par votant, d’un vote nominatif")
    parser.add_argument("--output", metavar="FICHIER", default="-", help="fichier (sinon la sortie standard)")


@tool.command(
    "export poll",
    help="les résultats d’un sondage, en CSV (docs/wire.md)",
    touches=Touches.READS,
    arguments=which,
)
def export_poll(call: Call) -> int:
    """Write them."""
    from cli.sondage.command import export_poll

    return asyncio.run(export_poll(call.settings, call.options))
