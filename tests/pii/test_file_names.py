"""Names of files that tell of whom they are: a provider sees words for the person, the client its own name again."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, Stand

pytestmark = pytest.mark.anyio

NAMES = {
    "CV_Meier_Anna.pdf": r"CV_PERSON_\w{6}\.pdf",
    "Zumbühl.Reto.docx": r"PERSON_\w{6}\.docx",
    "bewerbung-giulia-bernasconi-2026.pdf": r"bewerbung-PERSON_\w{6}-2026\.pdf",
    "lohnausweis_reto_zumbuehl.pdf": r"lohnausweis_PERSON_\w{6}\.pdf",
    "Passwort Walnut960.txt": r"Passwort \[SECRET\]\.txt",
    "rose_garden.jpg": r"rose_garden\.jpg",
    "may_price_list.csv": r"may_price_list\.csv",
    "test_user_login.py": r"test_user_login\.py",
}


async def sent(content: Any, calls: Any = None) -> tuple[AsgiCall, dict[str, Any]]:
    echo = Echo()
    messages = [{"role": "user", "content": content}]
    if calls is not None:
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [calls]},
            {"role": "tool", "tool_call_id": "call_1", "content": "done"},
        ]
    body = {"model": "chat/m", "messages": messages}
    call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
    await call.run(Stand(policy_with("{hint: false, actions: {secret: redact}}"), echo).edge)
    assert call.status == 200, call.body
    [request] = echo.requests
    return call, json.loads(request.body)


@pytest.mark.parametrize("name", NAMES)
async def test_the_name_of_an_attached_file(name: str) -> None:
    file = {"filename": name, "file_data": "data:text/plain;base64,aGVsbG8="}
    _, seen = await sent([{"type": "text", "text": f"{MARK}done"}, {"type": "file", "file": file}])
    assert re.fullmatch(NAMES[name], seen["messages"][0]["content"][1]["file"]["filename"])


@each_case("name", NAMES)
async def test_the_name_of_a_file_in_the_arguments_of_a_tool(name: str) -> None:
    arguments = json.dumps({"count": 2, "filename": name, "note": "hi"})
    call = {"id": "call_1", "type": "function", "function": {"name": "save", "arguments": arguments}}
    answer, seen = await sent(f"{MARK}{name}", call)
    told = json.loads(seen["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert re.fullmatch(NAMES[name], told["filename"])
    assert (told["count"], told["note"]) == (2, "hi")
    said = json.loads(answer.body)["choices"][0]["message"]["content"]
    assert said == name.replace("Walnut960", "[SECRET]"), "what is redacted does not come back"


PATHS = {
    "/srv/letters/cv_meier_anna.md": r"/srv/letters/cv_PERSON_\w{6}\.md",
    "C:\\Daten\\Zumbühl_Reto\\lohn.xlsx": r"C:\\Daten\\PERSON_\w{6}\\lohn\.xlsx",
    "src/password_reset/anna.py": r"src/password_reset/anna\.py",
}


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_in_the_arguments_of_a_tool_and_in_a_block(path: str) -> None:
    """It may be of a program's, so that only rows of names count there."""
    arguments = json.dumps({"path": path, "limit": 20})
    call = {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": arguments}}
    _, seen = await sent(f"{MARK}done", call)
    told = json.loads(seen["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert re.fullmatch(PATHS[path], told["path"])
    echo = Echo()
    source = {"type": "text", "media_type": "text/plain", "data": f"{MARK}done"}
    turn = {"role": "user", "content": [{"type": "document", "source": source, "title": path}]}
    body = {"model": "messages/m", "max_tokens": 9, "messages": [turn]}
    asked = AsgiCall("/v1/messages", json.dumps(body).encode())
    await asked.run(Stand(policy_with("{hint: false}"), echo).edge)
    [request] = echo.requests
    assert re.fullmatch(PATHS[path], json.loads(request.body)["messages"][0]["content"][0]["title"])
