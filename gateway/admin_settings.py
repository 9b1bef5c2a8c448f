"""Settings of the admin port: where it listens, and how administrators prove who they are.

Promise: a gateway that starts lets nobody in by a secret that could be guessed, or by an identity provider whose
answers could be changed on the way.

Invariants
- The bootstrap token is at least 128 bits strong; in `dev` one is made, for its owner alone, in the state directory.
  In `prod` nothing is made up: without a token and without an identity provider, nobody gets in.
- The identity provider is at an https address, or on this machine.
- A role that does not exist, or one for teams that names none, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from gateway.core.administration import BOUND_TO_TEAMS, ROLES, Assignment
from gateway.core.policy import Secret
from gateway.environment import ConfigurationError, is_this_machine, port, secret
from gateway.root_key import generated_key

ADMIN_NAMES: Final = (
    "GATEWAY_ADMIN_HOST",
    "GATEWAY_ADMIN_PORT",
    "GATEWAY_ADMIN_TOKEN",
    "GATEWAY_ADMIN_TOKEN_FILE",
    "GATEWAY_ADMIN_URL",
    "GATEWAY_OIDC_AUDIENCE",
    "GATEWAY_OIDC_CLIENT_ID",
    "GATEWAY_OIDC_CLIENT_SECRET",
    "GATEWAY_OIDC_CLIENT_SECRET_FILE",
    "GATEWAY_OIDC_GROUPS_CLAIM",
    "GATEWAY_OIDC_ISSUER",
    "GATEWAY_OIDC_ROLES",
)

EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104
"""Hosts that mean each address of this machine."""

TOKEN_FILE: Final = "admin.token"  # noqa: S105  a name
SHORTEST_TOKEN: Final = 32
FEWEST_DIFFERENT: Final = 10
_GUESSED: Final = (
    "password",
    "changeme",
    "change-me",
    "secret",
    "example",
    "gateway",
    "qwerty",
    "12345678",
    "abcdefgh",
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{32,512}", re.ASCII)


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`client_id` None: no login in the browser; `audience` None: no bearer tokens. `roles`: group -> roles."""

    issuer: str
    client_id: str | None
    client_secret: Secret | None
    audience: str | None
    groups_claim: str
    roles: dict[str, tuple[Assignment, ...]]


class AdminSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`token` None: there is no bootstrap token. `url`: where browsers find the console; None: at the port itself."""

    host: str
    port: int
    url: str | None
    token: Secret | None
    oidc: OidcSettings | None


def load_admin_settings(environ: Mapping[str, str], environment: str, state_dir: Path) -> AdminSettings:
    """Raises ConfigurationError."""
    url = environ.get("GATEWAY_ADMIN_URL") or None
    if url is not None:
        url = _address(url.rstrip("/"), "GATEWAY_ADMIN_URL")
        if urlsplit(url).path:
            raise ConfigurationError("GATEWAY_ADMIN_URL", "must be the address alone, without a path")
    host = environ.get("GATEWAY_ADMIN_HOST") or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,255}", host):
        raise ConfigurationError("GATEWAY_ADMIN_HOST", "must be an address to listen on, as 127.0.0.1 or 0.0.0.0")
    oidc = _oidc(environ)
    if url is None and host in EVERY_ADDRESS and oidc is not None and oidc.client_id is not None:
        raise ConfigurationError(
            "GATEWAY_ADMIN_URL",
            f"is missing: {host} is no address to which the identity provider could send a browser back",
        )
    return AdminSettings(
        host=host,
        port=port(environ, "GATEWAY_ADMIN_PORT", 8081),
        url=url,
        token=_token(environ, environment, state_dir),
        oidc=oidc,
    )


def _token(environ: Mapping[str, str], environment: str, state_dir: Path) -> Secret | None:
    name = "GATEWAY_ADMIN_TOKEN"
    given = secret(environ, name)
    if given is None and name in environ:
        raise ConfigurationError(name, "is empty: give a random token, as of `openssl rand -hex 32`, or leave it out")
    if given is None:
        if environment == "prod":
            return None
        try:
            given = (state_dir / TOKEN_FILE).read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _no_token(error) from None
    if not is_strong(given):
        setting = f"{name}_FILE" if environ.get(f"{name}_FILE") else name
        raise ConfigurationError(
            setting, f"is weak: give {SHORTEST_TOKEN} or more random characters, as of `openssl rand -hex 32`"
        )
    return Secret(given)


def made_token(state_dir: Path) -> Secret:
    """The token that is kept in the state directory, made there where there is none. Raises ConfigurationError."""
    try:
        return Secret(generated_key(state_dir, TOKEN_FILE))
    except OSError as error:
        raise _no_token(error) from None


def _no_token(error: OSError) -> ConfigurationError:
    return ConfigurationError("GATEWAY_STATE_DIR", f"{TOKEN_FILE} can be neither read nor made: {error.strerror}")


def is_strong(token: str) -> bool:
    """Whether it may be 128 random bits: long, of many characters, no repetition, no word that people choose."""
    return (
        _TOKEN.fullmatch(token) is not None
        and len(set(token)) >= FEWEST_DIFFERENT
        and token not in (token + token)[1:-1]
        and sum(any(map(kind, token)) for kind in (str.isdigit, str.isupper, str.islower)) >= 2
        and not any(word in token.lower() for word in _GUESSED)
    )


def _oidc(environ: Mapping[str, str]) -> OidcSettings | None:
    issuer = environ.get("GATEWAY_OIDC_ISSUER")
    if not issuer:
        for name in ADMIN_NAMES:
            if name.startswith("GATEWAY_OIDC_") and environ.get(name):
                raise ConfigurationError(name, "is set, but GATEWAY_OIDC_ISSUER is not")
        return None
    issuer = _address(issuer, "GATEWAY_OIDC_ISSUER")
    client_id = environ.get("GATEWAY_OIDC_CLIENT_ID") or None
    audience = environ.get("GATEWAY_OIDC_AUDIENCE") or None
    if client_id is None and audience is None:
        raise ConfigurationError(
            "GATEWAY_OIDC_CLIENT_ID",
            "is missing: set it for logins in the browser, or GATEWAY_OIDC_AUDIENCE for tokens",
        )
    client_secret = secret(environ, "GATEWAY_OIDC_CLIENT_SECRET")
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=None if client_secret is None else Secret(client_secret),
        audience=audience,
        groups_claim=environ.get("GATEWAY_OIDC_GROUPS_CLAIM") or "groups",
        roles=_roles(environ.get("GATEWAY_OIDC_ROLES") or ""),
    )


def _roles(text: str) -> dict[str, tuple[Assignment, ...]]:
    """`group=role,role; other group=team-admin:support+sales`."""
    setting = "GATEWAY_OIDC_ROLES"
    roles: dict[str, tuple[Assignment, ...]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        group, equals, names = part.rpartition("=")
        group = group.strip()
        if not equals or not group or group in roles:
            raise ConfigurationError(
                setting, "must be: group=role,role; other group=team-admin:team+team, each group once"
            )
        roles[group] = tuple(_assignment(name.strip()) for name in names.split(","))
    if not roles:
        raise ConfigurationError(setting, "is missing: which group of the identity provider has which role")
    return roles


def _assignment(text: str) -> Assignment:
    setting = "GATEWAY_OIDC_ROLES"
    role, _, teams = text.partition(":")
    if role not in ROLES:
        near = get_close_matches(role, ROLES, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(ROLES)}"
        raise ConfigurationError(setting, f"there is no role '{role}'; {hint}")
    named = tuple(filter(None, map(str.strip, teams.split("+"))))
    if bool(named) is not (role in BOUND_TO_TEAMS):
        needed = f"names its teams, as {role}:support+sales" if role in BOUND_TO_TEAMS else "holds everywhere: no teams"
        raise ConfigurationError(setting, f"the role {role} {needed}")
    return Assignment(role, named)


def _address(url: str, setting: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ConfigurationError(setting, "is no address") from None
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(setting, "must be an address alone, as https://login.example.com/realm")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(parts.hostname)):
        raise ConfigurationError(setting, "must begin with https://, unless it is on this machine")
    return url
