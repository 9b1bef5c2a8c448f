"""Signed state that a provider wants back unchanged: thinking signatures, encrypted reasoning, thought signatures.

The real ones are opaque. These are too, but can be checked: base64 of a label, the state's own text and a digest
of both. So a signature altered anywhere, or put on other text, is found out, without a store.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

_DIGEST_BYTES = 16
_FERNET = "gAAAAA"


def sign(label: str, text: str) -> str:
    """A signature of `text`, valid for `label` only (the provider and kind it belongs to)."""
    state = f"{label}\n{text}".encode()
    return base64.b64encode(b"\x12\x01" + hashlib.blake2b(state, digest_size=_DIGEST_BYTES).digest() + state).decode()


def opened(label: str, signature: str) -> str | None:
    """The text that was signed; None where the signature is not one of `sign(label, …)`."""
    try:
        raw = base64.b64decode(signature.replace("-", "+").replace("_", "/"), validate=True)
        digest, state = raw[2 : 2 + _DIGEST_BYTES], raw[2 + _DIGEST_BYTES :]
        if raw[:2] != b"\x12\x01" or hashlib.blake2b(state, digest_size=_DIGEST_BYTES).digest() != digest:
            return None
        signed_label, newline, text = state.decode().partition("\n")
    except (binascii.Error, ValueError):
        return None
    return text if newline and signed_label == label else None


def valid(label: str, signature: object, text: str) -> bool:
    """True where `signature` was made for this text."""
    return isinstance(signature, str) and opened(label, signature) == text


def sealed(provider: str, thought: str) -> str:
    """Encrypted reasoning, in the form that tells OpenAI's from xAI's: a Fernet token begins so, xAI's does not."""
    return (_FERNET if provider == "openai" else "") + sign(f"{provider}-reasoning", thought)


def unsealed(provider: str, text: str) -> str | None:
    """The thought in what `sealed` made for this provider; None for anybody else's."""
    return opened(f"{provider}-reasoning", text.removeprefix(_FERNET) if provider == "openai" else text)


def short_digest(*texts: str) -> str:
    """32 hexadecimal digits that depend on `texts` only: the material of ids."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).hexdigest()
