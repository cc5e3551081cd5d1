"""The English sentences of the errors, by id (messages.json)."""

import json
from collections.abc import Iterable
from importlib.resources import files

_SENTENCES: dict[str, str] = json.loads(files("sandbox").joinpath("messages.json").read_text(encoding="utf-8"))


def message_of(error_id: str, blanks: Iterable[tuple[str, str]] = ()) -> str:
    """Return the sentence of an error with its blanks filled; the id itself when it has none."""
    sentence = _SENTENCES.get(error_id, error_id)
    for name, value in blanks:
        sentence = sentence.replace("{" + name + "}", value)
    return sentence
