"""Coming and going: who am I, logging in with the bootstrap token or through the identity provider, logging out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from gateway.admin.authentication import BOOTSTRAP
from gateway.admin.bearer import NotTrusted, ProviderDown
from gateway.admin.context import AdminContext
from gateway.admin.guards import open_to_all, reads, writes
from gateway.admin.login import LOGIN_SECONDS
from gateway.admin.parameters import EmptyBody, Label
from gateway.admin.refusals import REFUSED, Refusal, identity_provider_down
from gateway.core.administration import Actor, Right, owner

PENDING_COOKIE: Final = "gateway_login"

_SAID: Final = frozenset(
    (
        *("access_denied", "consent_required", "interaction_required", "invalid_request", "invalid_scope"),
        *("login_required", "server_error", "temporarily_unavailable", "unauthorized_client"),
    )
)
"""Why a provider sends a browser back without a code: RFC 6749, 4.1.2.1, and OpenID Connect Core, 3.1.2.6."""

BACK_TO_CONSOLE: Final = (
    b'<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Logged in</title>'
    b'<link rel="icon" href="/icon.svg">'
)
"""Not a redirect: to the browser that would still be the other site's doing, and it would keep the cookie back."""


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who you are to the gateway. `within`: rights that hold in one team only."""

    subject: str
    proof: str
    roles: list[str]
    rights: list[str]
    within: dict[str, list[str]]


class TokenLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=512)]


class SessionsEnded(msgspec.Struct, frozen=True):
    """How many sessions were ended."""

    sessions: int


class SessionHolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subject: Label


class LoginMethods(msgspec.Struct, frozen=True):
    """Ways to log in to the console. `address`: where it must be open for that; null: anywhere."""

    token: bool
    provider: bool
    address: str | None


def session_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""
    return [*_login_routes(context), *_session_routes(context)]


def _login_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @open_to_all(get, "/login/ways")
    async def login_methods() -> LoginMethods:
        """How one can log in here."""
        return LoginMethods(
            token=context.authenticator.takes_bootstrap, provider=context.login is not None, address=context.address
        )

    @open_to_all(post, "/session", status_code=200, responses=REFUSED)
    async def log_in(request: Request[Any, Any, Any], data: JSONBody[TokenLogin]) -> Response[SessionsEnded]:
        """Begin a session with the bootstrap token; it ends those before it."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "not_json", "Send the body as application/json.")
        if not context.authenticator.is_bootstrap(data.token):
            raise context.authenticator.failed(
                request,
                "That is not the bootstrap token: GATEWAY_ADMIN_TOKEN, or the file admin.token in the state directory.",
                "not the bootstrap token",
            )
        session = await _begin_session(
            context, owner(BOOTSTRAP, BOOTSTRAP), context.authenticator.begin_bootstrap_session
        )
        return Response(SessionsEnded(0), cookies=[session])

    @open_to_all(get, "/login", status_code=302, include_in_schema=False)
    async def begin_login() -> Redirect:
        """Send the browser to the identity provider."""
        if context.login is None:
            raise _no_login()
        try:
            address, pending = await context.login.begin()
        except ProviderDown:
            raise identity_provider_down() from None
        return Redirect(address, cookies=[_pending(context, pending, int(LOGIN_SECONDS))])

    @open_to_all(get, "/callback", include_in_schema=False)
    async def finish_login(
        request: Request[Any, Any, Any],
        echoed: Annotated[str, QueryParameter(name="state", max_length=512)] = "",
        code: Annotated[str, QueryParameter(max_length=4096)] = "",
        error: Annotated[str, QueryParameter(max_length=512)] = "",
    ) -> Response[bytes]:
        """The browser comes back from the identity provider."""
        if context.login is None:
            raise _no_login()
        told = f"The identity provider let nobody in ({error})." if error in _SAID else "That login did not work."
        try:
            claims = await context.login.finish(request.cookies.get(PENDING_COOKIE, ""), echoed, code)
        except NotTrusted as why:
            raise context.authenticator.failed(request, f"{told} Begin again at the console.", str(why)) from None
        except ProviderDown:
            raise identity_provider_down() from None
        if not context.authenticator.knows(claims):
            raise Refusal(403, "no_role", context.authenticator.without_role)
        begin = partial(context.authenticator.begin_session, claims.subject, "session", claims.groups)
        session = await _begin_session(context, _without_rights(claims.subject), begin)
        return Response(BACK_TO_CONSOLE, media_type="text/html", cookies=[session, _pending(context, "", 0)])

    return [login_methods, log_in, begin_login, finish_login]


def _session_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @reads(context.authenticator, "/me", None)
    async def me(request: Request[Actor, Any, Any]) -> Me:
        """Who you are, and what you may do."""
        actor = request.user
        return Me(
            subject=actor.subject,
            proof=actor.proof,
            roles=list(actor.roles),
            rights=sorted(actor.everywhere),
            within={team: sorted(rights) for team, rights in sorted(actor.within.items())},
        )

    @writes(context.authenticator, "/session/end", None)
    async def log_out(
        request: Request[Actor, Any, Any],
        data: JSONBody[EmptyBody],  # noqa: ARG001  what is in it would be a 400
    ) -> Response[SessionsEnded]:
        """End your sessions."""
        ended = await _end_sessions(context, request.user, request.user.subject)
        return Response(SessionsEnded(ended), cookies=[context.authenticator.no_cookie()])

    @writes(context.authenticator, "/sessions/end", Right.SESSIONS_END)
    async def end_sessions(request: Request[Actor, Any, Any], data: JSONBody[SessionHolder]) -> SessionsEnded:
        """End somebody's sessions, as when a role is taken from them."""
        return SessionsEnded(await _end_sessions(context, request.user, data.subject))

    return [me, log_out, end_sessions]


async def _begin_session(context: AdminContext, actor: Actor, begin: Callable[[], Awaitable[Cookie]]) -> Cookie:
    """A session's cookie; that it was begun is on record, and what it ended."""
    before = {"sessions": await context.sessions.number(actor.subject, context.clock.now())}
    return await context.write(actor, "session.begin", actor.subject, begin, before=before, after={"sessions": 1})


async def _end_sessions(context: AdminContext, actor: Actor, subject: str) -> int:
    before = {"sessions": await context.sessions.number(subject, context.clock.now())}
    end = partial(context.sessions.end, subject)
    return await context.write(actor, "sessions.end", subject, end, before=before, after={"sessions": 0})


def _without_rights(subject: str) -> Actor:
    """Who has proved who he is, and has no session yet."""
    return Actor(subject=subject, proof="session", roles=(), everywhere=frozenset(), within={})


def _pending(context: AdminContext, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=PENDING_COOKIE,
        value=value,
        max_age=seconds,
        path="/admin/v1/callback",
        secure=context.authenticator.secure,
        httponly=True,
        samesite="lax",
    )


def _no_login() -> Refusal:
    return Refusal(404, "no_login", "This gateway has no identity provider for logins in the browser.")
