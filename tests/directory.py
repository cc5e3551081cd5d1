"""What the tests of the directory share: people who are in it, under names that nobody else bears."""

import secrets
import string
from typing import Any

from config.text import fold
from storage.people import Person as Registered
from storage.people import Role
from tests.house import House
from tests.people import Person, Post
from tests.reports import NOON

TODAY = NOON.date()


def surname(stem: str = "Zu") -> str:
    """A name of letters that nobody has: the register of a house keeps those of earlier stories."""
    return stem + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


def person(ident: str, name: str = "", role: Role | None = Role.CONSEILLER, **more: Any) -> Registered:
    """Somebody of the register, not stored yet; ``name`` is « Prénom Nom »."""
    prenom, _, nom = name.partition(" ")
    usual = {"departements": ["69"], "prenom": prenom or None, "nom": nom or None}
    return Registered(id=ident, username=ident, role=role, since=NOON, **(usual | more))


async def listed(house: House, name: str, role: Role = Role.CONSEILLER, **more: Any) -> Person:
    """Somebody with an account, whom the directory knows by « Prénom Nom »."""
    prenom, _, nom = name.partition(" ")
    account = await house.site.person(fold(prenom))
    usual = {"departements": ["69"], "prenom": prenom, "nom": nom, "structure": "Maison de quartier"}
    await house.registers(account, role, **(usual | more))
    return account


def said(post: Post) -> str:
    """What a post says, with plain spaces and without the signs that make words harmless."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200b", "").replace("\\", "")
