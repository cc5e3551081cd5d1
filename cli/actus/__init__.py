"""« coop-bot digest preview », « digest publish » and « export digest »: the numbers of the news, from a terminal."""

import asyncio

from cli.arguments import Parser, day
from cli.command import Call, Tool, Touches

tool = Tool()
FORMATS = ("md", "html", "txt", "pdf")


def which(parser: Parser) -> None:
    """Which number, and how it is shown."""
    parser.add_argument("--edition", required=True, metavar="CLÉ", help="vendredi, nouvelles, ou une de la table")
    parser.add_argument(
        "--date",
        type=day,
        metavar="AAAA-MM-JJ",
        help="le numéro de ce jour, férié ou non, ou le suivant ; d’office, le prochain",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="un objet JSON, sur une ligne (docs/wire.md)")
    form.add_argument("--markdown", action="store_true", help="les messages tels qu’ils seront, en Markdown")


@tool.command(
    "digest preview",
    help="un numéro des actus, tel qu’il est ou tel qu’il serait ; rien n’est pris ni publié",
    touches=Touches.WRITES,
    arguments=which,
)
def preview(call: Call) -> int:
    """Write it."""
    from cli.actus.previewing import preview

    return asyncio.run(preview(call.settings, call.options, call.clock))


def number(parser: Parser) -> None:
    """Which number."""
    parser.add_argument("number", type=int, metavar="N", help="le numéro, que « digest preview » donne")


def to_publish(parser: Parser) -> None:
    """Which number, and whether for good."""
    number(parser)
    parser.add_argument("--dry-run", action="store_true", help="dire où et quoi, sans rien envoyer ni écrire")


@tool.command(
    "digest publish",
    help="publier un numéro maintenant, une fois ; relancée, la commande reprend ce qui manque",
    touches=Touches.WRITES,
    arguments=to_publish,
)
def publish(call: Call) -> int:
    """It comes out."""
    from cli.actus.publishing import publish

    return asyncio.run(publish(call.settings, call.options, call.clock))


def in_a_format(parser: Parser) -> None:
    """Which number, and as what."""
    number(parser)
    parser.add_argument("--format", choices=FORMATS, default="md", help="md (d’office), html, txt ou pdf")
    parser.add_argument("--output", metavar="FICHIER", help="un fichier, remplacé ; d’office, la sortie standard")


@tool.command(
    "export digest",
    help="un numéro des actus, en Markdown, page web, texte ou PDF",
    touches=Touches.READS,
    arguments=in_a_format,
)
def export(call: Call) -> int:
    """Write it."""
    from cli.actus.exporting import export

    return asyncio.run(export(call.settings, call.options, call.clock))
