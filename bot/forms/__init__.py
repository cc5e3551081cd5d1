"""Forms: declared once as a model, drawn for what each server can show, read back from every client’s dialect."""

from bot.forms.form import Form, Hidden, name_of
from bot.forms.kinds import Choice, Clues, Day, FieldKind, Number, ReadText, Text, Unreadable, cut
from bot.forms.many import Many, Picks

__all__ = [
    "Choice",
    "Clues",
    "Day",
    "FieldKind",
    "Form",
    "Hidden",
    "Many",
    "Number",
    "Picks",
    "ReadText",
    "Text",
    "Unreadable",
    "cut",
    "name_of",
]
