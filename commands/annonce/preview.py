"""The preview: an announcement is kept, shown to its author as it will look, and sent by nobody yet."""

from hashlib import sha256

from bot.context import Context
from bot.replies import Direct, Replies, Update
from commands.annonce import cards, places
from commands.annonce.buttons import Abandon, Keep
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import must_be, own
from storage import annonce as annonces
from storage import reach, targets
from storage.annonce import Announcement, State


@feature.button(Keep, roles=SENDERS)
async def keep(ctx: Context, asked: Keep) -> Replies:
    """It is written down and shown, in place of what was shown before or anew; a window sent twice makes one."""
    places.must_be_allowed(ctx.user, asked.targets)
    people = await reach.with_roles(ctx.db, targets.asked_roles(asked.targets), ctx.today)
    values = asked.model_dump(exclude={"annonce"}) | {"people": list(people)}
    if asked.annonce:
        announcement = must_be(await annonces.lock(ctx.db, asked.annonce), State.DRAFT)
        await annonces.change(ctx.db, announcement, **values)
        return await cards.refresh(ctx, announcement, here=True)
    announcement = Announcement(id=_id_of(ctx), by=ctx.user.id, created_at=ctx.now, **values)
    if not await annonces.put(ctx.db, announcement):
        return None
    shown, topic = await cards.preview(ctx, announcement), cards.topic_of(announcement)
    return Direct(shown.text, shown.buttons, shown.facts, user_id=ctx.user.id, topic=topic)


def _id_of(ctx: Context) -> str:
    """The window’s one-time key, as an id."""
    return sha256(ctx.request.key.encode()).hexdigest()[:26]


@feature.button(Abandon, roles=SENDERS)
async def abandon(ctx: Context, click: Abandon) -> Replies:
    """It is forgotten, unless it has left."""
    shown = own(ctx.user, await annonces.lock(ctx.db, click.annonce), State.DRAFT)
    await annonces.drop(ctx.db, shown)
    return Update("Annonce abandonnée : rien n’a été envoyé.")
