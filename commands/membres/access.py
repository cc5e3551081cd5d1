"""« Demander mon accès »: an account that nobody knows says who they are, and the animateurs answer by one card.

The answer « yes » is given in accounts.py, where a role is; whoever gives one otherwise has answered, too.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard, tell_animateurs
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.mattermost import ChatUser
from bot.quotas import Quota, spend
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, Waiting, Whisper
from bot.texts import Markdown, render
from commands.membres.members import ANIMATEURS, feature
from config.territories import departement
from dialogs.membres import AskAccess, RefuseAccess
from storage import people
from storage.annuaire import NETWORK
from storage.canaux import find_team_room
from storage.journal import AuditAct
from storage.people import Person, Role, arrivals
from storage.people.arrivals import AccessRequest

CARD = RowCard[AccessRequest]("membres.access:", lambda asked: asked.key)
"""The request, before whoever may decide about it."""
ALIKE_MAX = 3


class AskForAccess(BaseModel):
    """« Demander mon accès »."""


class WithdrawAccess(BaseModel):
    """« Retirer ma demande »."""


class AboutAccess(BaseModel):
    """Which request a button of a card is about."""

    person_id: str
    key: str


class Grant(AboutAccess):
    """« Accepter »."""


class Turn(AboutAccess):
    """« Refuser »."""


def access_button() -> Button:
    """Draw the button that somebody has whom nobody knows."""
    return Button("Demander mon accès", AskForAccess(), "primary")


@feature.waiting
async def list_own_access(ctx: ReadingContext) -> Sequence[Waiting]:
    """Lead a guest to what they lack."""
    if ctx.user.role not in {None, Role.INVITE}:
        return []
    asked = await arrivals.get_access_request(ctx.db, ctx.user.id)
    is_open = asked is not None and asked.answered_at is None
    text = render("membres/access_waits", asked=asked if is_open else None, day=_day(ctx, asked) if asked else None)
    return [Waiting(text, Button("Voir ma demande", AskForAccess()) if is_open else access_button())]


@feature.button(AskForAccess, writes=False)
async def ask_for_access(ctx: ReadingContext, _: AskForAccess) -> Replies:
    """Open the window, or say that what was asked waits for its answer."""
    if ctx.user.may(NETWORK):
        raise UserError("Votre place est faite : /aide montre ce que vous pouvez faire ici.")
    asked = await arrivals.get_access_request(ctx.db, ctx.user.id)
    if asked is not None and asked.answered_at is None:
        text = render("membres/access_asked", asked=asked, day=_day(ctx, asked), again=True)
        return Whisper(text, [Button("Retirer ma demande", WithdrawAccess())])
    row = await people.get(ctx.db, ctx.user.id)
    known = row.departement if row else None
    return Ask(AskAccess.draft(departement=known, structure=row.structure if row else None), here=False)


async def read_applicant(ctx: ReadingContext, form: AskAccess) -> tuple[AskAccess, ChatUser]:
    """Look up what Mattermost knows of who asks."""
    return form, await ctx.chat.user(ctx.user.id)


@feature.submit(AskAccess, asks=read_applicant)
async def send_request(ctx: Context, sent: tuple[AskAccess, ChatUser]) -> Replies:
    """Bring the request before who may decide; asked twice, it is one."""
    form, account = sent
    if ctx.user.may(NETWORK):
        raise UserError("Votre place est faite : /aide montre ce que vous pouvez faire ici.")
    left = await spend(ctx, Quota.ACCESS)
    asked = AccessRequest(
        person_id=ctx.user.id,
        username=account.username,
        name=account.full_name[:160],
        email=account.email[:254],
        departement=form.departement,
        structure=form.structure or "",
        word=form.word or "",
        at=ctx.now,
    )
    if not await arrivals.note_access_request(ctx.db, asked):
        raise UserError("Votre demande est déjà partie : l’équipe d’animation vous répond ici même.")
    card = await draw_request(ctx, asked)
    cards = await tell_animateurs(ctx.db, await find_team_room(ctx.db), card, topic=CARD.of(asked))
    text = render("membres/access_asked", asked=asked, day=None, again=False)
    told = Direct(text, [Button("Retirer ma demande", WithdrawAccess())], user_id=ctx.user.id)
    return [*cards, told, *left]


@feature.button(WithdrawAccess)
async def withdraw_request(ctx: Context, _: WithdrawAccess) -> Replies:
    """Take the request back; the card says so."""
    asked = await arrivals.get_access_request(ctx.db, ctx.user.id)
    if asked is None or asked.answered_at is not None or not await _answer(ctx, asked, by=ctx.user.username):
        raise UserError("Il n’y a plus de demande à retirer.")
    return [await _rewrite(ctx, asked.person_id), Whisper("C’est retiré. « Demander mon accès » reste dans /aide.")]


@feature.button(Turn, roles=ANIMATEURS, writes=False)
async def ask_why(ctx: ReadingContext, click: Turn) -> Replies:
    """Open the window that asks for a reason."""
    asked = await must_be_open(ctx, click)
    return Ask(RefuseAccess.draft(person_id=asked.person_id, key=asked.key, username=asked.username))


@feature.submit(RefuseAccess, roles=ANIMATEURS)
async def refuse_request(ctx: Context, form: RefuseAccess) -> Replies:
    """Say no, kindly, with the reason."""
    asked = await must_be_open(ctx, AboutAccess(person_id=form.person_id, key=form.key))
    if not await _answer(ctx, asked, by=ctx.user.username, reason=form.reason):
        raise UserError(await _say_late(ctx, asked.person_id))
    _note_answer(ctx, asked, form.reason, granted=False)
    told = render("membres/access_refused", by=ctx.user.username, reason=form.reason)
    return [Direct(told, user_id=asked.person_id), await _rewrite(ctx, asked.person_id, here=True)]


async def must_be_open(ctx: Context, about: AboutAccess) -> AccessRequest:
    """Get a request that waits for its answer. Raises UserError for one that has it, or was asked anew."""
    asked = await arrivals.get_access_request(ctx.db, about.person_id)
    if asked is None or asked.key != about.key or asked.answered_at is not None:
        raise UserError(await _say_late(ctx, about.person_id))
    return asked


async def grant_access(ctx: Context, asked: AccessRequest, role: Role) -> Sequence[Reply]:
    """Note « yes », once. Raises UserError where somebody else was first."""
    if not await _answer(ctx, asked, by=ctx.user.username, role=role):
        raise UserError(await _say_late(ctx, asked.person_id))
    _note_answer(ctx, asked, "", granted=True)
    return [await _rewrite(ctx, asked.person_id, here=True)]


async def settle_access(ctx: Context, after: Person) -> Sequence[Reply]:
    """Answer the request of somebody who was given a role in another way."""
    if after.role not in NETWORK:
        return []
    asked = await arrivals.get_access_request(ctx.db, after.id)
    if asked is None or asked.answered_at is not None:
        return []
    await _answer(ctx, asked, by=ctx.user.username, role=after.role)
    return [await _rewrite(ctx, after.id)]


async def close_access(ctx: Context, person_id: str) -> Sequence[Reply]:
    """Ask nobody any more about somebody whose account was deactivated."""
    asked = await arrivals.get_access_request(ctx.db, person_id)
    if asked is None or asked.answered_at is not None or not await _answer(ctx, asked, by=""):
        return []
    return [await _rewrite(ctx, person_id)]


async def _answer(ctx: Context, asked: AccessRequest, by: str, role: Role | None = None, reason: str = "") -> bool:
    told = {"answered_at": ctx.now, "by": by, "role": role, "reason": reason}
    return await arrivals.answer_access_request(ctx.db, AccessRequest(**(asked.model_dump() | told)))


async def _rewrite(ctx: Context, person_id: str, *, here: bool = False) -> Refresh:
    asked = await arrivals.get_access_request(ctx.db, person_id)
    assert asked is not None  # it was just answered
    return CARD.rewrite(asked, await draw_request(ctx, asked), here=here)


async def draw_request(ctx: Context, asked: AccessRequest) -> Message:
    """Draw the card as it is now: with its buttons while nobody has answered."""
    is_open = asked.answered_at is None
    lines = await arrivals.find_lines_alike(ctx.db, asked) if is_open else []
    known = await arrivals.find_people_alike(ctx.db, asked) if is_open else []
    text = render(
        "membres/access_card",
        asked=asked,
        place=departement(asked.departement).name,
        lines=lines[:ALIKE_MAX],
        known=known[:ALIKE_MAX],
    )
    about = {"person_id": asked.person_id, "key": asked.key}
    return Message(
        text, [Button("Accepter", Grant(**about), "primary"), Button("Refuser", Turn(**about))] if is_open else []
    )


async def _say_late(ctx: Context, person_id: str) -> Markdown:
    return render("membres/access_late", asked=await arrivals.get_access_request(ctx.db, person_id))


def _note_answer(ctx: Context, asked: AccessRequest, reason: str, *, granted: bool) -> None:
    who, after = asked.person_id, {"departement": asked.departement, "accorde": granted}
    record_entry_at_end(ctx, AuditEntry(AuditAct.MEMBER_ACCESS, f"personne:{who}", who, reason, after=after))


def _day(ctx: Context, asked: AccessRequest) -> str:
    return f"{asked.at.astimezone(ctx.zone):%d/%m/%Y}"
