"""No spelling of a private address gets past the guard."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.errors import Invalid
from secretary.kernel.http import DestinationKind, is_public
from secretary.kernel.http.guard import Guard, parse_url

PRIVATE_V4 = [
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
]
PRIVATE_V6 = [
    *("::", "::1", "fd00:ec2::254", "fc00::1", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "3fff::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "4000::1"),
]
PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE_V4 + PRIVATE_V6)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def refuses(url: str) -> bool:
    try:
        kind = Guard().kind_of(parse_url(url), DestinationKind.TYPED)
    except Invalid as error:
        return error.code == "address_not_allowed"
    return kind is not DestinationKind.TYPED


def _number(value: int, base: str) -> str:
    return {"decimal": f"{value}", "octal": f"0{value:o}", "hex": f"0x{value:x}", "padded": f"0x{value:08X}"}[base]


@st.composite
def spelled_v4(draw: st.DrawFn) -> str:
    """Any private IPv4 address, written in one of the ways that some resolver understands."""
    number = int(IPv4Address(draw(st.sampled_from(PRIVATE_V4)))) ^ draw(st.integers(0, 3))
    parts = draw(st.integers(1, 4))
    bases = draw(st.lists(st.sampled_from(["decimal", "octal", "hex", "padded"]), min_size=parts, max_size=parts))
    rest_bits = 8 * (5 - parts)
    values = [(number >> (24 - 8 * place)) & 0xFF for place in range(parts - 1)] + [number & ((1 << rest_bits) - 1)]
    text = ".".join(_number(value, base) for value, base in zip(values, bases, strict=True))
    dot = draw(st.sampled_from([".", "\u3002", "\uff0e", "\uff61"]))  # IDNA reads all of these as a dot
    digits = draw(st.sampled_from(["0123456789", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]))
    text = text.replace(".", dot).translate(str.maketrans("0123456789", digits))
    return text + draw(st.sampled_from(["", ".", ".."]))


@st.composite
def spelled_v6(draw: st.DrawFn) -> str:
    """Any IPv6 address that is private or carries a private IPv4 address, long or short, in any case."""
    carried = int(IPv4Address(draw(st.sampled_from(PRIVATE_V4))))
    prefix = draw(st.sampled_from(["::ffff:0:0", "64:ff9b::", "::", "2002::", "fc00::", "fe80::", "ff00::"]))
    shift = 80 if prefix == "2002::" else 0
    address = IPv6Address(int(IPv6Address(prefix)) | (carried << shift))
    text = draw(st.sampled_from([address.compressed, address.exploded, address.exploded.upper()]))
    if draw(st.booleans()) and not shift:
        head = IPv6Address(int(address) >> 32 << 32).exploded.rsplit(":", 2)[0]
        text = f"{head}:{IPv4Address(carried)}"
    return f"[{text}]"


@given(host=st.one_of(spelled_v4(), spelled_v6()), port=st.sampled_from(["", ":80", ":6379"]))
def test_guard_refuses_every_spelling_of_a_private_address(host: str, port: str) -> None:
    assert refuses(f"http://{host}{port}/latest/meta-data")


@pytest.mark.parametrize(
    "url",
    [
        *("http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://127.0.0.1./"),
        *("http://0x7f000001/", "http://08.1.1.1/", "http://1.1.1.1.0x7f/", "http://①②⑦.0.0.1/", "http://0/"),
        *("http://[fe80::1%25eth0]/", "http://127%2e0.0.1/", "http://%31%32%37.0.0.1/"),
        *("http://user@example.com/", "http://user:secret@example.com/", "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/"),
        *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com", ""),
        *("http://example.com./", "http://example..com/", "http://exa mple.com/", "http://lo\u00adcalhost/"),
        *("http://127.0.0.1\\@example.com/", "http://example.com\\@127.0.0.1/", "ht\ntp://example.com/"),
        *("http://\t127.0.0.1/", "http://local\x00host/", "http:///x", "http://example.com:99999/", "http://[::1"),
        "http://" + "a" * 64 + ".com/",
    ],
)
def test_guard_refuses_what_two_parsers_may_read_differently(url: str) -> None:
    assert refuses(url)


@pytest.mark.parametrize(
    "url", ["https://api.example.com/v1", "http://1.1.1.1:8080/", "https://пример.рф/", "https://[2606:4700::1111]/"]
)
def test_guard_lets_public_addresses_through(url: str) -> None:
    assert not refuses(url)


def test_refusal_speaks_both_languages_and_tells_no_address() -> None:
    with pytest.raises(Invalid) as refused:
        Guard().kind_of(parse_url("http://10.9.8.7/"), DestinationKind.TYPED)
    assert "не разрешён" in refused.value.ru
    assert "ALLOWED_PRIVATE_HOSTS" in refused.value.en
    assert "10.9.8.7" not in str(refused.value) + refused.value.ru
