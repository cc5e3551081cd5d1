"""Each week the links of resources are looked at, politely; a broken one is told once to whoever keeps the resource."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.french.dates import say_date
from bot.replies import Button, Direct, Progress, Refresh, Replies, Reply, Say, Start, Step
from bot.texts import link, render
from commands.ressources import places
from commands.ressources.buttons import Edit
from commands.ressources.feature import feature
from commands.ressources.keepers import keepers
from commands.ressources.lasting import BringBack, CheckLinks, LinkWorks, TakeDown
from commands.ressources.looking import look_at
from commands.ressources.noting import note_resource
from commands.ressources.taking import to_change
from commands.ressources.withdrawing import restore, take_down
from storage.journal import Act
from storage.ressources import Resource, State, checks
from storage.ressources import resource as resources
from storage.ressources.checks import Fault, LinkCheck, Look

AT_ONCE = 8
"""Links looked at in one step."""


# On the second night what may be broken is looked at again, and what is new.
@feature.job("day_of_week=tue,fri hour=22 minute=40", name="ressources.check_links")
async def check_links(ctx: Context) -> Replies:
    """Look at all that were not looked at for a week, where the operator lets the bot."""
    if ctx.settings.link_check == "non":
        return None
    return Start(payload=CheckLinks(begun=ctx.now)) if await checks.due(ctx.db, ctx.now, 1) else None


@feature.chore(
    CheckLinks, name="ressources.CheckLinks", title="Vérification des liens", unit=("lien", "liens"), writes=True
)
async def check_some(ctx: Context, work: CheckLinks, so_far: Progress) -> Step:
    """Look at the next few, which the step before found, and find those of the next step.

    They are looked at beside the steps, with nothing of the database in hand; after a restart they are looked at anew.
    """
    if ctx.settings.link_check == "non":
        return Step(done=so_far.done, finished=True)
    links = [(number, url) for number, url in so_far.cursor or ()]
    looks = await ctx.errands.fetch(f"links {work.begun} {links}", lambda: look_at(ctx.web, links)) if links else ()
    replies = await _note(ctx, looks)
    following = await checks.due(ctx.db, work.begun, AT_ONCE)
    done = so_far.done + len(looks)
    return Step(replies=replies, cursor=[list(each) for each in following], done=done, finished=not following)


@feature.button(LinkWorks)
async def link_works(ctx: Context, click: LinkWorks) -> Replies:
    """« Il marche chez moi »: nobody hears of this link again until it changes."""
    found = await to_change(ctx, click.resource)
    await checks.silence(ctx.db, found.number)
    note_resource(ctx, Act.RESOURCE_LINK, found, ({}, {"lien": found.url}))
    return _refresh(found, "ressources/link_quiet", by=ctx.user.username)


@feature.button(TakeDown)
async def withdraw(ctx: Context, click: TakeDown) -> Replies:
    """« Retirer »: it is found no more, until somebody puts it back."""
    found, told = await take_down(ctx, click.resource, render("ressources/link_reason"))
    undo = Button("Remettre", BringBack(resource=found.number))
    return [_refresh(found, "ressources/link_withdrawn", [undo], by=ctx.user.username), *told]


@feature.button(BringBack)
async def undo(ctx: Context, click: BringBack) -> Replies:
    """« Remettre »: it is found again."""
    found, told = await restore(ctx, click.resource)
    return [_refresh(found, "ressources/link_put_back", _buttons(found), by=ctx.user.username), *told]


async def _note(ctx: Context, looks: Sequence[Look]) -> Sequence[Reply]:
    """Write down what was found; those hear of it who should."""
    numbers = [look.resource for look in looks]
    before = await checks.known(ctx.db, numbers) if looks else {}
    found = await resources.among_numbers(ctx.db, numbers) if looks else {}
    # What was changed or withdrawn meanwhile is another matter.
    seen = [look for look in looks if _is_of(found.get(look.resource), look)]
    judged = [checks.judge(before.get(look.resource), look, ctx.now, ctx.today) for look in seen]
    replies = [_works_again(found[now.resource]) for now in judged if not now.fault and _was_told(before, now)]
    telling = [now for now in judged if now.is_to_be_told(ctx.today)]
    told = await _tell(ctx, [found[now.resource] for now in telling], {now.resource: now for now in telling})
    for now in telling:
        now.told_at = ctx.now if now.resource in told else None
    await checks.note(ctx.db, judged)
    return [*replies, *told.values()]


async def _tell(ctx: Context, broken: Sequence[Resource], how: Mapping[int, LinkCheck]) -> dict[int, Reply]:
    """To whoever keeps each of these, by its number; animateurs in their room, once there is one, where nobody does."""
    theirs = await keepers(ctx, broken)
    room = await places.room(ctx) if len(theirs) < len(broken) else ""
    told: dict[int, Reply] = {}
    for each in broken:
        own, topic = each.number in theirs, _topic(each.number)
        text = _say(ctx, each, how[each.number], own=own)
        if own:
            told[each.number] = Direct(text, _buttons(each), user_id=theirs[each.number], topic=topic)
        elif room:
            told[each.number] = Say(text, _buttons(each), channel_id=room, topic=topic)
    return told


def _say(ctx: Context, resource: Resource, check: LinkCheck, *, own: bool) -> str:
    title = places.title(resource)
    archive = link(render("ressources/archive"), check.archive) if check.archive else ""
    fault, since = Fault(check.fault), say_date(check.failing_since or ctx.today)
    said = {"title": title, "archive": archive, "fault": fault, "since": since, "own": own}
    return render("ressources/link_broken", resource=resource, **said)


def _buttons(resource: Resource) -> Sequence[Button]:
    number = resource.number
    return [
        Button("Modifier", Edit(resource=number), "primary"),
        Button("Il marche chez moi", LinkWorks(resource=number)),
        Button("Retirer", TakeDown(resource=number)),
    ]


def _works_again(resource: Resource) -> Reply:
    return _refresh(resource, "ressources/link_works")


def _refresh(resource: Resource, template: str, buttons: Sequence[Button] = (), **more: str) -> Refresh:
    title = places.title(resource)
    said = {"by": ""} | more
    return Refresh(
        render(template, resource=resource, title=title, **said), buttons, topic=_topic(resource.number), here=True
    )


def _topic(number: int) -> str:
    return f"ressources.link:{number}"


def _is_of(resource: Resource | None, look: Look) -> bool:
    return resource is not None and resource.state is State.PUBLISHED and resource.url == look.url


def _was_told(before: Mapping[int, LinkCheck], now: LinkCheck) -> bool:
    return now.resource in before and before[now.resource].told_at is not None
