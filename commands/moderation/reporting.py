"""« /signaler »: a message goes to the animateurs, as it is now; its author hears nothing of who reported it."""

from collections.abc import Sequence

from bot import guard, quotas
from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered
from bot.quotas import Quota
from bot.quoting import one_line, unmarked
from bot.replies import Ask, Press, Replies, Reply, Whisper
from bot.texts import render
from commands.moderation import cards, terms
from commands.moderation.buttons import FileReport
from commands.moderation.feature import feature
from commands.moderation.opening import Seen, hold, look, open_case
from commands.moderation.reach import post_in, reportable
from dialogs.moderation.reporting import ReportMessage
from storage.moderation import cases, reports
from storage.moderation.cases import Case, Source, State
from storage.moderation.reports import WORD_MAX, Report

SAID_MAX = 100
"""Characters of a message by which its window calls it."""
REPORTED = "Vous l’avez déjà signalé : les animateurs le regardent, et vous saurez la suite."
LOOKED_AT = "Vous l’avez déjà signalé, et les animateurs l’ont regardé : rien n’y a changé depuis."


@feature.command("signaler", help="Signaler un message aux animateurs", hint="[lien du message]")
async def ask(ctx: Context, text: str) -> Replies:
    """The window; with a link it knows which message is meant."""
    link = text.strip()
    if not link:
        return Ask(ReportMessage.draft(motives=terms.motives(ctx)))
    post = await reportable(ctx, link)
    await must_be_new(ctx, post.id, post.message)
    said = one_line(unmarked(post.message), SAID_MAX)
    return Ask(ReportMessage.draft(link=link, motives=terms.motives(ctx), said=said))


@feature.submit(ReportMessage, writes=False)
async def read(ctx: Context, form: ReportMessage) -> Replies:
    """The message as it is at this moment. (Mattermost, asked here, cannot be where something is written.)"""
    try:
        await reportable(ctx, form.link)
        seen = await look(ctx, post_in(ctx, form.link))
    except UserError as refusal:
        raise UserError(fields={"lien": refusal.text}) from None
    return Press.to(FileReport(seen=seen, motive=form.motive, word=form.word))


@feature.button(FileReport)
async def file(ctx: Context, given: FileReport) -> Replies:
    """One case a message, whoever reports it."""
    await must_be_new(ctx, given.seen.post.id, given.seen.post.message)
    case, told = await add(ctx, given.seen, given.motive, given.word)
    masked = given.word != guarded(given.word)
    return [Whisper(render("moderation/reported", case=case, masked=masked)), *told]


async def must_be_new(ctx: Context, post_id: str, message: str) -> None:
    """Raises UserError where this person reported that message already, and it is as it was."""
    before = next(iter(await reports.cases_about(ctx.db, post_id, ctx.user.id)), None)
    if before is None:
        return
    if before.state in cases.UNDECIDED:
        raise UserError(REPORTED)
    if before.message == message:
        raise UserError(LOOKED_AT)


async def add(ctx: Context, seen: Seen, motive: str, word: str = "") -> tuple[Case, Sequence[Reply]]:
    """A report more, of the case there is or of a new one; what is shown of it. Raises UserError for a second one."""
    left = await quotas.spend(ctx, Quota.REPORT)  # first: one that is not taken opens no case
    case = await open_case(ctx, seen, Source.REPORTED)
    before = await reports.of_case(ctx.db, case.number)
    made = Report(case_id=case.number, reporter_id=ctx.user.id, motive=motive, word=guarded(word), at=ctx.now)
    if not await reports.put(ctx.db, made):
        raise UserError(REPORTED)
    is_new = not before and case.source is Source.REPORTED
    return case, [*await (cards.put_up(ctx, case) if is_new else cards.refresh(ctx, case)), *left]


def guarded(word: str) -> str:
    """A reporter’s words with bars over what is personal: they stand on a card that many read."""
    return guard.mask(word, guard.find(word))[:WORD_MAX]


@feature.event(Delivered, name="moderation.card_stands.Delivered")
async def card_stands(ctx: Context, event: Delivered) -> Replies:
    """What was reported, or decided, while a card was on its way stands on it."""
    if not event.topic.startswith(cards.CASE):
        return None
    found = await cases.get(ctx.db, int(event.topic.removeprefix(cards.CASE)))
    if found is None:
        return None
    await hold(ctx, found.post_id)  # who reports or decides at this moment does not know of the card
    case = await cases.lock(ctx.db, found.number) or found
    said_since = [one for one in await reports.of_case(ctx.db, case.number) if one.at > case.opened_at]
    is_as_said = case.state is State.OPEN and not said_since
    return None if is_as_said else await cards.refresh(ctx, case)
