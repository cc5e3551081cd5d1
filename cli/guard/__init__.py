"""« coop-bot guard »: where a text holds personal data."""

from cli.arguments import Parser
from cli.command import Call, Tool

tool = Tool()


def what(parser: Parser) -> None:
    """The text, and for whom the answer is."""
    parser.add_argument("file", metavar="FICHIER", help="le texte, ou « - » pour l’entrée standard")
    parser.add_argument("--json", action="store_true", help="un tableau JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "guard",
    help="dire où un texte contient des données personnelles, sans les montrer (docs/wire.md)",
    arguments=what,
)
def guard(call: Call) -> int:
    """Look at each line."""
    from cli.guard.command import look

    look(call.options)
    return 0
