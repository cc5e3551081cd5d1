"""« /actus proposer »: anybody proposes something for the news, in words, by a link, or by a message."""

import re
from typing import Any

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.forms.limits import LONG_MAX, TEXT_MAX
from bot.linked import address_of, link_in, read_linked
from bot.mattermost import ChatPost
from bot.quotas import Quota
from bot.quoting import one_line, shorten
from bot.replies import Ask, Direct, Replies, Reply, Update
from bot.texts import render
from commands.actus import pool
from commands.actus.carried import EditProposal, RatherNot, TakeBack
from commands.actus.feature import feature
from commands.actus.pool import Found
from config.departements import DEPARTEMENTS
from config.themes import bits, from_bits
from dialogs.actus.proposing import ALL, WORDS_MAX, ChangeNews, ProposeNews
from storage import people
from storage.actus import items
from storage.actus.items import CREDIT_MAX, Item, Kind, Section
from storage.links import first_link, read_link, site_of, without_links

NOT_PUBLIC = "Ce message est dans un canal privé : ce qui s’y dit n’en sort pas. Écrivez plutôt ce que vous en diriez."


@feature.command("actus proposer", help="Proposer une actu", hint="[texte | lien | lien d’un message]")
async def propose(ctx: Context, line: str) -> Replies:
    """The window, filled with what the line leads to."""
    if ident := link_in(line):
        return Ask(await _from_message(ctx, await read_linked(ctx, ident)))
    words = line.strip()
    link = first_link(words)
    bare = "" if link else _bare_link(words)
    title = "" if bare else without_links(words)
    fits = len(title) <= TEXT_MAX
    known = {"titre": (title if fits else "") or None, "text": None if fits else title[:LONG_MAX]}
    return Ask(_window(ctx, **known, url=link or bare or None))


def _bare_link(words: str) -> str:
    """An address that was written without « https:// »."""
    try:
        return read_link(words) if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", words) else ""
    except ValueError:
        return ""


def _window(ctx: Context, **known: object) -> ProposeNews:
    return ProposeNews.draft(**known, about=ALL, places=_places(ctx))


def _places(ctx: Context) -> dict[str, str]:
    """The départements of whoever proposes."""
    return {code: DEPARTEMENTS[code].nom for code in ctx.user.departements if code in DEPARTEMENTS}


async def _from_message(ctx: Context, post: ChatPost) -> ProposeNews:
    """The window filled from a message of a public channel. Raises UserError."""
    if (await ctx.chat.channel(post.channel_id)).is_private:
        raise UserError(NOT_PUBLIC)
    author = await ctx.chat.user(post.user_id)
    await pool.must_want(ctx, author.id)
    known = await items.by_key(ctx.db, items.key_of_post(post.id))
    if known and known.details.get(pool.REFUSED):
        raise UserError(pool.RATHER_NOT)
    row = await people.get(ctx.db, author.id)
    said = pool.quote(post.message)
    more: dict[str, object] = {"post": post.id, "channel": post.channel_id, "author": author.id}
    more["name"] = row.full_name if row else f"@{author.username}"
    shown = {"titre": said.title or None, "text": said.text[:WORDS_MAX] or None}
    return _window(ctx, **shown, url=first_link(post.message) or None, part=Section.COMMUNITY.value, **more)


@feature.submit(ProposeNews)
async def keep(ctx: Context, form: ProposeNews) -> Replies:
    """It is in the pool; who comes second is thanked too."""
    if form.post:
        await pool.must_want(ctx, form.author)
    item, found = await pool.bring(ctx, _made(ctx, form))
    if found is Found.KNOWN:
        return Direct(render("actus/known", item=item), user_id=ctx.user.id)
    told: list[Reply] = [pool.receipt(item, ctx.user.id)]
    if found is Found.NEW:
        told += [*await pool.tell_author(ctx, item), *await quotas.spend(ctx, Quota.PROPOSAL)]
    return told


def _made(ctx: Context, form: ProposeNews) -> Item:
    link = form.url or (address_of(ctx.settings, form.post) if form.post else "")
    key = items.key_of_post(form.post) if form.post else ""
    return Item(
        key=key or (items.key_of_link(form.url) if form.url else items.key_of_words(form.titre)),
        kind=Kind.PROPOSAL,
        title=form.titre,
        url=link,
        credit=shorten(_credit(ctx, form), CREDIT_MAX),
        author_id=form.author or ("" if form.url else ctx.user.id),
        proposed_by=ctx.user.id,
        channel_id=form.channel,
        post_id=form.post,
        found_at=ctx.now,
        **_said(form),
    )


def _credit(ctx: Context, form: ProposeNews) -> str:
    if form.post:
        return form.name
    return site_of(form.url) if form.url else ctx.user.full_name


def _said(form: ProposeNews) -> dict[str, Any]:
    """What the window says beside title and link, by column."""
    usual = Section.PRESS if form.url and not form.post else Section.COMMUNITY
    return {
        "section": Section(form.part) if form.part else usual,
        "text": one_line(form.text, WORDS_MAX),
        "themes": bits(form.themes),
        "departement": "" if form.about == ALL else form.about,
    }


@feature.button(EditProposal, writes=False)
async def edit(ctx: Context, click: EditProposal) -> Replies:
    """The window, as it stands."""
    item = await _mine(ctx, click.item)
    await _must_wait(ctx, item)
    shown: dict[str, object] = {"titre": item.title[:TEXT_MAX], "text": item.text or None}
    own = "" if item.post_id and "/pl/" in item.url else item.url
    shown |= {"url": own or None, "part": item.section.value, "themes": from_bits(item.themes)}
    places = _places(ctx) | ({item.departement: _name(item.departement)} if item.departement else {})
    more = {"post": item.post_id, "channel": item.channel_id, "author": item.author_id if item.post_id else ""}
    window = ChangeNews.draft(
        **shown, **more, name=item.credit, about=item.departement or ALL, places=places, item=item.number
    )
    return Ask(window)


def _name(code: str) -> str:
    return DEPARTEMENTS[code].nom if code in DEPARTEMENTS else code


@feature.submit(ChangeNews)
async def save(ctx: Context, form: ChangeNews) -> Replies:
    """It says that from now on."""
    item = await _mine(ctx, form.item, lock=True)
    await _must_wait(ctx, item)
    link = form.url or (address_of(ctx.settings, form.post) if form.post else "")
    await pool.change(ctx, item, title=form.titre, url=link, **_said(form))
    return pool.refresh(item, here=True)


async def _must_wait(ctx: Context, item: Item) -> None:
    """Raises UserError for what editors have in hand already: the words are theirs now."""
    if digest := await pool.is_placed(ctx, item):
        raise UserError(
            f"Votre proposition est déjà dans les actus n° {digest.number} : dites à l’équipe d’animation ce qui "
            "change."
        )


@feature.button(TakeBack)
async def take_back(ctx: Context, click: TakeBack) -> Replies:
    """Whoever proposed it would rather not, until it came out."""
    item = await _mine(ctx, click.item, lock=True)
    if digest := await pool.came_out(ctx, item):
        raise UserError(f"C’est déjà paru, dans les actus n° {digest.number} : un animateur peut le retirer.")
    await pool.change(ctx, item, withdrawn=True)
    return Update(render("actus/taken_back", item=item))


@feature.button(RatherNot)
async def rather_not(ctx: Context, click: RatherNot) -> Replies:
    """Who wrote a message prefers that it were not in the news: it never will be."""
    item = await items.lock(ctx.db, click.item)
    if item is None or item.author_id != ctx.user.id:
        raise UserError("Ce message n’est pas de vous.")
    if digest := await pool.came_out(ctx, item):
        raise UserError(f"C’est déjà paru, dans les actus n° {digest.number} : un animateur peut le retirer.")
    told: list[Reply] = [Update(render("actus/objected", item=item))]
    if item.details.get(pool.REFUSED):
        return told
    await pool.change(ctx, item, withdrawn=True, details={**item.details, pool.REFUSED: True})
    if item.proposed_by:
        told.append(pool.refresh(item, "actus/rather_not"))
    return told


async def _mine(ctx: Context, number: int, *, lock: bool = False) -> Item:
    """What this person proposed. Raises UserError."""
    item = await (items.lock if lock else items.get)(ctx.db, number)
    if item is None or item.proposed_by != ctx.user.id:
        raise UserError("Cette proposition n’est plus à vous.")
    if item.withdrawn:
        raise UserError("Cette proposition est retirée.")
    return item
