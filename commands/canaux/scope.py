"""Which channels somebody means, and whether they are theirs to look after."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.french.words import join
from bot.texts import quote
from config.canaux import Family, PlannedChannel, home_of
from config.folding import fold
from config.territories import departement
from storage.canaux import by_key, planned
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
    for key, canal in table.items():
        if wanted in {fold(canal.name), fold(canal.address), fold(key)}:
            return key
    try:
        (code,) = read_departements(text)
    except ValueError:
        raise UserError(f"« {quote(text.strip())} » n’est ni un département ni un canal du réseau.") from None
    key = f"{PREFIX}{home_of(code)}"
    if key not in table:
        raise UserError(f"{departement(code).name} n’a pas de canal à elle seule dans la table des canaux.")
    return key


async def planned_at(ctx: Context, channel_id: str) -> PlannedChannel | None:
    """The planned channel that this one of Mattermost’s is; None for any other."""
    keys = (key for key, its_id in (await by_key(ctx.db)).items() if its_id == channel_id)
    return (await planned(ctx.db, ctx.settings)).get(next(keys, ""))


async def must_be_planned(ctx: Context, key: str) -> PlannedChannel:
    """The planned channel of that key. Raises UserError for one that is none any more."""
    canal = (await planned(ctx.db, ctx.settings)).get(key)
    if canal is None:
        raise UserError("Ce canal n’est plus dans la table des canaux.")
    return canal


def channels_in(scope: str, table: Table) -> Sequence[PlannedChannel]:
    """The channels that are meant."""
    if scope == DEPARTEMENTS:
        return [canal for canal in table.values() if canal.family is Family.DEPARTEMENT]
    return [canal for key, canal in table.items() if scope in {ALL, key}]


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
