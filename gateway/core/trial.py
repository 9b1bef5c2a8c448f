"""A policy that is on trial beside the one in force."""

from __future__ import annotations

import msgspec

from gateway.core.policy import Policy


class Trial(msgspec.Struct, frozen=True):
    """`share`: percent of the keys that it decides for; 0: for nobody, it is only compared."""

    policy: Policy
    share: int
