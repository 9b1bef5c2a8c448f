"""Files of text in the encodings in which people save them: read where that can be told, refused where it cannot."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, Stand

pytestmark = pytest.mark.anyio

TABLE = "Name;Wohnort;Mail;Saldo\nKäthe Müller-Guérin;Zürich;kaethe@example.org;12,50 €\n"
POLISH = "Nazwisko;Miasto\nWałęsa;Gdańsk\nŁukasz Święch;Łódź\n"


async def asked(data: bytes) -> tuple[AsgiCall, Any]:
    echo = Echo()
    file = {"filename": "notes.csv", "file_data": f"data:text/csv;base64,{b64encode(data).decode()}"}
    content = [{"type": "text", "text": f"{MARK}x"}, {"type": "file", "file": file}]
    body = {"model": "chat/m", "messages": [{"role": "user", "content": content}]}
    call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
    await call.run(Stand(policy_with("{hint: false}"), echo).edge)
    if not echo.requests:
        return call, None
    sent = json.loads(echo.requests[0].body)["messages"][0]["content"][1]["file"]["file_data"]
    return call, b64decode(sent.partition(",")[2])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_a_table_is_rewritten_in_utf_8(encoding: str) -> None:
    _, sent = await asked(TABLE.encode(encoding))
    text = sent.decode("utf-8")
    assert "PERSON_" in text
    assert "EMAIL_" in text
    assert "Käthe" not in text
    assert "Zürich" in text
    assert "12,50 €" in text


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
async def test_utf_16_is_read_in_both_orders(mark: bytes) -> None:
    order = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    _, sent = await asked(mark + TABLE.encode(order))
    assert b"PERSON_" in sent


async def test_a_file_in_which_nothing_is_found_leaves_as_it_came() -> None:
    plain = "Größe;Menge\nXL;3\n".encode("cp1252")
    assert (await asked(plain))[1] == plain


@each_case(
    "text,encoding",
    [
        (TABLE, "cp850"),
        (TABLE, "mac-roman"),
        (POLISH, "cp1250"),
        ("Имя;Город\nАнна Петрова;Москва\n", "cp1251"),
        ("Ad;Şehir\nAyşe Yıldız;Muğla\n", "cp1254"),
        (TABLE, "utf-16-le"),  # without its mark
        ("Anna\x00Muster", "utf-16"),
    ],
)
async def test_what_could_be_read_otherwise_is_refused_and_the_way_out_told(text: str, encoding: str) -> None:
    call, sent = await asked(text.replace("€", "").encode(encoding))
    assert (call.status, sent) == (422, None)
    assert "UTF-8" in json.loads(call.body)["error"]["message"]
