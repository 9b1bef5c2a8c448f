"""Who comes in: the bootstrap token, a bearer token of the identity provider, or the cookie of a session.

Promise: nobody is let in but by one of the three, and each request is looked at anew.

Invariants
- With an Authorization header the cookie counts for nothing.
- A cookie opens no write unless the request carries the console's header, which no other site can make a browser send,
  and comes from the console itself as far as the browser says.
- A session's secret is kept only by the browser, its digest by the database; what the subject may do follows from its
  groups by the roles of now, so that a role taken away is gone at once.
- Failed logins of one address are answered with 429 once there are more than `MOST_FAILURES` a minute. A right
  credential is let in even then: nobody can lock administrators out.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict, deque
from hashlib import sha256
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from gateway.admin.bearer import Claims, Issuer, NotTrusted, ProviderDown
from gateway.admin.refusals import Refusal, identity_provider_down
from gateway.admin_settings import AdminSettings
from gateway.core.administration import Actor, Assignment, Proof, actor_of, owner
from gateway.core.ports import Clock
from gateway.storage.administration import AdminSession, AdminSessions
from gateway.telemetry import logs

SESSION_SECONDS: Final = 3600.0
MOST_FAILURES: Final = 10
WINDOW_SECONDS: Final = 60.0
MOST_ADDRESSES: Final = 10_000
CONSOLE_HEADER: Final = "x-gateway-console"
BOOTSTRAP: Final = "bootstrap"

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NOBODY: Final = "Log in: send a token as Authorization: Bearer, or open the console."


class Authenticator:
    def __init__(self, settings: AdminSettings, sessions: AdminSessions, issuer: Issuer | None, clock: Clock) -> None:
        self._settings = settings
        self._sessions = sessions
        self._issuer = issuer
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self.secure = settings.url is not None and settings.url.startswith("https://")
        self.cookie_name = "__Host-gateway_session" if self.secure else "gateway_session"

    async def authenticate(self, connection: ASGIConnection[Any, Any, Any, Any], method: str) -> Actor:
        """Who asks; raises Refusal 401, 403, 429, 503."""
        credentials = connection.headers.getall("authorization", [])
        try:
            if credentials:
                return await self.by_token(", ".join(credentials))  # two of them are none
            return await self._by_session(connection, method)
        except NotTrusted as why:
            raise self.failed(connection, _NOBODY, str(why)) from None
        except ProviderDown:
            raise identity_provider_down() from None

    async def by_token(self, credential: str) -> Actor:
        """Raises NotTrusted, ProviderDown."""
        scheme, _, token = credential.partition(" ")
        if scheme.lower() != "bearer":
            raise NotTrusted("another scheme")
        if self.is_bootstrap(token):
            return owner(BOOTSTRAP, BOOTSTRAP)
        oidc = self._settings.oidc
        if self._issuer is None or oidc is None or oidc.audience is None:
            raise NotTrusted("no such tokens are taken")
        claims = await self._issuer.claims(token, oidc.audience)
        return self._actor(claims.subject, "bearer", claims.groups)

    def is_bootstrap(self, token: str) -> bool:
        known = self._settings.token
        given, wanted = sha256(token.encode()).digest(), sha256((known.reveal() if known else "").encode()).digest()
        return hmac.compare_digest(given, wanted) and known is not None

    @property
    def takes_bootstrap(self) -> bool:
        return self._settings.token is not None

    async def begin_bootstrap_session(self) -> Cookie:
        """For who has shown the token; good no longer than the token itself is."""
        return await self.begin_session(BOOTSTRAP, BOOTSTRAP, (self._mark(),))

    def _mark(self) -> str:
        """Stands for the token of now, and gives nothing of it away."""
        known = self._settings.token
        return "" if known is None else sha256(b"session of " + known.reveal().encode()).hexdigest()

    async def begin_session(self, subject: str, proof: Proof, groups: tuple[str, ...]) -> Cookie:
        """A new session, which ends the subject's others; the cookie that opens it."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        session = AdminSession(
            digest=sha256(token.encode()).digest(),
            subject=subject,
            proof=proof,
            groups=groups,
            created_at=now,
            expires_at=now + SESSION_SECONDS,
        )
        await self._sessions.begin(session)
        return self._cookie(token, int(SESSION_SECONDS))

    def knows(self, claims: Claims) -> bool:
        """Whether any role is for this person."""
        return bool(self._assignments(claims.groups))

    @property
    def without_role(self) -> str:
        """What a person is told for whom no role is, so that whoever set the roles up can find out why."""
        claim = "groups" if self._settings.oidc is None else self._settings.oidc.groups_claim
        return (
            f"You are known, but none of the groups in your ID token's claim '{claim}' has a role here: "
            "GATEWAY_OIDC_ROLES says which have one."
        )

    def no_cookie(self) -> Cookie:
        return self._cookie("", 0)

    def _cookie(self, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=self.cookie_name, value=value, max_age=seconds, secure=self.secure, httponly=True, samesite="strict"
        )

    async def _by_session(self, connection: ASGIConnection[Any, Any, Any, Any], method: str) -> Actor:
        token = connection.cookies.get(self.cookie_name)
        if not token:
            raise Refusal(401, "not_authenticated", _NOBODY)
        session = await self._sessions.find(sha256(token.encode()).digest(), self._clock.now())
        if session is None:
            raise Refusal(401, "session_over", "The session is over. Log in again.")
        if method not in _SAFE and not _is_from_console(connection):
            raise Refusal(403, "not_from_console", f"With a cookie, writes need the header {CONSOLE_HEADER}: 1.")
        if session.proof == BOOTSTRAP:
            if not self.takes_bootstrap or session.groups != (self._mark(),):
                raise Refusal(401, "session_over", "The bootstrap token has changed. Log in again.")
            return owner(session.subject, "session")
        return self._actor(session.subject, "session", session.groups)

    def _actor(self, subject: str, proof: Proof, groups: tuple[str, ...]) -> Actor:
        return actor_of(subject, proof, self._assignments(groups))

    def _assignments(self, groups: tuple[str, ...]) -> list[Assignment]:
        roles = self._settings.oidc.roles if self._settings.oidc is not None else {}
        return [assignment for group in groups for assignment in roles.get(group, ())]

    def failed(self, connection: ASGIConnection[Any, Any, Any, Any], message: str, why: str) -> Refusal:
        """The refusal of a failed login, counted. `why`: for the log, and nothing that was sent is in it."""
        address = connection.client.host if connection.client is not None else ""
        now = self._clock.monotonic()
        failures = self._failures.setdefault(address, deque(maxlen=MOST_FAILURES + 1))
        self._failures.move_to_end(address)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)
        failures.append(now)
        if len(failures) > MOST_FAILURES and now - failures[0] < WINDOW_SECONDS:
            wait = int(WINDOW_SECONDS - (now - failures[0])) + 1
            return Refusal(429, "too_many_failures", "Too many failed logins. Wait.", retry_after=wait)
        logs.event(logs.ADMIN_LOGIN_REFUSED, why=why)  # not of each try of a crowd
        return Refusal(401, "not_authenticated", message)


def _is_from_console(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    site = connection.headers.get("sec-fetch-site", "same-origin")
    return connection.headers.get(CONSOLE_HEADER) == "1" and site == "same-origin"
