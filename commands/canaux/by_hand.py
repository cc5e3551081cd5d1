"""What animateurs change of a channel by a command: which one they mean, and the change, noted, to be undone."""

from collections.abc import Callable, Mapping
from secrets import token_hex

from bot.acts import Act
from bot.context import Context
from bot.errors import UserError
from commands.canaux.noting import note_finding
from commands.canaux.repair.acting import batches
from commands.canaux.scope import read_scope
from config.canaux import PlannedChannel
from storage.canaux import by_key, changes, planned, runs
from storage.canaux.changes import State
from storage.canaux.drift import Finding
from storage.canaux.runs import Kind, Run, Stage

OFFERED_MAX = 100
WORDS_MAX = 8
"""Words in the name of a channel."""


async def known_channels(
    ctx: Context, fits: Callable[[PlannedChannel], bool], *, absent: bool = False
) -> dict[str, str]:
    """The titles, by key, of those channels that are there, and of those that are not if ``absent``."""
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    found = {key: canal.name for key, canal in table.items() if (absent or key in known) and fits(canal)}
    if not found:
        raise UserError("Aucun canal de cette sorte n’est encore connu du bot : tapez d’abord /canaux verifier.")
    return dict(list(found.items())[:OFFERED_MAX])


async def meant(ctx: Context, text: str, there: Mapping[str, str], refusal: str) -> str | None:
    """The key of the channel that a line names, if it names one. Raises UserError for one that is not ``there``."""
    if not text.strip():
        return None
    key = read_scope(text, await planned(ctx.db, ctx.settings))
    if key not in there:
        raise UserError(refusal)
    return key


async def do(ctx: Context, finding: Finding) -> Act:
    """Note the change as a run of its own, and make it."""
    scope, place = finding.key, (await by_key(ctx.db)).get(finding.key, "")
    run = Run(id=token_hex(13), kind=Kind.HAND, scope=scope, by=ctx.user.id, at=ctx.now, stage=Stage.MENDED)
    await runs.add(ctx.db, run)
    await changes.note(ctx.db, run.id, [finding], {finding.key: place}, State.SENT)
    await changes.put(ctx.db, run.id, [1], batch=1)
    note_finding(ctx, finding, place)
    table = await planned(ctx.db, ctx.settings, archived=True)
    (batch,) = batches(await changes.of(ctx.db, run.id), table, back=False)
    return batch.act


async def split(ctx: Context, text: str, there: Mapping[str, str]) -> tuple[str | None, str]:
    """The key of the channel whose name a line begins with (as many words as can be), and the rest of it. Raises
    UserError for one that is not ``there``."""
    table, words = await planned(ctx.db, ctx.settings), text.split()
    if not words:
        return None, ""
    for size in range(min(WORDS_MAX, len(words)), 0, -1):
        try:
            key = read_scope(" ".join(words[:size]), table)
        except UserError:
            continue
        if key in there:
            return key, text.split(maxsplit=size)[size].strip() if len(words) > size else ""
    raise UserError("Dites d’abord de quel canal il s’agit : par exemple 69, ou Éducation.")
