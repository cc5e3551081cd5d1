"""« coop-bot announce »: something said once in many channels, from a file."""

import asyncio

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def what_and_where(parser: Parser) -> None:
    """The words, where they go, and whether they are to go there again."""
    parser.add_argument(
        "--to",
        required=True,
        metavar="OÙ",
        help="national, départements (69,38), region:Bretagne, hub:Hinaura, theme:éducation ; séparés par des virgules",
    )
    parser.add_argument("--text", required=True, metavar="FICHIER", help="le texte, ou « - » pour l’entrée standard")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="FICHIER",
        help="un fichier qui va avec, dont chaque canal reçoit une copie ; dix au plus, un --file pour chacun",
    )
    parser.add_argument("--dry-run", action="store_true", help="dire où l’annonce irait, sans rien envoyer")
    parser.add_argument("--again", action="store_true", help="l’envoyer une fois de plus, là où elle est déjà")
    parser.add_argument("--json", action="store_true", help="un objet JSON, sur une ligne (docs/wire.md)")


@tool.command(
    "announce",
    help="écrire un texte dans des canaux, une fois dans chacun ; relancée, la commande reprend ce qui manque",
    touches=Touches.WRITES,
    arguments=what_and_where,
)
def announce(call: Call) -> int:
    """Send it, or what is left of it."""
    from cli.annonce.command import announce

    return asyncio.run(announce(call.settings, call.options, call.clock))
