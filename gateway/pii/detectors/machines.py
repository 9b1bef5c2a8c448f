"""What names a device: addresses of networks and of their interfaces."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import DIGITS, Found, Rule, View

_V4 = rb"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_V4_PATTERN = compiled(_V4)
_V6 = rb"(?:[0-9A-Fa-f]{1,4}:{1,2}){2,7}[0-9A-Fa-f]{1,4}"
_V6_PATTERN = compiled(_V6)
_PAIR = rb"[0-9A-Fa-f]{2}"
_PAIRS = re.compile(_PAIR + rb"(?::" + _PAIR + rb"){7}")
_MAC = (
    # With `ff:fe` in its middle, as an interface makes the end of its IPv6 address of it (RFC 4291, appendix A)
    rb"(?:" + _PAIR + rb"[:\-]){3}(?i:ff[:\-]fe)(?:[:\-]" + _PAIR + rb"){3}"
    rb"|" + _PAIR + rb"(?:[:\-]" + _PAIR + rb"){5}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
    rb"|(?:" + _PAIR + rb"[ ]){5}" + _PAIR + rb"|[0-9A-Fa-f]{12}"
)
_MAC_PATTERN = compiled(_MAC)
_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_OCTETS = re.compile(_OCTET + rb"{4}(?<=[0-9]{8})")
_VERSION = re.compile(rb"version|\bv\.?$|release|section|kapitel|abschnitt|chapitre|ziffer|art\.|rev\b|build|==$")
# tcpdump's `192.0.2.7.443 > 192.0.2.8.52144: Flags`
_PORT_OF_A_DUMP = re.compile(rb"\.[0-9]{2,5}(?:[ ]>|:[ ](?:Flags|UDP))")
# `Chrome/121.0.0.0`, `Foo/4.2.8.1 (…)`: how programs name themselves (RFC 9110, section 10.1.5); no `client/83.76.12.1`
_PRODUCT = re.compile(rb"(?:^|[\s\"'(;,])[A-Za-z][A-Za-z\-]{1,30}/$")
_PRODUCT_LONGEST = 33
_AS_RELEASED = re.compile(rb"[0-9]{1,3}\.[0-9]{1,3}(?:\.0\.[0-9]{1,3}|\.[0-9]{1,3}\.0)(?![:/])")
_GOES_ON_AS_PRODUCT = re.compile(rb"[ ](?:\(|[A-Z][A-Za-z]+/[0-9])")
_PARTED = re.compile(rb"[:.\-]")
_MAC_WORDS = re.compile(rb"\bmac\b|hw ?addr|ethernet|hardware address|physical address|bssid")
# What has versions, farther before it, unless a word of networks stands there, too.
_VERSIONED = re.compile(
    rb"version|release|firmware|upgrad|updat|aktualisier|\xe0 jour|aggiorn|\bpatch|driver|treiber|pilote|software"
    rb"|\bbuild|downgrad|install|\bbios\b|\bsdk\b|kernel|package|paket|paquet"
)
_NETWORKED = re.compile(
    rb"\bips?\b|\bhost|server|serveur|address|adress|indirizz|client|\bsrc\b|\bdst\b|login|logged|peer|remote|\bping"
    rb"|netz|network|r\xe9seau|\brete\b|ssh|gateway|router|\bdns\b"
)
_NEXT_VERSION = re.compile(
    rb"[ ](?:to|auf|\xe0|vers|a|->|=>)[ ]v?[0-9]{1,3}\.[0-9]{1,3}(?:\.[0-9]{1,5})?(?![0-9]|\.[0-9])"
)
_LENGTH_OF_A_NETWORK = re.compile(rb"/([12][0-9]|3[0-2]|[0-9])(?![0-9])")
_WORD_OF_A_NETWORK = re.compile(rb"(?:\b|_)(?:sub)?(?:net|network|netz|r\xe9seau|rete)[ :=\"']{1,4}$")
_MASK = re.compile(rb"[ ,]{1,2}(?i:(?:net)?mask|255\.)")
_LONGEST_OF_MANY = 28
"""Bits of a network that is no single customer's."""
_MOST_OF_A_VERSION = 32
# `CMake 2.8.10.2`, and no `from 2.8.10.2`: of addresses drawn by lot one in four thousand has only such small parts.
_OF_SOMETHING = re.compile(
    rb"\b(?!(?:from|by|at|via|to|von|aus|bei|durch|an|de|depuis|par|da|dal|di)[ ])[a-z][a-z+#\-]*[ ]v?$"
)
_NOBODYS_V4 = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "127.0.0.0/8", "255.0.0.0/8", "8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "9.9.9.9/32"),
    )
)


_PRIVATE_V4 = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_OF_GATEWAYS = frozenset((0, 1, 254, 255))
"""Last numbers of addresses within a house (RFC 1918) that are a network's, its gateway's or everybody's."""
_UPSTREAM = re.compile(rb"\bupstream(?:_addr)?[=:][ \"]{0,2}$")


def _is_of_a_program(data: bytes, start: int, end: int) -> bool:
    return (
        data[start - 1 : start] == b"/"
        and _PRODUCT.search(data, max(0, start - _PRODUCT_LONGEST), start) is not None
        and (_AS_RELEASED.match(data, start) is not None or _GOES_ON_AS_PRODUCT.match(data, end) is not None)
    )


def _is_network(data: bytes, end: int, address: ipaddress.IPv4Address, before: bytes) -> bool:
    """`net 192.56.76.0`, `10.1.0.16/28`: of a network, and no machine in it. One of few addresses is somebody's."""
    length = _LENGTH_OF_A_NETWORK.match(data, end)
    if length is None and not (_WORD_OF_A_NETWORK.search(before) or _MASK.match(data, end)):
        return False
    bits = int(length[1]) if length else 24
    return bits <= _LONGEST_OF_MANY and int(address) % (1 << (32 - bits)) == 0


def _judge_v4(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if (start and (data[start - 1] in DIGITS or data[start - 1] in b".-")) or data[end : end + 1].isalnum():
        return None
    if data[end : end + 1] == b"." and data[end + 1 : end + 2].isdigit() and not _PORT_OF_A_DUMP.match(data, end):
        return None
    text = data[start:end].decode("ascii")
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return None
    if any(address in network for network in _NOBODYS_V4) or (
        address.packed[-1] in _OF_GATEWAYS and any(address in network for network in _PRIVATE_V4)
    ):
        return None
    if _VERSION.search(view.before(start, 12)) or (address.is_global and _is_of_a_program(data, start, end)):
        return None
    before = view.before(start)
    if address.is_private and _UPSTREAM.search(before):  # a service of the house
        return None
    if not _NETWORKED.search(before) and (
        (address.is_global and max(address.packed) < _MOST_OF_A_VERSION and _OF_SOMETHING.search(before))
        or _VERSIONED.search(before)
        or _NEXT_VERSION.match(data, end)
    ):
        return None
    if address.is_multicast or _is_network(data, end, address, before):
        return None
    return Found(start, end, "ip_address", text, 0.9, "ip-v4")


def _judge_v6(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if not view.apart(start, end) or data[end : end + 1] == b":" or (start and data[start - 1] in b":"):
        return None
    text = data[start:end].decode("ascii")
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    # A serial number, or the digest of a key: no network has numbers of which all parts begin with two zeros.
    if _PAIRS.fullmatch(data, start, end) or not any(byte in DIGITS for byte in data[start:end]):
        return None
    return Found(start, end, "ip_address", str(address), 0.9, "ip-v6")


def address_in(value: bytes) -> bool:
    """Whether that is an address whose points, or some of whose colons, were left out."""
    if value.isdigit():
        return _OCTETS.fullmatch(value) is not None
    try:
        return value.count(b":") > 2 and bool(ipaddress.IPv6Address(value.decode("latin-1")))
    except ValueError:
        return False


def _judge_mac(view: View, start: int, end: int) -> Found | None:
    data = view.data
    around = data[max(0, start - 1) : start] + data[end : end + 1]
    if not view.apart(start, end) or b":" in around or b"-" in around:
        return None
    if not _PARTED.search(data, start, end) and not _MAC_WORDS.search(view.before(start, 32)):
        return None
    value = data[start:end].lower().translate(None, b":-. ")
    return Found(start, end, "mac_address", value.decode("ascii"), 0.95, "mac")


def _find_ip(view: View) -> Iterator[Found]:
    yield from judged(_V4_PATTERN, view, _judge_v4)
    yield from judged(_V6_PATTERN, view, _judge_v6)


def _find_mac(view: View) -> Iterator[Found]:
    return judged(_MAC_PATTERN, view, _judge_mac)


RULES = (
    Rule("ip", ("ip_address",), (rb"[0-9]\.[0-9]{1,3}\.[0-9]", rb"[0-9A-Fa-f]::?[0-9A-Fa-f]{1,4}:"), _find_ip),
    Rule(
        "mac",
        ("mac_address",),
        (
            rb"[0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-]",
            rb"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.",
            rb"[0-9A-Fa-f]{12}",
        ),
        _find_mac,
    ),
)
