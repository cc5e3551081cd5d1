"""The feature, which channels somebody means and looks after, and what the journal has of them."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from bot.french.words import join
from bot.texts import quote
from config.canaux import Family, PlannedChannel, home_of
from config.settings import Settings
from config.territories import departement
from config.text import fold
from dialogs.canaux import watch_planned_channels
from storage.canaux import find_channel_ids, list_planned
from storage.canaux.runs import Finding, Run
from storage.journal import AuditAct
from storage.people import Person, Role
from storage.people.person import read_departements

feature = Feature(
    "canaux",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Canaux", "voir vos canaux, en rejoindre d’autres", lambda _: "canaux"),
)

LEADERS = (Role.ANIMATEUR, Role.COORDINATEUR)
"""Who looks after channels: animateurs after all, coordinateurs after those of their own départements."""
ANIMATEURS = (Role.ANIMATEUR,)


@feature.watches
async def watch_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Listen for who comes into the team, and who comes into the private channels and leaves them. Of the public ones,
    in which everybody is or may be, listen for how they are."""
    return await watch_planned_channels(db, settings) | WatchedPlaces(team=True)


ALL = ""
"""The scope of all channels; that of one is its key."""
DEPARTEMENTS = "departements"
"""The scope of all channels of départements."""
PREFIX = "departement:"
Table = Mapping[str, PlannedChannel]


def read_scope(text: str, table: Table) -> str:
    """Read which channels somebody means: nothing, « départements », one of them, or a channel by name. Raises
    UserError."""
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


async def find_planned_at(ctx: Context, channel_id: str) -> PlannedChannel | None:
    """Find the planned channel that this one of Mattermost’s is; None for any other."""
    keys = (key for key, its_id in (await find_channel_ids(ctx.db)).items() if its_id == channel_id)
    return (await list_planned(ctx.db, ctx.settings)).get(next(keys, ""))


async def must_be_planned(ctx: Context, key: str) -> PlannedChannel:
    """Get the planned channel of that key. Raises UserError for one that is none any more."""
    canal = (await list_planned(ctx.db, ctx.settings)).get(key)
    if canal is None:
        raise UserError("Ce canal n’est plus dans la table des canaux.")
    return canal


def channels_in(scope: str, table: Table) -> Sequence[PlannedChannel]:
    """List the channels of a scope."""
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
    """Say a scope in words."""
    if scope in {ALL, DEPARTEMENTS}:
        return "tous les canaux des départements" if scope else "tous les canaux"
    return f"le canal « {table[scope].name if scope in table else scope.removeprefix(PREFIX)} »"


def note_finding(ctx: Context, finding: Finding, place: str) -> None:
    """Note what is changed by hand of a channel, whose id is ``place`` once there is one."""
    before, after = ({"quoi": finding.drift.value, "nom": value} for value in (finding.before, finding.after))
    thing = f"canal:{place or finding.key}"
    deed = AuditEntry(
        AuditAct.CHANNEL_CHANGE, thing, finding.user_id, finding.reason, before, after | {"cle": finding.key}
    )
    record_entry_at_end(ctx, deed)


def note_run(ctx: Context, act: AuditAct, run: Run, counted: Mapping[str, int]) -> None:
    """Note changes that are made, or undone, together: how many of each kind; which ones « /canaux journal » tells."""
    record_entry_at_end(ctx, AuditEntry(act, f"canaux:{run.id}", after={"portee": run.scope, "combien": dict(counted)}))


def note_place(ctx: Context, act: AuditAct, canal: PlannedChannel, user_id: str, reason: str = "") -> None:
    """Note that somebody is let in, taken out, or brought in, by name or because they belong there."""
    record_entry_at_end(ctx, AuditEntry(act, f"canal:{canal.key}", user_id, reason, after={"canal": canal.name}))


def note_moves(ctx: Context, user_id: str, *, joins: Sequence[str] = (), leaves: Sequence[str] = ()) -> None:
    """Note that the bot itself brings somebody into channels, or takes them out, as the register says."""
    if joins or leaves:
        after = {"entre": list(joins), "sort": list(leaves)}
        record_entry_at_end(ctx, AuditEntry(AuditAct.CHANNEL_MOVE, f"personne:{user_id}", user_id, after=after))
