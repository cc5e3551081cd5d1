"""Other settings of the server for a while, where its environment leaves them to its admin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.people import Api, Site

Sections = dict[str, dict[str, Any]]


@asynccontextmanager
async def adjusted(admin: Api, **sections: dict[str, Any]) -> AsyncIterator[None]:
    """The server with these settings, afterwards with those it had; a story that cannot have them is skipped."""
    before = _parts(await admin.get("/config"), sections)
    try:
        after = _parts(await admin.put("/config/patch", sections), sections)
        if after != sections:
            await _skip_what_is_fixed(admin, sections)
        assert after == sections
        yield
    finally:
        await admin.put("/config/patch", before)


@asynccontextmanager
async def as_member(site: Site, *, leads: bool) -> AsyncIterator[None]:
    """The bot administers the team meanwhile, or is a plain member; afterwards it is what it was."""
    place = f"/teams/{site.team_id}/members/{site.bot_id}"
    before = (await site.admin.get(place))["scheme_admin"]
    await site.admin.put(f"{place}/schemeRoles", {"scheme_user": True, "scheme_admin": leads})
    try:
        yield
    finally:
        await site.admin.put(f"{place}/schemeRoles", {"scheme_user": True, "scheme_admin": before})


@asynccontextmanager
async def as_account(site: Site, roles: str) -> AsyncIterator[None]:
    """The bot’s account has these roles in the system meanwhile; afterwards those that it had."""
    before = (await site.admin.get(f"/users/{site.bot_id}"))["roles"]
    await site.admin.put(f"/users/{site.bot_id}/roles", {"roles": roles})
    try:
        yield
    finally:
        await site.admin.put(f"/users/{site.bot_id}/roles", {"roles": before})


def _parts(config: Sections, named: Sections) -> Sections:
    """Those settings of all that are named."""
    return {section: {name: config[section][name] for name in names} for section, names in named.items()}


async def _skip_what_is_fixed(admin: Api, named: Sections) -> None:
    """Ask the server whether it is its environment that holds a setting."""
    fixed = await admin.get("/config/environment")
    held = [f"{section}.{name}" for section in named for name in named[section] if fixed.get(section, {}).get(name)]
    if held:
        pytest.skip(f"the environment of this server fixes {', '.join(held)}")
