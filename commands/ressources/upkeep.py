"""Upkeep of resources: links are checked each week, and old resources are shown to whoever maintains them."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import urlencode, urlsplit

from bot.account_status import is_active
from bot.cards import RowCard
from bot.command_lines import NUMBER
from bot.context import Context
from bot.errors import UserError
from bot.french import months_after, read_coming_day, say_date
from bot.replies import Button, Card, Direct, Message, Progress, Replies, Reply, Say, Start, Step, Update, Whisper
from bot.texts import Markdown, link, render
from bot.web import Trouble, WebClient, WebError, WebResponse
from commands.ressources import posts, records
from commands.ressources.life import restore_resource, take_down
from commands.ressources.records import ANIMATEURS, CheckLinks, feature
from config.time import PARIS
from storage import canaux, journal, urls
from storage.ressources import Resource, feedback, resources
from storage.ressources.feedback import Fault, Kind, LinkCheck, Look
from storage.ressources.resources import STANDING_STATES

LINK = RowCard[Resource]("ressources.link:", lambda resource: resource.number)
"""The message to whoever keeps a resource that its link is broken."""
REVIEWED_AT_ONCE = 1_000
REVIEWS_SHOWN = 5
"""How many resources one message names; of the others it gives the number."""
YEARS_MAX = 10
_REVIEW_LINE = re.compile(rf"{NUMBER}(?:\s+(.{{1,60}}))?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_NEVER = {"jamais", "non", "aucune"}


class StillGood(records.OfResource):
    """Button « C’est encore bon »: the resource needs no review for a year; ``listed`` are those of the same
    message."""

    listed: list[int] = []


@feature.job("day_of_week=mon-fri hour=9 minute=10", name="ressources.remind", local=True, writes=True)
async def remind_keepers(ctx: Context) -> Replies:
    """Send one message to each author at their morning; and in Paris one to the animateurs, about resources without a
    maintainer or ignored for two weeks."""
    due = await resources.list_reviews_due(ctx.db, ctx.today, REVIEWED_AT_ONCE)
    theirs = await records.find_keepers(ctx, due) if due else {}
    first = [each for each in due if each.reviews == resources.NOBODY]
    here = await records.find_in_zone(ctx, set(theirs.values()), ctx.zone.key)
    by_author: dict[str, list[Resource]] = {}
    for each in first:
        if theirs.get(each.number) in here:
            by_author.setdefault(theirs[each.number], []).append(each)
    late = [each for each in due if each.reviews != resources.NOBODY or each.number not in theirs]
    told = [each.number for found in by_author.values() for each in found]
    replies = [
        Direct(_say_count("ressources/review_author", found), user_id=who, cards=_review_cards(ctx, found))
        for who, found in by_author.items()
    ]
    await resources.note_reminded(ctx.db, told, resources.AUTHOR, ctx.today)
    return [*replies, *await _remind_room(ctx, late)]


@feature.command(
    "ressources revoir",
    help="Dire quand une ressource sera à revoir ; vos ressources à revoir",
    hint="[12 2027-03 | 12 jamais]",
    writes=True,
)
async def review_typed(ctx: Context, line: str) -> Replies:
    """Show the resources that need a review; for one resource, show or set its date."""
    asked = _REVIEW_LINE.fullmatch(" ".join(line.split()))
    if not line.strip():
        return await _list_due(ctx)
    if asked is None:
        raise UserError(render("ressources/review_usage"))
    found = await records.find_changeable(ctx, int(asked[1]))
    if asked[2] is None:
        return Whisper(_say_review(found), _review_buttons(found, (found.number,)))
    changed = await _set_review_day(ctx, found.number, read_review_day(asked[2], ctx.today))
    return Whisper(_say_review(changed))


@feature.button(StillGood)
async def confirm_still_good(ctx: Context, click: StillGood) -> Replies:
    """Record that a resource needs no review for a year; the message shows the others."""
    await records.find_changeable(ctx, click.resource)
    changed = await _set_review_day(ctx, click.resource, months_after(ctx.today, resources.YEAR_MONTHS))
    if len(click.listed) < 2:
        return Update(_say_review(changed))
    listed = await resources.find_by_numbers(ctx.db, click.listed)
    shown = [listed[number] for number in click.listed if number in listed]
    return Update(render("ressources/review_left"), cards=[_review_card(ctx, each, click.listed) for each in shown])


async def _remind_room(ctx: Context, late: Sequence[Resource]) -> Sequence[Reply]:
    room = await canaux.find_team_room(ctx.db) if late and ctx.zone.key == PARIS.key else ""
    if not room:
        return []
    said = Say(_say_count("ressources/review_room", late), channel_id=room, cards=_review_cards(ctx, late))
    await resources.note_reminded(ctx.db, [each.number for each in late], resources.ANIMATEURS, ctx.today)
    return [said]


async def _list_due(ctx: Context) -> Replies:
    """List one’s own resources that need a review; all of them for animateurs."""
    mine = None if ctx.user.may(ANIMATEURS) else ctx.user.id
    found = await resources.list_to_review(ctx.db, ctx.today, REVIEWED_AT_ONCE, mine)
    return Whisper(_say_count("ressources/review_list", found), cards=_review_cards(ctx, found))


async def _set_review_day(ctx: Context, number: int, day: date | None) -> Resource:
    """Set the day on which a resource needs a review, or never."""
    found, revision = await records.lock_resource(ctx, number)
    was, found.review_on, found.reviews, found.changed_at = found.review_on, day, resources.NOBODY, ctx.now
    await resources.write_resources(ctx.db, [found], revision)
    if not records.is_own(ctx.user, found):
        change = ({"a_revoir": was and str(was)}, {"a_revoir": day and str(day)})
        records.note_resource(ctx, journal.AuditAct.RESOURCE_REVIEW, found, change)
    return found


def read_review_day(text: str, today: date) -> date | None:
    """Read the day of a review, None for « jamais ». Raises UserError for one that is invalid, past, or too far
    ahead."""
    if text.strip().lower() in _NEVER:
        return None
    month = _MONTH.fullmatch(text.strip())
    try:
        day = date(int(month[1]), int(month[2]), 1) if month else read_coming_day(text, today)
    except ValueError:
        day = None
    if day is None or not today < day <= months_after(today, 12 * YEARS_MAX):
        raise UserError(render("ressources/review_when"))
    return day


def _review_cards(ctx: Context, found: Sequence[Resource]) -> Sequence[Card]:
    shown = found[:REVIEWS_SHOWN]
    return [_review_card(ctx, each, tuple(one.number for one in shown)) for each in shown]


def _review_card(ctx: Context, resource: Resource, listed: Sequence[int]) -> Card:
    is_due = resource.review_on is not None and resource.review_on <= ctx.today
    text = _say_review(resource, "ressources/review_card", due=is_due)
    return Card(text, _review_buttons(resource, listed) if is_due else ())


def _review_buttons(resource: Resource, listed: Sequence[int]) -> Sequence[Button]:
    number = resource.number
    good = StillGood(resource=number, listed=list(listed))
    return [Button("C’est encore bon", good, "primary"), Button("Modifier", records.ChangeResource(resource=number))]


def _say_review(resource: Resource, template: str = "ressources/review_one", **more: object) -> Markdown:
    """Write when a resource was last changed, and when it needs a review."""
    on = resource.review_on
    said = {"since": say_date(resource.date), "on": say_date(on) if on else ""}
    return render(template, resource=resource, title=posts.link_title(resource), said=said, **more)


def _say_count(template: str, found: Sequence[Resource]) -> Markdown:
    """Say how many there are, with the numbers of some that are not shown."""
    more = [each.number for each in found[REVIEWS_SHOWN : REVIEWS_SHOWN + 20]]
    return render(template, count=len(found), more=more)


LOOK_S, ALL_S = 40.0, 80.0
"""The most seconds that one check may take, and all checks of a step together; the rest follows in the next step."""
READ_MAX = 2 * 1024
"""The bytes of a page that are read to see that it answers."""
ARCHIVE = "https://archive.org/wayback/available"
ARCHIVE_S = 10.0
ARCHIVE_MAX = 16 * 1024
ARCHIVES = ("web.archive.org",)
"""The hosts of archived copies."""


async def look_at_links(web: WebClient, links: Sequence[tuple[int, str]]) -> Sequence[Look]:
    """Check the links of resources, one after the other for each host, within the time limit."""
    by_host = sorted(links, key=_host)
    found: list[Look] = []
    lanes = [_look_in_turn(web, list(lane), found) for _, lane in groupby(by_host, _host)]
    try:
        async with asyncio.timeout(ALL_S):
            await asyncio.gather(*lanes)
    except TimeoutError:
        pass
    return found


async def _look_in_turn(web: WebClient, links: Sequence[tuple[int, str]], found: list[Look]) -> None:
    for number, url in links:
        fault = await _find_fault(web, url)
        archive = await find_archive(web, url) if fault.kind is Kind.BROKEN else ""
        found.append(Look(number, url, fault, archive))


async def _find_fault(web: WebClient, url: str) -> Fault:
    try:
        async with asyncio.timeout(LOOK_S):
            return _judge_status(await _fetch_link(web, url))
    except TimeoutError:
        return Fault.SLOW
    except WebError as error:
        return Fault(error.trouble)


async def _fetch_link(web: WebClient, url: str) -> WebResponse:
    """Request a page by HEAD; if the site answers with an error, as many do, by GET."""
    try:
        answer = await web.fetch("HEAD", url)
        if answer.status < 400 or answer.status == 429:
            return answer
    except WebError as error:
        if error.trouble not in {Trouble.ODD, Trouble.SLOW, Trouble.LOOP}:
            raise
    return await web.fetch("GET", url, most=READ_MAX)


def _judge_status(answer: WebResponse) -> Fault:
    if answer.status < 400:
        return Fault.NONE
    if answer.status in {404, 410}:
        return Fault.GONE
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return Fault.BUSY
    return Fault.SERVER if answer.status >= 500 else Fault.DENIED


async def find_archive(web: WebClient, url: str) -> str:
    """Return the address of a copy in the Internet Archive; "" if there is none, or it does not answer."""
    try:
        async with asyncio.timeout(ARCHIVE_S):
            asked = f"{ARCHIVE}?{urlencode({'url': url})}"
            answer = await web.fetch("GET", asked, most=ARCHIVE_MAX, robots=False)
        said = json.loads(answer.body)["archived_snapshots"]["closest"]
        return _read_archive_link(str(said["url"])) if said["available"] is True else ""
    except (WebError, TimeoutError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _read_archive_link(address: str) -> str:
    """Read an address of the archive. Raises ValueError for any other."""
    link = urls.read_link(address.replace("http://", "https://", 1))
    return link if urlsplit(link).hostname in ARCHIVES and len(link) <= urls.LINK_MAX else ""


def _host(link: tuple[int, str]) -> str:
    return urlsplit(link[1]).hostname or ""


LINKS_AT_ONCE = 8
"""How many links one step checks."""


class LinkWorks(records.OfResource):
    """Button « Il marche chez moi »: the link works although the bot says otherwise."""


class TakeDown(records.OfResource):
    """Button « Retirer »: withdraws a resource whose link is broken."""


class BringBack(records.OfResource):
    """Button « Remettre »: puts such a resource back."""


# On the second night what may be broken is looked at again, and what is new.
@feature.job("day_of_week=tue,fri hour=22 minute=40", name="ressources.check_links")
async def start_link_check(ctx: Context) -> Replies:
    """Start to check the links that were not checked for a week, if the operator allows it."""
    if ctx.settings.link_check == "non":
        return None
    return Start(payload=CheckLinks(begun=ctx.now)) if await feedback.list_links_due(ctx.db, ctx.now, 1) else None


@feature.chore(
    CheckLinks, name="ressources.CheckLinks", title="Vérification des liens", unit=("lien", "liens"), writes=True
)
async def check_next_links(ctx: Context, work: CheckLinks, so_far: Progress) -> Step:
    """Check the next links, which the step before has chosen, and choose those of the next step.

    They are requested outside the transaction; after a restart they are requested again.
    """
    if ctx.settings.link_check == "non":
        return Step(done=so_far.done, finished=True)
    links = [(number, url) for number, url in so_far.cursor or ()]
    looks: Sequence[Look] = ()
    if links:
        looks = await ctx.errands.fetch(f"links {work.begun} {links}", lambda: look_at_links(ctx.web, links))
    replies = await _note_looks(ctx, looks, work.given_by)
    following = await _list_following(ctx, work, has_begun=so_far.cursor is not None)
    done = so_far.done + len(looks)
    return Step(replies=replies, cursor=[list(each) for each in following], done=done, finished=not following)


async def _list_following(ctx: Context, work: CheckLinks, *, has_begun: bool) -> Sequence[tuple[int, str]]:
    if not work.resource:
        return await feedback.list_links_due(ctx.db, work.begun, LINKS_AT_ONCE)
    found = None if has_begun else await resources.get_resource(ctx.db, work.resource)
    return [(found.number, found.url)] if found and found.url else []


@feature.button(LinkWorks)
async def silence_link(ctx: Context, click: LinkWorks) -> Replies:
    """Report a link no longer until it changes, since it works for somebody."""
    found = await records.find_changeable(ctx, click.resource)
    await feedback.silence_check(ctx.db, found.number)
    records.note_resource(ctx, journal.AuditAct.RESOURCE_LINK, found, ({}, {"lien": found.url}))
    told = _refresh_link_card(found, "ressources/link_quiet", by=ctx.user.username)
    return [told, *await posts.refresh_card(ctx, found)]


@feature.button(TakeDown)
async def withdraw_broken(ctx: Context, click: TakeDown) -> Replies:
    """Withdraw a resource whose link is broken, until somebody puts it back."""
    found, told = await take_down(ctx, click.resource, render("ressources/link_reason"))
    undo = Button("Remettre", BringBack(resource=found.number))
    return [_refresh_link_card(found, "ressources/link_withdrawn", [undo], by=ctx.user.username), *told]


@feature.button(BringBack)
async def put_back_broken(ctx: Context, click: BringBack) -> Replies:
    """Put a resource back that was withdrawn for its link."""
    found, told = await restore_resource(ctx, click.resource)
    return [_refresh_link_card(found, "ressources/link_put_back", _link_buttons(found), by=ctx.user.username), *told]


async def _note_looks(ctx: Context, looks: Sequence[Look], giver: str) -> Sequence[Reply]:
    """Store the results of a check, and report broken links; at once to the ``giver`` of a new one."""
    numbers = [look.resource for look in looks]
    before = await feedback.find_checks(ctx.db, numbers) if looks else {}
    found = await resources.find_by_numbers(ctx.db, numbers) if looks else {}
    # What was changed or withdrawn meanwhile is another matter.
    seen = [look for look in looks if _is_still_its_link(found.get(look.resource), look)]
    judged = [feedback.judge_look(before.get(look.resource), look, ctx.now, ctx.today) for look in seen]
    told_before = {number for number, check in before.items() if check.told_at is not None}
    works = [found[now.resource] for now in judged if not now.fault and now.resource in told_before]
    telling = {now.resource: now for now in judged if now.is_to_be_told(ctx.today, at_once=bool(giver))}
    broken = [found[number] for number in telling]
    told = await (_tell_giver(ctx, broken, telling, giver) if giver else _tell_keepers(ctx, broken, telling))
    for now in telling.values():
        now.told_at = ctx.now if now.resource in told else None
    await feedback.note_checks(ctx.db, judged)
    # Of old links, the review cards are of another time.
    shown = [found[now.resource] for now in judged if giver and now.resource in {*before, *told}]
    cards = [reply for each in shown for reply in await posts.refresh_card(ctx, each)]
    return [*(_refresh_link_card(each, "ressources/link_works") for each in works), *told.values(), *cards]


async def _tell_giver(
    ctx: Context, broken: Sequence[Resource], how: Mapping[int, LinkCheck], giver: str
) -> dict[int, Reply]:
    """Tell a person that the link that they have just given leads nowhere."""
    if not await is_active(ctx, giver):
        return {}
    said = {each.number: _say_broken(ctx, each, how[each.number], fresh=True) for each in broken}
    return {each.number: LINK.send(each, Message(said[each.number], _link_buttons(each)), giver) for each in broken}


async def _tell_keepers(ctx: Context, broken: Sequence[Resource], how: Mapping[int, LinkCheck]) -> dict[int, Reply]:
    """Report broken links to whoever maintains the resources; if nobody does, to the animateurs’ room once there is
    one."""
    theirs = await records.find_keepers(ctx, broken)
    room = await canaux.find_team_room(ctx.db) if len(theirs) < len(broken) else ""
    told: dict[int, Reply] = {}
    for each in broken:
        own = each.number in theirs
        said = Message(_say_broken(ctx, each, how[each.number], own=own), _link_buttons(each))
        if own:
            told[each.number] = LINK.send(each, said, theirs[each.number])
        elif room:
            told[each.number] = LINK.post(each, said, room)
    return told


def _say_broken(ctx: Context, resource: Resource, check: LinkCheck, **more: bool) -> str:
    title = posts.link_title(resource)
    archive = link(render("ressources/archive"), check.archive) if check.archive else ""
    fault, since = Fault(check.fault), say_date(check.failing_since or ctx.today)
    said = {"title": title, "archive": archive, "fault": fault, "since": since, "own": False, "fresh": False, **more}
    return render("ressources/link_broken", resource=resource, **said)


def _link_buttons(resource: Resource) -> Sequence[Button]:
    number = resource.number
    edit = Button("Modifier", records.ChangeResource(resource=number), "primary")
    works = Button("Il marche chez moi", LinkWorks(resource=number))
    return [edit, works, Button("Retirer", TakeDown(resource=number))]


def _refresh_link_card(resource: Resource, template: str, buttons: Sequence[Button] = (), **more: str) -> Reply:
    text = render(template, resource=resource, title=posts.link_title(resource), **{"by": "", **more})
    return LINK.rewrite(resource, Message(text, buttons), here=True)


def _is_still_its_link(resource: Resource | None, look: Look) -> bool:
    return resource is not None and resource.state in STANDING_STATES and resource.url == look.url
