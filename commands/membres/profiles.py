"""What somebody says of themselves: missing fields of the profile, and where they work, which a leader confirms."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.command_lines import RunCommand
from bot.context import Context
from bot.errors import UserError
from bot.registry import is_name_enabled
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, Whisper, as_list
from bot.texts import Markdown, render
from commands.membres.changes import change_member
from commands.membres.feature import LEADERS, bienvenue, feature
from commands.membres.members import Member, copy_with, find_member
from commands.membres.welcomes import Complete, refresh_welcome
from config.territories import departement
from dialogs.membres import CompleteProfile
from storage import people
from storage.annuaire import NETWORK, profiles
from storage.journal import AuditAct
from storage.people import Person, Role, arrivals
from storage.people.arrivals import Wish

WISH = RowCard[Person]("membres.wish:", lambda person: person.id)
"""The question to those who lead in a département whether somebody works there."""
ASKED_MAX = 20
COORDINATEURS_MAX = 1000


class AnswerWish(BaseModel):
    """« C’est exact » or « Non »: whether somebody works where they said."""

    person_id: str
    departements: list[str]
    grant: bool


async def ask_leaders(ctx: Context, person: Person, departements: Sequence[str]) -> Sequence[Reply]:
    """Who leads there is asked; not again while nobody has answered the same."""
    if not await arrivals.note_wish(ctx.db, person.id, departements, ctx.now):
        return []
    answer = {"person_id": person.id, "departements": list(departements)}
    buttons = [
        Button("C’est exact", AnswerWish(**answer, grant=True), "primary"),
        Button("Non", AnswerWish(**answer, grant=False)),
    ]
    asked = Message(_wish_text(person, departements, None), buttons)
    return [WISH.send(person, asked, leader.id) for leader in await _list_leaders(ctx, departements)]


@feature.button(AnswerWish, roles=LEADERS)
async def answer_wish(ctx: Context, click: AnswerWish) -> Replies:
    """The first answer counts, and all see whose it was; the person hears of it."""
    member = await find_member(ctx, click.person_id)
    said = await arrivals.get_wish(ctx.db, click.person_id)
    if said is None or said.departements != click.departements:
        raise UserError("Cette personne a dit autre chose depuis : regardez sa fiche avec /membres.")
    if member.person.departements and said.granted is None:
        return [
            _settle_wish_cards(member.person, said),
            Whisper("Cette personne a déjà un département : rien n’a changé."),
        ]
    if not await arrivals.settle_wish(ctx.db, said, granted=click.grant, by=ctx.user.username):
        return _settle_wish_cards(member.person, said)
    said = Wish(**(said.model_dump() | {"granted": click.grant, "by": ctx.user.username}))
    answered = {"departements": list(said.departements), "accorde": click.grant}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.MEMBER_WISH, f"personne:{said.person_id}", said.person_id, after=answered)
    )
    told = Direct(
        render("membres/wish_answered", wish=said, names=_departement_names(said.departements)), user_id=said.person_id
    )
    return [
        *(await _grant_wish(ctx, member, said) if click.grant else []),
        told,
        _settle_wish_cards(member.person, said),
    ]


async def _grant_wish(ctx: Context, member: Member, said: Wish) -> Sequence[Reply]:
    """They work there from now on, as if who answers had moved them there."""
    after = people.place(member.person, said.departements)
    told = [
        reply for reply in as_list(await change_member(ctx, ctx.user, member, after)) if not isinstance(reply, Whisper)
    ]
    return [*told, await refresh_welcome(ctx, copy_with(after, role=member.role))]


async def _list_leaders(ctx: Context, departements: Sequence[str]) -> Sequence[Person]:
    """Animateurs, and the coordinateurs of one of these."""
    there = await people.with_role(ctx.db, Role.COORDINATEUR, limit=COORDINATEURS_MAX)
    near = [person for person in there if not set(person.departements).isdisjoint(departements)]
    return [*await people.animating(ctx.db, ASKED_MAX), *near[:ASKED_MAX]]


def _settle_wish_cards(person: Person, said: Wish) -> Refresh:
    """Every leader’s message told anew."""
    return WISH.rewrite(person, _wish_text(person, said.departements, said), here=True)


def _wish_text(person: Person, departements: Sequence[str], said: Wish | None) -> Markdown:
    return render("membres/wish", person=person, names=_departement_names(departements), said=said)


def _departement_names(codes: Sequence[str]) -> Sequence[str]:
    return [departement(code).name for code in codes]


PROFILE_FIELDS = ("prenom", "nom", "structure")


@bienvenue.button(Complete, roles=NETWORK, writes=False)
async def open_profile(ctx: Context, _: Complete) -> Replies:
    """The window with what is missing."""
    form = CompleteProfile.of(ctx.user)
    return Ask(form) if form.asks_something else _confirm_profile(ctx, [], [])


@bienvenue.submit(CompleteProfile, roles=NETWORK)
async def save_profile(ctx: Context, form: CompleteProfile) -> Replies:
    """It is so from now on, but for the département, of which a leader says whether it is so; what the register said
    before stays."""
    values = {name: said for name in PROFILE_FIELDS if (said := getattr(form, name)) and not getattr(ctx.user, name)}
    person = await profiles.save_profile(ctx.db, ctx.user, {"username": ctx.user.username, **values})
    wished = list(form.departements or ()) if not person.departements else []
    asked = await ask_leaders(ctx, person, wished) if wished else []
    acting = copy_with(person, role=ctx.user.role)
    return [*_confirm_profile(ctx, list(values), wished), *asked, await refresh_welcome(ctx, acting)]


def _confirm_profile(ctx: Context, noted: Sequence[str], wished: Sequence[str]) -> list[Reply]:
    more = (
        [Button("Ce que je sais faire", RunCommand(line="profil"))]
        if is_name_enabled("annuaire", ctx.settings.features)
        else []
    )
    return [Whisper(render("membres/profile_saved", noted=noted, wished=wished), more)]
