"""Collections of resources, made and changed by people; pinned ones are shown in the channel."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.command_lines import NUMBER
from bot.context import Context
from bot.errors import UserError
from bot.menus import Choosing, Menu
from bot.pages import cut_page
from bot.replies import Ask, Button, Card, Redirect, Replies, Reply, Whisper
from bot.texts import Markdown, quote, render, require
from commands.ressources import posts
from commands.ressources.cards import draw_cards
from commands.ressources.records import ANIMATEURS, Collect, feature
from config.ressources import ABOUT, AUTHOR, NAME, TOOLS, LibraryTool
from config.text import find_nearest
from config.themes import bits
from dialogs.ressources import NameCollection
from storage.journal import AuditAct
from storage.ressources import Resource, ResourceState, collections, resources
from storage.ressources.collections import ResourceCollection, make_name_key
from storage.ressources.resources import ShownResource, begin_writing, list_shown, make_key, write_resources

SEED = "outils"
PINNED = RowCard[ResourceCollection]("ressources.collection:", lambda one: one.number)
"""The pinned post of a collection in the channel."""
PINNED_SHOWN = 20


class OfCollection(BaseModel):
    """Payload about one collection, by its number."""

    collection: int


class ShowCollection(OfCollection):
    """Button: a page of a collection; with ``sort``, with the buttons that change its order."""

    page: int = 1
    sort: bool = False


class NameIt(BaseModel):
    """Button that opens the window of a collection’s name: a new one, perhaps for a resource, or an existing one."""

    collection: int = 0
    resource: int = 0


class CollectInto(Choosing):
    """Menu of collections for a resource; ``chosen`` is a number, or « new »."""

    resource: int


class PutIn(OfCollection):
    """Button that adds a resource to a collection."""

    resource: int


class TakeOut(OfCollection):
    """Button « Enlever »: removes a resource from a collection."""

    resource: int


class MoveUp(OfCollection):
    """Button « Monter »: moves a resource up in a collection."""

    resource: int
    page: int = 1


class RemoveCollection(OfCollection):
    """Button « Supprimer »: deletes a collection."""


class RestoreCollection(OfCollection):
    """Button « Annuler »: restores a deleted collection."""


@feature.job("hour=6 minute=20", name="ressources.keep_library", writes=True)
async def keep_library(ctx: Context) -> Replies:
    """Create the default collections once the channel is known, and keep the posts of pinned ones up to date."""
    if not await posts.find_channel(ctx):
        return None
    await _seed_library(ctx)
    return [reply for one in await collections.list_pinned(ctx.db) for reply in await refresh_pinned(ctx, one)]


async def refresh_pinned(ctx: Context, one: ResourceCollection) -> Sequence[Reply]:
    """Post a pinned collection in the channel once, then rewrite that post."""
    place = await posts.find_channel(ctx) if one.pinned else ""
    if not place:
        return []
    text = await _draw_pinned(ctx, one)
    told = sha256(text.encode()).hexdigest()
    if told == one.told or (one.removed_at is not None and not one.told):
        return []
    stands = bool(one.told)
    await collections.note_told(ctx.db, one, told)
    return [PINNED.rewrite(one, text) if stands else replace(PINNED.post(one, text, place), pinned=True)]


async def _draw_pinned(ctx: Context, one: ResourceCollection) -> Markdown:
    numbers = await collections.list_contents(ctx.db, one.number) if one.removed_at is None else []
    here = (await list_shown(ctx.db, numbers[:PINNED_SHOWN]))[0]
    lines = [posts.draw_line(each) for each in here]
    return render("ressources/pinned", one=one, lines=lines, more=len(numbers) - len(lines))


async def _seed_library(ctx: Context) -> None:
    """Store the default collections, once: an installation that deleted them does not get them back."""
    if await collections.is_seeded(ctx.db, SEED):
        return
    key = make_name_key(NAME)
    new = ResourceCollection(key=key, name=NAME, about=ABOUT, seed=SEED, pinned=True, created_at=ctx.now)
    number = await collections.add_collection(ctx.db, new)
    if number is None:
        # People have one of that name: theirs stays, and ours does not come.
        new.key, new.removed_at = f"~{SEED}", ctx.now
        await collections.add_collection(ctx.db, new)
        return
    revision = await begin_writing(ctx.db)
    keys = [_tool_key(tool) for tool in TOOLS]
    known = {each.key for each in await resources.find_by_keys(ctx.db, keys, [])}
    await write_resources(ctx.db, [_make_tool(ctx, tool) for tool in TOOLS if _tool_key(tool) not in known], revision)
    there = {each.key: each.number for each in await resources.find_by_keys(ctx.db, keys, [])}
    for key in keys:
        await collections.put_in(ctx.db, number, there[key], "", ctx.now)


def _tool_key(tool: LibraryTool) -> str:
    return make_key(tool.url, tool.titre)


def _make_tool(ctx: Context, tool: LibraryTool) -> Resource:
    return Resource(
        key=_tool_key(tool),
        source=f"{SEED}:{tool.code}",
        titre=tool.titre,
        description=tool.description,
        url=tool.url,
        type=tool.type,
        themes=bits(tool.themes),
        auteur=AUTHOR,
        date=ctx.today,
        state=ResourceState.PUBLISHED,
        published_at=ctx.now,
        created_at=ctx.now,
        changed_at=ctx.now,
        revision=0,
    )


NEW_COLLECTION = "new"
OFFERED_MAX = 20


def may_change_collection(ctx: Context, one: ResourceCollection) -> bool:
    """Return whether the person may change a collection."""
    return ctx.user.may(ANIMATEURS) or (one.owner_id == ctx.user.id and bool(one.owner_id))


async def find_collection(ctx: Context, number: int) -> ResourceCollection:
    """Get a collection. Raises UserError if it was deleted."""
    found = await collections.get_collection(ctx.db, number)
    if found is None or found.removed_at is not None:
        raise UserError(render("ressources/collection_gone"))
    return found


async def find_changeable_collection(ctx: Context, number: int) -> ResourceCollection:
    """Get a collection that the person may change. Raises UserError."""
    found = await find_collection(ctx, number)
    if not may_change_collection(ctx, found):
        raise UserError(render("ressources/collection_not_yours", called=found.name))
    return found


@feature.button(NameIt, writes=False)
async def open_name_window(ctx: Context, click: NameIt) -> Replies:
    """Open the window of a collection’s name, filled for an existing one."""
    if not click.collection:
        return Ask(NameCollection.draft(collection=0, resource=click.resource))
    found = await find_changeable_collection(ctx, click.collection)
    return Ask(NameCollection.draft(name=found.name, about=found.about, collection=found.number, resource=0))


@feature.submit(NameCollection)
async def save_collection(ctx: Context, form: NameCollection) -> Replies:
    """Create or rename a collection; a name that exists is refused under its field."""
    if form.collection:
        found = await find_changeable_collection(ctx, form.collection)
        was = {"nom": found.name, "texte": found.about}
        if not await collections.rename_collection(ctx.db, found, form.name, form.about):
            raise UserError(fields={"nom": render("ressources/collection_taken")})
        _note_collection(ctx, found, was, {"nom": form.name, "texte": form.about})
        return await _confirm_collection(ctx, found, "renamed")
    new = ResourceCollection(
        key=make_name_key(form.name), name=form.name, about=form.about, owner_id=ctx.user.id, created_at=ctx.now
    )
    number = await collections.add_collection(ctx.db, new)
    if number is None:
        raise UserError(fields={"nom": render("ressources/collection_taken")})
    if form.resource:
        return await put_in_collection(ctx, PutIn(collection=number, resource=form.resource))
    new.id = number
    return await _confirm_collection(ctx, new, "made")


@feature.button(Collect, writes=False)
async def choose_collection(ctx: Context, click: Collect) -> Replies:
    """Offer the collections that the person may change, or a new one, for a resource."""
    mine = [one for one, _ in await collections.list_collections(ctx.db) if may_change_collection(ctx, one)]
    if not mine:
        return Redirect.to(NameIt(resource=click.resource))
    options = {str(one.number): one.name for one in mine[:OFFERED_MAX]} | {NEW_COLLECTION: "Nouvelle collection…"}
    text = render("ressources/collect", number=click.resource)
    return Whisper(text, menus=[Menu("Choisir une collection", CollectInto(resource=click.resource), options)])


@feature.button(CollectInto, writes=False)
async def collect_into(ctx: Context, click: CollectInto) -> Replies:
    """Add the resource to the collection that was chosen."""
    if click.chosen == NEW_COLLECTION:
        return Redirect.to(NameIt(resource=click.resource))
    return Redirect.to(PutIn(collection=int(click.chosen), resource=click.resource))


@feature.button(PutIn)
async def put_in_collection(ctx: Context, click: PutIn) -> Replies:
    """Add a resource at the end of a collection."""
    into = await find_changeable_collection(ctx, click.collection)
    found = await resources.get_resource(ctx.db, click.resource)
    if found is None or found.state is not ResourceState.PUBLISHED:
        raise UserError(render("ressources/no_published", resource=click.resource))
    is_new = await collections.put_in(ctx.db, into.number, found.number, ctx.user.id, ctx.now)
    if is_new:
        _note_collection(ctx, into, {}, {"fiche": found.number})
    undo = [Button("Annuler", TakeOut(collection=into.number, resource=found.number))] if is_new else []
    is_in = is_new or found.number in await collections.list_contents(ctx.db, into.number)
    what = "put" if is_new else "there" if is_in else "full"
    return await _confirm_collection(ctx, into, what, click.resource, undo)


@feature.button(TakeOut)
async def take_out_of_collection(ctx: Context, click: TakeOut) -> Replies:
    """Remove a resource from a collection."""
    of = await find_changeable_collection(ctx, click.collection)
    was_in = await collections.take_out(ctx.db, of.number, click.resource)
    if was_in:
        _note_collection(ctx, of, {"fiche": click.resource}, {})
    undo = [Button("Annuler", PutIn(collection=of.number, resource=click.resource))] if was_in else []
    return await _confirm_collection(ctx, of, "taken" if was_in else "not_in", click.resource, undo)


@feature.button(MoveUp)
async def move_up_in_collection(ctx: Context, click: MoveUp) -> Replies:
    """Move a resource before its predecessor."""
    within = await find_changeable_collection(ctx, click.collection)
    await collections.move_up(ctx.db, within.number, click.resource)
    _note_collection(ctx, within, {}, {"monte": click.resource})
    again = ShowCollection(collection=within.number, page=click.page, sort=True)
    return [*await refresh_pinned(ctx, within), Redirect.to(again)]


@feature.button(RemoveCollection)
async def remove_collection(ctx: Context, click: RemoveCollection) -> Replies:
    """Delete a collection; it can be restored."""
    found = await find_changeable_collection(ctx, click.collection)
    await collections.remove_collection(ctx.db, found, ctx.now)
    _note_collection(ctx, found, {"nom": found.name}, {"supprimee": True})
    undo = Button("Annuler", RestoreCollection(collection=found.number))
    return await _confirm_collection(ctx, found, "removed", buttons=[undo])


@feature.button(RestoreCollection)
async def restore_collection(ctx: Context, click: RestoreCollection) -> Replies:
    """Restore a deleted collection."""
    found = await collections.get_collection(ctx.db, click.collection)
    if found is None or not may_change_collection(ctx, found):
        raise UserError(render("ressources/collection_gone"))
    if found.removed_at is not None and not await collections.restore_collection(ctx.db, found):
        raise UserError(render("ressources/collection_taken"))
    _note_collection(ctx, found, {"supprimee": True}, {"nom": found.name})
    return await _confirm_collection(ctx, found, "restored")


def _note_collection(
    ctx: Context, one: ResourceCollection, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    """Record in the audit log changes made by others than the collection’s owner."""
    if one.owner_id != ctx.user.id:
        deed = AuditEntry(AuditAct.COLLECTION, f"collection:{one.number}", one.owner_id, before=before, after=after)
        record_entry_at_end(ctx, deed)


async def _confirm_collection(
    ctx: Context, one: ResourceCollection, what: str, resource: int = 0, buttons: Sequence[Button] = ()
) -> Sequence[Reply]:
    """Confirm a change of a collection, and rewrite its pinned post."""
    text = render("ressources/collection_changed", said={"name": one.name, "what": what, "resource": resource})
    shows = [] if what == "removed" else [Button("Voir la collection", ShowCollection(collection=one.number))]
    return [*await refresh_pinned(ctx, one), Whisper(text, [*shows, *buttons])]


PAGE = 5
BUTTONS_LISTED = 4
SLIPS = 2
"""The most letters that differ between a typed name and the collection that is meant, if it is short."""
LETTERS_TO_A_SLIP = 5
"""How many letters of a longer name there are to one that may differ: « bureautik seniors »."""
_MOVE = re.compile(rf"(ajouter|retirer) {NUMBER} (.{{1,120}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CollectionChange:
    """A typed change: a resource that is added to a collection, or removed."""

    collection: int
    resource: int
    is_put_in: bool


async def read_collection_line(ctx: Context, line: str) -> CollectionChange | Ask | Whisper:
    """Show all collections, or the named one; or read which resource a line adds or removes."""
    text = " ".join(line.split())
    if not text:
        return await _list_collections(ctx)
    first, _, named = text.partition(" ")
    if first.lower() == "nouvelle" and not await collections.find_by_name(ctx.db, text):
        return Ask(NameCollection.draft(name=named[: collections.NAME_MAX], collection=0, resource=0))
    move = _MOVE.fullmatch(text)
    found = await collections.find_by_name(ctx.db, move[3] if move else text)
    if found is None and move is None and first.lower() in {"ajouter", "retirer"}:
        raise UserError(render("ressources/collection_usage"))
    if found is None:
        adds = move is not None and move[1].lower() == "ajouter"
        return await _say_unknown_collection(ctx, move[3] if move else text, int(move[2]) if move and adds else 0)
    if move is None:
        return await _draw_collection(ctx, ShowCollection(collection=found.number))
    return CollectionChange(found.number, int(move[2]), move[1].lower() == "ajouter")


@feature.command(
    "ressources collection",
    help="Les collections de ressources : en voir une, en faire une, y ajouter une ressource",
    hint="[nom | nouvelle | ajouter 12 nom | retirer 12 nom]",
    asks=read_collection_line,
)
async def change_collection(ctx: Context, typed: CollectionChange) -> Replies:
    """Add a resource to a collection, or remove it."""
    both = {"collection": typed.collection, "resource": typed.resource}
    if typed.is_put_in:
        return await put_in_collection(ctx, PutIn(**both))
    return await take_out_of_collection(ctx, TakeOut(**both))


@feature.button(ShowCollection, writes=False)
async def show_collection(ctx: Context, at: ShowCollection) -> Replies:
    """Show a page of a collection."""
    return await _draw_collection(ctx, at)


async def _draw_collection(ctx: Context, at: ShowCollection) -> Whisper:
    """Draw a page of a collection; with the buttons to sort it, for those who may change it."""
    found = await find_collection(ctx, at.collection)
    page = cut_page(await collections.list_contents(ctx.db, found.number), at.page, PAGE)
    here = (await list_shown(ctx.db, page.rows))[0]
    sorts = at.sort and may_change_collection(ctx, found)
    text = render("ressources/collection", one=found, page=page, sorts=sorts, may=may_change_collection(ctx, found))
    cards = _sorting_cards(found, here, page.number) if sorts else await draw_cards(ctx, here)
    following = page.draw_next(lambda number: at.model_copy(update={"page": number}), style="primary")
    here_again = at.model_copy(update={"page": page.number})
    return Whisper(text, [*following, *_collection_buttons(ctx, found, here_again)], cards=cards)


def _collection_buttons(ctx: Context, found: ResourceCollection, at: ShowCollection) -> Sequence[Button]:
    """Draw the buttons of a collection."""
    number = found.number
    if not may_change_collection(ctx, found):
        return []
    if at.sort:
        return [Button("Terminer", ShowCollection(collection=number))]
    sort, rename = Button("Ranger", at.model_copy(update={"sort": True})), Button("Renommer", NameIt(collection=number))
    return [sort, rename, Button("Supprimer", RemoveCollection(collection=number), "danger")]


def _sorting_cards(found: ResourceCollection, here: Sequence[ShownResource], page: int) -> Sequence[Card]:
    cards = []
    for one in here:
        up = Button("Monter", MoveUp(collection=found.number, resource=one.id, page=page))
        out = Button("Enlever", TakeOut(collection=found.number, resource=one.id))
        cards.append(Card(posts.draw_line(one).removeprefix("- "), [up, out]))
    return cards


async def _list_collections(ctx: Context) -> Whisper:
    every = await collections.list_collections(ctx.db)
    first = [Button(one.name[:40], ShowCollection(collection=one.number)) for one, _ in every[: BUTTONS_LISTED - 1]]
    text = render("ressources/collections", every=every)
    return Whisper(text, [*first, Button("Créer une collection", NameIt(), "primary")])


async def _say_unknown_collection(ctx: Context, name: str, resource: int) -> Whisper:
    """Say that no collection has this name, and propose those whose name is a slip or two away; ``resource`` is to be
    added to it, 0 for none."""
    key = require(collections.make_name_key(name) or None, "ressources/collection_usage")
    known = {one.key: one for one, _ in await collections.list_collections(ctx.db)}
    slips = max(SLIPS, len(key) // LETTERS_TO_A_SLIP)
    near = [known[other] for other in find_nearest(key, list(known), slips, BUTTONS_LISTED)[0]]
    text = render("ressources/collection_unknown", called=quote(name), is_near=bool(near))
    meant = [
        Button(f"Ajouter à {one.name}"[:40], PutIn(collection=one.number, resource=resource))
        if resource
        else Button(one.name[:40], ShowCollection(collection=one.number))
        for one in near
    ]
    return Whisper(text, [*meant, Button("Créer une collection", NameIt(resource=resource))])
