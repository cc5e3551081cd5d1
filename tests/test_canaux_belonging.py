"""Who belongs where: by role, by département, by name; and who does not, with the reason."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.canaux import read
from storage.canaux import Allowance, ChannelPerson, MembershipRules
from storage.people import Person, Role

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
TABLE = read()


def member(role: Role | None = Role.CONSEILLER, *departements: str, leaving: str = "", **more: Any) -> ChannelPerson:
    """Somebody of the register."""
    person = Person(id="a" * 26, username="a", role=role, departements=list(departements), since=NOON, **more)
    return ChannelPerson.of(person, TODAY, [leaving] if leaving else [])


def places(somebody: ChannelPerson, *named: Allowance) -> set[str]:
    """Where they belong."""
    return set(MembershipRules(named).places(TABLE, somebody))


NATIONAL = {"general", "actualites", "aide-espace-coop", "aide-metier", "ressourcerie", "revue-de-presse"}


@pytest.mark.parametrize(
    ("somebody", "besides"),
    [
        (member(Role.CONSEILLER, "69"), {"departement:69"}),
        (member(Role.COORDINATEUR, "69", "01"), {"departement:69", "departement:01"}),
        (member(Role.INVITE, "2A"), {"departement:2A"}),
        (member(Role.INVITE), set()),
        (member(Role.CONSEILLER, "978"), {"departement:971"}),
        (member(Role.CONSEILLER, "988"), set()),
        (member(Role.CONSEILLER), set()),
        (member(Role.ANIMATEUR, "69"), {"animation", "hotline-espace-coop", "hotline-metier", "moderation"}),
        (member(Role.ADMINISTRATEUR), {"animation", "hotline-espace-coop", "hotline-metier", "moderation"}),
        (member(Role.HOTLINE), {"hotline-espace-coop", "hotline-metier"}),
        (member(None, "69", derived_role=Role.CONSEILLER), {"departement:69"}),
    ],
)
def test_where_each_belongs(somebody: ChannelPerson, besides: set[str]) -> None:
    assert places(somebody) == NATIONAL | besides


def test_who_left_belongs_nowhere() -> None:
    gone = member(Role.CONSEILLER, "69", left_on=date(2026, 11, 23))
    assert places(gone) == set()
    assert "quitté" in MembershipRules([]).reason_out(TABLE["departement:69"], gone)
    assert places(member(Role.CONSEILLER, "69", left_on=TODAY)) == NATIONAL | {"departement:69"}


def allowed(key: str, *, is_in: bool, reason: str = "") -> Allowance:
    """An exception by name."""
    return Allowance(key=key, user_id="a" * 26, is_in=is_in, reason=reason, at=NOON)


def test_exceptions_by_name_come_first() -> None:
    let_in, kept_out = allowed("departement:38", is_in=True), allowed("departement:69", is_in=False, reason="charte")
    somebody = member(Role.CONSEILLER, "69")
    assert places(somebody, let_in, kept_out) == NATIONAL | {"departement:38"}
    rules = MembershipRules([let_in, kept_out])
    assert rules.reason_out(TABLE["departement:38"], somebody) == ""
    assert rules.reason_out(TABLE["departement:69"], somebody) == "charte"


@pytest.mark.parametrize(
    ("somebody", "key", "why"),
    [
        (None, "departement:69", "registre"),
        (member(Role.CONSEILLER, "69"), "departement:69", ""),
        (member(Role.CONSEILLER, "38"), "departement:69", "ailleurs (38)"),
        (member(Role.CONSEILLER), "departement:69", "pas de département"),
        (member(Role.CONSEILLER, "38", leaving="69"), "departement:69", ""),
        (member(Role.ANIMATEUR), "departement:69", ""),
        (member(Role.ADMINISTRATEUR), "moderation", ""),
        (member(Role.HOTLINE), "moderation", "rôle"),
        (member(Role.CONSEILLER, "69"), "hotline-metier", "rôle"),
    ],
)
def test_who_should_not_be_there_and_why(somebody: ChannelPerson | None, key: str, why: str) -> None:
    said = MembershipRules([]).reason_out(TABLE[key], somebody)
    assert (why in said) if why else said == ""


@pytest.mark.parametrize(
    ("somebody", "administers"),
    [
        (member(Role.COORDINATEUR, "69"), True),
        (member(Role.COORDINATEUR, "38"), False),
        (member(Role.CONSEILLER, "69"), False),
        (member(Role.COORDINATEUR, "69", left_on=date(2026, 1, 1)), False),
    ],
)
def test_coordinateurs_administer_the_channel_of_their_departement(somebody: ChannelPerson, administers: bool) -> None:
    assert MembershipRules([]).administers(TABLE["departement:69"], somebody) is administers
