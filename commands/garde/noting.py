"""What is changed of the rota is noted in the journal: it is others’ as much as one’s own."""

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.hotline.duty import Absence, Turn
from storage.journal import Act


def note_turn(ctx: Context, act: Act, turn: Turn, reason: str = "", **after: object) -> None:
    """A turn: whose, which days."""
    days = {"du": str(turn.starts), "jusqu_au": str(turn.ends), "file": turn.queue}
    note_at_end(ctx, Deed(act, f"garde:{turn.id}", turn.user_id, reason, after=days | after))


def note_absence(ctx: Context, absence: Absence, *, ends: bool) -> None:
    """An absence, written down or over."""
    days = {"du": str(absence.starts), "jusqu_au": str(absence.ends)}
    before, after = (days, {}) if ends else ({}, days)
    note_at_end(ctx, Deed(Act.DUTY_ABSENCE, f"absence:{absence.id}", absence.user_id, before=before, after=after))
