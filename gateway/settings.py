"""What the machine says: settings from the environment, and nothing else from there.

Promise: a gateway that starts has understood every `GATEWAY_*` variable that is set; one that it does not know is an
error, so that a slip of the pen never leaves a default in force.

Invariants
- An error names the setting and what to do, and never quotes a secret's value.
- A secret may come as `NAME` or as `NAME_FILE`, a file that holds it; both at once are an error.
- In `prod` nothing is made up: the root key must be given, and its file must be for its owner alone.
- Reading settings makes no root key: only who begins a database may (`gateway.audit.made_with`). What only reads, and
  opens nothing that is sealed, needs none. Nor does it make a bootstrap token: only who serves the admin port may.

Not here: `OTEL_*`, which OpenTelemetry reads itself, and the providers' keys, which policies name.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from gateway.admin_settings import ADMIN_NAMES, AdminSettings, load_admin_settings, made_token
from gateway.audit_settings import AUDIT_NAMES, AuditSettings, load_audit_settings
from gateway.core.keys import derive_key
from gateway.core.policy import Secret
from gateway.environment import ConfigurationError, choice, is_open_to_others, secret
from gateway.root_key import ADVICE, FILE_NAME, RANDOM_KEY, WeakKey, decode_key, generated_key

__all__ = [
    "ConfigurationError",
    "Settings",
    "keeps_another_root_key",
    "load_settings",
    "with_admin_token",
    "with_kept_root_key",
    "with_root_key",
]

Environment = Literal["dev", "prod"]
LogLevel = Literal["debug", "info", "warning", "error"]

NAMES: Final = (
    *ADMIN_NAMES,
    *AUDIT_NAMES,
    "GATEWAY_DATABASE_URL",
    "GATEWAY_DATABASE_URL_FILE",
    "GATEWAY_ENV",
    "GATEWAY_LOG_LEVEL",
    "GATEWAY_POLICIES",
    "GATEWAY_REDIS_URL",
    "GATEWAY_REDIS_URL_FILE",
    "GATEWAY_ROOT_KEY",
    "GATEWAY_ROOT_KEY_FILE",
    "GATEWAY_STATE_DIR",
)
"""All there are."""

OTHERS: Final = ("GATEWAY_RECORDINGS",)
"""Read by the project's tests, not by the gateway: where recorded provider traffic lies."""

_DRIVERS: Final = {
    "sqlite+aiosqlite": "aiosqlite",
    "sqlite": "aiosqlite",
    "postgresql+asyncpg": "asyncpg",
    "postgresql+psycopg": "asyncpg",
    "postgresql": "asyncpg",
    "postgres": "asyncpg",
}
"""Scheme of a database URL -> the package that serves it, whatever driver the URL names."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`root_key` is the base64 of 32 random bytes, or None where there is none; `key_for` derives of it."""

    environment: Environment
    state_dir: Path
    policies: Path
    database_url: Secret
    redis_url: Secret | None
    """Where replicas meet; None: one replica, which keeps what it counts in the process, or several workers of one
    port, which count money in the database."""
    root_key: Secret | None
    admin: AdminSettings
    log_level: LogLevel
    audit: AuditSettings = AuditSettings()
    several: bool = False
    """Whether other processes serve the same port: `serve --workers`, and no variable of the environment."""

    def key_for(self, purpose: str) -> bytes:
        """32 bytes that only this purpose uses; raises ConfigurationError where there is no root key."""
        return derive_key(self.root(), purpose)

    def root(self) -> bytes:
        """The root key's 32 bytes; raises ConfigurationError where there is none."""
        if self.root_key is None:
            where = "is required in prod" if self.environment == "prod" else f"is not given, nor in {self.state_dir}"
            raise ConfigurationError(
                "GATEWAY_ROOT_KEY", f"{where}: give the one that the database was made with; for a new one {RANDOM_KEY}"
            )
        return decode_key(self.root_key.reveal())


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` gives; raises ConfigurationError at the first that cannot stand."""
    _refuse_unknown(environ)
    environment: Environment = choice(environ, "GATEWAY_ENV", get_args(Environment), "dev")
    state_dir = Path(environ.get("GATEWAY_STATE_DIR") or ".gateway").absolute()
    return Settings(
        environment=environment,
        state_dir=state_dir,
        policies=Path(environ.get("GATEWAY_POLICIES") or "policies"),
        database_url=_database_url(environ, state_dir),
        redis_url=_redis_url(environ),
        root_key=_root_key(environ, environment, state_dir),
        admin=load_admin_settings(environ, environment, state_dir),
        audit=load_audit_settings(environ),
        log_level=choice(environ, "GATEWAY_LOG_LEVEL", get_args(LogLevel), "info"),
    )


def load_database_url(environ: Mapping[str, str]) -> Secret:
    """Where the database is, for who needs nothing else; raises ConfigurationError."""
    _refuse_unknown(environ)
    return _database_url(environ, Path(environ.get("GATEWAY_STATE_DIR") or ".gateway").absolute())


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith("GATEWAY_") and name not in NAMES and name not in OTHERS:
            near = get_close_matches(name, NAMES, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(NAMES)}"
            raise ConfigurationError(name, f"there is no such setting; {hint}")


def _database_url(environ: Mapping[str, str], state_dir: Path) -> Secret:
    name = "GATEWAY_DATABASE_URL"
    url = secret(environ, name)
    if url is None:
        return Secret(f"sqlite+aiosqlite:///{state_dir / 'gateway.db'}")
    scheme, separator, _ = url.partition("://")
    driver = _DRIVERS.get(scheme)
    if not separator or driver is None:
        raise ConfigurationError(name, f"must begin with one of: {', '.join(f'{known}://' for known in _DRIVERS)}")
    if find_spec(driver) is None:
        raise ConfigurationError(name, f"{scheme} needs the package '{driver}', which is not installed")
    return Secret(url)


def _redis_url(environ: Mapping[str, str]) -> Secret | None:
    name = "GATEWAY_REDIS_URL"
    url = secret(environ, name)
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigurationError(name, "must begin with redis://, rediss:// or unix://")
    return Secret(url) if url else None


def _root_key(environ: Mapping[str, str], environment: Environment, state_dir: Path) -> Secret | None:
    name = "GATEWAY_ROOT_KEY"
    path = environ.get(f"{name}_FILE")
    setting = f"{name}_FILE" if path else name
    given = secret(environ, name)
    if path and environment == "prod":
        _refuse_open(setting, Path(path))
    if environ.get(name) == "" and given is None:
        raise ConfigurationError(name, f"is empty; {ADVICE}, or leave it out in dev, where one is made")
    if given is None:
        if environment == "prod":
            return None
        try:
            given = (state_dir / FILE_NAME).read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _no_root_key(error) from None
        setting = "GATEWAY_STATE_DIR"
    try:
        decode_key(given)
    except WeakKey as weak:
        where = f"the key in {FILE_NAME} there " if setting == "GATEWAY_STATE_DIR" else ""
        raise ConfigurationError(setting, f"{where}{weak}") from None
    return Secret(given)


def _refuse_open(setting: str, path: Path) -> None:
    """Raises ConfigurationError where others could know, or choose, the key in this file."""
    try:
        open_to_others = is_open_to_others(path.stat())
    except OSError:
        open_to_others = True
    if open_to_others:
        raise ConfigurationError(setting, "others than its owner can read the file, or write it: chmod 600")


def with_root_key(settings: Settings) -> Settings:
    """With the root key that is there; in `dev` with one that is made in the state directory, for a new database.

    Raises ConfigurationError.
    """
    if settings.root_key is None and settings.environment == "dev":
        try:
            made = Secret(generated_key(settings.state_dir))
        except OSError as error:
            raise _no_root_key(error) from None
        settings = msgspec.structs.replace(settings, root_key=made)
    settings.root()
    return settings


def with_kept_root_key(settings: Settings) -> Settings:
    """With the root key that another process has made in the state directory since these were read, if any has.

    Raises ConfigurationError.
    """
    return msgspec.structs.replace(settings, root_key=_root_key({}, settings.environment, settings.state_dir))


def keeps_another_root_key(settings: Settings) -> bool:
    """Whether a root key is kept in the state directory that is not the one of these. Raises ConfigurationError."""
    kept = _root_key({}, "dev", settings.state_dir)
    return kept is not None and decode_key(kept.reveal()) != settings.root()


def with_admin_token(settings: Settings) -> Settings:
    """With the bootstrap token that is there; in `dev` with one that is made in the state directory, for whoever serves
    the admin port.

    Raises ConfigurationError.
    """
    if settings.admin.token is None and settings.environment == "dev":
        admin = msgspec.structs.replace(settings.admin, token=made_token(settings.state_dir))
        settings = msgspec.structs.replace(settings, admin=admin)
    return settings


def _no_root_key(error: OSError) -> ConfigurationError:
    return ConfigurationError("GATEWAY_STATE_DIR", f"{FILE_NAME} can be neither read nor made: {error.strerror}")
