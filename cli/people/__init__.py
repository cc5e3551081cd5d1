"""« coop-bot role » and « coop-bot people »: the register of who is who."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def whose_role(parser: Parser) -> None:
    """Whose role, and which."""
    parser.add_argument("username", metavar="NOM", help="nom d’utilisateur Mattermost, avec ou sans « @ »")
    parser.add_argument(
        "role",
        choices=("coordinateur", "animateur", "conseiller", "invite", "hotline", "administrateur", "auto"),
        metavar="RÔLE",
        help="coordinateur, animateur, conseiller, invite, hotline ou administrateur ; auto : le rôle suit de nouveau "
        "Mattermost",
    )


@tool.command(
    "role",
    help="donner un rôle à une personne, ou le laisser suivre Mattermost",
    touches=Touches.WRITES,
    arguments=whose_role,
)
def role(call: Call) -> int:
    """Give somebody a role, or take it back."""
    from cli.people.command import role

    return asyncio.run(role(call.settings, call.options, call.clock()))


def form(parser: Parser) -> None:
    """To be read, or for a program."""
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command("people", help="montrer le registre : qui est qui", touches=Touches.READS, arguments=form)
def people(call: Call) -> int:
    """Write the register."""
    from cli.people.command import show

    return asyncio.run(show(call.settings, call.options))
