"""« coop-bot demo »: the bot and an embedded Mattermost, with people and a history already there."""

import asyncio
import os

from cli.arguments import Parser
from cli.command import Call, Tool

tool = Tool()


def how(parser: Parser) -> None:
    """Where it listens, which server it is, and what else to do."""
    for option, variable, meaning in (
        ("--reset", "RESET", "tout recommencer"),
        ("--tour", "TOUR", "jouer une courte visite dans le terminal, puis finir"),
    ):
        asked = os.environ.get(variable, "0") not in {"", "0"}
        parser.add_argument(option, action="store_true", default=asked, help=f"{meaning} (ou variable {variable}=1)")
    parser.add_argument(
        "--no-open",
        dest="open",
        action="store_false",
        default=os.environ.get("OPEN", "1") not in {"", "0"},
        help="ne pas ouvrir de navigateur (ou variable OPEN=0)",
    )
    for option, variable, usual in (("--port", "PORT", "8065"), ("--bot-port", "BOT_PORT", "8066")):
        parser.add_argument(
            option, type=int, default=os.environ.get(variable, usual), help=f"ou variable {variable} ({usual})"
        )
    parser.add_argument(
        "--server-version",
        metavar="V",
        default=os.environ.get("SERVER_VERSION", "11.2"),
        help="11.6, 11.2, 10.5, 9.11, 9.4 ou 5.37, ou variable SERVER_VERSION",
    )


@tool.command("demo", help="le bot et un Mattermost embarqué, avec des personnes et un historique", arguments=how)
def demo(call: Call) -> int:
    """Run it, or play the tour."""
    from cli.demo.command import FOLDER, demo

    return asyncio.run(demo(call.options, FOLDER.absolute()))
