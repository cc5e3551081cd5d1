"""« /actus abonnement »: personal digests. When one is due, what suits its reader best, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from textwrap import shorten
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import delete
from sqlmodel import col

from bot.calendar import find_holiday
from bot.context import Context
from bot.french import join, say_date, say_hour
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Direct, Message, Progress, Replies, Start, Step, Whisper
from bot.texts import link, render
from commands.actus.editions import feature
from config.territories import DEPARTEMENTS
from config.text import fold
from config.themes import THEMES
from config.time import WEEKDAYS
from dialogs.actus import Subscribe
from storage import database, people
from storage.actus import subscriptions
from storage.actus.items import ItemKind, NewsSection
from storage.actus.subscriptions import Candidate, NewsSubscription
from storage.people import Person, transitions

Reader = tuple[NewsSubscription, Person]
MOST, LEAST = 7, 3
"""The most items in a personal digest, and the fewest: below that, items for everybody are added."""
OFTEN = 0.2
"""The share of somebody’s comptes rendus from which on they work « souvent » on a theme."""
_SKILL = 0.5
"""The weight of a theme that is among somebody’s skills; that of others is its share of their comptes rendus."""
_HERE, _TOP = 1.0, 0.6
KINDS: Mapping[ItemKind, str] = {
    ItemKind.MESSAGE: "les messages des canaux",
    ItemKind.FEED: "la presse",
    ItemKind.RESOURCE: "les ressources",
    ItemKind.EVENT: "les événements",
    ItemKind.POLL: "les résultats de sondages",
    ItemKind.PROPOSAL: "ce que proposent les collègues",
}
"""The kinds of items that a reader may want less of, besides themes."""


@dataclass(frozen=True, slots=True)
class NewsReader:
    """The reader of a personal digest: share of their work by theme (code), skills, place of work, what they want less
    of (« theme:courriel », « genre:flux »), and what they received before."""

    practice: Mapping[str, float]
    skills: Collection[str]
    departements: Collection[str]
    less: frozenset[str]
    got: Collection[int]


@dataclass(frozen=True, slots=True)
class ChosenNews:
    """An item chosen for somebody, with the reason as the end of « parce que … »."""

    news: Candidate
    why: str


def choose_news(news: Sequence[Candidate], reader: NewsReader) -> Sequence[ChosenNews]:
    """Choose the items that suit a reader best. Items that they want less of are only added on top; items that they
    received before never come again."""
    there = [each for each in news if each.item not in reader.got and _is_for(each, reader)]
    wanted = [each for each in there if each.section is NewsSection.TOP or not reader.less & list_grounds(each)]
    weighed = [(_weigh(each, reader), each) for each in wanted]
    weighed.sort(key=lambda pair: (-pair[0], -pair[1].score, pair[1].item))
    near = [each for weight, each in weighed if weight][:MOST]
    rest = [each for weight, each in weighed if not weight][: max(0, LEAST - len(near))]
    return [ChosenNews(each, _say_why(each, reader)) for each in (*near, *rest)]


def list_grounds(news: Candidate) -> set[str]:
    """List the keys (theme, kind) under which a reader can ask for less of this item."""
    return {*(f"theme:{code}" for code in news.themes), f"genre:{news.kind}"}


def say_ground(ground: str) -> str:
    """Name what a reader wants less of; "" for a key that no longer exists."""
    kind, _, code = ground.partition(":")
    if kind == "theme":
        return f"« {THEMES[code].court} »" if code in THEMES else ""
    return KINDS[ItemKind(code)] if code in set(ItemKind) and ItemKind(code) in KINDS else ""


def _is_for(news: Candidate, reader: NewsReader) -> bool:
    """Return whether an item is for a reader. Figures and newcomers stay in the common digest; items of a département
    are for those who work there."""
    if news.kind in {ItemKind.FIGURES, ItemKind.NEWCOMERS}:
        return False
    return not news.departement or news.departement in reader.departements


def _weigh(news: Candidate, reader: NewsReader) -> float:
    themes = sum(max(reader.practice.get(code, 0), _SKILL * (code in reader.skills)) for code in news.themes)
    return themes + _HERE * bool(news.departement) + _TOP * (news.section is NewsSection.TOP)


def _say_why(news: Candidate, reader: NewsReader) -> str:
    codes = sorted(news.themes, key=lambda code: -reader.practice.get(code, 0))
    if codes and (part := reader.practice.get(codes[0], 0)):
        return f"vous accompagnez {'souvent' if part >= OFTEN else 'parfois'} sur « {THEMES[codes[0]].court} »"
    if known := next((code for code in codes if code in reader.skills), None):
        return f"vous dites connaître « {THEMES[known].court} »"
    if news.departement in DEPARTEMENTS:
        return f"cela se passe dans votre département ({DEPARTEMENTS[news.departement].nom})"
    return "c’est à la une" if news.section is NewsSection.TOP else "cela intéresse tout le réseau"


_BACK = 31
"""The days of the longest month."""


def is_due(subscription: NewsSubscription, now: datetime, zone: ZoneInfo, departement: str | None) -> bool:
    """Return whether a digest is to be sent now. If it was due during leave, on a holiday or while the bot was down, it
    comes at the same hour of the next day that is neither leave nor holiday."""
    here = now.astimezone(zone)
    if here.hour < subscription.hour or is_away(subscription, here.date()) or find_holiday(here.date(), departement):
        return False
    day = find_last_day(subscription, here.date())
    at = datetime(day.year, day.month, day.day, subscription.hour, tzinfo=zone)
    return at > (subscription.sent_at or subscription.begun_at)


def is_away(subscription: NewsSubscription, day: date) -> bool:
    """Return whether its reader is on leave that day."""
    return subscription.away_until is not None and day <= subscription.away_until


def find_last_day(subscription: NewsSubscription, today: date) -> date:
    """Find the last day up to today on which the rule of the subscription falls."""
    days = (today - timedelta(days=back) for back in range(_BACK + 7))
    return next(day for day in days if is_their_day(subscription, day))


def find_next_day(subscription: NewsSubscription, today: date) -> date:
    """Find the next day after today on which the rule falls, leave not counted."""
    first = max(today, subscription.away_until or today)
    days = (first + timedelta(days=ahead) for ahead in range(1, _BACK + 8))
    return next(day for day in days if is_their_day(subscription, day))


def is_their_day(subscription: NewsSubscription, day: date) -> bool:
    """Return whether the rule falls on a day: the chosen weekday; if monthly, only the first of its month."""
    return day.weekday() == subscription.weekday and (not subscription.monthly or day.day <= 7)


AT_ONCE = 25
"""How many subscribers one step serves: choosing for them takes some hundredths of a second."""
BACK = timedelta(days=31)
"""How far back a personal digest goes at most, and the first one always."""
WORKED_IN = timedelta(days=90)
"""How far back comptes rendus are read to know what somebody works on."""
TEXT_MAX = 240
LESS_MAX = 60


class SettleSubscription(BaseModel):
    """Button « M’abonner… » or « Régler… »: opens the window of the subscription."""


class EndSubscription(BaseModel):
    """Button « Me désabonner »: ends the subscription."""


class All(BaseModel):
    """Button « Ne plus rien écarter »: forgets all that the reader wanted less of."""


class SeeNow(BaseModel):
    """Button « Voir maintenant »: shows what the next digest would contain."""


class LessOf(Choosing):
    """Menu « Moins de… »: a theme or kind, by the key in ``chosen``."""


class TellSubscribers(BaseModel):
    """Long work: send the personal digests that are due in one time zone."""

    zone: str


@feature.job("hour=7-20 minute=0", name="actus.tell", local=True)
async def send_due(ctx: Context) -> Replies:
    """Start to send the digests that are due, each hour, in the zones where it is time."""
    first = await subscriptions.read_page(ctx.db, "", 1)
    return Start(payload=TellSubscribers(zone=ctx.zone.key)) if first else None


@feature.work(
    TellSubscribers,
    name="actus.TellSubscribers",
    title="Actus personnelles",
    unit=("personne", "personnes"),
    writes=True,
)
async def send_next(ctx: Context, work: TellSubscribers, so_far: Progress) -> Step:
    """Send the digests of the next subscribers, by id, in the transaction that records it."""
    page = await subscriptions.read_page(ctx.db, so_far.cursor or "", AT_ONCE)
    if not page:
        return so_far.end()
    readers = [(to, person) for to, person in await _find_readers(ctx, page) if person.timezone == work.zone]
    due = [(to, one) for to, one in readers if is_due(to, ctx.now, one.zone, one.departement)]
    told: list[Direct] = []
    for to, chosen in await _choose_for(ctx, due):
        await subscriptions.note_sent(ctx.db, to, [each.news.item for each in chosen], ctx.now)
        if chosen:
            told.append(draw_digest(chosen).recast(Direct, user_id=to.user_id))
    return Step(replies=told, cursor=page[-1].user_id, done=so_far.done + len(told))


async def _find_readers(ctx: Context, page: Sequence[NewsSubscription]) -> Sequence[Reader]:
    """Return the active subscribers of a page, with what is known of each."""
    ids = [each.user_id for each in page]
    off = await transitions.find_gone_since(ctx.db, ids)
    known = [person for person in await people.among(ctx.db, ids=ids) if not person.has_left(person.today(ctx.now))]
    there = {person.id: person for person in known if person.id not in off}
    return [(each, there[each.user_id]) for each in page if each.user_id in there]


async def _choose_for(ctx: Context, due: Sequence[Reader]) -> Sequence[tuple[NewsSubscription, Sequence[ChosenNews]]]:
    """Choose items for each of these readers, among those published since their last digest."""
    if not due:
        return []
    begins = {to.user_id: max(to.sent_at or to.begun_at - BACK, ctx.now - BACK) for to, _ in due}
    news = await subscriptions.find_candidates(ctx.db, min(begins.values()))
    practice = await subscriptions.read_practice(ctx.db, list(begins), (ctx.now - WORKED_IN).date())
    found = []
    for to, person in due:
        theirs, less, got = practice.get(to.user_id, {}), frozenset(to.less), frozenset(to.sent)
        reader = NewsReader(theirs, person.skills, person.departements, less, got)
        found.append((to, choose_news([each for each in news if each.published_at > begins[to.user_id]], reader)))
    return found


def draw_digest(chosen: Sequence[ChosenNews]) -> Message:
    """Draw the digest of somebody, with what they may want less of."""
    text = render("actus/personal", lines=[_draw_line(each) for each in chosen])
    less = {
        ground: said for each in chosen for ground in sorted(list_grounds(each.news)) if (said := say_ground(ground))
    }
    menus = [Menu("Moins de…", LessOf(), less)] if less else []
    return Message(text, [Button("Régler…", SettleSubscription())], menus=menus)


@lru_cache(1024)
def _draw_line(one: ChosenNews) -> str:
    """Draw one of the news: the same for all to whom it comes for the same reason."""
    title = link(" ".join(one.news.title.split()), one.news.url)
    text = shorten(one.news.text, TEXT_MAX, placeholder="…")
    return render("actus/personal_line", title=title, news=one.news, text=text, why=one.why)


@feature.button(SeeNow, writes=False)
async def show_now(ctx: Context, click: SeeNow) -> Replies:
    """Show what would come now; this does not count as sent."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    found = await _choose_for(ctx, [(mine, ctx.user)] if mine else [])
    if not found or not found[0][1]:
        return Whisper(render("actus/personal_nothing"))
    return Whisper(draw_digest(found[0][1]).text)


@feature.button(LessOf, name="actus.Less")
async def want_less(ctx: Context, click: LessOf) -> Replies:
    """Send less of a theme or kind from now on, with an undo button."""
    mine, said = await subscriptions.get(ctx.db, ctx.user.id), say_ground(click.chosen)
    if mine is None or not said:
        return _draw_subscription(ctx, None)
    await database.change(ctx.db, mine, less=list(dict.fromkeys([*mine.less, click.chosen]))[-LESS_MAX:])
    return Whisper(render("actus/less", said=said), [Button("Ne plus rien écarter", All())])


NO = {"non", "arreter", "stop", "desabonner"}


@feature.command(
    "actus abonnement",
    help="Recevoir en message direct les actus proches de ce que vous faites",
    hint="[non]",
    writes=True,
)
async def show_subscription(ctx: Context, line: str) -> Replies:
    """Show the subscription and the buttons that change it; « non » ends it at once."""
    if fold(line) in NO:
        return await unsubscribe(ctx, EndSubscription())
    return _draw_subscription(ctx, await subscriptions.get(ctx.db, ctx.user.id))


def _draw_subscription(ctx: Context, mine: NewsSubscription | None) -> Whisper:
    if mine is None:
        return Whisper(render("actus/not_subscribed"), [Button("M’abonner…", SettleSubscription(), "primary")])
    away = say_date(mine.away_until) if mine.away_until and is_away(mine, ctx.today) else ""
    less = join([said for ground in mine.less if (said := say_ground(ground))])
    day, hour = WEEKDAYS[mine.weekday], say_hour(time(mine.hour))
    when = f"le premier {day} du mois à {hour}" if mine.monthly else f"chaque {day} à {hour}"
    coming = say_date(find_next_day(mine, ctx.today))
    again = [Button("Ne plus rien écarter", All())] if mine.less else []
    see, stop = Button("Voir maintenant", SeeNow()), Button("Me désabonner", EndSubscription())
    text = render("actus/subscribed", when=when, next=coming, away=away, less=less)
    return Whisper(text, [Button("Régler…", SettleSubscription()), see, *again, stop])


@feature.button(SettleSubscription, name="actus.Settle", writes=False)
async def ask_settings(ctx: Context, click: SettleSubscription) -> Replies:
    """Open the window, with the subscription as it is now."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    if mine is None:
        return Ask(Subscribe.draft())
    away = mine.away_until if is_away(mine, ctx.today) else None
    rhythm = "mois" if mine.monthly else "semaine"
    return Ask(Subscribe.draft(rhythm=rhythm, weekday=mine.weekday, hour=mine.hour, away_until=away))


@feature.submit(Subscribe)
async def subscribe(ctx: Context, form: Subscribe) -> Replies:
    """Store the subscription; earlier items and what they want less of are kept."""
    chosen = form.model_dump(include={"weekday", "hour", "away_until"}) | {"monthly": form.rhythm == "mois"}
    new = NewsSubscription(user_id=ctx.user.id, begun_at=ctx.now).model_dump() | chosen
    await database.upsert(ctx.db, NewsSubscription, [new], chosen)
    return _draw_subscription(ctx, await subscriptions.get(ctx.db, ctx.user.id))


@feature.button(EndSubscription, name="actus.Stop")
async def unsubscribe(ctx: Context, click: EndSubscription) -> Replies:
    """End the subscription and delete its data; an undo button takes it up again."""
    theirs = delete(NewsSubscription).where(col(NewsSubscription.user_id) == ctx.user.id)
    gone = await ctx.db.execute(theirs.returning(col(NewsSubscription.user_id)))
    was = gone.scalar() is not None
    return Whisper(render("actus/unsubscribed", was=was), [Button("M’abonner…", SettleSubscription())])


@feature.button(All)
async def forget_less(ctx: Context, click: All) -> Replies:
    """Let all kinds and themes count again."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    if mine is not None:
        await database.change(ctx.db, mine, less=[])
    return _draw_subscription(ctx, mine)
