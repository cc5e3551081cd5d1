"""The buttons and menus in a post's attachments, as far as saving them goes."""

from typing import Any

from sandbox.ids import new_id


def with_action_ids(props: dict[str, Any]) -> dict[str, Any]:
    """Return props whose actions all have an id; those without one get a new one at each saving."""
    attachments = props.get("attachments")
    if not isinstance(attachments, list):
        return props
    return props | {"attachments": [_named(one) for one in attachments if isinstance(one, dict)]}


def _named(attachment: dict[str, Any]) -> dict[str, Any]:
    actions = attachment.get("actions")
    if not isinstance(actions, list):
        return attachment
    named = [one if one.get("id") else one | {"id": new_id()} for one in actions if isinstance(one, dict)]
    return attachment | {"actions": named}
