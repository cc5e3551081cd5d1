"""How a report that recurs is said, and its rule."""

from datetime import date

from dialogs.cra import NewCra
from dialogs.rdv.exceptions import Exceptions
from dialogs.rdv.recurrence import RecurrenceRule
from storage.cra.habits import RecurringReport


def read_rule(habit: RecurringReport) -> RecurrenceRule:
    """Read on which days a report recurs."""
    but = Exceptions.read(habit.but)
    return RecurrenceRule(habit.weekday, habit.nth, habit.every, habit.until, but=but)


def say_habit(habit: RecurringReport, today: date) -> str:
    """Describe a recurring report: « Atelier à Pau, 8 personnes, tous les mardis »."""
    rule = read_rule(habit)
    return f"{NewCra.summarize(habit.raw, {}, today)}, {rule}{rule.but.say(with_days=True)}"
