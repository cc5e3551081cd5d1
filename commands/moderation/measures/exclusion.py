"""Measures that keep somebody out of one channel (exclude) or of all moderated ones (silence), and let them back. The
checks of channels know them as exceptions by name. Nobody can be removed from the team’s default channel."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import BaseModel

from bot.actions import AddMembers, DeletePost, RemoveMember
from bot.context import Context, ReadingContext
from bot.errors import Refusal, UserError, unless_refused
from bot.events import JoinedChannel
from bot.mattermost import ChatChannel, ChatUser
from bot.replies import Direct, Progress, Replies, Reply, Start, Step
from bot.texts import render
from commands.moderation import policy
from commands.moderation.cards import describe_measure, say_in_room, say_refusal, say_until
from commands.moderation.cases import GONE, Decision, open_case_about, read_proposal, take_account, take_reason
from commands.moderation.decisions import decide_at_once
from commands.moderation.measures import ActAnswer, ActPurpose, MeasureHandler, handles, say_of_channel
from commands.moderation.policy import ANIMATEURS, feature
from config.charte import MeasureKind
from dialogs.moderation import ExcludeAuthor, SilenceAuthor, take_length
from storage import canaux, people
from storage.canaux import Allowance, ChannelPerson, MembershipRules
from storage.journal import AuditAct
from storage.moderation import Case, Measure, MeasureRecord, cases


class EnforcedMeasure(MeasureHandler):
    """Base of lock and exclusions: messages written against the measure are removed after they are handed back to their
    author."""

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        is_back = answer.part is ActPurpose.GIVEN and answer.refusal is not Refusal.TAKEN_BACK
        stands = answer.part is ActPurpose.AGAINST and not answer.is_done and answer.refusal is not Refusal.TAKEN_BACK
        if not is_back and not stands:
            return await super().handle_answer(ctx, known, answer)
        measure = await cases.lock_known(ctx.db, known)
        if measure is None or measure.ended_at:
            return []
        if stands:
            return await self.bear_breach(ctx, measure, answer.refusal)
        topic = ActPurpose.AGAINST.about(answer.entry, answer.target)
        return [DeletePost(answer.target, topic=topic)]

    async def bear_breach(self, ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
        """Leave a message that could not be removed, and tell the room."""
        told = await describe_measure(ctx, measure)
        return await say_in_room(ctx, render("moderation/not_removed", told=told, why=say_refusal(refusal)))


EXCLUSION_REASONS: Mapping[str, str] = {
    AuditAct.SILENCE: "écriture suspendue",
    AuditAct.EXCLUDE: "exclusion du canal",
}


async def _keep_out(ctx: Context, measure: Measure, channel_ids: Sequence[str], record: MeasureRecord) -> None:
    """Close these channels to the person by name, if they are planned ones; earlier admissions by name are kept in the
    record."""
    keys = await canaux.find_channel_keys(ctx.db)
    theirs = [keys[ident] for ident in channel_ids if ident in keys]
    allowances = await canaux.list_allowances(ctx.db)
    before = [a for a in allowances if a.user_id == measure.user_id and a.key in theirs and a.is_in]
    record.let_in |= {allowance.key: allowance.reason for allowance in before}
    reason = f"{EXCLUSION_REASONS[measure.act]} (acte n° {measure.entry})"
    await canaux.allow(ctx.db, [_make_allowance(ctx, measure, key, reason, is_in=False) for key in theirs])


async def _let_into(
    ctx: Context, measure: Measure, record: MeasureRecord, channel_id: str, was_there: bool
) -> Sequence[Reply]:
    """Undo the exclusion by name; where the person was, they are added back if the register still lets them in."""
    if other := await cases.find_exclusion(ctx.db, measure.user_id, channel_id, but=measure.entry):
        await _hand_over(ctx, other, record, [channel_id] if was_there else [])
        return []
    person = await people.get(ctx.db, measure.user_id)
    if person and person.has_left(person.today(ctx.now)):
        return []
    key = (await canaux.find_channel_keys(ctx.db)).get(channel_id, "")
    canal = (await canaux.list_planned(ctx.db, ctx.settings)).get(key)
    if canal:
        await _restore_allowance(ctx, measure, key, record)
        member = ChannelPerson.of(person, person.today(ctx.now)) if person else None
        rules = MembershipRules(await canaux.list_allowances(ctx.db))
        if canal.private and rules.reason_out(canal, member, measure.user_id):
            return []
    about, team = ActPurpose.RETURN.about(measure.entry, channel_id), canal.team if canal else ""
    return [AddMembers(channel_id, [measure.user_id], team=team, topic=about)] if was_there else []


async def _restore_allowance(ctx: Context, measure: Measure, key: str, record: MeasureRecord) -> None:
    """Restore the exception by name that the person had for a channel."""
    await canaux.disallow(ctx.db, key, measure.user_id)
    if key in record.let_in:
        await canaux.allow(ctx.db, [_make_allowance(ctx, measure, key, record.let_in[key], is_in=True)])


async def _hand_over(ctx: Context, other: Measure, before: MeasureRecord, channel_ids: Sequence[str]) -> None:
    """Leave the return of the person to another measure that still keeps them out, with the admissions by name from
    before both."""
    record = cases.read_record(other)
    record.done += [ident for ident in channel_ids if ident not in record.done]
    record.let_in = before.let_in | record.let_in
    await cases.store_record(ctx.db, other, record)


def _make_allowance(ctx: Context, measure: Measure, key: str, reason: str, *, is_in: bool) -> Allowance:
    return Allowance(key=key, user_id=measure.user_id, is_in=is_in, reason=reason[:200], by=measure.by, at=ctx.now)


class SilenceAll(BaseModel):
    """Long work: remove somebody from all moderated channels, or from a named one."""

    entry: int
    user_id: str
    channel_id: str = ""


class ExcludeFrom(BaseModel):
    """Long work: remove somebody from one channel, if they are in it, and close it to them."""

    entry: int
    user_id: str
    channel_id: str


class Exclusion(EnforcedMeasure):
    """Base of silence and exclude: the person is removed from channels, and added back when the measure ends."""

    by_hand = "retirez la personne du canal, par le menu du canal › Membres"
    is_slow = keeps_out = is_told = True
    undone = "moderation/undone_exclusion"
    work: type[SilenceAll | ExcludeFrom]

    async def start(self, ctx: Context, case: Case, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        policy.expect_breach(ctx.settings, measure.user_id)
        record.looking = True
        await cases.store_record(ctx.db, measure, record)
        place = measure.channels[0] if measure.channels else ""
        return [Start(payload=self.work(entry=measure.entry, user_id=measure.user_id, channel_id=place), quiet=True)]

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Add the person back to the channels that they were removed from, if they may still be there.

        Where another measure keeps them out, that one will do so; a channel that they were not in is only opened again.
        """
        left = [*record.done, *record.waits]
        places = {ident: ident in left for ident in (*left, *measure.channels)}
        return [act for ident, was in places.items() for act in await _let_into(ctx, measure, record, ident, was)]

    async def note_late(self, ctx: Context, measure: Measure, target: str) -> Sequence[Reply]:
        """Add the person back to a channel from which they were removed although the measure had ended."""
        return await _let_into(ctx, measure, cases.read_record(measure), target, was_there=True)

    async def give_up(self, ctx: Context, measure: Measure, target: str, record: MeasureRecord) -> None:
        """Drop the exclusion by name from a channel from which the person could not be removed."""
        keys = await canaux.find_channel_keys(ctx.db)
        if target in keys:
            await _restore_allowance(ctx, measure, keys[target], record)

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        if answer.refusal is Refusal.TAKEN_BACK:
            return await self._remove_once_more(ctx, known, answer)
        if answer.part is not ActPurpose.RETURN:
            return await super().handle_answer(ctx, known, answer)
        if answer.is_done and not answer.refusal:
            # Another measure may keep them out since: they leave it again.
            again = await remove_again(ctx, known.user_id, answer.target)
            return [again[1]] if again else []
        return await say_of_channel(ctx, known, answer, "moderation/not_back") if known.ended_at else []

    async def _remove_once_more(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        """Repeat a removal that was cancelled by something else; a measure that is over does nothing."""
        measure = await cases.lock_known(ctx.db, known) if answer.part is ActPurpose.ACT else None
        return [make_member_removal(measure, answer.target)] if measure and not measure.ended_at else []


HEAVY_SILENCE = timedelta(days=7)
"""A silence that lasts longer needs two animateurs."""
DEFAULT_SILENCE = timedelta(days=7)
"""The proposed length of a silence if the charter proposes none."""


@handles
class Silence(Exclusion):
    """The measure that suspends somebody’s writing for a time, in one channel or in all moderated ones."""

    act = AuditAct.SILENCE
    kind = weight = MeasureKind.SILENCE
    form = SilenceAuthor
    notice = "moderation/notice_silence"
    recalls = True
    answer = "moderation/answer_silence"
    lifted = "moderation/lifted_silence"
    over = "moderation/over_silence"
    work = SilenceAll

    async def prefill(self, ctx: Context, case: Case, motive: str) -> Mapping[str, object]:
        proposed = await policy.propose_measure(ctx, case.author_id, motive) if motive else None
        return {"lasts": (proposed and proposed.lasts) or DEFAULT_SILENCE}

    async def complete(self, ctx: Context, case: Case, decision: Decision) -> Decision:
        if decision.lasts is None:
            raise UserError(render("moderation/how_long"))
        return decision

    def is_heavy(self, decision: Decision) -> bool:
        return decision.lasts is None or decision.lasts > HEAVY_SILENCE


@handles
class Exclude(Exclusion):
    """The measure that excludes somebody from a channel."""

    act = AuditAct.EXCLUDE
    kind = weight = MeasureKind.EXCLUDE
    form = ExcludeAuthor
    notice = "moderation/notice_exclude"
    recalls = True
    answer = "moderation/answer_exclude"
    lifted = "moderation/lifted_exclude"
    over = "moderation/over_exclude"
    work = ExcludeFrom

    async def prefill(self, ctx: Context, case: Case, motive: str) -> Mapping[str, object]:
        return {"place": case.channel_id} if case.channel_id else {}

    async def complete(self, ctx: Context, case: Case, decision: Decision) -> Decision:
        if not decision.channel_id and not case.channel_id:
            raise UserError(render("moderation/which_channel"))
        return replace(decision, channel_id=decision.channel_id or case.channel_id)

    def is_heavy(self, decision: Decision) -> bool:
        return True

    def name_thing(self, case: Case, place: str) -> str:
        return f"canal:{place}" if place else super().name_thing(case, place)


async def _remove_from_channels(ctx: Context, measure: Measure, channel_ids: Sequence[str]) -> Sequence[Reply]:
    """Take somebody out of these channels."""
    record = cases.read_record(measure)
    await _keep_out(ctx, measure, channel_ids, record)
    record.waits += [ident for ident in channel_ids if ident not in record.waits]
    await cases.store_record(ctx.db, measure, record)
    return [make_member_removal(measure, ident) for ident in channel_ids]


async def remove_again(ctx: Context, user_id: str, channel_id: str) -> tuple[Measure, RemoveMember] | None:
    """Remove somebody who is in a channel although a measure keeps them out, and close it to them by name, since a
    check would otherwise add them back. None if no measure is in force."""
    measure = await cases.lock_exclusion(ctx.db, user_id, channel_id)
    if measure is None:
        return None
    record = cases.read_record(measure)
    await _keep_out(ctx, measure, [channel_id], record)
    if channel_id not in [*record.done, *record.waits]:
        record.done.append(channel_id)
    await cases.store_record(ctx.db, measure, record)
    return measure, make_member_removal(measure, channel_id)


def make_member_removal(measure: Measure, channel_id: str) -> RemoveMember:
    """Make the action that removes somebody from a channel without a message to them."""
    about = ActPurpose.ACT.about(measure.entry, channel_id)
    return RemoveMember(channel_id, measure.user_id, topic=about)


CHANNELS_BATCH = 8
"""How many channels one step handles: answers to people wait for so many removals at most."""


NextChannels = tuple[Sequence[ChatChannel], int]
"""The next channels in which the person is, and the number of all channels."""


async def find_next_channels(ctx: ReadingContext, asked: SilenceAll, so_far: Progress) -> NextChannels:
    """Ask whether the person is in the next channels, which always come in the same order."""
    at, found = so_far.cursor or 0, [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    wanted = sorted((c for c in found if asked.channel_id in {"", c.id}), key=lambda channel: channel.id)
    batch = wanted[at : at + CHANNELS_BATCH]
    members = (unless_refused(ctx.chat.channel_member(channel.id, asked.user_id), None, GONE) for channel in batch)
    found_there = await asyncio.gather(*members)
    return [channel for channel, member in zip(batch, found_there, strict=True) if member is not None], len(wanted)


@feature.urgent_work(
    SilenceAll,
    name="moderation.SilenceAll",
    title="Suspension de l’écriture",
    unit=("canal", "canaux"),
    asks=find_next_channels,
)
async def apply_silence(ctx: Context, asked: SilenceAll, so_far: Progress, channels: NextChannels) -> Step:
    """Remove the person from the next channels that they are in; at the end they are notified."""
    at, (there, total) = so_far.cursor or 0, channels
    measure, _ = await cases.lock_with_case(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = cases.read_record(measure)
    record.muted += [channel.id for channel in there if channel.is_default and channel.id not in record.muted]
    record.titles |= {channel.id: channel.display_name for channel in there}
    record.looking = at + CHANNELS_BATCH < total
    await cases.store_record(ctx.db, measure, record)
    leaves = await _remove_from_channels(ctx, measure, [channel.id for channel in there if not channel.is_default])
    told = [] if record.looking else await Silence().settle(ctx, measure, cases.read_record(measure))
    done = min(at + CHANNELS_BATCH, total)
    return Step(
        replies=[*leaves, *told], cursor=at + CHANNELS_BATCH, done=done, total=total, finished=not record.looking
    )


async def is_in_channel(ctx: ReadingContext, asked: ExcludeFrom, _: Progress) -> bool:
    """Return whether the person is in the channel; if Mattermost does not say, they are removed all the same."""
    return await unless_refused(ctx.chat.channel_member(asked.channel_id, asked.user_id), True, GONE) is not None


@feature.urgent_work(ExcludeFrom, name="moderation.ExcludeFrom", title="Exclusion du canal", asks=is_in_channel)
async def apply_exclusion(ctx: Context, asked: ExcludeFrom, so_far: Progress, there: bool) -> Step:
    """Remove the person from a channel and close it to them. If they are not in it they are not removed, so that
    undoing adds nobody."""
    measure, _ = await cases.lock_with_case(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = cases.read_record(measure)
    record.looking = False
    if not there:
        await _keep_out(ctx, measure, [asked.channel_id], record)
    await cases.store_record(ctx.db, measure, record)
    if there:
        replies = await _remove_from_channels(ctx, measure, [asked.channel_id])
    else:
        replies = await Exclude().settle(ctx, measure, record)
    return Step(replies=replies, done=so_far.done + 1, finished=True)


@feature.event(JoinedChannel, name="moderation.came_again.JoinedChannel", only=policy.may_breach_measure)
async def remove_returned(ctx: Context, event: JoinedChannel) -> Replies:
    """Remove somebody who came back to a private channel that a measure keeps them out of, and tell them gently. (For
    public ones the bot gets no such event: they are removed when they write.)"""
    again = await remove_again(ctx, event.user_id, event.channel_id)
    if again is None:
        return None
    measure, leaving = again
    told = await describe_measure(ctx, measure, event.user_id)
    return [leaving, Direct(render("moderation/again", told=told), user_id=event.user_id)]


SECONDED_WITHIN = timedelta(days=90)
"""How long a second animateur can approve a proposal by typing the same line."""
SILENCE_EXAMPLE = "/moderer silence @nina.roux 3j publicité répétée"
EXCLUDE_EXAMPLE = "/moderer exclure @nina.roux ~general propos blessants, malgré deux avertissements"


@dataclass(frozen=True, slots=True)
class TypedMeasure:
    """A typed decision about somebody, in one channel or in all."""

    account: ChatUser
    channel: ChatChannel | None
    decision: Decision


async def read_silence(ctx: ReadingContext, line: str) -> TypedMeasure:
    """Read whose writing to suspend, for how long, where and why."""
    account, rest = await take_account(ctx, line, SILENCE_EXAMPLE)
    lasts, rest = take_length(rest)
    if lasts is None:
        raise UserError(render("moderation/silence_how_long", example=SILENCE_EXAMPLE))
    channel, rest = (await policy.index_channels(ctx)).take_optional(rest, SILENCE_EXAMPLE)
    reason = take_reason(rest, SILENCE_EXAMPLE)
    decision = Decision(MeasureKind.SILENCE, reason, lasts, channel.id if channel else "")
    return TypedMeasure(account, channel, decision)


@feature.command(
    "moderer silence",
    help="Suspendre l’écriture de quelqu’un",
    hint="@nom 7j [canal] raison",
    roles=ANIMATEURS,
    asks=read_silence,
)
async def silence_person(ctx: Context, typed: TypedMeasure) -> Replies:
    """Silence somebody in all moderated channels, or in one. Raises UserError if they are silenced already."""
    for each in await cases.list_standing_measures(ctx.db, typed.account.id):
        if each.act == AuditAct.SILENCE:
            until = await say_until(ctx, each.until)
            said = render("moderation/silenced_already", username=typed.account.username, until=until, entry=each.entry)
            raise UserError(said)
    return await decide_at_once(ctx, await _find_or_open_case(ctx, typed), typed.decision)


async def _find_or_open_case(ctx: Context, typed: TypedMeasure) -> Case:
    """Find the case in which another animateur proposed the same, which this decision approves; else open one."""
    for case in await cases.list_by_author(ctx.db, typed.account.id, ctx.now - SECONDED_WITHIN):
        wanted = read_proposal(case)
        if wanted and (wanted.measure, wanted.channel_id) == (typed.decision.measure, typed.decision.channel_id):
            return await cases.lock(ctx.db, case.number) or case
    return await open_case_about(ctx, typed.account, typed.channel)


async def read_exclusion(ctx: ReadingContext, line: str) -> TypedMeasure:
    """Read whom to exclude from which channel, and why."""
    account, rest = await take_account(ctx, line, EXCLUDE_EXAMPLE)
    channel, rest = (await policy.index_channels(ctx)).take(rest, EXCLUDE_EXAMPLE)
    reason = take_reason(rest, EXCLUDE_EXAMPLE)
    if channel.is_default:
        raise UserError(render("moderation/whole_team_channel", display_name=channel.display_name))
    return TypedMeasure(account, channel, Decision(MeasureKind.EXCLUDE, reason, None, channel.id))


@feature.command(
    "moderer exclure",
    help="Exclure quelqu’un d’un canal",
    hint="@nom canal raison",
    roles=ANIMATEURS,
    asks=read_exclusion,
)
async def exclude_person(ctx: Context, typed: TypedMeasure) -> Replies:
    """Propose to a second animateur to exclude somebody from a channel."""
    found = await cases.find_exclusion(ctx.db, typed.account.id, typed.decision.channel_id)
    if found and found.act == AuditAct.EXCLUDE:
        raise UserError(render("moderation/excluded_already", username=typed.account.username, entry=found.entry))
    return await decide_at_once(ctx, await _find_or_open_case(ctx, typed), typed.decision)
