"""The card of a resource for those who review it: in the animateurs’ room or, where it is not known, with each."""

from collections.abc import Sequence

from bot import guard
from bot.context import Context
from bot.guard import Kind
from bot.others import is_there, name_of
from bot.replies import Button, Direct, Message, Refresh, Reply, Say
from bot.texts import Markdown, escape, quotation, render
from commands.ressources import places
from commands.ressources.buttons import AskAbout, Edit, Publish, Refuse, Withdraw
from config.ressources import LISTS
from config.themes import THEMES
from storage import outbox
from storage.people import animating
from storage.ressources.resource import Resource, State

REVIEW = "ressources.review:"
"""How the topics of cards begin."""
REVIEWERS_MAX = 20
"""Animateurs who are told where their room is not known; the others see it in « /aide »."""
SHOWN_MAX = 700
"""Characters of a description that a card shows."""


def topic(resource: Resource) -> str:
    """Of its cards."""
    return f"{REVIEW}{resource.number}"


async def put_up(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """The card, with the files: copies, since those of who gave them may go."""
    return await tell_reviewers(ctx, await draw(ctx, resource), topic(resource), list(resource.files))


async def tell_reviewers(
    ctx: Context, said: Message, about: str | None = None, files: Sequence[str] = ()
) -> Sequence[Reply]:
    """Said in their room, or to each of them where it is not known."""
    room, shown = await places.room(ctx), (said.text, said.buttons, said.facts)
    if room:
        return [Say(*shown, channel_id=room, topic=about, files=files)]
    told = [animateur.id for animateur in await animating(ctx.db, REVIEWERS_MAX)]
    return [Direct(*shown, user_id=one, topic=about, files=files) for one in told]


async def refresh(ctx: Context, resource: Resource, note: str = "", *, here: bool = False) -> Sequence[Reply]:
    """The card as it is now, wherever it stands; a ``note`` is said under it."""
    said = await draw(ctx, resource)
    again = Refresh(said.text, said.buttons, said.facts, topic=topic(resource), here=here)
    return [again, *(await say_under(ctx, resource, note) if note else [])]


async def say_under(ctx: Context, resource: Resource, note: str) -> Sequence[Reply]:
    """A word in the thread of the newest card, in each place; beside it where it is only just on its way."""
    newest = {post.user_id or post.channel_id: post for post in reversed(await ctx.posts_about(topic(resource)))}
    if not newest:
        return await tell_reviewers(ctx, Message(render("ressources/about", resource=resource, note=note)))
    return [
        Direct(note, user_id=post.user_id, root_id=post.post_id)
        if post.user_id
        else Say(note, channel_id=post.channel_id, root_id=post.post_id)
        for post in newest.values()
    ]


async def again(ctx: Context, resource: Resource, note: str) -> Sequence[Reply]:
    """It is to be reviewed once more: said under its card, or on a new one where there is none."""
    stands = await outbox.reached(ctx.db, [topic(resource)])
    return await refresh(ctx, resource, note) if stands else await put_up(ctx, resource)


async def draw(ctx: Context, resource: Resource) -> Message:
    """A resource as those see it who review it, and what can be done with it."""
    text = render(
        "ressources/proposal",
        resource=resource,
        title=places.title(resource),
        description=quotation(resource.description, SHOWN_MAX),
        decider=await name_of(ctx, resource.decided_by),
        depositor=await name_of(ctx, resource.deposited_by),
        contacts=contacts_in(resource),
    )
    return Message(text, _buttons(resource), await _facts(ctx, resource))


def contacts_in(resource: Resource) -> str:
    """What of it may be somebody’s own, in words: whoever reviews it looks."""
    return guard.name(guard.find(f"{resource.titre}\n{resource.description}"))


def has_phone(resource: Resource) -> bool:
    """Whether it has somebody’s telephone number."""
    return any(one.kind is Kind.TELEPHONE for one in guard.find(f"{resource.titre}\n{resource.description}"))


def _buttons(resource: Resource) -> Sequence[Button]:
    number = resource.number
    publish, correct = Button("Publier", Publish(resource=number), "primary"), Button("Corriger", Edit(resource=number))
    match resource.state:
        case State.PROPOSED:
            asking = Button("Demander", AskAbout(resource=number))
            return [publish, correct, asking, Button("Refuser", Refuse(resource=number), "danger")]
        case State.PUBLISHED:
            return [correct, Button("Retirer", Withdraw(resource=number), "danger")]
        case _:
            return [publish, correct]


async def _facts(ctx: Context, resource: Resource) -> Sequence[tuple[str, str]]:
    chosen = {liste: choices.get(getattr(resource, liste)) for liste, choices in LISTS.items()}
    names = {"categorie": "Catégorie", "type": "Type", "niveau": "Niveau", "public": "Public"}
    known = {
        "Proposée par": await name_of(ctx, resource.deposited_by),
        "Auteur": await _author(ctx, resource),
        "Thèmes": Markdown(escape(", ".join(THEMES[code].court for code in resource.theme_codes))),
        **{names[liste]: Markdown(choice.libelle) for liste, choice in chosen.items() if choice},
        "Licence": Markdown(escape(resource.licence)),
        "Fichiers": Markdown(escape(", ".join(resource.files.values())[:300])),
    }
    return [(name, value) for name, value in known.items() if value]


async def _author(ctx: Context, resource: Resource) -> Markdown:
    if not resource.auteur_id:
        return Markdown(escape(f"@{resource.auteur}" if resource.auteur else ""))
    gone = "" if await is_there(ctx, resource.auteur_id) else ", qui a quitté le réseau"
    if resource.auteur_id == resource.deposited_by and not gone:
        return Markdown("")
    return Markdown(f"{await name_of(ctx, resource.auteur_id)}{gone}")
