"""« coop-bot work »: what takes longer than an answer."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def form(parser: Parser) -> None:
    """To be read, or for a program; or what to stop."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")
    what.add_argument("--cancel", metavar="ID", help="arrêter ce travail : ce qui est fait le reste")


@tool.command(
    "work",
    help="montrer les travaux longs (fichiers, envois groupés…) : où ils en sont, ce qu’ils ont donné ; en arrêter un",
    touches=Touches.WRITES,
    arguments=form,
)
def work(call: Call) -> int:
    """Write how far each is, or stop one."""
    from cli.work.command import cancel, show

    if call.options.cancel:
        return asyncio.run(cancel(call.settings, call.options.cancel, call.clock()))
    return asyncio.run(show(call.settings, call.options))
