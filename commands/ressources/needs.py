"""« Je n’ai rien trouvé », told to the animateurs once for all who look for the same; answered by a resource or not."""

from bot import guard, quotas
from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered
from bot.journaling import Deed, note_at_end
from bot.quotas import Quota
from bot.replies import Ask, Button, Card, Direct, Message, Refresh, Replies, Whisper
from bot.texts import quote, render
from commands.ressources.buttons import Answer, Miss, Needs, PutAside, TakeBack
from commands.ressources.feature import ANIMATEURS, feature
from commands.ressources.places import title
from commands.ressources.proposals import tell_reviewers
from commands.ressources.seeking import seek
from commands.ressources.showing import published
from dialogs.ressources.needs import AnswerNeed, SayNeed
from storage import people
from storage.journal import Act
from storage.ressources import needs
from storage.ressources.needs import ABOUT_MAX, WORDS_MAX, Need, ResourceNeed, key_of

PAGE = 5
ABOUTS_MAX = 3
"""Of what people add to their need, how many are shown."""
TOPIC = "ressources."
"""What stands before a need’s key in the topic of its message."""
GONE = "Ce besoin est déjà réglé, ou écarté : /ressources besoins montre ceux qui attendent."


@feature.button(Miss, writes=False)
async def miss(ctx: Context, click: Miss) -> Replies:
    """The window, with what was looked for."""
    return Ask(SayNeed.draft(words=click.text[:WORDS_MAX]), here=False)


@feature.submit(SayNeed)
async def file(ctx: Context, form: SayNeed) -> Replies:
    """Counted once for each person; what is personal is masked before anybody reads it."""
    words, about = _masked(form.words, WORDS_MAX), _masked(form.about, ABOUT_MAX)
    key = key_of(words)
    await needs.hold(ctx.db, key, ctx.now)
    before = await needs.get(ctx.db, key)
    waited = before is not None and before.is_open
    mine = ResourceNeed(key=key, user_id=ctx.user.id, words=words, about=about, at=ctx.now)
    is_new = await needs.put(ctx.db, mine)
    need = await _need(ctx, key)
    thanks = Whisper(render("ressources/missed", is_new=is_new, others=len(need.whose) - 1))
    if not is_new:
        return thanks
    left = await quotas.spend(ctx, Quota.NEED)
    # What was settled and is said again is told anew, under what stands already.
    return [
        thanks,
        await _refresh(ctx, need),
        *([] if waited else await tell_reviewers(ctx, await _draw(ctx, need), _topic(need))),
        *left,
    ]


@feature.command("ressources besoins", help="Ce que le réseau cherche et ne trouve pas", roles=ANIMATEURS)
async def list_(ctx: Context, line: str) -> Replies:
    """What most people look for first; with more words, these are looked for."""
    if line.strip():
        return await seek(ctx, f"besoins {line}")
    return await turn(ctx, Needs(page=1))


@feature.button(Needs, roles=ANIMATEURS, writes=False)
async def turn(ctx: Context, at: Needs) -> Replies:
    """A page of those that wait."""
    found, total = await needs.open_ones(ctx.db, PAGE, (max(at.page, 1) - 1) * PAGE)
    if not found:
        return Whisper("Aucun besoin n’attend." if not total else "Il n’y en a pas d’autres.")
    drawn = [await _draw(ctx, need) for need in found]
    following = [Button("Suite", Needs(page=at.page + 1))] if total > at.page * PAGE else []
    cards = [Card(message.text, message.buttons) for message in drawn]
    return Whisper(render("ressources/needs", total=total), following, cards=cards)


@feature.button(Answer, roles=ANIMATEURS, writes=False)
async def ask_which(ctx: Context, click: Answer) -> Replies:
    """The window that asks which resource it is."""
    need = await _waiting(ctx, click.need)
    return Ask(AnswerNeed.draft(need=click.need, said=f"« {quote(need.first.words)} »"))


@feature.submit(AnswerNeed, roles=ANIMATEURS)
async def answer(ctx: Context, form: AnswerNeed) -> Replies:
    """Whoever had it is told, once."""
    await needs.hold(ctx.db, form.need, ctx.now)
    before = await _waiting(ctx, form.need)
    try:
        resource = await published(ctx, form.number)
    except UserError as refusal:
        raise UserError(fields={"numero": refusal.text}) from None
    told = await needs.close(ctx.db, form.need, ctx.user.id, ctx.now, form.number)
    _note(ctx, before, {"fiche": form.number})
    words = {one.user_id: one.words for one in before.whose}
    said = {"title": title(resource), "number": resource.number}
    messages = [
        Direct(render("ressources/need_answered", words=quote(words[who], WORDS_MAX), **said), user_id=who)
        for who in told
    ]
    done = Whisper(render("ressources/told", count=len(told), number=resource.number))
    return [await _refresh(ctx, await _need(ctx, form.need)), *messages, done]


@feature.button(PutAside, roles=ANIMATEURS)
async def put_aside(ctx: Context, click: PutAside) -> Replies:
    """Nobody is told; it can be taken back."""
    await needs.hold(ctx.db, click.need, ctx.now)
    need = await _waiting(ctx, click.need)
    await needs.close(ctx.db, click.need, ctx.user.id, ctx.now)
    _note(ctx, need, {"ecarte": True})
    done = Whisper(render("ressources/put_aside", words=need.first.words))
    return [await _refresh(ctx, await _need(ctx, click.need)), done]


@feature.button(TakeBack, roles=ANIMATEURS)
async def take_back(ctx: Context, click: TakeBack) -> Replies:
    """It waits again."""
    await needs.hold(ctx.db, click.need, ctx.now)
    if not await needs.reopen(ctx.db, click.need):
        raise UserError("Ce besoin n’est plus écarté.")
    need = await _need(ctx, click.need)
    _note(ctx, need, {"attend": True})
    return [await _refresh(ctx, need), Whisper("Ce besoin attend de nouveau.")]


@feature.event(Delivered, name="ressources.stands.Delivered")
async def stands(ctx: Context, event: Delivered) -> Replies:
    """The message is there: what changed while it was on its way is said now."""
    if not event.topic.startswith(f"{TOPIC}need:"):
        return None
    key = event.topic.removeprefix(TOPIC)
    await needs.hold(ctx.db, key, ctx.now)
    need = await needs.get(ctx.db, key)
    return await _refresh(ctx, need) if need and (len(need.whose) > 1 or not need.is_open) else None


async def _refresh(ctx: Context, need: Need) -> Refresh:
    told = await _draw(ctx, need)
    return Refresh(told.text, told.buttons, topic=_topic(need))


async def _draw(ctx: Context, need: Need) -> Message:
    """A need, and what can be done with it."""
    first = need.first
    decider = await people.get(ctx.db, first.closed_by) if first.closed_by else None
    said = {
        "words": first.words,
        "count": len(need.whose),
        "abouts": [one.about for one in need.whose if one.about][:ABOUTS_MAX],
        "number": first.resource,
        "by": decider.full_name if decider else "",
    }
    text = render("ressources/need", is_open=need.is_open, **said)
    if need.is_open:
        return Message(text, [Button("C’est fait", Answer(need=first.key), "primary"), _aside(need)])
    return Message(text, [] if first.resource else [Button("Rouvrir", TakeBack(need=first.key))])


def _aside(need: Need) -> Button:
    return Button("Écarter", PutAside(need=need.first.key))


def _topic(need: Need) -> str:
    return f"{TOPIC}{need.first.key}"


async def _need(ctx: Context, key: str) -> Need:
    need = await needs.get(ctx.db, key)
    if need is None:
        raise UserError(GONE)
    return need


async def _waiting(ctx: Context, key: str) -> Need:
    """One that waits. Raises UserError for one that does not any more."""
    need = await _need(ctx, key)
    if not need.is_open:
        raise UserError(GONE)
    return need


def _note(ctx: Context, need: Need, after: dict[str, object]) -> None:
    before = {"mots": need.first.words, "attend": need.is_open and "attend" not in after}
    note_at_end(ctx, Deed(Act.NEED, need.first.key, before=before, after=after))


def _masked(text: str, most: int) -> str:
    return guard.mask(text, guard.find(text))[:most]
