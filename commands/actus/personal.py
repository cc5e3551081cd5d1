"""A digest of one's own: what came out, nearest to what one does, each thing once and with its reason."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from textwrap import shorten

from pydantic import BaseModel

from bot.context import Context
from bot.menus import Choosing, Menu
from bot.replies import Button, Direct, Message, Progress, Replies, Start, Step, Whisper
from bot.texts import link, render
from commands.actus.choosing import Chosen, Reader, choose, grounds, say_ground
from commands.actus.feature import feature
from commands.actus.turns import is_due
from storage import people
from storage.actus import personal, subscriptions
from storage.actus.subscriptions import Subscription
from storage.database import change
from storage.people import Person, gone

AT_ONCE = 25
"""Subscribers in one step: what is chosen for them keeps others waiting for some hundredths of a second."""
BACK = timedelta(days=31)
"""How far a first digest goes back, and any at most."""
WORKED_IN = timedelta(days=90)
"""The comptes rendus that say what somebody works on."""
TEXT_MAX = 240
LESS_MAX = 60


class Settle(BaseModel):
    """« M’abonner… », « Régler… »: the window."""


class Stop(BaseModel):
    """« Me désabonner »."""


class All(BaseModel):
    """« Ne plus rien écarter »."""


class SeeNow(BaseModel):
    """« Voir maintenant » what would come."""


class Less(Choosing):
    """« Moins de… » a theme or a kind: what ``chosen`` names (commands/actus/choosing.py)."""


class TellSubscribers(BaseModel):
    """Work: who in that zone is due gets their digest."""

    zone: str


@feature.job("hour=7-20 minute=0", name="actus.tell", local=True)
async def tell(ctx: Context) -> Replies:
    """Each hour at which digests of one's own may come, where people are."""
    first = await personal.page(ctx.db, "", 1)
    return Start(payload=TellSubscribers(zone=ctx.zone.key)) if first else None


@feature.work(
    TellSubscribers,
    name="actus.TellSubscribers",
    title="Actus personnelles",
    unit=("personne", "personnes"),
    writes=True,
)
async def tell_some(ctx: Context, work: TellSubscribers, so_far: Progress) -> Step:
    """The next subscribers, by id: each gets it in the transaction in which that is noted."""
    page = await personal.page(ctx.db, so_far.cursor or "", AT_ONCE)
    if not page:
        return Step(done=so_far.done, finished=True)
    due = [
        (to, person)
        for to, person in await _known(ctx, page)
        if person.timezone == work.zone and is_due(to, ctx.now, person.zone, person.departement)
    ]
    told = await _tell(ctx, due)
    return Step(replies=told, cursor=page[-1].user_id, done=so_far.done + len(told))


async def _known(ctx: Context, page: Sequence[Subscription]) -> Sequence[tuple[Subscription, Person]]:
    """Those of the register who are still there, each with what is known of them."""
    ids = [each.user_id for each in page]
    off = await gone.since(ctx.db, ids)
    known = [person for person in await people.among(ctx.db, ids=ids) if not person.has_left(person.today(ctx.now))]
    there = {person.id: person for person in known if person.id not in off}
    return [(each, there[each.user_id]) for each in page if each.user_id in there]


async def _tell(ctx: Context, due: Sequence[tuple[Subscription, Person]]) -> Sequence[Direct]:
    chosen = await _choose(ctx, due)
    for to, _ in due:
        await personal.note_sent(ctx.db, to, [each.news.item for each in chosen[to.user_id]], ctx.now)
    return [_direct(to.user_id, chosen[to.user_id]) for to, _ in due if chosen[to.user_id]]


async def _choose(ctx: Context, due: Sequence[tuple[Subscription, Person]]) -> Mapping[str, Sequence[Chosen]]:
    """What is nearest to each of these."""
    if not due:
        return {}
    begins = {to.user_id: since(to, ctx.now) for to, _ in due}
    news = await personal.candidates(ctx.db, min(begins.values()))
    practice = await personal.practice(ctx.db, list(begins), (ctx.now - WORKED_IN).date())
    return {
        to.user_id: choose(
            [each for each in news if each.published_at > begins[to.user_id]],
            Reader(
                practice=practice.get(to.user_id, {}),
                skills=person.skills,
                departements=person.departements,
                less=frozenset(to.less),
                got=frozenset(to.sent),
            ),
        )
        for to, person in due
    }


def since(to: Subscription, now: datetime) -> datetime:
    """After when what came out is news to them."""
    return max(to.sent_at or to.begun_at - BACK, now - BACK)


def _direct(user_id: str, chosen: Sequence[Chosen]) -> Direct:
    told = message(chosen)
    return Direct(told.text, told.buttons, user_id=user_id, menus=told.menus)


def message(chosen: Sequence[Chosen]) -> Message:
    """The digest of somebody, with what they may want less of."""
    text = render("actus/personal", lines=[_line(each) for each in chosen])
    less = {ground: said for each in chosen for ground in sorted(grounds(each.news)) if (said := say_ground(ground))}
    menus = [Menu("Moins de…", Less(), less)] if less else []
    return Message(text, [Button("Régler…", Settle())], menus=menus)


@lru_cache(1024)
def _line(one: Chosen) -> str:
    """The same for all to whom it comes for the same reason."""
    title = link(" ".join(one.news.title.split()), one.news.url)
    text = shorten(one.news.text, TEXT_MAX, placeholder="…")
    return render("actus/personal_line", title=title, news=one.news, text=text, why=one.why)


@feature.button(SeeNow, writes=False)
async def see(ctx: Context, click: SeeNow) -> Replies:
    """What would come now, without counting as sent."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    chosen = (await _choose(ctx, [(mine, ctx.user)]))[mine.user_id] if mine else []
    if not chosen:
        return Whisper(render("actus/personal_nothing"))
    return Whisper(message(chosen).text)


@feature.button(Less)
async def less(ctx: Context, click: Less) -> Replies:
    """Less of that from now on; a click takes it back."""
    mine, said = await subscriptions.get(ctx.db, ctx.user.id), say_ground(click.chosen)
    if mine is None or not said:
        return Whisper(render("actus/not_subscribed"), [Button("M’abonner…", Settle(), "primary")])
    await change(ctx.db, mine, less=_with(mine.less, click.chosen))
    return Whisper(render("actus/less", said=said), [Button("Ne plus rien écarter", All())])


def _with(less: Collection[str], ground: str) -> list[str]:
    return list(dict.fromkeys([*less, ground]))[-LESS_MAX:]
