"""What the automatic rules have to do with a case: told on its card, with the button that says that it is nothing."""

from collections import Counter
from collections.abc import Sequence

from bot.context import Context
from bot.replies import Button
from bot.texts import Markdown, render
from commands.moderation.buttons import FalseAlarm
from commands.moderation.rules import SPECS, RuleName
from storage.moderation import rules
from storage.moderation.cases import Case, State

WAITS = (State.OPEN, State.SECOND)


async def told(ctx: Context, case: Case) -> Markdown:
    """The rules that found it, and how often; "" where none did."""
    hits = await rules.of_case(ctx.db, case.number)
    known = Counter(hit.rule for hit in hits)
    named = [(SPECS[RuleName(rule)].label, count) for rule, count in known.items() if rule in set(RuleName)]
    is_false = any(hit.is_false for hit in hits)
    return render("moderation/found", named=named, is_false=is_false) if named else Markdown()


async def buttons(ctx: Context, case: Case) -> Sequence[Button]:
    """« Fausse alerte », while nobody decided about what rules found."""
    hits = await rules.of_case(ctx.db, case.number)
    waits = case.state in WAITS and any(hit.is_false is None for hit in hits)
    return [Button("Fausse alerte", FalseAlarm(case=case.number))] if waits else []
