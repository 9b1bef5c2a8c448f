"""Providers by name and connections by account, made when first asked for.

Providers are kept with the last policies. Pools are kept while a provider has them: one that no policy in use means any
more is closed when the next policy comes and its connections are closed (those that are idle close by themselves).

Invariant: one pool for each (origin, credential, certificates): no two credentials ever share a connection, nor do two
certificates of one file's name: what is renewed there is another account from the next policy on.
"""

from __future__ import annotations

from weakref import WeakSet

from gateway.core.policy import Policy
from gateway.errors import UpstreamUnreachable
from gateway.providers.hosted import WireProvider
from gateway.providers.http_upstream import HttpUpstream
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream
from gateway.tasks import spawn
from gateway.tls import tls_context

_KEPT_POLICIES = 4
"""Requests in flight may still hold the policy before the last edit."""


class ProviderRegistry:
    """Of one process. Connections are made lazily, on the running event loop."""

    def __init__(self) -> None:
        self._known: list[tuple[Policy, dict[str, WireProvider]]] = []
        self._upstreams: dict[tuple[object, ...], Upstream] = {}
        self._holders: dict[tuple[object, ...], WeakSet[Provider]] = {}
        """Of each pool: a request under way holds its provider, whichever policy it began under."""

    def provider(self, policy: Policy, name: str) -> WireProvider | None:
        """The provider that this policy means by the name, or None where it names none that can be called.

        Policies are told apart by identity, not by version: a rotated credential changes no version.
        """
        for known, providers in self._known:
            if known is policy:
                return providers.get(name)
        providers = {name: WireProvider(spec) for name, spec in policy.providers.items()}
        self._known = [(policy, providers), *self._known[: _KEPT_POLICIES - 1]]
        self._let_go()
        return providers.get(name)

    def _let_go(self) -> None:
        """Close the pools that nobody has, and that have nothing under way."""
        for account, upstream in list(self._upstreams.items()):
            if not self._holders[account] and not upstream.open_connections:
                del self._upstreams[account], self._holders[account]
                spawn(upstream.close(), "close a pool")

    def upstream(self, provider: Provider) -> Upstream:
        """The pool of connections of a provider's account; raises UpstreamUnreachable where there can be none."""
        upstream = provider.upstream
        if upstream is None:
            policy = provider.policy
            tls_files = (policy.ca_file, policy.client_cert_file, policy.client_key_file)
            account = (provider.origin, policy.api_key, *tls_files, policy.certificates, policy.max_connections)
            upstream = self._upstreams.get(account)
            if upstream is None:
                try:
                    tls = tls_context(*tls_files) if provider.origin.startswith("https:") else None
                except (OSError, ValueError):  # they were good when the policy was loaded
                    raise UpstreamUnreachable(
                        f"The certificate files of the provider {policy.name!r} cannot be used: see `gateway doctor`."
                    ) from None
                upstream = self._upstreams[account] = HttpUpstream(provider.origin, policy.max_connections, tls)
                self._holders[account] = WeakSet()
            self._holders[account].add(provider)
            provider.upstream = upstream
        return upstream

    @property
    def open_connections(self) -> int:
        return sum(upstream.open_connections for upstream in self._upstreams.values())

    async def close(self) -> None:
        for upstream in self._upstreams.values():
            await upstream.close()
        self._upstreams.clear()
        self._holders.clear()
