"""« Voter »: the window, and what becomes of what is chosen there; of a secret vote nothing ties it to who voted."""

import secrets

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Direct, Replies
from commands.sondage import telling, words
from commands.sondage.buttons import Vote
from commands.sondage.feature import feature
from dialogs.sondage import ChangeOne, ChangeSeveral, VoteOne, VoteSeveral
from dialogs.sondage.voting import CODE_LENGTH, CODE_SIGNS, Again, Voted
from storage import sondage as polls
from storage.sondage import Poll, ballots, votes
from storage.sondage.ballots import Seal
from storage.sondage.results import Ballot

NOT_A_MEMBER = "Ce vote est réservé aux membres de ce canal : rejoignez-le d’abord."
VOTED = (
    "Vous avez déjà voté dans ce sondage. Fermez cette fenêtre et cliquez de nouveau sur « Voter » : votre code permet "
    "de changer votre vote."
)
NO_BALLOT = "Aucun bulletin de ce sondage n’a ce code : vérifiez-le. Sans lui, votre vote reste tel quel."


@feature.button(Vote, writes=False)
async def open_window(ctx: Context, click: Vote) -> Replies:
    """The window; of a vote with a name as it was chosen before, of a secret one with a code of its own, or asking for
    the code that it had."""
    if not ctx.request.only_for and await ctx.chat.channel_member(ctx.channel_id, ctx.user.id) is None:
        raise UserError(NOT_A_MEMBER)
    poll = words.must_be_open(await polls.get(ctx.db, click.poll), ctx.now)
    if not ctx.request.only_for and ctx.channel_id not in poll.channels:
        raise UserError(NOT_A_MEMBER)
    return Ask(await _window(ctx, poll), here=False)


async def _window(ctx: Context, poll: Poll) -> Voted:
    about = {"poll": poll.id, "question": poll.question, "options": list(poll.options)}
    if not poll.anonymous:
        chosen = await votes.chosen(ctx.db, poll.id, ctx.user.id)
        numbers = [str(number) for number in range(1, len(poll.options) + 1) if chosen >> number - 1 & 1]
        if poll.several:
            return VoteSeveral.draft(**about, **({"chosen_answers": tuple(numbers)} if numbers else {}))
        return VoteOne.draft(**about, **({"answer": numbers[0]} if numbers else {}))
    if await votes.has_voted(ctx.db, poll.id, ctx.user.id):
        return (ChangeSeveral if poll.several else ChangeOne).draft(**about)
    return (VoteSeveral if poll.several else VoteOne).draft(**about, code=_new_code())


def _new_code() -> str:
    """A code that nobody guesses, and nobody keeps but who votes."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


async def vote(ctx: Context, form: Voted) -> Replies:
    """It counts, in place of what was chosen before. The receipt says that somebody voted, and not what."""
    poll = words.must_be_open(await polls.lock(ctx.db, form.poll), ctx.now)
    ballot = Ballot(form.chosen, ctx.user.departement or "")
    if poll.anonymous:
        await _cast(ctx, poll, form, ballot)
    else:
        await votes.note(ctx.db, poll.id, ctx.user.id)
        named = votes.Vote(
            poll=poll.id, user_id=ctx.user.id, at=ctx.now, choices=ballot.choices, departement=ballot.departement
        )
        await votes.choose(ctx.db, named)
    told = Direct(f"Votre vote au sondage n° {poll.number} est enregistré.", user_id=ctx.user.id)
    return [told, *await telling.soon(ctx, poll)]


for window in (VoteOne, VoteSeveral, ChangeOne, ChangeSeveral):
    feature.submit(window)(vote)


async def _cast(ctx: Context, poll: Poll, form: Voted, ballot: Ballot) -> None:
    """Put a ballot into the box, of who had none there, or in place of the one that has the same code.

    A window that is sent twice finds its own. Raises UserError for another code than that.
    """
    seal = Seal(poll.id, ctx.settings.secrets)
    box = await ballots.read(ctx.db, seal)
    key = seal.key_of(form.ballot_code)
    is_new = await votes.note(ctx.db, poll.id, ctx.user.id)
    if is_new == (key in box):
        raise UserError(fields={"votre_code": NO_BALLOT}) if isinstance(form, Again) else UserError(VOTED)
    box[key] = box.get(key, ballot)._replace(choices=ballot.choices, departement=ballot.departement)
    await ballots.write(ctx.db, seal, box)
