"""« /ressources collection »: all of them, and one in its order, page by page."""

import re
from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Button, Card, Replies, Whisper
from bot.texts import quote, render
from commands.ressources import places
from commands.ressources.cards import draw
from commands.ressources.collecting import may_change, must_find, put_in, take_out
from commands.ressources.feature import feature
from commands.ressources.lasting import MoveUp, NameIt, PutIn, RemoveCollection, ShowCollection, TakeOut
from dialogs.ressources.collections import NameCollection
from storage.ressources import collection as collections
from storage.ressources.collection import ResourceCollection
from storage.ressources.resource import Shown, shown

PAGE = 5
BUTTONS_LISTED = 4
_MOVE = re.compile(r"(ajouter|retirer) (?:n ?° ?|#)?(\d{1,9}) (.{1,120})", re.IGNORECASE)


@feature.command(
    "ressources collection",
    help="Les collections de fiches : en voir une, en faire une, y ajouter une fiche",
    hint="[nom | nouvelle | ajouter 12 nom | retirer 12 nom]",
    writes=True,
)
async def collection(ctx: Context, line: str) -> Replies:
    """All; one by its name; a resource into one, or out of it."""
    text = " ".join(line.split())
    if not text:
        return await _list(ctx)
    if text.lower() == "nouvelle":
        return Ask(NameCollection.draft(collection=0, resource=0))
    move = _MOVE.fullmatch(text)
    found = await collections.named(ctx.db, move[3] if move else text)
    if found is None:
        return _unknown(move[3] if move else text, int(move[2]) if move else 0)
    if move is None:
        return await show(ctx, ShowCollection(collection=found.number))
    both = {"collection": found.number, "resource": int(move[2])}
    return await (put_in(ctx, PutIn(**both)) if move[1].lower() == "ajouter" else take_out(ctx, TakeOut(**both)))


@feature.button(ShowCollection, writes=False)
async def show(ctx: Context, at: ShowCollection) -> Whisper:
    """A page of it, as it is now; sorted by who may."""
    found = await must_find(ctx, at.collection)
    numbers = await collections.contents(ctx.db, found.number)
    pages = max(1, -(-len(numbers) // PAGE))
    page = min(max(at.page, 1), pages)
    here = (await shown(ctx.db, numbers[(page - 1) * PAGE : page * PAGE]))[0]
    sorts = at.sort and may_change(ctx, found)
    said = {"name": found.name, "about": found.about, "count": len(numbers), "page": page, "pages": pages}
    text = render("ressources/collection", said=said, sorts=sorts)
    cards = _to_sort(found, here, page) if sorts else await draw(ctx, here)
    return Whisper(text, _below(ctx, found, at.model_copy(update={"page": page}), pages), cards=cards)


def _below(ctx: Context, found: ResourceCollection, at: ShowCollection, pages: int) -> Sequence[Button]:
    """The next page, and what may be done with the collection."""
    number = found.number
    following = at.model_copy(update={"page": at.page + 1})
    buttons = [Button("Suite", following, "primary")] if at.page < pages else []
    if not may_change(ctx, found):
        return buttons
    if at.sort:
        return [*buttons, Button("Terminé", ShowCollection(collection=number))]
    changing = [
        Button("Ranger", at.model_copy(update={"sort": True})),
        Button("Renommer", NameIt(collection=number)),
        Button("Supprimer", RemoveCollection(collection=number), "danger"),
    ]
    return [*buttons, *changing]


def _to_sort(found: ResourceCollection, here: Sequence[Shown], page: int) -> Sequence[Card]:
    return [
        Card(
            render("ressources/news_line", number=one.id, title=places.title(one), kind="").removeprefix("- "),
            [
                Button("Monter", MoveUp(collection=found.number, resource=one.id, page=page)),
                Button("Enlever", TakeOut(collection=found.number, resource=one.id)),
            ],
        )
        for one in here
    ]


async def _list(ctx: Context) -> Whisper:
    every = await collections.every(ctx.db)
    first = [Button(one.name[:40], ShowCollection(collection=one.number)) for one, _ in every[: BUTTONS_LISTED - 1]]
    text = render("ressources/collections", every=every)
    return Whisper(text, [*first, Button("Nouvelle collection", NameIt(), "primary")])


def _unknown(name: str, resource: int) -> Replies:
    if not collections.key_of_name(name):
        raise UserError(render("ressources/collection_usage"))
    text = render("ressources/collection_unknown", called=quote(name))
    return Whisper(text, [Button("Nouvelle collection", NameIt(resource=resource))])
