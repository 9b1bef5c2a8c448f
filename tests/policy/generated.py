"""Policies and requests drawn from a seed: small names, so that levels meet, and many of them in each other's way."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from gateway.core.identity import Principal

OPERATORS = ("own", "mistral", "microsoft")
REGIONS = ("eu", "us", "ch", "on_prem")
MODELS = ("fast", "smart", "local", "far")
OPERATIONS = ("chat", "embeddings", "fim")
PROVIDERS = ("a", "b", "c", "d")
USERS = ("anna", "ben")
KEYS = ("prod", "test", "key0000001")


def policy_text(draw: random.Random) -> str:
    """A policy in YAML (as JSON, which YAML contains); it may contradict itself, and then does not load."""
    tree: dict[str, Any] = {
        "version": "1",
        "providers": {name: _provider(draw, name) for name in PROVIDERS},
        "models": {name: _alias(draw) for name in MODELS},
        "data_classes": {"secret": _rules(draw, 0.4)},
        "organisation": _rules(draw, 0.2, classes=True),
        "teams": {
            name: {"models": _models(draw), **_rules(draw, 0.4, classes=True), **_below(draw)}
            for name in ("one", "two")
        },
    }
    return msgspec.json.encode(tree).decode()


def request(draw: random.Random) -> tuple[Principal, str, str]:
    """(who, model, operation)."""
    name = draw.choice([None, *KEYS])
    principal = Principal(
        key_id=draw.choice(["key0000001", "key0000002"]),
        name=name,
        team=draw.choice(["one", "two"]),
        user=draw.choice([None, *USERS]),
    )
    model = draw.choice([*MODELS, *(f"{provider}/m" for provider in PROVIDERS), "fats", "nobody/m", "a/"])
    return principal, model, draw.choice(["chat", "chat", "chat", "chat", "embeddings"])


def _provider(draw: random.Random, name: str) -> dict[str, str]:
    if name == "d":  # a hosted one whose key is not set
        return {"kind": "mistral", "base_url": "http://d", "region": "eu", "api_key": "${NO_SUCH_KEY}"}
    return {
        "kind": "local",
        "engine": "vllm",
        "base_url": f"http://{name}/v1",
        "region": draw.choice(REGIONS),
        **({} if name == "c" else {"operator": OPERATORS["abc".index(name)]}),
    }


def _alias(draw: random.Random) -> dict[str, Any]:
    names = draw.sample(PROVIDERS, draw.randint(1, 4))
    cut = draw.randint(1, len(names))
    return {
        "targets": [{"provider": name, "model": "m", "weight": draw.randint(1, 9)} for name in names[:cut]],
        "fallbacks": [{"provider": name, "model": "m"} for name in names[cut:]],
    }


def _models(draw: random.Random) -> list[str]:
    return draw.sample(["*", "f*", "a/*", "*/m", "fast", "smart", "local"], draw.randint(1, 4))


def _rules(draw: random.Random, chance: float, *, classes: bool = False) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    if draw.random() < chance:
        rules["models"] = _models(draw)
    if draw.random() < chance:
        rules["regions"] = draw.sample(REGIONS, draw.randint(2, 4))
    if draw.random() < chance / 3:
        rules["operators"] = draw.sample(OPERATORS[:2], draw.randint(1, 2))
    if draw.random() < chance / 2:
        rules["operations"] = draw.sample(OPERATIONS, draw.randint(1, 3))
    if classes and draw.random() < chance:
        rules["data_class"] = "secret"
    if classes and draw.random() < chance:
        rules["tags"] = ["purpose"]
    return rules


def _below(draw: random.Random) -> dict[str, Any]:
    return {
        "projects": {"p": {"keys": ["prod"], **_rules(draw, 0.3, classes=True)}} if draw.random() < 0.5 else {},
        "users": {user: _rules(draw, 0.3, classes=True) for user in USERS if draw.random() < 0.5},
        "keys": {key: _rules(draw, 0.3, classes=True) for key in KEYS if draw.random() < 0.5},
    }
