"""Who answers: the hotline, the animateurs, and whoever is in the room of a queue."""

from collections.abc import Collection

from bot.context import Context
from bot.errors import UserError
from commands.hotline.queues import queues, room_of
from storage import people, watched
from storage.people import Person, Role

AGENTS = frozenset({Role.HOTLINE, Role.ANIMATEUR})
"""The roles that answer in all queues."""


async def serves(ctx: Context, person: Person, queue: str, left: str = "") -> bool:
    """Whether somebody answers in that queue; ``left`` is the channel that they are just leaving."""
    if person.may(AGENTS) and not person.has_left(person.today(ctx.now)):
        return True
    place = await room_of(ctx, queue)
    member = (await watched.members(ctx.db, place, [person.id])).get(person.id) if place not in ("", left) else None
    return bool(member and member.is_in)


async def served_by(ctx: Context, person: Person) -> Collection[str]:
    """The queues in which somebody answers."""
    return [code for code in queues(ctx) if await serves(ctx, person, code)]


async def must_serve_some(ctx: Context, refusal: str) -> Collection[str]:
    """The queues in which who acts answers. Raises UserError, saying that, for who answers in none."""
    served = await served_by(ctx, ctx.user)
    if not served:
        raise UserError(refusal)
    return served


async def must_serve(ctx: Context, queue: str) -> None:
    """Raises UserError for who does not answer in that queue."""
    if not await serves(ctx, ctx.user, queue):
        raise UserError("C’est réservé aux agents de la hotline : demandez à l’équipe d’animation.")


async def name_of(ctx: Context, person_id: str) -> str:
    """What somebody is called; "" for nobody."""
    if not person_id:
        return ""
    person = await people.get(ctx.db, person_id)
    return person.full_name if person else "un agent"
