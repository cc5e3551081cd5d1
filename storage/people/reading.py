"""What is written of somebody, in a file or a window: their role and their départements."""

import re
from collections.abc import Mapping

from config.departements import DEPARTEMENTS
from config.folding import fold, quote
from storage.people.person import Role

DEPARTEMENTS_MAX = 20
"""Of one person; coordinateurs of a whole région have up to thirteen."""
_SEPARATORS = re.compile(r"[|,;]")
_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    **{fold(role.label): role for role in Role},
    **{"conseillere": Role.CONSEILLER, "coordinatrice": Role.COORDINATEUR, "animatrice": Role.ANIMATEUR},
    **{"admin": Role.ADMINISTRATEUR, "administratrice": Role.ADMINISTRATEUR, "invitee": Role.INVITE},
    **{"agent hotline": Role.HOTLINE, "agente invitee": Role.INVITE, "animateur de communaute": Role.ANIMATEUR},
}
_CODES = {fold(name): code for code, d in DEPARTEMENTS.items() for name in (code, d.nom)}


def read_role(text: str) -> Role:
    """The role of that name. Raises ValueError, with a French sentence, for none."""
    role = _ROLES.get(fold(text))
    if role is None:
        known = ", ".join(member.value for member in Role)
        raise ValueError(f"« {quote(text)} » n’est pas un rôle : {known}.")
    return role


def read_departements(text: str) -> list[str]:
    """The codes of départements, given by code or name and separated by « | » or commas, each once.

    « 1 » is « 01 », as spreadsheets drop the zero. Raises ValueError, with a French sentence, for what is none.
    """
    written = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    codes = list(dict.fromkeys(_code(part) for part in written))
    if len(codes) > DEPARTEMENTS_MAX:
        raise ValueError(f"{DEPARTEMENTS_MAX} départements au plus.")
    return codes


def _code(text: str) -> str:
    code = _CODES.get(fold(text.zfill(2) if text.isdigit() else text))
    if code is None:
        raise ValueError(f"« {quote(text)} » n’est pas un département : donnez son numéro ou son nom (69, Rhône).")
    return code
