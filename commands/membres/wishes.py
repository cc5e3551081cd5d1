"""Whom the register places nowhere says where they work; who leads there says whether it is so."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note_at_end
from bot.replies import Button, Direct, Refresh, Replies, Reply, Whisper, as_list
from bot.texts import Markdown, render
from commands.membres.changing import change
from commands.membres.feature import LEADERS, feature
from commands.membres.finding import Member, read_member
from commands.membres.making import with_
from commands.membres.welcome import refresh_welcome
from config.territories import departement
from storage import people
from storage.journal import Act
from storage.people import Person, Role, wishes
from storage.people.wishes import Wish

ASKED_MAX = 20
COORDINATEURS_MAX = 1000


class AnswerWish(BaseModel):
    """« C’est exact » or « Non »: whether somebody works where they said."""

    person_id: str
    departements: list[str]
    grant: bool


async def wish(ctx: Context, person: Person, departements: Sequence[str]) -> Sequence[Reply]:
    """Who leads there is asked; not again while nobody has answered the same."""
    if not await wishes.note(ctx.db, person.id, departements, ctx.now):
        return []
    answer = {"person_id": person.id, "departements": list(departements)}
    buttons = [
        Button("C’est exact", AnswerWish(**answer, grant=True), "primary"),
        Button("Non", AnswerWish(**answer, grant=False)),
    ]
    text, topic = _text(person, departements, None), _topic(person.id)
    return [Direct(text, buttons, user_id=leader.id, topic=topic) for leader in await _leaders(ctx, departements)]


@feature.button(AnswerWish, roles=LEADERS)
async def answer(ctx: Context, click: AnswerWish) -> Replies:
    """The first answer counts, and all see whose it was; the person hears of it."""
    member = await read_member(ctx, click.person_id)
    said = await wishes.get(ctx.db, click.person_id)
    if said is None or said.departements != click.departements:
        raise UserError("Cette personne a dit autre chose depuis : regardez sa fiche avec /membres.")
    if member.person.departements and said.granted is None:
        return [_settled(member.person, said), Whisper("Cette personne a déjà un département : rien n’a changé.")]
    if not await wishes.settle(ctx.db, said, granted=click.grant, by=ctx.user.username):
        return _settled(member.person, said)
    said = Wish(**(said.model_dump() | {"granted": click.grant, "by": ctx.user.username}))
    answered = {"departements": list(said.departements), "accorde": click.grant}
    note_at_end(ctx, Deed(Act.MEMBER_WISH, f"personne:{said.person_id}", said.person_id, after=answered))
    told = Direct(render("membres/wish_answered", wish=said, names=_names(said.departements)), user_id=said.person_id)
    return [*(await _grant(ctx, member, said) if click.grant else []), told, _settled(member.person, said)]


async def _grant(ctx: Context, member: Member, said: Wish) -> Sequence[Reply]:
    """They work there from now on, as if who answers had moved them there."""
    after = people.place(member.person, said.departements)
    told = [reply for reply in as_list(await change(ctx, ctx.user, member, after)) if not isinstance(reply, Whisper)]
    return [*told, await refresh_welcome(ctx, with_(after, role=member.role))]


async def _leaders(ctx: Context, departements: Sequence[str]) -> Sequence[Person]:
    """Animateurs, and the coordinateurs of one of these."""
    there = await people.with_role(ctx.db, Role.COORDINATEUR, limit=COORDINATEURS_MAX)
    near = [person for person in there if not set(person.departements).isdisjoint(departements)]
    return [*await people.animating(ctx.db, ASKED_MAX), *near[:ASKED_MAX]]


def _settled(person: Person, said: Wish) -> Refresh:
    """Every leader’s message told anew."""
    return Refresh(_text(person, said.departements, said), topic=_topic(person.id), here=True)


def _text(person: Person, departements: Sequence[str], said: Wish | None) -> Markdown:
    return render("membres/wish", person=person, names=_names(departements), said=said)


def _names(codes: Sequence[str]) -> Sequence[str]:
    return [departement(code).name for code in codes]


def _topic(person_id: str) -> str:
    return f"membres.wish:{person_id}"
