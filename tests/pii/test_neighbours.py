"""Values that nothing in their own text explains: members of arrays and objects, columns and lists without a head."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

REFUSED = ScriptedResponse(400, {"content-type": "application/json"}, [b'{"error": {"message": "no"}}'])

RULES = "{hint: false, actions: {secret: redact}}"

pytestmark = pytest.mark.anyio

PEOPLE = [["Anna Muster", "1980-05-04"], ["Luca Bianchi", "12.03.1979"], ["Ngozi Adichie", "23 November 1975"]]
DATES = [date for _, date in PEOPLE]


async def sent(content: str, **more: Any) -> str:
    """What the provider is asked."""
    upstream = ScriptedUpstream(REFUSED)
    body = {"model": "chat/m", "messages": [{"role": "user", "content": content}], **more}
    await AsgiCall("/v1/chat/completions", msgspec.json.encode(body)).run(Stand(policy_with(RULES), upstream).edge)
    [request] = upstream.requests
    return request.body.decode()


@pytest.mark.parametrize(
    "value",
    [
        PEOPLE,
        {"columns": ["who", "birthdate"], "data": [["x1", date] for date in DATES]},
        {"team": [{"member": name, "d": date} for name, date in PEOPLE]},
        {"birthdays": DATES},
        dict(PEOPLE),
        [["x1", date, f"+41 79 123 45 {number}7"] for number, date in enumerate(DATES)],
    ],
    ids=["rows", "a head far away", "objects", "a label of several", "names as labels", "beside telephones"],
)
async def test_a_birth_is_told_by_its_neighbours(value: Any) -> None:
    seen = await sent(json.dumps(value))
    assert [date for date in DATES if date in seen] == []
    again = json.dumps({"rows": value})  # the same as the arguments of a call
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": again}}
    seen = await sent(
        "go on", messages=[{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "go"}]
    )
    assert [date for date in DATES if date in seen] == []


@each_case(
    "words,secret",
    [
        (["mysql", "-uroot", "-pTiger5540", "erp"], "Tiger5540"),
        (["curl", "-u", "anna:herbst-tiger83", "https://db.acme.ch"], "herbst-tiger83"),
        (["sshpass", "-p", "tiger8280", "ssh", "host"], "tiger8280"),
    ],
)
async def test_the_words_of_a_command_are_read_as_its_line(words: list[str], secret: str) -> None:
    """In a text, and in the arguments of a call; the other words stay."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"command": words})}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "go"}]
    for seen in (await sent(json.dumps(words)), await sent("go on", messages=messages)):
        assert secret not in seen
        assert [word for word in words if secret not in word and word not in seen] == []


@each_case(
    "value",
    [
        {"release": "1999-03-31", "title": "Office 2000"},
        {"employee": "Anna Muster", "hired": "1999-05-01"},
        [["Berlin", "1989-11-09"], ["Paris", "1944-08-25"]],
        {"rows": [{"member": "Anna Muster", "created_at": "1999-05-01", "gültigBis": "2001-02-03"}]},
        {"tokens": ["lorem", "ipsum2"], "dates": ["1999-05-01", "2001-09-01"]},
    ],
)
async def test_other_dates_stay(value: Any) -> None:
    seen = await sent(json.dumps(value))
    assert all(text in seen for text in _dates(value))


def _dates(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node] if node[:1] in "12" else []
    return [date for part in (node.values() if isinstance(node, dict) else node) for date in _dates(part)]


ROWS = [
    ("17", "Keller", "Anna", "1980-05-04", "0791234567"),
    ("18", "Okafor", "Luca", "1975-11-23", "0765551290"),
    ("19", "Gebremariam", "Sara", "1969-01-02", "0445551290"),
]


@each_case("sign", [";", "\t", "|", ","])
async def test_columns_without_a_head(sign: str) -> None:
    seen = await sent("\n".join(sign.join(row) for row in ROWS))
    assert [cell for row in ROWS for cell in row[1:] if cell in seen] == []
    assert all(f"{row[0]}{json.dumps(sign)[1:-1]}" in seen for row in ROWS)


async def test_what_sql_inserts_without_naming_columns() -> None:
    values = ",".join(str(row) for row in ROWS)
    seen = await sent(f"INSERT INTO people VALUES {values};")
    assert [cell for row in ROWS for cell in row[1:] if cell in seen] == []


async def test_what_was_built_in_a_year_is_no_birth() -> None:
    table = "1;Bridge;1980-05-04;12000\n2;Tower;1975-11-23;13000\n3;Hall;1969-01-02;14000"
    assert json.dumps(table) in await sent(table)


async def test_lists_below_a_heading() -> None:
    seen = await sent(
        "Geburtsdaten der Teilnehmenden:\n\n- 04.05.1980\n- 12.03.1990\n- 30.08.1966\n\nEintritt: 01.02.2001"
    )
    assert [date for date in ("04.05.1980", "12.03.1990", "30.08.1966") if date in seen] == []
    assert "01.02.2001" in seen
    seen = await sent("01314658100\n07533 349 295\n0117 922 1016\n\nformat these as E.164")
    assert [number for number in ("01314658100", "07533 349 295", "0117 922 1016") if number in seen] == []


async def shown(value: Any) -> Any:
    """What the provider is sent in its place."""
    return json.loads(json.loads(await sent(json.dumps(value)))["messages"][-1]["content"])


@pytest.mark.parametrize(
    "ends", [("alpha", "omega"), ("start", "end"), ("Monday", "Friday"), ("red", "Blue"), ("hello", "see you later")]
)
async def test_the_ends_of_something_are_nobodys_name(ends: tuple[str, str]) -> None:
    value = {"first": ends[0], "last": ends[1], "page": 3}
    assert await shown(value) == value
    assert await shown({"rows": [value]}) == {"rows": [value]}


@pytest.mark.parametrize(
    "ends", [("Bronwyn", "Oakley"), ("Hope", "Stone"), ("Xqolti", "Brrzn"), ("anna", "stone"), ("wei", "zhang")]
)
async def test_names_stay_names(ends: tuple[str, str]) -> None:
    told = await shown({"first": ends[0], "last": ends[1]})
    assert not set(ends) & {*told.values()}


@pytest.mark.parametrize(
    "value",
    [
        {"patient": {"first": "oona", "last": "oarsby"}},
        {"first": "oona", "last": "oarsby", "birthDate": "1976-10-03"},
    ],
    ids=["of somebody", "with a birth"],
)
async def test_whose_it_is_tells_that_it_is_a_name(value: Any) -> None:
    told = json.dumps(await shown(value))
    assert "oona" not in told
    assert "oarsby" not in told
