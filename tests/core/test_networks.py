from __future__ import annotations

import pytest

from gateway.core.networks import canonical, lies_in


@pytest.mark.parametrize(
    ("address", "networks", "inside"),
    [
        ("10.1.2.3", ("10.0.0.0/8",), True),
        ("11.1.2.3", ("10.0.0.0/8",), False),
        ("11.1.2.3", ("10.0.0.0/8", "11.1.2.3/32"), True),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",), True),
        ("::ffff:10.1.2.3", ("::ffff:10.0.0.0/104",), True),
        ("10.1.2.3", ("::ffff:10.1.2.3/128",), True),
        ("11.1.2.3", ("::ffff:10.0.0.0/104",), False),
        ("fe80::1%eth0", ("fe80::/10",), True),
        ("2001:db8::1", ("2001:db8::/32",), True),
        ("2001:db8::1", ("10.0.0.0/8",), False),
        ("10.1.2.3", (), False),
        ("unix", ("0.0.0.0/0",), False),
        ("", ("0.0.0.0/0",), False),
        (None, ("0.0.0.0/0", "::/0"), False),
    ],
)
def test_an_address_lies_in_a_network_or_not(address: str | None, networks: tuple[str, ...], inside: bool) -> None:
    assert lies_in(address, networks) is inside


def test_networks_are_kept_in_one_form() -> None:
    assert canonical("10.0.0.1") == "10.0.0.1/32"
    assert canonical("2001:DB8::/32") == "2001:db8::/32"
    assert canonical("::ffff:10.0.0.0/104") == "10.0.0.0/8"
    assert canonical("::/0") == "::/0"
    for wrong in ("10.0.0.1/8", "10.0.0.0/33", "host", "", "10.0.0.0/8 "):
        with pytest.raises(ValueError, match=r"appear|host bits"):
            canonical(wrong)
