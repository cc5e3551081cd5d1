"""« /moderer … »: a measure is decided at once by a line; what waits and what is in force is listed."""

from collections.abc import Sequence
from datetime import timedelta

from bot.command_lines import RunCommand, refuse_mistyped
from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.mattermost import ChatChannel, ChatUser
from bot.permalinks import make_permalink
from bot.replies import Button, Card, Replies, Waiting, Whisper
from bot.texts import quotation, quote, render
from commands.moderation import arguments, cards, notices, reports
from commands.moderation.cases import Decision, MessageSnapshot, check_target, open_case, open_case_about, read_proposal
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures import carry_out
from commands.moderation.measures.exclusion import find_exclusion
from config.charte import MeasureKind as Kind
from dialogs.moderation.lines import take_length
from storage import people
from storage.journal import AuditAct
from storage.moderation import cases, measures
from storage.moderation.cases import Case, CaseSource, CaseState
from storage.moderation.measures import Measure

SHOWN_MAX = 10
SHORTEST_WORD = 4
"""Letters of a word that may be a subcommand typed wrong."""


@feature.command("moderer", help="Modérer : ce qui se fait, ce qui attend", roles=ANIMATEURS)
async def show_overview(ctx: Context, line: str) -> Replies:
    """Whispered: it is for animateurs only."""
    if line.strip():
        refuse_mistyped(feature, "moderer", line, shortest=SHORTEST_WORD)
        raise UserError(f"« {quote(line)} » n’est pas un geste de modération. `/moderer` les montre tous.")
    found = await measures.list_in_force(ctx.db, measures.LASTING)
    commands = [(t.key[1], t.hint, t.help) for t in feature.triggers if t.key[0] == "command" and " " in t.key[1]]
    text = render(
        "moderation/overview",
        commands=commands,
        waiting=(await cases.list_in_states(ctx.db, cases.WAITING))[:SHOWN_MAX],
        states=STATE_LABELS,
        lasting=[await _draw_measure(ctx, each) for each in found[:SHOWN_MAX]],
        more=len(found) - SHOWN_MAX,
    )
    return Whisper(text)


STATE_LABELS = {
    CaseState.OPEN: "à décider",
    CaseState.SECOND: "attend un second animateur",
    CaseState.APPEALED: "recours à examiner",
}


async def _draw_measure(ctx: Context, measure: Measure) -> tuple[notices.MeasureDescription, str]:
    person = await people.get(ctx.db, measure.user_id) if measure.user_id else None
    return await notices.describe_measure(ctx, measure), person.username if person else ""


PAGE = 3
"""Cases in one answer."""


@feature.command("moderer dossiers", help="Les messages signalés qui attendent une décision", roles=ANIMATEURS)
async def show_waiting(ctx: Context, _: str) -> Replies:
    """Those that have waited longest, each with what can be done with it."""
    waiting = await _list_waiting(ctx)
    if not waiting:
        return Whisper("Aucun dossier n’attend de décision.")
    drawn = [await cards.draw_card(ctx, case) for case in waiting[:PAGE]]
    shown = [Card(one.text, one.buttons, one.facts, one.menus) for one in drawn]
    more = len(waiting) - len(shown)
    return Whisper(render("moderation/waiting", count=len(waiting), more=more), cards=shown)


@feature.waiting
async def list_reminders(ctx: Context) -> Sequence[Waiting]:
    """What waits for a decision."""
    count = len(await _list_waiting(ctx)) if ctx.user.animates else 0
    if not count:
        return []
    verb = "attend une décision" if count == 1 else "attendent une décision"
    return [Waiting(f"{plural(count, 'dossier')} {verb}", Button("Les dossiers", RunCommand(line="moderer dossiers")))]


async def _list_waiting(ctx: Context) -> Sequence[Case]:
    """Those that are not one’s own."""
    return [one for one in await cases.list_in_states(ctx.db, cases.WAITING, 100) if one.author_id != ctx.user.id]


SECONDED_WITHIN = timedelta(days=90)
"""How long a proposal can be seconded by the same line."""
WARN_EXAMPLE = "/moderer avertir @nina.roux propos blessants dans Général"
HIDE_EXAMPLE = "/moderer masquer https://…/pl/… données personnelles d’une personne accompagnée"
SILENCE_EXAMPLE = "/moderer silence @nina.roux 3j publicité répétée"
EXCLUDE_EXAMPLE = "/moderer exclure @nina.roux ~general propos blessants, malgré deux avertissements"


@feature.command("moderer avertir", help="Avertir quelqu’un", hint="@nom raison", roles=ANIMATEURS, writes=True)
async def warn_person(ctx: Context, line: str) -> Replies:
    """They read it at once."""
    account, rest = await arguments.take_account(ctx, line, WARN_EXAMPLE)
    reason = arguments.take_reason(rest, WARN_EXAMPLE)
    return await _decide_now(ctx, await open_case_about(ctx, account), Decision(Kind.WARN, reason))


@feature.command(
    "moderer silence",
    help="Suspendre l’écriture de quelqu’un",
    hint="@nom 7j [canal] raison",
    roles=ANIMATEURS,
    writes=True,
)
async def silence_person(ctx: Context, line: str) -> Replies:
    """In all channels that the bot looks after, or in one."""
    account, rest = await arguments.take_account(ctx, line, SILENCE_EXAMPLE)
    lasts, rest = take_length(rest)
    if lasts is None:
        raise UserError(
            f"Dites pour combien de temps, un an au plus : « 12h », « 3j ». Par exemple : `{SILENCE_EXAMPLE}`."
        )
    channel, rest = (await arguments.index_channels(ctx)).take_optional(rest)
    reason = arguments.take_reason(rest, SILENCE_EXAMPLE)
    await _refuse_if_silenced(ctx, account)
    decision = Decision(Kind.SILENCE, reason, lasts, channel.id if channel else "")
    return await _decide_now(ctx, await _find_or_open_case(ctx, account, channel, decision), decision)


async def _find_or_open_case(ctx: Context, account: ChatUser, channel: ChatChannel | None, decision: Decision) -> Case:
    """The case in which another animateur proposed the same, who is seconded by that; else a new one."""
    for case in await cases.list_by_author(ctx.db, account.id, ctx.now - SECONDED_WITHIN):
        wanted = read_proposal(case)
        if wanted and (wanted.measure, wanted.channel_id) == (decision.measure, decision.channel_id):
            return await cases.lock(ctx.db, case.number) or case
    return await open_case_about(ctx, account, channel)


async def _refuse_if_silenced(ctx: Context, account: ChatUser) -> None:
    """Raises UserError for who may not write already."""
    for each in await measures.list_standing(ctx.db, account.id):
        if each.act == AuditAct.SILENCE:
            until = await notices.say_until(ctx, each.until)
            raise UserError(
                f"L’écriture de @{account.username} est déjà suspendue jusqu’au {until} : "
                f"`/moderer annuler {each.entry}` y met fin, et vous en décidez une autre."
            )


@feature.command(
    "moderer exclure", help="Exclure quelqu’un d’un canal", hint="@nom canal raison", roles=ANIMATEURS, writes=True
)
async def exclude_person(ctx: Context, line: str) -> Replies:
    """Proposed to a second animateur."""
    account, rest = await arguments.take_account(ctx, line, EXCLUDE_EXAMPLE)
    channel, rest = (await arguments.index_channels(ctx)).take(rest, EXCLUDE_EXAMPLE)
    reason = arguments.take_reason(rest, EXCLUDE_EXAMPLE)
    if channel.is_default:
        raise UserError(
            f"Personne ne peut être retiré de « {channel.display_name} », le canal de toute l’équipe. "
            "`/moderer silence` y retire ce que la personne écrit."
        )
    found = await find_exclusion(ctx, account.id, channel.id)
    if found and found.act == AuditAct.EXCLUDE:
        raise UserError(f"@{account.username} est déjà exclu de ce canal (acte n° {found.entry}).")
    decision = Decision(Kind.EXCLUDE, reason, None, channel.id)
    return await _decide_now(ctx, await _find_or_open_case(ctx, account, channel, decision), decision)


@feature.command(
    "moderer masquer", help="Retirer un message, gardé comme pièce", hint="lien raison", roles=ANIMATEURS, writes=True
)
async def hide_message(ctx: Context, line: str) -> Replies:
    """One that others answered is asked about first: their answers go along."""
    seen, rest = await arguments.take_message(ctx, line, HIDE_EXAMPLE)
    check_target(ctx, seen.author)
    reason = arguments.take_reason(rest, HIDE_EXAMPLE)
    answers = [] if seen.post.root_id else await arguments.read_thread(ctx, seen.post.id)
    others = [post for post in answers if post.author_id != seen.author.id]
    if others:
        link = make_permalink(ctx.settings, seen.post.id)
        text = render("moderation/hide_preview", count=len(others), start=quotation(seen.post.message, 300))
        return Whisper(
            text, [Button("Masquer tout le fil", RunCommand(line=f"moderer masquer-fil {link} {reason}"), "danger")]
        )
    return await _hide_snapshot(ctx, seen, reason)


@feature.command("moderer masquer-fil", help="Retirer un fil entier", hint="lien raison", roles=ANIMATEURS, writes=True)
async def hide_thread(ctx: Context, line: str) -> Replies:
    """The message with its answers."""
    seen, rest = await arguments.take_message(ctx, line, HIDE_EXAMPLE)
    check_target(ctx, seen.author)
    return await _hide_snapshot(ctx, seen, arguments.take_reason(rest, HIDE_EXAMPLE))


async def _hide_snapshot(ctx: Context, seen: MessageSnapshot, reason: str) -> Replies:
    return await _decide_now(ctx, await open_case(ctx, seen, CaseSource.DIRECT), Decision(Kind.HIDE, reason))


async def _decide_now(ctx: Context, case: Case, decision: Decision) -> Replies:
    """Carried out, or proposed; the card and the reporters follow, and the room reads it."""
    replies = await carry_out(ctx, case, decision)
    if case.state is CaseState.SECOND:
        return [
            *replies,
            *await cards.post_card(ctx, case),
            Whisper(render("moderation/proposed", case=case, kind=decision.measure)),
        ]
    measure = await measures.get(ctx.db, case.entry or 0)
    assert measure is not None  # it was just written down
    told = await notices.describe_measure(ctx, measure)
    room = await notices.say_in_room(
        ctx, render("moderation/measure_done", told=told, who=case.author, case=case.number)
    )
    text = render("moderation/answer", told=told, who=case.author, act=measure.act, acts=AuditAct, case=case.number)
    return [
        *replies,
        *room,
        *await cards.refresh_card(ctx, case),
        *await reports.tell_reporters(ctx, case),
        Whisper(text),
    ]
