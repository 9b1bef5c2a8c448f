"""TLS is verified, or there is no call; never one in plain text."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from gateway.errors import UpstreamCut, UpstreamError, UpstreamUnreachable
from gateway.tls import tls_context
from tests.support.upstreams import ask, post
from tests.support.wire_server import OK, Peer, answering, endless, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Example private authority")


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_side(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


async def test_private_authority(open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str) -> None:
    async with serving(answering(OK), server_side(authority, "localhost")) as server:
        upstream = open_upstream(server.origin, 20, tls_context(ca_file))
        for _ in range(20):
            assert await ask(upstream) == b"ok"
        assert server.accepted == 1
        assert server.requests[0].head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:")


@pytest.mark.parametrize("name", ["other.example", "localhost.example"])
@pytest.mark.fault("D13")
async def test_wrong_host(open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str, name: str) -> None:
    async with serving(answering(OK), server_side(authority, name)) as server:
        with pytest.raises(UpstreamUnreachable, match="certificate") as caught:
            await ask(open_upstream(server.origin, 20, tls_context(ca_file)))
        assert not caught.value.worked
        assert server.requests == []


@pytest.mark.fault("D13")
async def test_authority_that_nobody_trusts(open_upstream: OpenUpstream, authority: trustme.CA) -> None:
    async with serving(answering(OK), server_side(authority, "localhost")) as server:
        for tls in (None, tls_context()):
            with pytest.raises(UpstreamUnreachable, match="certificate"):
                await ask(open_upstream(server.origin, 20, tls))
        assert server.requests == []


async def test_private_authority_replaces_the_others(open_upstream: OpenUpstream, ca_file: str) -> None:
    stranger = trustme.CA()
    async with serving(answering(OK), server_side(stranger, "localhost")) as server:
        with pytest.raises(UpstreamUnreachable, match="certificate"):
            await ask(open_upstream(server.origin, 20, tls_context(ca_file)))


async def test_plain_text_server(open_upstream: OpenUpstream, ca_file: str) -> None:
    """What does not speak TLS gets nothing that it could read."""
    heard = b""

    async def script(peer: Peer) -> None:
        nonlocal heard
        heard += await peer.reader.read(1000)
        await peer.send(OK)
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(f"https://localhost:{server.port}", 20, tls_context(ca_file))
        with pytest.raises(UpstreamUnreachable, match="TLS") as caught:
            await ask(upstream, post(headers=(("Authorization", "Bearer k"),)))
        assert not caught.value.worked
        await server.until(lambda: server.open == 0)
        assert server.accepted == 1
        assert heard
        assert b"HTTP" not in heard
        assert b"Bearer" not in heard


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_client_certificate(
    open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    server_tls = server_side(authority, "localhost")
    server_tls.verify_mode = ssl.CERT_REQUIRED
    server_tls.maximum_version = version
    authority.configure_trust(server_tls)
    for who, signer in (("ours", authority), ("strange", trustme.CA())):
        certificate = signer.issue_cert("gateway.example")
        certificate.cert_chain_pems[0].write_to_path(str(tmp_path / f"{who}.pem"))
        certificate.private_key_pem.write_to_path(str(tmp_path / f"{who}.key"))
    ours = tls_context(ca_file, str(tmp_path / "ours.pem"), str(tmp_path / "ours.key"))
    strange = tls_context(ca_file, str(tmp_path / "strange.pem"), str(tmp_path / "strange.key"))
    async with serving(answering(OK), server_tls) as server:
        for refused in (tls_context(ca_file), strange):
            with pytest.raises(UpstreamError) as caught:
                await ask(open_upstream(server.origin, 20, refused))
            assert isinstance(caught.value, UpstreamUnreachable | UpstreamCut)
        assert server.requests == []
        assert await ask(open_upstream(server.origin, 20, ours)) == b"ok"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_refusal_of_the_client_certificate_is_told(
    open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str, version: ssl.TLSVersion
) -> None:
    """Not sent, although in TLS 1.3 our side was done with the handshake and had written the request.

    asyncio's server drops the alert that says so, which makes it a cut; this one sends it, as the common ones do.
    """
    tls = server_side(authority, "localhost")
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.maximum_version = version

    async def script(peer: Peer) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        side = tls.wrap_bio(incoming, outgoing, server_side=True)
        refused = False
        while not refused:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                await peer.send(outgoing.read())
                incoming.write(await peer.reader.read(65536))
            except ssl.SSLError:
                refused = True
        with suppress(TimeoutError):  # the request, where it did not come with the end of the handshake
            await asyncio.wait_for(peer.reader.read(65536), 0.1)
        await peer.send(outgoing.read())
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(f"https://localhost:{server.port}", 20, tls_context(ca_file))
        words = "TLS" if version is ssl.TLSVersion.TLSv1_2 else "client certificate"
        with pytest.raises(UpstreamUnreachable, match=words) as caught:
            await ask(upstream)
        assert not caught.value.worked
        await server.until(lambda: server.open == 0)


async def test_cancel_is_seen_through_tls(open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str) -> None:
    async with serving(endless, server_side(authority, "localhost")) as server:
        upstream = open_upstream(server.origin, 20, tls_context(ca_file))
        tasks = [asyncio.ensure_future(ask(upstream)) for _ in range(8)]
        await server.until(lambda: len(server.requests) == 8)
        for task in tasks:
            task.cancel()
        await server.until(lambda: server.open == 0)
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        assert upstream.open_connections == 0


async def test_cancel_during_the_handshake(open_upstream: OpenUpstream, ca_file: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(f"https://localhost:{server.port}", 1, tls_context(ca_file))
        for number in range(1, 4):
            task = asyncio.ensure_future(ask(upstream))
            await server.until(lambda number=number: server.accepted == number)
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0


async def test_unasked_bytes_through_tls(open_upstream: OpenUpstream, authority: trustme.CA, ca_file: str) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await go.wait()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        await peer.gone()

    async with serving(script, server_side(authority, "localhost")) as server:
        upstream = open_upstream(server.origin, 20, tls_context(ca_file))
        for _ in range(10):
            go.clear()
            assert await ask(upstream) == b"ok"
            go.set()
            await server.until(lambda: server.open == 0)
