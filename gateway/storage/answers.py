"""Kept answers in Redis or Valkey, for all replicas, bounded in bytes. Implements `core.caching.AnswerStore`.

Invariants
- What is kept never grows beyond CAPACITY: counters share this Redis, and it must not run full. What would age first
  goes first.
- A Redis that is down or slow is a cache that has nothing: no request waits longer for it than a call may take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.storage.bounded_keys import KEEP_WITHIN
from gateway.storage.redis_calls import RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from gateway.storage.redis import Redis

TAG: Final = "{gateway:answers}"
"""In every key, so that a cluster has them all in one slot."""

CAPACITY: Final = 256 * 1024 * 1024
"""Bytes of Redis' memory."""
ENTRY_BYTES: Final = 480
"""What an answer takes beside its bytes: 421 to 471 in Valkey 9. Its name is there three times, with its end and size.
"""

_PUT: Final = Script(
    """
local ends, sizes, total = KEYS[1], KEYS[2], KEYS[3]
local name, value, ttl, capacity = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
"""
    + KEEP_WITHIN
    + """
if redis.call('HEXISTS', sizes, name) == 1 then drop({name}) end
local size = #value + ENTRY_BYTES
if size > capacity then return 0 end
make_room(size, capacity)
redis.call('SET', name, value, 'PX', ttl)
redis.call('ZADD', ends, now + ttl, name)
redis.call('HSET', sizes, name, size)
redis.call('INCRBY', total, size)
return 1
""".replace("ENTRY_BYTES", str(ENTRY_BYTES))
)


class RedisAnswers:
    def __init__(self, redis: Redis, capacity: int = CAPACITY) -> None:
        self._redis = redis
        self._capacity = capacity

    async def get(self, key: bytes) -> bytes | None:
        try:
            value = await self._redis.execute("GET", _name(key))
        except (RedisDown, RedisRefused):
            return None
        return value if isinstance(value, bytes) else None

    async def put(self, key: bytes, value: bytes, ttl: float) -> None:
        try:
            await self._redis.run(
                _PUT,
                [f"{TAG}:ends", f"{TAG}:sizes", f"{TAG}:total"],
                [_name(key), value, max(1, int(ttl * 1000)), self._capacity],
            )
        except (RedisDown, RedisRefused):
            return


def _name(key: bytes) -> str:
    return f"{TAG}:{key.hex()}"
