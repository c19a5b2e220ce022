"""Which addresses are public, in every spelling."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.addresses import is_private_host, is_public, literal_of

PRIVATE = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 0.0.0.0 127.0.0.1. 10.0.0.1
10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.127.255.254 169.254.169.254 169.254.0.1 192.0.0.1
192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 [::1] ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::ffff:0:127.0.0.1 2002:7f00:1::
2002:a00:1:: 2002:a9fe:a9fe:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 2001:0:4136:e378:8000:63bf:80ff:fffe
2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.0.0.1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1
2001:db8::1 100::1 localhost LOCALHOST localhost. a.localhost metadata.google.internal Metadata.Google.Internal.
""".split()
PUBLIC = """
192.0.32.7 8.8.8.8 172.32.0.1 100.128.0.1 11.0.0.1 134744072 0x08080808 2001:4860:4860::8888 ::ffff:8.8.8.8
2002:808:808:: 64:ff9b::808:808 2606:4700::5efe:8.8.8.8
""".split()
NAMES = "example.org dead.beef 1e100.net 0xcafe.example localhost.example metadata.example.org 1.2.3.4.5 10.0.0.1.io"


@pytest.mark.parametrize("host", PRIVATE)
def test_private(host: str) -> None:
    assert is_private_host(host)
    literal = literal_of(host)
    assert literal is None or not is_public(literal)


@pytest.mark.parametrize("host", PUBLIC)
def test_public(host: str) -> None:
    assert not is_private_host(host)
    literal = literal_of(host)
    assert literal is not None
    assert is_public(literal)
    assert is_public(host)


@pytest.mark.parametrize("name", NAMES.split())
def test_a_name_is_no_address(name: str) -> None:
    assert literal_of(name) is None
    assert not is_private_host(name)
    assert not is_public(name)


@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_address_means_the_same(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    one, rest = number >> 24, number & 0xFFFFFF
    for text in (str(address), str(number), hex(number), f"0{number:o}", f"{one}.{rest}", f"{hex(one)}.0{rest:o}"):
        assert literal_of(text) == address, text
    low = number.to_bytes(4, "big")
    mapped = ipaddress.IPv6Address(bytes(10) + b"\xff\xff" + low)
    assert is_public(mapped) == is_public(address)
    sixtofour = ipaddress.IPv6Address(b"\x20\x02" + low + bytes(10))
    assert not is_public(sixtofour) or is_public(address)
    nat64 = ipaddress.IPv6Address(b"\x00\x64\xff\x9b" + bytes(8) + low)
    assert is_public(nat64) == is_public(address)


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    is_private_host(text)
