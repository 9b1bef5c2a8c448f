"""Which dialect, operation and model a path means."""

import pytest

from gateway.api.routes import Route, match, surface
from gateway.errors import MethodNotAllowed, UnknownRoute


def routed(path: str, method: str = "POST", **headers: str) -> Route:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return match(method, path, *surface(path, named))


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1beta/models/gemini-2.5-flash:generateContent", "gemini-2.5-flash"),
        ("/v1beta/models/claude/claude-sonnet-4-5:generateContent", "claude/claude-sonnet-4-5"),
        ("/v1beta/claude/claude-sonnet-4-5:generateContent", "claude/claude-sonnet-4-5"),
        ("/gemini/v1beta/gpu/llama3:8b:generateContent", "gpu/llama3:8b"),
        ("/v1/models/m:generateContent", "m"),
        ("/models/gemini-2.5-flash:generateContent", "gemini-2.5-flash"),
        ("/v1alpha/tunedModels/m:generateContent", "tunedModels/m"),
    ],
)
def test_a_gemini_path_names_the_model(path, model):
    assert routed(path, x_goog_api_key="k") == Route("gemini", "chat", model)


def test_a_gemini_path_names_the_stream():
    assert routed("/v1beta/grok/grok-4:streamGenerateContent").stream is True


@pytest.mark.parametrize(
    "path", ["/v1beta/models/m:countTokens", "/v1beta/m:generateContent", "/m/m:generateContent", "/v1/else"]
)
def test_what_is_not_served_is_said(path):
    with pytest.raises(UnknownRoute):
        routed(path)


def test_a_call_is_posted():
    with pytest.raises(MethodNotAllowed):
        routed("/v1beta/models/m:generateContent", "PUT")
