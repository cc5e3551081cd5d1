"""What is done to channels, and to who is in them, is noted in the journal."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.journaling import Deed, note_at_end
from config.canaux import PlannedChannel
from storage.canaux.drift import Finding
from storage.canaux.runs import Run
from storage.journal import Act


def note_finding(ctx: Context, finding: Finding, place: str) -> None:
    """Something that is changed by hand of a channel, whose id is ``place`` once there is one."""
    before, after = ({"quoi": finding.drift.value, "nom": value} for value in (finding.before, finding.after))
    thing = f"canal:{place or finding.key}"
    deed = Deed(Act.CHANNEL_CHANGE, thing, finding.user_id, finding.reason, before, after | {"cle": finding.key})
    note_at_end(ctx, deed)


def note_run(ctx: Context, act: Act, run: Run, counted: Mapping[str, int]) -> None:
    """Changes that are made, or undone, together: how many of each kind; which ones « /canaux journal » tells."""
    note_at_end(ctx, Deed(act, f"canaux:{run.id}", after={"portee": run.scope, "combien": dict(counted)}))


def note_place(ctx: Context, act: Act, canal: PlannedChannel, user_id: str, reason: str = "") -> None:
    """Somebody is let in, taken out, or brought in, by name or because they belong there."""
    note_at_end(ctx, Deed(act, f"canal:{canal.key}", user_id, reason, after={"canal": canal.name}))


def note_moves(ctx: Context, user_id: str, *, joins: Sequence[str] = (), leaves: Sequence[str] = ()) -> None:
    """The bot itself brings somebody into channels, or takes them out, as the register says."""
    if joins or leaves:
        after = {"entre": list(joins), "sort": list(leaves)}
        note_at_end(ctx, Deed(Act.CHANNEL_MOVE, f"personne:{user_id}", user_id, after=after))
