"""How addresses, telephone numbers, sites and départements are read; each reader refuses with a French sentence."""

import re
from urllib.parse import urlsplit

from config.departements import DEPARTEMENTS
from config.folding import fold

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
    """An address in lower case. Raises ValueError for what cannot be one."""
    email = text.strip().lower()
    if len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise ValueError("Cette adresse électronique ne peut pas exister : relisez-la.")
    return email


def read_phone(text: str) -> str:
    """A number as it is called from anywhere (« +33612345678 »), or a short one. Raises ValueError for none."""
    digits = re.sub(r"[\s.\-/()]", "", text.replace("(0)", ""))
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if _NATIONAL.fullmatch(digits):
        return f"+{_OVERSEAS.get(digits[:4], '33')}{digits[1:]}"
    if _INTERNATIONAL.fullmatch(digits) or _SHORT.fullmatch(digits):
        return digits
    raise ValueError("Écrivez le numéro comme 06 12 34 56 78, ou +262 692 12 34 56.")


def show_phone(number: str) -> str:
    """A number as people in France write it: « 06 12 34 56 78 »; a foreign one as it is called."""
    found = _FRENCH.fullmatch(number)
    return "\u00a0".join(re.findall("..", f"0{found[2]}")) if found else number


def read_site(text: str) -> str:
    """The address of a web page; without a scheme it is one of https. Raises ValueError for anything else."""
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
    """The code of a département, from its code or name. Raises ValueError for none."""
    wanted = fold(text)
    code = wanted.upper().zfill(2)
    if code in DEPARTEMENTS:
        return code
    named = next((d.code for d in DEPARTEMENTS.values() if fold(d.nom) == wanted), None)
    if named is None:
        raise ValueError("Ce département n’existe pas : écrivez son code (69) ou son nom (Rhône).")
    return named
