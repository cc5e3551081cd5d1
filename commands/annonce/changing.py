"""« Corriger » and « Retirer » what was announced, wherever it stands."""

from collections.abc import Sequence

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Ask, Progress, Refresh, Replies, Reply, Start, Step, StopWork, Update
from commands.annonce import words
from commands.annonce.buttons import About, Broadcast, Correct, Removal, Rewrite, Withdraw
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import desk_of, must_be
from dialogs.annonce import Reword
from storage import annonce as annonces
from storage import outbox, work
from storage.annonce import BATCH, Announcement, State

MESSAGES = ("message", "messages")


@feature.button(Correct, roles=SENDERS, writes=False)
async def correct(ctx: Context, click: Correct) -> Replies:
    """The window, with the words as they are."""
    said = _own(ctx, await annonces.get(ctx.db, click.annonce))
    return Ask(Reword.draft(text=said.text, annonce=said.id))


@feature.submit(Reword, roles=SENDERS)
async def reword(ctx: Context, form: Reword) -> Replies:
    """What has not left yet has the new words; what stands is rewritten, beside what people ask for."""
    said = _own(ctx, await annonces.lock(ctx.db, form.annonce))
    if fault := words.fault_of(form.text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    await annonces.change(ctx.db, said, text=form.text)
    told = words.card(said, desk_of(ctx))
    card = Refresh(told.text, told.buttons, told.facts, topic=words.topic_of(said), here=True)
    return [card, Start(payload=Rewrite(annonce=said.id))] if said.written else card


@feature.work(Rewrite, title="Correction de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
async def rewrite(ctx: Context, asked: Rewrite, so_far: Progress) -> Step:
    """The next batch of what stands, with the words of now; what is on its way with the old ones arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None or found.state is State.WITHDRAWN:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    return await _next(ctx, found, so_far, [Refresh(words.spoken(found), topic=_topic(found, so_far))])


@feature.button(Withdraw, roles=SENDERS)
async def withdraw(ctx: Context, click: Withdraw) -> Replies:
    """No more of it is sent, and what stands is deleted."""
    said = _own(ctx, await annonces.lock(ctx.db, click.annonce))
    await annonces.change(ctx.db, said, state=State.WITHDRAWN)
    told = words.card(said, desk_of(ctx))
    stopped = [StopWork(row.id) for kind in (Broadcast, Rewrite) for row in await _under_way(ctx, kind, said)]
    removal = [Start(payload=Removal(annonce=said.id))] if said.written else []
    return [Update(told.text, told.buttons, told.facts), *stopped, *removal]


async def _under_way(ctx: Context, kind: type[About], said: Announcement) -> Sequence[work.Work]:
    return await work.waiting_for(ctx.db, name_of(kind), {"annonce": said.id})


@feature.work(Removal, title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
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


def _own(ctx: Context, said: Announcement | None) -> Announcement:
    """What was sent, by who acts or for an animateur. Raises UserError."""
    said = must_be(said, State.SENDING, State.SENT)
    if said.by != ctx.user.id and not ctx.user.animates:
        raise UserError("Seules la personne qui a fait cette annonce et l’équipe d’animation peuvent la changer.")
    return said
