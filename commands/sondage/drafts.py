"""Drafts of polls: who may poll where and until when, the window, and the preview that only its author sees."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.destinations import TeamChannels, may_post_to
from bot.errors import UserError
from bot.mattermost import ChatChannel
from bot.replies import Ask, Perform, Replies, Update
from bot.texts import render
from commands.sondage import cards
from commands.sondage.cards import LONGEST, SHORTEST, USUAL, AbandonPoll, ChangePoll, PollContent, feature
from config.canaux import home_of
from dialogs.destinations import find_places_element, list_own, meant, read_places
from dialogs.sondage import AT_THE_END, HERE, LIVE, NAMED, ONE, SECRET, SEVERAL, AskPoll, AskPollHere, split_question
from storage import canaux as known
from storage import database, targets
from storage import sondage as polls
from storage.people import Person, Role
from storage.sondage import QUESTION_MAX, Poll, PollState, drop_draft


def must_be_allowed(person: Person, places: Sequence[str]) -> None:
    """Raise UserError if somebody may not, or no longer, poll these places."""
    if person.role is Role.INVITE:
        raise UserError(render("sondage/for_members"))
    if places and not (person.animates or (person.role is Role.COORDINATEUR and may_post_to(person, places))):
        raise UserError(render("sondage/your_places"))


async def must_not_be_a_crowd(ctx: ReadingContext, channel_id: str) -> None:
    """Raise UserError for a channel so large that only animateurs and coordinateurs may poll it."""
    if ctx.user.animates or ctx.user.role is Role.COORDINATEUR:
        return
    most = ctx.settings.crowd
    if await ctx.chat.count_members(channel_id) > most:
        raise UserError(render("sondage/crowd", most=most))


def must_be_soon(ends: datetime, now: datetime) -> datetime:
    """Return the end of a poll if it is allowed. Raises UserError under its field."""
    if now + SHORTEST <= ends <= now + LONGEST:
        return ends
    raise UserError(fields={"fin": render("sondage/moment_soon", days=LONGEST.days)})


PollWindow = AskPoll | AskPollHere


@feature.command("sondage", help="Poser une question, ou revoir un sondage", hint="[question | n° 12]", tells=True)
async def open_poll_window(ctx: ReadingContext, line: str) -> Replies:
    """Open the window with the typed question and, behind its « ? », answers; for a number, show that poll."""
    if (number := read_typed_number(line, "sondage")) is not None:
        return await cards.show_poll(ctx, number)
    (question, options), here = split_question(line), await _find_own_channel(ctx, ctx.channel_id)
    if not (question or here or ctx.user.animates or ctx.user.role is Role.COORDINATEUR):
        return Perform("sondage liste")  # they may have come to vote
    must_be_allowed(ctx.user, ())
    if here:
        await must_not_be_a_crowd(ctx, here.id)
    if len(question) > QUESTION_MAX:
        raise UserError(render("sondage/question_too_long", most=QUESTION_MAX))
    typed = {"question": question, "options": options}
    return Ask(await _make_window(ctx, here, **{name: value for name, value in typed.items() if value}))


@feature.button(ChangePoll, name="sondage.Change", writes=False)
async def change_draft(ctx: ReadingContext, click: ChangePoll) -> Replies:
    """Open the window of a draft again."""
    shown = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), PollState.DRAFT)
    place = next((ident for ident in shown.rooms if ident == _find_asked_room(shown)), "")
    here = await _find_own_channel(ctx, place) if place else None
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
    return Ask(await _make_window(ctx, here, **filled, **where))


def _find_asked_room(shown: Poll) -> str:
    """Return the channel in which the command was typed: the last of the poll’s rooms, unless it was chosen as a
    theme."""
    themes = sum(target.startswith(f"{targets.THEME}:") for target in shown.targets)
    return shown.rooms[-1] if len(shown.rooms) > themes else ""


async def _find_own_channel(ctx: ReadingContext, channel_id: str) -> ChatChannel | None:
    """Get a channel if the bot is in it, so that a poll can be posted there."""
    return next((channel for channel in await ctx.chat.own_channels() if channel.id == channel_id), None)


async def _make_window(ctx: Context, here: ChatChannel | None, **filled: object) -> PollWindow:
    where = {"here": here.id, "here_name": here.display_name or here.name} if here else {}
    if ctx.user.animates:
        themes = dict(targets.list_themes(await known.list_planned(ctx.db, ctx.settings)))
        return AskPoll.draft(thematiques=themes, **where, **_add_usual(filled))
    own = list_own(ctx.user) if ctx.user.role is Role.COORDINATEUR else {}
    if not (where or own):
        raise UserError(render("sondage/nowhere"))
    place = HERE if where else next(iter(own))
    return AskPollHere.draft(departements=own, **where, **_add_usual({"place": place} | filled))


def _add_usual(filled: dict[str, object]) -> dict[str, object]:
    return {"answers": ONE, "votes": SECRET, "results": AT_THE_END} | filled


async def check_poll(ctx: ReadingContext, form: AskPoll) -> PollContent:
    """Check the window of an animateur."""
    return await _check_poll(ctx, form, read_places(form, form.places, ctx.clues))


async def check_poll_here(ctx: ReadingContext, form: AskPollHere) -> PollContent:
    """Check the window of anybody for one channel, or of a coordinateur for their départements."""
    return await _check_poll(ctx, form, meant([form.place], filter(home_of, ctx.user.departements)))


async def _check_poll(ctx: ReadingContext, form: PollWindow, wanted: Sequence[str]) -> PollContent:
    """Check a window and its destinations, and return what to store. Raises UserError."""
    places = [target for target in wanted if target != HERE]
    must_be_allowed(ctx.user, places)
    ends = must_be_soon(form.ends or ctx.now + USUAL, ctx.now)
    own = await ctx.chat.own_channels()
    channels, themed = await _find_planned(ctx, form, own, places)
    here = await _check_room(ctx, form, own) if HERE in wanted else []
    channels |= {channel.id: channel.display_name or channel.name for channel in here}
    is_public = targets.NATIONAL in places or bool(themed) or any(not channel.is_private for channel in here)
    return PollContent(
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


async def _check_room(ctx: ReadingContext, form: PollWindow, own: Sequence[ChatChannel]) -> Sequence[ChatChannel]:
    """Get the channel in which the poll is to be posted, if it is not too large for this person."""
    here = [channel for channel in own if channel.id == form.here]
    if not here:
        raise UserError(fields={find_places_element(form, ctx.clues): render("sondage/bot_not_there")})
    await must_not_be_a_crowd(ctx, form.here)
    return here


async def _find_planned(
    ctx: Context, form: PollWindow, own: Sequence[ChatChannel], places: Sequence[str]
) -> tuple[dict[str, str], Sequence[str]]:
    """Return the chosen channels, title by id, and the ids of the thematic ones. Raises UserError under a field."""
    table = await known.list_planned(ctx.db, ctx.settings)
    ours = TeamChannels(own, await known.find_channel_ids(ctx.db))
    themes = [place for place in places if place.startswith(f"{targets.THEME}:")]
    try:
        found = ours.find(targets.find_channels(places, table))
        return found, list(ours.find(targets.find_channels(themes, table)))
    except ValueError as problem:
        raise UserError(fields={find_places_element(form, ctx.clues): str(problem)}) from None


@feature.button(PollContent, name="sondage.Keep")
@feature.submit(AskPoll, roles=(Role.ANIMATEUR,), asks=check_poll)
@feature.submit(AskPollHere, asks=check_poll_here)
async def keep_draft(ctx: Context, asked: PollContent) -> Replies:
    """Store a draft and show its preview, replacing an earlier one. A window that is sent twice makes one."""
    must_be_allowed(ctx.user, asked.targets)
    people = await targets.find_with_roles(ctx.db, targets.asked_roles(asked.targets), ctx.today)
    invited = None if asked.rooms else await targets.count_reached(ctx.db, asked.targets, ctx.today)
    values = asked.model_dump(exclude={"poll"}) | {"people": len(people), "invited": invited}
    if asked.poll:
        poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, asked.poll), PollState.DRAFT)
        await database.change(ctx.db, poll, **values)
    else:
        poll = Poll(key=_make_key(ctx), by=ctx.user.id, created_at=ctx.now, **values)
        if await polls.add_poll(ctx.db, poll) is None:
            return None
    await polls.keep_crowd(ctx.db, poll.id, people)
    if asked.poll:
        return await cards.refresh_cards(ctx, poll, here=True)
    return cards.CARD.send(poll, await cards.draw_preview(ctx, poll), ctx.user.id)


def _make_key(ctx: Context) -> str:
    """Shorten the window’s one-time key to the length of an id."""
    return sha256(ctx.request.key.encode()).hexdigest()[:26]


@feature.button(AbandonPoll, name="sondage.Abandon")
async def abandon_draft(ctx: Context, click: AbandonPoll) -> Replies:
    """Delete a draft, unless it was launched already."""
    poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, click.poll), PollState.DRAFT)
    await drop_draft(ctx.db, poll.id)
    return Update(render("sondage/abandoned"))
