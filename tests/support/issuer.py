"""An identity provider's published half: its document and its keys on a loopback port, and tokens signed with them."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

AUDIENCE = "gateway-admin"
_MADE = {
    "rsa": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    "ec": ("ES256", ec.generate_private_key(ec.SECP256R1())),
    "ed": ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
    "small": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=1024)),
}
SYMMETRIC = b"a symmetric key that somebody published by mistake"


class TestIssuer:
    __test__ = False

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.named = True
        """Whether its document names itself, and not somebody else."""
        self.published = tuple(_MADE)
        """The ids of the keys that it shows."""
        self.keys_path = "/keys"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token; a change to None leaves the claim out."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, "groups": []}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def token(self, kid: str = "rsa", header: dict[str, Any] | None = None, **changes: Any) -> str:
        algorithm, key = _MADE[kid]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of keys that are too short, which is what some tests are about
            return jwt.encode(self.claims(**changes), key, algorithm, headers={"kid": kid, **(header or {})})

    def private_key(self, kid: str) -> Any:
        return _MADE[kid][1]

    def document(self) -> dict[str, str]:
        return {
            "issuer": self.url if self.named else "https://somebody.else",
            "jwks_uri": f"{self.url}{self.keys_path}",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
        }

    def jwks(self) -> dict[str, Any]:
        keys: list[dict[str, Any]] = []
        for kid in self.published:
            algorithm, key = _MADE[kid]
            implementation = jwt.algorithms.get_default_algorithms()[algorithm]
            keys.append({**json.loads(implementation.to_jwk(key.public_key())), "kid": kid, "use": "sig"})
        keys.append({"kty": "oct", "kid": "oct", "k": base64.urlsafe_b64encode(SYMMETRIC).decode().rstrip("=")})
        keys.append({**keys[0], "kid": "enc", "use": "enc"})
        return {"keys": keys}


@contextlib.contextmanager
def issuing() -> Iterator[TestIssuer]:
    """An issuer on a port of its own."""
    issuer = TestIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            found = {"/.well-known/openid-configuration": issuer.document, issuer.keys_path: issuer.jwks}.get(self.path)
            body = json.dumps(found() if found else {}).encode()
            self.send_response(200 if found else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join(10)
