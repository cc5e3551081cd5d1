"""Forms: declared once as a model, drawn for what each server can show, read back from every client’s dialect.

Words:
    Form, FieldKind, Question, Clues: a dialog as a model; how a field is drawn and read; for whom, on which day, for
        which server.
    Picker, Reference: a field of a person or channel; one of them by id, believed once Mattermost knows it.
"""

from bot.forms.form import Form, Hidden, asks, draw_step, mistakes_in, name_of, sent_in, store_as
from bot.forms.kinds import (
    ID,
    ChannelPicker,
    Choice,
    Clues,
    Day,
    Element,
    FieldKind,
    Number,
    Offered,
    PersonPicker,
    Raw,
    ReadText,
    Reference,
    Source,
    Text,
    Unreadable,
    cut,
)
from bot.forms.multiselects import Many, Picks
