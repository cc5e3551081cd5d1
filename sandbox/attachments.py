"""Message attachments: their full form, the ids of their actions, and what clients must not read."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.ids import new_id

Json = dict[str, Any]

_LINK = re.compile(r"<([^|<>]+)\|([^|>]+)>")
_TEXTS = (
    *("fallback", "color", "pretext", "author_name", "author_link", "author_icon", "title", "title_link", "text"),
    *("image_url", "thumb_url", "footer", "footer_icon"),
)
_ACTION_TEXTS = ("id", "type", "name", "style", "data_source", "default_option", "cookie")


def with_action_ids(props: Json) -> Json:
    """Return the props of a post as they are saved: attachments in full form, every action with an id."""
    attachments = props.get("attachments")
    if attachments is None:
        return props
    return props | {"attachments": [_identified(one) for one in typed(attachments)]}


def typed(attachments: object) -> list[Json]:
    """Return attachments with all their fields; entries of another form are left out."""
    if not isinstance(attachments, list):
        return []
    return [_attachment(one) for one in attachments if isinstance(one, dict)]


def without_integration(props: Json) -> Json:
    """Return props as clients read them, without the addresses and contexts of buttons."""
    return each_action(props, lambda action: {key: action[key] for key in action if key != "integration"})


def each_action(props: Json, change: Callable[[Json], Json]) -> Json:
    """Return props whose actions were each replaced."""
    attachments = props.get("attachments")
    if not isinstance(attachments, list):
        return props
    return props | {"attachments": [_with_actions(one, change) for one in attachments]}


def find_action(props: Json, action_id: str) -> Json | None:
    """Return the first action of a post with this id."""
    attachments = props.get("attachments")
    for one in attachments if isinstance(attachments, list) else ():
        for action in (one.get("actions") if isinstance(one, dict) else None) or ():
            if isinstance(action, dict) and action.get("id") == action_id:
                return action
    return None


def slack_links(text: str) -> str:
    """Turn `<address|words>` into a Markdown link."""
    return _LINK.sub(r"[\2](\1)", text)


def announced(text: str) -> str:
    """Turn `<!channel>`, `<!here>` and `<!all>` into mentions."""
    for name in ("channel", "here", "all"):
        text = text.replace(f"<!{name}>", f"@{name}")
    return text


def from_slack(attachments: list[Json], change: Callable[[str], str]) -> list[Json]:
    """Change the texts of attachments that came from a command or a hook."""
    return [
        one
        | {key: change(one[key]) for key in ("pretext", "text")}
        | {"fields": None if one["fields"] is None else [_with_value(field, change) for field in one["fields"]]}
        for one in attachments
    ]


def with_text_values(attachments: list[Json]) -> list[Json]:
    """Make a text of every value of a field, as for commands and hooks."""
    return [
        one if one["fields"] is None else one | {"fields": [_stringified(field) for field in one["fields"]]}
        for one in attachments
    ]


def _with_value(field: Json, change: Callable[[str], str]) -> Json:
    value = field["value"]
    return field | {"value": change(value)} if isinstance(value, str) else field


def _stringified(field: Json) -> Json:
    value = field["value"]
    if value is None or isinstance(value, str):
        return field | {"value": value or ""}
    return field | {"value": str(value).lower() if isinstance(value, bool) else str(value)}


def _with_actions(attachment: Any, change: Callable[[Json], Json]) -> Any:
    if not isinstance(attachment, dict) or not isinstance(attachment.get("actions"), list):
        return attachment
    return attachment | {"actions": [change(action) for action in attachment["actions"]]}


def _identified(attachment: Json) -> Json:
    done = _with_actions(attachment, lambda action: action if action.get("id") else {"id": new_id()} | action)
    return dict(done)


def _attachment(given: Json) -> Json:
    fields = given.get("fields")
    full: Json = {"id": given["id"] if isinstance(given.get("id"), int) else 0}
    for name in _TEXTS:
        full[name] = _text(given, name)
        if name == "text":
            full["fields"] = _fields(fields) if isinstance(fields, list) else None
    full["ts"] = given.get("ts")
    listed = given.get("actions")
    actions = [_action(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return full | ({"actions": actions} if actions else {})


def _fields(fields: list[Any]) -> list[Json]:
    return [
        {"title": _text(one, "title"), "value": one.get("value"), "short": one.get("short") in (True, "true")}
        for one in fields
        if isinstance(one, dict)
    ]


def _action(given: Json) -> Json:
    action: Json = {name: _text(given, name) for name in _ACTION_TEXTS if _text(given, name)}
    if given.get("disabled") is True:
        action["disabled"] = True
    options = given.get("options")
    if isinstance(options, list) and options:
        action["options"] = [
            {"text": _text(one, "text"), "value": _text(one, "value")} for one in options if isinstance(one, dict)
        ]
    integration = given.get("integration")
    if isinstance(integration, dict):
        action["integration"] = {key: integration[key] for key in ("url", "context") if integration.get(key)}
    return action


def _text(given: Json, name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""
