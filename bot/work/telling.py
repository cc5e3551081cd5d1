"""What is said of work done in steps: one message, rewritten in place, with a button to stop it."""

from enum import StrEnum

from pydantic import BaseModel

from bot.features import Trigger
from bot.french.words import plural
from bot.replies import Button, Message
from bot.texts import render
from storage.work import Work


class Stop(BaseModel):
    """« Arrêter » the work that the message is about."""

    work_id: str


class How(StrEnum):
    """What there is to say of it, in a word that the template knows."""

    BEGUN = "begun"
    RUNNING = "running"
    LATER = "later"
    DONE = "done"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"


STOPPABLE = frozenset({How.BEGUN, How.RUNNING, How.LATER})


def tell(trigger: Trigger | None, work: Work, how: How, said: str = "") -> Message:
    """How far it is; ``said`` are the feature’s own words, or why it stopped. ``trigger`` is None for what this version
    does no more."""
    title = trigger.title if trigger else "Travail d’une version précédente"
    unit = trigger.unit if trigger else ("étape", "étapes")
    done = plural(work.done, *unit)
    if how not in (How.DONE, How.BEGUN) and work.total is not None:
        done = f"{plural(work.done, *unit)} sur {work.total}"
    text = render("travail/progress", title=title, how=how, done=done, any=work.done > 0, said=said)
    buttons = [Button("Arrêter", Stop(work_id=work.id), "danger")] if how in STOPPABLE else []
    return Message(text, buttons)
