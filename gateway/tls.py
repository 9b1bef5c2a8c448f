"""TLS towards providers, and whoever else is called.

Promise: a connection is verified, certificate and host name, or it is not made; there is no switch for less.
"""

from __future__ import annotations

import ssl


def tls_context(
    ca_file: str | None = None, client_cert_file: str | None = None, client_key_file: str | None = None
) -> ssl.SSLContext:
    """TLS 1.2 or later, always verified, with the host name. Reads files: call it where blocking is allowed.

    `ca_file` (PEM) replaces the system's authorities; the strict reading of X.509, which Python 3.13 made the default
    and which old company authorities fail, is then off. The client certificate (PEM, its chain behind it) and its key
    come together, the key unencrypted. Raises ValueError, OSError, ssl.SSLError.
    """
    if (client_cert_file is None) != (client_key_file is None):
        raise ValueError("a client certificate and its key come together")
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if client_cert_file is not None:
        context.load_cert_chain(client_cert_file, client_key_file, password=_no_passphrase)
    return context


def _no_passphrase() -> str:
    # Without this, OpenSSL asks on the terminal and the process waits there.
    raise ValueError("the client key is encrypted")
