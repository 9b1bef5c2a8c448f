"""Canaries beside bodies, in paths, headers and forms: no provider sees them, and no error tells them."""

from __future__ import annotations

import json
from itertools import product
from typing import Final
from urllib.parse import quote

import pytest

from tests.pii.serving import policy_with
from tests.support.canaries import AHV, EMAIL, IBAN
from tests.support.each_case import each_case
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.anyio

SOMEBODY = "Hildegund Zwiebelhofer"
MISPLACED = "gwk_dev_4fQ9sLz0Ab_PVzyshJjaXuKJhmym81mgIXIWKhf3RHV_2ajG9y"
"""A key where it does not belong."""
CANARIES = (EMAIL, IBAN, AHV, SOMEBODY, MISPLACED)
PATHS = (
    "/v1/{}",
    "/{}",
    "/admin/v1/{}",
    "/v1/models/{}",
    "/v1/files/{}",
    "/v1/responses/{}",
    "/v1/chat/completions/{}",
    "/v1/messages/batches/{}/results",
    "/mistral/v1/{}",
    "/v1beta/{}",
    "/v1beta/models/{}:generateContent",
    "/v1beta/models/generate/m:{}",
)
MESSAGES = {"model": "messages/m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


async def heard(call: AsgiCall) -> tuple[str, int]:
    """Everything that a client, a provider and the ledger get to know of a call; and how many requests were sent."""
    upstream = ScriptedUpstream(ScriptedResponse(400, {"content-type": "application/json"}, [b"{}"]))
    stand = Stand(policy_with(), upstream)
    await call.run(stand.edge)
    sent = "".join(f"{request.path}{request.headers}{request.body.decode()}" for request in upstream.requests)
    told = f"{call.body.decode()}{call.headers}{stand.ledger.rows!r}{stand.metrics.exposition().decode()}"
    return sent + told, len(upstream.requests)


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_no_path_is_said_again(method: str, canary: str) -> None:
    for path in PATHS:
        body = b"{}" if method == "POST" else b""
        call = AsgiCall(path.format(quote(canary)), body, method=method)
        said, _ = await heard(call)
        if call.status == 200:  # a provider's model may be called anything, and is told by its name
            said = said.replace(call.body.decode(), "")
        assert canary not in said, path
        assert quote(canary) not in said, path


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("header", ["anthropic-version", "anthropic-beta", "x-gateway-prompt", "x-gateway-tags"])
async def test_no_header_is_passed_on_or_said_again(header: str, canary: str) -> None:
    call = AsgiCall("/v1/messages", json.dumps(MESSAGES).encode(), {header: canary})
    said, _ = await heard(call)
    assert call.status == 400
    assert canary not in said


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("where", ["name of a field", "field", "purpose", "file"])
async def test_no_form_is_passed_on(where: str, canary: str) -> None:
    fields = {"purpose": "user_data", "note": "plain"}
    if where == "name of a field":
        fields[canary] = "x"
    elif where != "file":
        fields["purpose" if where == "purpose" else "note"] = canary
    form = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    name = f"{canary}.txt" if where == "file" else "a.txt"
    form += f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nhello\r\n--b--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b", "x-gateway-provider": "mistral"}
    said, requests = await heard(AsgiCall("/mistral/v1/files", form.encode(), headers))
    assert canary not in said
    assert requests == (where == "file" and canary != MISPLACED)  # a name is replaced, a key refused


ASKED: Final = (
    ("/v1/chat/completions", {"model": "chat/m", "messages": MESSAGES["messages"]}),
    ("/v1/responses", {"model": "responses/m", "input": "hi"}),
    ("/v1/messages", MESSAGES),
    ("/v1beta/models/generate/m:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
    ("/mistral/v1/chat/completions", {"model": "mistral/m", "messages": MESSAGES["messages"]}),
)
STATUSES: Final = (400, 401, 422, 429, 500)
ANSWERED: Final = list(product(range(len(ASKED)), range(len(STATUSES)), range(len(CANARIES))))
PAIRED: Final = [one for one in ANSWERED if sum(one) % len(CANARIES) == 0]
"""Any two of them meet in one."""


@pytest.mark.parametrize("some", [PAIRED, pytest.param(ANSWERED, marks=pytest.mark.soak)], ids=["pairs", "all"])
async def test_no_code_of_a_provider_is_noted_that_may_be_somebodys(some: list[tuple[int, int, int]]) -> None:
    for asked, answered, number in some:
        (path, tree), status, canary = ASKED[asked], STATUSES[answered], CANARIES[number]
        told: dict[str, object] = {**dict.fromkeys(("message", "code", "type", "param", "status", "reason"), canary)}
        told["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": canary}]
        body = json.dumps({"type": canary, "error": told, "request_id": canary}).encode()
        upstream = ScriptedUpstream(ScriptedResponse(status, {"content-type": "application/json", "x": canary}, [body]))
        stand = Stand(policy_with(), upstream)
        await AsgiCall(path, json.dumps(tree).encode()).run(stand.edge)
        assert upstream.requests, path
        assert stand.ledger.rows, path
        assert canary not in repr(stand.ledger.rows) + stand.metrics.exposition().decode(), (path, status, canary)


@each_case(
    "header,value",
    [
        ("anthropic-version", "2023-06-01"),
        ("anthropic-version", "vertex-2023-10-16"),
        ("anthropic-beta", "files-api-2025-04-14, claude-code-20250219,max-tokens-3-5-sonnet-2024-07-15"),
        ("anthropic-beta", "context-1m-2025-08-07"),
    ],
)
async def test_what_anthropics_own_clients_say_goes_along(header: str, value: str) -> None:
    said, requests = await heard(AsgiCall("/v1/messages", json.dumps(MESSAGES).encode(), {header: value}))
    assert requests == 1
    assert value in said
