"""The feature, a resource at hand: found, locked, changed by whom, kept by whom, and what the journal has of it."""

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.account_status import find_active
from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from config.text import fold
from storage import ressources
from storage.journal import AuditAct
from storage.people import Person, Role
from storage.ressources.catalogue import warm_up
from storage.ressources.resources import (
    Resource,
    ResourceState,
    ShownResource,
    begin_writing,
    get_resource,
    reread_resource,
)

feature = Feature(
    "ressources",
    rights=(Right.MEMBER,),
    front=Front("Ressources", "chercher une fiche, un tutoriel, un outil ; en proposer", lambda _: "ressources"),
)
feature.read_at_start.append(warm_up)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


def has_handler(payload: type[BaseModel]) -> bool:
    """Whether a button with such a payload has a handler here."""
    return any(trigger.key[0] == "button" and trigger.payload is payload for trigger in feature.triggers)


BeforeAndAfter = tuple[Mapping[str, object], Mapping[str, object]]
"""How it was, and is."""


def note_state(ctx: Context, act: AuditAct, resource: Resource, was: ResourceState) -> None:
    """It went from one state to another: by whom, and why."""
    note_resource(ctx, act, resource, ({"etat": was.value}, {"etat": resource.state.value}), resource.reason)


def note_resource(
    ctx: Context, act: AuditAct, resource: Resource, change: BeforeAndAfter = ({}, {}), reason: str = ""
) -> None:
    """Something was done to it; it concerns who deposited it."""
    before, after = change
    named = {**before, "titre": before.get("titre", resource.titre)}
    record_entry_at_end(
        ctx, AuditEntry(act, f"ressource:{resource.number}", resource.deposited_by, reason, named, after)
    )


_NO_WORD = re.compile(r"[^a-z0-9]+")


def normalise_line(line: str) -> str:
    """A line as it means the same: « Demande n° 12 » is « demande n 12 »."""
    return _NO_WORD.sub(" ", fold(line)).strip()


async def find_resource(ctx: Context, number: int) -> Resource:
    """The resource of that number. Raises UserError where there is none."""
    return _require(await get_resource(ctx.db, number), number)


def _require(resource: Resource | None, number: int) -> Resource:
    if resource is None:
        raise UserError(f"Il n’y a pas de fiche n° {number}.")
    return resource


async def lock_resource(ctx: Context, number: int) -> tuple[Resource, int]:
    """The same, nobody else’s until the transaction ends, and the number under which it is written."""
    revision = await begin_writing(ctx.db)
    return _require(await reread_resource(ctx.db, number), number), revision


async def find_changeable(ctx: Context, number: int) -> Resource:
    """The resource of that number, which whoever acts may change. Raises UserError."""
    resource = await find_resource(ctx, number)
    must_change(ctx.user, resource)
    return resource


def is_own(user: Person, resource: ShownResource | Resource) -> bool:
    """Whether somebody wrote or deposited it. (Of what a search found it is not known who deposited it.)"""
    deposited_by = resource.deposited_by if isinstance(resource, Resource) else ""
    return bool(user.id) and user.id in {resource.auteur_id, deposited_by}


def must_change(user: Person, resource: Resource) -> None:
    """Raises UserError for who may not change it."""
    if not (user.animates or is_own(user, resource)):
        raise UserError("Seuls son auteur, qui l’a déposée et les animateurs changent cette fiche : signalez plutôt "
                        "ce qui ne va pas.")  # fmt: skip


async def find_keepers(ctx: Context, found: Sequence[ressources.Resource]) -> Mapping[int, str]:
    """Who hears of each of these: its author, else whoever deposited it, whose account is in use; those that nobody is
    left for are not there."""
    ids = {person_id for each in found for person_id in (each.auteur_id, each.deposited_by) if person_id}
    there = await find_active(ctx, sorted(ids))
    asked = {each.number: (each.auteur_id, each.deposited_by) for each in found}
    return {number: next(one for one in those if one in there) for number, those in asked.items() if there & {*those}}
