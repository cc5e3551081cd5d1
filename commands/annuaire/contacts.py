"""« /annuaire ajouter »: contacts proposed by anybody of the réseau, published or refused by animateurs."""

from collections.abc import Mapping, Sequence

from bot import quotas
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.command_lines import RunCommand
from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.quotas import Quota
from bot.replies import Ask, Button, Message, News, Replies, Reply, Waiting, Whisper
from bot.texts import render
from commands.annuaire.cards import ANIMATEURS, Decide, draw_contact, draw_contact_text, feature
from dialogs.annuaire import ProposeContact
from storage.annuaire import NETWORK, contacts
from storage.annuaire.contacts import Contact, ContactState, make_key
from storage.journal import AuditAct
from storage.people import Person, animating, get

REVIEW = RowCard[Contact]("annuaire:", lambda contact: contact.id)
"""The card under which each animateur reviews a proposed contact."""
REVIEWERS_MAX = 20
"""Animateurs who are told of a proposal; the others see it in « /aide »."""


@feature.command("annuaire ajouter", help="Proposer un contact ou une institution", roles=NETWORK)
async def ask_contact(ctx: Context, text: str) -> Replies:
    """Open the window of a contact; what follows the command is its organisation."""
    return Ask(ProposeContact.draft(organisme=" ".join(text.split()) or None))


@feature.submit(ProposeContact, roles=NETWORK)
async def propose_contact(ctx: Context, form: ProposeContact) -> Replies:
    """Publish a contact of an animateur’s at once; show another’s to those who review."""
    said = form.said
    contact = Contact(
        key=make_key(said["nom"], said["organisme"], said["departement"]),
        state=ContactState.PUBLISHED if ctx.user.animates else ContactState.PROPOSED,
        proposed_by=ctx.user.id,
        changed_at=ctx.now,
        **said,
    )
    stored = await contacts.propose_contact(ctx.db, contact)
    if stored is None:
        raise UserError(fields={"organisme": "Ce contact est déjà dans l’annuaire, ou attend d’être relu."})
    if ctx.user.animates:
        _note_contact(ctx, stored, {})
        card = draw_contact(stored, ctx.user)
        return Whisper(render("annuaire/added", card=card.text), card.buttons)
    thanks = [Whisper(render("annuaire/proposed", title=stored.title)), *await quotas.spend(ctx, Quota.CONTACT)]
    card = _draw_review(stored, ctx.user, None)
    return [*thanks, *(REVIEW.send(stored, card, each.id) for each in await animating(ctx.db, REVIEWERS_MAX))]


@feature.command("annuaire propositions", help="Relire les contacts proposés", roles=ANIMATEURS)
async def review_next(ctx: Context, _: str) -> Replies:
    """Show the contact that has waited longest, with its buttons."""
    contact = await contacts.find_oldest_proposed(ctx.db)
    if contact is None:
        return Whisper("Aucun contact n’attend d’être relu.")
    count = await contacts.count_proposed(ctx.db)
    card = _draw_review(contact, await _find_proposer(ctx, contact), None)
    return [Whisper(render("annuaire/waiting", count=count)), REVIEW.send(contact, card, ctx.user.id)]


@feature.button(Decide, roles=ANIMATEURS)
async def decide_contact(ctx: Context, click: Decide) -> Replies:
    """Publish or refuse a contact: all animateurs see it, and who proposed it is told."""
    state = ContactState.PUBLISHED if click.publish else ContactState.REFUSED
    was = await contacts.get_state(ctx.db, click.contact_id)
    is_new = await contacts.decide_contact(ctx.db, click.contact_id, state, ctx.user.id, ctx.now)
    contact = await contacts.get_contact(ctx.db, click.contact_id)
    if contact is None:
        raise UserError("Ce contact n’existe plus.")
    if is_new:
        _note_contact(ctx, contact, {"etat": was.value} if was else {})
    card = _draw_review(contact, await _find_proposer(ctx, contact), ctx.user)
    replies: list[Reply] = [REVIEW.rewrite(contact, card, here=True)]
    if ctx.request.post_id not in {post.post_id for post in await REVIEW.list_posts(ctx.db, contact)}:
        # It was clicked where nothing can be rewritten: under what was found.
        replies.append(Whisper(card.text, card.buttons))
    if is_new and contact.proposed_by not in {"", ctx.user.id}:
        said = render("annuaire/decided", title=contact.title, published=click.publish)
        replies.append(News(user_id=contact.proposed_by, text=said))
    return replies


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """Tell an animateur how many contacts wait for a review."""
    count = await contacts.count_proposed(ctx.db) if ctx.user.animates else 0
    if not count:
        return []
    verb = "attend d’être relu" if count == 1 else "attendent d’être relus"
    return [Waiting(f"{plural(count, 'contact')} {verb}", Button("Relire", RunCommand(line="annuaire propositions")))]


def _note_contact(ctx: Context, contact: Contact, before: Mapping[str, object]) -> None:
    thing, after = f"contact:{contact.id}", {"etat": contact.state.value, "titre": contact.title}
    record_entry_at_end(ctx, AuditEntry(AuditAct.CONTACT, thing, contact.proposed_by, before=before, after=after))


async def _find_proposer(ctx: Context, contact: Contact) -> Person | None:
    return await get(ctx.db, contact.proposed_by) if contact.proposed_by else None


def _draw_review(contact: Contact, proposer: Person | None, decider: Person | None) -> Message:
    """Draw a proposal, and what can be done with it: what was decided can be decided otherwise."""
    card = draw_contact_text(contact)
    text = render("annuaire/review", card=card, proposer=proposer, decider=decider, state=contact.state.value)
    is_published, number = contact.state is ContactState.PUBLISHED, contact.id or 0
    publish = Button("Publier", Decide(contact_id=number, publish=True), "primary")
    label = "Retirer" if is_published else "Refuser"
    refuse = Button(label, Decide(contact_id=number, publish=False), "danger")
    is_refused = contact.state is ContactState.REFUSED
    return Message(text, [*([] if is_published else [publish]), *([] if is_refused else [refuse])])
