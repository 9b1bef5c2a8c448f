"""The pools of connections that a process holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from gateway.errors import UpstreamUnreachable
from gateway.policy.load import load_policy
from gateway.providers.registry import ProviderRegistry


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
