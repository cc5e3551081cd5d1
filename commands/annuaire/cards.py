"""The feature, and how people and contacts are shown: as a line, a card or a vCard (4.0, RFC 6350); and « /profil »,
one’s own card."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from bot import replies
from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import ChatError, UserError
from bot.features import Feature, Front, Right
from bot.mattermost import ChatUser
from bot.menus import Choosing
from bot.replies import Button, Message, Parcel, Replies, SendFile, Whisper
from bot.texts import Markdown, escape, link, render
from config.text import cut, fold
from dialogs.absence import say_away
from dialogs.annuaire import EditProfile, EditSight
from storage import communes, people
from storage.annuaire import NETWORK, DirectoryEntry, entries, name_place, show_person
from storage.annuaire.entries import Contact, ContactState, get_contact, read_site
from storage.annuaire.phones import show_phone
from storage.cra.queries import read_last_commune
from storage.people import Audience, Person, Role

feature = Feature(
    "annuaire",
    rights=(Right.MEMBER,),
    front=Front("Annuaire", "trouver une personne, un contact, quelqu’un qui sait faire", lambda _: "annuaire"),
)
feature.at_start.append(communes.load_communes)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who reviews contacts."""


class MoreCards(BaseModel):
    """Button « Suite »: another page of results."""

    query: str
    page: int


class SeeCard(Choosing):
    """Menu « Fiche »: ``chosen`` is a person’s id, or « contact: » and a number."""


class TakeVcard(BaseModel):
    """Button « vCard »: sends the file of a ``target`` as ``SeeCard`` names it."""

    target: str


class TakeOne(Choosing):
    """Menu « vCard »: sends the file of one result of a page."""


class VCard(BaseModel):
    """Order of a vCard file, of a ``target`` as ``SeeCard`` names it."""

    target: str


class EditCard(BaseModel):
    """Button « Modifier »: opens the window of one’s own card."""


class ChooseSight(BaseModel):
    """Button « Qui voit quoi »: opens the window in which each field’s audience is chosen."""


class DecideContact(BaseModel):
    """Button « Publier » or « Refuser »: decides about a contact."""

    contact_id: int
    publish: bool


class AskHelpers(BaseModel):
    """Button « Demander de l’aide »: opens the window of a question to the helpers found."""

    about: str
    helpers: tuple[str, ...]


class WithdrawQuestion(BaseModel):
    """Button « Retirer ma demande »: withdraws a question."""

    key: str


class StopHelping(BaseModel):
    """Button « Ne plus être sollicité »: stops all questions to whoever clicks."""


LABEL_MAX = 40
CONTACT = "contact:"
"""The prefix of a contact’s number, where a person’s id is possible too."""


def get_target(entry: DirectoryEntry) -> str:
    """Return the id by which ``SeeCard`` names a person or a contact."""
    return entry.person.id if entry.person else f"{CONTACT}{entry.contact.id if entry.contact else 0}"


def get_label(entry: DirectoryEntry) -> str:
    """Return the label of an entry on a button."""
    name = entry.person.full_name if entry.person else entry.contact.title if entry.contact else ""
    return cut(name, LABEL_MAX)


def draw_line(ctx: Context, entry: DirectoryEntry) -> Markdown:
    """Draw an entry as one line, as the reader may see it."""
    if entry.contact is not None:
        return render("annuaire/contact_line", **_describe_contact(entry.contact))
    assert entry.person is not None
    shown = show_person(ctx.user, entry.person)
    return render("annuaire/person_line", person=shown, link=link_person(ctx, shown.username))


async def draw_person(ctx: Context, person: Person) -> Message:
    """Draw a person’s card, as the reader may see it, with the day of their return if they are away."""
    shown = show_person(ctx.user, person)
    said: dict[str, object] = {"person": shown, "link": link_person(ctx, shown.username)}
    said |= {"address": draw_address(shown.email), "away": await say_away(ctx.db, person, ctx.now)}
    return Message(render("annuaire/person", **said), [Button("vCard", TakeVcard(target=person.id))])


def draw_contact(contact: Contact, viewer: Person) -> Message:
    """Draw a contact, with a button to remove it for animateurs."""
    out = [Button("Retirer", DecideContact(contact_id=contact.id or 0, publish=False))] if viewer.animates else []
    return Message(draw_contact_text(contact), [Button("vCard", TakeVcard(target=f"{CONTACT}{contact.id}")), *out])


def draw_contact_text(contact: Contact) -> Markdown:
    """Draw all that is known of a contact."""
    return render("annuaire/contact", **_describe_contact(contact))


async def find_target(ctx: Context, target: str) -> Person | Contact:
    """Find the person or contact of a target, as stored now. Raises UserError for one that is hidden, deleted or
    unpublished."""
    if target.startswith(CONTACT):
        contact = await get_contact(ctx.db, int(target.removeprefix(CONTACT)))
        if contact is None or contact.state is not ContactState.PUBLISHED:
            raise UserError(render("annuaire/gone"))
        return contact
    person = await people.get(ctx.db, target)
    if person is None or person.is_hidden or person.has_left(ctx.today):
        raise UserError(render("annuaire/gone"))
    return person.copy_with(role=person.role or person.derived_role)


def link_person(ctx: Context, username: str, words: str = "Message") -> Markdown:
    """Make words a link to the direct channel with somebody; "" for a name that cannot be an account."""
    if not re.fullmatch(r"[a-z0-9._-]{1,64}", username):
        return Markdown()
    return link(words, f"{ctx.settings.mattermost_url}/{ctx.settings.team}/messages/@{username}")


def draw_address(email: str) -> Markdown:
    """Draw an e-mail address so that it can be copied, without becoming a mention or Markdown."""
    return Markdown(f"`{email}`" if email and not re.search(r"[`\s]", email) else escape(email))


def _describe_contact(contact: Contact) -> dict[str, object]:
    return {
        "contact": contact,
        "place": name_place(contact.departement) if contact.departement else "toute la France",
        "address": draw_address(contact.email),
        "phone": show_phone(contact.telephone),
        "site": _draw_site(contact.site),
    }


def _draw_site(site: str) -> Markdown:
    """Draw the address of a website, which Mattermost makes a link; "" for any other scheme."""
    try:
        return Markdown(read_site(site) if site else "")
    except ValueError:
        return Markdown()


SEEN_BY = {
    Audience.RESEAU: "tout le réseau",
    Audience.DEPARTEMENT: "votre département et les animateurs",
    Audience.ANIMATEURS: "les animateurs",
    Audience.PERSONNE: "personne d’autre",
}


FIELD_MAX = 80
"""The most characters of a name in the register."""


@feature.command("profil", help="Voir et changer votre fiche de l’annuaire, et qui en voit quoi", roles=NETWORK)
async def show_profile(ctx: ReadingContext, _: str) -> Replies:
    """Show one’s own card; fields that the register lacks come from the Mattermost account."""
    account = await _read_account(ctx)
    last = await read_last_commune(ctx.db, ctx.user.id)
    return _draw_profile(_named_by(ctx.user, account), account.position if account else "", last)


async def _read_account(ctx: ReadingContext) -> ChatUser | None:
    try:
        return await ctx.chat.user(ctx.user.id)
    except ChatError:
        return None


def _named_by(person: Person, account: ChatUser | None) -> Person:
    """Return a person with the account’s names where the register has none."""
    if account is None or person.prenom or person.nom:
        return person
    names = {"prenom": account.first_name[:FIELD_MAX] or None, "nom": account.last_name[:FIELD_MAX] or None}
    return person.copy_with(**names)


async def read_own_names(ctx: ReadingContext, form: EditProfile) -> tuple[EditProfile, Mapping[str, str | None]]:
    """Read the names of one’s account where the register has none."""
    named = _named_by(ctx.user, await _read_account(ctx))
    return form, {"prenom": named.prenom, "nom": named.nom}


@feature.button(EditCard, name="annuaire.Edit", roles=NETWORK, writes=False)
async def ask_profile(ctx: Context, _: EditCard) -> Replies:
    """Open the window of one’s own card."""
    return replies.Ask(EditProfile.of(ctx.user, await ctx.recall(read_last_commune)))


@feature.button(ChooseSight, roles=NETWORK, writes=False)
async def ask_sight(ctx: Context, _: ChooseSight) -> Replies:
    """Open the window in which each field’s audience is chosen."""
    return replies.Ask(EditSight.of(ctx.user))


@feature.submit(EditProfile, roles=NETWORK, asks=read_own_names)
async def save_profile(ctx: Context, sent: tuple[EditProfile, Mapping[str, str | None]]) -> Replies:
    """Store one’s own card, which the directory searches from now on."""
    form, names = sent
    return _draw_profile(await entries.save_profile(ctx.db, ctx.user, {**form.say_of(ctx.user), **names}))


@feature.submit(EditSight, roles=NETWORK)
async def save_sight(ctx: Context, form: EditSight) -> Replies:
    """Store each field’s audience."""
    return _draw_profile(await entries.save_profile(ctx.db, ctx.user, form.said))


def _draw_profile(person: Person, position: str = "", last_commune: str = "") -> Whisper:
    """Draw one’s own card and who sees which field. ``position`` is Mattermost’s; ``last_commune`` is that of the last
    report."""
    shown = show_person(person, person)
    fields = (
        ("Courriel", draw_address(shown.email), "email"),
        ("Téléphone", shown.phone, "telephone"),
        ("Structure", shown.structure, "structure"),
        ("Commune", shown.commune, "commune"),
        ("Sait faire", ", ".join(shown.skills), "skills"),
        ("Langues", ", ".join(shown.languages), "languages"),
    )
    rows = [(title, value, SEEN_BY[person.audience(name)]) for title, value, name in fields]
    buttons = [Button("Modifier", EditCard(), "primary"), Button("Régler qui voit quoi", ChooseSight())]
    about = {"position": position, "last_commune": "" if shown.commune else last_commune}
    return Whisper(render("annuaire/profile", person=person, shown=shown, rows=rows, **about), buttons)


LINE_BYTES = 75
"""The most bytes of a line of a vCard; a longer one is folded (a line break and a space)."""
NAME_MAX = 60


@feature.button(TakeVcard, name="annuaire.Take", roles=NETWORK, writes=False)
async def take_vcard(ctx: ReadingContext, click: TakeVcard) -> Replies:
    """Send the file to the direct channel."""
    await find_target(ctx, click.target)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=VCard(target=click.target)))


@feature.button(TakeOne, roles=NETWORK, writes=False)
async def take_chosen_vcard(ctx: ReadingContext, click: TakeOne) -> Replies:
    """Send the file of one chosen on a page."""
    return await take_vcard(ctx, TakeVcard(target=click.chosen))


@feature.file(VCard, name="annuaire.VCard", roles=NETWORK)
async def make_vcard(ctx: Context, order: VCard, folder: Path) -> Parcel:
    """Make a file of what this person may see."""
    found = await find_target(ctx, order.target)
    name = found.title if isinstance(found, Contact) else found.full_name
    path = folder / f"{_name_file(name)}.vcf"
    lines = write_contact(found) if isinstance(found, Contact) else write_person(ctx.user, found)
    path.write_bytes(b"".join(_fold_line(line) for line in ("BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD")))
    return Parcel(render("annuaire/vcard", title=name), files=[path])


def write_person(viewer: Person, person: Person) -> Iterator[str]:
    """Write the vCard properties of a person, as the reader may see them."""
    shown = show_person(viewer, person)
    name = f"{_escape_value(person.nom or '')};{_escape_value(person.prenom or '')};;;"
    return _write_properties(
        KIND="individual",
        FN=_escape_value(shown.name),
        N=name,
        TITLE=_escape_value(shown.role.label) if shown.role else "",
        ORG=_escape_value(shown.structure),
        EMAIL=_escape_value(shown.email),
        TEL=shown.telephone,
        ADR=f";;;{_escape_value(shown.commune)};;;France" if shown.commune else "",
        CATEGORIES=",".join(_escape_value(skill) for skill in shown.skills),
        NOTE=_escape_value(", ".join(shown.places)),
    )


def write_contact(contact: Contact) -> Iterator[str]:
    """Write the properties of a contact; one without a person’s name is an organisation."""
    first, _, last = contact.nom.rpartition(" ")
    return _write_properties(
        KIND="individual" if contact.nom else "org",
        FN=_escape_value(contact.title),
        N=f"{_escape_value(last)};{_escape_value(first)};;;" if contact.nom else "",
        TITLE=_escape_value(contact.fonction),
        ORG=_escape_value(contact.organisme),
        EMAIL=_escape_value(contact.email),
        TEL=contact.telephone,
        URL=contact.site,
        NOTE=_escape_value(name_place(contact.departement)) if contact.departement else "",
    )


_PARAMETERS = {"EMAIL": ";TYPE=work", "TEL": ";VALUE=uri;TYPE=work:tel", "ADR": ";TYPE=work"}


def _write_properties(**values: str) -> Iterator[str]:
    """Write the properties that have a value, each with its parameters."""
    return (f"{name}{_PARAMETERS.get(name, '')}:{value}" for name, value in values.items() if value)


def _escape_value(value: str) -> str:
    """Escape the characters that would end a value (RFC 6350, 3.4)."""
    one_line = " ".join(value.split())
    return one_line.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _fold_line(line: str) -> bytes:
    """Write a line with its line break, folded where it is too long, never inside a character."""
    pieces, size = [b""], 0
    for letter in line:
        encoded = letter.encode(errors="replace")
        if size + len(encoded) > LINE_BYTES:
            pieces.append(b" ")
            size = 1
        pieces[-1] += encoded
        size += len(encoded)
    return b"\r\n".join(pieces) + b"\r\n"


def _name_file(name: str) -> str:
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(name))
    return "-".join(filter(None, letters.split("-")))[:NAME_MAX] or "fiche"
