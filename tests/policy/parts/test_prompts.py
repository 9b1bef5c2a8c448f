"""Templates in the policy: what is wrong with one is told at its own place."""

import pytest

from gateway.core.policy import Policy
from gateway.core.prompts import Example
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import policy_of_text

HEAD = """\
version: 1
providers: {eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu}}
models: {fast: {targets: [{provider: eu, model: m}]}}
teams: {t: {models: [fast]}}
"""
LETTER = """\
prompts:
  letter:
    current: "2"
    versions:
      "1": {system: Old words.}
      "2":
        system: |
          You write for {{company}}.
          Never say ${SECRET} or {{config}}.
        style: [Be brief.]
        examples: [{user: Hi, assistant: Dear customer}]
        variables: {company: {type: text, longest: 80}, tone: {type: choice, values: [warm, cool], default: warm}}
"""


def text(document: str) -> Policy:
    return policy_of_text("p.yaml", HEAD + document, {})


def errors(document: str) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        text(document)
    return [str(error) for error in caught.value.errors]


def test_a_template_reaches_the_policy_by_name_and_by_version() -> None:
    prompts = text(LETTER).prompts
    assert set(prompts) == {"letter", "letter@1", "letter@2"}
    letter = prompts["letter"]
    assert letter is prompts["letter@2"]
    assert letter.system == "You write for {{company}}.\nNever say ${SECRET} or {{config}}."
    assert letter.examples == (Example(user="Hi", assistant="Dear customer"),)
    assert (letter.variables["company"].longest, letter.variables["tone"].default) == (80, "warm")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('current: "2"', 'current: "3"', "p.yaml:7:14: there is no version '3'"),
        ('    current: "2"\n', "", "'current' is missing"),
        ("{{company}}", "{{compny}}", "p.yaml:11:17: '{{compny}}' stands for no variable; did you mean '{{company}}'?"),
        ("values: [warm, cool], ", "", "type 'choice' needs 'values'"),
        ("default: warm", "default: hot", "'default' must be one of: warm, cool"),
        ("longest: 80", "values: [a]", "'values' goes with type 'choice' only"),
        ("{system: Old words.}", "{}", "a version needs at least one of"),
        ("type: text", "type: string", "'type' cannot be 'string'"),
        ("assistant: Dear customer", 'assistant: ""', "'assistant' must be 1 to"),
    ],
)
def test_each_mistake_has_its_place_and_its_reason(old: str, new: str, expected: str) -> None:
    assert old in LETTER
    found = errors(LETTER.replace(old, new, 1))
    assert any(expected in error for error in found), found


def test_a_model_and_a_level_name_templates_that_exist() -> None:
    aliases = (
        "models: {fast: {targets: [{provider: eu, model: m}], prompt: lettr@2}}\n"
        "teams: {t: {models: [fast], prompts: [lette]}}\n"
    )
    document = HEAD.partition("models:")[0] + aliases + LETTER
    with pytest.raises(PolicyErrors) as caught:
        policy_of_text("p.yaml", document, {})
    told = [str(error) for error in caught.value.errors]
    assert any("there is no prompt 'lettr@2'; did you mean 'letter@2'?" in error for error in told)
    assert any("there is no prompt 'lette'; did you mean 'letter'?" in error for error in told)
    good = policy_of_text("p.yaml", document.replace("lettr@2", "letter@1").replace("[lette]", "[letter]"), {})
    assert good.models["fast"].prompt == "letter@1"
    assert good.teams["t"].prompts == {"letter"}
