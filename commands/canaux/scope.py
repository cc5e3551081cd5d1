"""Which channels somebody means, and whether they are theirs to look after."""

from collections.abc import Mapping, Sequence

from bot.errors import UserError
from bot.french.words import join
from bot.texts import quote
from config.canaux import Family, PlannedChannel, home_of
from config.folding import fold
from config.territories import departement
from storage.people import Person
from storage.people.reading import read_departements

ALL = ""
"""The scope of all channels; that of one is its key."""
DEPARTEMENTS = "departements"
"""The scope of all channels of départements."""
PREFIX = "departement:"
Table = Mapping[str, PlannedChannel]


def read_scope(text: str, table: Table) -> str:
    """What somebody wrote: nothing, « départements », one of them, or a channel by name. Raises UserError."""
    wanted = fold(text.strip().removeprefix("~"))
    if not wanted:
        return ALL
    if wanted == DEPARTEMENTS:
        return DEPARTEMENTS
    for key, planned in table.items():
        if wanted in {fold(planned.name), fold(planned.address), fold(key)}:
            return key
    try:
        (code,) = read_departements(text)
    except ValueError:
        raise UserError(f"« {quote(text.strip())} » n’est ni un département ni un canal du réseau.") from None
    key = f"{PREFIX}{home_of(code)}"
    if key not in table:
        raise UserError(f"{departement(code).name} n’a pas de canal à elle seule dans la table des canaux.")
    return key


def channels_in(scope: str, table: Table) -> Sequence[PlannedChannel]:
    """The channels that are meant."""
    if scope == DEPARTEMENTS:
        return [planned for planned in table.values() if planned.family is Family.DEPARTEMENT]
    return [planned for key, planned in table.items() if scope in {ALL, key}]


def must_look_after(actor: Person, scope: str) -> None:
    """Raises UserError where these channels are not for this actor: coordinateurs have those of their départements."""
    if not actor.id or actor.animates or scope in {f"{PREFIX}{home_of(code)}" for code in actor.departements}:
        return
    own = join([code for code in actor.departements if home_of(code)])
    hint = f"Écrivez le numéro du vôtre ({own})." if own else "Le registre ne vous en donne aucun."
    raise UserError(f"Un coordinateur vérifie et répare le canal de son département. {hint}")


def say_scope(scope: str, table: Table) -> str:
    """The same in words."""
    if scope in {ALL, DEPARTEMENTS}:
        return "tous les canaux des départements" if scope else "tous les canaux"
    return f"le canal « {table[scope].name if scope in table else scope.removeprefix(PREFIX)} »"
