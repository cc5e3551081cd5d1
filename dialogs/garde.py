"""The windows of duty at the hotline: when somebody is on duty, when away, and which turn they would swap."""

from datetime import date
from typing import Annotated, Any

from bot.forms import Clues, Form, Hidden, Offered, PersonPicker, ReadText, asks
from bot.french import Period, read_coming_days, read_period
from bot.texts import quote

ALL = "toutes"
"""The choice of all queues."""
AHEAD = 184
LONGEST_TURN, LONGEST_ABSENCE = 62, 366
"""The most days of a turn and of an absence."""
_EXAMPLES = "du 30/11 au 4/12, lundi, semaine prochaine"


def read_turn(text: str, today: date) -> Period:
    """Read the days of a turn, from today on. Raises ValueError with a French sentence."""
    found = _read(text, today)
    if (found.end - found.start).days > LONGEST_TURN:
        raise ValueError(f"Une garde dure deux mois au plus, et j’ai lu : {_show(found)}. Corrigez les jours.")
    return found


def read_absence(text: str, today: date) -> Period:
    """Read the days of an absence, from today on. Raises ValueError with a French sentence."""
    found = _read(text, today)
    if (found.end - found.start).days > LONGEST_ABSENCE:
        raise ValueError(f"Une absence dure un an au plus, et j’ai lu : {_show(found)}. Corrigez les jours.")
    return found


def _read(text: str, today: date) -> Period:
    found = read_coming_days(text, today)
    if found is not None and (found.start - today).days > AHEAD:
        raise ValueError("Donnez des jours à venir, dans six mois au plus.")
    if found is not None:
        return Period(max(found.start, today), found.end)
    if text.strip() and (past := read_period(text, today)) and past.last < today:
        raise ValueError("Ces jours sont passés : donnez des jours à venir.")
    if not text.strip():
        raise ValueError(f"Je n’ai pas compris les jours : dites lesquels. Essayez : {_EXAMPLES}.")
    raise ValueError(f"Je n’ai pas compris les jours « {quote(text)} ». Essayez : {_EXAMPLES}.")


def _show(days: Any) -> str:
    return f"du {days.start:%d/%m/%Y} au {days.last:%d/%m/%Y}"


def _turn(text: str, clues: Clues) -> Period:
    return read_turn(text, clues.today)


TURN = ReadText(_turn, show=_show, placeholder=_EXAMPLES, missing_text="Indiquez les jours.")


class TakeTurn(Form):
    """The window of a turn of duty; ``queues`` are the names of the queues by code."""

    title = "Garde"
    submit_label = "Noter la garde"

    days: Annotated[Period, TURN] = asks("Jours", "Le premier et le dernier.", name="jours")
    queue: Annotated[str, Offered("queues", {ALL: "Toutes les files"})] = asks("File", name="file")
    person: Annotated[str | None, PersonPicker()] = asks("Qui", "Vide : vous-même.", name="personne", default=None)
    queues: Hidden[dict[str, str]]


class SwapTurn(Form):
    """The window that proposes a swap of turns to somebody; ``own`` and ``others`` are the turns offered, text by
    value."""

    title = "Échanger une garde"
    submit_label = "Proposer"
    is_kept = False

    given: Annotated[str, Offered("own")] = asks("Votre garde", name="mienne")
    taken: Annotated[str, Offered("others")] = asks("Contre", "La personne accepte ou refuse d’un clic.", name="contre")
    own: Hidden[dict[str, str]]
    others: Hidden[dict[str, str]]
