"""« /ressources »: needs, that is, what people searched for in vain, and themes whose news they follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from bot import guard, quotas, replies
from bot.account_status import find_active
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import say_date
from bot.menus import Choosing, Menu
from bot.texts import quote, render, require
from commands.ressources import collections, life, posts, review, upkeep
from commands.ressources.cards import find_published
from commands.ressources.deposit import livre
from commands.ressources.records import ANIMATEURS, FollowThemes, Miss, OpenResource, feature, find_in_zone
from commands.ressources.search import search_typed
from config.ressources import KINDS
from config.themes import THEMES, theme_of
from dialogs.ressources import AnswerNeed, SayNeed
from storage import journal, people
from storage.ressources import feedback
from storage.ressources.collections import (
    FollowerNews,
    ThemeFollow,
    follow_themes,
    list_followed_themes,
    list_followers,
    note_followers_told,
    pause_themes,
    read_harvest,
    unfollow_themes,
)
from storage.ressources.feedback import ABOUT_MAX, WORDS_MAX, Need, ResourceNeed, make_need_key
from storage.ressources.resources import ShownResource, get_resource, list_shown

LISTED_MAX = 10
"""Resources in one message."""
AT_ONCE = 100
"""People in one step."""
NEWS_FROM = timedelta(days=35)
"""Resources that were published longer ago are not announced as new."""
CARDS_MAX = 8


class Following(StrEnum):
    """Whether somebody follows a theme, and is sent its news."""

    ON = "on"
    PAUSED = "paused"
    OFF = "off"


class SetFollowing(BaseModel):
    """Button « Suivre », « Mettre en pause » or « Ne plus suivre » for these themes (codes); ``listed`` if it stands in
    the list of followed themes."""

    themes: list[str]
    to: Following
    listed: bool = False


class ChooseTheme(Choosing):
    """Menu of themes to follow; ``chosen`` is a code."""


class TellFollowers(BaseModel):
    """Long work: send the followers in a time zone what was published until that moment."""

    zone: str
    until: datetime


@feature.button(FollowThemes, writes=False)
async def offer_themes(ctx: Context, click: FollowThemes) -> replies.Replies:
    """Offer to follow the themes of a resource."""
    found = await get_resource(ctx.db, click.resource)
    if found is None or not found.themes:
        raise UserError(render("ressources/no_themes"))
    mine = {each.theme for each in await list_followed_themes(ctx.db, ctx.user.id) if not each.paused}
    codes = found.theme_codes
    followed = _name_themes(code for code in codes if code in mine)
    text = render("ressources/follow_which", names=_name_themes(codes), mine=followed)
    others = [code for code in codes if code not in mine]
    if len(others) > 3:
        return replies.Whisper(text, menus=[_theme_menu(others)])
    buttons = [_follow_button(f"Suivre « {THEMES[code].court} »", [code], Following.ON) for code in others]
    return replies.Whisper(text, buttons)


@feature.command(
    "ressources suivre", help="Recevoir chaque lundi ce qui est nouveau d’un thème", hint="[thème]", writes=True
)
async def follow_typed(ctx: Context, line: str) -> replies.Replies:
    """Follow the named theme; without a name, offer all themes."""
    if not line.strip():
        return replies.Whisper(render("ressources/follow_choose"), menus=[_theme_menu(list(THEMES))])
    theme = require(theme_of(line), "ressources/follow_unknown", text=quote(line[:60]))
    return await set_following(ctx, SetFollowing(themes=[theme.code], to=Following.ON))


@feature.command("ressources suivis", help="Les thèmes que vous suivez : en pause, reprendre, ne plus suivre")
async def list_followed(ctx: Context, line: str) -> replies.Replies:
    """Show the themes that somebody follows, with the buttons to change that."""
    return await _draw_followed(ctx)


@feature.button(ChooseTheme)
async def follow_chosen(ctx: Context, click: ChooseTheme) -> replies.Replies:
    """Follow the theme that was chosen."""
    return await set_following(ctx, SetFollowing(themes=[click.chosen], to=Following.ON))


@feature.button(SetFollowing)
async def set_following(ctx: Context, click: SetFollowing) -> replies.Replies:
    """Follow themes, pause them or stop following them, with an undo button."""
    themes = [code for code in click.themes if code in THEMES]
    before = {each.theme: each.paused for each in await list_followed_themes(ctx.db, ctx.user.id)}
    if click.to is Following.ON:
        await follow_themes(ctx.db, ctx.user.id, themes, ctx.now)
    elif click.to is Following.PAUSED:
        await pause_themes(ctx.db, ctx.user.id, themes)
    else:
        await unfollow_themes(ctx.db, ctx.user.id, themes)
    if click.listed:
        return await _draw_followed(ctx)
    known = all(code in before and not before[code] for code in themes)
    text = render("ressources/followed", names=_name_themes(themes), to=click.to.value, known=known)
    return replies.Whisper(text, _undo_buttons(themes, click.to, before))


def _undo_buttons(themes: Sequence[str], to: Following, before: Mapping[str, bool]) -> Sequence[replies.Button]:
    """Make the button « Annuler » if something changed."""
    if to is not Following.ON:
        return [_follow_button("Annuler", themes, Following.ON)]
    new = [code for code in themes if code not in before]
    return [_follow_button("Annuler", new, Following.OFF)] if new else []


async def _draw_followed(ctx: Context) -> replies.Whisper:
    mine = await list_followed_themes(ctx.db, ctx.user.id)
    text = render("ressources/follows", count=len(mine), more=_name_themes(each.theme for each in mine[CARDS_MAX:]))
    return replies.Whisper(text, cards=[_theme_card(each) for each in mine[:CARDS_MAX]])


def _theme_card(one: ThemeFollow) -> replies.Card:
    label, to = ("Reprendre", Following.ON) if one.paused else ("Mettre en pause", Following.PAUSED)
    change = _follow_button(label, [one.theme], to, listed=True)
    stop = _follow_button("Ne plus suivre", [one.theme], Following.OFF, listed=True)
    return replies.Card(
        render("ressources/follow_card", label=THEMES[one.theme].court, paused=one.paused), [change, stop]
    )


def _follow_button(label: str, themes: Sequence[str], to: Following, *, listed: bool = False) -> replies.Button:
    return replies.Button(label, SetFollowing(themes=list(themes), to=to, listed=listed))


@feature.job("day_of_week=mon hour=8 minute=50", name="ressources.tell_news", local=True)
async def start_news(ctx: Context) -> replies.Replies:
    """Start to send the news of followed themes, on Monday morning in each time zone."""
    waiting = await list_followers(ctx.db, "", ctx.now, 1)
    return replies.Start(payload=TellFollowers(zone=ctx.zone.key, until=ctx.now)) if waiting else None


@feature.work(
    TellFollowers,
    name="ressources.TellFollowers",
    title="Nouveautés des thèmes suivis",
    unit=("personne", "personnes"),
    writes=True,
)
async def tell_followers(ctx: Context, work: TellFollowers, so_far: replies.Progress) -> replies.Step:
    """Send the news to the next hundred people, by id, in the transaction that records it."""
    page = await list_followers(ctx.db, so_far.cursor or "", work.until, AT_ONCE)
    if not page:
        return so_far.end()
    here = await find_in_zone(ctx, await find_active(ctx, page), work.zone)
    news = await _tell_page(ctx, {user_id: page[user_id] for user_id in page if user_id in here}, work)
    await note_followers_told(ctx.db, sorted(here), work.until)
    return replies.Step(replies=news, cursor=max(page), done=so_far.done + len(news))


async def _tell_page(
    ctx: Context, page: Mapping[str, Sequence[ThemeFollow]], work: TellFollowers
) -> Sequence[replies.Reply]:
    """Write one message to each person who has news."""
    told = [each.told_at for followed in page.values() for each in followed]
    if not told:
        return []
    found = await read_harvest(ctx.db, max(min(told), work.until - NEWS_FROM), work.until)
    news = {user_id: found.of(followed) for user_id, followed in page.items()}
    wanted = {number for each in news.values() for number in each.numbers[:LISTED_MAX]}
    titles = {each.id: each for each in (await list_shown(ctx.db, sorted(wanted)))[0]}
    unread = {user_id: each for user_id, each in news.items() if each.numbers or each.imported}
    return [_draw_news(ctx, user_id, page[user_id], each, titles) for user_id, each in unread.items()]


def _draw_news(
    ctx: Context, user_id: str, followed: Sequence[ThemeFollow], news: FollowerNews, titles: Mapping[int, ShownResource]
) -> replies.Direct:
    since = min(each.told_at for each in followed).astimezone(ctx.zone).date()
    codes = sorted((each.theme for each in followed if each.theme in THEMES), key=lambda code: THEMES[code].bit)
    shown = [titles[number] for number in news.numbers[:LISTED_MAX] if number in titles]
    kinds = [KINDS.get(each.type) for each in shown]
    text = render(
        "ressources/news",
        names=_name_themes(codes),
        since=say_date(since),
        lines=[posts.draw_line(each, kind.libelle if kind else "") for each, kind in zip(shown, kinds, strict=True)],
        imported=news.imported,
        more=len(news.numbers) - len(shown) + news.imported,
        queries=[f'/ressources thème:"{THEMES[code].court}" depuis:{since}' for code in codes[:3]],
    )
    labels = {"Mettre en pause": Following.PAUSED, "Ne plus suivre": Following.OFF}
    return replies.Direct(text, [_follow_button(label, codes, to) for label, to in labels.items()], user_id=user_id)


def _theme_menu(codes: Sequence[str]) -> Menu:
    return Menu("Choisir un thème", ChooseTheme(), {code: THEMES[code].court for code in codes})


def _name_themes(codes: Iterable[str]) -> Sequence[str]:
    return [THEMES[code].court for code in codes if code in THEMES]


PAGE = 5
ABOUTS_MAX = 3
"""How many of the details that people added to a need are shown."""
NEED = RowCard[str]("ressources.need:", lambda key: key.removeprefix("need:"))
"""The card of a need that nothing answers yet, by its key."""


class OfNeed(BaseModel):
    """Payload about one need, by its key."""

    need: str


class MeetNeed(OfNeed):
    """Button « C’est fait »: opens the window of the resource that answers a need."""


class PutAside(OfNeed):
    """Button « Écarter »: dismisses a need."""


class ReopenNeed(OfNeed):
    """Button « Rouvrir »: reopens a dismissed need."""


class NeedsPage(BaseModel):
    """Button « Voir la suite »: a page of the needs."""

    page: int


@feature.button(Miss, writes=False)
async def open_need_window(ctx: Context, click: Miss) -> replies.Replies:
    """Open the window of a need, filled with what was searched for."""
    return replies.Ask(SayNeed.draft(words=click.text[:WORDS_MAX]), here=False)


@feature.submit(SayNeed)
async def file_need(ctx: Context, form: SayNeed) -> replies.Replies:
    """Store a need, once for each person; personal data is masked before anybody reads it."""
    words, about = _mask_personal(form.words, WORDS_MAX), _mask_personal(form.about, ABOUT_MAX)
    key = make_need_key(words)
    await feedback.hold_need(ctx.db, key, ctx.now)
    before = await feedback.get_need(ctx.db, key)
    waited = before is not None and before.is_open
    mine = ResourceNeed(key=key, user_id=ctx.user.id, words=words, about=about, at=ctx.now)
    is_new = await feedback.put_need(ctx.db, mine)
    need = await _find_need(ctx, key)
    thanks = replies.Whisper(render("ressources/missed", is_new=is_new, others=len(need.whose) - 1))
    if not is_new:
        return thanks
    left, said = await quotas.spend(ctx, quotas.Quota.NEED), await _draw_need(ctx, need)
    # What was settled and is said again is told anew, under what stands already.
    told = [] if waited else await posts.tell_reviewers(ctx, said, NEED.of(key))
    return [thanks, NEED.rewrite(key, said), *told, *left]


@feature.command("ressources besoins", help="Ce que le réseau cherche et ne trouve pas", roles=ANIMATEURS)
async def list_needs(ctx: ReadingContext, line: str) -> replies.Replies:
    """List the needs of most people first; with more words, search for those."""
    if line.strip():
        return await search_typed(ctx, f"besoins {line}")
    return await show_needs_page(ctx, NeedsPage(page=1))


@feature.button(NeedsPage, name="ressources.Needs", roles=ANIMATEURS, writes=False)
async def show_needs_page(ctx: Context, at: NeedsPage) -> replies.Replies:
    """Show a page of the open needs."""
    found, total = await feedback.list_open_needs(ctx.db, PAGE, (max(at.page, 1) - 1) * PAGE)
    if not found:
        return replies.Whisper(render("ressources/no_need") if not total else render("ressources/no_more_needs"))
    cards = [(await _draw_need(ctx, need)).card for need in found]
    following = [replies.Button("Voir la suite", NeedsPage(page=at.page + 1))] if total > at.page * PAGE else []
    return replies.Whisper(render("ressources/needs", total=total), following, cards=cards)


@feature.button(MeetNeed, name="ressources.Answer", roles=ANIMATEURS, writes=False)
async def ask_which_resource(ctx: Context, click: MeetNeed) -> replies.Replies:
    """Open the window of the resource that answers a need."""
    need = await _find_waiting_need(ctx, click.need)
    return replies.Ask(AnswerNeed.draft(need=click.need, said=f"« {quote(need.first.words)} »"))


@feature.submit(AnswerNeed, roles=ANIMATEURS)
async def answer_need(ctx: Context, form: AnswerNeed) -> replies.Replies:
    """Tell everybody who had a need, once, which resource answers it."""
    await feedback.hold_need(ctx.db, form.need, ctx.now)
    before = await _find_waiting_need(ctx, form.need)
    try:
        resource = await find_published(ctx, form.number)
    except UserError as refusal:
        raise UserError(fields={"numero": refusal.text}) from None
    told = await feedback.close_need(ctx.db, form.need, ctx.user.id, ctx.now, form.number)
    _note_need(ctx, before, {"fiche": form.number})
    words = {one.user_id: quote(one.words, WORDS_MAX) for one in before.whose}
    said = {"title": posts.link_title(resource), "number": resource.number}
    opens = replies.Button(f"Ouvrir la ressource n° {resource.number}", OpenResource(resource=resource.number))
    texts = {who: render("ressources/need_answered", words=words[who], **said) for who in told}
    messages = [replies.News(user_id=who, text=text, button=opens) for who, text in texts.items()]
    done = replies.Whisper(render("ressources/told", count=len(told), number=resource.number))
    return [await _refresh_need(ctx, await _find_need(ctx, form.need)), *messages, done]


@feature.button(PutAside, roles=ANIMATEURS)
async def put_need_aside(ctx: Context, click: PutAside) -> replies.Replies:
    """Dismiss a need: nobody is told, and it can be reopened."""
    await feedback.hold_need(ctx.db, click.need, ctx.now)
    need = await _find_waiting_need(ctx, click.need)
    await feedback.close_need(ctx.db, click.need, ctx.user.id, ctx.now)
    _note_need(ctx, need, {"ecarte": True})
    done = replies.Whisper(render("ressources/put_aside", words=need.first.words))
    return [await _refresh_need(ctx, await _find_need(ctx, click.need)), done]


@feature.button(ReopenNeed, name="ressources.TakeBack", roles=ANIMATEURS)
async def reopen_need(ctx: Context, click: ReopenNeed) -> replies.Replies:
    """Reopen a dismissed need."""
    await feedback.hold_need(ctx.db, click.need, ctx.now)
    if not await feedback.reopen_need(ctx.db, click.need):
        raise UserError(render("ressources/need_open"))
    need = await _find_need(ctx, click.need)
    _note_need(ctx, need, {"attend": True})
    return [await _refresh_need(ctx, need), replies.Whisper(render("ressources/need_open_again"))]


async def _refresh_need(ctx: Context, need: Need) -> replies.Refresh:
    return NEED.rewrite(need.first.key, await _draw_need(ctx, need))


async def _draw_need(ctx: Context, need: Need) -> replies.Message:
    """Draw a need, with its buttons."""
    first = need.first
    decider = await people.get(ctx.db, first.closed_by) if first.closed_by else None
    if need.is_open:
        aside = replies.Button("Écarter", PutAside(need=first.key))
        buttons = [replies.Button("C’est fait", MeetNeed(need=first.key), "primary"), aside]
    else:
        buttons = [] if first.resource else [replies.Button("Rouvrir", ReopenNeed(need=first.key))]
    return replies.Message(render("ressources/need", need=need, by=decider, most=ABOUTS_MAX), buttons)


async def _find_need(ctx: Context, key: str) -> Need:
    return require(await feedback.get_need(ctx.db, key), "ressources/need_gone")


async def _find_waiting_need(ctx: Context, key: str) -> Need:
    """Get an open need. Raises UserError for one that is answered or dismissed."""
    need = await feedback.get_need(ctx.db, key)
    if need is None or not need.is_open:
        raise UserError(render("ressources/need_gone"))
    return need


def _note_need(ctx: Context, need: Need, after: dict[str, object]) -> None:
    before = {"mots": need.first.words, "attend": need.is_open and "attend" not in after}
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.NEED, need.first.key, before=before, after=after))


def _mask_personal(text: str, most: int) -> str:
    return guard.mask(text, guard.find(text))[:most]


__all__ = ["feature", "livre"]
