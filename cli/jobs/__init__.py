"""« coop-bot jobs »: what the bot does by the clock."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def form(parser: Parser) -> None:
    """To be read, or for a program."""
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "jobs",
    help="montrer les tâches périodiques : la prochaine fois, la dernière, et ce qu’elle a donné",
    touches=Touches.READS,
    arguments=form,
)
def jobs(call: Call) -> int:
    """Write when each job is due, and how it went last."""
    from cli.jobs.command import show

    return asyncio.run(show(call.settings, call.options, call.clock()))
