"""Which Internet addresses are public, and which host names can only be inside a private network."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from unicodedata import normalize

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Registries “IPv4/IPv6 Special-Purpose Address” of IANA, read in November 2026; of IPv6 nothing else is public.
_NEVER_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
)
_NEVER_6 = ("2001::/23", "2001:db8::/32", "3fff::/20")
_FORBIDDEN = tuple(ip_network(net) for net in (*_NEVER_4, *_NEVER_6))
_GLOBAL, _NAT64 = ip_network("2000::/3"), ip_network("64:ff9b::/96")
_INSIDE = (
    *("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "onion"),
)
"""Last parts of names that no public server answers to (RFC 6761, 6762, 7686, 8375, ICANN’s .internal, and usage)."""


def is_public(text: str) -> bool:
    """Tell whether an address is public on the Internet; an IPv6 address that embeds another counts as that one."""
    try:
        address = _inner(ip_address(text))
    except ValueError:
        return False
    if address.version == 6 and address not in _GLOBAL:
        return False
    return not any(address in net for net in _FORBIDDEN if net.version == address.version)


def is_inside(host: str) -> bool:
    """Tell whether a host, as written in a link, can only be inside a private network. A host that ends in a number is
    an address to browsers (0x7f.0.0.1, 127.1), and public only where it is a public one in full notation."""
    last = normalize("NFKC", host).lower().rstrip(".").rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        return not is_public(normalize("NFKC", host))
    return last in _INSIDE


THIS_MACHINE = "127.0.0.0/8, ::1"


def read_proxies(text: str) -> tuple[Network, ...]:
    """Read addresses and networks separated by commas. Raises ValueError, in French, also for one that is everybody."""
    return tuple(_read_proxy(part.strip()) for part in text.split(",") if part.strip())


def _read_proxy(part: str) -> Network:
    try:
        network = ip_network(part, strict=False)
    except ValueError:
        raise ValueError(f"« {part[:40]} » n’est ni une adresse ni un réseau (10.0.0.5, 10.0.0.0/24)") from None
    if network.prefixlen == 0:
        raise ValueError(
            f"« {part} » est tout le monde : chacun se donnerait l’adresse qu’il veut. Nommez vos mandataires"
        )
    return network


def _inner(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
