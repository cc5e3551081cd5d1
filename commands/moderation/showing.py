"""What waits for a decision, and a case’s message whole, with those around it."""

from collections.abc import Sequence
from datetime import datetime

from bot.context import Context
from bot.french.moments import say_hour
from bot.french.words import plural
from bot.lines import Run
from bot.replies import Button, Card, Replies, Waiting, Whisper
from bot.texts import quotation, render
from commands.moderation import cards, terms
from commands.moderation.buttons import SeeContext
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.taking import fate_of, found
from storage.moderation import cases
from storage.moderation.cases import Case

PAGE = 3
"""Cases in one answer."""
AROUND_MAX = 600
"""Characters of a message around."""


@feature.button(SeeContext, roles=ANIMATEURS, writes=False)
async def see_context(ctx: Context, click: SeeContext) -> Replies:
    """The message as it was, whole, and what stood around it; what became of it since."""
    case = await found(ctx, click.case)
    fate = await fate_of(ctx, case)
    names = await _names(ctx, case)
    around = [_said(ctx, one, names) for one in case.context]
    text = render(
        "moderation/context",
        case=case,
        author=await terms.say_author(ctx, case),
        message=quotation(case.message, 10_000),
        fate=fate.said,
        before=[line for after, line in around if not after],
        after=[line for after, line in around if after],
    )
    return Whisper(text)


async def _names(ctx: Context, case: Case) -> dict[str, str]:
    """What those around it are called now; nobody knows any more what erased ones were called."""
    ids = {str(one["author_id"]) for one in case.context if "author_id" in one}
    return {user.id: user.username async for page in ctx.chat.users(sorted(ids)) for user in page}


def _said(ctx: Context, one: dict[str, object], names: dict[str, str]) -> tuple[bool, tuple[str, str, str]]:
    at = datetime.fromisoformat(str(one["at"])).astimezone(ctx.zone)
    name = names.get(str(one.get("author_id", "")), "") or one.get("author")
    said_by = f"@{name}" if name else "Quelqu’un"
    return bool(one["after"]), (said_by, say_hour(at), quotation(str(one["message"]), AROUND_MAX))


@feature.command("moderer dossiers", help="Les messages signalés qui attendent une décision", roles=ANIMATEURS)
async def list_waiting(ctx: Context, _: str) -> Replies:
    """Those that have waited longest, each with what can be done with it."""
    waiting = await _waiting(ctx)
    if not waiting:
        return Whisper("Aucun dossier n’attend de décision.")
    drawn = [await cards.draw(ctx, case) for case in waiting[:PAGE]]
    shown = [Card(one.text, one.buttons, one.facts, one.menus) for one in drawn]
    more = len(waiting) - len(shown)
    return Whisper(render("moderation/waiting", count=len(waiting), more=more), cards=shown)


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """What waits for a decision."""
    count = len(await _waiting(ctx)) if ctx.user.animates else 0
    if not count:
        return []
    verb = "attend une décision" if count == 1 else "attendent une décision"
    return [Waiting(f"{plural(count, 'dossier')} {verb}", Button("Les dossiers", Run(line="moderer dossiers")))]


async def _waiting(ctx: Context) -> Sequence[Case]:
    """Those that are not one’s own."""
    return [one for one in await cases.listed(ctx.db, cases.WAITING, 100) if one.author_id != ctx.user.id]
