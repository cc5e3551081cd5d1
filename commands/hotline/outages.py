"""What agents do with outages: say that it is one, write to all that it concerns, end it; « /ticket panne »."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of as type_name
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Refresh, Replies, Reply, Say, Start, Whisper
from bot.texts import render
from commands.hotline.agents import AGENTS, must_serve, must_serve_some, served_by
from commands.hotline.feature import feature
from commands.hotline.incidents import SayNone, SayOutage, SayOver, UnsayNone, WriteToAll, draw, refresh
from commands.hotline.noting import note_outage
from commands.hotline.queues import room_of, say_queue
from commands.hotline.telling import TellAll, What
from dialogs.hotline import DeclareOutage, EndOutage, NewOutage, TellOutage
from storage import claims, work
from storage.database import change
from storage.hotline import incidents
from storage.hotline.incidents import Incident
from storage.hotline.tickets import SUBJECT_MAX
from storage.journal import Act

NOT_THERE = "Cette panne n’existe pas, ou n’est pas d’une de vos files."
NO_AGENT = "C’est réservé aux agents de la hotline. Vos demandes : /hotline mes demandes."
OVER = "Cette panne est finie."
MENU_MAX = 25


class SeeOutage(Choosing):
    """A menu of outages; ``chosen`` is the number of one."""


class Declare(BaseModel):
    """« Déclarer une panne »."""


@feature.command(
    "ticket panne",
    help="Les pannes en cours : y écrire à tous, en déclarer une",
    hint="[numéro | ce qui ne marche pas]",
    roles=AGENTS,
)
async def show(ctx: Context, line: str) -> Replies:
    """Those that run and those that are proposed: one of them, or a list to choose from; other words declare one."""
    served = await served_by(ctx, ctx.user)
    if not served:
        raise UserError(NO_AGENT)
    found = await incidents.under_way(ctx.db, served)
    number = line.strip().lstrip("#").removeprefix("n°").strip()
    if number.isdecimal():
        return await _one(ctx, [each for each in found if str(each.number) == number])
    if number:
        return await _window(ctx, line)
    declare_one = Button("Déclarer une panne", Declare())
    if len(found) == 1:
        one = await _one(ctx, found)
        return Whisper(one.text, [*one.buttons, declare_one])
    options = {str(each.number): _say(each)[:80] for each in found[:MENU_MAX]}
    text = render("hotline/outages", found=found)
    return Whisper(text, [declare_one], menus=[Menu("Voir une panne", SeeOutage(), options)] if options else [])


@feature.button(Declare, writes=False)
async def open_window(ctx: Context, _: Declare) -> Replies:
    """The window of an outage that nobody’s tickets told of."""
    return await _window(ctx, "")


async def _window(ctx: Context, words: str) -> Ask:
    served = await must_serve_some(ctx, NO_AGENT)
    offered = {code: say_queue(ctx, code) for code in served}
    title = " ".join(words.split())[:SUBJECT_MAX] or None
    return Ask(NewOutage.draft(queue=next(iter(offered)), subject=title, queues=offered))


@feature.submit(NewOutage)
async def declare_by_hand(ctx: Context, form: NewOutage) -> Replies:
    """It is one from now on: it stands in the room, and tickets that are like it, or named here, are part of it."""
    await must_serve(ctx, form.queue)
    if not await claims.claim(ctx.db, "hotline.outage_key", ctx.request.key, ctx.now):
        return None  # (It was sent twice.)
    await incidents.hold_queue(ctx.db, form.queue, ctx.now)
    numbers = await _must_be_open(ctx, form)
    new = Incident(queue=form.queue, subject=form.subject, by=ctx.user.id, alike=list(numbers), opened_at=ctx.now)
    incident = await incidents.add(ctx.db, new)
    note_outage(ctx, Act.OUTAGE_SAY, incident, demandes=list(numbers))
    said, room = await draw(ctx, incident), await room_of(ctx, form.queue)
    told: list[Reply] = [Say(said.text, said.buttons, channel_id=room, topic=incident.topic)] if room else []
    told += [_start(incident, What.SAID)] if numbers else []
    return [*told, Whisper(f"C’est noté : {_say(incident)}. /ticket panne {incident.number} permet d’y écrire à tous.")]


async def _must_be_open(ctx: Context, form: NewOutage) -> Sequence[int]:
    """The tickets that are named. Raises UserError under their field where one is over, elsewhere, or in an outage."""
    numbers = sorted(form.numbers or ())
    found = {ticket.number: ticket for ticket in await incidents.founding(ctx.db, numbers)}
    for number in numbers:
        ticket = found.get(number)
        if ticket is None or ticket.queue != form.queue or not ticket.state.is_open:
            raise UserError(fields={"demandes": f"La demande n° {number} n’est pas ouverte dans cette file."})
        if ticket.incident is not None:
            raise UserError(fields={"demandes": f"La demande n° {number} est déjà dans la panne n° {ticket.incident}."})
    return numbers


@feature.button(SeeOutage, writes=False)
async def see(ctx: Context, click: SeeOutage) -> Replies:
    """The one that was chosen."""
    found = await incidents.under_way(ctx.db, await served_by(ctx, ctx.user))
    return await _one(ctx, [each for each in found if str(each.number) == click.chosen])


async def _one(ctx: Context, found: Sequence[Incident]) -> Whisper:
    if not found:
        raise UserError(NOT_THERE)
    said = await draw(ctx, found[0])
    return Whisper(said.text, said.buttons)


@feature.button(SayOutage, writes=False)
async def say_outage(ctx: Context, click: SayOutage) -> Replies:
    """The window in which it has its title."""
    incident = await _of_mine(ctx, await incidents.get(ctx.db, click.incident))
    _must_be_proposed(incident)
    said = f"{len(incident.alike)} demandes se ressemblent : leurs auteurs sont prévenus ensemble."
    return Ask(DeclareOutage.draft(incident=incident.number, said=said, subject=incident.subject))


@feature.submit(DeclareOutage)
async def declare(ctx: Context, form: DeclareOutage) -> Replies:
    """It is one: its tickets are part of it, and who filed them is told. So it is where somebody said meanwhile that it
    is none: who fills the window knows better than a click."""
    incident = await _locked(ctx, form.incident)
    if not incident.is_refused:
        _must_be_proposed(incident)
    await change(ctx.db, incident, by=ctx.user.id, subject=form.subject, opened_at=ctx.now, ended_at=None)
    note_outage(ctx, Act.OUTAGE_SAY, incident, demandes=list(incident.alike))
    return [await refresh(ctx, incident, here=True), _start(incident, What.SAID)]


@feature.button(SayNone)
async def say_none(ctx: Context, click: SayNone) -> Replies:
    """It is none: these tickets are not counted together any more."""
    incident = await _locked(ctx, click.incident)
    _must_be_proposed(incident)
    await change(ctx.db, incident, ended_at=ctx.now)
    note_outage(ctx, Act.OUTAGE_REFUSE, incident, demandes=list(incident.alike))
    said = await draw(ctx, incident, ctx.user.full_name)
    return Refresh(said.text, said.buttons, topic=incident.topic, here=True)


@feature.button(UnsayNone)
async def unsay_none(ctx: Context, click: UnsayNone) -> Replies:
    """It is proposed again."""
    incident = await _locked(ctx, click.incident)
    if not incident.is_refused:
        raise UserError("C’est déjà annulé.")
    await change(ctx.db, incident, ended_at=None)
    note_outage(ctx, Act.OUTAGE_REOPEN, incident, demandes=list(incident.alike))
    return await refresh(ctx, incident, here=True)


@feature.button(WriteToAll, writes=False)
async def write(ctx: Context, click: WriteToAll) -> Replies:
    """The window of what is new."""
    incident = await _of_mine(ctx, await incidents.get(ctx.db, click.incident))
    await _must_be_quiet(ctx, incident)
    return Ask(TellOutage.draft(incident=incident.number, said=_say(incident)))


@feature.submit(TellOutage)
async def tell(ctx: Context, form: TellOutage) -> Replies:
    """Everybody whom it concerns reads what is new, and so does who asks later."""
    incident = await _locked(ctx, form.incident)
    await _must_be_quiet(ctx, incident)
    await change(ctx.db, incident, news=form.text.strip())
    note_outage(ctx, Act.OUTAGE_TELL, incident, form.text.strip())
    return [await refresh(ctx, incident, here=True), _start(incident, What.NEWS)]


@feature.button(SayOver, writes=False)
async def say_over(ctx: Context, click: SayOver) -> Replies:
    """The window of the last word."""
    incident = await _of_mine(ctx, await incidents.get(ctx.db, click.incident))
    await _must_be_quiet(ctx, incident)
    return Ask(EndOutage.draft(incident=incident.number, said=_say(incident)))


@feature.submit(EndOutage)
async def end(ctx: Context, form: EndOutage) -> Replies:
    """No later ticket is part of it; those that are, are solved."""
    incident = await _locked(ctx, form.incident)
    await _must_be_quiet(ctx, incident)
    await change(ctx.db, incident, news=form.text.strip(), ended_at=ctx.now)
    note_outage(ctx, Act.OUTAGE_END, incident, form.text.strip())
    return [await refresh(ctx, incident, here=True), _start(incident, What.OVER)]


async def _locked(ctx: Context, number: int) -> Incident:
    """The outage of that number, nobody else’s until this transaction ends. Raises UserError where there is none."""
    known = await incidents.get(ctx.db, number)
    if known is not None:
        await incidents.hold_queue(ctx.db, known.queue, ctx.now)
    return await _of_mine(ctx, await incidents.lock(ctx.db, number))


async def _of_mine(ctx: Context, incident: Incident | None) -> Incident:
    """Raises UserError for none, and for who does not answer in its queue."""
    if incident is None:
        raise UserError(NOT_THERE)
    await must_serve(ctx, incident.queue)
    return incident


def _must_be_proposed(incident: Incident) -> None:
    """Raises UserError where somebody said already what it is."""
    if not incident.is_proposed:
        said = f"c’est la panne n° {incident.number}" if incident.by else "ces demandes sont sans lien"
        raise UserError(f"C’est déjà décidé : {said}.")


async def _must_be_quiet(ctx: Context, incident: Incident) -> None:
    """Raises UserError for what is over, or of which something is being told: it is read in its order."""
    if not incident.is_running:
        raise UserError(OVER if incident.by else "Dites d’abord si c’est une panne.")
    for what in What:
        about = TellAll(incident=incident.number, what=what).model_dump(mode="json")
        if await work.waiting_for(ctx.db, type_name(TellAll), about):
            raise UserError("Les personnes touchées sont en train d’être prévenues : recommencez dans un instant.")


def _start(incident: Incident, what: What) -> Start:
    return Start(payload=TellAll(incident=incident.number, what=what))


def _say(incident: Incident) -> str:
    return f"Panne n° {incident.number} : {incident.subject}"
