"""Settings of the audit: what wraps its data keys, who may read it, and who keeps its checkpoints.

Invariants
- With none of them, the data keys are wrapped by a key that is derived of the root key, and nobody may read content.
- Vault is at an https address, or on this machine: over plain http its token and data keys could be read on the way.
- A key that is given is as strong as a root key; the one before it stays loaded until `gateway audit rewrap` is done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from gateway.core.policy import Secret
from gateway.environment import ConfigurationError, is_this_machine, secret
from gateway.root_key import ADVICE, WeakKey, decode_key

AUDIT_NAMES: Final = (
    "GATEWAY_AUDITORS",
    "GATEWAY_AUDIT_ANCHORS",
    "GATEWAY_AUDIT_ANCHORS_FILE",
    "GATEWAY_AUDIT_KEEPER",
    "GATEWAY_AUDIT_KEY",
    "GATEWAY_AUDIT_KEY_FILE",
    "GATEWAY_AUDIT_KEY_PREVIOUS",
    "GATEWAY_AUDIT_KEY_PREVIOUS_FILE",
    "GATEWAY_AUDIT_VAULT",
    "GATEWAY_AUDIT_VAULT_CA",
    "GATEWAY_AUDIT_VAULT_NAMESPACE",
    "GATEWAY_AUDIT_VAULT_TOKEN",
    "GATEWAY_AUDIT_VAULT_TOKEN_FILE",
)

_KEEPER: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)


class AuditSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`key`, `previous_key`: 32 bytes in base64. `vault`: the address of a key in Vault's Transit engine;
    `vault_token_file`: where its token stands, read again for each call; `vault_ca`: a file of authorities. `keeper`:
    `module:function` that makes a `gateway.audit.wrapping.KeyWrapper`. `auditors`: accounts of the machine. `anchors`:
    addresses, with credentials, as `gateway.audit.anchors.address` says.
    """

    key: Secret | None = None
    previous_key: Secret | None = None
    vault: str | None = None
    vault_token: Secret | None = None
    vault_token_file: str | None = None
    vault_namespace: str | None = None
    vault_ca: str | None = None
    keeper: str | None = None
    auditors: frozenset[str] = frozenset()
    anchors: tuple[Secret, ...] = ()


def load_audit_settings(environ: Mapping[str, str]) -> AuditSettings:
    """Raises ConfigurationError."""
    vault, token = environ.get("GATEWAY_AUDIT_VAULT") or None, secret(environ, "GATEWAY_AUDIT_VAULT_TOKEN")
    if vault is not None:
        _check_vault(vault)
    if vault is not None and token is None:
        raise ConfigurationError("GATEWAY_AUDIT_VAULT_TOKEN", "is missing: GATEWAY_AUDIT_VAULT needs it")
    if vault is None and any(environ.get(name) for name in AUDIT_NAMES if name.startswith("GATEWAY_AUDIT_VAULT_")):
        raise ConfigurationError("GATEWAY_AUDIT_VAULT", "is missing: the other settings of Vault need it")
    keeper = environ.get("GATEWAY_AUDIT_KEEPER") or None
    if keeper is not None and not _KEEPER.fullmatch(keeper):
        raise ConfigurationError("GATEWAY_AUDIT_KEEPER", "must be written as module:function")
    anchors = (secret(environ, "GATEWAY_AUDIT_ANCHORS") or "").split()
    if not all("://" in anchor for anchor in anchors):
        raise ConfigurationError(
            "GATEWAY_AUDIT_ANCHORS", "must be addresses such as syslog+tls://host:port, with blanks between them"
        )
    names = (name.strip() for name in environ.get("GATEWAY_AUDITORS", "").split(","))
    return AuditSettings(
        key=_key(environ, "GATEWAY_AUDIT_KEY"),
        previous_key=_key(environ, "GATEWAY_AUDIT_KEY_PREVIOUS"),
        vault=vault,
        vault_token=None if token is None else Secret(token),
        vault_token_file=environ.get("GATEWAY_AUDIT_VAULT_TOKEN_FILE") or None,
        vault_namespace=environ.get("GATEWAY_AUDIT_VAULT_NAMESPACE") or None,
        vault_ca=environ.get("GATEWAY_AUDIT_VAULT_CA") or None,
        keeper=keeper,
        auditors=frozenset(name for name in names if name),
        anchors=tuple(map(Secret, anchors)),
    )


def _check_vault(address: str) -> None:
    try:
        parts = urlsplit(address)
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host = "", None
    if scheme not in ("https", "http") or not host:
        raise ConfigurationError(
            "GATEWAY_AUDIT_VAULT", "is an address with mount and key: https://vault:8200/transit/KEY"
        )
    if scheme == "http" and not is_this_machine(host):
        raise ConfigurationError("GATEWAY_AUDIT_VAULT", "must begin with https://, unless it is on this machine")


def _key(environ: Mapping[str, str], name: str) -> Secret | None:
    given = secret(environ, name)
    if given is None and name in environ:
        raise ConfigurationError(name, f"is empty; {ADVICE}, or leave it out")
    if given is None:
        return None
    try:
        decode_key(given)
    except WeakKey as weak:
        raise ConfigurationError(name, str(weak)) from None
    return Secret(given)
