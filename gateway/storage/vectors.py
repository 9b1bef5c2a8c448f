"""Vectors of texts that were answered, in Redis or Valkey, for all replicas. Implements `core.caching.VectorStore`.

A bucket is a stream: whoever has read it asks for what has come since. So a vector crosses the wire once a replica.

Invariants
- What lies there is sealed by whoever hands it in; a bucket's name is a keyed hash that holds the team.
- It never grows beyond CAPACITY: counters share this Redis. What ages first goes first.
- A Redis that is down or slow has nothing new: no request waits longer for it than a call may take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.storage.bounded_keys import KEEP_WITHIN
from gateway.storage.redis_calls import RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from gateway.storage.redis import Redis

TAG: Final = "{gateway:alike}"
"""In every key, so that a cluster has them all in one slot."""

CAPACITY: Final = 64 * 1024 * 1024
"""Bytes of Redis' memory."""
ENTRY_BYTES: Final = 100
"""What a vector takes beside its bytes in a bucket that has many, in Valkey 9."""
NODE_BYTES: Final = 4096
"""What a stream takes at once for its entries, and fills up (`stream-node-max-bytes`)."""
BUCKET_BYTES: Final = 800
"""What a bucket takes beside that: up to 766. Its name is there three times, with its end and size."""

_ADD: Final = Script(
    """
local bucket, ends, sizes, total = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local value, ttl, most, capacity = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
"""
    + KEEP_WITHIN
    + """
if #value > capacity then return 0 end
redis.call('XADD', bucket, 'MAXLEN', most, '*', 'v', value)
local left = math.max(ttl, redis.call('PTTL', bucket))
redis.call('PEXPIRE', bucket, left)
redis.call('ZADD', ends, now + left, bucket)
local size = BUCKET_BYTES + math.max(NODE_BYTES, redis.call('XLEN', bucket) * (#value + ENTRY_BYTES))
redis.call('INCRBY', total, size - (redis.call('HGET', sizes, bucket) or 0))
redis.call('HSET', sizes, bucket, size)
make_room(0, capacity)
return 1
""".replace("BUCKET_BYTES", str(BUCKET_BYTES))
    .replace("NODE_BYTES", str(NODE_BYTES))
    .replace("ENTRY_BYTES", str(ENTRY_BYTES))
)


class RedisVectors:
    def __init__(self, redis: Redis, capacity: int = CAPACITY) -> None:
        self._redis = redis
        self._capacity = capacity

    async def since(self, bucket: bytes, last: bytes | None) -> list[tuple[bytes, bytes]]:
        after = "-" if last is None else b"(" + last
        try:
            entries = await self._redis.execute("XRANGE", _name(bucket), after, "+")
        except (RedisDown, RedisRefused):
            return []
        return [(identifier, fields[1]) for identifier, fields in entries]

    async def add(self, bucket: bytes, value: bytes, ttl: float, most: int) -> None:
        try:
            await self._redis.run(
                _ADD,
                [_name(bucket), f"{TAG}:ends", f"{TAG}:sizes", f"{TAG}:total"],
                [value, max(1, int(ttl * 1000)), most, self._capacity],
            )
        except (RedisDown, RedisRefused):
            return


def _name(bucket: bytes) -> str:
    return f"{TAG}:{bucket.hex()}"
