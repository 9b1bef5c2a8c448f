"""Values in web addresses and forms, each read as a server reads it; the client gets back what it wrote."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, Stand

pytestmark = pytest.mark.anyio

USER = {"role": "user", "content": "go on"}
ADDRESSES = {
    "https://crm.example/find?id=4&gebDatum=8.+April+2011&page=2": r"…/find\?id=4&gebDatum=BIRTHDATE_\w{6}&page=2",
    "https://crm.example/find?name=Anna+Z%C3%BCrcher&dob=1971-03-02#top": (
        r"…/find\?name=PERSON_\w{6}&dob=BIRTHDATE_\w{6}#top"
    ),
    "https://crm.example/a?args=%7B%22mail%22%3A%22x%40y.ch%22%2C%22name%22%3A%22Anna%20Meier%22%7D": (
        r"…/a\?args=%7B%22mail%22%3A%22EMAIL_\w{6}%22%2C%22name%22%3A%22PERSON_\w{6}%22%7D"
    ),
    'curl -d "full_name=Anna+Meier&amp;ort=Bern" https://crm.example/': (
        r'curl -d "full_name=PERSON_\w{6}&amp;ort=Bern" …/'
    ),
    "https://crm.example/t?rows=[[%22Anna+Meier%22,%2228-Dec-1950%22],[%22Jan+Ott%22,%2212/3/1965%22]]": (
        r"…/t\?rows=\[\[%22PERSON_\w{6}%22,%22BIRTHDATE_\w{6}%22\],\[%22PERSON_\w{6}%22,%22BIRTHDATE_\w{6}%22\]\]"
    ),
    "https://crm.example/search?q=how+to+bake+bread&sort=price_asc&w=1200": r"…/search\?q=how\+to\+bake\+bread&.*=1200",
    "x = cond ? a=b+c : p&q==r+s%2": r"x = cond \? a=b\+c : p&q==r\+s%2",
}


async def sent(content: Any, *more: dict[str, Any]) -> tuple[AsgiCall, list[dict[str, Any]]]:
    echo = Echo()
    body = {"model": "chat/m", "messages": [{"role": "user", "content": content}, *more]}
    call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
    rules = "{hint: false, restore_in_urls: [crm.example], actions: {secret: redact}}"
    await call.run(Stand(policy_with(rules), echo).edge)
    assert call.status == 200, call.body
    [request] = echo.requests
    messages: list[dict[str, Any]] = json.loads(request.body)["messages"]
    return call, messages


def form(written: str) -> str:
    return ADDRESSES[written].replace("…", r"https://crm\.example")


@each_case("written", ADDRESSES)
async def test_in_a_text(written: str) -> None:
    answer, seen = await sent(f"{MARK}{written}")
    assert re.fullmatch(re.escape(MARK) + form(written), seen[0]["content"])
    said = json.loads(answer.body)["choices"][0]["message"]["content"]
    assert unquote_plus(said) == unquote_plus(written), "an address may be encoded in more ways than one"
    assert "%25" not in said


@each_case("written", ADDRESSES)
async def test_in_the_arguments_of_a_tool(written: str) -> None:
    arguments = json.dumps({"count": 2, "url": written}, ensure_ascii=False)
    call = {"id": "call_1", "type": "function", "function": {"name": "get", "arguments": arguments}}
    _, seen = await sent(
        f"{MARK}done",
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "done"},
    )
    told = json.loads(seen[1]["tool_calls"][0]["function"]["arguments"])
    assert re.fullmatch(form(written), told["url"])
    assert told["count"] == 2


async def test_what_a_model_refused_to_do_is_prose() -> None:
    """The name of the member says nothing of a number in it."""
    refusal = "I cannot do that. Pay 07850 879543, or write again tomorrow."
    _, seen = await sent(f"{MARK}done", {"role": "assistant", "content": None, "refusal": refusal}, USER)
    assert re.fullmatch(r"I cannot do that\. Pay PHONE_\w{6}, or write again tomorrow\.", seen[1]["refusal"])


async def test_a_title_that_ends_as_a_file_does() -> None:
    echo = Echo()
    title = "Make this password stronger: pyl0n!61.pdf"
    block = {"type": "document", "title": title, "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    content = [block, {"type": "text", "text": f"{MARK}done"}]
    body = {"model": "messages/m", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    call = AsgiCall("/v1/messages", json.dumps(body).encode())
    await call.run(Stand(policy_with("{hint: false, actions: {secret: redact}}"), echo).edge)
    [request] = echo.requests
    assert json.loads(request.body)["messages"][0]["content"][0]["title"] == title.replace("pyl0n!61", "[SECRET]")


async def test_a_form_of_one_field_is_a_form_and_a_sum_is_not() -> None:
    for written, expected in (
        ("note=Call+Mr.+Hans+Zellweger+on+079+123+45+67", r"note=Call\+Mr\.\+PERSON_\w{6}\+on\+PHONE_\w{6}"),
        ("total=net+vat+fee", r"total=net\+vat\+fee"),
    ):
        _, messages = await sent(written, {"role": "user", "content": MARK})
        assert re.fullmatch(expected, messages[0]["content"])
