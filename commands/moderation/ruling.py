"""« /moderer regles », « /moderer regle … »: the automatic rules are listed, tuned in chat, and tried on the past."""

from dataclasses import replace

from bot.context import Context
from bot.errors import UserError
from bot.french.words import fold
from bot.journaling import Deed, note
from bot.replies import Replies, Start, Whisper
from bot.texts import render
from commands.moderation import safety, trial
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.listening import passed_by
from commands.moderation.places import room
from commands.moderation.rules import SPECS, BrokenRuleError, RuleName, Tuning
from commands.moderation.rules.stored import tuned
from commands.moderation.rules.tuning import say, tune, usual
from storage import claims
from storage.journal import Act
from storage.moderation import rules
from storage.moderation.rules import Mode, Rule

MODES = {"non": Mode.OFF, "proposer": Mode.PROPOSE, "agir": Mode.ACT}
TRY = "essai"
APART_MAX = 15
"""Names of channels that rules do not look at."""
HINT = "<règle> [non|proposer|agir|essai] [nombres ou liste]"


@feature.command("moderer regles", help="Les règles automatiques, et ce qu’elles ont trouvé", roles=ANIMATEURS)
async def list_rules(ctx: Context, _: str) -> Replies:
    """Each with its mode, its numbers and what it found."""
    fault = await safety.fault(ctx.db, ctx.settings)
    try:
        known = await tuned(ctx.db)
    except BrokenRuleError:
        known = {name: usual(name) for name in RuleName}
    found = await rules.counts(ctx.db)
    rows = [(name, SPECS[name], known[name].mode, say(name, known[name]), *found.get(name, (0, 0))) for name in known]
    apart = await passed_by(ctx)
    said = {"rows": rows, "fault": fault, "has_room": bool(await room(ctx)), "apart": apart[:APART_MAX]}
    return Whisper(render("moderation/rules", **said, more=len(apart) - APART_MAX))


@feature.command("moderer regle", help="Régler ou essayer une règle", hint=HINT, roles=ANIMATEURS, writes=True)
async def change_rule(ctx: Context, line: str) -> Replies:
    """« flood proposer 6 en 10s », « flood non », « liens essai 7j », « mots ajouter casino »."""
    word, _, rest = line.strip().partition(" ")
    name = _name(word)
    await claims.hold(ctx.db, "moderation.rule", name, ctx.now)
    before = await _before(ctx, name)
    if not rest.strip():
        return _shown(name, before)
    mode, _, more = rest.strip().partition(" ")
    if fold(mode) == TRY:
        return _try(ctx, name, before, more)
    said = MODES.get(fold(mode))
    after = tune(name, replace(before, mode=said) if said else before, more if said else rest)
    await _put(ctx, name, before, after)
    return _shown(name, after)


def _name(word: str) -> RuleName:
    wish = fold(word)
    found = [name for name in RuleName if wish and name.startswith(wish)]
    if len(found) != 1:
        raise UserError(
            f"Les règles sont : {', '.join(RuleName)}. Par exemple : `/moderer regle flood proposer 6 en 10s`."
        )
    return found[0]


async def _before(ctx: Context, name: RuleName) -> Tuning:
    """As it is; one that cannot be read is tuned anew."""
    try:
        return (await tuned(ctx.db))[name]
    except BrokenRuleError:
        return usual(name)


async def _put(ctx: Context, name: RuleName, before: Tuning, after: Tuning) -> None:
    rule = Rule(name=name, mode=after.mode, settings=after.settings, changed_at=ctx.now, changed_by=ctx.user.id)
    await rules.put(ctx.db, rule)
    states = [{"mode": str(each.mode)} | each.settings for each in (before, after)]
    await note(ctx, Deed(Act.RULE, f"regle:{name}", before=states[0], after=states[1]))


def _shown(name: RuleName, tuning: Tuning) -> Whisper:
    said = {"rule": name, "spec": SPECS[name], "mode": tuning.mode, "told": say(name, tuning)}
    return Whisper(render("moderation/rule", **said))


def _try(ctx: Context, name: RuleName, tuning: Tuning, line: str) -> Replies:
    """The rule as it is, or with other numbers or another list: « essai 7j 4 en 10s », « essai 7j casino »."""
    days, _, rest = line.strip().lower().partition(" ")
    number = days.removesuffix("j")
    if not (days.endswith("j") and number.isdecimal()):
        number, rest = str(trial.DAYS), line
    if not 1 <= int(number[:4]) <= trial.DAYS_MAX:
        raise UserError(f"Un essai porte sur 1 à {trial.DAYS_MAX} jours : `/moderer regle {name} essai 7j`.")
    tried = tune(name, tuning, rest, adds=False)
    work = trial.Try.of(name, tried, ctx.now, int(number))
    return [Start(payload=work), Whisper(render("moderation/trying", rule=name, days=int(number)))]
