"""Templates have no logic: what is no declared variable is text, in the template and in the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.prompts import Example, Prompt, Variable, rendered
from tests.support.template_attacks import ATTACKS


def test_there_are_two_hundred_attacks() -> None:
    assert len(set(ATTACKS)) == 200


def test_an_attack_is_text_as_a_template_and_as_a_value() -> None:
    variable = {"name": Variable()}
    example = (Example(user="{{name}}?", assistant="{{name}}"),)
    prompt = Prompt(name="p", version="1", system="<{{name}}>", examples=example, variables=variable)
    for attack in ATTACKS:
        template = Prompt(name="p", version="1", system=attack, style=(attack,), variables=variable)
        assert rendered(template, {"name": "value"}).system == f"{attack}\n\n- {attack}"
        filled = rendered(prompt, {"name": attack})
        assert filled.system == f"<{attack}>"
        assert filled.examples == (Example(user=f"{attack}?", assistant=attack),)


def test_a_value_is_never_read_as_a_template() -> None:
    prompt = Prompt(name="p", version="1", system="{{a}}{{b}}", variables={"a": Variable(), "b": Variable()})
    assert rendered(prompt, {"a": "{{b}}", "b": "{{a}}"}).system == "{{b}}{{a}}"
    assert rendered(prompt, {"a": "{{", "b": "a}}"}).system == "{{a}}"
    assert rendered(prompt, {"a": r"\1\g<0>", "b": "$1"}).system == r"\1\g<0>$1"


@given(before=st.text(), value=st.text(), after=st.text())
def test_only_the_variable_changes(before: str, value: str, after: str) -> None:
    before, after = before.replace("{", "("), after.replace("}", ")")
    prompt = Prompt(name="p", version="1", system=f"{before}{{{{x}}}}{after}", variables={"x": Variable()})
    assert rendered(prompt, {"x": value}).system == f"{before}{value}{after}"


@pytest.mark.parametrize(
    ("variable", "good", "bad"),
    [
        (Variable(kind="text", longest=3), ["", "abc"], ["abcd"]),
        (Variable(kind="number"), ["0", "-1", "2.50"], ["", "1e9", "one", "1.", "0x1", "٣"]),
        (Variable(kind="choice", values=("de", "fr")), ["de"], ["", "DE", "en"]),
        (Variable(kind="flag"), ["true", "false"], ["True", "1", ""]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_variable_takes_its_type(variable: Variable, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if variable.obstacle(value)] == []
    assert [value for value in bad if not variable.obstacle(value)] == []
