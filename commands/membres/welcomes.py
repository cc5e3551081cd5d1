"""Who was welcomed: shown to the animateurs, who catch up on those missed; one reminder after three working days."""

from datetime import timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.journaling import Deed, note_at_end
from bot.replies import Button, Direct, Replies, Reply, Whisper
from bot.texts import render
from bot.working_days import working_days_before
from commands.membres.feature import ANIMATEURS, feature
from commands.membres.making import with_
from commands.membres.welcome import CHARTER, AcceptCharter, ReadCharter, greet, refresh_welcome
from storage import people
from storage.cra import queries
from storage.journal import Act
from storage.people import Person, Role, welcomes
from storage.people.welcomes import Welcome

SHOWN = 15
GREETED_AT_ONCE = 50
REMINDED_AT_ONCE = 200
TICKED_AT_ONCE = 50
FOLLOWED_FOR = timedelta(days=60)
FOLLOWED_MAX = 5000
PATIENCE = 3
"""Working days after which somebody who did nothing is reminded."""


class CatchUp(BaseModel):
    """« Accueillir » those who were missed."""


@feature.command("membres accueils", help="Voir qui a été accueilli, et accueillir les oubliés", roles=ANIMATEURS)
async def show_welcomes(ctx: Context, _: str) -> Replies:
    """The last ones, and how many were missed."""
    last, missed = await welcomes.latest(ctx.db, SHOWN), await welcomes.missed(ctx.db)
    rows = [(w, w.at.astimezone(ctx.zone).date(), w.charter is not None) for w in last]
    text = render("membres/welcomes", rows=rows, missed=len(missed), at_once=GREETED_AT_ONCE)
    return Whisper(text, [Button("Accueillir", CatchUp(), "primary")] if missed else [])


@feature.button(CatchUp, roles=ANIMATEURS)
async def catch_up(ctx: Context, _: CatchUp) -> Replies:
    """Some of those missed are welcomed now, each once."""
    missed = await welcomes.missed(ctx.db)
    told: list[Reply] = []
    for person in missed[:GREETED_AT_ONCE]:
        told += await greet(ctx, person)
    greeted = [person.id for person in missed[:GREETED_AT_ONCE]]
    note_at_end(ctx, Deed(Act.MEMBER_WELCOME, "reglage:membres.accueils", after={"personnes": greeted}))
    left = len(missed) - min(len(missed), GREETED_AT_ONCE)
    return [*told, Whisper(render("membres/caught_up", count=len(missed) - left, left=left))]


@feature.job("hour=9 minute=40", name="membres.remind", writes=True)
async def remind(ctx: Context) -> Replies:
    """Who did not accept the charter three working days after their welcome hears of it once more, then never again."""
    if ctx.settings.welcome == "non":
        return None
    found = await welcomes.to_remind(ctx.db, ctx.now - timedelta(days=PATIENCE), REMINDED_AT_ONCE)
    due = [welcome for welcome, person in found if _has_waited(ctx, welcome, person)]
    if due:
        await welcomes.note_reminded(ctx.db, [each.person_id for each in due], ctx.now)
    buttons = [Button("Lire la charte", ReadCharter()), Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return [Direct(render("membres/reminder"), buttons, user_id=each.person_id) for each in due]


@feature.job("hour=6-22 minute=25", name="membres.tick", writes=True)
async def tick(ctx: Context) -> Replies:
    """The welcome of who has filed a first compte rendu since says so, within the hour."""
    waiting = await welcomes.unfiled(ctx.db, ctx.now - FOLLOWED_FOR, FOLLOWED_MAX)
    filed = sorted(await queries.authors(ctx.db, waiting))[:TICKED_AT_ONCE]
    if not filed:
        return None
    await welcomes.note_filed(ctx.db, filed, ctx.now)
    there = await people.among(ctx.db, ids=filed)
    acting = [with_(person, role=person.role or person.derived_role) for person in there]
    return [await refresh_welcome(ctx, person) for person in acting if person.role is Role.CONSEILLER]


def _has_waited(ctx: Context, welcome: Welcome, person: Person | None) -> bool:
    """Whether so many working days have passed where they are."""
    today = person.today(ctx.now) if person else ctx.today
    since = working_days_before(today, PATIENCE, person.departement if person else None)
    return welcome.at < ctx.now - (today - since)
