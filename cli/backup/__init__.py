"""« coop-bot backup » and « coop-bot restore »: the whole database in one file, and back."""

import asyncio
from pathlib import Path

from cli.arguments import Parser
from cli.command import Call, Tool, Touches

tool = Tool()


def to_write(parser: Parser) -> None:
    """The file to write."""
    parser.add_argument("file", type=Path, metavar="FICHIER", help="le fichier à écrire, qui ne doit pas exister")


def to_read(parser: Parser) -> None:
    """The file to read."""
    parser.add_argument("file", type=Path, metavar="FICHIER", help="le fichier que « backup » a écrit")


@tool.command(
    "backup",
    help="sauvegarder toute la base dans un fichier, même si le bot tourne",
    touches=Touches.READS,
    arguments=to_write,
)
def backup(call: Call) -> int:
    """Write a new file with everything."""
    from cli.backup.command import backup

    return asyncio.run(backup(call.settings, call.options, call.clock()))


@tool.command(
    "restore",
    help="remettre une sauvegarde dans la base des réglages, qui est vide",
    touches=Touches.WRITES,
    arguments=to_read,
)
def restore(call: Call) -> int:
    """Fill an empty database from a file."""
    from cli.backup.command import restore

    return asyncio.run(restore(call.settings, call.options))
