"""« /moderer annuler N »: whatever was done is taken back, as far as Mattermost lets one, and the person is told."""

import re
from collections.abc import Sequence

from bot.acts import Unpin
from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.others import name_of
from bot.replies import Direct, Replies, Reply, Say, Start, Whisper
from bot.texts import relay, render
from commands.moderation import cards, keeping_out, topics, words
from commands.moderation.copying import PutBack, copy_of, is_half_way
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.keeping_out import let_back
from commands.moderation.topics import Part
from commands.moderation.whom import OWN
from storage import journal, outbox
from storage.database import change
from storage.journal import Act
from storage.moderation import cases, holding, measures, records
from storage.moderation.cases import State
from storage.moderation.measures import REFUSED, Measure
from storage.moderation.records import KeptPost

NUMBER = re.compile(r"(?:n ?° ?|#)?(\d{1,9})")
EXAMPLE = "/moderer annuler 12"


@feature.command("moderer annuler", help="Annuler un acte", hint="N", roles=ANIMATEURS, writes=True)
async def take_back(ctx: Context, line: str) -> Replies:
    """By the number that the journal gave it."""
    found = NUMBER.fullmatch(" ".join(line.split()))
    if found is None:
        raise UserError(f"Donnez le numéro de l’acte, celui du journal : par exemple `{EXAMPLE}`.")
    entry = int(found[1])
    await ctx.must_still_be(ANIMATEURS)
    replies = await undo(ctx, entry)
    measure = await measures.get(ctx.db, entry)
    assert measure is not None  # it was undone
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    text = render("moderation/undone", told=await words.told(ctx, measure), act=measure.act, acts=Act)
    return [*replies, *(await cards.refresh(ctx, case) if case else []), Whisper(text)]


async def undo(ctx: Context, entry: int) -> Sequence[Reply]:
    """Take a measure back, and tell the person; asks Mattermost nothing. The card is for the caller. Raises UserError
    for what is no measure, is over, or concerns who acts."""
    measure = await _must_stand(ctx, entry)
    deed = Deed(Act.UNDO, f"acte:{entry}", measure.user_id, before={"act": measure.act, "entry": entry})
    await note(ctx, deed)
    await change(ctx.db, measure, ended_at=ctx.now, ended_by=ctx.user.id)
    await _close(ctx, measure)
    return [*await lift(ctx, measure), *await _tell(ctx, measure)]


async def lift(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """What puts things in Mattermost as they were before a measure."""
    record = records.read(measure)
    match Act(measure.act):
        case Act.SILENCE | Act.EXCLUDE:
            return await let_back(ctx, measure, record)
        case Act.HIDE | Act.CLEAN:
            gone = [] if record.looking else [post for post in record.posts if record.is_safe(post)]
            return [again(measure, post) for post in await _but_standing(ctx, measure, gone)]
        case Act.PIN:
            return [Unpin(post, channel_id=measure.channels[0]) for post in (*record.done, *record.waits)]
        case Act.LOCK:
            by = await name_of(ctx, measure.ended_by)
            why = "time" if not measure.ended_by else "undone"
            said, places = render("moderation/unlocked", why=why, by=by), measure.channels
            return [Say(said, channel_id=place, topic=topics.lock(place)) for place in places]
        case Act.MOVE:
            return [Start(payload=PutBack(entry=measure.entry, copy_id=await copy_of(ctx, measure.entry)))]
        case _:
            return []


async def _but_standing(ctx: Context, measure: Measure, posts: Sequence[KeptPost]) -> Sequence[KeptPost]:
    """Those but the ones whose removal had not begun, which is taken back: they stand, with what answers them."""
    removals = {topics.topic(Part.ACT, measure.entry, post.id): post.id for post in posts}
    standing = {removals[topic] for topic in await outbox.withdraw(ctx.db, removals, ctx.now)}
    if measure.act == Act.HIDE and standing:
        return []
    return [post for post in posts if post.id not in standing]


async def _must_stand(ctx: Context, entry: int) -> Measure:
    measure, _ = await holding.lock(ctx.db, entry)
    if measure is None:
        known = await journal.get(ctx.db, entry)
        if known is None:
            raise UserError(f"Il n’y a pas d’acte n° {entry}.")
        raise UserError(f"Le n° {entry} ({known.label}) n’est pas un acte qui s’annule.")
    if measure.user_id and measure.user_id == ctx.user.id:
        raise UserError(OWN)
    if measure.ended_at is not None:
        raise UserError(_say_over(measure))
    if measure.act == Act.MOVE and is_half_way(records.read(measure)):
        raise UserError("Ce déplacement se termine à l’instant : réessayez dans une minute.")
    return measure


def _say_over(measure: Measure) -> str:
    if measure.ended_by == REFUSED:
        return f"L’acte n° {measure.entry} n’a pas eu lieu : Mattermost l’a refusé."
    return f"L’acte n° {measure.entry} est déjà {'annulé' if measure.ended_by else 'terminé'}."


async def _close(ctx: Context, measure: Measure) -> None:
    """The case of a measure that stands no more."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case and case.state is State.DECIDED and case.entry == measure.entry:
        await change(ctx.db, case, state=State.CLOSED, until=None)


async def _tell(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """The person, if they knew."""
    if not measure.user_id or not records.read(measure).told:
        return []
    told, held = await words.told(ctx, measure, measure.user_id), await _is_kept_out_by_another(ctx, measure)
    text = render("moderation/lifted", told=told, act=measure.act, acts=Act, held=held)
    return [Direct(text, user_id=measure.user_id)]


async def _is_kept_out_by_another(ctx: Context, measure: Measure) -> bool:
    """Whether they do not come back, though this measure is over."""
    place = measure.channels[0] if measure.channels else ""
    other = await keeping_out.holding(ctx, measure.user_id, place, but=measure.entry)
    return measure.act in keeping_out.REASONS and other is not None


def again(measure: Measure, post: KeptPost, *, outside: bool = False) -> Say:
    """A message that was taken away, said again for its author, with those of its files that were kept; ``outside`` of
    its thread where that is gone."""
    files = records.read(measure).evidence.get(post.id, [])
    lost = bool(post.files) and not files
    text = render("moderation/put_back", author=f"@{post.author}", text=relay(post.text), lost=lost)
    about = topics.topic(Part.BACK, measure.entry, "outside" if outside else post.id)
    return Say(text, channel_id=post.channel_id, root_id="" if outside else post.root_id, topic=about, files=files)
