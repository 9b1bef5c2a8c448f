"""Claims in Redis or Valkey, over all replicas. Implements `core.caching.ClaimStore`.

Redis keeps the time, so that replicas need not agree on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.storage.redis_calls import RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from gateway.storage.redis import Redis

TAG: Final = "{gateway:claims}"

_TAKE: Final = Script(
    """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
)
_GIVE_BACK: Final = Script(
    """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""
)


class RedisClaims:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, key: bytes, owner: bytes, seconds: float) -> bool | None:
        try:
            return bool(await self._redis.run(_TAKE, [_name(key)], [owner, int(seconds * 1000)]))
        except (RedisDown, RedisRefused):
            return None

    async def give_back(self, key: bytes, owner: bytes) -> None:
        try:
            await self._redis.run(_GIVE_BACK, [_name(key)], [owner])
        except (RedisDown, RedisRefused):
            return


def _name(key: bytes) -> str:
    return f"{TAG}:{key.hex()}"
