"""Who hears of a resource: its author, else whoever deposited it, as long as they are there."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.others import in_use
from storage.ressources import Resource


async def keepers(ctx: Context, found: Sequence[Resource]) -> Mapping[int, str]:
    """Who hears of each of these: its author, else whoever deposited it, whose account is in use; those that nobody is
    left for are not there."""
    ids = {person_id for each in found for person_id in (each.auteur_id, each.deposited_by) if person_id}
    there = await in_use(ctx, sorted(ids))
    asked = {each.number: (each.auteur_id, each.deposited_by) for each in found}
    return {number: next(one for one in those if one in there) for number, those in asked.items() if there & {*those}}
