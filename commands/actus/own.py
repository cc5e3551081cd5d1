"""« /actus mes propositions »: what somebody proposed, and what became of each."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.lines import Run
from bot.replies import Button, Replies, Whisper
from bot.texts import render
from commands.actus.feature import feature
from commands.actus.pool import OUT, REFUSED
from config.folding import fold
from storage.actus import digests, items
from storage.actus.digests import Digest, State
from storage.actus.items import Item

SHOWN_MAX = 20


@feature.command("actus mes", help="Vos propositions d’actus, et ce que chacune devient", hint="propositions")
async def mine(ctx: Context, line: str) -> Replies:
    """The newest, with how each stands."""
    if fold(line) not in {"", "propositions", "proposition", "actus"}:
        raise UserError("Tapez `/actus mes propositions`.")
    found = await items.proposed(ctx.db, ctx.user.id, SHOWN_MAX)
    there = await digests.where(ctx.db, [item.number for item in found])
    rows = [(item, _stands(item, there.get(item.number, []))) for item in found]
    buttons = [] if rows else [Button("Proposer une actu", Run(line="actus proposer"), "primary")]
    return Whisper(render("actus/mine", rows=rows), buttons)


def _stands(item: Item, there: Sequence[tuple[Digest, bool]]) -> str:
    """What became of it, in a few words."""
    out = next((digest for digest, dropped in there if not dropped and digest.state in OUT), None)
    if out is not None:
        return (
            f"parue dans le n° {out.number}" if out.state is not State.WITHDRAWN else f"n° {out.number}, retiré depuis"
        )
    if item.withdrawn:
        return "la personne citée préfère que non" if item.details.get(REFUSED) else "retirée"
    if coming := next((digest for digest, dropped in there if not dropped), None):
        return f"dans le n° {coming.number}, en préparation"
    return "pas retenue cette fois-ci, merci quand même" if there else "attend le prochain numéro"
