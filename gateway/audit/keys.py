"""All the keys of the audit, from the settings.

Invariants
- One keeper wraps: the plug (`GATEWAY_AUDIT_KEEPER`) before Vault before the key in the process. The others unwrap what
  they once wrapped, so that moving from one to another is a rotation like any other.
"""

from __future__ import annotations

import ssl
from functools import partial
from importlib import import_module
from pathlib import Path

from gateway.audit.appending import LogKeys
from gateway.audit.checkpoint import SigningKey
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.vault import VaultTransit
from gateway.audit.wrapping import PURPOSES, CannotUnwrap, KeyWrapper, LocalKeys
from gateway.audit_settings import AuditSettings
from gateway.core.policy import Secret
from gateway.root_key import decode_key
from gateway.settings import ConfigurationError, Settings


class KeyWrappers:
    """Implements `wrapping.KeyWrapper`: the first wraps, all of them unwrap."""

    def __init__(self, *keepers: KeyWrapper) -> None:
        self._keepers = keepers

    @property
    def current(self) -> str:
        return self._keepers[0].current

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        return self._keepers[0].wrap(data_key, key_id)

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        reasons: list[str] = []
        for keeper in self._keepers:
            try:
                return keeper.unwrap(wrapped, key_id, kek)
            except CannotUnwrap as error:
                reasons.append(str(error))
        raise CannotUnwrap("; ".join(reasons))


def keeper_of(settings: Settings) -> KeyWrapper:
    """Raises ConfigurationError."""
    audit = settings.audit
    given = [decode_key(key.reveal()) for key in (audit.key, audit.previous_key) if key is not None]
    keepers: list[KeyWrapper] = [LocalKeys([*given, settings.root()])]
    if audit.vault is not None and audit.vault_token is not None:
        keepers.insert(0, _vault(audit, audit.vault, audit.vault_token))
    if audit.keeper is not None:
        module, _, function = audit.keeper.partition(":")
        try:
            keeper = getattr(import_module(module), function)()
        except Exception as error:  # noqa: BLE001  somebody else's code, whose words may hold a secret
            raise ConfigurationError("GATEWAY_AUDIT_KEEPER", f"cannot be loaded ({type(error).__name__})") from None
        if not {"current", "wrap", "unwrap"} <= {*dir(keeper)}:
            raise ConfigurationError("GATEWAY_AUDIT_KEEPER", "makes no gateway.audit.wrapping.KeyWrapper")
        keepers.insert(0, keeper)
    return keepers[0] if len(keepers) == 1 else KeyWrappers(*keepers)


def setting_of_keeper(settings: Settings) -> str:
    """Which setting says who wraps."""
    audit = settings.audit
    if audit.keeper is not None:
        return "GATEWAY_AUDIT_KEEPER"
    return "GATEWAY_AUDIT_KEY" if audit.vault is None else "GATEWAY_AUDIT_VAULT"


def _vault(audit: AuditSettings, address: str, token: Secret) -> VaultTransit:
    try:
        tls = ssl.create_default_context(cafile=audit.vault_ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError("GATEWAY_AUDIT_VAULT_CA", f"cannot be read ({type(error).__name__})") from None
    path = audit.vault_token_file
    read = token.reveal if path is None else partial(_read, Path(path))
    try:
        return VaultTransit(address, read, tls, audit.vault_namespace)
    except ValueError as error:
        raise ConfigurationError("GATEWAY_AUDIT_VAULT", str(error)) from None


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()


def log_keys(settings: Settings) -> LogKeys:
    signing = SigningKey(settings.key_for(PURPOSES["checkpoints"]))
    return LogKeys(signing, settings.key_for(PURPOSES["places"]))


def pseudonyms(settings: Settings) -> Pseudonyms:
    return Pseudonyms(settings.key_for(PURPOSES["pseudonyms"]))
