"""Whoever is given a role hears at once what opens now, and whoever loses one hears whom to ask: whatever changed it.

A click or a line tells in its own transaction, as « coop-bot role » does. Of what an import or an arrival changed the
register keeps a notice (storage/people/notices.py), and a few steps of long work, which give way to people, tell it:
who is back to what they were by then hears nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.command_lines import RunCommand
from bot.context import Context, ReadingContext
from bot.registry import is_name_enabled
from bot.replies import Button, Direct, Progress, Replies, Start, Step
from bot.texts import render
from bot.work import make_work
from commands.membres.members import copy_with, feature
from commands.membres.welcomes import refresh_welcome
from config.settings import Settings
from storage import people, work
from storage.people import Person, Role, departures
from storage.people.notices import RoleNotice, count_role_notices, take_role_notices
from storage.work import WorkSort

BY_OPERATOR = "C’est l’exploitant du bot qui l’a noté."
AT_ONCE = 20
"""People told in one step: of each the welcome is rewritten, too."""
FIRST_STEPS = {
    Role.CONSEILLER: ("cra", "cra", "Écrire un compte rendu"),
    Role.COORDINATEUR: ("membres", "membres", "Voir qui est là"),
    Role.HOTLINE: ("hotline", "ticket liste", "Voir les demandes"),
    Role.ANIMATEUR: ("aide", "aide", "Voir ce qui m’attend"),
    Role.ADMINISTRATEUR: ("aide", "aide", "Voir ce qui m’attend"),
    Role.INVITE: ("aide", "aide", "Voir ce qui m’est ouvert"),
}
"""What each role does first: the feature, the line, and what the button says."""
NAMED = ("cra", "stats", "annuaire", "canaux", "annonce", "hotline", "garde", "moderation")
"""The features that a notice names where they are on."""


class TellRoles(BaseModel):
    """Those of whom a notice is kept hear of their role; the welcome of ``welcomes`` (ids) is rewritten: they heard."""

    welcomes: list[str] = []


@dataclass(frozen=True, slots=True)
class Telling:
    """When it is told, ``how`` it came, and which role they had (``was``) where the register did not know."""

    settings: Settings
    now: datetime
    how: str = ""
    was: Role | None = None


async def tell_role_changes(db: AsyncSession, ids: Sequence[str], telling: Telling) -> Sequence[Direct]:
    """Take the notices of these people, and say what they are to hear."""
    return await draw_notices(db, await take_role_notices(db, len(ids), ids) if ids else [], telling)


async def draw_notices(db: AsyncSession, taken: Sequence[RoleNotice], telling: Telling) -> Sequence[Direct]:
    """Say what was taken to those whose role is another still, and whose account is active."""
    found = {person.id: person for person in await people.among(db, ids=[one.person_id for one in taken])}
    off = await departures.find_gone_since(db, list(found)) if found else {}
    ask = [person.username for person in await people.list_to_ask(db)] if found else []
    there = [(notice, found[notice.person_id]) for notice in taken if notice.person_id in found.keys() - off.keys()]
    return [_draw_notice(person, notice, telling, ask) for notice, person in there if _is_news(person, notice, telling)]


def _draw_notice(person: Person, notice: RoleNotice, telling: Telling, ask: Sequence[str]) -> Direct:
    """Draw what somebody hears of their role, with one button for the first thing to do."""
    features, role = telling.settings.features, _role_now(person, telling.now)
    name, line, label = FIRST_STEPS[role or Role.INVITE]
    if not is_name_enabled(name, features):
        _, line, label = FIRST_STEPS[Role.ANIMATEUR]
    said: dict[str, object] = {
        "role": role,
        "before": _role_before(person, notice, telling),
        "how": telling.how,
        "ask": ask,
    }
    said |= {"left": person.has_left(person.today(telling.now)), "is_back": notice.has_ended(person.today(telling.now))}
    off = [name for name in NAMED if not is_name_enabled(name, features)]
    buttons = [] if said["left"] else [Button(label, RunCommand(line=line), "primary")]
    return Direct(render("membres/role_notice", off=off, **said), buttons, user_id=person.id)


def _is_news(person: Person, notice: RoleNotice, telling: Telling) -> bool:
    return _role_before(person, notice, telling) != _role_now(person, telling.now)


def _role_before(person: Person, notice: RoleNotice, telling: Telling) -> Role | None:
    return None if notice.has_ended(person.today(telling.now)) else notice.role or telling.was


def _role_now(person: Person, now: datetime) -> Role | None:
    return None if person.has_left(person.today(now)) else person.known_role


@feature.work(TellRoles, name="membres.TellRoles", title="Rôles annoncés", writes=True)
async def tell_roles(ctx: Context, work: TellRoles, progress: Progress) -> Step:
    """Tell some of those of whom a notice is kept, and make their welcome true."""
    taken = await take_role_notices(ctx.db, AT_ONCE)
    told = await draw_notices(ctx.db, taken, Telling(ctx.settings, ctx.now))
    shown = [direct.user_id for direct in told] if progress.done else [*work.welcomes, *(d.user_id for d in told)]
    welcomes = [await refresh_welcome(ctx, _acting(one, ctx)) for one in await people.among(ctx.db, ids=shown)]
    done, finished = progress.done + len(taken), len(taken) < AT_ONCE
    return Step(replies=[*told, *welcomes], cursor=done, done=done, total=done if finished else None, finished=finished)


@feature.job("hour=0-1,3-23 minute=*/5", name="membres.tell_roles")
async def find_untold_roles(ctx: ReadingContext) -> Replies:
    """Tell those whom nobody told: whose line of an import was found when they first wrote to the bot."""
    return Start(payload=TellRoles()) if await count_role_notices(ctx.db) else None


async def begin_telling(db: AsyncSession, now: datetime, welcomes: Sequence[str] = ()) -> None:
    """Have the bot that runs, or the next that does, tell what is noted: of the operator’s commands."""
    await work.add(db, [make_work(WorkSort.STEPS, TellRoles(welcomes=list(welcomes)), "", now, told=False)])


def _acting(person: Person, ctx: Context) -> Person:
    return copy_with(person, role=_role_now(person, ctx.now) or Role.INVITE)
