"""Proposals of people for the news: stored once each, changed or withdrawn while they wait, and told what became of
them."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from bot import guard, quotas
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.forms.kinds import LONG_MAX, TEXT_MAX
from bot.mattermost import ChatPost
from bot.permalinks import find_permalink, make_permalink, read_linked_post
from bot.plain_text import shorten, strip_markdown, to_one_line
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, RunCommand, Update, Whisper
from bot.texts import render
from commands.actus.editions import feature
from config.settings import Settings
from config.territories import DEPARTEMENTS
from config.text import fold
from config.themes import bits, from_bits
from dialogs.actus import ALL, PROPOSAL_MAX, ChangeNews, ProposeNews
from storage import database, people, urls
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, DigestState
from storage.actus.items import CREDIT_MAX, Item, ItemKind, NewsSection


class AboutProposal(BaseModel):
    """Payload about one item of the pool, by its id."""

    item: int


class EditProposal(AboutProposal):
    """Button « Modifier »: opens the window of a proposal."""


class TakeBackProposal(AboutProposal):
    """Button « Retirer »: withdraws a proposal."""


class RatherNot(AboutProposal):
    """Button « Plutôt pas »: the author of a message does not want it quoted in the news."""


QUOTE_TITLE_MAX, QUOTE_MAX = 90, 400
REFUSED = "refused"
"""The key in ``details`` of an item whose author does not want to be quoted."""

OUT = (DigestState.PUBLISHING, DigestState.PUBLISHED, DigestState.WITHDRAWN)
"""The states of a digest that people have read."""


class ProposalOutcome(StrEnum):
    """What a proposal met: nothing yet, the same one by the same person, or by somebody else."""

    NEW = "new"
    MINE = "mine"
    KNOWN = "known"


def quote_message(message: str) -> tuple[str, str]:
    """Turn a message into a title (its first line) and a text (the rest), in plain text and shortened."""
    words = strip_markdown(message)
    first = next((line for line in words.splitlines() if line.strip()), "")
    title, whole = to_one_line(first, QUOTE_TITLE_MAX), to_one_line(words, QUOTE_MAX)
    is_cut = title.endswith("…") and not whole.startswith(title)
    rest = whole[len(title) - is_cut :].strip()
    if not any(sign.isalnum() for sign in rest):
        return title, ""
    return title, f"…{rest}" if is_cut else rest


def make_message_item(settings: Settings, post: ChatPost, author: str, **more: Any) -> Item:
    """Make the item that quotes a message of somebody’s; ``more`` are its other columns."""
    title, text = quote_message(post.message)
    return Item(
        key=items.make_post_key(post.id),
        section=NewsSection.COMMUNITY,
        title=title,
        text=text,
        url=make_permalink(settings, post.id),
        credit=shorten(author, CREDIT_MAX),
        author_id=post.user_id,
        channel_id=post.channel_id,
        post_id=post.id,
        **more,
    )


def find_quote_fault(message: str) -> str:
    """Say why a message can’t be quoted, in French; "" where it can."""
    if len(quote_message(message)[0]) < 3:
        return render("actus/nothing_to_quote")
    if found := guard.find(message):
        return render("actus/personal_quote", kinds=guard.name_kinds(found))
    return ""


async def must_accept_quotes(ctx: Context, author: str) -> None:
    """Raise UserError if somebody does not want to be quoted in the news."""
    if await subscriptions.is_unquoted(ctx.db, author):
        raise UserError(render("actus/author_rather_not"))


async def propose_item(ctx: Context, item: Item) -> tuple[Item, ProposalOutcome]:
    """Store an item, or return the existing one. Raises UserError if its author does not want to be quoted."""
    stored, is_new = await items.add_or_get(ctx.db, item)
    if is_new:
        return stored, ProposalOutcome.NEW
    known = await items.lock(ctx.db, stored.number)
    assert known
    if known.details.get(REFUSED):
        raise UserError(render("actus/author_rather_not"))
    if not known.withdrawn and (known.proposed_by or known.kind is ItemKind.FEED):
        return known, ProposalOutcome.MINE if known.proposed_by == ctx.user.id else ProposalOutcome.KNOWN
    values = item.model_dump(exclude={"id", "key", "score", "details", "withdrawn"})
    await database.change(ctx.db, known, **values, withdrawn=False)
    return known, ProposalOutcome.NEW


RECEIPT = RowCard[Item]("actus.proposal:", lambda item: f"{item.number}:{item.proposed_by}")
"""The receipt of an item, for the person who proposed it."""


def refresh_receipt(item: Item, *, here: bool = False) -> Refresh:
    """Rewrite the receipt of an item with its present text; ``here`` after its own window."""
    return RECEIPT.rewrite(item, _draw_receipt(item), here=here)


def close_receipt(item: Item, template: str) -> Refresh:
    """Rewrite the receipt of an item with its outcome, without buttons."""
    return RECEIPT.rewrite(item, render(f"actus/{template}", item=item))


def _draw_receipt(item: Item) -> Message:
    edit = Button("Modifier", EditProposal(item=item.number))
    take_back = Button("Retirer", TakeBackProposal(item=item.number))
    return Message(render("actus/noted", item=item), [edit, take_back])


async def tell_author(ctx: Context, item: Item) -> Sequence[Reply]:
    """Tell the author of a message that somebody else proposed it, with a button to refuse."""
    if not item.post_id or item.author_id in {"", item.proposed_by}:
        return []
    author = await people.get(ctx.db, item.author_id)
    if author is not None and author.has_left(ctx.today):
        return []
    text = render("actus/credited", item=item, by=ctx.user)
    return [Direct(text, [Button("Plutôt pas", RatherNot(item=item.number))], user_id=item.author_id)]


async def find_digest(ctx: Context, item: Item) -> Digest | None:
    """Find the digest that contains an item, published or not."""
    return _find_digest(await _list_digests(ctx, item))


async def _list_digests(ctx: Context, item: Item) -> Sequence[tuple[Digest, bool]]:
    return (await digests.find_digests(ctx.db, [item.number])).get(item.number, [])


def _find_digest(
    there: Sequence[tuple[Digest, bool]], states: Sequence[DigestState] = tuple(DigestState)
) -> Digest | None:
    return next((digest for digest, dropped in there if not dropped and digest.state in states), None)


SHOWN_MAX = 20
EDITED_MAX = 3
"""How many of the proposals that wait have a button of their own in the list."""
LABEL_MAX = 40


@feature.command("actus mes", help="Vos propositions d’actus, et ce que chacune devient", hint="propositions")
async def show_own(ctx: Context, line: str) -> Replies:
    """List the newest proposals of whoever asks, with what became of each."""
    if fold(line) not in {"", "propositions", "proposition", "actus"}:
        raise UserError(render("actus/own_usage"))
    found = await items.list_proposed(ctx.db, ctx.user.id, SHOWN_MAX)
    there = await digests.find_digests(ctx.db, [item.number for item in found])
    rows = [(item, _say_fate(item, there.get(item.number, []))) for item in found]
    waiting = [item for item in found if not (item.withdrawn or item.number in there)][:EDITED_MAX]
    buttons = [
        Button(shorten(f"Modifier : {item.title}", LABEL_MAX), EditProposal(item=item.number)) for item in waiting
    ]
    if not rows:
        buttons = [Button("Proposer une actu", RunCommand(line="actus proposer"), "primary")]
    return Whisper(render("actus/mine", rows=rows), buttons)


def _say_fate(item: Item, there: Sequence[tuple[Digest, bool]]) -> str:
    """Say in a few words what became of a proposal."""
    is_refused = bool(item.details.get(REFUSED))
    digests = {"out": _find_digest(there, OUT), "coming": _find_digest(there), "is_dropped": bool(there)}
    return render("actus/fate", item=item, is_refused=is_refused, **digests)


@feature.command("actus proposer", help="Proposer une actu", hint="[texte | lien | lien d’un message]")
async def propose(ctx: ReadingContext, line: str) -> Replies:
    """Open the window, filled from the link or message that the line names."""
    if ident := find_permalink(line):
        return Ask(await _draft_from_message(ctx, await read_linked_post(ctx, ident)))
    words = line.strip()
    link = urls.first_link(words)
    bare = "" if link else _read_bare_link(words)
    title = "" if bare else urls.strip_links(words)
    fits = len(title) <= TEXT_MAX
    known = {"titre": (title if fits else "") or None, "text": None if fits else title[:LONG_MAX]}
    return Ask(_draft_window(ctx, **known, url=link or bare or None))


def _read_bare_link(words: str) -> str:
    """Read an address that was written without « https:// »."""
    try:
        return urls.read_link(words) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", words) else ""
    except ValueError:
        return ""


def _draft_window(ctx: Context, **known: object) -> ProposeNews:
    return ProposeNews.draft(**known, about=ALL, places=_name_departements(ctx.user.departements))


def _name_departements(codes: Iterable[str]) -> dict[str, str]:
    return {code: DEPARTEMENTS[code].nom for code in codes if code in DEPARTEMENTS}


async def _draft_from_message(ctx: ReadingContext, post: ChatPost) -> ProposeNews:
    """Fill the window from a message of a public channel. Raises UserError."""
    if (await ctx.chat.channel(post.channel_id)).is_private:
        raise UserError(render("actus/not_public"))
    author = await ctx.chat.user(post.user_id)
    await must_accept_quotes(ctx, author.id)
    known = await items.get_by_key(ctx.db, items.make_post_key(post.id))
    if known and known.details.get(REFUSED):
        raise UserError(render("actus/author_rather_not"))
    row = await people.get(ctx.db, author.id)
    title, text = quote_message(post.message)
    return _draft_window(
        ctx,
        titre=title or None,
        text=text[:PROPOSAL_MAX] or None,
        url=urls.first_link(post.message) or None,
        part=NewsSection.COMMUNITY.value,
        post=post.id,
        channel=post.channel_id,
        author=author.id,
        name=row.full_name if row else f"@{author.username}",
    )


@feature.submit(ProposeNews)
async def keep_proposal(ctx: Context, form: ProposeNews) -> Replies:
    """Store a proposal; if it is known already, thank its sender all the same."""
    if form.post:
        await must_accept_quotes(ctx, form.author)
    item, found = await propose_item(ctx, _make_item(ctx, form))
    left = await quotas.spend(ctx, quotas.Quota.PROPOSAL) if found is ProposalOutcome.NEW else []
    return [*await tell_proposed(ctx, item, found), *left]


async def tell_proposed(ctx: Context, item: Item, found: ProposalOutcome) -> Sequence[Reply]:
    """Send a proposer the receipt, or thanks if the item is known; tell its author, once."""
    if found is ProposalOutcome.KNOWN:
        return [Direct(render("actus/known", item=item), user_id=ctx.user.id)]
    receipt = RECEIPT.send(item, _draw_receipt(item), item.proposed_by)
    return [receipt, *(await tell_author(ctx, item) if found is ProposalOutcome.NEW else [])]


def _make_item(ctx: Context, form: ProposeNews) -> Item:
    if form.post:
        key, credit = items.make_post_key(form.post), form.name
    elif form.url:
        key, credit = urls.url_key(form.url), urls.site_of(form.url)
    else:
        key, credit = items.make_words_key(form.titre), ctx.user.full_name
    return Item(
        key=key,
        kind=ItemKind.PROPOSAL,
        credit=shorten(credit, CREDIT_MAX),
        author_id=form.author or ("" if form.url else ctx.user.id),
        proposed_by=ctx.user.id,
        channel_id=form.channel,
        post_id=form.post,
        found_at=ctx.now,
        **_read_columns(ctx, form),
    )


def _read_columns(ctx: Context, form: ProposeNews) -> dict[str, Any]:
    """Read what the window says of an item, by column."""
    usual = NewsSection.PRESS if form.url and not form.post else NewsSection.COMMUNITY
    return {
        "title": form.titre,
        "url": form.url or (make_permalink(ctx.settings, form.post) if form.post else ""),
        "section": NewsSection(form.part) if form.part else usual,
        "text": to_one_line(form.text, PROPOSAL_MAX),
        "themes": bits(form.themes),
        "departement": "" if form.about == ALL else form.about,
    }


@feature.button(EditProposal, writes=False)
async def edit_proposal(ctx: Context, click: EditProposal) -> Replies:
    """Open the window, with the proposal as it stands."""
    item = await _get_own(ctx, click.item)
    await _must_wait(ctx, item)
    own = "" if item.post_id and "/pl/" in item.url else item.url
    places = _name_departements(ctx.user.departements)
    if item.departement:
        places |= {item.departement: item.departement} | _name_departements([item.departement])
    return Ask(
        ChangeNews.draft(
            titre=item.title[:TEXT_MAX],
            text=item.text or None,
            url=own or None,
            part=item.section.value,
            themes=from_bits(item.themes),
            about=item.departement or ALL,
            post=item.post_id,
            channel=item.channel_id,
            author=item.author_id if item.post_id else "",
            name=item.credit,
            places=places,
            item=item.number,
        )
    )


@feature.submit(ChangeNews)
async def save_proposal(ctx: Context, form: ChangeNews) -> Replies:
    """Give the proposal the words of the window."""
    item = await _get_own(ctx, form.item, lock=True)
    await _must_wait(ctx, item)
    await database.change(ctx.db, item, **_read_columns(ctx, form))
    return refresh_receipt(item, here=True)


async def _must_wait(ctx: Context, item: Item) -> None:
    """Raise UserError for an item that editors have already put into a digest."""
    if digest := await find_digest(ctx, item):
        raise UserError(render("actus/proposal_is_in", number=digest.number))


async def _must_not_be_out(ctx: Context, item: Item) -> None:
    """Raise UserError for what came out."""
    if digest := _find_digest(await _list_digests(ctx, item), OUT):
        raise UserError(render("actus/proposal_is_out", number=digest.number))


@feature.button(TakeBackProposal, name="actus.TakeBack")
async def take_proposal_back(ctx: Context, click: TakeBackProposal) -> Replies:
    """Withdraw a proposal for its proposer, if it is not published yet."""
    item = await _get_own(ctx, click.item, lock=True)
    await _must_not_be_out(ctx, item)
    await database.change(ctx.db, item, withdrawn=True)
    return Update(render("actus/taken_back", item=item))


@feature.button(RatherNot)
async def refuse_quote(ctx: Context, click: RatherNot) -> Replies:
    """Keep a message out of the news for ever, at its author’s wish."""
    item = await items.lock(ctx.db, click.item)
    if item is None or item.author_id != ctx.user.id:
        raise UserError(render("actus/quote_not_yours"))
    await _must_not_be_out(ctx, item)
    told: list[Reply] = [Update(render("actus/objected", item=item))]
    if item.details.get(REFUSED):
        return told
    await database.change(ctx.db, item, withdrawn=True, details={**item.details, REFUSED: True})
    if item.proposed_by:
        told.append(close_receipt(item, "rather_not"))
    return told


async def _get_own(ctx: Context, number: int, *, lock: bool = False) -> Item:
    """Get an item that this person proposed. Raises UserError."""
    item = await (items.lock if lock else items.get)(ctx.db, number)
    if item is None or item.proposed_by != ctx.user.id:
        raise UserError(render("actus/proposal_not_yours"))
    if item.withdrawn:
        raise UserError(render("actus/proposal_withdrawn"))
    return item
