"""« vCard »: a person or contact as a file that address books take in (vCard 4.0, RFC 6350)."""

from collections.abc import Iterator
from pathlib import Path

from bot.context import Context
from bot.direct import send_file
from bot.french.words import fold
from bot.replies import Parcel, Replies, SendFile
from bot.texts import render
from commands.annuaire.buttons import Take, TakeOne, VCard
from commands.annuaire.cards import find
from commands.annuaire.feature import feature
from storage.annuaire import NETWORK, place_name, show
from storage.annuaire.contacts import Contact
from storage.people import Person

LINE_BYTES = 75
"""A line of a vCard; what is longer goes on after a line break and a space."""
NAME_MAX = 60


@feature.button(Take, roles=NETWORK, writes=False)
async def take(ctx: Context, click: Take) -> Replies:
    """The file arrives in the direct channel."""
    await find(ctx, click.target)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=VCard(target=click.target)))


@feature.button(TakeOne, roles=NETWORK, writes=False)
async def take_one(ctx: Context, click: TakeOne) -> Replies:
    """The same, of one chosen on a page."""
    return await take(ctx, Take(target=click.chosen))


@feature.file(VCard, name="annuaire.VCard", roles=NETWORK)
async def make(ctx: Context, order: VCard, folder: Path) -> Parcel:
    """What this person may see, as a file."""
    found = await find(ctx, order.target)
    name = found.title if isinstance(found, Contact) else found.full_name
    path = folder / f"{_file_name(name)}.vcf"
    lines = of_contact(found) if isinstance(found, Contact) else of_person(ctx.user, found)
    path.write_bytes(b"".join(_folded(line) for line in ("BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD")))
    return Parcel(render("annuaire/vcard", title=name), files=[path])


def of_person(viewer: Person, person: Person) -> Iterator[str]:
    """The properties of a person, as somebody may see them."""
    shown = show(viewer, person)
    yield "KIND:individual"
    yield f"FN:{_text(shown.name)}"
    yield f"N:{_text(person.nom or '')};{_text(person.prenom or '')};;;"
    if shown.role is not None:
        yield f"TITLE:{_text(shown.role.label)}"
    yield from _ways(shown.structure, shown.email, shown.telephone, shown.commune)
    if shown.skills:
        yield f"CATEGORIES:{','.join(_text(skill) for skill in shown.skills)}"
    if shown.places:
        yield f"NOTE:{_text(', '.join(shown.places))}"


def of_contact(contact: Contact) -> Iterator[str]:
    """The properties of a contact; one without a person’s name is an organisation."""
    yield f"KIND:{'individual' if contact.nom else 'org'}"
    yield f"FN:{_text(contact.title)}"
    if contact.nom:
        first, _, last = contact.nom.rpartition(" ")
        yield f"N:{_text(last)};{_text(first)};;;"
    if contact.fonction:
        yield f"TITLE:{_text(contact.fonction)}"
    yield from _ways(contact.organisme, contact.email, contact.telephone, "")
    if contact.site:
        yield f"URL:{contact.site}"
    if contact.departement:
        yield f"NOTE:{_text(place_name(contact.departement))}"


def _ways(organisation: str, email: str, telephone: str, town: str) -> Iterator[str]:
    if organisation:
        yield f"ORG:{_text(organisation)}"
    if email:
        yield f"EMAIL;TYPE=work:{_text(email)}"
    if telephone:
        yield f"TEL;VALUE=uri;TYPE=work:tel:{telephone}"
    if town:
        yield f"ADR;TYPE=work:;;;{_text(town)};;;France"


def _text(value: str) -> str:
    """A text as a value: what would end it is escaped (RFC 6350, 3.4)."""
    one_line = " ".join(value.split())
    return one_line.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _folded(line: str) -> bytes:
    """A line with its end, broken where it is too long, never inside a letter."""
    pieces, size = [b""], 0
    for letter in line:
        encoded = letter.encode(errors="replace")
        if size + len(encoded) > LINE_BYTES:
            pieces.append(b" ")
            size = 1
        pieces[-1] += encoded
        size += len(encoded)
    return b"\r\n".join(pieces) + b"\r\n"


def _file_name(name: str) -> str:
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(name))
    return "-".join(filter(None, letters.split("-")))[:NAME_MAX] or "fiche"
