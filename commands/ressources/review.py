"""Reviews: animateurs decide about proposals and reports; and what happens when a card or post has arrived."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot import quotas
from bot.account_status import is_active, read_display_name
from bot.actions import DeletePost
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.events import Addressed, Delivered, Spoken
from bot.french import plural
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Message, PlainTextReply, Replies, Reply, RunCommand, Waiting, Whisper
from bot.texts import quotation, render
from commands.ressources import posts, records
from commands.ressources.posts import DAY, FILES, REVIEW, THREAD
from commands.ressources.records import ANIMATEURS, feature
from config.time import PARIS
from dialogs.ressources import REPORT_REASONS, AnswerReview, AskDepositor, RefuseResource, ReportResource
from storage.journal import AuditAct
from storage.ressources import feedback, resources
from storage.ressources.feedback import ResourceReport
from storage.ressources.resources import Resource, ResourceState, begin_writing, get_resource, write_resources

REPORT = RowCard[Resource]("ressources.report:", lambda resource: resource.number)
"""The card that gathers the open reports of a resource."""
QUESTION = RowCard[Resource]("ressources.question:", lambda resource: resource.number)
"""The message that asks the depositor of a resource something before it is decided about."""
REPORTS_SHOWN = 10
"""How many reports a card shows."""


class SettleReports(records.OfResource):
    """Button « Marquer comme traité »: closes the reports of a resource."""


class AnswerAbout(records.OfResource):
    """Button « Répondre »: opens the window of an answer to the reviewers, with what was ``said`` already."""

    said: str = ""


@feature.button(records.FlagResource, name="ressources.Report", writes=False)
async def open_report(ctx: Context, click: records.FlagResource) -> Replies:
    """Open the window that asks what is wrong."""
    resource = await records.find_resource(ctx, click.resource)
    if any(one.user_id == ctx.user.id for one in await feedback.list_open_reports(ctx.db, resource.number)):
        raise UserError(render("ressources/reported_already"))
    return Ask(ReportResource.of(resource), here=False)


@feature.submit(ReportResource)
async def report_resource(ctx: Context, form: ReportResource) -> Replies:
    """Report a resource, once for each person until the reports are closed; one card has all reports."""
    resource, _ = await records.lock_resource(ctx, form.resource)
    before = await feedback.list_open_reports(ctx.db, resource.number)
    made = ResourceReport(resource=resource.number, user_id=ctx.user.id, why=form.why, word=form.text, at=ctx.now)
    if not await feedback.put_report(ctx.db, made):
        raise UserError(render("ressources/reported_already"))
    thanks = [Whisper(render("ressources/reported", resource=resource)), *await quotas.spend(ctx, Quota.REPORT)]
    said = await _draw_reports(ctx, resource)
    if before:
        return [*thanks, REPORT.rewrite(resource, said)]
    return [*thanks, *await posts.tell_reviewers(ctx, said, REPORT.of(resource))]


async def _draw_reports(ctx: Context, resource: Resource) -> Message:
    open_ones = await feedback.list_open_reports(ctx.db, resource.number)
    lines = [
        (REPORT_REASONS.get(one.why, one.why), await read_display_name(ctx, one.user_id), quotation(one.word, 300))
        for one in open_ones[:REPORTS_SHOWN]
    ]
    title = posts.link_title(resource)
    gone = resource.state is not ResourceState.PUBLISHED
    more = max(0, len(open_ones) - REPORTS_SHOWN)
    text = render("ressources/reports", resource=resource, title=title, lines=lines, more=more, gone=gone)
    if not open_ones:
        return Message(text)
    settle = Button("Marquer comme traité", SettleReports(resource=resource.number), "primary")
    correct = Button("Corriger", records.ChangeResource(resource=resource.number))
    withdraw = (
        [] if gone else [Button("Retirer la ressource", records.RemoveResource(resource=resource.number), "danger")]
    )
    return Message(text, [settle, correct, *withdraw])


@feature.button(SettleReports, name="ressources.Settle", roles=ANIMATEURS)
async def settle_reports(ctx: Context, click: SettleReports) -> Replies:
    """Close the reports of a resource, and tell the reporters."""
    resource, _ = await records.lock_resource(ctx, click.resource)
    told = await close_reports(ctx, resource)
    return [Whisper(render("ressources/reports_settled")), *told]


async def close_reports(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Close all open reports of a resource."""
    whose = await feedback.close_reports(ctx.db, resource.number, ctx.user.id, ctx.now)
    if whose:
        counts = ({"signalements": len(whose)}, {"signalements": 0})
        records.note_resource(ctx, AuditAct.RESOURCE_SETTLE, resource, counts)
    text = render("ressources/told_settled", resource=resource, gone=resource.state is not ResourceState.PUBLISHED)
    card = REPORT.rewrite(resource, await _draw_reports(ctx, resource))
    return [card, *await records.give_news(ctx, whose, text)]


AT_ONCE = 20
"""For how many resources the files are posted at once."""
LAST_HOUR = 20
"""After this hour the message of a day is counted once more, to include what was imported."""


async def read_delivered_files(ctx: ReadingContext, event: Delivered) -> Mapping[str, str]:
    """Return the files, name by id, of a post that was made for them; empty for a deleted post."""
    if not (REVIEW.read_number(event.topic) or FILES.read_number(event.topic)):
        return {}
    try:
        ids = (await ctx.chat.read_post(event.post_id)).file_ids
        return {ident: (await ctx.chat.file(ident)).name for ident in ids}
    except ChatError as error:
        if error.is_temporary:
            raise
        return {}


@feature.event(Delivered, name="ressources.arrived.Delivered", asks=read_delivered_files)
async def note_delivered(ctx: Context, event: Delivered, files: Mapping[str, str]) -> Replies:
    """Record where a post stands now, and return what follows it."""
    if day := DAY.read_key(event.topic):
        return await _note_day_post(ctx, date.fromisoformat(day))
    if number := REVIEW.read_number(event.topic):
        return await _note_review_card(ctx, number, files)
    if number := FILES.read_number(event.topic):
        return await _note_files_post(ctx, number, event, files)
    number = THREAD.read_number(event.topic)
    return await posts.note_thread(ctx, number, event) if number else None


async def _note_day_post(ctx: Context, day: date) -> Sequence[Reply]:
    """Add what was published while the daily post was on its way, and post files in its thread."""
    await begin_writing(ctx.db)
    replies = list(await posts.post_day(ctx, day))
    for resource in await resources.list_published_between(ctx.db, *posts.bound_day(day)):
        replies += await posts.post_files(ctx, resource)
    return replies


async def _note_review_card(ctx: Context, number: int, found: Mapping[str, str]) -> Sequence[Reply]:
    """Keep the copies of files that the card has, whatever becomes of the originals; then delete a withdrawn resource’s
    files from the channel."""
    revision = await begin_writing(ctx.db)
    resource = await get_resource(ctx.db, number)
    if resource is None:
        return []
    if found and not (resource.state is ResourceState.PUBLISHED and resource.post_id):
        resource.files = dict(found)
    away = posts.delete_files_post(resource) if resource.state is ResourceState.WITHDRAWN else []
    await write_resources(ctx.db, [resource], revision)
    return away


async def _note_files_post(ctx: Context, number: int, event: Delivered, found: Mapping[str, str]) -> Sequence[Reply]:
    """Record the files that the channel has now."""
    revision = await begin_writing(ctx.db)
    resource = await get_resource(ctx.db, number)
    if resource is None or event.topic != FILES.of(resource):
        return [DeletePost(event.post_id, channel_id=event.channel_id)]
    resource.post_id, resource.channel_id = event.post_id, event.channel_id
    resource.files = dict(found) or resource.files
    away = [] if resource.state is ResourceState.PUBLISHED else posts.delete_files_post(resource)
    await write_resources(ctx.db, [resource], revision)
    return away


@feature.job("hour=7-20 minute=10", name="ressources.catch_up", writes=True)
async def catch_up_posts(ctx: Context) -> Replies:
    """Announce what could not be announced when it was published, because no channel was known or it was imported."""
    await begin_writing(ctx.db)
    today = posts.find_day(ctx.now)
    days = [today - timedelta(days=back) for back in range(posts.NEW_FOR_DAYS - 1, -1, -1)]
    reached = {day for day in days if await DAY.is_sent(ctx.db, day)}
    is_late = ctx.now.astimezone(PARIS).hour >= LAST_HOUR
    due = [day for day in days if day not in reached or (day == today and is_late)]
    replies: list[Reply] = []
    for day in due:
        replies += await posts.post_day(ctx, day)
    for resource in await resources.list_unplaced(ctx.db, AT_ONCE):
        replies += await posts.post_files(ctx, resource)
    return replies


PAGE = 5
"""Proposals in one answer."""


@feature.command("ressources relire", help="Relire les ressources proposées", roles=ANIMATEURS)
async def list_proposed(ctx: Context, _: str) -> Replies:
    """List the proposals that have waited longest, with their buttons."""
    waiting = await resources.list_proposed(ctx.db, PAGE)
    if not waiting:
        return Whisper(render("ressources/none_proposed"))
    cards = [(await posts.draw_review_card(ctx, resource)).card for resource in waiting]
    more = await resources.count_proposed(ctx.db) - len(waiting)
    return Whisper(render("ressources/waiting", count=len(waiting), more=more), cards=cards)


@feature.waiting
async def remind_reviewers(ctx: Context) -> Sequence[Waiting]:
    """Tell an animateur how many proposals wait for review."""
    count = await resources.count_proposed(ctx.db) if ctx.user.animates else 0
    said = plural(count, "ressource attend d’être relue", "ressources attendent d’être relues")
    return [Waiting(said, Button("Relire les ressources", RunCommand(line="ressources relire")))] if count else []


@feature.button(records.PublishResource, name="ressources.Publish", roles=ANIMATEURS)
async def publish_proposed(ctx: Context, click: records.PublishResource) -> Replies:
    """Publish a resource, whatever was decided before; the second of two reviewers reads who was first."""
    resource, revision = await records.lock_resource(ctx, click.resource)
    if resource.state is ResourceState.PUBLISHED:
        return await _say_decided(ctx, resource)
    told = await posts.publish_resource(ctx, resource, revision)
    opened = Button(f"Ouvrir la ressource n° {resource.number}", records.OpenResource(resource=resource.number))
    text = render("ressources/told_published", resource=resource)
    said = await records.give_news(ctx, sorted({resource.deposited_by, resource.auteur_id}), text, opened)
    dead = await posts.say_dead_link(ctx, resource)
    offered = _offer_mending(resource) if dead else []
    done = Whisper(render("ressources/is_published", resource=resource, dead=dead), offered)
    return [done, *await posts.refresh_card(ctx, resource, here=True), *told, *said]


def _offer_mending(resource: Resource) -> Sequence[Button]:
    return [_correct_button(resource), Button("Retirer", records.RemoveResource(resource=resource.number), "danger")]


async def _say_decided(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Say who has already decided."""
    by = "vous" if resource.decided_by == ctx.user.id else await read_display_name(ctx, resource.decided_by)
    text = render("ressources/decided_already", resource=resource, by=by, state=resource.state.value)
    return [Whisper(text), *await posts.refresh_card(ctx, resource, here=True)]


async def _tell_depositor(
    ctx: Context, resource: Resource, what: str, buttons: Sequence[Button], word: str
) -> Sequence[Direct]:
    """Tell the depositor what became of their resource."""
    text = render(f"ressources/told_{what}", resource=resource, word=quotation(word, 1000))
    return await records.tell_others(ctx, [resource.deposited_by], text, buttons)


@feature.button(records.AskAbout, roles=ANIMATEURS)
async def open_question(ctx: Context, click: records.AskAbout) -> Replies:
    """Open the window of a question to the depositor."""
    resource, _ = await records.lock_resource(ctx, click.resource)
    if resource.state is not ResourceState.PROPOSED:
        return await _say_decided(ctx, resource)
    if not await is_active(ctx, resource.deposited_by):
        raise UserError(render("ressources/depositor_left"))
    return Ask(AskDepositor.of(resource))


@feature.submit(AskDepositor, roles=ANIMATEURS)
async def ask_depositor(ctx: Context, form: AskDepositor) -> Replies:
    """Send a question to the depositor; the card says that an answer is awaited."""
    resource, revision = await records.lock_resource(ctx, form.resource)
    if resource.state is not ResourceState.PROPOSED:
        return await _say_decided(ctx, resource)
    resource.question = form.text
    await write_resources(ctx.db, [resource], revision)
    records.note_resource(ctx, AuditAct.RESOURCE_ASK, resource, reason=form.text)
    offered = [Button("Répondre", AnswerAbout(resource=resource.number), "primary"), _correct_button(resource)]
    note = render("ressources/asked", by=await read_display_name(ctx, ctx.user.id), word=quotation(form.text, 1000))
    told = await _tell_depositor(ctx, resource, "asked", offered, form.text)
    asked = [replace(each, topic=QUESTION.of(resource)) for each in told]
    return [*await posts.refresh_card(ctx, resource, note, here=True), *asked]


@feature.hears_words
async def offer_answer(ctx: ReadingContext, message: Spoken) -> PlainTextReply:
    """Offer to send words to the animateurs whose question waits for an answer. In its thread nothing else is meant;
    threads of other things are left alone."""
    if isinstance(message, Addressed):
        return PlainTextReply()
    for resource in await resources.list_asked(ctx.db, message.user_id):
        questions = await QUESTION.list_posts(ctx.db, resource) if message.root_id else []
        is_under = message.root_id in {post.post_id for post in questions}
        if is_under or not message.root_id:
            answer = AnswerAbout(resource=resource.number, said=message.text[: resources.REASON_MAX])
            text = render("ressources/is_answer", resource=resource) if is_under else ""
            return PlainTextReply(buttons=[Button("Répondre aux animateurs", answer, "primary")], text=text)
    return PlainTextReply()


def _correct_button(resource: Resource) -> Button:
    return Button("Corriger", records.ChangeResource(resource=resource.number))


@feature.button(AnswerAbout, writes=False)
async def open_answer(ctx: Context, click: AnswerAbout) -> Replies:
    """Open the window of an answer."""
    resource = await records.find_resource(ctx, click.resource)
    _must_be_depositor(ctx, resource)
    said = resource.question[:300] or resource.titre[:100]
    return Ask(AnswerReview.draft(resource=resource.number, said=said, text=click.said))


def _must_be_depositor(ctx: Context, resource: Resource) -> None:
    if ctx.user.id != resource.deposited_by:
        raise UserError(render("ressources/for_depositor"))


@feature.submit(AnswerReview)
async def answer_question(ctx: Context, form: AnswerReview) -> Replies:
    """Post the answer in the thread of the card."""
    resource, revision = await records.lock_resource(ctx, form.resource)
    _must_be_depositor(ctx, resource)
    resource.question = ""
    await write_resources(ctx.db, [resource], revision)
    by, word = await read_display_name(ctx, ctx.user.id), quotation(form.text, 1000)
    note = render("ressources/answered", by=by, word=word, resource=resource)
    return [Whisper(render("ressources/answer_sent")), *await posts.repost_card(ctx, resource, note)]


@feature.button(records.DeclineResource, name="ressources.Refuse", roles=ANIMATEURS)
async def open_refusal(ctx: Context, click: records.DeclineResource) -> Replies:
    """Open the window of a refusal’s reason."""
    resource, _ = await records.lock_resource(ctx, click.resource)
    if resource.state is not ResourceState.PROPOSED:
        return await _say_decided(ctx, resource)
    return Ask(RefuseResource.of(resource))


@feature.submit(RefuseResource, roles=ANIMATEURS)
async def refuse_resource(ctx: Context, form: RefuseResource) -> Replies:
    """Refuse a resource. Its depositor reads why, may answer, and may correct and submit it again."""
    resource, revision = await records.lock_resource(ctx, form.resource)
    if resource.state is not ResourceState.PROPOSED:
        return await _say_decided(ctx, resource)
    await records.decide_resource(ctx, resource, revision, ResourceState.REFUSED, form.text)
    offered = [_correct_button(resource), Button("Répondre", AnswerAbout(resource=resource.number))]
    told = await _tell_depositor(ctx, resource, "refused", offered, form.text)
    return [*await posts.refresh_card(ctx, resource, here=True), *told]
