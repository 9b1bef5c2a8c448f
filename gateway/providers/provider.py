"""A provider: where a dialect is spoken, and how to ask there.

A provider lists the dialects it speaks, best first. A request goes out in the client's dialect where the provider
speaks it (the client's own bytes and edits), else in the provider's first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind
from gateway.core.operations import OperationName, Route
from gateway.core.policy import ProviderPolicy, Secret
from gateway.providers.transport import RawHeaders, Upstream


class Provider(Protocol):
    policy: ProviderPolicy
    origin: str
    """`scheme://host:port`."""
    upstream: Upstream | None

    @property
    def credential(self) -> Secret | None: ...

    @property
    def lanes(self) -> Sequence[Provider]:
        """The same provider once for each of its credentials; itself where there is one or none."""
        ...

    def offers(self, operation: OperationName) -> tuple[Dialect, ...]:
        """The dialects in which it does this, best first; none where it cannot."""
        ...

    def keeps(self, kind: ObjectKind) -> tuple[Dialect, ...]:
        """The dialects in which it keeps such objects; none where it does not."""
        ...

    def object_path(self, dialect: Dialect, below: str) -> str:
        """The path of an object's call, below the origin of base_url."""
        ...

    def path(self, operation: Route, dialect: Dialect, model: str, stream: bool) -> str:
        """Path and query of a call below the origin of base_url."""
        ...

    def headers(self, dialect: Dialect, passed: RawHeaders) -> RawHeaders:
        """Those of a call: the credential, the content type, and what was let through of the client's."""
        ...
