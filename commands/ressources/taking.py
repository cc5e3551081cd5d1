"""A resource at hand: found or refused, who may change it, and who of its people can be written to."""

import re

from bot.context import Context
from bot.errors import UserError
from config.folding import fold
from storage.people import Person
from storage.ressources.resource import Resource, Shown, begin_writing, get, reread

_NO_WORD = re.compile(r"[^a-z0-9]+")


def words(line: str) -> str:
    """A line as it means the same: « Demande n° 12 » is « demande n 12 »."""
    return _NO_WORD.sub(" ", fold(line)).strip()


async def found(ctx: Context, number: int) -> Resource:
    """The resource of that number. Raises UserError where there is none."""
    return _there(await get(ctx.db, number), number)


def _there(resource: Resource | None, number: int) -> Resource:
    if resource is None:
        raise UserError(f"Il n’y a pas de fiche n° {number}.")
    return resource


async def locked(ctx: Context, number: int) -> tuple[Resource, int]:
    """The same, nobody else’s until the transaction ends, and the number under which it is written."""
    revision = await begin_writing(ctx.db)
    return _there(await reread(ctx.db, number), number), revision


async def to_change(ctx: Context, number: int) -> Resource:
    """The resource of that number, which whoever acts may change. Raises UserError."""
    resource = await found(ctx, number)
    must_change(ctx.user, resource)
    return resource


def is_own(user: Person, resource: Shown | Resource) -> bool:
    """Whether somebody wrote or deposited it. (Of what a search found it is not known who deposited it.)"""
    deposited_by = resource.deposited_by if isinstance(resource, Resource) else ""
    return bool(user.id) and user.id in {resource.auteur_id, deposited_by}


def must_change(user: Person, resource: Resource) -> None:
    """Raises UserError for who may not change it."""
    if not (user.animates or is_own(user, resource)):
        raise UserError("Seuls son auteur, qui l’a déposée et les animateurs changent cette fiche : signalez plutôt "
                        "ce qui ne va pas.")  # fmt: skip
