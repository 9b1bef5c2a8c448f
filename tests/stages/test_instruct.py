"""A prompt template reaches the provider whatever the client's dialect and whoever answers, at a stable place."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.core.messages import Dialect
from gateway.core.policy import Alias, Policy, Rules, Target, TeamPolicy
from gateway.core.prompts import Example, Prompt, Variable
from gateway.errors import BadParameter
from gateway.stages.choosing.choose_among import every_target
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for
from tests.support.template_attacks import ATTACKS

JSON = {"content-type": "application/json"}
LETTER = Prompt(
    name="letter",
    version="2",
    system="You write for {{company}}.",
    style=("Be brief.",),
    examples=(Example(user="Hi {{company}}", assistant="Dear customer"),),
    variables={
        "company": Variable(longest=200),
        "tone": Variable(kind="choice", values=("warm", "cool"), default="warm"),
    },
)
OLD = Prompt(name="letter", version="1", system="Old words.")
SYSTEM = "You write for ACME.\n\n- Be brief."

PROVIDERS = {
    "openai_chat": "sim",
    "openai_responses": "openai",
    "anthropic": "claude",
    "gemini": "gemini",
    "mistral": "mistral",
}


def policy(team: TeamPolicy | None = None) -> Policy:
    aliases = [
        Alias(name=f"to-{dialect}", targets=(Target(provider=name, model="m"),)) for dialect, name in PROVIDERS.items()
    ]
    aliases.append(Alias(name="letters", targets=(Target(provider="sim", model="m"),), prompt="letter"))
    plain = policy_for("http://127.0.0.1:9", models=tuple(aliases))
    return Policy(
        version="v",
        providers=plain.providers,
        models=plain.models,
        teams={"demo": team or TeamPolicy(name="demo", models=("*",))},
        prompts={"letter": LETTER, "letter@2": LETTER, "letter@1": OLD},
    )


PATHS: dict[Dialect, str] = {
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/gemini/v1beta/models/{}:generateContent",
    "mistral": "/mistral/v1/chat/completions",
}


def request_of(dialect: Dialect, model: str) -> dict[str, Any]:
    """A system text of the client's own, and one question."""
    match dialect:
        case "openai_responses":
            return {"model": model, "instructions": "Own words.", "input": "Question", "x_big": 12345678901234567890}
        case "anthropic":
            return {
                "model": model,
                "max_tokens": 9,
                "system": "Own words.",
                "messages": [{"role": "user", "content": "Question"}],
            }
        case "gemini":
            return {
                "system_instruction": {"parts": [{"text": "Own words."}]},
                "contents": [{"role": "user", "parts": [{"text": "Question"}]}],
            }
        case _:
            messages = [{"role": "system", "content": "Own words."}, {"role": "user", "content": "Question"}]
            return {"model": model, "messages": messages}


async def sent(
    dialect: Dialect,
    model: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    team: TeamPolicy | None = None,
) -> tuple[AsgiCall, Stand]:
    upstream = ScriptedUpstream(ScriptedResponse(503, JSON, [b"{}"]))
    stand = Stand(policy(team), upstream)
    body = request_of(dialect, model) if body is None else body
    call = AsgiCall(PATHS[dialect].format(model), json.dumps(body).encode(), headers)
    await call.run(stand.edge)
    return call, stand


def texts(value: Any) -> list[str]:
    """All that a model would read, in order; `instructions` and system fields first, as providers put them."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, list):
            for entry in node:
                walk(entry)
        elif isinstance(node, dict):
            for name in ("content", "parts", "text"):
                if name in node:
                    walk(node[name])

    for name in ("instructions", "system", "systemInstruction", "system_instruction", "messages", "input", "contents"):
        walk(value.get(name))
    return found


HEADERS = {"x-gateway-prompt": "letter", "x-gateway-prompt-variables": "company=ACME"}


@pytest.mark.asyncio
@pytest.mark.parametrize("target", PROVIDERS)
@pytest.mark.parametrize("dialect", PATHS)
async def test_it_stands_first_in_every_dialect_and_through_translation(dialect: Dialect, target: Dialect) -> None:
    _, stand = await sent(dialect, f"to-{target}", headers=HEADERS)
    body = json.loads(stand.upstream.requests[0].body)
    read = "\n\n".join(texts(body))
    places = [read.index(text) for text in (SYSTEM, "Own words.", "Hi ACME", "Dear customer", "Question")]
    assert places == sorted(places)
    assert places[0] == 0
    assert stand.ledger.rows[0].prompt == "letter@2"


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", PATHS)
async def test_two_requests_begin_alike_so_that_a_providers_cache_works(dialect: Dialect) -> None:
    """Byte for byte up to what the client itself says otherwise."""

    def asking(question: str) -> Any:
        return json.loads(json.dumps(request_of(dialect, f"to-{dialect}")).replace("Question", question))

    first = (await sent(dialect, f"to-{dialect}", asking("One thing"), HEADERS))[1].upstream.requests[0].body
    second = (await sent(dialect, f"to-{dialect}", asking("Another"), HEADERS))[1].upstream.requests[0].body
    assert first.partition(b"One thing")[0] == second.partition(b"Another")[0]
    assert b"ACME" in first.partition(b"One thing")[0]


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", PATHS)
async def test_a_request_without_a_system_text_gets_one(dialect: Dialect) -> None:
    body = request_of(dialect, f"to-{dialect}")
    for name in ("instructions", "system", "system_instruction"):
        body.pop(name, None)
    if "messages" in body:
        body["messages"] = body["messages"][-1:]
    _, stand = await sent(dialect, f"to-{dialect}", body, HEADERS)
    assert texts(json.loads(stand.upstream.requests[0].body)) == [SYSTEM, "Hi ACME", "Dear customer", "Question"]


@pytest.mark.asyncio
async def test_a_name_brings_its_template_and_metadata_its_variables() -> None:
    body = request_of("openai_chat", "letters")
    body["metadata"] = {"prompt.company": "ACME", "prompt.tone": "cool", "mine": "kept"}
    _, stand = await sent("openai_chat", "letters", body)
    out = json.loads(stand.upstream.requests[0].body)
    assert out["messages"][0] == {"role": "system", "content": SYSTEM}
    assert out["metadata"] == {"mine": "kept"}
    body["metadata"] = {"prompt.company": "ACME"}
    _, stand = await sent("openai_chat", "letters", body)
    assert "metadata" not in json.loads(stand.upstream.requests[0].body)


@pytest.mark.asyncio
async def test_a_value_may_have_lines_and_no_other_control_characters() -> None:
    headers = {"x-gateway-prompt": "letter", "x-gateway-prompt-variables": "company=ACME%0D%0A%09100%25+safe"}
    _, stand = await sent("openai_chat", "sim/m", headers=headers)
    [system, *_] = json.loads(stand.upstream.requests[0].body)["messages"]
    assert system["content"].startswith("You write for ACME\r\n\t100% safe.")
    body = request_of("openai_chat", "letters")
    for value in ("\0", "A\x07", "\x7f", "\x85"):
        body["metadata"] = {"prompt.company": value}
        call, stand = await sent("openai_chat", "letters", body)
        assert (call.status, stand.upstream.requests) == (400, [])
        assert json.loads(call.body)["error"]["param"] == "prompt.company"


@pytest.mark.asyncio
async def test_a_version_can_be_named() -> None:
    _, stand = await sent("anthropic", "to-anthropic", headers={"x-gateway-prompt": "letter@1"})
    assert texts(json.loads(stand.upstream.requests[0].body)) == ["Old words.", "Own words.", "Question"]
    assert stand.ledger.rows[0].prompt == "letter@1"


@pytest.mark.asyncio
async def test_without_a_template_nothing_is_touched() -> None:
    _, stand = await sent("openai_chat", "openai/m", headers={"x-gateway-prompt-variables": "a=b"})
    sent_body = json.dumps(request_of("openai_chat", "m")).encode()
    assert json.loads(stand.upstream.requests[0].body) == json.loads(sent_body)
    assert stand.ledger.rows[0].prompt is None


@pytest.mark.asyncio
async def test_what_the_client_wrote_survives() -> None:
    body = request_of("openai_responses", "to-openai_responses")
    _, stand = await sent("openai_responses", "to-openai_responses", body, HEADERS)
    assert b"12345678901234567890" in stand.upstream.requests[0].body


@pytest.mark.asyncio
async def test_a_conversation_that_goes_on_gets_no_second_set_of_examples() -> None:
    from gateway.core.prompts import rendered
    from gateway.dialects.instructing import instructed

    body = json.dumps({"model": "m", "previous_response_id": "resp_1", "input": "Question"}).encode()
    out = json.loads(instructed("openai_responses", body, rendered(LETTER, {"company": "ACME", "tone": "warm"})))
    assert out["instructions"] == SYSTEM
    assert out["input"] == "Question"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({"x-gateway-prompt": "lettre"}, 400, "The policies have no prompt"),
        ({"x-gateway-prompt": "letter@9"}, 400, "The policies have no prompt"),
        ({"x-gateway-prompt": "letter"}, 400, "needs the variable 'company'"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=A&tone=loud"}, 400, "'tone' must be one of: warm, cool"),
        ({**HEADERS, "x-gateway-prompt-variables": f"company={'x' * 201}"}, 400, "'company' must be at most 200"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=A&other=1"}, 400, "has no variable 'other'"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=A&company=B"}, 400, "names 'company' twice"),
        ({**HEADERS, "x-gateway-prompt-variables": "company"}, 400, "percent-encoded"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=%ff"}, 400, "percent-encoded"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=A%ZZ"}, 400, "send a percent sign as '%25'"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=100%"}, 400, "send a percent sign as '%25'"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=A%00"}, 400, "'company' must be text without control"),
        ({**HEADERS, "x-gateway-prompt-variables": "company=%1b[2J"}, 400, "'company' must be text without control"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(headers: dict[str, str], status: int, told: str) -> None:
    call, stand = await sent("openai_chat", "sim/m", headers=headers)
    assert call.status == status
    assert told in json.loads(call.body)["error"]["message"]
    assert stand.upstream.requests == []


@pytest.mark.asyncio
async def test_a_names_own_template_is_not_put_aside_by_a_header() -> None:
    call, _ = await sent("openai_chat", "letters", headers={**HEADERS, "x-gateway-prompt": "letter@1"})
    assert call.status == 400
    _, stand = await sent("openai_chat", "letters", headers=HEADERS)
    assert stand.upstream.requests


@pytest.mark.asyncio
async def test_a_team_may_use_the_templates_that_its_policy_lists() -> None:
    team = TeamPolicy(
        name="demo", models=("*",), prompts=frozenset({"letter"}), keys={"key1": Rules(prompts=frozenset({"x"}))}
    )
    call, _ = await sent("openai_chat", "sim/m", headers=HEADERS, team=team)
    assert call.status == 403
    call, _ = await sent(
        "openai_chat",
        "sim/m",
        headers=HEADERS,
        team=TeamPolicy(name="demo", models=("*",), prompts=frozenset({"letter"})),
    )
    assert call.status == 503  # the scripted provider's own


@pytest.mark.asyncio
async def test_what_has_no_place_for_a_template_is_refused() -> None:
    upstream = ScriptedUpstream(ScriptedResponse(503, JSON, [b"{}"]))
    for model, headers in (("letters", {}), ("sim/m", HEADERS)):
        stand = Stand(policy(), upstream)
        call = AsgiCall("/v1/embeddings", json.dumps({"model": model, "input": "Question"}).encode(), headers)
        await call.run(stand.edge)
        assert call.status == 400
        assert "goes with chat only, and this is embeddings" in json.loads(call.body)["error"]["message"]
    assert upstream.requests == []


def test_objects_are_not_made_for_a_name_that_brings_a_template() -> None:
    """Lines of a batch are sent as they are: a template would be left out unseen."""
    exchange: Any = SimpleNamespace(policy=policy(), team=None)
    with pytest.raises(BadParameter, match="which objects are not given"):
        every_target(exchange, "letters")


@pytest.mark.asyncio
async def test_a_count_of_tokens_is_without_it() -> None:
    upstream = ScriptedUpstream(ScriptedResponse(503, JSON, [b"{}"]))
    stand = Stand(policy(), upstream)
    body = json.dumps({"model": "to-anthropic", "messages": [{"role": "user", "content": "Question"}]}).encode()
    await AsgiCall("/v1/messages/count_tokens", body, HEADERS).run(stand.edge)
    assert b"ACME" not in upstream.requests[0].body


@pytest.mark.asyncio
async def test_content_that_the_provider_caches_is_not_prefixed() -> None:
    body = {"cachedContent": "cachedContents/x", "contents": [{"role": "user", "parts": [{"text": "Question"}]}]}
    call, _ = await sent("gemini", "to-gemini", body, HEADERS)
    assert call.status == 400


@pytest.mark.asyncio
@pytest.mark.parametrize("attack", ATTACKS[::20])
async def test_an_attack_as_a_value_arrives_as_text(attack: str) -> None:
    body = request_of("openai_chat", "letters")
    body["metadata"] = {"prompt.company": attack}
    _, stand = await sent("openai_chat", "letters", body)
    assert json.loads(stand.upstream.requests[0].body)["messages"][0]["content"].startswith(f"You write for {attack}.")
