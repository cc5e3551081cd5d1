"""The rules as the table has them."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from commands.moderation.rules.names import RuleName
from commands.moderation.rules.tuning import BrokenRuleError, Tuning, read
from storage.moderation import rules


async def tuned(db: AsyncSession) -> Mapping[RuleName, Tuning]:
    """All rules, tuned or not. Raises BrokenRuleError for a table that cannot be used."""
    try:
        rows = await rules.tuned(db)
    except ValueError:  # a mode that is none, or no JSON
        raise BrokenRuleError("la table des règles est illisible") from None
    return read(rows)
