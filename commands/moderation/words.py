"""What is said of measures: to the person whom they concern, and among animateurs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.french.moments import say_moment
from bot.others import name_of
from bot.refusals import Refusal
from bot.replies import Button, Direct, Reply, Say
from bot.texts import Markdown, quotation, render
from commands.moderation import topics
from commands.moderation.buttons import Appeal
from commands.moderation.places import ZONE, room, title, zone_of
from storage.journal import Act, label_of
from storage.moderation import records
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record

THE_TEAM = Markdown("l’équipe de modération")
QUOTED = 1500
"""Characters of a message that is quoted among others."""
SHOWN = 10
WHY = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, dont personne ne peut être retiré",
    Refusal.UNKNOWN_CHANNEL: "le bot n’est plus dans ce canal, ou il n’existe plus",
    Refusal.UNKNOWN_POST: "ce message n’existe plus",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.NOT_IN_TEAM: "la personne n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "le compte est désactivé",
}
BY_HAND = {
    Act.HIDE: "supprimez le message vous-même, par son menu « … »",
    Act.CLEAN: "supprimez ces messages vous-même, par leur menu « … »",
    Act.SILENCE: "retirez la personne du canal, par le menu du canal › Membres",
    Act.EXCLUDE: "retirez la personne du canal, par le menu du canal › Membres",
    Act.PIN: "épinglez le message vous-même, par son menu « … »",
    Act.LOCK: "supprimez vous-même ce qui s’y écrit",
    Act.MOVE: "supprimez le fil vous-même, par le menu « … » de son premier message",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A measure as it is told: what, where, until when, and by whom it was decided (the person whom it concerns reads
    no name of an animateur)."""

    entry: int
    label: str
    reason: str
    where: Sequence[str]
    until: str
    by: Markdown


async def told(ctx: Context, measure: Measure, reader_id: str = "") -> Told:
    """A measure as somebody reads it, in the hours of where they live."""
    titles = records.read(measure).titles
    where = [await title(ctx, channel) or titles.get(channel, "") for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = label_of(measure.act), await _by(ctx, measure, reader_id)
    return Told(measure.entry, label, measure.reason, [w for w in where if w], until, by)


async def _by(ctx: Context, measure: Measure, reader_id: str) -> Markdown:
    if not measure.by:
        return Markdown("le bot")
    return THE_TEAM if reader_id and reader_id == measure.user_id else await name_of(ctx, measure.by)


async def say_until(ctx: Context, until: datetime | None, reader_id: str = "") -> str:
    """« mardi 24 novembre 2026 à 9 h » where somebody lives, or as in rooms; "" for what does not end by itself."""
    zone = await zone_of(ctx, reader_id) if reader_id else ZONE
    return say_moment(until.astimezone(zone)) if until else ""


async def notice(ctx: Context, measure: Measure, record: Record) -> Direct:
    """What the person reads: what, why, by whom, until when, their own words where these were taken away; and how to
    appeal."""
    posts = [post for post in record.posts if post.author_id == measure.user_id]
    text = render(
        "moderation/notice",
        act=measure.act,
        acts=Act,
        told=await told(ctx, measure, measure.user_id),
        posts=[quotation(post.text, QUOTED) for post in posts[:SHOWN]],
        more=len(posts) - SHOWN,
        files=any(post.files for post in posts),
        muted=[await title(ctx, channel) for channel in record.muted],
        place=await title(ctx, record.place) if record.place else "",
    )
    buttons = [Button("Contester", Appeal(entry=measure.entry))] if measure.case_id else []
    return Direct(text, buttons, user_id=measure.user_id, topic=topics.notice(measure.entry))


async def in_room(ctx: Context, text: Markdown) -> Sequence[Reply]:
    """What the other animateurs read; nothing while the room is not known."""
    place = await room(ctx)
    return [Say(text, channel_id=place)] if place else []


async def give_back(ctx: Context, post: KeptPost, why: str, topic: str | None = None) -> Direct:
    """Somebody’s words, which were taken away with others’ or written where nobody may."""
    quoted = quotation(post.text, QUOTED * 4)
    text = render("moderation/given_back", why=why, quoted=quoted, where=await title(ctx, post.channel_id))
    return Direct(text, user_id=post.author_id, files=post.files, topic=topic)


def why_not(refusal: Refusal | None) -> str:
    """Why Mattermost did not do it."""
    return WHY.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"
