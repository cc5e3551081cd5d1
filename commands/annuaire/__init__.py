"""The directory: people and contacts are found by words, and people by what they can help with. Anybody of the réseau
proposes a contact, which animateurs publish or refuse."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import quotas
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.clock import utc_now
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import of, plural
from bot.menus import Menu
from bot.pages import cut_page
from bot.replies import Ask as OpenWindow
from bot.replies import Button, Direct, Message, News, Replies, Reply, RunCommand, Waiting, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import Markdown, quote, render, require
from commands.annuaire import cards
from commands.annuaire.cards import ANIMATEURS, feature
from config.territories import DEPARTEMENTS, say_of
from dialogs.annuaire import AskHelp, ProposeContact
from storage.annuaire import (
    NETWORK,
    AnyPerson,
    DirectoryHit,
    DirectoryIndex,
    entries,
    read_index,
    show_person,
)
from storage.annuaire.index import QUERY_MAX, read_terms
from storage.communes import Commune, find_place, find_place_exactly
from storage.journal import AuditAct
from storage.people import Person, animating, get


async def warm_up(db: AsyncSession) -> None:
    """Build the directory’s index at start, so that no first search waits for it."""
    await read_index(db, utc_now().date())


feature.read_at_start.append(warm_up)

QUESTION = RowCard[str]("annuaire:aide:")
"""The question to people who may help, by the key of the window that it was asked in."""
PAGE = 5
"""How many people one page lists: each takes two lines on a phone."""


@feature.command(
    "annuaire",
    help="Trouver une personne ou un contact",
    hint="[nom | rôle | commune | département | structure | savoir-faire]",
    tells=True,
    roles=NETWORK,
)
async def search_directory(ctx: ReadingContext, text: str) -> Replies:
    """Search the directory; people of one’s own département come first."""
    return await show_page(ctx, cards.MoreCards(query=" ".join(text.split())[:QUERY_MAX], page=1))


@feature.button(cards.MoreCards, name="annuaire.More", roles=NETWORK, writes=False)
async def show_page(ctx: ReadingContext, click: cards.MoreCards) -> Replies:
    """Show a page of results as they are now; a single result is shown in full."""
    index = await read_index(ctx.db, ctx.today)
    hits = index.search(ctx.user, click.query)
    if not hits:
        return _draw_nobody(ctx, index, click.query)
    if len(hits) == 1:
        return await show_card(ctx, cards.SeeCard(chosen=cards.get_target(hits[0].entry)))
    return _draw_page(ctx, hits, click)


@feature.button(cards.SeeCard, name="annuaire.See", roles=NETWORK, writes=False)
async def show_card(ctx: Context, click: cards.SeeCard) -> Replies:
    """Show one card in full."""
    found = await cards.find_target(ctx, click.chosen)
    if isinstance(found, entries.Contact):
        card = cards.draw_contact(found, ctx.user)
    else:
        card = await cards.draw_person(ctx, found)
    return card.recast(Whisper)


def _draw_page(ctx: Context, hits: Sequence[DirectoryHit], at: cards.MoreCards) -> Whisper:
    page = cut_page(hits, at.page, PAGE)
    shown = [hit.entry for hit in page.rows]
    lines = [cards.draw_line(ctx, entry) for entry in shown]
    text = render("annuaire/list", lines=lines, query=quote(at.query), page=page)

    def turn(number: int) -> cards.MoreCards:
        return cards.MoreCards(query=at.query, page=number)

    beside = [*page.draw_previous(turn), *page.draw_next(turn)]
    labels = {cards.get_target(entry): cards.get_label(entry) for entry in shown}
    shown_cards = Menu("Voir une fiche", cards.SeeCard(), labels)
    # (A short page has a button for each of both, so each says what it is.)
    files = Menu(
        "Télécharger un contact", cards.TakeOne(), {target: f"vCard {label}" for target, label in labels.items()}
    )
    return Whisper(text, beside, menus=[shown_cards, files])


def _draw_nobody(ctx: Context, index: DirectoryIndex, query: str) -> Whisper:
    """Say that nothing was found, with buttons for similar words."""
    near = index.suggest(ctx.user, query)
    buttons = [Button(f"/annuaire {quote(other)}", RunCommand(line=f"annuaire {other}")) for other in near]
    return Whisper(render("annuaire/nobody", query=quote(query), is_near=bool(near)), buttons)


ASKED_MAX = 5
"""The most people who are asked for help at once, the nearest ones."""
NEAR = re.compile(r" (?:près|pres|proche|autour) (?:du |des? |d[’'])", re.IGNORECASE)
"""The words between what is sought and where: « tablettes près de Lyon »."""
_AT = re.compile(r" (?:à|a|au|aux|en|vers|sur|dans)(?: (?:le|la|les|l[’'])| l[’'])?$", re.IGNORECASE)
"""What may stand before a place that is said without « près de »."""
ARTICLES = {"Le ": "du ", "Les ": "des "}
PLACE_MAX = 4
"""Words of such a place."""


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """Where helpers are searched first: a commune or a département; ``of`` is said behind a noun, « de l’Ain (01) », ""
    if unknown."""

    commune: Commune | None = None
    departement: str = ""
    of: str = ""


@feature.search("annuaire qui", help="Qui sait faire ? Demander de l’aide", hint="linux [près de 69120]", roles=NETWORK)
async def find_helpers(ctx: Context, text: str) -> Replies:
    """Find people who said that they can help with this and may be asked."""
    what, *rest = NEAR.split(f" {' '.join(text.split())[:QUERY_MAX]}", maxsplit=1)
    about = require(what.strip() or None, "annuaire/which_skill")
    where = _read_place(ctx, rest[0]) if rest else _find_own_place(ctx.user)
    index = await read_index(ctx.db, ctx.today)
    hits = index.skilled(ctx.user, about)
    if not (hits or rest):
        about, where = next(_cut_places(ctx, about, index), (about, where))
        hits = index.skilled(ctx.user, about)
    if not hits:
        return _draw_no_helper(ctx, index, about, rest)
    near = sorted(hits, key=lambda hit: (_measure_nearness(ctx, hit, where), -hit.score, hit.entry.name))[:ASKED_MAX]
    lines = [_draw_helper(ctx, hit, where) for hit in near]
    text = render("annuaire/who", about=quote(about), where=where, lines=lines, more=len(hits) - len(near))
    asked = cards.AskHelpers(about=about, helpers=tuple(_get_person(hit).id for hit in near))
    everybody = [Button("Voir les autres", RunCommand(line=f"annuaire {about}"))] if len(hits) > len(near) else []
    return Whisper(text, [Button("Demander de l’aide", asked, "primary"), *everybody])


def _draw_no_helper(ctx: Context, index: DirectoryIndex, about: str, place: Sequence[str]) -> Whisper:
    """Say that nobody declared this skill, with buttons for similar ones, sought near the same place."""
    near = index.suggest_skills(ctx.user, about)
    lines = {other: " près de ".join((f"annuaire qui {other}", *place)) for other in near}
    buttons = [Button(f"/annuaire qui {quote(other)}", RunCommand(line=line)) for other, line in lines.items()]
    return Whisper(render("annuaire/no_helper", about=quote(about), is_near=bool(near)), buttons)


@feature.button(cards.AskHelpers, name="annuaire.Ask", roles=NETWORK, writes=False)
async def ask_question(ctx: Context, click: cards.AskHelpers) -> Replies:
    """Open the window of a question."""
    return OpenWindow(AskHelp.draft(about=click.about, helpers=click.helpers))


@feature.submit(AskHelp, roles=NETWORK)
async def send_question(ctx: Context, form: AskHelp) -> Replies:
    """Send a question to each helper who may still be asked."""
    free = await entries.find_willing(ctx.db, form.helpers, ctx.now, ctx.settings.help_requests)
    asked = require([person for person in free if person.id != ctx.user.id] or None, "annuaire/asked_enough")
    key = ctx.request.key
    await entries.note_request(ctx.db, key, ctx.user.id, [person.id for person in asked], ctx.now)
    names = [person.full_name for person in asked]
    withdraw = Button("Retirer ma demande", cards.WithdrawQuestion(key=key))
    sent = Whisper(render("annuaire/asked", names=names), [withdraw])
    return [sent, *(_draw_question(ctx, form, person) for person in asked)]


@feature.button(cards.WithdrawQuestion, name="annuaire.Withdraw", roles=NETWORK)
async def withdraw_question(ctx: Context, click: cards.WithdrawQuestion) -> Replies:
    """Withdraw a question from all who received it; it no longer counts towards their limit."""
    if not await entries.withdraw_request(ctx.db, click.key, ctx.user.id):
        raise UserError(render("annuaire/question_withdrawn"))
    gone = QUESTION.rewrite(click.key, render("annuaire/withdrawn"))
    return [gone, Whisper(render("annuaire/question_withdrawn_now"))]


@feature.button(cards.StopHelping, roles=NETWORK)
async def stop_helping(ctx: Context, _: cards.StopHelping) -> Replies:
    """Stop all questions to this person until they say otherwise."""
    await entries.save_profile(ctx.db, ctx.user, {"helps": False})
    return Whisper(render("annuaire/asked_no_more"))


@feature.job("hour=4 minute=20", name="annuaire.forget_requests", writes=True)
async def forget_requests(ctx: Context) -> Replies:
    """Delete the questions that no longer count towards anybody’s limit."""
    await entries.forget_requests(ctx.db, ctx.now)
    return None


def _draw_question(ctx: Context, form: AskHelp, helper: Person) -> Direct:
    said = {"asker": show_person(helper, ctx.user), "link": cards.link_person(ctx, ctx.user.username)}
    text = render("annuaire/question", about=quote(form.about), question=form.question, **said)
    stop = Button("Ne plus être sollicité", cards.StopHelping())
    return QUESTION.send(ctx.request.key, Message(text, [stop]), helper.id)


def _find_own_place(person: Person) -> SearchPlace:
    if commune := entries.find_commune(person):
        return _make_place(commune)
    return _make_territory(person.departement) if person.departement else SearchPlace()


def _cut_places(ctx: Context, text: str, index: DirectoryIndex) -> Iterator[tuple[str, SearchPlace]]:
    """Cut a place from the end of words that find nobody as they are, where the rest finds somebody: « linux à Lyon »,
    « linux isère »."""
    words = text.split()
    for size in range(min(PLACE_MAX, len(words) - 1), 0, -1):
        wanted = _AT.sub("", " ".join(words[:-size]))
        place = _find_place(ctx, re.sub("^[lL][’']", "", " ".join(words[-size:])))
        if place and wanted and index.skilled(ctx.user, wanted):
            yield wanted, place


def _read_place(ctx: Context, text: str) -> SearchPlace:
    """Read a département or a commune. Raises UserError for neither."""
    if place := _find_place(ctx, text):
        return place
    near = ", ".join(place.label for place in find_place(text, ctx.user.departements).suggestions)
    hint = f" Peut-être : {near}." if near else ""
    raise UserError(render("annuaire/unknown_place", text=text, more=hint))


def _find_place(ctx: Context, text: str) -> SearchPlace | None:
    """Find the département or the commune that a text names."""
    try:
        code = entries.read_departement(text)
        return _make_territory(code)
    except ValueError:
        found = find_place_exactly(text, ctx.user.departements)
    places: Sequence[Commune] = [place.commune for place in (*filter(None, [found.place]), *found.choices)]
    return _make_place(places[0]) if places else None


def _make_place(commune: Commune) -> SearchPlace:
    name = commune.nom
    begun = next((said for article, said in ARTICLES.items() if name.startswith(article)), "")
    said = begun + name.partition(" ")[2] if begun else of(name)
    return SearchPlace(commune, commune.departement, f"{said} ({commune.departement})")


def _make_territory(code: str) -> SearchPlace:
    return SearchPlace(departement=code, of=f"{say_of(code)} ({code})" if code in DEPARTEMENTS else f"de {code}")


def _get_person(hit: DirectoryHit) -> AnyPerson:
    assert hit.entry.person is not None  # contacts have no skills
    return hit.entry.person


def _measure_nearness(ctx: Context, hit: DirectoryHit, where: SearchPlace) -> int:
    return entries.measure_nearness(ctx.user, _get_person(hit), where.commune, where.departement)


def _draw_helper(ctx: Context, hit: DirectoryHit, where: SearchPlace) -> str:
    shown = show_person(ctx.user, _get_person(hit))
    near = entries.NEARNESS[_measure_nearness(ctx, hit, where)] if where.departement else ""
    return render("annuaire/who_line", person=shown, near=near, link=cards.link_person(ctx, shown.username))


@feature.finds(
    SearchKind("personne", "Personne", "Personnes", lambda ident: cards.SeeCard(chosen=ident)), roles=NETWORK
)
async def find_people(wanted: Search) -> Findings:
    """Find people for « /chercher » by what the searcher may see of them; those without an account, by their user
    name."""
    found = [(hit, person) for hit in await _find_entries(wanted) if (person := hit.entry.person)]
    shown = found[wanted.skip : wanted.skip + wanted.limit]
    hits = [Hit(p.id or p.username, p.full_name, hit.score, _say_person(wanted.user, p)) for hit, p in shown]
    return Findings(hits, len(found))


@feature.finds(
    SearchKind("contact", "Contact", "Contacts", lambda n: cards.SeeCard(chosen=f"{cards.CONTACT}{n}")), roles=NETWORK
)
async def find_contacts(wanted: Search) -> Findings:
    """Find published contacts for « /chercher »."""
    found = [(hit, contact) for hit in await _find_entries(wanted) if (contact := hit.entry.contact)]
    return cut_hits([Hit(c.id or 0, c.title, hit.score, c.fonction or c.organisme) for hit, c in found], wanted)


async def _find_entries(wanted: Search) -> Sequence[DirectoryHit]:
    if not read_terms(wanted.words) or wanted.user.has_left(wanted.today):
        return []
    index = await read_index(wanted.db, wanted.today, awaited=wanted.awaited)
    return index.search(wanted.user, wanted.words)


def _say_person(viewer: Person, person: AnyPerson) -> str:
    shown = show_person(viewer, person)
    return ", ".join(filter(None, (shown.role.label if shown.role else "", shown.places[0] if shown.places else "")))


NAMED_MAX = 5
"""The most people that « /accueil » names: those who accept to be asked, of one’s own département first."""


@feature.at_home
async def tell_who_is_reachable(ctx: ReadingContext) -> Sequence[Markdown]:
    """Say how many people of the réseau are online now, and name those who accept questions. Shown only in the answer
    to a typed command, which vanishes, so that nobody’s presence is recorded."""
    if ctx.request.waiting_kind != "command" or not ctx.user.may(NETWORK):
        return []
    list_ids = partial(entries.list_network_ids, ctx.db, ctx.today)
    reachable = {*await ctx.people.presence.find_reachable(list_ids)} - {ctx.user.id}
    if not reachable:
        return []
    near = set(ctx.user.departements)
    helpers = sorted(await entries.list_helpers(ctx.db, reachable), key=lambda one: near.isdisjoint(one.departements))
    named = [cards.link_person(ctx, one.username, one.full_name) for one in helpers[:NAMED_MAX]]
    more = len(helpers) - len(named)
    rest = [plural(more, "autre")] if more else []
    return [render("annuaire/reachable", count=len(reachable), named=[*named, *rest])]


REVIEW = RowCard[entries.Contact]("annuaire:", lambda contact: contact.id)
"""The card under which each animateur reviews a proposed contact."""
REVIEWERS_MAX = 20
"""Animateurs who are told of a proposal; the others see it in « /aide »."""


@feature.command("annuaire ajouter", help="Proposer un contact ou une institution", roles=NETWORK)
async def ask_contact(ctx: Context, text: str) -> Replies:
    """Open the window of a contact; what follows the command is its organisation."""
    return OpenWindow(ProposeContact.draft(organisme=" ".join(text.split()) or None))


@feature.submit(ProposeContact, roles=NETWORK)
async def propose_contact(ctx: Context, form: ProposeContact) -> Replies:
    """Publish an animateur’s contact at once; submit anybody else’s for review."""
    said = form.said
    contact = entries.Contact(
        key=entries.make_key(said["nom"], said["organisme"], said["departement"]),
        state=entries.ContactState.PUBLISHED if ctx.user.animates else entries.ContactState.PROPOSED,
        proposed_by=ctx.user.id,
        changed_at=ctx.now,
        **said,
    )
    stored = await entries.propose_contact(ctx.db, contact)
    if stored is None:
        raise UserError(fields={"organisme": render("annuaire/contact_known")})
    if ctx.user.animates:
        _note_contact(ctx, stored, {})
        card = cards.draw_contact(stored, ctx.user)
        return Whisper(render("annuaire/added", card=card.text), card.buttons)
    thanks = [Whisper(render("annuaire/proposed", title=stored.title)), *await quotas.spend(ctx, quotas.Quota.CONTACT)]
    card = _draw_review(stored, ctx.user, None)
    reviewers = await animating(ctx.db, ctx.today, REVIEWERS_MAX)
    return [*thanks, *(REVIEW.send(stored, card, each.id) for each in reviewers)]


@feature.command("annuaire propositions", help="Relire les contacts proposés", roles=ANIMATEURS)
async def review_next(ctx: Context, _: str) -> Replies:
    """Show the contact that has waited longest, with its review buttons."""
    contact = await entries.find_oldest_proposed(ctx.db)
    if contact is None:
        return Whisper(render("annuaire/no_contact_waits"))
    count = await entries.count_proposed(ctx.db)
    card = _draw_review(contact, await _find_proposer(ctx, contact), None)
    return [Whisper(render("annuaire/waiting", count=count)), REVIEW.send(contact, card, ctx.user.id)]


@feature.button(cards.DecideContact, name="annuaire.Decide", roles=ANIMATEURS)
async def decide_contact(ctx: Context, click: cards.DecideContact) -> Replies:
    """Publish or refuse a contact; all animateurs’ cards show it, and the proposer is told."""
    state = entries.ContactState.PUBLISHED if click.publish else entries.ContactState.REFUSED
    was = await entries.get_contact_state(ctx.db, click.contact_id)
    is_new = await entries.decide_contact(ctx.db, click.contact_id, state, ctx.user.id, ctx.now)
    contact = require(await entries.get_contact(ctx.db, click.contact_id), "annuaire/contact_gone")
    if is_new:
        _note_contact(ctx, contact, {"etat": was.value} if was else {})
    decider = await get(ctx.db, contact.decided_by) if contact.decided_by else None
    card = _draw_review(contact, await _find_proposer(ctx, contact), decider)
    replies: list[Reply] = [REVIEW.rewrite(contact, card, here=True)]
    if ctx.request.post_id not in {post.post_id for post in await REVIEW.list_posts(ctx.db, contact)}:
        # It was clicked where nothing can be rewritten: under what was found.
        replies.append(card.recast(Whisper))
    if is_new and contact.proposed_by not in {"", ctx.user.id}:
        said = render("annuaire/decided", title=contact.title, published=click.publish)
        replies.append(News(user_id=contact.proposed_by, text=said))
    return replies


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """Tell an animateur how many contacts wait for review."""
    count = await entries.count_proposed(ctx.db) if ctx.user.animates else 0
    said = plural(count, "contact attend d’être relu", "contacts attendent d’être relus")
    return [Waiting(said, Button("Relire", RunCommand(line="annuaire propositions")))] if count else []


def _note_contact(ctx: Context, contact: entries.Contact, before: Mapping[str, object]) -> None:
    thing, after = f"contact:{contact.id}", {"etat": contact.state.value, "titre": contact.title}
    record_entry_at_end(ctx, AuditEntry(AuditAct.CONTACT, thing, contact.proposed_by, before=before, after=after))


async def _find_proposer(ctx: Context, contact: entries.Contact) -> Person | None:
    return await get(ctx.db, contact.proposed_by) if contact.proposed_by else None


def _draw_review(contact: entries.Contact, proposer: Person | None, decider: Person | None) -> Message:
    """Draw a proposed contact with its review buttons; a decision can be changed."""
    card = cards.draw_contact_text(contact)
    text = render("annuaire/review", card=card, proposer=proposer, decider=decider, state=contact.state.value)
    is_published, number = contact.state is entries.ContactState.PUBLISHED, contact.id or 0
    publish = Button("Publier", cards.DecideContact(contact_id=number, publish=True), "primary")
    label = "Retirer" if is_published else "Refuser"
    refuse = Button(label, cards.DecideContact(contact_id=number, publish=False), "danger")
    is_refused = contact.state is entries.ContactState.REFUSED
    return Message(text, [*([] if is_published else [publish]), *([] if is_refused else [refuse])])
