"""The demo’s entrance page, and the browser that opens it."""

import json
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from cli.demo.cast import CAST, PASSWORD, DemoPerson, everybody

ROLES = {
    "animateur": "Animation du réseau",
    "conseiller": "Conseil numérique",
    "coordinateur": "Coordination",
    "invite": "En arrivée (invité)",
}
"""The roles in words that fit every gender."""
MAY = {
    "conseiller": "juliette, carl, marie et jean saisissent leurs comptes rendus",
    "coordinateur": "camille coordonne le Rhône",
    "animateur": "agathe et malik animent",
    "invite": "ines vient d’arriver",
}


def write(file: Path) -> None:
    """Write the people of the page and their common password, for « python -m sandbox --people »."""
    rest = everybody()[len(CAST) :]
    others = [{"value": a.username, "text": f"{a.first_name} {a.last_name}, {a.structure}"} for a in rest]
    told = {"password": PASSWORD, "people": [_present(actor) for actor in CAST], "others": others}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


def _present(actor: DemoPerson) -> dict[str, str]:
    return {
        "username": actor.username,
        "name": f"{actor.first_name} {actor.last_name}",
        "role": ROLES[actor.role],
        "place": actor.structure,
    }


def who_may_what() -> str:
    """Describe in a line the rights of each role."""
    return "\u00a0; ".join(MAY.values())


def has_screen(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a window could be seen: on Linux, whether there is a display."""
    if sys.platform != "linux":
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_browser(url: str) -> bool:
    """Open a browser if there is one and a display, and return whether it opened."""
    return has_screen() and webbrowser.open(url)
