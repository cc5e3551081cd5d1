"""What the automatic rules have to do with a case: told on its card, with the button that says that it is nothing."""

from collections import Counter
from collections.abc import Sequence

from bot.context import Context
from bot.replies import Button
from commands.moderation.buttons import Decide, FalseAlarm, Move
from commands.moderation.rules import SPECS, RuleName
from storage.moderation import rules
from storage.moderation.cases import Case, State


async def told(ctx: Context, case: Case) -> str:
    """The rules that found it, and how often; "" where none did."""
    hits = await rules.of_case(ctx.db, case.number)
    known = Counter(hit.rule for hit in hits if hit.rule in set(RuleName))
    named = [SPECS[RuleName(rule)].label + (f" ({count} fois)" if count > 1 else "") for rule, count in known.items()]
    return " ; ".join(named) + (" (fausse alerte)" if any(hit.is_false for hit in hits) else "")


async def is_asked(ctx: Context, case: Case) -> bool:
    """Whether it may still be said that it is a false alarm."""
    return case.state is State.OPEN and any(hit.is_false is None for hit in await rules.of_case(ctx.db, case.number))


def with_alarm(is_asked: bool, case: Case, buttons: Sequence[Button]) -> Sequence[Button]:
    """« Fausse alerte » in the place of « Rien à faire », which it is."""
    if not is_asked:
        return buttons
    nothing = Decide(case=case.number, move=Move.NOTHING)
    rest = [button for button in buttons if button.payload != nothing]
    return [Button("Fausse alerte", FalseAlarm(case=case.number)), *rest]
