"""« coop-bot channels »: the team’s channels held against what they are to be, and brought there."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def form(parser: Parser) -> None:
    """To be read, or for a program."""
    parser.add_argument("--json", action="store_true", help="un objet JSON, sur une ligne (docs/wire.md)")


def how(parser: Parser) -> None:
    """Whether to do it, and how far."""
    form(parser)
    parser.add_argument("--dry-run", action="store_true", help="dire ce qui serait fait, et ne rien changer")
    parser.add_argument(
        "--strangers",
        action="store_true",
        help="retirer aussi des canaux privés qui n’est pas dans le registre (d’office, seulement signalé)",
    )
    parser.add_argument(
        "--admin-token",
        default="",
        metavar="JETON",
        help="d’un administrateur système : marquer comme lus, pour qui y arrive, les canaux de cette fois-ci",
    )


@tool.command(
    "channels check",
    help="dire ce qui, dans les canaux, n’est pas comme prévu ; code 0 : rien, 3 : des écarts, 1 : impossible à dire",
    touches=Touches.READS,
    arguments=form,
)
def check(call: Call) -> int:
    """Change nothing."""
    from cli.canaux.command import check

    return asyncio.run(check(call.settings, call.options, call.clock()))


@tool.command(
    "channels sync",
    help="créer les canaux qui manquent, y mettre les personnes du registre, en retirer qui travaille ailleurs",
    touches=Touches.WRITES,
    arguments=how,
)
def sync(call: Call) -> int:
    """Bring the channels to what the register says."""
    from cli.canaux.command import sync

    return asyncio.run(sync(call.settings, call.options, call.clock))
