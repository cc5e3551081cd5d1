"""« Corriger » and « Retirer » what was announced, wherever it stands."""

from collections.abc import Sequence
from dataclasses import replace

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.journaling import Deed, note_at_end
from bot.linked import link_in, read_to_publish
from bot.replies import Ask, Button, Press, Progress, Refresh, Replies, Reply, Start, Step, StopWork, Update
from bot.texts import quote, render
from commands.annonce import cards, places, sending, words
from commands.annonce.buttons import (
    About,
    Broadcast,
    Correct,
    KeepStanding,
    Removal,
    Replace,
    Restore,
    Rewrite,
    Withdraw,
    WithdrawNow,
)
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import own
from dialogs.annonce import Reword
from storage import annonce as annonces
from storage import outbox, work
from storage.annonce import BATCH, Announcement, State
from storage.journal import Act

MESSAGES = ("message", "messages")
QUOTED_MAX = 120
GONE = (State.SENDING, State.STOPPED, State.SENT)
"""How it stands once it has left, or is about to."""
TAKEN_BACK = (State.WITHDRAWN, State.REMAINS)


@feature.button(Correct, roles=SENDERS, writes=False)
async def correct(ctx: Context, click: Correct) -> Replies:
    """The window, with the words as they are."""
    said = _theirs(ctx, await annonces.get(ctx.db, click.annonce), *GONE)
    return Ask(Reword.draft(annonce=said.id, **words.in_window(said.text)))


@feature.submit(Reword, roles=SENDERS, writes=False)
async def reword(ctx: Context, form: Reword) -> Replies:
    """Other words, or a link to the message that has them."""
    linked = link_in(form.text)
    text = (await read_to_publish(ctx, linked)).message if linked else form.text
    said = _theirs(ctx, await annonces.get(ctx.db, form.annonce), *GONE)
    if fault := words.fault_of(text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    return Press.to(Replace(annonce=said.id, text=text))


@feature.button(Replace, roles=SENDERS)
async def replace_words(ctx: Context, click: Replace) -> Replies:
    """What has not left yet has the new words; what stands is rewritten, beside what people ask for."""
    said = _theirs(ctx, await annonces.lock(ctx.db, click.annonce), *GONE)
    was = said.text
    await annonces.change(ctx.db, said, text=click.text)
    words_ = {"texte": was}, {"texte": click.text}
    note_at_end(ctx, Deed(Act.ANNOUNCE_CORRECT, f"annonce:{said.id}", said.by, before=words_[0], after=words_[1]))
    card = await cards.refresh(ctx, said, here=True)
    return [card, Start(payload=Rewrite(annonce=said.id))] if said.written else card


@feature.work(
    Rewrite, name="annonce.Rewrite", title="Correction de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True
)
async def rewrite(ctx: Context, asked: Rewrite, so_far: Progress) -> Step:
    """The next batch of what stands, with the words of now; what is on its way with the old ones arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None or found.state not in GONE:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    return await _next(ctx, found, so_far, [Refresh(words.spoken(found), topic=_topic(found, so_far))])


@feature.undo(Withdraw, roles=SENDERS)
async def withdraw(ctx: Context, click: Withdraw) -> Replies:
    """Ask once more; what was begun only goes on."""
    said = _theirs(ctx, await annonces.get(ctx.db, click.annonce), *GONE, State.REMAINS)
    tally = await outbox.tally(ctx.db, said.topics, ctx.now)
    reached = cards.say_reached(said, tally) if said.written else ""
    about = {"annonce": said.id}
    yes, no = Button("Retirer", WithdrawNow(**about), "danger"), Button("Non, la laisser", KeepStanding(**about))
    return Update(render("annonce/sure", reached=reached, words=quote(said.text, QUOTED_MAX)), [yes, no])


@feature.button(KeepStanding, roles=SENDERS, writes=False)
async def keep_standing(ctx: Context, click: KeepStanding) -> Replies:
    """The card again."""
    told = await cards.card(ctx, own(ctx.user, await annonces.get(ctx.db, click.annonce), *GONE, *TAKEN_BACK))
    return Update(told.text, told.buttons, told.facts)


@feature.undo(WithdrawNow, roles=SENDERS)
async def withdraw_now(ctx: Context, click: WithdrawNow) -> Replies:
    """No more of it is sent, and what stands is deleted."""
    said = _theirs(ctx, await annonces.lock(ctx.db, click.annonce), *GONE, State.REMAINS)
    was = said.state
    await annonces.change(ctx.db, said, state=State.WITHDRAWN)
    states = {"etat": was.value}, {"etat": said.state.value}
    note_at_end(ctx, Deed(Act.ANNOUNCE_WITHDRAW, f"annonce:{said.id}", said.by, before=states[0], after=states[1]))
    begun = [Broadcast(annonce=said.id, files=list(said.files)), Rewrite(annonce=said.id)]
    stopped = [StopWork(row.id) for payload in begun for row in await _under_way(ctx, payload)]
    removal = [Start(payload=Removal(annonce=said.id))] if said.written else []
    return [await cards.refresh(ctx, said, here=True), *stopped, *removal]


@feature.undo(Restore, roles=SENDERS)
async def restore(ctx: Context, click: Restore) -> Replies:
    """It is said again where it was, in new messages that call nobody, once nothing of it stands."""
    said = _theirs(ctx, await annonces.lock(ctx.db, click.annonce), State.WITHDRAWN)
    if await _under_way(ctx, Removal(annonce=said.id)):
        raise UserError("Le retrait est encore en cours : cliquez de nouveau sur « Rétablir » dès qu’il est terminé.")
    calls = said.everybody and not said.written
    await outbox.forget_ended(ctx.db, said.topics)
    await annonces.change(ctx.db, said, state=State.SENDING, written=0, everybody=calls)
    states = {"etat": State.WITHDRAWN.value}, {"etat": said.state.value}
    note_at_end(ctx, Deed(Act.ANNOUNCE_RESTORE, f"annonce:{said.id}", said.by, before=states[0], after=states[1]))
    return [await cards.refresh(ctx, said, here=True), sending.start(ctx, said)]


def _theirs(ctx: Context, announcement: Announcement | None, *states: State) -> Announcement:
    """One that is so now, of who acts or of the réseau that they animate, said where they may speak today. Raises
    UserError."""
    said = own(ctx.user, announcement, *states)
    places.must_be_allowed(ctx.user, said.targets)
    return said


async def _under_way(ctx: Context, payload: About) -> Sequence[work.Work]:
    return await work.waiting_for(ctx.db, name_of(type(payload)), payload.model_dump(mode="json"))


@feature.stopped(Removal, name="annonce.Removal")
async def remains(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """Some of it stands still: it can be taken back again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    step = Step(done=so_far.done, total=so_far.total)
    if found is None or found.state is not State.WITHDRAWN:
        return step
    await annonces.change(ctx.db, found, state=State.REMAINS)
    return replace(step, replies=[await cards.refresh(ctx, found)])


@feature.work(Removal, name="annonce.Removal", title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
async def remove(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """The next batch of what stands; what nobody tried to send is not sent, what is on its way arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None:
        return Step(finished=True)
    topic = _topic(found, so_far)
    await outbox.recall(ctx.db, [topic], ctx.now)
    posts = await ctx.posts_about(topic)
    return await _next(ctx, found, so_far, [DeletePost(p.post_id, channel_id=p.channel_id) for p in posts])


def _topic(found: Announcement, so_far: Progress) -> str:
    return found.topic_of(so_far.cursor or 0)


async def _next(ctx: Context, found: Announcement, so_far: Progress, replies: Sequence[Reply]) -> Step:
    """Do that with the batch at hand, unless some of it is still on its way."""
    at, total = so_far.cursor or 0, found.written
    waits = (await outbox.tally(ctx.db, [found.topic_of(at)], ctx.now)).waiting
    if waits:
        return Step(cursor=at, done=so_far.done, total=total)
    done = min((at + 1) * BATCH, total)
    return Step(replies=replies, cursor=at + 1, done=done, total=total, finished=done >= total)
