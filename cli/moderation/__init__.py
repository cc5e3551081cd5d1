"""« coop-bot cases »: what was reported, and what became of it."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def which(parser: Parser) -> None:
    """Which cases, to be read or for a program."""
    parser.add_argument("--state", metavar="ÉTAT", help="ceux d’un état : ouvert, second_avis, decide, recours, clos")
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "cases",
    help="les dossiers de modération : de qui, dans quel état, ce qui fut décidé",
    touches=Touches.READS,
    arguments=which,
)
def cases(call: Call) -> int:
    """Write them."""
    from cli.moderation.command import show

    return asyncio.run(show(call.settings, call.options))
