"""« /moderer avertir, masquer, silence, exclure »: decided at once by a line; the case is made on the way."""

from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from bot.lines import Run
from bot.linked import address_of
from bot.mattermost import ChatChannel, ChatUser
from bot.replies import Button, Replies, Whisper
from bot.texts import quotation, render
from commands.moderation import asking, cards, outcome, words
from commands.moderation.carrying import carry_out
from commands.moderation.decision import Decision, proposed
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.keeping_out import holding
from commands.moderation.opening import Seen, open_about, open_case
from commands.moderation.whom import must_be_in_reach
from config.charte import Measure as Kind
from dialogs.moderation.lines import take_length
from storage.journal import Act
from storage.moderation import cases, measures
from storage.moderation.cases import Case, Source, State

WAITS = timedelta(days=90)
"""How long a proposal can be seconded by the same line."""
WARN = "/moderer avertir @nina.roux propos blessants dans Général"
HIDE = "/moderer masquer https://…/pl/… données personnelles d’une personne accompagnée"
SILENCE = "/moderer silence @nina.roux 3j publicité répétée"
EXCLUDE = "/moderer exclure @nina.roux ~general propos blessants, malgré deux avertissements"


@feature.command("moderer avertir", help="Avertir quelqu’un", hint="@nom raison", roles=ANIMATEURS, writes=True)
async def warn(ctx: Context, line: str) -> Replies:
    """They read it at once."""
    account, rest = await asking.somebody(ctx, line, WARN)
    reason = asking.reason_in(rest, WARN)
    return await _decide(ctx, await open_about(ctx, account), Decision(Kind.WARN, reason))


@feature.command(
    "moderer silence",
    help="Suspendre l’écriture de quelqu’un",
    hint="@nom 7j [canal] raison",
    roles=ANIMATEURS,
    writes=True,
)
async def silence(ctx: Context, line: str) -> Replies:
    """In all channels that the bot looks after, or in one."""
    account, rest = await asking.somebody(ctx, line, SILENCE)
    lasts, rest = take_length(rest)
    if lasts is None:
        raise UserError(f"Dites pour combien de temps, un an au plus : « 12h », « 3j ». Par exemple : `{SILENCE}`.")
    channel, rest = (await asking.channels(ctx)).maybe(rest)
    reason = asking.reason_in(rest, SILENCE)
    await _must_be_free(ctx, account)
    decision = Decision(Kind.SILENCE, reason, lasts, channel.id if channel else "")
    return await _decide(ctx, await _about(ctx, account, channel, decision), decision)


async def _about(ctx: Context, account: ChatUser, channel: ChatChannel | None, decision: Decision) -> Case:
    """The case in which another animateur proposed the same, who is seconded by that; else a new one."""
    for case in await cases.of_author(ctx.db, account.id, ctx.now - WAITS):
        wanted = proposed(case)
        if wanted and (wanted.measure, wanted.channel_id) == (decision.measure, decision.channel_id):
            return await cases.lock(ctx.db, case.number) or case
    return await open_about(ctx, account, channel)


async def _must_be_free(ctx: Context, account: ChatUser) -> None:
    """Raises UserError for who may not write already."""
    for each in await measures.standing(ctx.db, account.id):
        if each.act == Act.SILENCE:
            until = await words.say_until(ctx, each.until)
            raise UserError(
                f"L’écriture de @{account.username} est déjà suspendue jusqu’au {until} : "
                f"`/moderer annuler {each.entry}` y met fin, et vous en décidez une autre."
            )


@feature.command(
    "moderer exclure", help="Exclure quelqu’un d’un canal", hint="@nom canal raison", roles=ANIMATEURS, writes=True
)
async def exclude(ctx: Context, line: str) -> Replies:
    """Proposed to a second animateur."""
    account, rest = await asking.somebody(ctx, line, EXCLUDE)
    channel, rest = (await asking.channels(ctx)).take(rest, EXCLUDE)
    reason = asking.reason_in(rest, EXCLUDE)
    if channel.is_default:
        raise UserError(
            f"Personne ne peut être retiré de « {channel.display_name} », le canal de toute l’équipe. "
            "`/moderer silence` y retire ce que la personne écrit."
        )
    found = await holding(ctx, account.id, channel.id)
    if found and found.act == Act.EXCLUDE:
        raise UserError(f"@{account.username} est déjà exclu de ce canal (acte n° {found.entry}).")
    decision = Decision(Kind.EXCLUDE, reason, None, channel.id)
    return await _decide(ctx, await _about(ctx, account, channel, decision), decision)


@feature.command(
    "moderer masquer", help="Retirer un message, gardé comme pièce", hint="lien raison", roles=ANIMATEURS, writes=True
)
async def hide(ctx: Context, line: str) -> Replies:
    """One that others answered is asked about first: their answers go along."""
    seen, rest = await asking.linked(ctx, line, HIDE)
    must_be_in_reach(ctx, seen.author)
    reason = asking.reason_in(rest, HIDE)
    answers = [] if seen.post.root_id else await asking.thread(ctx, seen.post.id)
    others = [post for post in answers if post.author_id != seen.author.id]
    if others:
        link = address_of(ctx.settings, seen.post.id)
        text = render("moderation/hide_preview", count=len(others), start=quotation(seen.post.message, 300))
        return Whisper(
            text, [Button("Masquer tout le fil", Run(line=f"moderer masquer-fil {link} {reason}"), "danger")]
        )
    return await _hide(ctx, seen, reason)


@feature.command("moderer masquer-fil", help="Retirer un fil entier", hint="lien raison", roles=ANIMATEURS, writes=True)
async def hide_thread(ctx: Context, line: str) -> Replies:
    """The message with its answers."""
    seen, rest = await asking.linked(ctx, line, HIDE)
    must_be_in_reach(ctx, seen.author)
    return await _hide(ctx, seen, asking.reason_in(rest, HIDE))


async def _hide(ctx: Context, seen: Seen, reason: str) -> Replies:
    return await _decide(ctx, await open_case(ctx, seen, Source.DIRECT), Decision(Kind.HIDE, reason))


async def _decide(ctx: Context, case: Case, decision: Decision) -> Replies:
    """Carried out, or proposed; the card and the reporters follow, and the room reads it."""
    replies = await carry_out(ctx, case, decision)
    if case.state is State.SECOND:
        return [
            *replies,
            *await cards.put_up(ctx, case),
            Whisper(render("moderation/proposed", case=case, kind=decision.measure)),
        ]
    measure = await measures.get(ctx.db, case.entry or 0)
    assert measure is not None  # it was just written down
    told = await words.told(ctx, measure)
    room = await words.in_room(ctx, render("moderation/measure_done", told=told, who=case.author, case=case.number))
    text = render("moderation/answer", told=told, who=case.author, act=measure.act, acts=Act, case=case.number)
    return [*replies, *room, *await cards.refresh(ctx, case), *await outcome.tell_reporters(ctx, case), Whisper(text)]
