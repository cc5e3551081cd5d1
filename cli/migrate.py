"""« coop-bot migrate »: the tables of a database brought to what this version needs."""

import asyncio

from cli.command import Call, Tool, Touches

tool = Tool()


@tool.command("migrate", help="mettre la base de données au niveau de cette version", touches=Touches.WRITES)
def migrate(call: Call) -> int:
    """Take the steps that are missing."""
    from storage import migrate as steps

    change = asyncio.run(steps.upgrade(call.settings.database_url))
    if change.before == change.after:
        print(f"La base de données est à jour (étape {change.after}). Rien à changer.")
    else:
        print(f"Base de données : de l’étape {change.before or 'vide'} à l’étape {change.after}.")
    return 0
