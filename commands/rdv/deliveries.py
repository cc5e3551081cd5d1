"""What RDV Service Public sends of the rendez-vous of its agents: proved, cut down, and made into theirs.

Everything about citizens is dropped before anything is written down. An agent whom nobody knows by that address is
looked for again each hour of the day.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import BaseModel

from bot.account_status import is_active
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.replies import Button, Direct, Progress, Replies, Reply, Start, Step
from bot.texts import render
from bot.visits import WebhookAnswer, WebhookError, WebhookRequest
from commands.rdv.cards import describe, say_overlaps
from commands.rdv.feature import Edit, feature
from commands.rdv.payload import Delivered, UnreadableDeliveryError, read_delivery
from storage import claims, people
from storage.database import before_commit, release
from storage.people import Person
from storage.rdv import Rdv, RdvSource
from storage.rdv.appointments import list_overlapping
from storage.rdv.remote import (
    Agents,
    count_waited_for,
    find_agents,
    give_waiting,
    list_to_come,
    list_waited_for,
    take_state,
)
from storage.rdv.webhooks import Refusal, find_webhook, is_signed, make_keys, note_delivery, note_refusal

HOOK = "webhooks/rdv-service-public"
SIGNATURE = "x-lapin-signature"
PATIENCE = 0.5
"""Seconds in which Mattermost may say who has an address, while RDV Service Public waits for its answer."""
AT_ONCE = 20
OVERLAP = "rdv.overlap"
"""The claims on what was told of two rdv at the same time."""
UNIT = ("adresse", "adresses")
STATUSES = {None: 200, Refusal.SIGNATURE: 401, Refusal.UNREADABLE: 400}

Known = Mapping[str, Person]
"""Who has an address, in the register or in Mattermost."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What is kept of a delivery that came to the address of an organisation: nothing if it is about something else, or
    why it is not taken; who its agents are, and who they were by ``before``."""

    organisation: int
    told: Delivered | None = None
    refusal: Refusal | None = None
    known: Known = field(default_factory=dict)
    before: Agents = field(default_factory=dict)


async def prove(ctx: ReadingContext, sent: WebhookRequest) -> Proved:
    """Hold the signature against the very bytes, then read what is wanted, and find out who the agents are. Raises
    WebhookError for an address that leads nowhere."""
    webhook = await find_webhook(ctx.db, sent.key)
    secrets = webhook.list_secrets(make_keys(ctx.settings.secrets), ctx.now) if webhook else ()
    signed = is_signed(sent.body, sent.headers.get(SIGNATURE, ""), secrets)
    if webhook is None:
        raise WebhookError(404)
    organisation = webhook.organisation
    if not signed:
        return Proved(organisation, refusal=Refusal.SIGNATURE)
    try:
        told = read_delivery(sent.body, organisation, ctx.now)
    except UnreadableDeliveryError:
        return Proved(organisation, refusal=Refusal.UNREADABLE)
    if told is None:
        return Proved(organisation)
    before = await find_agents(ctx.db, told.agents)
    known = await _find_known(ctx, told.agents, before)
    return Proved(organisation, told, known=known, before=before)


async def _find_known(ctx: ReadingContext, emails: Collection[str], before: Agents) -> Known:
    """Find who has these addresses. Mattermost is asked for those that are met for the first time: who was known by one
    stays so, and who was not is looked for by the hour."""
    known = await _find_registered(ctx, emails)
    asked = sorted(set(emails) - known.keys() - before.keys())
    if not asked:
        return known
    await release(ctx.db)
    try:
        async with asyncio.timeout(PATIENCE):
            return {**known, **await _ask_for(ctx, asked)}
    except TimeoutError:
        return known


async def _find_registered(ctx: Context, emails: Collection[str]) -> Known:
    """Of two who have the same address, who left counts after who is there."""
    found = await people.among(ctx.db, emails=sorted(emails)) if emails else ()
    in_order = sorted(found, key=lambda one: one.has_left(one.today(ctx.now)), reverse=True)
    return {(one.email or "").lower(): one for one in in_order}


async def _ask_for(ctx: ReadingContext, emails: Sequence[str]) -> Known:
    """Ask Mattermost who has these addresses; nobody while it does not answer."""
    found: dict[str, Person] = {}
    try:
        for email in emails:
            user = await ctx.chat.user_by_email(email)
            if user and not user.is_bot and not user.deleted:
                found[email] = await ctx.people.of(user.id)
    except (ChatError, UserError):
        pass
    return found


@feature.webhook(HOOK, asks=prove)
async def receive(ctx: Context, proved: Proved) -> WebhookAnswer:
    """Store what is kept of a delivery, and return the status that says so; one that is not taken is counted."""
    told: Sequence[Reply] = []
    if proved.refusal:
        await note_refusal(ctx.db, proved.organisation, proved.refusal, ctx.now)
        return WebhookAnswer(STATUSES[proved.refusal])
    if proved.told:
        ids = {email: await _register(ctx, person) for email, person in proved.known.items()}
        agents = {email: ids.get(email) or proved.before.get(email) for email in proved.told.agents}
        await take_state(ctx.db, proved.told.rdv, agents, ctx.now)
        told = await _tell_overlaps(ctx, await list_to_come(ctx.db, [proved.told.rdv.key], ctx.now))
    before_commit(ctx.db, lambda db: note_delivery(db, proved.organisation, ctx.now))
    return WebhookAnswer(STATUSES[None], told)


async def _tell_overlaps(ctx: Context, rdvs: Sequence[Rdv]) -> Sequence[Reply]:
    """Tell those whose they are with which rdv of their own these share time, once for each two and their hours."""
    told: list[Reply] = []
    for rdv in rdvs:
        shared = await list_overlapping(ctx.db, rdv.user_id, rdv.starts_at, rdv.ends_at, but=[rdv.number])
        own = [one for one in shared if one.source is not RdvSource.RDV_SP and one.meeting in (None, one.number)]
        if new := [one for one in own if await _is_new(ctx, rdv, one)]:
            told += await _tell_overlap(ctx, rdv, new[0])
    return told


async def _is_new(ctx: Context, rdv: Rdv, other: Rdv) -> bool:
    hours = f"{rdv.starts_at.timestamp():.0f}:{other.starts_at.timestamp():.0f}"
    return await claims.claim(ctx.db, OVERLAP, f"{rdv.number}:{other.number}:{hours}", ctx.now)


async def _tell_overlap(ctx: Context, rdv: Rdv, own: Rdv) -> Sequence[Reply]:
    (owner,) = await people.among(ctx.db, ids=[rdv.user_id]) or (None,)
    if owner is None or not await is_active(ctx, owner.id):
        return []
    theirs = replace(ctx, user=owner)
    text = render("rdv/imported_overlap", overlaps=await say_overlaps(theirs, [rdv]), **describe(theirs, rdv))
    return [Direct(text, [Button(f"Déplacer le n° {own.number}", Edit(rdv=own.number))], user_id=owner.id)]


async def _register(ctx: Context, person: Person) -> str:
    """Somebody’s id; who was known to Mattermost alone is in the register from now on."""
    if await people.get(ctx.db, person.id) is None:
        await people.add(ctx.db, person)
        ctx.touched.add(person.id)
    return person.id


class JoinAgents(BaseModel):
    """Work: the agents whom nobody knew are looked for again."""


@feature.job("hour=7-20 minute=20", name="rdv.look_for_agents")
async def look_for_agents(ctx: ReadingContext) -> Replies:
    """Look for the agents of rendez-vous who are waited for, if there are any."""
    return Start(payload=JoinAgents(), quiet=True) if await count_waited_for(ctx.db) else None


@dataclass(frozen=True, slots=True)
class Looked:
    """Some of the addresses that are waited for, and who has them now."""

    emails: Sequence[str]
    known: Known


async def look_for(ctx: ReadingContext, _: JoinAgents, so_far: Progress) -> Looked:
    """Ask the register, then Mattermost, for the next addresses."""
    emails = await list_waited_for(ctx.db, so_far.cursor or "", AT_ONCE)
    known = await _find_registered(ctx, emails)
    await release(ctx.db)
    return Looked(emails, {**known, **await _ask_for(ctx, [email for email in emails if email not in known])})


@feature.chore(JoinAgents, name="rdv.JoinAgents", title="Agents de RDV Service Public", unit=UNIT, asks=look_for)
async def join_agents(ctx: Context, _: JoinAgents, so_far: Progress, looked: Looked) -> Step:
    """Give the rendez-vous that waited for them to those who are known now."""
    told: list[Reply] = []
    for email, person in looked.known.items():
        keys = await give_waiting(ctx.db, email, await _register(ctx, person), ctx.now)
        told += await _tell_overlaps(ctx, await list_to_come(ctx.db, keys, ctx.now))
    last = looked.emails[-1] if looked.emails else ""
    return Step(replies=told, cursor=last, done=so_far.done + len(looked.emails), finished=not last)
