"""The schema for editors accepts what the reader accepts, and marks what it refuses."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

from gateway.policy.json_schema import json_schema
from tests.policy import generated

FOLDER = Path(__file__).parents[2] / "policies"
SHIPPED = sorted(FOLDER.glob("*.yaml"))
VALIDATOR = jsonschema_rs.Draft202012Validator(json_schema())
HINT = "# yaml-language-server: $schema=schema.json"


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2's core schema, near enough: a day is text, and so is `no`."""

    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read(text: str) -> Any:
    return yaml.load(text, AsEditorsRead)


def test_it_is_a_schema_of_its_draft() -> None:
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(json_schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_policies_are_valid_and_point_to_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == HINT
    assert [error.message for error in VALIDATOR.iter_errors(read(text))] == []


def test_the_schema_that_ships_is_that_of_this_version() -> None:
    kept = msgspec.json.decode((FOLDER / "schema.json").read_bytes())
    assert kept == json_schema(), "if this is meant, run `gateway policy schema > policies/schema.json`"


@pytest.mark.parametrize("seed", range(20))
def test_what_loads_is_valid(seed: int) -> None:
    tree = msgspec.json.decode(generated.policy_text(random.Random(seed)))
    assert [error.message for error in VALIDATOR.iter_errors(tree)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "teems: {}",
        "teams: {support: {modles: []}}",
        "teams: {support: {models: fast}}",
        "teams: {'no spaces': {models: [fast]}}",
        "teams: {support: {models: [fast], operations: [chatt]}}",
        "providers: {p: {kind: openai, base_url: 'ftp://x', region: us}}",
        "providers: {p: {kind: opnai, base_url: 'https://x', region: us}}",
        "providers: {p: {kind: openai, base_url: 'https://x'}}",
        "providers: {p: {kind: openai, base_url: 'https://x', region: us, timeouts: {connect: 3}}}",
        "providers: {p: {kind: openai, base_url: 'https://x', region: us, max_connections: 0}}",
        "models: {m: {targets: []}}",
        "version: 2",
    ],
)
def test_what_is_wrong_is_marked(wrong: str) -> None:
    assert not VALIDATOR.is_valid(read(wrong))


def test_every_key_is_described() -> None:
    def keys(schema: Any) -> list[tuple[str, str]]:
        found = [(name, value.get("description", "")) for name, value in schema.get("properties", {}).items()]
        inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
        return found + [pair for below in inner if isinstance(below, dict) for pair in keys(below)]

    described = keys(json_schema())
    assert len(described) > 30
    assert [name for name, text in described if not text.strip()] == []


def test_patterns_are_those_of_ecma() -> None:
    """Editors take ECMAScript's regular expressions: no (?P<…>), no \\A, \\Z."""
    text = msgspec.json.encode(json_schema()).decode()
    assert not re.search(r"\(\?P|\\\\A|\\\\Z", text)
