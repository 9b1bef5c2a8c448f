"""Icons and columns of numbers hold nobody's; what stands beside them is found."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder("phone", "ip_address", "ch_ahv", "credit_card", "fr_nir", "es_nif", "de_svnr", "us_ssn")
PATH = "M11.013 1.427a1.75 1.75 0 012.474 0l1.086 1.086a1.75 1.75 0 010 2.474l-8.61 8.61c-.21.21-.47.364-.756.445z"
SPACED = "M 8 1 c -3.9 0 -7 3.1 -7 7 s 0 1 0.445312 1 1 h 2 a 1.660156 1.339844 3 0 0 1 -0.449219 1 -1"


@each_case(
    "text",
    [
        f'<svg viewBox="0 0 16 16"><path fill-rule="evenodd" d="{PATH}"/></svg>',
        f"<path d='{SPACED} z'/>",
        '{"icon": "' + PATH + '"}',
        r"{\"icon\": \"" + SPACED + r"\"}",
        PATH,
        '<polygon points="0 1 0 0 0 0 1 0 0 0 0 12.5 044 268 11 00"/>',
        "<g transform='matrix(0 1 0.445312 1 1 0)'/>",
        "3389\n3390\n3551\n3552\n3571\n3572\n3864\n3866\n6094\n6096\n",
        '<svg viewBox="0 0 199.7 184.2"/>',
        "42792\n42793\n42794\n42795\n42796\n42797\n42798\n",
        "Foundation, Inc., 51 Franklin St,\n# Fifth Floor, Boston, MA\n# 02110-1301  USA",
    ],
)
def test_numbers_that_draw_or_count_are_left_alone(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,number",
    [
        ("Anna Keller\nM 079 223 17 11, T 044 223 17 11", "079 223 17 11"),
        (f'<path d="{PATH}"/> Tel. 044 268 11 00', "044 268 11 00"),
        ('{"sig": "M 079 223 17 11 T 044 223 17 12"}', "044 223 17 12"),
        ("Karte:\n4378\n5664\n2471\n7649\n", "4378\n5664\n2471\n7649"),
        ("Call Boston at 617-555-0142, MA", "617-555-0142"),
        # letters before numbers, and no picture: in words of whoever signs, whose points they are, and what scales
        ("M 079 223 17 11\nH 044 223 17 12\nC 078 223 17 13", "044 223 17 12"),
        ('{"reach": "M 0792231711, L 0442231712, V 0782231713 Z"}', "0442231712"),
        ('<member points="044 268 11 00"/>', "044 268 11 00"),
        ('<node endpoints="10.12.3.4"/>', "10.12.3.4"),
        ("scale(756.9217.0769.85)", "756.9217.0769.85"),
        ("call translate(4378566424717649) now", "4378566424717649"),
        # below a card of whom nothing tells, when it ends and what is on its back
        ("4378\n5664\n2471\n7649\n1228\n082", "4378\n5664\n2471\n7649"),
    ],
)
def test_numbers_beside_them_are_found(text: str, number: str) -> None:
    assert number in found(text)
