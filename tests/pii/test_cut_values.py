"""Values that are cut over members, cells or columns: the pieces say nothing, their names and neighbours do."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

REFUSED = ScriptedResponse(400, {"content-type": "application/json"}, [b'{"error": {"message": "no"}}'])
IBAN = ["CH93", "0076", "2011", "6238", "5295", "7"]
CARD = ["4539", "1488", "0343", "6467"]
AHV = ["756", "9217", "0769", "85"]

pytestmark = pytest.mark.anyio


async def sent(content: str) -> str:
    """What the provider is asked."""
    upstream = ScriptedUpstream(REFUSED)
    body = {"model": "chat/m", "messages": [{"role": "user", "content": content}]}
    policy = policy_with("{hint: false, actions: {credit_card: pseudonymise}}")
    await AsgiCall("/v1/chat/completions", msgspec.json.encode(body)).run(Stand(policy, upstream).edge)
    [request] = upstream.requests
    return str(msgspec.json.decode(request.body)["messages"][0]["content"])


def numbered(name: str, pieces: list[str]) -> dict[str, str]:
    return {f"{name}{number}": piece for number, piece in enumerate(pieces, 1)}


@each_case(
    "value,pieces,word",
    [
        ({"iban": IBAN, "n": "x"}, IBAN, "IBAN"),
        ({"id": "4711", **numbered("iban_part_", IBAN), "zip": "8001"}, IBAN, "IBAN"),
        ({"payer": {"card": CARD}}, CARD, "CARD"),
        (numbered("cardBlock", CARD), CARD, "CARD"),
        ({"rows": [numbered("ahv", AHV)]}, AHV, "AHV"),
        (numbered("pesel_", ["900", "217", "03585"]), ["900", "217", "03585"], "NATIONALID"),
    ],
)
async def test_a_number_over_members_leaves_as_one_word(value: dict[str, Any], pieces: list[str], word: str) -> None:
    content = await sent(json.dumps(value))
    assert word in content
    assert not [piece for piece in pieces if len(piece) > 1 and f'"{piece}"' in content]
    assert json.loads(content).keys() == value.keys()


@pytest.mark.parametrize(
    "value",
    [
        {"sizes": CARD},
        {"card": [*CARD[:3], "6468"]},
        {"card": [*CARD, "1111"]},
        numbered("pesel_", ["900", "217", "03584"]),
        {"a": "4539", "b": "1488", "c": "0343", "d": "6467"},
        {"iban": ["CH93", "0076", "2011", "6238", "5295", "8"]},
    ],
)
async def test_other_lists_stay(value: dict[str, Any]) -> None:
    assert await sent(json.dumps(value)) == json.dumps(value)


async def test_the_number_comes_back_whole() -> None:
    content = json.dumps({"say": MARK, "iban": IBAN})
    body = {"model": "chat/m", "messages": [{"role": "user", "content": content}]}
    call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
    await call.run(Stand(policy_with("{hint: false}"), Echo()).edge)
    assert call.status == 200
    assert "".join(IBAN) in call.body.decode()


COLUMNS = {
    "telephones": ("Firma;Vorwahl;Nummer\nA;041;3709913\nB;071;2255604\n", ["3709913", "2255604"]),
    "telephones in English": ("id,area_code,number\n1,0161,4960332\n2,020,79460959\n", ["4960332", "79460959"]),
    "streets": (
        "Strasse;Hausnr;PLZ;Ort\nAm Ranft;61;9000;St. Gallen\nIm Eich;5b;8049;Zürich\n",
        ["Am Ranft", "Im Eich"],
    ),
    "a street in JSON": ('{"street": "Quiet Meadow", "number": 18, "zip": "M20 2QR"}', ["Quiet Meadow"]),
    "years of birth": ("Nr;Geb-Tag;Geb-Monat;Geb-Jahr\n1;17;4;1972\n2;2;11;1986\n", ["1972", "1986"]),
    "names in capitals": ("LAST,FIRST,DEPT\nVANTERPOOL,DESMOND,OPS\nGUTHRIE,MAUREEN,FIN\n", ["VANTERPOOL", "MAUREEN"]),
    "an account after a number": (
        "Nr;IBAN_1;IBAN_2;IBAN_3;IBAN_4;IBAN_5;IBAN_6\n7;CH93;0076;2011;6238;5295;7\n",
        ["0076", "2011", "6238", "5295"],
    ),
    "a card after an id": ("id;card_1;card_2;card_3;card_4\n4;4539;1488;0343;6467\n", ["4539", "1488", "0343", "6467"]),
    "a street in XML": ("<strasse>Am Ranft</strasse><hausnummer>12</hausnummer>", ["Am Ranft"]),
    "lines of an address": (
        '{"line1": "Thyme Cottage", "line2": "Mill Row", "postcode": "EX5 3LW"}',
        ["Thyme", "Mill"],
    ),
    "a year of birth in parts": ("nr;geburtstag_tag;geburtstag_monat;geburtstag_jahr\n12;3;9;1951\n", ["1951"]),
    "names in short": ('{"deputy": {"vn": "Sascha", "nn": "Brändli"}}', ["Sascha", "Brändli"]),
}


@each_case("form", COLUMNS)
async def test_columns_that_only_their_neighbours_explain(form: str) -> None:
    text, values = COLUMNS[form]
    content = await sent(text)
    assert not [value for value in values if value in content]


@each_case(
    "text",
    [
        "Modell;Nummer\nA;3709913\nB;2255604\n",
        "year,month,day,rain\n1972,4,17,12.5\n1986,11,2,0\n",
        "FIRST,SECOND,THIRD\nGOLD,SILVER,BRONZE\n",
        '{"street": "", "number": "", "zip": "", "city": ""}',
        "id;card_1;card_2;card_3;card_4\n4;4539;1488;0343;6468\n",
        "id;size_1;size_2;size_3;size_4\n4;4539;1488;0343;6467\n",
    ],
)
async def test_columns_of_things_stay(text: str) -> None:
    assert await sent(text) == text
