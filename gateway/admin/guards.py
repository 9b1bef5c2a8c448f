"""What stands before each handler: a guard of its own, or the word that it is open to everyone.

Promise: no path and no header decides who may do what; the handler's own guard does, before its body is read.

`reads`, `writes` and `open_to_all` are the only ways by which this package makes handlers, and a test walks all routes
and holds each to one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from gateway.admin.authentication import Authenticator
from gateway.admin.refusals import REFUSED, Refusal
from gateway.core.administration import ROLES, Actor, Right

PUBLIC: Final = "public"
_NOT_IN_QUERY: Final = frozenset({"request", "data", "key_id"})

Make = Callable[[Callable[..., Any]], HTTPRouteHandler]


class Guard:
    """Lets in who has `right` somewhere (None: whoever is known), and leaves the actor as the request's user."""

    def __init__(self, authenticator: Authenticator, right: Right | None) -> None:
        self._authenticator = authenticator
        self.right = right

    def __deepcopy__(self, _: object) -> Guard:
        """The framework copies handlers with all that they hold; the authenticator there is one of."""
        return self

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        method = str(cast("Any", connection.scope)["method"])  # there are no handlers but of HTTP
        actor = await self._authenticator.authenticate(connection, method)
        connection.scope["user"] = actor
        if self.right is not None and not actor.may_somewhere(self.right):
            raise forbidden(self.right)
        _refuse_other_parameters(connection, handler)
        if method == "POST":
            _refuse_other_bodies(connection)


def forbidden(right: Right) -> Refusal:
    holders = ", ".join(name for name, rights in ROLES.items() if right in rights)
    return Refusal(
        403,
        "not_permitted",
        f"This needs the right {right.value}, which none of your roles has here. Roles with it: {holders}."
        " Yours are in /admin/v1/me.",
    )


def require(actor: Actor, right: Right, team: str) -> None:
    """Raises Refusal 403 where the actor has the right elsewhere only."""
    if not actor.may(right, team):
        raise forbidden(right)


def reads(authenticator: Authenticator, path: str, right: Right | None, **options: Any) -> Make:
    """A GET that changes nothing."""
    return get(path, guards=[Guard(authenticator, right)], responses=REFUSED, **options)


def writes(authenticator: Authenticator, path: str, right: Right | None, **options: Any) -> Make:
    """A POST that changes something."""
    return post(path, guards=[Guard(authenticator, right)], responses=REFUSED, **{"status_code": 200, **options})


def open_to_all(make: Callable[..., Any], path: str, **options: Any) -> Make:
    """A handler that anybody reaches, and that says so."""
    handler: Make = make(path, opt={PUBLIC: True}, security=[{}], **options)
    return handler


def _refuse_other_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """One that is unknown, or told twice, is a slip or a trick, and never what was meant."""
    asked = [name for name, _ in connection.query_params.multi_items()]
    taken = [name for name in handler.parsed_fn_signature.parameters if name not in _NOT_IN_QUERY]
    if len(set(asked)) < len(asked) or not set(asked) <= set(taken):
        there_are = ", ".join(taken) or "none"
        raise Refusal(400, "invalid_request", f"Send each parameter once, of those that are taken here: {there_are}.")


def _refuse_other_bodies(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    kind = connection.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "not_json", "Send the body as application/json.")
