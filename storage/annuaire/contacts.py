"""Contacts of the directory, imported or proposed; how addresses, numbers, sites and départements are read."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS
from config.text import fold
from storage.database import Code, UtcTime, execute, insertion

PHONE_MAX, EMAIL_MAX, SITE_MAX = 32, 254, 300
"""Characters, as the tables hold them."""

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_NATIONAL = re.compile(r"0[1-9][0-9]{8}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")
_SHORT = re.compile(r"3[0-9]{3}|1[0-9]{1,3}|118[0-9]{3}")
"""Numbers of services: 3949, 115, 1033, 118218."""
_OVERSEAS = {
    **dict.fromkeys(("0262", "0263", "0269", "0639", "0692", "0693"), "262"),
    **dict.fromkeys(("0590", "0690", "0691"), "590"),
    **dict.fromkeys(("0594", "0694"), "594"),
    **dict.fromkeys(("0596", "0696", "0697"), "596"),
}
"""The country codes of the overseas départements, by how their numbers begin (ARCEP, plan de numérotation)."""
_FRENCH = re.compile(r"\+(33|262|590|594|596)([0-9]{9})")


def read_email(text: str) -> str:
    """Read an address, in lower case. Raises ValueError for what cannot be one."""
    email = text.strip().lower()
    # « =? » begins an encoded word (RFC 2047): a letter’s header would make another address of it.
    if len(email) > EMAIL_MAX or "=?" in email or not _EMAIL.fullmatch(email):
        raise ValueError("Cette adresse électronique ne peut pas exister : relisez-la.")
    return email


def read_phone(text: str) -> str:
    """Read a number as it is called from anywhere (« +33612345678 »), or a short one. Raises ValueError for none."""
    digits = re.sub(r"[\s.\-/()]", "", text.replace("(0)", ""))
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if _NATIONAL.fullmatch(digits):
        return f"+{_OVERSEAS.get(digits[:4], '33')}{digits[1:]}"
    if _INTERNATIONAL.fullmatch(digits) or _SHORT.fullmatch(digits):
        return digits
    raise ValueError("Écrivez le numéro comme 06 12 34 56 78, ou +262 692 12 34 56.")


def show_phone(number: str) -> str:
    """Write a number as people in France do: « 06 12 34 56 78 »; a foreign one as it is called."""
    found = _FRENCH.fullmatch(number)
    return "\u00a0".join(re.findall("..", f"0{found[2]}")) if found else number


def read_site(text: str) -> str:
    """Read the address of a web page; without a scheme it is one of https. Raises ValueError for anything else."""
    typed = text.strip()
    address = typed if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", typed) else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    named = re.fullmatch(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}", host)
    is_web = named and parts.scheme in {"http", "https"} and not parts.username
    if not is_web or len(address) > SITE_MAX or re.search(r"[\s<>\"'()\[\]\\|`]", address):
        raise ValueError("Cette adresse de site ne convient pas : écrivez-la comme exemple.fr, en http ou https.")
    return address


def read_departement(text: str) -> str:
    """Read the code of a département, from its code or name. Raises ValueError for none."""
    wanted = fold(text)
    code = wanted.upper().zfill(2)
    if code in DEPARTEMENTS:
        return code
    named = next((d.code for d in DEPARTEMENTS.values() if fold(d.nom) == wanted), None)
    if named is None:
        raise ValueError("Ce département n’existe pas : écrivez son code (69) ou son nom (Rhône).")
    return named


TEXT_MAX = 120
KEY_MAX = 300


class ContactState(StrEnum):
    """What became of a contact: only published ones are found."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"


class Contact(SQLModel, table=True):
    """Somebody outside the réseau, or an institution; at least one of ``nom`` and ``organisme`` is there.

    ``key`` tells contacts apart (name, organisation and département, folded), so that an import may be done again.
    ``departement`` is a code, empty for the whole country; ``proposed_by`` and ``decided_by`` are Mattermost ids, empty
    for an import.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=KEY_MAX)
    nom: str = Field(default="", max_length=TEXT_MAX)
    organisme: str = Field(default="", max_length=TEXT_MAX)
    fonction: str = Field(default="", max_length=TEXT_MAX)
    email: str = Field(default="", max_length=EMAIL_MAX)
    telephone: str = Field(default="", max_length=PHONE_MAX)
    site: str = Field(default="", max_length=SITE_MAX)
    departement: str = Field(default="", max_length=3)
    state: ContactState = Field(sa_type=Code(ContactState), index=True)
    proposed_by: str = Field(default="", max_length=26)
    decided_by: str = Field(default="", max_length=26)
    changed_at: datetime = Field(sa_type=UtcTime)

    @property
    def title(self) -> str:
        """What it is called: the name, else the organisation’s."""
        return self.nom or self.organisme

    @property
    def says(self) -> tuple[str, ...]:
        """All that a line of an import says."""
        return tuple(str(getattr(self, name)) for name in COLUMNS)


COLUMNS = ("nom", "organisme", "fonction", "email", "telephone", "site", "departement")
"""The columns of an import, in their order."""


def make_key(nom: str, organisme: str, departement: str) -> str:
    """Make what tells a contact apart."""
    return f"{fold(organisme)}|{fold(nom)}|{departement}"[:KEY_MAX]


async def get_contact(db: AsyncSession, contact_id: int) -> Contact | None:
    """Get the contact of that number, whatever its state."""
    return (await db.exec(select(Contact).where(Contact.id == contact_id))).first()


async def find_by_keys(db: AsyncSession, keys: Sequence[str]) -> dict[str, Contact]:
    """Find those of a few hundred keys at most that are there, whatever their state."""
    found = await db.exec(select(Contact).where(col(Contact.key).in_(keys)))
    return {contact.key: contact for contact in found}


async def save_contact(db: AsyncSession, contact: Contact) -> None:
    """Write down all that is known of a contact, in place of what was said under its key."""
    await execute(db, _write_over(db, contact))


async def propose_contact(db: AsyncSession, contact: Contact) -> Contact | None:
    """Store a contact and return it with its number; None where one of its key is published or waits already.

    One that was refused may be proposed again.
    """
    refused = col(Contact.state) == ContactState.REFUSED
    number = (await execute(db, _write_over(db, contact, refused).returning(col(Contact.id)))).scalar()
    return None if number is None else await get_contact(db, number)


def _write_over(db: AsyncSession, contact: Contact, where: ColumnElement[bool] | None = None) -> Any:
    values = contact.model_dump(exclude={"id"})
    statement = insertion(db, Contact).values(values)
    new = {name: statement.excluded[name] for name in values if name != "key"}
    return statement.on_conflict_do_update(index_elements=["key"], set_=new, where=where)


async def get_state(db: AsyncSession, contact_id: int) -> ContactState | None:
    """Get the state of a contact, of which nothing is in hand then."""
    found = (await db.exec(select(Contact.state).where(col(Contact.id) == contact_id))).first()
    return ContactState(found) if found else None


async def decide_contact(db: AsyncSession, contact_id: int, state: ContactState, by: str, at: datetime) -> bool:
    """Publish or refuse a contact; False where it was so already, or is gone."""
    waiting = update(Contact).where(col(Contact.id) == contact_id, col(Contact.state) != state)
    done = await execute(db, waiting.values(state=state, decided_by=by, changed_at=at))
    return done.rowcount > 0


async def find_oldest_proposed(db: AsyncSession) -> Contact | None:
    """Find the one that has waited longest for a review."""
    waiting = (
        select(Contact).where(Contact.state == ContactState.PROPOSED).order_by(col(Contact.changed_at), col(Contact.id))
    )
    return (await db.exec(waiting.limit(1))).first()


async def count_proposed(db: AsyncSession) -> int:
    """Count those that wait for a review."""
    counted = select(func.count()).select_from(Contact).where(Contact.state == ContactState.PROPOSED)
    return (await db.exec(counted)).one()
