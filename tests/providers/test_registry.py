"""The pools of connections that a process holds."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
import trustme

from gateway.core.policy import Policy
from gateway.errors import UpstreamUnreachable
from gateway.policy.load import load_policy, policy_of_text
from gateway.providers.registry import ProviderRegistry
from tests.support.upstreams import ask
from tests.support.waiting import until


def test_certificates_that_went_bad_after_the_policy_was_read_refuse_one_providers_calls(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "p.yaml").write_text(
        "version: 1\n"
        'providers: {gpu: {kind: local, engine: vllm, base_url: "https://gpu/v1", region: eu, ca_file: ca.pem}}\n'
    )
    policy = load_policy(tmp_path, {})
    (tmp_path / "ca.pem").write_text("half of a certifi")
    registry = ProviderRegistry()
    provider = registry.provider(policy, "gpu")
    assert provider is not None
    with pytest.raises(UpstreamUnreachable, match="The certificate files of the provider 'gpu' cannot be used"):
        registry.upstream(provider)


@pytest.mark.asyncio
async def test_pools_of_accounts_that_nobody_means_any_more_are_closed(tmp_path: Path) -> None:
    """A credential a week, for years: each had a pool of its own."""

    def policy(key: int) -> Policy:
        text = (
            f"version: 1\nproviders: {{gpu: {{kind: local, engine: vllm, base_url: 'http://127.0.0.1:9/v1', region: eu,"
            f" api_key: key-{key}}}}}\n"
        )
        return policy_of_text("p.yaml", text, {})

    registry = ProviderRegistry()
    provider = registry.provider(policy(0), "gpu")
    assert provider is not None
    under_way = registry.upstream(provider)
    pools = []
    for number in range(1, 20):
        now = policy(number)
        found = registry.provider(now, "gpu")
        assert found is not None
        pools.append(weakref.ref(registry.upstream(found)))
        del found

    def kept() -> int:
        gc.collect()
        return sum(pool() is not None for pool in pools)

    await until(lambda: kept() <= 4)
    assert registry.upstream(provider) is under_way, "who began under an old policy keeps what it began with"
    with pytest.raises(UpstreamUnreachable, match="connection to the provider failed"):
        await ask(under_way)
    await registry.close()
