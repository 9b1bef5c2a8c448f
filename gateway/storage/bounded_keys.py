"""The beginning of scripts that keep a group of keys in Redis within a number of bytes, and drop what has aged.

A group has three keys of its own: `ends` (a sorted set: name -> when it ages, Unix milliseconds), `sizes` (a hash: name
-> bytes) and `total` (their sum). Counters share this Redis, and it must not run full. Where one of the three holds
what nobody here writes (another program's key of that name, a botched restore), all three begin anew: the group would
keep nothing for ever. What it had kept goes as it ages, since each of its keys has an end of its own.
"""

from __future__ import annotations

from typing import Final

KEEP_WITHIN: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for key, kind in pairs({[ends] = 'zset', [sizes] = 'hash', [total] = 'string'}) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and (found ~= kind or key == total and not string.match(redis.call('GET', total), '^-?%d+$')) then
    redis.call('DEL', ends, sizes, total)
    break
  end
end
local function drop(names)
  for _, old in ipairs(names) do
    redis.call('DECRBY', total, redis.call('HGET', sizes, old) or 0)
    redis.call('HDEL', sizes, old)
    redis.call('ZREM', ends, old)
    redis.call('DEL', old)
  end
end
local function make_room(bytes, capacity)
  while tonumber(redis.call('GET', total) or 0) + bytes > capacity do
    local first = redis.call('ZRANGE', ends, 0, 0)
    if #first == 0 then
      redis.call('SET', total, 0)
      break
    end
    drop(first)
  end
end
drop(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 100))
"""
"""Reads the locals `ends`, `sizes` and `total` (names of keys). Gives `now` (milliseconds), `drop(names)`, and
`make_room(bytes, capacity)`, which drops what ages first until so many bytes more fit.
"""
