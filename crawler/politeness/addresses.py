"""Which addresses are public, whatever they are written like; pure, nothing is looked up here."""

import ipaddress
import re
import socket
from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What `inet_aton` takes for an address: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.
_NUMERIC = re.compile(r"^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}$", re.IGNORECASE)
# Names that mean this machine, or a cloud's keys, wherever they are looked up.
_PRIVATE_NAMES = frozenset(
    {"localhost", "ip6-localhost", "ip6-loopback", "metadata", "metadata.google.internal", "metadata.goog",
     "instance-data", "instance-data.ec2.internal"}
)  # fmt: skip
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
# An interface id that holds an IPv4 address (ISATAP), with and without the bit for a unique one.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_LOW_32 = 0xFFFFFFFF


def literal_of(host: str) -> Address | None:
    """Return the address that a host's name is by itself, also in its odd spellings; None where it is a name."""
    text = host.strip("[]").rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    if not _NUMERIC.match(text):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except OSError:
        return None


def is_private_host(host: str) -> bool:
    """Return whether a host is private by its name alone: a literal address, or what is called so everywhere."""
    literal = literal_of(host)
    if literal is not None:
        return not is_public(literal)
    name = host.rstrip(".").lower()
    return name in _PRIVATE_NAMES or name.endswith(".localhost")


def is_public(address: Address | str) -> bool:
    """Return whether an address, and each IPv4 address that it holds, is one of the public internet."""
    if isinstance(address, str):
        literal = literal_of(address)
        return literal is not None and is_public(literal)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    held = list(_held(address))
    if any(not is_public(inner) for inner in held):
        return False
    # Tables of what is global differ between releases of Python; what these hold has been looked at.
    if address.ipv4_mapped is not None or address.sixtofour is not None or address in _NAT64:
        return True
    return address in _GLOBAL_UNICAST and address.is_global


def _held(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses inside an IPv6 one: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP."""
    low = ipaddress.IPv4Address(int(address) & _LOW_32)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in (_NAT64, _COMPATIBLE, _TRANSLATED)):
        yield low
    if (int(address) >> 32) & _LOW_32 in _ISATAP:
        yield low
