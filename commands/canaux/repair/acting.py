"""What puts a change of a channel right, and what undoes it: acts, several changes in one where Mattermost can."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.acts import (
    Act,
    AddMembers,
    ArchiveChannel,
    ChangeChannel,
    ConvertChannel,
    CreateChannel,
    RemoveMember,
    RestoreChannel,
    SetChannelAdmin,
)
from commands.canaux.repair.words import FIELDS
from config.canaux import PlannedChannel
from storage.canaux import changes
from storage.canaux.changes import Change, State
from storage.canaux.drift import OUTSIDERS, PRIVATE, Drift

FORWARD, BACK = "canaux.run", "canaux.back"
"""How the topics of acts begin that make changes, and of those that undo them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes (by number) that one act makes."""

    numbers: Sequence[int]
    act: Act


def read_topic(topic: str) -> tuple[str, int, bool] | None:
    """The run, the batch, and whether it undoes; None for what is no such topic."""
    kind, _, rest = topic.partition(":")
    run_id, _, number = rest.rpartition(".")
    return (run_id, int(number), kind == BACK) if kind in {FORWARD, BACK} and number.isdigit() else None


def batches(wanted: Sequence[Change], table: Mapping[str, PlannedChannel], *, back: bool) -> Iterator[Batch]:
    """What makes these changes of one channel (or undoes them), in their order; those whom one act brings in stand
    together. What no act can do is left out."""
    joining = [change for change in wanted if brings_in(change, back=back)]
    for change in wanted:
        if brings_in(change, back=back):
            if change is joining[0]:
                team = table[change.key].team if change.key in table else ""
                people = [c.user_id for c in joining]
                act = AddMembers(change.channel_id, people, team=team, topic=_topic(change, back))
                yield Batch([c.n for c in joining], act)
        elif act_ := _act(change, table.get(change.key), back):
            yield Batch([change.n], act_)


async def note_sent(db: AsyncSession, wanted: Sequence[Change], sent: Sequence[Batch], state: State) -> Collection[int]:
    """Write down which of these changes, all of one run, are on their way; the numbers of those that no act can do."""
    for batch in sent:
        await changes.put(db, wanted[0].run_id, batch.numbers, state=state, batch=batch.numbers[0])
    numbers = {n for batch in sent for n in batch.numbers}
    return {change.n for change in wanted if change.n not in numbers}


def brings_in(change: Change, *, back: bool) -> bool:
    """Whether it is somebody’s coming into a channel that the bot sees."""
    kinds = OUTSIDERS if back else {Drift.MISSING, Drift.UNSEEN}
    return change.drift in kinds and bool(change.channel_id and change.user_id)


def _topic(change: Change, back: bool) -> str:
    return f"{BACK if back else FORWARD}:{change.run_id}.{change.n}"


def _act(change: Change, planned: PlannedChannel | None, back: bool) -> Act | None:
    topic, place, drift = _topic(change, back), change.channel_id, change.drift
    if drift is Drift.ABSENT and not back:
        return _create(planned, topic) if planned else None
    if not place or drift is Drift.UNSEEN:
        return None
    match drift:
        case Drift.ABSENT | Drift.ARCHIVED | Drift.PUT_AWAY:
            restores = back is (drift is Drift.PUT_AWAY)
            act: Act = RestoreChannel(place, topic=topic) if restores else ArchiveChannel(place, topic=topic)
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA:
            leads = back is (drift is Drift.ADMIN_EXTRA)
            act = SetChannelAdmin(place, change.user_id, is_admin=leads, topic=topic)
        case Drift.PRIVACY:
            act = ConvertChannel(place, private=_value(change, back) == PRIVATE, topic=topic)
        case Drift.TITLE | Drift.HEADER | Drift.PURPOSE:
            act = ChangeChannel(place, topic=topic, **{FIELDS[drift]: _value(change, back)})
        case _:
            act = RemoveMember(place, change.user_id, topic=topic)
    return act


def _value(change: Change, back: bool) -> str:
    return change.before if back else change.after


def _create(planned: PlannedChannel, topic: str) -> CreateChannel:
    return CreateChannel(
        name=planned.address,
        display_name=planned.name,
        private=planned.private,
        header=planned.header,
        purpose=planned.purpose,
        team=planned.team,
        topic=topic,
    )
