"""Secrets that structure alone tells: members called by their account, answers beside questions, words of arrays."""

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


async def sent(content: str, arguments: str = "{}") -> tuple[str, str]:
    """What the provider is asked: a message, and the arguments of a call before it."""
    upstream = ScriptedUpstream(REFUSED)
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": content}]
    body = msgspec.json.encode({"model": "chat/m", "messages": messages})
    await AsgiCall("/v1/chat/completions", body).run(Stand(policy_with(RULES), upstream).edge)
    [request] = upstream.requests
    before, asked = msgspec.json.decode(request.body)["messages"]
    return asked["content"], before["tool_calls"][0]["function"]["arguments"]


OBJECTS: dict[str, tuple[Any, list[str]]] = {
    "credentials": ({"credentials": {"anna": "Sommer2024"}}, ["Sommer2024"]),
    "passwords": (
        {"passwords": {"root": "Sommer2024", "db": "hund7", "anna": "sommerregen"}},
        ["Sommer2024", "hund7", "sommerregen"],
    ),
    "secrets": (
        {"secrets": {"db": "Sommer2024", "mail": "window-ember-cactus"}},
        ["Sommer2024", "window-ember-cactus"],
    ),
    "accounts": ({"accounts": {"anna": "Sommer2024", "bob": "Kettle32"}}, ["Sommer2024", "Kettle32"]),
    "whole accounts": ({"users": {"anna": {"password": "hund7"}}}, ["hund7"]),
    "a flag": ({"args": ["--user", "bob", "--password", "window ember cactus"]}, ["window ember cactus"]),
    "a flag and a word": ({"args": ["login", "--password", "kettle"]}, ["kettle"]),
    "a question": ({"security_question": "What was your first pet?", "answer": "Rex"}, ["Rex"]),
    "a question alone": ({"question": "Your mother's maiden name?", "answer": "Kellerhals"}, ["Kellerhals"]),
    "questions": ({"securityQuestions": [{"question": "The pet's name", "answer": "Rex"}]}, ["Rex"]),
    "an answer": ({"recoveryAnswer": "Rex Bello"}, ["Rex Bello"]),
}


@each_case("form", OBJECTS)
async def test_members_are_secrets_by_what_stands_around_them(form: str) -> None:
    """As JSON in a message, beside words, and as the arguments of a call."""
    value, secrets = OBJECTS[form]
    written = json.dumps(value)
    for seen in await sent(written, written):
        assert [secret for secret in secrets if secret in seen] == []
        assert all(f'"{key}"' in seen for key in value)


TEXTS = {
    "JSON in prose": ('Use {"credentials": {"anna": "Sommer2024"}} here.', ["Sommer2024"]),
    "YAML": ("secrets:\n  db: hund7\n  mail: Kettle32\n  region: eu-west-1\n", ["hund7", "Kettle32"]),
    "YAML in a line": ("credentials: {anna: Sommer2024, bob: hund7}", ["Sommer2024", "hund7"]),
    "Python": ("creds = dict(anna='Sommer2024', bob=\"hund7\")", ["Sommer2024", "hund7"]),
    "TOML": ('[passwords]\nroot = "Sommer2024"\ndb = "hund7"\n', ["Sommer2024", "hund7"]),
    "a question in prose": ('I sent {"security_question": "pet", "answer": "Rex"} to you', ["Rex"]),
    "a session": ("session=3f9a1c0de44b7e2290ab5d6c7e8f9012", ["3f9a1c0de44b7e2290ab5d6c7e8f9012"]),
    "a sid": ("sid=3f9a1c0de44b7e2290ab5d6c", ["3f9a1c0de44b7e2290ab5d6c"]),
    "a session in base 64": ("session=aGVsbG8gd29ybGQgZm9vYmFyIQ==", ["aGVsbG8gd29ybGQgZm9vYmFyIQ"]),
    "mail that came back": ("bounce+anna.meier=acme.ch@lists.example.org", ["anna.meier=acme.ch"]),
}


@each_case("form", TEXTS)
async def test_texts_that_are_no_json(form: str) -> None:
    text, secrets = TEXTS[form]
    seen, _ = await sent(text)
    assert [secret for secret in secrets if secret in seen] == []


@each_case(
    "text",
    [
        "credentials: {type: oauth, scope: read}",
        "passwords: {min_length: 12, policy: strict}",
        "secrets: {github: actions}",
        '{"credentials": {"type": "oauth", "scope": "read", "region": "eu-west-1", "profile": "prod2"}}',
        '{"passwords": {"min_length": "12 signs", "policy": "strict", "admin": "required", "algorithm": "argon2id"}}',
        '{"secrets": {"github": "actions", "provider": "vault", "path": "kv/prod/db1", "db": "my-app-secret"}}',
        '{"credentials": {"anna": "viewer", "bob": "admin"}}',
        '{"users": {"anna": "team-7", "bob": "usr_8fJ2k1"}, "accounts": {"prod": "123456789012"}}',
        "[credentials]\nprofile = dev2\nregion = eu-west-1\n",
        '{"args": ["--user", "bob", "--verbose", "a b c"]}',
        '{"question": "What is the capital of France?", "answer": "Paris"}',
        '{"securityQuestion": "Security question", "answer": "Your answer"}',
        "security_answer = models.CharField(max_length=64)",
        "session=active; session=2024-03-01; sid=AC-overview",
    ],
)
async def test_settings_and_schemas_stay(text: str) -> None:
    seen, arguments = await sent(text, text if text.startswith("{") else "{}")
    assert seen == text
    assert arguments == (text if text.startswith("{") else "{}")
