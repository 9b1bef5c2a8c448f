"""Which dialect, operation and model a path means."""

import pytest

from gateway.api.routes import Route, match, surface
from gateway.core.objects import ObjectCall
from gateway.dialects.operations import OPERATIONS
from gateway.errors import MethodNotAllowed, NotImplementedHere, UnknownRoute


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
        ("/v1/v1beta/models/m:generateContent", "m"),
        ("/gemini/v1beta/v1beta/models/m:generateContent", "m"),
        ("/v1beta1/publishers/google/models/m:generateContent", "m"),
        ("/v1/projects/p/locations/europe-west6/publishers/google/models/m:generateContent", "m"),
    ],
)
def test_a_gemini_path_names_the_model(path, model):
    assert routed(path, x_goog_api_key="k") == Route("gemini", "chat", model)


def test_a_gemini_path_names_the_stream():
    assert routed("/v1beta/grok/grok-4:streamGenerateContent").stream is True


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1beta/models/m:countTokens", Route("gemini", "count_tokens", "m")),
        ("/v1/models/m:embedContent", Route("gemini", "embed_content", "m")),
        ("/v1/models/m:batchEmbedContents", Route("gemini", "embeddings", "m")),
        ("/v1/embeddings", Route("openai_chat", "embeddings")),
        ("/v1/v1/embeddings", Route("openai_chat", "embeddings")),
        ("/embeddings", Route("openai_chat", "embeddings")),
        ("/xai/v1/chat/completions", Route("openai_chat", "chat")),
        ("/xai/v1/responses", Route("openai_responses", "chat")),
        ("/mistral/fim/completions", Route("mistral", "fim")),
        ("/mistral/v1/embeddings", Route("mistral", "embeddings")),
        ("/v1/messages/count_tokens", Route("anthropic", "count_tokens")),
        ("/mistral/v1/messages/count_tokens", Route("anthropic", "count_tokens")),
        ("/v1/responses/input_tokens", Route("openai_responses", "count_tokens")),
        ("/v1/completions", Route("openai_chat", "completions")),
        ("/mistral/v1/completions", Route("openai_chat", "completions")),
        ("/v1/moderations", Route("openai_chat", "moderations")),
        ("/mistral/v1/moderations", Route("mistral", "moderations")),
        ("/mistral/v1/fim/completions", Route("mistral", "fim")),
        ("/v1/fim/completions", Route("mistral", "fim")),
        ("/mistral/v1/responses/input_tokens", Route("openai_responses", "count_tokens")),
    ],
)
def test_operations_beside_chat(path, route):
    assert routed(path) == route
    assert route.dialect in OPERATIONS[route.operation].clients


def test_mistrals_sdk_is_known_by_its_name_where_no_path_and_no_header_tells():
    for name in ("mistral-client-python/3.7.0", "mistral-client-typescript/2.7.0"):
        assert routed("/v1/embeddings", user_agent=name) == Route("mistral", "embeddings")
        assert routed("/openai/v1/embeddings", user_agent=name) == Route("openai_chat", "embeddings")
        assert routed("/v1/models", "GET", user_agent=name, x_goog_api_client="g").dialect == "gemini"


@pytest.mark.parametrize("path", ["/v1beta/models", "/v1/v1beta/models", "/gemini/models", "/v1/v1/models/"])
def test_a_list_of_models_is_found_behind_any_slip_of_the_base_url(path):
    assert routed(path, "GET", x_goog_api_key="k") == Route("gemini", "list_models")
    assert routed(f"{path.rstrip('/')}/m", "GET", x_goog_api_key="k") == Route("gemini", "get_model", "m")


@pytest.mark.parametrize("path", ["/v1beta/m:generateContent", "/m/m:generateContent", "/v1/else", "/v1/filesystem"])
def test_what_does_not_exist_is_said(path):
    with pytest.raises(UnknownRoute):
        routed(path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions/chat/completions",
        "/v1/chat/completions/responses",
        "/openai/v1/responses/responses",
        "/chat/completions/chat/completions",
        "/v1/messages/v1/messages",
        "/mistral/v1/chat/completions/v1/chat/completions",
    ],
)
def test_a_base_url_that_names_an_endpoint_is_told_from_what_is_not_served_yet(path):
    with pytest.raises(UnknownRoute, match=r"names an endpoint twice.*Base URLs: OpenAI"):
        routed(path)


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("POST", "/v1/uploads", "uploads"),
        ("GET", "/mistral/v1/files/file-1/url", "^'/mistral/v1/files/file-1/url' is not served"),
        ("GET", "/mistral/v1/files/7b7b7b7b-1111-4111-8111-111111111111/url", "^This path of 'files' is not served"),
        ("GET", "/v1/chat/completions/anna@example.ch/messages", "^This path of this API is not served"),
        ("GET", "/v1/skills/skill_1", "skills"),
        ("POST", "/v1/chatkit/sessions", "chatkit"),
        ("POST", "/v1/live/sessions", "live"),
        ("GET", "/anthropic/v1/memory_stores/m_1", "memory_stores"),
        ("POST", "/anthropic/v1/environments", "environments"),
        ("POST", "/v1beta/fileSearchStores", "fileSearchStores"),
        ("GET", "/v1beta/operations/o_1", "operations"),
        ("POST", "/mistral/v1/workflows/w/execute", "workflows"),
        ("GET", "/mistral/v1/fine_tuning/jobs", "fine_tuning"),
        ("POST", "/v1/messages/batches", "messages/batches"),
        ("POST", "/upload/v1beta/files", "files"),
        ("POST", "/v1beta/models/m:asyncBatchEmbedContent", "asyncBatchEmbedContent"),
        ("POST", "/v1/images/generations", "images"),
        ("DELETE", "/mistral/v1/responses/resp_1", "responses/resp_1"),
    ],
)
def test_what_is_not_served_yet_is_named(method, path, named):
    with pytest.raises(NotImplementedHere, match=named):
        routed(path, method)


def test_a_call_is_posted():
    with pytest.raises(MethodNotAllowed):
        routed("/v1beta/models/m:generateContent", "PUT")


@pytest.mark.parametrize(
    ("method", "path", "headers", "dialect", "call"),
    [
        ("POST", "/v1/files", {}, "openai_chat", ObjectCall("file", "create")),
        ("GET", "/v1/v1/files/file-1/content", {}, "openai_chat", ObjectCall("file", "content", "file-1")),
        ("GET", "/openai/v1/batches/", {}, "openai_chat", ObjectCall("batch", "list")),
        ("POST", "/v1/fine_tuning/jobs", {}, "openai_chat", ObjectCall("fine_tuning_job", "create")),
        ("GET", "/mistral/v1/batch/jobs", {}, "mistral", ObjectCall("batch", "list")),
        ("GET", "/v1/files", {"anthropic_version": "x"}, "anthropic", ObjectCall("file", "list")),
        ("POST", "/v1/messages/batches", {"anthropic_version": "x"}, "anthropic", ObjectCall("batch", "create")),
        ("POST", "/v1beta/models/m:batchGenerateContent", {}, "gemini", ObjectCall("batch", "create")),
        ("POST", "/gemini/v1/batches/b:cancel", {}, "gemini", ObjectCall("batch", "cancel", "b")),
    ],
)
def test_objects_have_paths_in_each_dialect(method, path, headers, dialect, call):
    found = routed(path, method, **headers)
    assert (found.dialect, found.call) == (dialect, call)
    assert dialect in OPERATIONS[found.operation].clients
