"""Who moved leaves the channel of the old département once the days of grace are over, and is told so."""

from bot.acts import RemoveMember
from bot.context import Context
from bot.replies import Direct, Replies, Reply
from bot.texts import render
from commands.canaux.feature import feature
from config.canaux import home_of
from storage import people
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules
from storage.people import moves


@feature.job("hour=5 minute=40", writes=True)
async def leave_old_channels(ctx: Context) -> Replies:
    """Once a night; who is let in by name, moved back or animates stays."""
    table, known = await planned(ctx.db, ctx.settings.channels), await by_key(ctx.db)
    rules = Rules(await allowances(ctx.db))
    told: list[Reply] = []
    for move in await moves.every(ctx.db):
        if move.until > ctx.now:
            continue
        await moves.forget(ctx.db, move)
        key = f"departement:{home_of(move.departement)}"
        person = await people.get(ctx.db, move.person_id)
        if person is None or key not in known or key not in table:
            continue
        member = Member.of(person, person.today(ctx.now))
        if rules.reason_out(table[key], member):
            said = render("canaux/left", planned=table[key])
            told += [RemoveMember(known[key], person.id), Direct(said, user_id=person.id)]
    return told
