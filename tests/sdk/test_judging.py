"""The judge finds what is missing."""

import copy

import pytest

from tests.sdk.asked import ARGUMENTS, PROVIDERS, RESULTS
from tests.sdk.judging import judge
from tests.sdk.sdks import SDKS

SIMULATED, REAL = PROVIDERS[0], PROVIDERS[-1]
FAILS = SDKS["openai-3"].fails
TOOLS = {
    "text": None,
    "finish": "tool_calls",
    "calls": [{"name": "weather", "arguments": ARGUMENTS}],
    "dropped": None,
    "then": {"text": f"weather: {RESULTS['weather']}", "finish": "stop", "calls": [], "dropped": None},
}
PLAIN = {
    "text": 'Simulated answer to "Hello out there". No model was asked.',
    "finish": "stop",
    "calls": [],
    "dropped": None,
    "input_tokens": 4,
    "output_tokens": 10,
}
LIMITED = {"class": "openai.RateLimitError", "status": 429, "retry_after": "7", "message": ""}
REFUSED = {
    "class": "openai.BadRequestError",
    "status": 400,
    "message": "n (candidates) cannot be carried to a model that speaks anthropic.",
}


def changed(seen, path, value):
    seen = copy.deepcopy(seen)
    *above, last = path
    node = seen
    for step in above:
        node = node[step]
    node[last] = value
    return seen


def test_outcomes():
    assert judge(SIMULATED, "tools", TOOLS, FAILS) == "carried"
    assert judge(SIMULATED, "tools", changed(TOOLS, ("then", "dropped"), "top_k"), FAILS) == "approximated"
    assert judge(SIMULATED, "plain", {"error": REFUSED}, FAILS) == "refused"
    assert judge(SIMULATED, "429", {"error": LIMITED}, FAILS) == "carried"
    assert judge(REAL, "plain", changed(PLAIN, ("text",), "?"), FAILS) == "carried"
    no_eyes = {"error": {"class": "openai.InternalServerError", "message": "image input is not supported"}}
    assert judge(REAL, "image", no_eyes, FAILS) == "beyond the model"


@pytest.mark.parametrize(
    ("case", "seen"),
    [
        ("plain", changed(PLAIN, ("text",), "Simulated")),
        ("plain", changed(PLAIN, ("finish",), "length")),
        ("plain", changed(PLAIN, ("output_tokens",), 0)),
        ("plain", {"error": LIMITED}),
        ("tools", changed(TOOLS, ("calls",), [])),
        ("tools", changed(TOOLS, ("calls", 0, "arguments"), {})),
        ("tools", changed(TOOLS, ("finish",), "stop")),
        ("tools", changed(TOOLS, ("then", "text"), "weather: ?")),
        ("schema", changed(PLAIN, ("text",), '{"city":"Bern"}')),
        ("stream", {**PLAIN, "text": "word0", "pieces": 1}),
        ("429", PLAIN),
        ("429", {"error": changed(LIMITED, ("retry_after",), None)}),
        ("429", {"error": changed(LIMITED, ("class",), "builtins.KeyError")}),
        ("500", {"error": LIMITED}),
        ("cut", {"pieces": 20, "error": {"class": "openai.APIError", "message": ""}}),
        ("cut", {"pieces": 3, "finish": "stop", "error": {"class": "openai.APIError", "message": ""}}),
    ],
)
def test_what_is_missing_fails(case, seen):
    with pytest.raises((AssertionError, ValueError)):
        judge(SIMULATED, case, seen, FAILS)


def test_a_real_engine_ends_honestly():
    with pytest.raises(AssertionError):
        judge(REAL, "plain", changed(PLAIN, ("finish",), None), FAILS)
