"""The employers of conseillers: by SIRET, whose rule is here."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import follows_luhn, quote
from storage.database import upsert

SIRET_DIGITS = 14
LA_POSTE = "356000000"
"""The SIREN whose establishments do not follow Luhn: the sum of their digits is a multiple of 5 instead."""


class Structure(SQLModel, table=True):
    """An establishment; ``code_commune`` is INSEE’s."""

    siret: str = Field(primary_key=True, max_length=SIRET_DIGITS)
    nom: str = Field(max_length=200)
    code_commune: str | None = Field(default=None, max_length=5)


Employers = Mapping[str, Structure]
"""Establishments by their SIRET."""


def read_siret(text: str) -> str:
    """Read a SIRET without its spaces. Raises ValueError, with a French sentence, for what is none.

    The last digit is a check (Luhn’s formula), except for La Poste (insee.fr, « Vérification d’un numéro SIRET »).
    """
    digits = "".join(text.split())
    if len(digits) != SIRET_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"« {quote(text)} » n’est pas un SIRET : il a 14 chiffres.")
    if not (follows_luhn(digits) or (digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0)):
        raise ValueError(f"« {quote(text)} » n’est pas un SIRET : un chiffre est faux.")
    return digits


async def find_structures(db: AsyncSession, sirets: Collection[str]) -> Employers:
    """Find those establishments, of a few hundred at most, that are known, by SIRET."""
    found = await db.exec(select(Structure).where(col(Structure.siret).in_(sirets)))
    return {structure.siret: structure for structure in found}


async def write_structures(db: AsyncSession, structures: Sequence[Structure]) -> None:
    """Write down all that is known of a few hundred establishments at most, in place of what was."""
    await upsert(db, Structure, [structure.model_dump() for structure in structures])
