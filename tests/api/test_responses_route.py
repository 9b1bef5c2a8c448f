"""The Responses API's place among the routes."""

from __future__ import annotations

import pytest

from gateway.api import routes
from gateway.core.objects import ObjectCall
from gateway.errors import MethodNotAllowed, NotImplementedHere


def route(method: str, path: str, **headers: str) -> routes.Route:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return routes.match(method, path, *routes.surface(path, told))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/responses",
        "/v1/responses/",
        "/v1/v1/responses",
        "/responses",
        "/openai/v1/responses",
        "/mistral/v1/responses",
    ],
)
def test_responses_are_asked_for_on_every_base(path: str) -> None:
    assert route("POST", path) == routes.Route("openai_responses", "chat")


def test_a_header_of_another_dialect_does_not_change_what_the_path_says() -> None:
    assert route("POST", "/v1/responses", anthropic_version="2023-06-01").dialect == "openai_responses"


def test_stored_responses_have_methods_of_their_own() -> None:
    held = route("GET", "/v1/responses/resp_1")
    assert (held.operation, held.call) == ("responses", ObjectCall("response", "get", "resp_1"))
    for method, path in (("POST", "/v1/responses/resp_1"), ("GET", "/v1/responses/resp_1/cancel")):
        with pytest.raises(MethodNotAllowed):
            route(method, path)
    with pytest.raises(MethodNotAllowed):
        route("GET", "/v1/responses")
    with pytest.raises(NotImplementedHere):
        route("GET", "/v1/responses/resp_1/else")
