"""« /sondage »: the window in which a poll is written; what is read there is checked while it can be explained."""

from collections.abc import Sequence

from bot.context import Context
from bot.destinations import Own
from bot.errors import UserError
from bot.mattermost import ChatChannel
from bot.mistyped import refuse_mistyped
from bot.replies import Ask, Press, Replies
from commands.sondage import rules, words
from commands.sondage.buttons import Change, Keep
from commands.sondage.feature import USUAL, feature
from commands.sondage.listing import show
from config.canaux import home_of
from dialogs.destinations import ALL_MINE, MINE, meant
from dialogs.sondage import AskPoll, AskPollHere
from dialogs.sondage.asking import AT_THE_END, HERE, LIVE, NAMED, ONE, SECRET, SEVERAL, visible
from storage import canaux as known
from storage import sondage as polls
from storage import targets
from storage.people import Person, Role
from storage.sondage import Poll, State
from storage.sondage.poll import QUESTION_MAX

SUBCOMMAND_MIN = 5
"""Letters a word needs to be taken for a mistyped subcommand."""
NOWHERE = (
    "Dans un canal où le bot est invité, /sondage pose une question à ses membres : allez-y (ou invitez-y d’abord le "
    "bot), puis tapez-le de nouveau."
)
Form = AskPoll | AskPollHere


@feature.command("sondage", help="Poser une question, ou revoir un sondage", hint="[question | n° 12]")
async def begin(ctx: Context, line: str) -> Replies:
    """The window, with the question that was typed; or the poll of that number. A word alone may be a mistyped
    subcommand."""
    if (number := words.number_in(line)) is not None:
        return await show(ctx, number)
    if len(line.split()) == 1:
        refuse_mistyped(feature, "sondage", line, shortest=SUBCOMMAND_MIN)
    rules.must_be_allowed(ctx.user, ())
    question = visible(line)
    if len(question) > QUESTION_MAX:
        raise UserError(f"Cette question est trop longue : {QUESTION_MAX} caractères au plus.")
    here = await _here(ctx, ctx.channel_id)
    return Ask(await _form(ctx, here, **({"question": question} if question else {})))


@feature.button(Change, writes=False)
async def change(ctx: Context, click: Change) -> Replies:
    """The window again, as it was filled."""
    shown = words.own(ctx.user, await polls.get(ctx.db, click.poll), State.DRAFT)
    place = next((ident for ident in shown.rooms if ident == _asked_in(shown)), "")
    here = await _here(ctx, place) if place else None
    filled: dict[str, object] = {
        "poll": shown.id,
        "question": shown.question,
        "options": tuple(shown.options),
        "answers": SEVERAL if shown.several else ONE,
        "votes": SECRET if shown.anonymous else NAMED,
        "results": LIVE if shown.live else AT_THE_END,
        "ends": shown.ends_at.astimezone(ctx.zone),
    }
    chosen = [*([HERE] if here else []), *shown.targets]
    where = {"places": tuple(chosen)} if ctx.user.animates else {"place": chosen[0]} if len(chosen) == 1 else {}
    return Ask(await _form(ctx, here, **filled, **where))


def _asked_in(shown: Poll) -> str:
    """The channel in which it was asked for: of its rooms the last, where no theme is meant but that one."""
    themes = sum(target.startswith(f"{targets.THEME}:") for target in shown.targets)
    return shown.rooms[-1] if len(shown.rooms) > themes else ""


async def _here(ctx: Context, channel_id: str) -> ChatChannel | None:
    """That channel, if a poll can stand there: the bot is in it."""
    return next((channel for channel in await ctx.chat.own_channels() if channel.id == channel_id), None)


async def _form(ctx: Context, here: ChatChannel | None, **filled: object) -> Form:
    where = {"here": here.id, "here_name": here.display_name or here.name} if here else {}
    if ctx.user.animates:
        themes = dict(targets.themes(await known.planned(ctx.db, ctx.settings)))
        return AskPoll.draft(thematiques=themes, **where, **_usual(filled))
    own = _own(ctx.user)
    if not (where or own):
        raise UserError(NOWHERE)
    place = HERE if where else next(iter(own))
    return AskPollHere.draft(departements=own, **where, **_usual({"place": place} | filled))


def _usual(filled: dict[str, object]) -> dict[str, object]:
    return {"answers": ONE, "votes": SECRET, "results": AT_THE_END} | filled


def _own(person: Person) -> dict[str, str]:
    """The départements with a channel of who coordinates there, by code; nobody else asks in any."""
    if person.role is not Role.COORDINATEUR:
        return {}
    found = {code: targets.say(code, {}) for code in person.departements if home_of(code)}
    return {MINE: ALL_MINE, **found} if len(found) > 1 else found


@feature.submit(AskPoll, roles=(Role.ANIMATEUR,), writes=False)
async def read(ctx: Context, form: AskPoll) -> Replies:
    """What an animateur asks."""
    wanted = meant(form.places, ctx.user.departements)
    if not wanted:
        raise UserError(
            fields={_element(form, ctx): "Le registre ne vous donne pas de département : choisissez-en un."}
        )
    return await _read(ctx, form, wanted)


@feature.submit(AskPollHere, writes=False)
async def read_here(ctx: Context, form: AskPollHere) -> Replies:
    """What anybody asks in one channel, and who coordinates in their départements."""
    return await _read(ctx, form, meant([form.place], filter(home_of, ctx.user.departements)))


async def _read(ctx: Context, form: Form, wanted: Sequence[str]) -> Press:
    """What is to be kept of it. (Mattermost, asked here, cannot be where something is written.)"""
    places = [target for target in wanted if target != HERE]
    rules.must_be_allowed(ctx.user, places)
    ends = rules.must_be_soon(form.ends or ctx.now + USUAL, ctx.now)
    own = await ctx.chat.own_channels()
    channels, themed = await _planned(ctx, form, own, places)
    here = await _asked_here(ctx, form, own) if HERE in wanted else []
    channels |= {channel.id: channel.display_name or channel.name for channel in here}
    is_public = targets.NATIONAL in places or bool(themed) or any(not channel.is_private for channel in here)
    asked = Keep(
        poll=form.poll,
        question=form.question,
        options=list(form.options),
        several=form.answers == SEVERAL,
        anonymous=form.votes == SECRET,
        live=form.results == LIVE,
        targets=places,
        channels=channels,
        rooms=list(dict.fromkeys([*themed, *(channel.id for channel in here)])),
        public=is_public,
        ends_at=ends,
    )
    return Press.to(asked)


async def _asked_here(ctx: Context, form: Form, own: Sequence[ChatChannel]) -> Sequence[ChatChannel]:
    """The channel where it was asked, which must not be too large for who asks."""
    here = [channel for channel in own if channel.id == form.here]
    if not here:
        raise UserError(fields={_element(form, ctx): "Le bot n’est plus dans ce canal : invitez-le d’abord."})
    await rules.must_not_be_a_crowd(ctx, form.here)
    return here


async def _planned(
    ctx: Context, form: Form, own: Sequence[ChatChannel], places: Sequence[str]
) -> tuple[dict[str, str], Sequence[str]]:
    """The channels that are meant, title by id, and the ids of the thematic ones. Raises UserError under a field."""
    table = await known.planned(ctx.db, ctx.settings)
    ours = Own(own, await known.by_key(ctx.db))
    themes = [place for place in places if place.startswith(f"{targets.THEME}:")]
    try:
        found = ours.find(targets.channels(places, table))
        return found, list(ours.find(targets.channels(themes, table)))
    except ValueError as problem:
        raise UserError(fields={_element(form, ctx): str(problem)}) from None


def _element(form: Form, ctx: Context) -> str:
    return form.element_of("places" if isinstance(form, AskPoll) else "place", ctx.clues)
