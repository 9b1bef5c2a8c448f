"""What of the held-out texts leaves a real port in clear, against the bounds that the rules are to hold."""

from __future__ import annotations

import json
from collections import Counter
from operator import ne

import httpx
import pytest

from tests.pii.held_out import harmless, labelled
from tests.pii.serving import echoing, policy_with

UNCHECKED = frozenset({"phone", "date_of_birth", "address", "person"})
"""All others count as one: what has a form or a check digit of its own."""
TOGETHER = 25
BOUNDS = {"checked": 0.01, "phone": 0.03, "date_of_birth": 0.08, "address": 0.2, "person": 0.5, "harmless": 0.04}


async def sent(client: httpx.AsyncClient, echo: object, *texts: str) -> list[str]:
    messages = [{"role": "user", "content": text} for text in (*texts, "SAY:yes")]
    answer = await client.post("/v1/chat/completions", json={"model": "chat/m", "messages": messages})
    assert answer.status_code == 200, answer.text
    body = json.loads(echo.requests[-1].body)  # type: ignore[attr-defined]
    return [str(message["content"]) for message in body["messages"][-1 - len(texts) : -1]]


@pytest.mark.anyio
@pytest.mark.timeout(300)
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.soak)])
async def test_what_leaves_and_what_is_left_alone(every: int) -> None:
    values: Counter[str] = Counter()
    left: Counter[str] = Counter()
    policy = policy_with("{actions: {secret: redact, ch_uid: pseudonymise}}")
    async with (
        echoing(policy) as (url, echo, _),
        httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer good"}, timeout=60) as client,
    ):
        for text in labelled()[::every]:
            [seen] = await sent(client, echo, text.text)
            for value in text.values:
                kind = value.type if value.type in UNCHECKED else "checked"
                values[kind] += 1
                left[kind] += value.is_left_in(seen)
        plain = [text for _, text in harmless()[::every]]
        for some in (plain[at : at + TOGETHER] for at in range(0, len(plain), TOGETHER)):
            values["harmless"] += len(some)
            left["harmless"] += sum(map(ne, some, await sent(client, echo, *some)))
    shares = {kind: left[kind] / values[kind] for kind in BOUNDS}
    assert not {kind: share for kind, share in shares.items() if share > BOUNDS[kind]}, shares


def test_the_set_is_large_enough_to_say_something() -> None:
    counts = Counter(text.language for text in labelled())
    assert all(counts[language] >= 20 for language in ("de", "fr", "it", "en"))
    assert sum(counts.values()) >= 450
    assert len(harmless()) >= 300


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [
        "le mot de passe est Chamois-Bleu-4471, merci",
        "DATABASE_URL=postgresql://app:s3cr3tPgPw91@db.internal:5432/crm",
        '{"client_secret": "9srcUEVN7nlDN6oF3OtTzcm7NmbtDAtiILhCGCEV"}',
    ],
)
@pytest.mark.parametrize("action", ["redact", "pseudonymise", "hash"])
async def test_what_stands_in_for_a_secret_is_no_secret(text: str, action: str) -> None:
    policy = policy_with(f"{{actions: {{secret: {action}}}}}")
    async with (
        echoing(policy) as (url, echo, _),
        httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer good"}, timeout=60) as client,
    ):
        assert "SECRET" in (await sent(client, echo, text))[0]
