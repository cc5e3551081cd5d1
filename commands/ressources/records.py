"""The feature, payloads that several modules use, and a resource at hand: found, locked, decided about and recorded;
who may change it, who maintains it, and who is told."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel

from bot.account_status import find_active
from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.replies import Button, Direct, News, Start
from bot.texts import render, require
from config.text import fold
from config.time import PARIS
from storage import journal, people
from storage.ressources import resources
from storage.ressources.catalogue import warm_up
from storage.ressources.resources import AnyResource, Resource, ResourceState

feature = Feature(
    "ressources",
    rights=(Right.MEMBER,),
    front=Front("Ressources", "chercher une ressource, un tutoriel, un outil ; en proposer", lambda _: "ressources"),
)
feature.read_at_start.append(warm_up)

ANIMATEURS = (people.Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


class OfResource(BaseModel):
    """Payload about one resource, by its number."""

    resource: int


class OpenResource(OfResource):
    """Button « Ouvrir »: shows a resource in full."""


class Comment(OfResource):
    """Button « Commenter »: opens the window of a comment."""


class ShareResource(OfResource):
    """Button « Partager ici »: shares a resource in the channel of the click."""


class FollowThemes(OfResource):
    """Button « Suivre ce thème »: offers the themes of a resource."""


class Collect(OfResource):
    """Button « Ajouter à une collection »: offers the collections."""


class FlagResource(OfResource):
    """Button « Signaler »: opens the window that asks what is wrong."""


class ChangeResource(OfResource):
    """Button « Modifier »: opens the window of a resource."""


class RemoveResource(OfResource):
    """Button « Retirer »: opens the window of a reason."""


class PutBackResource(OfResource):
    """Button « Remettre »: puts a withdrawn resource back."""


class PublishResource(OfResource):
    """Button « Publier »: publishes a resource, whatever was decided before."""


class AskAbout(OfResource):
    """Button « Demander »: opens the window of a question to the depositor."""


class DeclineResource(OfResource):
    """Button « Refuser »: opens the window of a reason."""


class Deposit(BaseModel):
    """Button « Proposer une fiche »: opens the window, filled from a message or a ticket if there is one."""

    post_id: str = ""
    ticket: int = 0
    titre: str = ""
    description: str = ""


class Miss(BaseModel):
    """Button « Je n’ai rien trouvé »: opens the window of a need."""

    text: str = ""


class CheckLinks(BaseModel):
    """Long work: check the links that were not checked since ``begun``, or only that of a ``resource``, which
    ``given_by`` has just given."""

    begun: datetime
    resource: int = 0
    given_by: str = ""


def check_link(ctx: Context, resource: Resource) -> Sequence[Start]:
    """Check the link that somebody just gave, beside their answer, if the operator allows it."""
    if not resource.url or ctx.settings.link_check == "non":
        return []
    work = CheckLinks(begun=ctx.now, resource=resource.number, given_by=ctx.user.id)
    return [Start(payload=work, quiet=True)]


BeforeAndAfter = tuple[Mapping[str, object], Mapping[str, object]]
"""The values before and after a change, for the audit log."""


_DECIDED = {
    ResourceState.PUBLISHED: journal.AuditAct.RESOURCE_PUBLISH,
    ResourceState.REFUSED: journal.AuditAct.RESOURCE_REFUSE,
    ResourceState.WITHDRAWN: journal.AuditAct.RESOURCE_WITHDRAW,
}


async def decide_resource(
    ctx: Context, resource: Resource, revision: int, state: ResourceState, reason: str = ""
) -> None:
    """Publish, refuse or withdraw a resource, and record that; an open question to its depositor is dropped."""
    was, resource.state, resource.reason, resource.question = resource.state, state, reason, ""
    resource.decided_by, resource.changed_at = ctx.user.id, ctx.now
    await resources.write_resources(ctx.db, [resource], revision)
    note_resource(ctx, _DECIDED[state], resource, ({"etat": was.value}, {"etat": state.value}), reason)


def note_resource(
    ctx: Context, act: journal.AuditAct, resource: Resource, change: BeforeAndAfter = ({}, {}), reason: str = ""
) -> None:
    """Record in the audit log what was done to a resource, as something that concerns its depositor."""
    before, after = change
    named = {**before, "titre": before.get("titre", resource.titre)}
    deed = AuditEntry(act, f"ressource:{resource.number}", resource.deposited_by, reason, named, after)
    record_entry_at_end(ctx, deed)


_NO_WORD = re.compile(r"[^a-z0-9]+")


def normalise_line(line: str) -> str:
    """Reduce a line to its words: « Demande n° 12 » becomes « demande n 12 »."""
    return _NO_WORD.sub(" ", fold(line)).strip()


async def find_resource(ctx: Context, number: int) -> Resource:
    """Get a resource by its number. Raises UserError if there is none."""
    return require(await resources.get_resource(ctx.db, number), "ressources/unknown_number", number=number)


async def lock_resource(ctx: Context, number: int) -> tuple[Resource, int]:
    """Begin a revision and get a resource under that lock; return both. Raises UserError if there is no such
    resource."""
    revision = await resources.begin_writing(ctx.db)
    return await find_resource(ctx, number), revision


async def find_changeable(ctx: Context, number: int) -> Resource:
    """Get a resource that the person may change. Raises UserError."""
    resource = await find_resource(ctx, number)
    must_change(ctx.user, resource)
    return resource


def is_own(user: people.Person, resource: AnyResource) -> bool:
    """Return whether somebody wrote or deposited a resource. (Search results do not include the depositor.)"""
    return bool(user.id) and user.id in {resource.auteur_id, resource.deposited_by}


def must_change(user: people.Person, resource: Resource) -> None:
    """Raise UserError if the person may not change the resource."""
    if not (user.animates or is_own(user, resource)):
        raise UserError(render("ressources/not_yours_to_change"))


async def find_keepers(ctx: Context, found: Sequence[Resource]) -> Mapping[int, str]:
    """Return who maintains each resource: its author, else its depositor, if active; resources without either are left
    out."""
    asked = {each.number: (each.auteur_id, each.deposited_by) for each in found}
    there = await find_active(ctx, sorted({one for both in asked.values() for one in both if one}))
    return {number: next(one for one in both if one in there) for number, both in asked.items() if there & {*both}}


async def find_in_zone(ctx: Context, ids: Collection[str], zone: str) -> set[str]:
    """Return which of these people are in a time zone; people who are not in the register count as in Paris."""
    known = await people.by_ids(ctx.db, ids)
    return {one for one in ids if (known[one].timezone if one in known else PARIS.key) == zone}


async def tell_others(ctx: Context, whom: Iterable[str], text: str, buttons: Sequence[Button] = ()) -> Sequence[Direct]:
    """Send a message to each of these people, except the person who acts and those who left."""
    return [Direct(text, buttons, user_id=one) for one in await _find_others(ctx, whom)]


async def give_news(ctx: Context, whom: Iterable[str], text: str, button: Button | None = None) -> Sequence[News]:
    """Add a piece of news to the daily message of each of these people, with the same exceptions."""
    return [News(user_id=one, text=text, button=button) for one in await _find_others(ctx, whom)]


async def _find_others(ctx: Context, whom: Iterable[str]) -> Sequence[str]:
    others = [one for one in dict.fromkeys(whom) if one and one != ctx.user.id]
    there = await find_active(ctx, others)
    return [one for one in others if one in there]
