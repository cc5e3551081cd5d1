"""« coop-bot migrate »: migrates the database to this version, or says which steps are missing."""

from collections.abc import Iterator

from cli.command import Call
from cli.errors import OperatorError
from cli.faults import as_sentence
from storage import schema
from storage.schema import Outlook

PENDING, IMPOSSIBLE = 1, 2
"""The exit codes of « --check » besides 0: steps are to be taken; migrating is impossible, or that cannot be told."""


async def migrate(call: Call, *, check: bool = False) -> int:
    """Run the missing steps, or list them."""
    if check:
        return await _tell(call)
    change = await schema.upgrade(call.settings.database_url)
    if change.before == change.after:
        print(f"La base de données est à jour (étape {change.after}). Rien à changer.")
    else:
        print(f"Base de données : de l’étape {change.before or 'vide'} à l’étape {change.after}.")
    return 0


async def _tell(call: Call) -> int:
    try:
        outlook = await schema.look_ahead(call.settings.database_url)
    except Exception as error:
        if sentence := as_sentence(error, call.known):
            raise OperatorError(str(sentence), code=IMPOSSIBLE) from error
        raise
    if not outlook.steps:
        print(f"La base de données est à jour (étape {schema.head()}). Rien à changer.")
        return 0
    print("\n".join(_lines(outlook)))
    return PENDING


def _lines(outlook: Outlook) -> Iterator[str]:
    yield f"Étapes à faire, dans cet ordre : {', '.join(outlook.steps)}."
    if outlook.is_empty:
        yield "La base est vide : lancez « coop-bot migrate », ou démarrez le bot, qui le fait."
        return
    if outlook.added:
        yield f"S’ajoutent : {', '.join(outlook.added)}."
    if outlook.indexed:
        yield f"Sont relues en entier, et n’enregistrent rien pendant ce temps : {', '.join(outlook.indexed)}."
    if outlook.breaking:
        yield f"La version d’avant ne saurait plus s’en servir : {', '.join(outlook.breaking)}."
        yield "Arrêtez le bot, sauvegardez la base, lancez « coop-bot migrate », puis démarrez la nouvelle version."
    else:
        yield "La version d’avant peut servir pendant ce temps, et après : rien n’est enlevé."
        yield "Sauvegardez la base, lancez « coop-bot migrate », puis remplacez les répliques une à une."
