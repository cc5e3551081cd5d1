"""« /hotline stats »: the figures of some days in words, for agents."""

from collections.abc import Collection

from bot.context import Context
from bot.errors import UserError
from bot.periods import UnreadPeriod, understand
from bot.replies import Replies, Whisper
from bot.texts import Markdown, render
from commands.hotline.agents import served_by
from commands.hotline.feature import feature
from commands.hotline.figures.asking import Days, figures_of, must_serve, today
from commands.hotline.figures.page import named
from commands.hotline.figures.papers import buttons
from commands.hotline.opening import window
from commands.hotline.queues import say_queue
from storage.hotline.figures import Figures

SHOWN = 5
"""Parts of each sort that are named; papers have them all."""


@feature.command(
    "hotline stats",
    help="Voir les chiffres de la hotline (pour ses agents)",
    hint="[semaine | mois dernier | septembre | 2026]",
)
async def stats(ctx: Context, text: str) -> Replies:
    """The figures of a period, this month’s when none is said; other words of who is no agent are a question."""
    try:
        period = understand(text, today(ctx))
    except UnreadPeriod as problem:
        if not await served_by(ctx, ctx.user):
            return await window(ctx, f"stats {text}")
        raise UserError(str(problem)) from None
    return await show(ctx, Days(start=period.start, end=period.end))


async def show(ctx: Context, days: Days) -> Whisper:
    """The figures in words, and what may be taken away."""
    queues = await must_serve(ctx)
    figures = await figures_of(ctx, days, queues)
    return Whisper(_say(ctx, days, figures, queues), [] if figures.is_empty else buttons(days))


def _say(ctx: Context, days: Days, figures: Figures, queues: Collection[str]) -> Markdown:
    parts = {kind: _first({n: p.received for n, p in parts.items()}) for kind, parts in named(ctx, figures).items()}
    parts["Fin"] = _first({reason.label: n for reason, n in figures.reasons.items()})
    names = [say_queue(ctx, code) for code in queues]
    return render("hotline/figures", period=days.period.label, f=figures, queues=names, parts=parts)


def _first(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The first of them; the others together."""
    counted = [(name, n) for name, n in counts.items() if n]
    rest = sum(n for _, n in counted[SHOWN:])
    return [*counted[:SHOWN], *([("autres", rest)] if rest else [])]
