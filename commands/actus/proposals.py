"""What people propose for the news: each thing once, changed or taken back while it waits, and its fate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from bot import guard, quotas
from bot.cards import RowCard
from bot.command_lines import RunCommand
from bot.context import Context
from bot.errors import UserError
from bot.forms.limits import LONG_MAX, TEXT_MAX
from bot.mattermost import ChatPost
from bot.permalinks import find_permalink, make_permalink, read_linked_post
from bot.plain_text import shorten, strip_markdown, to_one_line
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, Update, Whisper
from bot.texts import render
from commands.actus.feature import feature
from config.territories import DEPARTEMENTS
from config.text import fold
from config.themes import bits, from_bits
from dialogs.actus import ALL, PROPOSAL_MAX, ChangeNews, ProposeNews
from storage import people
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, DigestState
from storage.actus.items import CREDIT_MAX, TITLE_MAX, Item, ItemKind, NewsSection
from storage.urls import first_link, read_link, site_of, strip_links


class EditProposal(BaseModel):
    """« Modifier » something proposed, in the window."""

    item: int


class TakeBack(BaseModel):
    """« Retirer » something proposed."""

    item: int


class RatherNot(BaseModel):
    """« Plutôt pas »: who wrote a message does not want it in the news."""

    item: int


QUOTE_TITLE_MAX, QUOTE_MAX = 90, 400
REFUSED = "refused"
"""The detail of what its author would rather not have in the news."""
RATHER_NOT = "La personne qui a écrit le message préfère que non."
OUT = (DigestState.PUBLISHING, DigestState.PUBLISHED, DigestState.WITHDRAWN)
"""How a digest stands that people have read."""


class ProposalOutcome(StrEnum):
    """What was there when somebody brought something: nothing, the same of theirs, the same of somebody else’s."""

    NEW = "new"
    MINE = "mine"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message says, in plain words."""

    title: str
    text: str


def quote_message(message: str) -> Quote:
    """The words of a message, shortened on a word, each once: the first line, then what follows it."""
    words = strip_markdown(message)
    first = next((line for line in words.splitlines() if line.strip()), "")
    title, whole = to_one_line(first, QUOTE_TITLE_MAX), to_one_line(words, QUOTE_MAX)
    is_cut = title.endswith("…") and not whole.startswith(title)
    rest = whole[len(title) - is_cut :].strip()
    if not any(sign.isalnum() for sign in rest):
        return Quote(title, "")
    return Quote(title, f"…{rest}" if is_cut else rest)


def make_message_item(ctx: Context, post: ChatPost, author: str) -> Item:
    """What quotes a message of somebody’s."""
    said = quote_message(post.message)
    return Item(
        key=items.make_post_key(post.id),
        kind=ItemKind.PROPOSAL,
        section=NewsSection.COMMUNITY,
        title=said.title,
        text=said.text,
        url=make_permalink(ctx.settings, post.id),
        credit=shorten(author, CREDIT_MAX),
        author_id=post.user_id,
        proposed_by=ctx.user.id,
        channel_id=post.channel_id,
        post_id=post.id,
        found_at=ctx.now,
    )


def find_link_key(url: str) -> str:
    """What tells apart what has a link; that of a message is the message’s own."""
    ident = find_permalink(url)
    return items.make_post_key(ident) if ident else items.make_link_key(url)


def find_quote_fault(post: ChatPost) -> str:
    """Why a message can’t be quoted, in French; "" where it can."""
    said = quote_message(post.message)
    if len(said.title) < 3:
        return "Ce message n’a pas de texte à citer."
    if found := guard.find(post.message):
        return f"Ce message contient {guard.name_kinds(found)} : il ne va pas dans les actus tel quel."
    return ""


async def must_accept_quotes(ctx: Context, author: str) -> None:
    """Raises UserError where somebody’s messages go into no digest."""
    if await subscriptions.is_unquoted(ctx.db, author):
        raise UserError(RATHER_NOT)


async def propose_item(ctx: Context, item: Item) -> tuple[Item, ProposalOutcome]:
    """Write it down, or what is there of it. Raises UserError where its author would rather not."""
    if item.key in await items.add(ctx.db, [item]):
        return await _get_stored(ctx, item.key), ProposalOutcome.NEW
    known = await items.lock(ctx.db, (await _get_stored(ctx, item.key)).number)
    assert known
    if known.details.get(REFUSED):
        raise UserError(RATHER_NOT)
    if known.proposed_by == ctx.user.id and not known.withdrawn:
        return known, ProposalOutcome.MINE
    if known.proposed_by and not known.withdrawn:
        return known, ProposalOutcome.KNOWN
    if known.kind is ItemKind.FEED and not known.withdrawn:
        return known, ProposalOutcome.KNOWN
    took = item.model_dump(exclude={"id", "key", "score"})
    await change_item(ctx, known, **(took | {"details": known.details, "withdrawn": False}))
    return known, ProposalOutcome.NEW


async def _get_stored(ctx: Context, key: str) -> Item:
    found = await items.get_by_key(ctx.db, key)
    assert found
    return found


async def change_item(ctx: Context, item: Item, **to: Any) -> None:
    """Other values of an item that is locked."""
    for name, value in to.items():
        setattr(item, name, value)
    ctx.db.add(item)
    await ctx.db.flush()


RECEIPT = RowCard[tuple[Item, str]]("actus.proposal:", lambda of: f"{of[0].number}:{of[1]}")
"""The receipt of an item, for the person who proposed it."""


def draw_receipt(item: Item, person: str) -> Direct:
    """What whoever proposed it keeps of it."""
    buttons = [Button("Modifier", EditProposal(item=item.number)), Button("Retirer", TakeBack(item=item.number))]
    text = render("actus/noted", item=item)
    return RECEIPT.send((item, person), Message(text, buttons), person)


def refresh_receipt(item: Item, template: str = "actus/noted", *, here: bool = False) -> Refresh:
    """The same as it is now; without buttons where nothing can be done any more. ``here`` after its own dialog."""
    shown = draw_receipt(item, item.proposed_by)
    if template != "actus/noted":
        shown = replace(shown, text=render(template, item=item), buttons=())
    return RECEIPT.rewrite((item, item.proposed_by), shown, here=here)


async def tell_author(ctx: Context, item: Item) -> Sequence[Reply]:
    """Who wrote a message hears that somebody else proposed it, and may prefer that it were not."""
    if not item.post_id or item.author_id in {"", item.proposed_by}:
        return []
    author = await people.get(ctx.db, item.author_id)
    if author is not None and author.has_left(ctx.today):
        return []
    text = render("actus/credited", item=item, by=ctx.user)
    return [Direct(text, [Button("Plutôt pas", RatherNot(item=item.number))], user_id=item.author_id)]


async def find_published_digest(ctx: Context, item: Item) -> Digest | None:
    """The digest in which it came out, if it did."""
    there = (await digests.find_digests(ctx.db, [item.number])).get(item.number, [])
    return next((digest for digest, dropped in there if not dropped and digest.state in OUT), None)


async def find_digest(ctx: Context, item: Item) -> Digest | None:
    """The digest that has it, out or not yet."""
    there = (await digests.find_digests(ctx.db, [item.number])).get(item.number, [])
    return next((digest for digest, dropped in there if not dropped), None)


def make_title(words: str) -> str:
    """A title of somebody’s words."""
    return to_one_line(words, TITLE_MAX)


SHOWN_MAX = 20


@feature.command("actus mes", help="Vos propositions d’actus, et ce que chacune devient", hint="propositions")
async def show_own(ctx: Context, line: str) -> Replies:
    """The newest, with how each stands."""
    if fold(line) not in {"", "propositions", "proposition", "actus"}:
        raise UserError("Tapez `/actus mes propositions`.")
    found = await items.list_proposed(ctx.db, ctx.user.id, SHOWN_MAX)
    there = await digests.find_digests(ctx.db, [item.number for item in found])
    rows = [(item, _say_fate(item, there.get(item.number, []))) for item in found]
    buttons = [] if rows else [Button("Proposer une actu", RunCommand(line="actus proposer"), "primary")]
    return Whisper(render("actus/mine", rows=rows), buttons)


def _say_fate(item: Item, there: Sequence[tuple[Digest, bool]]) -> str:
    """What became of it, in a few words."""
    out = next((digest for digest, dropped in there if not dropped and digest.state in OUT), None)
    if out is not None:
        return (
            f"parue dans le n° {out.number}"
            if out.state is not DigestState.WITHDRAWN
            else f"n° {out.number}, retiré depuis"
        )
    if item.withdrawn:
        return "la personne citée préfère que non" if item.details.get(REFUSED) else "retirée"
    if coming := next((digest for digest, dropped in there if not dropped), None):
        return f"dans le n° {coming.number}, en préparation"
    return "pas retenue cette fois-ci, merci quand même" if there else "attend le prochain numéro"


NOT_PUBLIC = "Ce message est dans un canal privé : ce qui s’y dit n’en sort pas. Écrivez plutôt ce que vous en diriez."


@feature.command("actus proposer", help="Proposer une actu", hint="[texte | lien | lien d’un message]")
async def propose(ctx: Context, line: str) -> Replies:
    """The window, filled with what the line leads to."""
    if ident := find_permalink(line):
        return Ask(await _draft_from_message(ctx, await read_linked_post(ctx, ident)))
    words = line.strip()
    link = first_link(words)
    bare = "" if link else _read_bare_link(words)
    title = "" if bare else strip_links(words)
    fits = len(title) <= TEXT_MAX
    known = {"titre": (title if fits else "") or None, "text": None if fits else title[:LONG_MAX]}
    return Ask(_draft_window(ctx, **known, url=link or bare or None))


def _read_bare_link(words: str) -> str:
    """An address that was written without « https:// »."""
    try:
        return read_link(words) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", words) else ""
    except ValueError:
        return ""


def _draft_window(ctx: Context, **known: object) -> ProposeNews:
    return ProposeNews.draft(**known, about=ALL, places=_list_departements(ctx))


def _list_departements(ctx: Context) -> dict[str, str]:
    """The départements of whoever proposes."""
    return {code: DEPARTEMENTS[code].nom for code in ctx.user.departements if code in DEPARTEMENTS}


async def _draft_from_message(ctx: Context, post: ChatPost) -> ProposeNews:
    """The window filled from a message of a public channel. Raises UserError."""
    if (await ctx.chat.channel(post.channel_id)).is_private:
        raise UserError(NOT_PUBLIC)
    author = await ctx.chat.user(post.user_id)
    await must_accept_quotes(ctx, author.id)
    known = await items.get_by_key(ctx.db, items.make_post_key(post.id))
    if known and known.details.get(REFUSED):
        raise UserError(RATHER_NOT)
    row = await people.get(ctx.db, author.id)
    said = quote_message(post.message)
    more: dict[str, object] = {"post": post.id, "channel": post.channel_id, "author": author.id}
    more["name"] = row.full_name if row else f"@{author.username}"
    shown = {"titre": said.title or None, "text": said.text[:PROPOSAL_MAX] or None}
    return _draft_window(ctx, **shown, url=first_link(post.message) or None, part=NewsSection.COMMUNITY.value, **more)


@feature.submit(ProposeNews)
async def keep_proposal(ctx: Context, form: ProposeNews) -> Replies:
    """It is in the pool; who comes second is thanked too."""
    if form.post:
        await must_accept_quotes(ctx, form.author)
    item, found = await propose_item(ctx, _make_item(ctx, form))
    if found is ProposalOutcome.KNOWN:
        return Direct(render("actus/known", item=item), user_id=ctx.user.id)
    told: list[Reply] = [draw_receipt(item, ctx.user.id)]
    if found is ProposalOutcome.NEW:
        told += [*await tell_author(ctx, item), *await quotas.spend(ctx, Quota.PROPOSAL)]
    return told


def _make_item(ctx: Context, form: ProposeNews) -> Item:
    link = form.url or (make_permalink(ctx.settings, form.post) if form.post else "")
    key = items.make_post_key(form.post) if form.post else ""
    return Item(
        key=key or (items.make_link_key(form.url) if form.url else items.make_words_key(form.titre)),
        kind=ItemKind.PROPOSAL,
        title=form.titre,
        url=link,
        credit=shorten(_make_credit(ctx, form), CREDIT_MAX),
        author_id=form.author or ("" if form.url else ctx.user.id),
        proposed_by=ctx.user.id,
        channel_id=form.channel,
        post_id=form.post,
        found_at=ctx.now,
        **_read_columns(form),
    )


def _make_credit(ctx: Context, form: ProposeNews) -> str:
    if form.post:
        return form.name
    return site_of(form.url) if form.url else ctx.user.full_name


def _read_columns(form: ProposeNews) -> dict[str, Any]:
    """What the window says beside title and link, by column."""
    usual = NewsSection.PRESS if form.url and not form.post else NewsSection.COMMUNITY
    return {
        "section": NewsSection(form.part) if form.part else usual,
        "text": to_one_line(form.text, PROPOSAL_MAX),
        "themes": bits(form.themes),
        "departement": "" if form.about == ALL else form.about,
    }


@feature.button(EditProposal, writes=False)
async def edit_proposal(ctx: Context, click: EditProposal) -> Replies:
    """The window, as it stands."""
    item = await _get_own(ctx, click.item)
    await _must_wait(ctx, item)
    shown: dict[str, object] = {"titre": item.title[:TEXT_MAX], "text": item.text or None}
    own = "" if item.post_id and "/pl/" in item.url else item.url
    shown |= {"url": own or None, "part": item.section.value, "themes": from_bits(item.themes)}
    places = _list_departements(ctx) | (
        {item.departement: _name_departement(item.departement)} if item.departement else {}
    )
    more = {"post": item.post_id, "channel": item.channel_id, "author": item.author_id if item.post_id else ""}
    window = ChangeNews.draft(
        **shown, **more, name=item.credit, about=item.departement or ALL, places=places, item=item.number
    )
    return Ask(window)


def _name_departement(code: str) -> str:
    return DEPARTEMENTS[code].nom if code in DEPARTEMENTS else code


@feature.submit(ChangeNews)
async def save_proposal(ctx: Context, form: ChangeNews) -> Replies:
    """It says that from now on."""
    item = await _get_own(ctx, form.item, lock=True)
    await _must_wait(ctx, item)
    link = form.url or (make_permalink(ctx.settings, form.post) if form.post else "")
    await change_item(ctx, item, title=form.titre, url=link, **_read_columns(form))
    return refresh_receipt(item, here=True)


async def _must_wait(ctx: Context, item: Item) -> None:
    """Raises UserError for what editors have in hand already: the words are theirs now."""
    if digest := await find_digest(ctx, item):
        raise UserError(
            f"Votre proposition est déjà dans les actus n° {digest.number} : dites à l’équipe d’animation ce qui "
            "change."
        )


@feature.button(TakeBack)
async def take_proposal_back(ctx: Context, click: TakeBack) -> Replies:
    """Whoever proposed it would rather not, until it came out."""
    item = await _get_own(ctx, click.item, lock=True)
    if digest := await find_published_digest(ctx, item):
        raise UserError(f"C’est déjà paru, dans les actus n° {digest.number} : un animateur peut le retirer.")
    await change_item(ctx, item, withdrawn=True)
    return Update(render("actus/taken_back", item=item))


@feature.button(RatherNot)
async def refuse_quote(ctx: Context, click: RatherNot) -> Replies:
    """Who wrote a message prefers that it were not in the news: it never will be."""
    item = await items.lock(ctx.db, click.item)
    if item is None or item.author_id != ctx.user.id:
        raise UserError("Ce message n’est pas de vous.")
    if digest := await find_published_digest(ctx, item):
        raise UserError(f"C’est déjà paru, dans les actus n° {digest.number} : un animateur peut le retirer.")
    told: list[Reply] = [Update(render("actus/objected", item=item))]
    if item.details.get(REFUSED):
        return told
    await change_item(ctx, item, withdrawn=True, details={**item.details, REFUSED: True})
    if item.proposed_by:
        told.append(refresh_receipt(item, "actus/rather_not"))
    return told


async def _get_own(ctx: Context, number: int, *, lock: bool = False) -> Item:
    """What this person proposed. Raises UserError."""
    item = await (items.lock if lock else items.get)(ctx.db, number)
    if item is None or item.proposed_by != ctx.user.id:
        raise UserError("Cette proposition n’est plus à vous.")
    if item.withdrawn:
        raise UserError("Cette proposition est retirée.")
    return item
