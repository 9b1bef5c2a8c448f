"""What the rules do to a request, as the provider sees it and as the client hears of it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.background_work import TURN_SECONDS
from gateway.core.policy import Timeouts
from gateway.core.privacy import Finding, Leaf
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, Relaxation, RuleSet
from gateway.policy.load import policy_of_text
from gateway.providers.transport import UpstreamRequest, UpstreamResponse
from gateway.stages.redact import INLINE_BYTES, SHORT_BYTES, Redact
from gateway.stages.stage import Stage
from gateway.telemetry import logs
from tests.pii.serving import PROVIDERS, policy_with
from tests.support.canaries import AHV, CARD, EMAIL, IBAN
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.files import docx_of, pdf_of

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"


def user(text: Any, model: str = "chat/m", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


async def asked(rules: str, body: Any, path: str = CHAT, echo: Echo | None = None) -> tuple[AsgiCall, list[Any]]:
    """The call, and the bodies that reached a provider."""
    echo = echo or Echo()
    stand = Stand(policy_with(rules), echo)
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(stand.edge)
    return call, [json.loads(request.body) for request in echo.requests]


async def sent(rules: str, text: str) -> str:
    call, bodies = await asked(rules, user(f"{MARK}{text}"))
    assert call.status == 200
    return str(bodies[0]["messages"][-1]["content"]).removeprefix(MARK)


@pytest.mark.parametrize("action", ["pseudonymise", "redact"])
async def test_the_word_for_a_number_makes_no_number_of_its_neighbour(action: str) -> None:
    """`PHONE_k7f3q2, then 9472 7916`: a second look that took the word for a label would refuse the request."""
    seen = await sent(f"{{actions: {{phone: {action}}}}}", "819-739-8770, then 9472 7916 now")
    assert seen.endswith(", then 9472 7916 now")
    assert "819" not in seen


async def test_the_word_for_a_secret_is_none_where_lists_begin_with_it() -> None:
    """A second look that took `[SECRET` for what `passwd` says would refuse the request."""
    text = 'What is wrong?\n{"count": 1,\n "passwd": [\n  "Regenbogen#359",\n  "Trompete_3640"\n ]}'
    seen = await sent("{hint: false, actions: {secret: redact}}", text)
    assert seen.startswith('What is wrong?\n{"count": 1,\n "passwd": [\n  "[SECRET]",')
    assert "Regenbogen" not in seen


async def test_a_word_that_a_client_sends_back_stays_whole() -> None:
    """What the words of a token spell may be somebody's name, too."""
    seen = await sent("{hint: false}", "Frau Nino Passport schickt PASSPORT_k7f3q2, nicht NINO_0a1b2c.")
    assert re.fullmatch(r"Frau PERSON_\w{6} schickt PASSPORT_k7f3q2, nicht NINO_0a1b2c\.", seen)


@pytest.mark.parametrize(
    ("rules", "text", "seen"),
    [
        ("{actions: {email: allow}}", f"to {EMAIL}", f"to {EMAIL}"),
        ("{actions: {email: redact}}", f"to {EMAIL}.", "to [EMAIL]."),
        ("{}", f"card {CARD}", "card ****1111"),
        ("{actions: {iban: mask}}", f"IBAN {IBAN}", "IBAN ****2957"),
        ("{actions: {ip_address: generalise}}", "from 10.20.30.40 today", "from 10.20.30.0/24 today"),
        ("{actions: {date_of_birth: generalise}}", "born on 14.03.1987 in Bern", "born on 1987 in Bern"),
        ("{dictionaries: {client: {entries: [Muster AG], action: redact}}}", "for Muster AG", "for [CLIENT]"),
        (
            "{patterns: {case_number: {pattern: 'AZ-[0-9]{6}', matches: [AZ-123456], action: redact}}}",
            "see AZ-204813 please",
            "see [CASENUMBER] please",
        ),
        ("{mode: observe}", f"to {EMAIL}, card {CARD}", f"to {EMAIL}, card {CARD}"),
    ],
)
async def test_each_action_as_the_provider_sees_it(rules: str, text: str, seen: str) -> None:
    assert await sent(rules, text) == seen


async def test_a_hash_is_the_same_for_good_and_never_comes_back() -> None:
    rules = "{actions: {email: hash}}"
    call, [body] = await asked(rules, user(f"{MARK}{EMAIL}"))
    word = body["messages"][-1]["content"].removeprefix(MARK)
    assert word.startswith("EMAIL_")
    assert word in call.body.decode()
    call, [body] = await asked("{}", {"model": "responses/m", "input": f"{MARK}{EMAIL}"}, "/v1/embeddings")
    assert body["input"].removeprefix(MARK) == word, "an index of embeddings is compared from day to day"


async def test_what_is_blocked_is_told_by_types_and_counts() -> None:
    for path, body in (
        (CHAT, user(f"{EMAIL} {EMAIL} {IBAN}")),
        ("/v1/responses", {"model": "responses/m", "input": f"{EMAIL} {EMAIL} {IBAN}"}),
        ("/v1/messages", {**user(f"{EMAIL} {EMAIL} {IBAN}", "messages/m"), "max_tokens": 5}),
        ("/v1beta/models/generate/m:generateContent", {"contents": [{"parts": [{"text": f"{EMAIL} {EMAIL} {IBAN}"}]}]}),
        ("/mistral/v1/chat/completions", user(f"{EMAIL} {EMAIL} {IBAN}", "mistral/m")),
    ):
        call, bodies = await asked("{actions: {email: block, iban: block}}", body, path)
        assert (call.status, bodies) == (422, [])
        assert b"2 email, 1 iban" in call.body
        assert EMAIL.encode() not in call.body


async def test_secrets_are_refused_with_advice() -> None:
    call, bodies = await asked("{}", user("use AKIAIOSFODNN7REALKEY and sk-proj-" + "aB3dE5gH7jK9mN1p" * 3))
    assert (call.status, bodies) == (422, [])
    assert b"should be changed" in call.body


async def test_sovereign_providers_see_values_and_fallbacks_each_their_own() -> None:
    call, [body] = await asked("{}", user(f"{MARK}{EMAIL}", "local"))
    assert EMAIL in body["messages"][-1]["content"]
    refused = ScriptedResponse(503, {}, [b"{}"])
    told = ScriptedResponse(
        200,
        {"content-type": "application/json"},
        [b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}'],
    )
    upstream = ScriptedUpstream(refused, told)
    stand = Stand(policy_with(), upstream)
    call = AsgiCall(CHAT, json.dumps(user(EMAIL, "either")).encode())
    await call.run(stand.edge)
    assert call.status == 200
    cloud, house = (request.body.decode() for request in upstream.requests)
    assert EMAIL not in cloud
    assert EMAIL in house


@pytest.mark.parametrize(
    "rules",
    [
        "{actions: {ch_ahv: route_local}}",
        "{sensitive: {health: {keywords: [diagnosis]}}}",
        "{sensitive: {staff: {always: true}}}",
    ],
)
async def test_what_must_stay_goes_to_the_house_or_nowhere(rules: str) -> None:
    text = f"{MARK}The diagnosis of {AHV}"
    call, [body] = await asked(rules, user(text, "either"))
    assert call.headers["x-gateway-provider"] == "house"
    assert AHV in body["messages"][-1]["content"]
    call, bodies = await asked(rules, user(text))
    assert (call.status, bodies) == (422, [])
    call, [body] = await asked(rules.replace("{", "{local_model: local, ", 1), user(text))
    assert call.headers["x-gateway-provider"] == "house"


async def test_a_sensitive_subject_may_be_refused() -> None:
    rules = "{sensitive: {health: {keywords: [Krankheit], action: block}}}"
    call, bodies = await asked(rules, user("über die KRANKHEIT von Herrn Meier"))
    assert (call.status, bodies) == (422, [])
    call, bodies = await asked(rules, user("Krankheitstage sind ein anderes Wort"))
    assert call.status == 200 or bodies


async def test_a_value_that_was_cut_over_two_parts_is_one() -> None:
    parts = [{"type": "text", "text": f"{MARK}pay CH93 0076 2011 62"}, {"type": "text", "text": "38 5295 7 today"}]
    _, [body] = await asked("{hint: false}", user(parts))
    first, second = (part["text"] for part in body["messages"][0]["content"])
    assert first.startswith(f"{MARK}pay IBAN_")
    assert second == " today"


async def test_a_word_does_not_go_on_with_the_number_before_it() -> None:
    line = "Jan 12 03:14:15 host sshd[311]: Accepted password for jdoe from 203.0.113.77 port 50122"
    turns = [{"role": "user", "content": line}, {"role": "user", "content": f"{MARK}yes"}]
    _, [body] = await asked("{hint: false}", {"model": "chat/m", "messages": turns})
    assert body["messages"][0]["content"].endswith(" port 50122")
    assert body["messages"][1]["content"] == f"{MARK}yes"


def _said(dialect: str, speaker: str, text: str) -> dict[str, Any]:
    match dialect:
        case "gemini":
            return {"role": "model" if speaker == "assistant" else speaker, "parts": [{"text": text}]}
        case "responses":
            return {
                "role": speaker,
                "content": [{"type": f"{'in' if speaker == 'user' else 'out'}put_text", "text": text}],
            }
        case _:
            return {"role": speaker, "content": text}


DICTATED = {
    "chat": (CHAT, "messages", {"model": "chat/m"}),
    "responses": ("/v1/responses", "input", {"model": "responses/m"}),
    "messages": ("/v1/messages", "messages", {"model": "messages/m", "max_tokens": 10}),
    "gemini": ("/v1beta/models/generate%2Fm:generateContent", "contents", {}),
}


@each_case("dialect", DICTATED)
async def test_a_number_that_is_dictated_over_turns_is_one(dialect: str) -> None:
    path, member, more = DICTATED[dialect]
    digits = CARD.replace(" ", "")
    said = [("user", f"{MARK}my card is {digits[:4]}"), ("assistant", "Go on."), ("user", digits[4:8])]
    said += [("assistant", "Go on."), ("user", digits[8:12]), ("user", f"{digits[12:]} that is all")]
    body = {member: [_said(dialect, *turn) for turn in said], **more}
    call, [seen] = await asked("{hint: false, actions: {credit_card: pseudonymise}}", body, path)
    assert call.status == 200
    contents = [turn.get("content", turn.get("parts")) for turn in seen[member]]
    texts = [content if type(content) is str else content[0]["text"] for content in contents]
    assert re.fullmatch(rf"{MARK}my card is CARD_\w{{6}}", texts[0])
    assert texts[1:] == ["Go on.", "", "Go on.", "", " that is all"]


async def test_nor_does_a_speaker_go_on_after_a_long_reply_or_with_a_word() -> None:
    digits = CARD.replace(" ", "")
    for reply, begin, end in (("Go on. " * 20, digits[:8], digits[8:]), ("Go on.", "see you in Bern", "hard work")):
        said = [("user", begin), ("assistant", reply), ("user", f"{end}{MARK}")]
        _, [body] = await asked(
            "{hint: false}", {"model": "chat/m", "messages": [_said("chat", *turn) for turn in said]}
        )
        assert [turn["content"] for turn in body["messages"]] == [begin, reply, f"{end}{MARK}"]


@each_case("cut", [4, 9, 10, 20])
async def test_nor_is_one_that_was_cut_over_two_turns_of_one_speaker(cut: int) -> None:
    turns = [
        {"role": "user", "content": f"Pay to {IBAN[:cut]}"},
        {"role": "user", "content": f"{IBAN[cut:]} please"},
        {"role": "assistant", "content": "How much, 12"},
        {"role": "user", "content": f"{MARK}34 or so"},
    ]
    _, [body] = await asked("{hint: false}", {"model": "chat/m", "messages": turns})
    first, second, *others = [turn["content"] for turn in body["messages"]]
    assert re.fullmatch(r"Pay to IBAN_\w{6}", first)
    assert second == " please"
    assert others == ["How much, 12", f"{MARK}34 or so"]


async def test_nor_is_one_that_was_cut_over_contents_that_name_no_speaker() -> None:
    turns = [{"parts": [{"text": f"Pay to {IBAN[:9]}"}]}, {"parts": [{"text": f"{IBAN[9:]} please{MARK}"}]}]
    _, [body] = await asked("{hint: false}", {"contents": turns}, DICTATED["gemini"][0])
    first, second = (turn["parts"][0]["text"] for turn in body["contents"])
    assert re.fullmatch(r"Pay to IBAN_\w{6}", first)
    assert second == f" please{MARK}"


async def test_rows_that_are_embedded_are_read_by_themselves() -> None:
    rows = [f"{MARK}1;Anna;044 268 11 00", "2;Kim;044 268 11 22", "3;044 268 11 00"]
    _, [body] = await asked("{hint: false}", {"model": "responses/m", "input": rows}, "/v1/embeddings")
    first, second, third = body["input"]
    assert re.fullmatch(rf"{MARK}1;PERSON_\w+;PHONE_\w+", first)
    assert re.fullmatch(r"2;(?:Kim|PERSON_\w+);PHONE_\w+", second)
    assert third == f"3;{first.rpartition(';')[2]}"


@pytest.mark.parametrize("client", ["openai", "gemini"])
async def test_nor_is_one_that_was_cut_over_parts_that_are_embedded(client: str) -> None:
    parts = [f"{MARK}Pay to {IBAN[:9]}", f"{IBAN[9:]} please, before 12", "noon or so", "at 10", "o'clock"]
    if client == "openai":
        _, [body] = await asked("{hint: false}", {"model": "responses/m", "input": parts}, "/v1/embeddings")
        first, second, *others = body["input"]
    else:
        tree = {"requests": [{"model": "models/m", "content": {"parts": [{"text": part}]}} for part in parts]}
        _, [body] = await asked("{hint: false}", tree, "/v1beta/models/generate%2Fm:batchEmbedContents")
        first, second, *others = (one["content"]["parts"][0]["text"] for one in body["requests"])
    assert re.fullmatch(rf"{MARK}Pay to IBAN_\w+", first)
    assert second == " please, before 12"
    assert others == parts[2:]


CUT_TURNS = {
    "an address of mail": ("write to timo_b@pro", "tonmail.com lg", "write to EMAIL_", " lg"),
    "an address after a point": ("write to timo@proton.", "me today", "write to EMAIL_", " today"),
    "a name at a blank": ("my lawyer is Dr. Emil ", "Zellweger, is here", "my lawyer is Dr. PERSON_", ", is here"),
    "a name behind its given name": ("the client is Mr. Han", "s Zellweger.", "the client is Mr. PERSON_", "."),
    "a tax code": ("codice fiscale RSSMRA80A01", "H501U, grazie", "codice fiscale FISCALCODE_", ", grazie"),
    "a MAC": ("its mac is 67:f7:e1", ":6a:8a:b9 today", "its mac is MAC", " today"),
}


@pytest.mark.parametrize("form", CUT_TURNS)
@pytest.mark.parametrize("dialect", DICTATED)
async def test_a_value_that_was_cut_over_two_turns_of_one_speaker_is_one(dialect: str, form: str) -> None:
    path, member, more = DICTATED[dialect]
    one, other, begun, ended = CUT_TURNS[form]
    said = [_said(dialect, "user", text) for text in (one, other)]
    said += [_said(dialect, "assistant", "ok"), _said(dialect, "user", MARK)]
    _, [seen] = await asked("{hint: false}", {member: said, **more}, path)
    contents = [turn.get("content", turn.get("parts")) for turn in seen[member]]
    texts = [content if type(content) is str else content[0]["text"] for content in contents]
    assert texts[0].startswith(begun)
    assert texts[1] == ended


APART = [
    ("the client is Mr. Hans Zellweger", "tomorrow I see him"),
    ("call me Anna", "ok"),
    ("Best regards\nFabienne Bruttin", "société Générale wrote again"),
    ("write to", "anna.muster@example.com"),
    ("door code 7522", "conte-moi une histoire"),
    ("Is that Mrs. Dalloway", "now compare it with Ulysses"),
    ("Er wohnt am Rosenweg 3, 9000 St. Gallen.", "FAQ:bitte kurz"),
    ("aws_secret_access_key = ywmV2upvbo35l0VqRqoa8HuCWwfCAAfy4ev1/GBL", "SAY:yes"),
    ("Server srv-fibu, Benutzer fibu01, Passwort Kaffee619$, Port 3389.", "SAY:yes"),
    ("why is 10 100 tonnes", "part AB12 CDE fits pump P-203."),
]


@pytest.mark.parametrize("turns", APART)
async def test_turns_that_were_two_stay_two(turns: tuple[str, str]) -> None:
    """Each is sent as it is sent where the other one is another speaker's."""

    rules = "{hint: false, actions: {secret: redact}}"

    async def contents(role: str) -> list[str]:
        said = [{"role": "user", "content": turns[0]}, {"role": role, "content": turns[1]}]
        _, [seen] = await asked(rules, {"model": "chat/m", "messages": [*said, *user(MARK)["messages"]]})
        return [turn["content"] for turn in seen["messages"]]

    assert await contents("user") == await contents("assistant")


async def test_nor_does_half_of_it_that_is_a_value_alone_stand_for_it() -> None:
    pieces = ["the client is Mr. Han", "s Zellw", "eger", ", of Bern ", MARK]
    _, [body] = await asked("{hint: false}", user([{"type": "text", "text": piece} for piece in pieces]))
    seen = [part["text"] for part in body["messages"][0]["content"]]
    assert seen[0].startswith("the client is Mr. PERSON_")
    assert "".join(seen[1:]) == f", of Bern {MARK}"


async def test_parts_that_follow_each_other_are_not_taken_for_one_word() -> None:
    parts = [{"type": "text", "text": f"write to {EMAIL}"}, {"type": "text", "text": f"Thanks. {MARK}"}]
    _, [body] = await asked("{hint: false}", user(parts))
    first, second = (part["text"] for part in body["messages"][0]["content"])
    assert first.startswith("write to EMAIL_")
    assert second == f"Thanks. {MARK}"


BESIDE = {
    "a label": ("Login: admin, password: ", "Gl3tscher!Milch7"),
    "a label on its own line": ("Passwords (Nov):\n", "* Xero - Harbour332!\n* Aut_qPbAM+39"),
    "a word with a full stop": ("passaporto n. ", "YB6836029, delego"),
    "the head of a table": ("Nome,Cognome,Nascita\n", "Arsenio,Trapani,10/02/1959"),
}


@each_case("form", BESIDE)
async def test_what_a_part_says_of_the_next_one_holds_there(form: str) -> None:
    one, other = BESIDE[form]
    rules = "{hint: false, actions: {secret: redact}}"
    _, [seen] = await asked(rules, user([{"type": "text", "text": text} for text in (one, other, f"\n{MARK}")]))
    sent = "".join(part["text"] for part in seen["messages"][0]["content"])
    values = ("Gl3tscher", "qPbAM", "YB6836029", "Arsenio", "Trapani", "1959")
    assert sent.startswith(one)
    assert not [value for value in values if value in sent]


async def test_a_table_that_is_a_json_text_is_a_table() -> None:
    table = "name;born\nHans Zellweger;02.12.1962"
    arguments = json.dumps({"file": json.dumps(table)})
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = user(f"{MARK}x")
    body["messages"].insert(0, {"role": "assistant", "content": None, "tool_calls": [call]})
    _, [seen] = await asked("{hint: false}", body)
    written = seen["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(json.loads(written)["file"]).startswith("name;born\nPERSON_")
    assert "1962" not in written


async def test_what_a_member_is_may_be_told_by_its_neighbour() -> None:
    fields = [{"name": "DB_PASSWORD", "value": "Lavendel163"}, {"label": "Geburtsdatum", "value": "02.12.1962"}]
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {"fields": fields}}
    body = user(json.dumps({"name": "MODE", "value": "Lavendel163"}), max_tokens=9)
    alone = str((await asked("{hint: false, actions: {secret: redact}}", body))[1])
    assert "Lavendel163" in alone
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"fields": fields})}}
    body["messages"][:0] = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ]
    claude = user("x", max_tokens=9)
    claude["messages"][:0] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "done"}]},
    ]
    for path, asked_body in ((CHAT, body), ("/v1/messages", claude)):
        answer, bodies = await asked("{hint: false, actions: {secret: redact}}", asked_body, path)
        assert bodies, answer.body
        assert "DB_PASSWORD" in str(bodies[0])
        assert "Lavendel163" not in str(bodies[0])
        assert "1962" not in str(bodies[0])


async def test_a_variable_of_a_stored_prompt_may_have_any_name() -> None:
    body: dict[str, Any] = {"model": "responses/m", "input": f"{MARK}x"}
    body["prompt"] = {"id": "pmpt_1", "variables": {"name": "Anna Meier", "id": EMAIL}}
    call, [seen] = await asked("{hint: false}", body, "/v1/responses")
    assert call.status == 200, call.body
    assert seen["prompt"]["variables"]["name"].startswith("PERSON_")
    assert seen["prompt"]["variables"]["id"].startswith("EMAIL_")


LOT = "soEuDUyNRRcXGCFd9rbgjQ2vLw7KpZ4t"
CALL = "function-call-4502590356965687745"
"""Its check digit holds, as of every tenth."""
HEX = "26d3bc9ee6b908d4bc3e203647a4f4ce0068c9d1f2a3b4c5d6"


@pytest.mark.parametrize("call_id", [f"call_{LOT[:24]}", f"call_{HEX[:32]}", f"zpq_{LOT}", CALL])
async def test_ids_of_a_conversation_are_no_secrets(call_id: str) -> None:
    """A loop of tools sends back what the provider named: of an id nobody can tell that it is not somebody's key."""
    arguments = json.dumps({"of": f"resp_{HEX}"})
    turns: list[dict[str, Any]] = [
        {
            "type": "message",
            "id": f"msg_{HEX}",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "so"}],
        },
        {"type": "reasoning", "id": f"rs_{HEX}", "summary": [], "encrypted_content": LOT * 2},
        {"type": "function_call", "id": f"fc_{HEX}", "call_id": call_id, "name": "f", "arguments": arguments},
        {"type": "function_call_output", "call_id": call_id, "output": "done"},
    ]
    body = {"model": "responses/m", "store": False, "input": [{"role": "user", "content": f"{MARK}x"}, *turns]}
    call, [seen] = await asked("{hint: false, actions: {secret: block}}", body, "/v1/responses")
    assert call.status == 200, call.body
    assert seen["input"][1:] == turns


@pytest.mark.parametrize("user_id", [f"user_{HEX}{HEX[:14]}_account__session_{HEX[:8]}-1f2a-4b4c-8d6e-0c1d2e3f4a5b"])
async def test_who_asks_is_told_without_a_secret(user_id: str) -> None:
    """As Claude Code writes it; and as OpenAI wants people told apart."""
    body = {**user(f"{MARK}x", "messages/m", max_tokens=9), "metadata": {"user_id": user_id}}
    call, [seen] = await asked("{hint: false, actions: {secret: block}}", body, "/v1/messages")
    assert (call.status, seen["metadata"]) == (200, body["metadata"])
    body = user(f"{MARK}x", safety_identifier=f"user_{HEX}", prompt_cache_key=f"thread_{HEX[:32]}")
    call, [seen] = await asked("{hint: false, actions: {secret: block}}", body)
    assert (call.status, seen["safety_identifier"]) == (200, body["safety_identifier"])


async def test_a_key_of_a_known_vendor_is_a_secret_also_where_ids_stand() -> None:
    key = f"ghp_{LOT}{LOT[:4]}"
    call = {"id": key, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = user("x")
    body["messages"][:0] = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": key, "content": "done"},
    ]
    answer, bodies = await asked("{hint: false, actions: {secret: block}}", body)
    assert (answer.status, bodies) == (422, [])


async def test_json_in_a_string_keeps_its_form() -> None:
    deep = '"{\\"iban\\": \\"CH93 0076 2011 6238 5295 7\\"}"'
    arguments = '{"to": "anna.m\\u0065ier@example.ch",  "n": [1, 2.50], "deep": ' + deep + "}"
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = user(f"{MARK}x")
    body["messages"].insert(0, {"role": "assistant", "content": None, "tool_calls": [call]})
    _, [seen] = await asked("{hint: false}", body)
    written = seen["messages"][0]["tool_calls"][0]["function"]["arguments"]
    tree = json.loads(written)
    assert tree["to"].startswith("EMAIL_")
    assert json.loads(tree["deep"])["iban"].startswith("IBAN_")
    assert '",  "n": [1, 2.50], "deep": "{\\"iban\\": \\"' in written


async def test_equal_prompts_make_equal_bytes_and_the_beginning_stays() -> None:
    echo = Echo()
    stand = Stand(policy_with(), echo)
    body = user(f"{MARK}Write to {EMAIL} about {IBAN}, she is Anna Meier <{EMAIL.upper()}>", "responses/m")
    longer = {**body, "messages": [*body["messages"], {"role": "user", "content": f"and {AHV}"}]}
    for tree in (body, body, longer):
        await AsgiCall(CHAT, json.dumps(tree).encode()).run(stand.edge)
    first, again, more = (request.body for request in echo.requests)
    assert first == again
    assert more.startswith(first[: first.rindex(b"}]")])


async def test_without_rules_the_very_bytes_are_sent() -> None:
    echo = Echo()
    stand = Stand(policy_of_text("p.yaml", f"{PROVIDERS}teams: {{demo: {{models: ['*']}}}}\n", {}), echo)
    raw = b'{ "model":"m",  "messages": [{"role":"user","content":"SAY:anna.meier@example.ch"}] }'
    raw = raw.replace(b'"m"', b'"chat/m"')
    await AsgiCall(CHAT, raw).run(stand.edge)
    assert b"SAY:anna.meier@example.ch" in echo.requests[0].body
    assert b"Words such as" not in echo.requests[0].body


class Failing:
    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        raise ValueError(leaves[0].text)


class Slow:
    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        time.sleep(0.2)
        return [[] for _ in leaves]


class OneByOne:
    """Sees the first value, and each further one only when the one before is gone."""

    def __init__(self, values: str = "v[0-9]") -> None:
        self._values = values

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        return [self._first(leaf.text) for leaf in leaves]

    def _first(self, text: str) -> list[Finding]:
        value = re.search(self._values, text)
        return [] if value is None else [Finding(value.start(), value.end(), "phone", value[0], 0.9, "test")]


@each_case(
    "text,rules,seen",
    [
        ("v1 plain", "{}", r"PHONE_\w{6} plain"),
        ("call v1, v2 or v3", "{}", r"call PHONE_\w{6}, PHONE_\w{6} or PHONE_\w{6}"),
        ("v1 v2", "{actions: {phone: redact}}", r"\[PHONE\] \[PHONE\]"),
        ("v1 v2 v3 v4", "{}", None),
        ("v1 v2", "{actions: {phone: block}}", None),
    ],
)
async def test_what_shows_only_beside_a_word_is_replaced_too(text: str, rules: str, seen: str | None) -> None:
    echo = Echo()

    def wrap(stage: Stage) -> Stage:
        if isinstance(stage, Redact):
            stage._detector_of = stage._thorough = lambda _: OneByOne()
        return stage

    call = AsgiCall(CHAT, json.dumps(user(MARK + text)).encode())
    await call.run(Stand(policy_with(rules), echo, wrap).edge)
    if seen is None:
        assert (call.status, echo.requests) == (422, [])
        return
    assert call.status == 200, call.body
    [body] = [json.loads(request.body) for request in echo.requests]
    assert re.fullmatch(MARK + seen, body["messages"][-1]["content"])
    if "redact" not in rules:
        assert json.loads(call.body)["choices"][0]["message"]["content"] == text


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [('{"a": "v1", "b": "v2"}', r'{"a": "PHONE_\w{6}", "b": "PHONE_\w{6}"}'), ('{"v1": 1, "b": [3, 72]}', None)],
)
async def test_json_stays_json_when_it_is_looked_at_again(arguments: str, seen: str | None) -> None:
    """A number that only shows later cannot become a word, so it refuses the request."""
    echo = Echo()

    def wrap(stage: Stage) -> Stage:
        if isinstance(stage, Redact):
            stage._detector_of = stage._thorough = lambda _: OneByOne(r"v[0-9]|(?<=PHONE_\w{6}\": 1, \"b\": \[3, )72")
        return stage

    body = user(f"{MARK}x")
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body["messages"].insert(0, {"role": "assistant", "content": None, "tool_calls": [call]})
    asked_for = AsgiCall(CHAT, json.dumps(body).encode())
    await asked_for.run(Stand(policy_with("{hint: false}"), echo, wrap).edge)
    if seen is None:
        assert (asked_for.status, echo.requests) == (422, [])
        return
    told = json.loads(echo.requests[0].body)["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert re.fullmatch(seen, told)


@pytest.mark.parametrize(
    ("detector", "deadline", "told"),
    [(Failing(), 60, "could not be searched for personal data, so"), (Slow(), 0.01, "in time")],
)
async def test_a_detector_that_fails_or_is_late_refuses(
    detector: Any, deadline: float, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    echo = Echo()

    def wrap(stage: Stage) -> Stage:
        if isinstance(stage, Redact):
            stage._thorough = lambda _: detector
            if isinstance(detector, Failing):  # what is quick is asked on the loop
                stage._detector_of = stage._thorough
            stage._deadline = deadline
        return stage

    stand = Stand(policy_with(), echo, wrap)
    call = AsgiCall(
        CHAT, json.dumps(user(f"{MARK}{EMAIL}", pad="base64" if isinstance(detector, Slow) else "")).encode()
    )
    faults = logs.warnings[logs.FAULT]
    await call.run(stand.edge)
    assert (call.status, echo.requests) == (422, [])
    assert logs.warnings[logs.FAULT] - faults == isinstance(detector, Failing)  # a defect; being late is none
    assert b"personal_data_unread" in call.body
    assert told in call.body.decode()
    said = capfd.readouterr()
    assert EMAIL not in said.out + said.err + call.body.decode()


class FailingLater(OneByOne):
    """Finds, and fails when it is asked whether something is left."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        self.asked += 1
        if self.asked > 1:
            raise ValueError(leaves[0].text)
        return super().find(leaves)


async def test_a_detector_that_fails_at_the_second_look_refuses(capfd: pytest.CaptureFixture[str]) -> None:
    echo, detector = Echo(), FailingLater()

    def wrap(stage: Stage) -> Stage:
        if isinstance(stage, Redact):
            stage._detector_of = stage._thorough = lambda _: detector
        return stage

    call = AsgiCall(CHAT, json.dumps(user(f"{MARK}v1 {EMAIL}")).encode())
    await call.run(Stand(policy_with(), echo, wrap).edge)
    assert (call.status, echo.requests, detector.asked) == (422, [], 2)
    assert b"could not be searched a second time" in call.body
    said = capfd.readouterr()
    assert EMAIL not in said.out + said.err + call.body.decode()


class Held:
    """Looks at what is long until it is let go; counts how many look at once."""

    def __init__(self) -> None:
        self.looking = self.most = 0
        self.began, self.go = threading.Event(), threading.Event()

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        if sum(len(leaf.text) for leaf in leaves) > SHORT_BYTES:
            self.looking += 1
            self.most = max(self.most, self.looking)
            self.began.set()
            assert self.go.wait(20)
            self.looking -= 1
        return [[] for _ in leaves]


async def test_long_texts_are_searched_one_by_one_and_short_ones_beside_them() -> None:
    echo, held = Echo(), Held()

    def wrap(stage: Stage) -> Stage:
        if isinstance(stage, Redact):
            stage._detector_of = stage._thorough = lambda _: held
        return stage

    stand = Stand(policy_with(), echo, wrap)
    long, short = user("SAY:yes " + "a " * SHORT_BYTES), user("SAY:yes " + "a " * INLINE_BYTES)
    calls = [AsgiCall(CHAT, json.dumps(long).encode()) for _ in range(4)]
    running = [asyncio.ensure_future(call.run(stand.edge)) for call in calls]
    assert await asyncio.to_thread(held.began.wait, 20)
    assert abs(sys.getswitchinterval() - TURN_SECONDS) < 1e-6
    beside = AsgiCall(CHAT, json.dumps(short).encode())
    await beside.run(stand.edge)
    assert (beside.status, [task.done() for task in running]) == (200, [False] * 4)
    held.go.set()
    await asyncio.gather(*running)
    assert sys.getswitchinterval() > TURN_SECONDS
    assert [call.status for call in calls] == [200] * 4
    assert held.most == 1


def test_a_level_may_tighten_and_loosen_only_what_is_listed_and_until_then() -> None:
    rules = RuleSet(name="r", cloud=CLOUD, sovereign=SOVEREIGN, may_relax=(Relaxation("person", "2026-12-31", "why"),))
    tightened = rules.actions_on("2026-11-25", {"email": "block", "iban": "allow", "person": "allow"})
    assert (tightened["email"], tightened["iban"], tightened["person"]) == ("block", "pseudonymise", "allow")
    assert rules.actions_on("2027-01-01", {"person": "allow"})["person"] == "pseudonymise"


@each_case(
    "rules,actions,value",
    [
        ("{}", "{ch_uid: redact}", "CHE-116.281.710"),
        ("{actions: {person: allow}}", "{person: redact}", "Frau Anna Brunner"),
    ],
)
async def test_a_level_tightens_also_what_its_rule_set_lets_pass_everywhere(
    rules: str, actions: str, value: str
) -> None:
    """What nobody holds back is not looked for."""
    echo = Echo()
    for said, passes in ((f"{{rules: rules, actions: {actions}}}", False), ("rules", True)):
        stand = Stand(policy_with(rules, said), echo)
        await AsgiCall(CHAT, json.dumps(user(f"{MARK}We wrote to {value} today.")).encode()).run(stand.edge)
        assert (value in echo.requests.pop().body.decode()) is passes, said


async def test_signed_reasoning_stays_or_the_request_does() -> None:
    def said(thought: str, signature: str = "QUJD" * 20) -> dict[str, Any]:
        block = {"type": "thinking", "thinking": thought, "signature": signature}
        content = [block, {"type": "text", "text": "yes"}]
        turns = [{"role": "assistant", "content": content}, {"role": "user", "content": f"{MARK}{EMAIL}"}]
        return {"model": "messages/m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}, *turns]}

    _, [body] = await asked("{}", said("I think of EMAIL_k7f3q2 and Dr. House"), "/v1/messages")
    assert body["messages"][1]["content"][0]["thinking"] == "I think of EMAIL_k7f3q2 and Dr. House"
    call, bodies = await asked("{}", said(f"I think of {EMAIL}"), "/v1/messages")
    assert (call.status, bodies) == (422, [])
    call, [body] = await asked("{}", said(f"I think of {EMAIL}", ""), "/v1/messages")
    assert call.status == 200, "nobody signed it"
    assert EMAIL not in json.dumps(body)


async def test_bare_numbers_are_somebodys_too() -> None:
    body = {
        "model": "messages/m",
        "max_tokens": 5,
        "messages": [
            {"role": "user", "content": f"{MARK}x"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {"ahv": 7569217076985}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "t1", "content": '{"ahv": 7569217076985}'}],
            },
        ],
    }
    _, [seen] = await asked("{}", body, "/v1/messages")
    assert "7569217076985" not in json.dumps(seen)
    assert json.loads(seen["messages"][2]["content"][0]["content"])["ahv"].startswith("AHV_")


async def test_also_where_nobody_knows_the_member_and_in_examples() -> None:
    tools = [{"name": "f", "input_schema": {"type": "object"}, "input_examples": [{"ahv": 7569217076985}]}]
    more = {"tools": tools, "unknown": {"rows": [{"card": 5555555555554444}]}, "huge": 10**40}
    body = user(f"{MARK}x", "messages/m", max_tokens=5, **more)
    _, [seen] = await asked("{hint: false, actions: {credit_card: pseudonymise}}", body, "/v1/messages")
    assert seen["tools"][0]["input_examples"][0]["ahv"].startswith("AHV_")
    assert seen["unknown"]["rows"][0]["card"].startswith("CARD_")
    _, [seen] = await asked("{}", user(f"{MARK}x", seed=5555555555554444))
    assert seen["seed"] == 5555555555554444


def file_part(data: bytes, media_type: str) -> list[Any]:
    encoded = b64encode(data).decode()
    file = {"filename": "notes", "file_data": f"data:{media_type};base64,{encoded}"}
    return [{"type": "text", "text": f"{MARK}x"}, {"type": "file", "file": file}]


async def test_files_of_text_are_rewritten() -> None:
    for data, media_type in (
        (f"name,mail\nAnna,{EMAIL}\n".encode(), "text/csv"),
        (f'{{"a": "{EMAIL}"}}'.encode(), "image/png"),
    ):
        _, [body] = await asked("{hint: false}", user(file_part(data, media_type)))
        written = b64decode(body["messages"][0]["content"][1]["file"]["file_data"].partition(",")[2]).decode()
        assert EMAIL not in written
        assert "EMAIL_" in written


@pytest.mark.parametrize("make", [pdf_of, docx_of])
async def test_documents_are_read_and_refused_where_they_hold_something(make: Any) -> None:
    call, bodies = await asked("{}", user(file_part(make("Nothing of note"), "application/pdf")))
    assert call.status == 200
    assert len(bodies) == 1
    call, bodies = await asked("{}", user(file_part(make(f"Write to {EMAIL}"), "application/pdf")))
    assert (call.status, bodies) == (422, [])
    assert EMAIL.encode() not in call.body


@each_case(
    "rules,data,status",
    [
        ("{}", b"\x00\x01\x02 no text", 422),
        ("{attachments: allow}", b"\x00\x01\x02 no text", 200),
        ("{attachments: block}", b"some text", 422),
        ("{}", b"PK\x03\x04 broken", 422),
        ("{}", b"%PDF broken", 422),
    ],
)
async def test_what_cannot_be_read_is_as_the_rules_say(rules: str, data: bytes, status: int) -> None:
    call, _ = await asked(rules, user(file_part(data, "application/octet-stream")))
    assert call.status == status


@pytest.mark.parametrize(("rules", "status"), [("{}", 200), ("{media: block}", 422), ("{media: route_local}", 422)])
async def test_images_are_not_read_but_ruled(rules: str, status: int) -> None:
    call, _ = await asked(rules, user(file_part(pdf_of(" "), "application/pdf")))
    assert call.status == status, "pages without a text are pictures"
    url = "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n\x00" + bytes(range(256))).decode()
    parts = [{"type": "text", "text": f"{MARK}x"}, {"type": "image_url", "image_url": {"url": url}}]
    call, _ = await asked(rules, user(parts))
    assert call.status == status


def form(content: bytes, name: str = "batch.jsonl", purpose: str = "batch") -> tuple[bytes, dict[str, str]]:
    head = f'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'.encode()
    file = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return head + file + content + b"\r\n--b--\r\n", {"content-type": "multipart/form-data; boundary=b"}


async def test_lines_of_a_batch_are_treated_one_by_one() -> None:
    stored = b'{"id": "file-1", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}'
    upstream = ScriptedUpstream(ScriptedResponse(200, {"content-type": "application/json"}, [stored]))
    stand = Stand(policy_with(), upstream)
    lines = [
        {"custom_id": str(number), "method": "POST", "url": CHAT, "body": user(text, "responses/m")}
        for number, text in enumerate(("plain", f"to {EMAIL}", f"to {EMAIL} and {IBAN}"))
    ]
    body, headers = form(b"\n".join(json.dumps(line).encode() for line in lines))
    call = AsgiCall("/v1/files", body, headers)
    await call.run(stand.edge)
    assert call.status == 200, call.body
    seen = upstream.requests[0].body.decode()
    assert EMAIL not in seen
    assert IBAN not in seen
    assert "plain" in seen


async def test_lines_that_are_no_requests_are_a_programs_own() -> None:
    stored = b'{"id": "file-1", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "user_data"}'
    upstream = ScriptedUpstream(ScriptedResponse(200, {"content-type": "application/json"}, [stored]))
    people = [{"employee": {"name": name, "status": f"{name} is ill"}} for name in ("Anna Meier", "Beat Kunz")]
    body, headers = form(b"\n".join(json.dumps(line).encode() for line in people), "staff.jsonl", "user_data")
    call = AsgiCall("/v1/files", body, headers)
    await call.run(Stand(policy_with(), upstream).edge)
    assert call.status == 200, call.body
    seen = upstream.requests[0].body.decode()
    assert not [name for name in ("Anna", "Meier", "Beat", "Kunz") if name in seen]


async def test_a_name_is_a_tools_only_where_there_is_a_tool() -> None:
    tools = [{"type": "function", "function": {"name": "ask_anna_meier", "parameters": {"type": "object"}}}]
    other = {"customer": {"name": "Meier", "title": "Frau", "status": "Anna Meier is ill"}}
    call, [seen] = await asked("{hint: false}", user(f"{MARK}Ask Anna Meier", tools=tools, unknown=other))
    assert call.status == 200, call.body
    assert seen["tools"] == tools
    assert seen["unknown"]["customer"]["name"].startswith("PERSON")
    assert re.fullmatch(r"PERSONb_\w{6} is ill", seen["unknown"]["customer"]["status"])


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        (f"{EMAIL}.jsonl", r"EMAIL_\w{6}\.jsonl"),
        ("Lohn Anna Meier.jsonl", r"Lohn PERSON_\w{6}\.jsonl"),
        ("an Seestrasse 12, 8703 Erlenbach.jsonl", r"an ADDRESS_\w{6}\.jsonl"),
        ("2026-03_Lohn_Anna_Meier.jsonl", r"2026-03_Lohn_PERSON_\w{6}\.jsonl"),
        ("CV-Giulia-Ferrari.jsonl", r"CV-PERSON_\w{6}\.jsonl"),
        ("Kuendigung_Meier_Anna.jsonl", r"Kuendigung_PERSON_\w{6}\.jsonl"),
        ("Meier_Anna_CV.jsonl", r"PERSON_\w{6}_CV\.jsonl"),
        ("lohn_reto_zumbuehl.2025.jsonl", r"lohn_PERSON_\w{6}\.2025\.jsonl"),
        ("rose_garden.may_price.jsonl", r"rose_garden\.may_price\.jsonl"),
        ("anna_meier@example.ch.jsonl", r"EMAIL_\w{6}\.jsonl"),
        ("data-export_v2.jsonl", r"data-export_v2\.jsonl"),
        ("plain.jsonl", r"plain\.jsonl"),
        (EMAIL, r"EMAIL_\w{6}"),
    ],
)
async def test_a_files_name_is_treated_and_told_as_the_client_knows_it(name: str, seen: str) -> None:
    class Keeping(ScriptedUpstream):
        """A provider that tells a file's name."""

        async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
            await super().send(request, timeouts)
            stored = {"id": "f", "object": "file", "bytes": 1, "created_at": 1, "purpose": "batch"}
            stored["filename"] = request.body.decode().partition('filename="')[2].partition('"')[0]
            return ScriptedResponse(200, {"content-type": "application/json"}, [json.dumps(stored).encode()])

    upstream = Keeping(ScriptedResponse(200, {}, []))
    line = {"custom_id": "1", "method": "POST", "url": CHAT, "body": user("plain", "responses/m")}
    body, headers = form(json.dumps(line).encode(), name)
    call = AsgiCall("/v1/files", body, headers)
    await call.run(Stand(policy_with(), upstream).edge)
    assert call.status == 200, call.body
    told = upstream.requests[0].body.decode().partition('filename="')[2].partition('"')[0]
    assert re.fullmatch(seen, told), told
    assert json.loads(call.body)["filename"] == name


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("rules", "said"),
    [("{answers: mask}", "Ask ****lech or"), ("{answers: redact}", "Ask [EMAIL] or"), ("{}", "Ask boss@example.ch or")],
)
async def test_what_a_model_writes_by_itself(rules: str, said: str, stream: bool) -> None:
    echo = Echo()
    echo.bend = lambda text: f"Ask boss@example.ch or {text}"
    echo.cut = lambda: 3
    call, _ = await asked(rules, user(f"{MARK}{EMAIL}", stream=stream), echo=echo)
    lines = call.body.decode().split("\n")
    if stream:
        chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
        text = "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
    else:
        text = json.loads(call.body)["choices"][0]["message"]["content"]
    assert text == f"{said} {EMAIL}"


async def test_an_answer_may_be_blocked() -> None:
    echo = Echo()
    echo.bend = lambda text: f"Ask boss@example.ch or {text}"
    call, _ = await asked("{answers: block}", user(f"{MARK}x"), echo=echo)
    assert call.status == 422
    call, _ = await asked("{answers: block}", user(f"{MARK}x", stream=True), echo=echo)
    assert b"boss@example.ch" not in call.body
    assert b"personal_data" in call.body


async def test_what_blocks_an_answer_blocks_it_where_several_pieces_come_in_one_read() -> None:
    """Those before it are not looked at twice: `41111111` and itself once more would be no card any longer."""

    def piece(text: str, why: str | None = None) -> bytes:
        delta = {"index": 0, "delta": {"content": text}, "finish_reason": why}
        return b"data: %s\n\n" % json.dumps({"id": "c1", "model": "m", "created": 1, "choices": [delta]}).encode()

    several = piece("41111111") + piece("11111111 is ") + piece("the card.")
    single = [piece(text) for text in ("So", ", of", " all ", "cards: ")]
    read = [*single, several, piece("", "stop"), b"data: [DONE]\n\n"]
    upstream = ScriptedUpstream(ScriptedResponse(200, {"content-type": "text/event-stream"}, read))
    call = AsgiCall(CHAT, json.dumps(user("hello", stream=True)).encode(), short=True)
    await call.run(Stand(policy_with("{answers: block}"), upstream).edge)
    assert call.pieces, "some took the fast path"
    assert b"personal_data" in call.body
    assert b"1111" not in call.body


async def test_numbers_that_are_only_numbers_stay_numbers() -> None:
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {"at": 1732550000, "population": 8931306000}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": '{"at": 1732550000, "size": 1234567890}'}
    turns = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    body = {**user(f"{MARK}x", "messages/m"), "max_tokens": 5}
    body["messages"] += turns
    _, [seen] = await asked("{hint: false}", body, "/v1/messages")
    assert seen["messages"][1:] == turns
