"""The feature, the payloads that several of its files put on buttons, and a resource at hand: found, locked, decided
about, noted in the journal; who may change it, who keeps it, who else hears of it."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic import BaseModel

from bot.account_status import find_active
from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.replies import Button, Direct, News
from config.text import fold
from config.time import PARIS
from storage import journal, people
from storage.ressources import resources
from storage.ressources.catalogue import warm_up
from storage.ressources.resources import AnyResource, Resource, ResourceState

feature = Feature(
    "ressources",
    rights=(Right.MEMBER,),
    front=Front("Ressources", "chercher une fiche, un tutoriel, un outil ; en proposer", lambda _: "ressources"),
)
feature.read_at_start.append(warm_up)

ANIMATEURS = (people.Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


class OfResource(BaseModel):
    """What a button carries that is about one resource, by its number."""

    resource: int


class Open(OfResource):
    """« Ouvrir »: the resource in full."""


class Comment(OfResource):
    """« Commenter »: the window of a word under the resource."""


class Share(OfResource):
    """« Partager ici »: the resource, in the channel of who clicks."""


class FollowThemes(OfResource):
    """« Suivre ce thème »: the themes of the resource."""


class Collect(OfResource):
    """« Ajouter à une collection »: which one."""


class Report(OfResource):
    """« Signaler »: the window that says what is wrong with the resource."""


class Edit(OfResource):
    """« Modifier »: the window of a resource that is there already."""


class Withdraw(OfResource):
    """« Retirer », with a reason."""


class PutBack(OfResource):
    """« Remettre » what was withdrawn."""


class Publish(OfResource):
    """« Publier », whatever became of it before."""


class AskAbout(OfResource):
    """« Demander »: a question for who proposed it."""


class Refuse(OfResource):
    """« Refuser », with a reason."""


class Deposit(BaseModel):
    """« Proposer une fiche »: the window, filled from that message or ticket if there is one."""

    post_id: str = ""
    ticket: int = 0
    titre: str = ""
    description: str = ""


class Miss(BaseModel):
    """« Je n’ai rien trouvé »: the window in which somebody says what they looked for."""

    text: str = ""


BeforeAndAfter = tuple[Mapping[str, object], Mapping[str, object]]
"""What is noted of how something was, and of how it is."""


_DECIDED = {
    ResourceState.PUBLISHED: journal.AuditAct.RESOURCE_PUBLISH,
    ResourceState.REFUSED: journal.AuditAct.RESOURCE_REFUSE,
    ResourceState.WITHDRAWN: journal.AuditAct.RESOURCE_WITHDRAW,
}


async def decide_resource(
    ctx: Context, resource: Resource, revision: int, state: ResourceState, reason: str = ""
) -> None:
    """Publish, refuse or withdraw a resource, for whoever acts, and note it; what was asked of it is asked no more."""
    was, resource.state, resource.reason, resource.question = resource.state, state, reason, ""
    resource.decided_by, resource.changed_at = ctx.user.id, ctx.now
    await resources.write_resources(ctx.db, [resource], revision)
    note_resource(ctx, _DECIDED[state], resource, ({"etat": was.value}, {"etat": state.value}), reason)


def note_resource(
    ctx: Context, act: journal.AuditAct, resource: Resource, change: BeforeAndAfter = ({}, {}), reason: str = ""
) -> None:
    """Note what was done to a resource; it concerns who deposited it."""
    before, after = change
    named = {**before, "titre": before.get("titre", resource.titre)}
    record_entry_at_end(
        ctx, AuditEntry(act, f"ressource:{resource.number}", resource.deposited_by, reason, named, after)
    )


_NO_WORD = re.compile(r"[^a-z0-9]+")


def normalise_line(line: str) -> str:
    """Reduce a line to what it means: « Demande n° 12 » is « demande n 12 »."""
    return _NO_WORD.sub(" ", fold(line)).strip()


async def find_resource(ctx: Context, number: int) -> Resource:
    """Find the resource of that number. Raises UserError where there is none."""
    resource = await resources.get_resource(ctx.db, number)
    if resource is None:
        raise UserError(f"Il n’y a pas de fiche n° {number}.")
    return resource


async def lock_resource(ctx: Context, number: int) -> tuple[Resource, int]:
    """Find the same, nobody else’s until the transaction ends, and the number under which it is written."""
    revision = await resources.begin_writing(ctx.db)
    return await find_resource(ctx, number), revision


async def find_changeable(ctx: Context, number: int) -> Resource:
    """Find the resource of that number, which whoever acts may change. Raises UserError."""
    resource = await find_resource(ctx, number)
    must_change(ctx.user, resource)
    return resource


def is_own(user: people.Person, resource: AnyResource) -> bool:
    """Return whether somebody wrote or deposited it. (Of what a search found it is not known who deposited it.)"""
    return bool(user.id) and user.id in {resource.auteur_id, resource.deposited_by}


def must_change(user: people.Person, resource: Resource) -> None:
    """Raise UserError for who may not change it."""
    if not (user.animates or is_own(user, resource)):
        raise UserError("Seuls son auteur, qui l’a déposée et les animateurs changent cette fiche : signalez plutôt "
                        "ce qui ne va pas.")  # fmt: skip


async def find_keepers(ctx: Context, found: Sequence[Resource]) -> Mapping[int, str]:
    """Find who hears of each of these: its author, else whoever deposited it, whose account is in use; what nobody is
    left for is not there."""
    asked = {each.number: (each.auteur_id, each.deposited_by) for each in found}
    there = await find_active(ctx, sorted({one for both in asked.values() for one in both if one}))
    return {number: next(one for one in both if one in there) for number, both in asked.items() if there & {*both}}


async def find_in_zone(ctx: Context, ids: Collection[str], zone: str) -> set[str]:
    """Find who of these is in a zone; whom the register does not know is in Paris."""
    zones = {person.id: person.timezone for person in await people.among(ctx.db, ids=sorted(ids))} if ids else {}
    return {one for one in ids if zones.get(one, PARIS.key) == zone}


async def tell_others(ctx: Context, whom: Iterable[str], text: str, buttons: Sequence[Button] = ()) -> Sequence[Direct]:
    """Tell each of these, but for who acts, and who has left."""
    return [Direct(text, buttons, user_id=one) for one in await _find_others(ctx, whom)]


async def give_news(ctx: Context, whom: Iterable[str], text: str, button: Button | None = None) -> Sequence[News]:
    """Tell the same people of what can wait for their message of the day."""
    return [News(user_id=one, text=text, button=button) for one in await _find_others(ctx, whom)]


async def _find_others(ctx: Context, whom: Iterable[str]) -> Sequence[str]:
    others = [one for one in dict.fromkeys(whom) if one and one != ctx.user.id]
    there = await find_active(ctx, others)
    return [one for one in others if one in there]
