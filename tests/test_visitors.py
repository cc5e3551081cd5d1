"""Who asks for a page is told apart by their address: their own, or the one that a trusted proxy says."""

import pytest
from pydantic import ValidationError

from bot.site import MISSED_MAX
from bot.visitors import find_visitor, is_near, shorten_address
from config.addresses import read_proxies
from config.settings import Settings
from tests.people import Person
from tests.support.house import House
from tests.support.security import Attacker
from tests.support.workplace import run_doctor

PROXIES = read_proxies("127.0.0.0/8, ::1, 10.0.0.0/24")


@pytest.mark.parametrize(
    ("address", "said", "visitor"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("192.168.1.5", ["198.51.100.1"], "192.168.1.5"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.0.0.7", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9:50123, 10.0.0.7:443"], "203.0.113.9:50123"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9, 10.0.0.7, ::1"], "203.0.113.9"),
        ("127.0.0.1", ["10.0.0.7"], "10.0.0.7"),
        ("127.0.0.1", ["203.0.113.9, unknown"], "unknown"),
        ("127.0.0.1", ["  ,, "], "127.0.0.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_only_trusted_proxies_say_who_asks(address: str, said: list[str], visitor: str) -> None:
    """What stands before is what anybody may have said; several proxies, one after the other, are all passed."""
    assert find_visitor(address, said, PROXIES) == visitor


def test_nobody_is_trusted_where_the_setting_is_empty() -> None:
    assert find_visitor("127.0.0.1", ["203.0.113.9"], read_proxies("")) == "127.0.0.1"


@pytest.mark.parametrize("text", ["tout", "10.0.0.300", "0.0.0.0/0", "127.0.0.1, ::/0"])
def test_a_setting_that_is_none_or_trusts_everybody_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_PROXIES", text)
    with pytest.raises(ValidationError, match=r"n’est ni une adresse ni un réseau|est tout le monde"):
        Settings(_env_file=None)


async def test_who_is_no_trusted_proxy_is_told_to_wait_whatever_they_say(house: House, juliette: Person) -> None:
    """Another address in each header is not another visitor, and the doctor tells the operator from where it came."""
    mallory = Attacker(house, juliette)
    house.settings = (usual := house.settings).model_copy(update={"proxies": read_proxies("10.0.0.0/24")})
    await house.restart()
    try:
        url, known = f"{house.settings.public_url}/agenda/", []
        for at in range(MISSED_MAX + 1):
            headers = {"X-Forwarded-For": f"203.0.113.{at}"}
            async with mallory.session.get(f"{url}{at:024d}", headers=headers) as answer:
                known.append(answer.status)
        assert known == [404] * MISSED_MAX + [429]
        _, said = await run_doctor(house.settings)
        assert "! 127.0.0.1 dit qui demande (X-Forwarded-For), et n’est pas cru" in said
        assert "ajoutez-le à COOP_PROXIES" in said
    finally:
        house.settings = usual
        await house.restart()


async def test_the_doctor_tells_whose_word_counts(house: House) -> None:
    settings = house.settings.model_copy(update={"proxies": read_proxies("10.0.0.5, 10.1.0.0/16"), "port": 1})
    _, said = await run_doctor(settings)
    assert "X-Forwarded-For est cru de 10.0.0.5/32 et 10.1.0.0/16 (COOP_PROXIES)" in said
    assert "il ne répond pas ici" in said


def test_addresses_of_both_versions_are_told_apart() -> None:
    """A proxy that listens on both writes those of the fourth version as if they were of the sixth: each stays one."""
    said = ["::ffff:203.0.113.9", "::ffff:203.0.113.10", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
    assert [shorten_address(one) for one in said] == [
        "203.0.113.9",
        "203.0.113.10",
        *["2001:db8::/64"] * 2,
        "2001:db8:0:1::/64",
    ]
    with_ports = ["203.0.113.9:50123", "[2001:db8::1]:443", "[2001:db8::1]"]
    assert [shorten_address(one) for one in with_ports] == ["203.0.113.9", *["2001:db8::/64"] * 2]
    assert is_near("::ffff:127.0.0.1")
    assert not is_near("::ffff:8.8.8.8")
