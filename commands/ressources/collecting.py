"""Collections are made and changed: by whoever made them, and by animateurs; what stands in the channel follows."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note_at_end
from bot.menus import Menu
from bot.replies import Ask, Button, Press, Replies, Reply, Whisper
from bot.texts import render
from commands.ressources.feature import ANIMATEURS, feature
from commands.ressources.lasting import (
    Collect,
    CollectInto,
    MoveUp,
    NameIt,
    PutIn,
    RemoveCollection,
    RestoreCollection,
    ShowCollection,
    TakeOut,
)
from commands.ressources.library import retell
from dialogs.ressources.collections import NameCollection
from storage.journal import Act
from storage.ressources import State
from storage.ressources import collection as collections
from storage.ressources.collection import ResourceCollection, key_of_name
from storage.ressources.resource import get

NEW = "new"
OFFERED_MAX = 20


def may_change(ctx: Context, one: ResourceCollection) -> bool:
    """Whether whoever acts may change it."""
    return ctx.user.may(ANIMATEURS) or (one.owner_id == ctx.user.id and bool(one.owner_id))


async def must_find(ctx: Context, number: int) -> ResourceCollection:
    """That collection. Raises UserError for one that is there no more."""
    found = await collections.get(ctx.db, number)
    if found is None or found.removed_at is not None:
        raise UserError(render("ressources/collection_gone"))
    return found


async def must_change(ctx: Context, number: int) -> ResourceCollection:
    """That collection, which whoever acts may change. Raises UserError."""
    found = await must_find(ctx, number)
    if not may_change(ctx, found):
        raise UserError(render("ressources/collection_not_yours", called=found.name))
    return found


@feature.button(NameIt, writes=False)
async def name_it(ctx: Context, click: NameIt) -> Replies:
    """The window; of one that is there, filled with what it is called."""
    if not click.collection:
        return Ask(NameCollection.draft(collection=0, resource=click.resource))
    found = await must_change(ctx, click.collection)
    return Ask(NameCollection.draft(name=found.name, about=found.about, collection=found.number, resource=0))


@feature.submit(NameCollection)
async def save(ctx: Context, form: NameCollection) -> Replies:
    """It is made, or called otherwise; a name that another has is refused under its field."""
    if form.collection:
        found = await must_change(ctx, form.collection)
        was = {"nom": found.name, "texte": found.about}
        if not await collections.rename(ctx.db, found, form.name, form.about):
            raise UserError(fields={"nom": render("ressources/collection_taken")})
        _note(ctx, found, was, {"nom": form.name, "texte": form.about})
        return [*await retell(ctx, found), _said(found, "renamed")]
    new = ResourceCollection(
        key=key_of_name(form.name), name=form.name, about=form.about, owner_id=ctx.user.id, created_at=ctx.now
    )
    number = await collections.make(ctx.db, new)
    if number is None:
        raise UserError(fields={"nom": render("ressources/collection_taken")})
    if form.resource:
        return await put_in(ctx, PutIn(collection=number, resource=form.resource))
    new.id = number
    return _said(new, "made")


@feature.button(Collect, writes=False)
async def collect(ctx: Context, click: Collect) -> Replies:
    """« Ajouter à une collection »: those that one may change, or a new one."""
    mine = [one for one, _ in await collections.every(ctx.db) if may_change(ctx, one)][:OFFERED_MAX]
    if not mine:
        return Press.to(NameIt(resource=click.resource))
    options = {str(one.number): one.name for one in mine} | {NEW: "Nouvelle collection…"}
    text = render("ressources/collect", number=click.resource)
    return Whisper(text, menus=[Menu("Choisir une collection", CollectInto(resource=click.resource), options)])


@feature.button(CollectInto, writes=False)
async def collect_into(ctx: Context, click: CollectInto) -> Replies:
    """Into the one that was chosen."""
    if click.chosen == NEW:
        return Press.to(NameIt(resource=click.resource))
    into = PutIn(collection=int(click.chosen), resource=click.resource)
    return Press.to(into)


@feature.button(PutIn)
async def put_in(ctx: Context, click: PutIn) -> Replies:
    """It is the last in it."""
    into = await must_change(ctx, click.collection)
    found = await get(ctx.db, click.resource)
    if found is None or found.state is not State.PUBLISHED:
        raise UserError(f"Il n’y a pas de fiche publiée n° {click.resource}.")
    is_new = await collections.put(ctx.db, into.number, found.number, ctx.user.id, ctx.now)
    if is_new:
        _note(ctx, into, {}, {"fiche": found.number})
    undo = [Button("Annuler", TakeOut(collection=into.number, resource=found.number))] if is_new else []
    is_in = is_new or found.number in await collections.contents(ctx.db, into.number)
    said = _said(into, "put" if is_new else "there" if is_in else "full", click.resource, undo)
    return [*await retell(ctx, into), said]


@feature.button(TakeOut)
async def take_out(ctx: Context, click: TakeOut) -> Replies:
    """It is in it no more."""
    of = await must_change(ctx, click.collection)
    was_in = await collections.take_out(ctx.db, of.number, click.resource)
    if was_in:
        _note(ctx, of, {"fiche": click.resource}, {})
    undo = [Button("Annuler", PutIn(collection=of.number, resource=click.resource))] if was_in else []
    return [*await retell(ctx, of), _said(of, "taken" if was_in else "not_in", click.resource, undo)]


@feature.button(MoveUp)
async def move_up(ctx: Context, click: MoveUp) -> Replies:
    """Before the one that it followed."""
    within = await must_change(ctx, click.collection)
    await collections.move_up(ctx.db, within.number, click.resource)
    _note(ctx, within, {}, {"monte": click.resource})
    again = ShowCollection(collection=within.number, page=click.page, sort=True)
    return [*await retell(ctx, within), Press.to(again)]


@feature.button(RemoveCollection)
async def remove(ctx: Context, click: RemoveCollection) -> Replies:
    """Nobody finds it any more, until that is taken back."""
    found = await must_change(ctx, click.collection)
    await collections.remove(ctx.db, found, ctx.now)
    _note(ctx, found, {"nom": found.name}, {"supprimee": True})
    undo = Button("Annuler", RestoreCollection(collection=found.number))
    return [*await retell(ctx, found), _said(found, "removed", buttons=[undo])]


@feature.button(RestoreCollection)
async def restore(ctx: Context, click: RestoreCollection) -> Replies:
    """It is there again, as it was."""
    found = await collections.get(ctx.db, click.collection)
    if found is None or not may_change(ctx, found):
        raise UserError(render("ressources/collection_gone"))
    if found.removed_at is not None and not await collections.restore(ctx.db, found):
        raise UserError(render("ressources/collection_taken"))
    _note(ctx, found, {"supprimee": True}, {"nom": found.name})
    return [*await retell(ctx, found), _said(found, "restored")]


def _note(ctx: Context, one: ResourceCollection, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """What others than its owner change of it is noted."""
    if one.owner_id != ctx.user.id:
        deed = Deed(Act.COLLECTION, f"collection:{one.number}", one.owner_id, before=before, after=after)
        note_at_end(ctx, deed)


def _said(one: ResourceCollection, what: str, resource: int = 0, buttons: Sequence[Button] = ()) -> Reply:
    text = render("ressources/collection_changed", said={"name": one.name, "what": what, "resource": resource})
    shows = Button("Voir la collection", ShowCollection(collection=one.number))
    return Whisper(text, [*([] if what == "removed" else [shows]), *buttons])
