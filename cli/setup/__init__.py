"""« coop-bot setup »: a Mattermost server made ready for the bot."""

import asyncio
from pathlib import Path

from cli.arguments import Parser, admin_token
from cli.command import Call, Tool

tool = Tool()


def arguments(parser: Parser) -> None:
    """Which server, which team, and how far the changes may go."""
    parser.add_argument("--url", required=True, help="adresse du serveur Mattermost")
    admin_token(parser)
    parser.add_argument("--team", required=True, help="nom court de l’équipe, celui de son adresse")
    parser.add_argument("--public-url", required=True, help="adresse du bot, telle que le serveur l’appelle")
    parser.add_argument("--write", type=Path, required=True, metavar="FICHIER", help="fichier de réglages à écrire")
    parser.add_argument("--contact", metavar="NOM", help="à qui le bot renvoie les questions (sinon aux animateurs)")
    parser.add_argument("--bot-name", default="coop", metavar="NOM", help="nom du compte de bot (coop)")
    parser.add_argument(
        "--fix-server",
        action="store_true",
        help="changer aussi les réglages du serveur qui empêchent le bot de marcher",
    )
    parser.add_argument(
        "--rights", action="store_true", help="dire quels droits les fonctions en service demandent, et les accorder"
    )
    parser.add_argument("--replace", action="store_true", help="remplacer les commandes du même nom d’un autre service")
    parser.add_argument("--dry-run", action="store_true", help="dire ce qui changerait, sans rien changer")


@tool.command("setup", help="préparer un serveur Mattermost pour le bot", arguments=arguments)
def set_up(call: Call) -> int:
    """Make or mend all that the bot stands on, and write its settings."""
    from cli.setup.command import setup

    return asyncio.run(setup(call.options, print))
