"""How people and contacts are shown: a line in a list, a card, and the ways to reach them."""

import re

from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Message
from bot.texts import Markdown, escape, render
from commands.annuaire.buttons import Decide, Take
from storage import people
from storage.annuaire import Entry, Shown, place_name, show
from storage.annuaire.contacts import Contact, State, get
from storage.annuaire.values import read_site, show_phone
from storage.people import Person

LABEL_MAX = 40
CONTACT = "contact:"
"""What stands before a contact’s number where a person’s id may stand, too."""
GONE = "Cette fiche n’est plus dans l’annuaire."


def target_of(entry: Entry) -> str:
    """What ``See`` names an entry by."""
    return entry.person.id if entry.person else f"{CONTACT}{entry.contact.id if entry.contact else 0}"


def label_of(entry: Entry) -> str:
    """What an entry is called on a button."""
    name = entry.person.full_name if entry.person else entry.contact.title if entry.contact else ""
    return name if len(name) <= LABEL_MAX else f"{name[: LABEL_MAX - 1]}…"


def line(ctx: Context, entry: Entry) -> Markdown:
    """An entry on one line, as somebody sees it."""
    if entry.contact is not None:
        return render("annuaire/contact_line", **_of_contact(entry.contact))
    assert entry.person is not None
    shown = show(ctx.user, entry.person)
    return render("annuaire/person_line", person=shown, link=link_to(ctx, shown.username))


def person_card(ctx: Context, person: Person) -> Message:
    """A person, as somebody sees them."""
    shown = show(ctx.user, person)
    said = {"person": shown, "link": link_to(ctx, shown.username), "address": address(shown.email)}
    return Message(render("annuaire/person", **said), [Button("vCard", Take(target=person.id))])


def contact_card(contact: Contact, viewer: Person) -> Message:
    """A contact; animateurs may take it out."""
    out = [Button("Retirer", Decide(contact_id=contact.id or 0, publish=False))] if viewer.animates else []
    return Message(contact_text(contact), [Button("vCard", Take(target=f"{CONTACT}{contact.id}")), *out])


def contact_text(contact: Contact) -> Markdown:
    """All that is known of a contact."""
    return render("annuaire/contact", **_of_contact(contact))


async def find(ctx: Context, target: str) -> Person | Contact:
    """Whom a target names, as the tables have them now. Raises UserError for who is hidden, gone or not published."""
    if target.startswith(CONTACT):
        contact = await get(ctx.db, int(target.removeprefix(CONTACT)))
        if contact is None or contact.state is not State.PUBLISHED:
            raise UserError(GONE)
        return contact
    person = await people.get(ctx.db, target)
    if person is None or person.is_hidden or person.has_left(ctx.today):
        raise UserError(GONE)
    return Person(**(person.model_dump() | {"role": person.role or person.derived_role}))


async def shown_of(ctx: Context, target: str) -> Shown | Contact:
    """The same, as who acts sees it."""
    found = await find(ctx, target)
    return found if isinstance(found, Contact) else show(ctx.user, found)


def link_to(ctx: Context, username: str) -> Markdown:
    """« Message »: the direct channel with somebody; empty for what cannot be an account."""
    if not re.fullmatch(r"[a-z0-9._-]{1,64}", username):
        return Markdown()
    return Markdown(f"[Message]({ctx.settings.mattermost_url}/{ctx.settings.team}/messages/@{username})")


def address(email: str) -> Markdown:
    """An address to be copied: no mention, no Markdown."""
    return Markdown(f"`{email}`" if email and not re.search(r"[`\s]", email) else escape(email))


def _of_contact(contact: Contact) -> dict[str, object]:
    return {
        "contact": contact,
        "place": place_name(contact.departement) if contact.departement else "toute la France",
        "address": address(contact.email),
        "phone": show_phone(contact.telephone),
        "site": _site(contact.site),
    }


def _site(site: str) -> Markdown:
    """The address of a page, which Mattermost makes a link; nothing that is not of the web."""
    try:
        return Markdown(read_site(site) if site else "")
    except ValueError:
        return Markdown()
