"""Deactivated accounts: whether these people left is asked of the animateurs, once, in one message a day."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.events import PersonChanged
from bot.replies import Button, Direct, Progress, Refresh, Replies, Reply, Start, Step
from bot.texts import render
from commands.membres.feature import ANIMATEURS, feature
from commands.membres.finding import Member
from commands.membres.making import with_
from commands.membres.noting import note_person
from commands.membres.places import settle_places
from commands.membres.roles import propose
from commands.membres.rules import takes_two
from config.territories import departement
from storage import people
from storage.people import Person, Role, gone

ASKED_AT_ONCE = 20
"""People in one message; the others are asked about on the days after."""
ANIMATEURS_MAX = 50
IDS_AT_ONCE = 200


class ConfirmGone(BaseModel):
    """« Confirmer »: these people have left; ``topic`` is what the message was sent under."""

    person_ids: list[str]
    topic: str


class IgnoreGone(BaseModel):
    """« Ignorer »: they have not, or it is not known yet."""

    person_ids: list[str]
    topic: str


class NoteGone(BaseModel):
    """These accounts are deactivated, and no event told of it."""

    person_ids: list[str]


@feature.event(PersonChanged, name="membres.note.PersonChanged")
async def note(ctx: Context, event: PersonChanged) -> Replies:
    """Whoever is deactivated is to be asked about; whoever is back is not."""
    if event.is_gone:
        await _note(ctx, [event.user_id])
    else:
        await gone.forget(ctx.db, [event.user_id])
    return None


@feature.job("hour=4 minute=50", name="membres.look")
async def look(ctx: Context) -> Replies:
    """Whom no event told of: the accounts of the team that are deactivated."""
    missed: list[str] = []
    async for page in ctx.chat.team_users():
        off = [user.id for user in page if user.deleted]
        counted = [p.id for p in await people.among(ctx.db, ids=off) if p.left_on is None] if off else []
        known = await gone.since(ctx.db, counted) if counted else {}
        missed += [person_id for person_id in counted if person_id not in known]
    return Start(payload=NoteGone(person_ids=missed)) if missed else None


@feature.chore(NoteGone, name="membres.NoteGone", title="Comptes désactivés", writes=True)
async def note_missed(ctx: Context, work: NoteGone, _: Progress) -> Step:
    """They are asked about in the morning."""
    for start in range(0, len(work.person_ids), IDS_AT_ONCE):
        await _note(ctx, work.person_ids[start : start + IDS_AT_ONCE])
    return Step(finished=True)


@feature.job("hour=8 minute=20", name="membres.ask", writes=True)
async def ask(ctx: Context) -> Replies:
    """One message to each animateur about the accounts found deactivated since."""
    found = await gone.to_ask_about(ctx.db, ASKED_AT_ONCE)
    asked = await people.animating(ctx.db, ANIMATEURS_MAX) if found else []
    off = await gone.since(ctx.db, [animateur.id for animateur in asked])
    asked = [animateur for animateur in asked if animateur.id not in off]
    if not asked:
        return None
    await gone.note_asked(ctx.db, [person.id for person in found], ctx.now)
    return [_question(ctx, animateur, found) for animateur in asked]


@feature.button(ConfirmGone, roles=ANIMATEURS)
async def confirm(ctx: Context, click: ConfirmGone) -> Replies:
    """Their last day was that on which the account was found deactivated; who left otherwise stays as they are."""
    when = await gone.since(ctx.db, click.person_ids)
    told: list[Reply] = []
    left = []
    for person in await people.among(ctx.db, ids=click.person_ids):
        if person.left_on is None and person.id in when:
            after = with_(person, left_on=when[person.id].astimezone(person.zone).date())
            role = person.known_role or Role.INVITE
            if takes_two(role, person, after):
                told += await propose(ctx, Member(person, role), after)
                continue
            told += await settle_places(ctx, person, after)
            ctx.touched.add(person.id)
            note_person(ctx, person, after)
            left.append(after)
    await people.register_all(ctx.db, left)
    return [*told, _settled(ctx, click.topic, left, confirmed=True)]


@feature.button(IgnoreGone, roles=ANIMATEURS)
async def ignore(ctx: Context, click: IgnoreGone) -> Replies:
    """Nothing changes, and it is not asked again while the account stays deactivated."""
    found = await people.among(ctx.db, ids=click.person_ids)
    return _settled(ctx, click.topic, [p for p in found if p.left_on is None], confirmed=False)


async def _note(ctx: Context, person_ids: Sequence[str]) -> None:
    """Of these accounts, those of people who are still counted on."""
    found = await people.among(ctx.db, ids=person_ids)
    await gone.note(ctx.db, [person.id for person in found if person.left_on is None], ctx.now)


def _question(ctx: Context, animateur: Person, found: Sequence[Person]) -> Direct:
    ids = [person.id for person in found]
    topic = f"membres.gone:{ids[0]}:{ctx.today}"
    label = "Confirmer le départ" if len(ids) == 1 else "Confirmer les départs"
    buttons = [
        Button(label, ConfirmGone(person_ids=ids, topic=topic), "primary"),
        Button("Ignorer", IgnoreGone(person_ids=ids, topic=topic)),
    ]
    text = render("membres/gone", people=[(person, _place(person)) for person in found])
    return Direct(text, buttons, user_id=animateur.id, topic=topic)


def _settled(ctx: Context, topic: str, found: Sequence[Person], *, confirmed: bool) -> Refresh:
    """Every animateur’s message told anew: who settled it, and how."""
    people_ = [(person, _place(person)) for person in found]
    text = render("membres/gone_settled", people=people_, by=ctx.user.username, confirmed=confirmed)
    return Refresh(text, topic=topic, here=True)


def _place(person: Person) -> str:
    return departement(person.departement).name if person.departement else ""
