"""« Suivre ce thème »: each Monday morning, what is new of it in one direct message; paused or stopped by a click."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_date
from bot.menus import Menu
from bot.others import in_use
from bot.replies import Button, Card, Direct, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import quote, render
from commands.ressources import places
from commands.ressources.buttons import FollowThemes
from commands.ressources.feature import feature
from commands.ressources.lasting import ChooseTheme, Following, SetFollowing, TellFollowers
from config.ressources import KINDS
from config.themes import THEMES, theme_of
from storage import people
from storage.people import PARIS
from storage.ressources import following
from storage.ressources.following import News, ThemeFollow
from storage.ressources.resource import Shown, get, shown

LISTED_MAX = 10
"""Resources in one message."""
AT_ONCE = 100
"""People in one step."""
BACK = timedelta(days=35)
"""What is older is not told as new, wherever the bot has been."""
CARDS_MAX = 8


@feature.button(FollowThemes, writes=False)
async def offer(ctx: Context, click: FollowThemes) -> Replies:
    """« Suivre ce thème » under a resource: those that it has."""
    found = await get(ctx.db, click.resource)
    if found is None or not found.themes:
        raise UserError(render("ressources/no_themes"))
    mine = {each.theme for each in await following.of(ctx.db, ctx.user.id) if not each.paused}
    codes = found.theme_codes
    text = render("ressources/follow_which", names=_names(codes), mine=_names(code for code in codes if code in mine))
    others = [code for code in codes if code not in mine]
    if len(others) > 3:
        return Whisper(text, menus=[_menu(others)])
    return Whisper(text, [_follow(code) for code in others])


@feature.command(
    "ressources suivre", help="Recevoir chaque lundi ce qui est nouveau d’un thème", hint="[thème]", writes=True
)
async def follow(ctx: Context, line: str) -> Replies:
    """Follow a theme that is named; without a name, all are there to choose from."""
    if not line.strip():
        return Whisper(render("ressources/follow_choose"), menus=[_menu(list(THEMES))])
    theme = theme_of(line)
    if theme is None:
        raise UserError(render("ressources/follow_unknown", text=quote(line[:60])))
    return await set_following(ctx, SetFollowing(themes=[theme.code], to=Following.ON))


@feature.command("ressources suivis", help="Les thèmes que vous suivez : en pause, reprendre, ne plus suivre")
async def followed(ctx: Context, line: str) -> Replies:
    """Each with what can be done by one click."""
    return await _list(ctx)


@feature.button(ChooseTheme)
async def choose(ctx: Context, click: ChooseTheme) -> Replies:
    """Follow what was chosen of the list."""
    return await set_following(ctx, SetFollowing(themes=[click.chosen], to=Following.ON))


@feature.button(SetFollowing)
async def set_following(ctx: Context, click: SetFollowing) -> Replies:
    """From now on it is so; a click takes it back."""
    themes = [code for code in click.themes if code in THEMES]
    before = {each.theme: each.paused for each in await following.of(ctx.db, ctx.user.id)}
    if click.to is Following.ON:
        await following.follow(ctx.db, ctx.user.id, themes, ctx.now)
    elif click.to is Following.PAUSED:
        await following.pause(ctx.db, ctx.user.id, themes)
    else:
        await following.stop(ctx.db, ctx.user.id, themes)
    if click.listed:
        return await _list(ctx)
    known = all(code in before and not before[code] for code in themes)
    text = render("ressources/followed", names=_names(themes), to=click.to.value, known=known)
    return Whisper(text, _undo(themes, click.to, before))


def _undo(themes: Sequence[str], to: Following, before: Mapping[str, bool]) -> Sequence[Button]:
    """« Annuler », where something changed."""
    if to is not Following.ON:
        return [Button("Annuler", SetFollowing(themes=list(themes), to=Following.ON))]
    new = [code for code in themes if code not in before]
    return [Button("Annuler", SetFollowing(themes=new, to=Following.OFF))] if new else []


async def _list(ctx: Context) -> Whisper:
    mine = await following.of(ctx.db, ctx.user.id)
    text = render("ressources/follows", count=len(mine), more=_names(each.theme for each in mine[CARDS_MAX:]))
    return Whisper(text, cards=[_card(each) for each in mine[:CARDS_MAX]])


def _card(one: ThemeFollow) -> Card:
    resumes, theme = one.paused, [one.theme]
    to = Following.ON if resumes else Following.PAUSED
    change = Button("Reprendre" if resumes else "Mettre en pause", SetFollowing(themes=theme, to=to, listed=True))
    stop = Button("Ne plus suivre", SetFollowing(themes=theme, to=Following.OFF, listed=True))
    return Card(render("ressources/follow_card", label=THEMES[one.theme].court, paused=one.paused), [change, stop])


@feature.job("day_of_week=mon hour=8 minute=50", name="ressources.tell_news", local=True)
async def tell_news(ctx: Context) -> Replies:
    """Monday morning, where people are: what is new of the themes that they follow."""
    waiting = await following.followers(ctx.db, "", ctx.now, 1)
    return Start(payload=TellFollowers(zone=ctx.zone.key, until=ctx.now)) if waiting else None


@feature.work(
    TellFollowers,
    name="ressources.TellFollowers",
    title="Nouveautés des thèmes suivis",
    unit=("personne", "personnes"),
    writes=True,
)
async def tell_some(ctx: Context, work: TellFollowers, so_far: Progress) -> Step:
    """The next hundred people, by id: each hears of it in the transaction in which that is noted."""
    page = await following.followers(ctx.db, so_far.cursor or "", work.until, AT_ONCE)
    if not page:
        return Step(done=so_far.done, finished=True)
    here = await _who_is_here(ctx, list(page), work.zone)
    replies = await _tell(ctx, {user_id: page[user_id] for user_id in page if user_id in here}, work)
    await following.note_told(ctx.db, sorted(here), work.until)
    return Step(replies=replies, cursor=max(page), done=so_far.done + len(replies))


async def _who_is_here(ctx: Context, ids: Sequence[str], zone: str) -> set[str]:
    """Who of these is still there, in that zone; whom the register does not know is in Paris."""
    zones = {person.id: person.timezone for person in await people.among(ctx.db, ids=ids)}
    there = await in_use(ctx, ids)
    return {one for one in ids if one in there and zones.get(one, PARIS) == zone}


async def _tell(ctx: Context, page: Mapping[str, Sequence[ThemeFollow]], work: TellFollowers) -> Sequence[Reply]:
    """One message to each for whom something is new."""
    told = [each.told_at for followed in page.values() for each in followed]
    if not told:
        return []
    found = await following.harvest(ctx.db, max(min(told), work.until - BACK), work.until)
    news = {user_id: found.of(followed) for user_id, followed in page.items()}
    wanted = {number for each in news.values() for number in each.numbers[:LISTED_MAX]}
    titles = {each.id: each for each in (await shown(ctx.db, sorted(wanted)))[0]}
    return [
        _message(ctx, user_id, page[user_id], each, titles)
        for user_id, each in news.items()
        if each.numbers or each.imported
    ]


def _message(
    ctx: Context, user_id: str, followed: Sequence[ThemeFollow], news: News, titles: Mapping[int, Shown]
) -> Direct:
    since = min(each.told_at for each in followed).astimezone(ctx.zone).date()
    codes = sorted((each.theme for each in followed if each.theme in THEMES), key=lambda code: THEMES[code].bit)
    lines = [_line(titles[number]) for number in news.numbers[:LISTED_MAX] if number in titles]
    more = len(news.numbers) - len(lines) + news.imported
    text = render(
        "ressources/news",
        names=_names(codes),
        since=say_date(since),
        lines=lines,
        imported=news.imported,
        more=more,
        queries=[f'/ressources thème:"{THEMES[code].court}" depuis:{since}' for code in codes[:3]],
    )
    return Direct(text, _ends(codes), user_id=user_id)


def _ends(codes: Sequence[str]) -> Sequence[Button]:
    themes = list(codes)
    return [
        Button("Mettre en pause", SetFollowing(themes=themes, to=Following.PAUSED)),
        Button("Ne plus suivre", SetFollowing(themes=themes, to=Following.OFF)),
    ]


def _line(resource: Shown) -> str:
    kind = KINDS.get(resource.type)
    title = places.title(resource)
    return render("ressources/news_line", number=resource.id, title=title, kind=kind.libelle if kind else "")


def _follow(code: str) -> Button:
    return Button(f"Suivre « {THEMES[code].court} »", SetFollowing(themes=[code], to=Following.ON))


def _menu(codes: Sequence[str]) -> Menu:
    return Menu("Choisir un thème", ChooseTheme(), {code: THEMES[code].court for code in codes})


def _names(codes: Iterable[str]) -> Sequence[str]:
    return [THEMES[code].court for code in codes if code in THEMES]
