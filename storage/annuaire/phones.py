"""Telephone numbers, as people write them in France and overseas."""

import re

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
_LOCAL = {"975": ("508", 6), "986": ("681", 6), "987": ("689", 8), "988": ("687", 6)}
"""Where numbers are not as in France: the country code, and how many digits they have (ITU-T, national plans)."""
_FRENCH = re.compile(r"\+(33|262|590|594|596)([0-9]{9})")


def read_phone(text: str, departement: str | None = "") -> str:
    """Read a phone number into its international form (« +33612345678 »), or a short number as it is; of somebody in a
    département overseas also as people write it there. Raises ValueError for anything else."""
    digits = re.sub(r"[\s.\-/()]", "", text.replace("(0)", ""))
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    code, length = _LOCAL.get(departement or "", ("", 0))
    if code and re.fullmatch(rf"[1-9][0-9]{{{length - 1}}}", digits):
        return f"+{code}{digits}"
    if _NATIONAL.fullmatch(digits):
        return f"+{_OVERSEAS.get(digits[:4], '33')}{digits[1:]}"
    if _INTERNATIONAL.fullmatch(digits) or _SHORT.fullmatch(digits):
        return digits
    raise ValueError("Écrivez le numéro comme 06 12 34 56 78, ou +262 692 12 34 56.")


def show_phone(number: str) -> str:
    """Write a number as people in France do: « 06 12 34 56 78 »; a foreign one as it is called."""
    found = _FRENCH.fullmatch(number)
    return "\u00a0".join(re.findall("..", f"0{found[2]}")) if found else number
