"""« coop-bot doctor »: whether all is well, and what to do where it is not."""

import asyncio

from cli.arguments import admin_token
from cli.command import Call, Tool, Touches

tool = Tool()


@tool.command(
    "doctor", help="vérifier que tout va, et dire comment réparer", touches=Touches.READS, arguments=admin_token
)
def doctor(call: Call) -> int:
    """Examine everything."""
    from cli.doctor.command import examine

    return asyncio.run(examine(call.settings, call.options.admin_token, print))
