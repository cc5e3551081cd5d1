"""The elements of a dialog as each version of the server knows them: unknown keys do not reach clients."""

from typing import Any

from sandbox.versions import Capabilities

Json = dict[str, Any]


def element_json(caps: Capabilities, given: Json) -> Json:
    """Return an element with the fields that this version knows."""
    element: Json = {name: text_of(given, name) for name in ("display_name", "name", "type", "subtype")}
    element |= {name: text_of(given, name) for name in ("default", "placeholder", "help_text")}
    element["optional"] = given.get("optional") is True
    element |= {name: number_of(given, name) for name in ("min_length", "max_length")}
    element["data_source"] = text_of(given, "data_source")
    element["options"] = options_of(given)
    if caps.dialog_multiselect:
        element |= _since_11_0(given)
    if caps.dialog_steps:
        element |= _since_11_1(given)
    return element


def _since_11_0(given: Json) -> Json:
    url = text_of(given, "data_source_url")
    return {"multiselect": given.get("multiselect") is True} | ({"data_source_url": url} if url else {})


def _since_11_1(given: Json) -> Json:
    found: Json = {name: text_of(given, name) for name in ("min_date", "max_date") if text_of(given, name)}
    if number_of(given, "time_interval"):
        found["time_interval"] = number_of(given, "time_interval")
    return found | ({"refresh": True} if given.get("refresh") is True else {})


def options_of(given: Json) -> list[Json] | None:
    """Return the options of a menu; None when there are none."""
    options = given.get("options")
    if not isinstance(options, list):
        return None
    return [{"text": text_of(one, "text"), "value": text_of(one, "value")} for one in options if isinstance(one, dict)]


def text_of(given: Json, name: str) -> str:
    """Return a text, empty when there is none."""
    value = given.get(name)
    return value if isinstance(value, str) else ""


def number_of(given: Json, name: str) -> int:
    """Return a number, 0 when there is none."""
    value = given.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
