"""« /sondage liste », « /sondage n° 12 » and « /sondage resultats 12 »: what was asked, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.context import Context
from bot.errors import UserError
from bot.menus import Menu
from bot.replies import Button, Direct, Replies, Whisper
from bot.texts import quote, render
from commands.sondage import cards, words
from commands.sondage.buttons import Older, See, Vote
from commands.sondage.feature import feature
from storage import reach
from storage import sondage as polls
from storage.sondage import Poll, State
from storage.sondage.visible import visible

PAGE = 5
"""Polls on one page."""
OWN_MAX = 200
"""How many of their own, or of all, somebody may look back at."""
QUOTED_MAX = 60
WHICH = "Dites lequel, par son numéro : `/sondage {what} 12`. `/sondage liste` les montre."
NOT_YOURS = "Ce sondage ne vous était pas adressé : ses résultats sont là où il a été posé."


@dataclass(frozen=True, slots=True)
class Row:
    """One of the list, as it is said."""

    number: int
    question: str
    state: str


@feature.command("sondage liste", help="Revoir les sondages, et ceux auxquels vous pouvez répondre")
async def latest(ctx: Context, _: str) -> Replies:
    """The last five."""
    return await older(ctx, Older(skip=0))


@feature.button(Older, writes=False)
async def older(ctx: Context, click: Older) -> Replies:
    """Five of them, as they are now."""
    found = await _listed(ctx)
    shown = found[click.skip : click.skip + PAGE]
    rows = [_row(ctx, poll) for poll in shown]
    text = render("sondage/list", rows=rows, first=click.skip + 1, all=ctx.user.animates)
    more = [Button("Plus anciens", Older(skip=click.skip + PAGE))] if len(found) > click.skip + PAGE else []
    newer = [Button("Plus récents", Older(skip=max(0, click.skip - PAGE)))] if click.skip else []
    options = {str(poll.number): f"n° {poll.number} : {quote(poll.question)}" for poll in shown}
    return Whisper(text, [*more, *newer], menus=[Menu("Voir", See(), options)] if options else [])


async def _listed(ctx: Context) -> Sequence[Poll]:
    """All of them for animateurs; for others their own, and those that they may answer. The newest first."""
    by = None if ctx.user.animates else ctx.user.id
    own = await polls.page(ctx.db, 0, OWN_MAX, by)
    open_ones = [poll for poll in await polls.open_ones(ctx.db, ctx.now) if _concerns(ctx, poll)]
    return sorted({poll.id: poll for poll in [*own, *open_ones]}.values(), key=lambda poll: -poll.id)


def _row(ctx: Context, poll: Poll) -> Row:
    end = words.say_end(poll, ctx.zone)
    over = {State.ENDED: f"terminé {end}", State.WITHDRAWN: "retiré"}
    return Row(poll.id, quote(poll.question, QUOTED_MAX), over.get(poll.state, f"jusqu’au {end}"))


def _concerns(ctx: Context, poll: Poll) -> bool:
    """Whether somebody was asked, as far as the register and the channel where they are tell."""
    return reach.reaches(poll.targets, ctx.user) or ctx.channel_id in poll.channels


@feature.button(See, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """One of the list."""
    return await show(ctx, int(click.chosen))


async def show(ctx: Context, number: int) -> Replies:
    """To who manages it its card, in the direct channel, where it stays true; to others the poll, with « Voter »."""
    poll = await polls.get(ctx.db, number)
    if poll is None or (poll.state is State.DRAFT and poll.by != ctx.user.id):
        raise UserError(words.UNKNOWN)
    if words.manages(ctx.user, poll):
        told = await cards.drawn(ctx, poll)
        topic = cards.topic_of(poll)
        card = Direct(told.text, told.buttons, told.facts, user_id=ctx.user.id, topic=topic)
        return [card, Whisper(f"Le sondage n° {poll.number} est dans votre conversation avec le bot.")]
    _must_see(ctx, poll)
    may_vote = not poll.is_over(ctx.now) and _concerns(ctx, poll)
    return Whisper(cards.words_of(poll), [Button("Voter", Vote(poll=poll.id), "primary")] if may_vote else [])


def _must_see(ctx: Context, poll: Poll) -> None:
    """Raises UserError for who was not asked, and sees it nowhere."""
    if not (poll.public or words.manages(ctx.user, poll) or _concerns(ctx, poll)):
        raise UserError(NOT_YOURS)


@feature.command("sondage resultats", help="Voir les résultats d’un sondage", hint="n° 12")
async def results(ctx: Context, text: str) -> Replies:
    """Its results; of one that is open what may be seen of them."""
    poll = await named(ctx, text, "resultats")
    _must_see(ctx, poll)
    if poll.state is State.ENDED and poll.known:
        return Whisper(
            cards.results_of(poll, poll.known), cards.result_buttons(poll, managed=words.manages(ctx.user, poll))
        )
    words.must_be(poll, State.OPEN)
    if not poll.live and (poll.anonymous or not words.manages(ctx.user, poll)):
        raise UserError(f"Les résultats du sondage n° {poll.number} s’afficheront à la fin du vote, "
                        f"{words.say_end(poll, ctx.zone)}.")  # fmt: skip
    return Whisper(cards.results_of(poll, replace(await visible(ctx.db, poll), places=())))


async def named(ctx: Context, text: str, what: str) -> Poll:
    """The poll of that number, once it was asked. Raises UserError."""
    number = words.number_in(text)
    if number is None:
        raise UserError(WHICH.format(what=what))
    poll = await polls.get(ctx.db, number)
    return words.must_be(poll, State.OPEN, State.ENDED, State.WITHDRAWN)
