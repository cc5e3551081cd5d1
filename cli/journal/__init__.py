"""« coop-bot journal »: what was done by whom, in days; « journal verify »: whether it is as it was written."""

import asyncio

from cli.arguments import Parser, day
from cli.command import Call, Tool, Touches

tool = Tool()
VERIFY = "verify"


def which(parser: Parser) -> None:
    """Which entries, or whether they are as they were written."""
    parser.add_argument("what", nargs="?", choices=(VERIFY,), help="vérifier que rien n’y a été changé, ni retiré")
    parser.add_argument("--from", dest="since", type=day, metavar="AAAA-MM-JJ", help="premier jour, à Paris")
    parser.add_argument("--to", dest="until", type=day, metavar="AAAA-MM-JJ", help="dernier jour, compris")
    parser.add_argument("--actor", metavar="NOM", help="ce que quelqu’un a fait ; coop : le bot, operateur : vous")
    parser.add_argument("--jsonl", action="store_true", help="un objet JSON par ligne (docs/wire.md)")


@tool.command(
    "journal",
    help="ce qui a été fait, par qui et pourquoi ; « verify » : 0 si le journal est intact, 1 sinon",
    touches=Touches.READS,
    arguments=which,
)
def journal(call: Call) -> int:
    """Write it, or check it."""
    from cli.journal.command import show
    from cli.journal.verifying import verify

    if call.options.what == VERIFY:
        return asyncio.run(verify(call.settings))
    return asyncio.run(show(call.settings, call.options))
