"""Rules at work: a matching message becomes a case, is hidden at once, or its author is warned first; and « /moderer
regle … », which lists and changes rules. In safe mode (the charter or the rules are unusable) nothing automatic
happens."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import guard
from bot.audit import AuditEntry, record_entry
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.events import Edited, JoinedTeam, Posted, WatchedPlaces
from bot.french import say_delay
from bot.people import make_nobody
from bot.permalinks import make_permalink
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import Markdown, link, render
from commands.moderation import cards, cases, policy, rules
from commands.moderation.decisions import carry_out
from commands.moderation.policy import ANIMATEURS, feature, regles
from commands.moderation.rules.engine import NO_RULES, TIMED, TRIAL_DAYS, TRIAL_DAYS_MAX, Engine, RuleTable, Try
from config.charte import MeasureKind
from config.settings import Settings
from config.text import fold
from storage import canaux, claims, moderation
from storage.journal import AuditAct
from storage.moderation import EXEMPT_ROLES, Case, CaseSource, CaseState, Rule, RuleHit, RuleMode
from storage.moderation import cases as stored_cases

SAFE_MODE_CLAIM = "moderation.safe"
"""The claim that stands while the room knows of the safe mode."""


async def find_fault(db: AsyncSession, settings: Settings) -> str:
    """Say why the bot is in safe mode, in French; "" if it is not."""
    if said := policy.find_charter_fault(settings):
        return said
    try:
        await rules.load_tunings(db)
    except rules.BrokenRuleError as error:
        return render("moderation/rules_fault", error=error)
    return ""


@feature.job("minute=*/5", name="moderation.watch_tables", writes=True)
async def announce_safe_mode(ctx: Context) -> Replies:
    """Tell the room when safe mode begins and ends."""
    place = await policy.find_room(ctx)
    if not place:
        return None
    if said := await find_fault(ctx.db, ctx.settings):
        begins = await claims.claim(ctx.db, SAFE_MODE_CLAIM, "told", ctx.now)
        return Say(render("moderation/safe", fault=said), channel_id=place) if begins else None
    over = await claims.release(ctx.db, SAFE_MODE_CLAIM, "told")
    return Say(render("moderation/safe_over"), channel_id=place) if over else None


RECHECKED_WITHIN = timedelta(days=2)
"""Messages with an older warning are not checked again."""


class LookAgain(BaseModel):
    """Long work: check whether a message is unchanged after its author was warned."""

    post: str


def warn_author(ctx: Context, seen: cases.MessageSnapshot, tuning: rules.Tuning) -> Sequence[Reply]:
    """Tell an author what to change in their message, and until when nobody else hears of it."""
    found = guard.find(seen.post.message, tuning.items)
    if not found:
        return []
    delay = timedelta(seconds=tuning.seconds)
    said = {"named": guard.name_kinds(found), "delay": Markdown(say_delay(delay)), "channel": seen.channel.display_name}
    text = render("moderation/guard", **said, link=link("votre message", make_permalink(ctx.settings, seen.post.id)))
    return [Direct(text, user_id=seen.author.id)]


@regles.job("minute=*/5", name="regles.find_old", writes=True)
async def recheck_old_warnings(ctx: Context) -> Replies:
    """Recheck messages whose authors were warned long enough ago."""
    if await find_fault(ctx.db, ctx.settings):
        return None
    until = ctx.now - timedelta(seconds=(await rules.load_tunings(ctx.db))[rules.RuleName.GUARD].seconds)
    told = await moderation.list_posts_without_case(ctx.db, rules.RuleName.GUARD, until - RECHECKED_WITHIN, until)
    new = [post_id for post_id in told if await claims.claim(ctx.db, "moderation.look", post_id, ctx.now)]
    return [Start(payload=LookAgain(post=post_id)) for post_id in new]


async def read_old_message(ctx: ReadingContext, work: LookAgain, _: Progress) -> cases.MessageSnapshot | None:
    """Read the message as it is now; None if it was deleted."""
    return await unless_refused(cases.take_snapshot(ctx, work.post), None)


@regles.chore(LookAgain, name="moderation.LookAgain", title="Données personnelles", asks=read_old_message)
async def recheck_message(ctx: Context, _: LookAgain, __: Progress, seen: cases.MessageSnapshot | None) -> Step:
    """Report a message that is still unchanged to the animateurs; one that was changed or deleted is dropped."""
    return Step(replies=await _propose_personal_data(ctx, seen) if seen else [], finished=True)


async def _propose_personal_data(ctx: Context, seen: cases.MessageSnapshot) -> Sequence[Reply]:
    if await find_fault(ctx.db, ctx.settings):
        return []
    tuning = (await rules.load_tunings(ctx.db))[rules.RuleName.GUARD]
    if tuning.mode is RuleMode.OFF or not guard.find(seen.post.message, tuning.items):
        return []
    case = await cases.open_case(ctx, seen, CaseSource.RULE)
    await moderation.assign_hits(ctx.db, seen.post.id, {rules.RuleName.GUARD}, case.number)
    return await (cards.post_card if case.opened_at == ctx.now else cards.refresh_card)(ctx, case)


GATHERED_FOR = timedelta(minutes=10)
"""How long further messages of an author, found by the same rule, belong to the same case."""
Event = Posted | Edited


async def apply_rules(
    ctx: Context, event: Event, seen: cases.MessageSnapshot, names: Collection[rules.RuleName]
) -> Sequence[Reply]:
    """Apply the rules that matched a message, as they are set now. Nobody decides here: ``ctx.user`` is the message’s
    author."""
    if await find_fault(ctx.db, ctx.settings) or not await policy.find_room(ctx):
        return []
    ctx = replace(ctx, user=make_nobody())
    known = {name: tuning for name, tuning in (await rules.load_tunings(ctx.db)).items() if name in names}
    at_work = {name: tuning for name, tuning in known.items() if tuning.mode is not RuleMode.OFF}
    if not at_work:
        return []
    post, author, channel = event.post_id, event.user_id, event.channel_id
    hits = [RuleHit(rule=name, post_id=post, author_id=author, channel_id=channel, at=ctx.now) for name in at_work]
    new = await moderation.add_hits(ctx.db, hits)
    fresh = {name: tuning for name, tuning in at_work.items() if name in new}
    guard = fresh.pop(rules.RuleName.GUARD, None)
    warned = warn_author(ctx, seen, guard) if guard else []
    return [*warned, *(await propose_case(ctx, seen, fresh) if fresh else [])]


async def propose_case(
    ctx: Context, seen: cases.MessageSnapshot, found: Mapping[rules.RuleName, rules.Tuning]
) -> Sequence[Reply]:
    """Open a case, or add to the one that the message continues."""
    if known := await _find_continued_case(ctx, seen, found):
        await moderation.assign_hits(ctx.db, seen.post.id, found, known.number)
        return await cards.refresh_card(ctx, known)
    case = await cases.open_case(ctx, seen, CaseSource.RULE)
    await moderation.assign_hits(ctx.db, seen.post.id, found, case.number)
    acting = [name for name, tuning in found.items() if tuning.mode is RuleMode.ACT and rules.SPECS[name].may_act]
    reason = f"Règle automatique : {' ; '.join(rules.SPECS[name].label for name in acting)}"
    done = await carry_out(ctx, case, cases.Decision(MeasureKind.HIDE, reason)) if acting else []
    is_new = case.opened_at == ctx.now
    return [*done, *(await cards.post_card(ctx, case) if is_new else await cards.refresh_card(ctx, case))]


async def _find_continued_case(
    ctx: Context, seen: cases.MessageSnapshot, found: Mapping[rules.RuleName, rules.Tuning]
) -> Case | None:
    """Find the undecided case of the same timed rule and author."""
    if not TIMED.issuperset(found) or any(tuning.mode is RuleMode.ACT for tuning in found.values()):
        return None
    lately = await moderation.list_cases_since(ctx.db, seen.author.id, found, ctx.now - GATHERED_FOR)
    case = await stored_cases.lock(ctx.db, lately[0]) if lately else None
    return case if case and case.is_waiting else None


engine = Engine()


@regles.watches
async def watch_rule_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Watch all planned channels but the bot’s rooms, and apply the present settings of the rules."""
    places = await policy.list_rule_channels(db, settings)
    wakes = policy.ROOM in await canaux.find_channel_ids(db) and not await find_fault(db, settings)
    rows = RuleTable.of(await rules.load_tunings(db), await moderation.list_exempt(db)) if wakes else NO_RULES
    engine.tune(f"{settings.mattermost_url} {settings.team} {settings.database_url}", places, rows)
    return WatchedPlaces(team=True, crowded=places)


Found = tuple[cases.MessageSnapshot, Collection[rules.RuleName]]
"""A message, and the rules that it breaks."""


async def read_found(ctx: ReadingContext, event: Posted | Edited) -> Found | None:
    """Return the rules that matched a message, with the message as Mattermost has it."""
    if ctx.user.role in EXEMPT_ROLES:
        return None
    seen = await unless_refused(cases.take_snapshot(ctx, event.post_id), None)
    if seen is None:
        return None
    names = await confirm_rules(ctx, seen, engine.found(event))
    seen = replace(seen, post=replace(seen.post, message=event.text))
    return (seen, names) if names and not seen.author.is_bot else None


async def handle_found(ctx: Context, event: Event, found: Found) -> Replies:
    """Handle a message that rules matched, new or edited."""
    return await apply_rules(ctx, event, *found)


regles.event(Posted, name="regles.posted.Posted", only=engine.wants, asks=read_found)(handle_found)
regles.event(Edited, name="regles.edited.Edited", only=engine.wants, asks=read_found)(handle_found)


async def confirm_rules(
    ctx: ReadingContext, seen: cases.MessageSnapshot, names: Collection[rules.RuleName]
) -> Collection[rules.RuleName]:
    """Return the rules that hold: only Mattermost can tell whether a message is its author’s first, if it can be
    searched."""
    if rules.RuleName.FIRST not in names:
        return names
    wrote = await unless_refused(ctx.chat.posts_by(seen.author.username), None)
    if wrote is not None and all(post.id == seen.post.id or post.create_at > seen.post.create_at for post in wrote):
        return names
    return frozenset(names) - {rules.RuleName.FIRST}


@regles.event(JoinedTeam, name="regles.joined.JoinedTeam")
async def count_arrival(ctx: Context, event: JoinedTeam) -> Replies:
    """Tell the room when many people join at once."""
    return await cases.schedule_summary(ctx) if await cases.count_arrivals(ctx) else None


@regles.button(cards.FalseAlarm, roles=ANIMATEURS)
async def dismiss_false_alarm(ctx: Context, click: cards.FalseAlarm) -> Replies:
    """Dismiss a case as a false alarm, unless people reported the message too."""
    case = await stored_cases.lock(ctx.db, click.case)
    if case is None or case.state not in stored_cases.UNDECIDED:
        raise UserError(render("moderation/alarm_decided"))
    if case.author_id == ctx.user.id:
        raise UserError(render("moderation/alarm_about_oneself"))
    await moderation.mark_false(ctx.db, case.number)
    if not await stored_cases.list_reports(ctx.db, case.number):
        await _close_case(ctx, case)
    return await cards.refresh_card(ctx, case)


async def _close_case(ctx: Context, case: Case) -> None:
    thing = f"message:{case.post_id}"
    deed = AuditEntry(AuditAct.DISMISS, thing, target_id=case.author_id, reason="Fausse alerte d’une règle automatique")
    entry = await record_entry(ctx, deed)
    await cases.mark_decided(ctx, case, AuditAct.DISMISS, entry.reason, state=CaseState.CLOSED, entry=entry.id)


MODES = {"non": RuleMode.OFF, "proposer": RuleMode.PROPOSE, "agir": RuleMode.ACT}
TRIAL_WORD = "essai"
HINT = "<règle> [non|proposer|agir|essai] [nombres ou liste]"


@feature.command("moderer regles", help="Les règles automatiques, et ce qu’elles ont trouvé", roles=ANIMATEURS)
async def list_rules(ctx: ReadingContext, _: str) -> Replies:
    """List the rules with their modes, settings and results."""
    fault = await find_fault(ctx.db, ctx.settings)
    try:
        known = await rules.load_tunings(ctx.db)
    except rules.BrokenRuleError:
        known = {name: rules.make_default_tuning(name) for name in rules.RuleName}
    found = await moderation.count_hits(ctx.db)
    rows = [
        (name, rules.SPECS[name], known[name].mode, rules.say_tuning(name, known[name]), *found.get(name, (0, 0)))
        for name in known
    ]
    apart = await policy.list_unwatched_channels(ctx)
    has_room = bool(await policy.find_room(ctx))
    said = {"rows": rows, "fault": fault, "has_room": has_room, "apart": apart[: policy.UNWATCHED_MAX]}
    return Whisper(render("moderation/rules", **said, more=len(apart) - policy.UNWATCHED_MAX))


@feature.command("moderer regle", help="Régler ou essayer une règle", hint=HINT, roles=ANIMATEURS, writes=True)
async def change_rule(ctx: Context, line: str) -> Replies:
    """Change a rule as a line says: « flood proposer 6 en 10s », « flood non », « liens essai 7j », « mots ajouter
    casino »."""
    word, _, rest = line.strip().partition(" ")
    name = _read_name(word)
    await claims.hold(ctx.db, "moderation.rule", name, ctx.now)
    before = await _load_tuning(ctx, name)
    if not rest.strip():
        return _show_rule(name, before)
    mode, _, more = rest.strip().partition(" ")
    if fold(mode) == TRIAL_WORD:
        return _start_trial(ctx, name, before, more)
    said = MODES.get(fold(mode))
    after = rules.tune_rule(name, replace(before, mode=said) if said else before, more if said else rest)
    await _store_tuning(ctx, name, before, after)
    return _show_rule(name, after)


def _read_name(word: str) -> rules.RuleName:
    wish = fold(word)
    found = [name for name in rules.RuleName if wish and name.startswith(wish)]
    if len(found) != 1:
        raise UserError(render("moderation/which_rule", names=", ".join(rules.RuleName)))
    return found[0]


async def _load_tuning(ctx: Context, name: rules.RuleName) -> rules.Tuning:
    """Load the settings of a rule; unreadable ones are replaced by the defaults."""
    try:
        return (await rules.load_tunings(ctx.db))[name]
    except rules.BrokenRuleError:
        return rules.make_default_tuning(name)


async def _store_tuning(ctx: Context, name: rules.RuleName, before: rules.Tuning, after: rules.Tuning) -> None:
    rule = Rule(name=name, mode=after.mode, settings=after.settings, changed_at=ctx.now, changed_by=ctx.user.id)
    await moderation.save(ctx.db, rule)
    states = [{"mode": str(each.mode)} | each.settings for each in (before, after)]
    await record_entry(ctx, AuditEntry(AuditAct.RULE, f"regle:{name}", before=states[0], after=states[1]))


def _show_rule(name: rules.RuleName, tuning: rules.Tuning) -> Whisper:
    said = {"rule": name, "spec": rules.SPECS[name], "mode": tuning.mode, "told": rules.say_tuning(name, tuning)}
    said["is_idle"] = name is rules.RuleName.WORDS and not tuning.items
    return Whisper(render("moderation/rule", **said))


def _start_trial(ctx: Context, name: rules.RuleName, tuning: rules.Tuning, line: str) -> Replies:
    """Try a rule with its present or other settings: « essai 7j 4 en 10s », « essai 7j casino »."""
    days, _, rest = line.strip().lower().partition(" ")
    number = days.removesuffix("j")
    if not (days.endswith("j") and number.isdecimal()):
        number, rest = str(TRIAL_DAYS), line
    if not 1 <= int(number[:4]) <= TRIAL_DAYS_MAX:
        raise UserError(render("moderation/trial_days", most=TRIAL_DAYS_MAX, name=name))
    tried = rules.tune_rule(name, tuning, rest, adds=False)
    work = Try.of(name, tried, ctx.now, int(number))
    return [Start(payload=work), Whisper(render("moderation/trying", rule=name, days=int(number)))]
