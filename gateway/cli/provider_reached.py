"""Whether a provider can be reached: its port, its certificate, and ours. Nothing is sent, so its key is not tried."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from gateway.core.policy import ProviderPolicy
from gateway.tls import tls_context

CONNECT_SECONDS: Final = 1.0
HANDSHAKE_SECONDS: Final = 2.0
REFUSAL_SECONDS: Final = 0.5
"""For the alert by which a server refuses our certificate: in TLS 1.3 our side of the handshake is over by then."""


class ProbeFailed(Exception):
    """Why the provider cannot be asked; the text holds nothing that the provider sent."""


async def reached(provider: ProviderPolicy) -> str:
    """What was reached, in words. Raises ProbeFailed."""
    address = urlsplit(provider.base_url)
    host, secure = address.hostname or "", address.scheme == "https"
    port = address.port or (443 if secure else 80)
    place = f"{host}:{port} ({provider.region})"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, UnicodeError) as error:
        raise ProbeFailed(f"no TCP connection to {place} within 1 s ({_why(error)})") from None
    try:
        if not secure:
            return f"TCP connection to {place}; its key was not tried"
        certificate = await asyncio.to_thread(_certificate, provider)
        await _shake_hands(provider, host, reader, writer)
        return f"TLS connection to {place}{certificate}; its key was not tried"
    finally:
        writer.transport.abort()


def _why(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "no answer"
        case socket.gaierror():
            return "its name cannot be resolved"
        case ConnectionRefusedError():
            return "nobody listens there"
        case _:
            return type(error).__name__


async def _shake_hands(
    provider: ProviderPolicy, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    files = provider.ca_file, provider.client_cert_file, provider.client_key_file
    try:
        tls = await asyncio.to_thread(tls_context, *files)
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            await writer.start_tls(tls, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        # OpenSSL's own words for the reason, as "certificate has expired".
        raise ProbeFailed(
            f"its certificate is not trusted: {error.verify_message}; ca_file names whom to trust"
        ) from None
    except (OSError, ValueError) as error:
        raise ProbeFailed(f"no TLS connection to {host} ({_why(error)})") from None
    try:
        async with asyncio.timeout(REFUSAL_SECONDS):
            await reader.read(1)
    except TimeoutError:
        return  # it waits for a request
    except OSError:
        pass
    raise ProbeFailed(
        f"{host} ends the connection over our certificate, or for want of one: client_cert_file and client_key_file "
        "name what to show"
    )


def _certificate(provider: ProviderPolicy) -> str:
    """Until when ours is good; raises ProbeFailed where that is over, or has not begun. Blocks."""
    if provider.client_cert_file is None:
        return ""
    try:
        own = x509.load_pem_x509_certificate(Path(provider.client_cert_file).read_bytes())
    except (OSError, ValueError):
        raise ProbeFailed(f"{provider.client_cert_file} cannot be read as a certificate") from None
    begins, ends, now = own.not_valid_before_utc, own.not_valid_after_utc, datetime.fromtimestamp(time.time(), UTC)
    if ends < now:
        raise ProbeFailed(
            f"the certificate in client_cert_file ended on {ends:%Y-%m-%d %H:%M} UTC: renew it in its file"
        )
    if begins > now:
        raise ProbeFailed(f"the certificate in client_cert_file begins on {begins:%Y-%m-%d %H:%M} UTC")
    return f", our certificate good until {ends:%Y-%m-%d %H:%M} UTC"
