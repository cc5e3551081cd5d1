"""« coop-bot role », « people », « import people », « import structures », « export people »: who is who."""

import asyncio

from cli.arguments import Parser, from_where
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


@tool.command(
    "import people",
    help="des personnes, en CSV (docs/wire.md)",
    touches=Touches.WRITES,
    arguments=from_where,
)
def import_people(call: Call) -> int:
    """Take people in."""
    from cli.people.transfer import import_people

    return asyncio.run(import_people(call.settings, call.options.file, call.clock))


@tool.command(
    "import structures",
    help="des structures employeuses, en CSV (docs/wire.md)",
    touches=Touches.WRITES,
    arguments=from_where,
)
def import_structures(call: Call) -> int:
    """Take employers in."""
    from cli.people.transfer import import_structures

    return asyncio.run(import_structures(call.settings, call.options.file))


@tool.command("export people", help="le registre, en CSV, sur la sortie standard", touches=Touches.READS)
def export_people(call: Call) -> int:
    """Write the register."""
    from cli.people.transfer import export_people

    return asyncio.run(export_people(call.settings))
