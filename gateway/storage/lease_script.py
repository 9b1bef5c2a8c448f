"""What Redis does when a process tells of its leases: one step that takes what was spent, puts in by name what is being
spent, and gives anew.

Invariants
- A message that comes twice is carried out once: it has a number, and what was answered is kept.
- A process gets no more than one part in `share` of what a counter has room for, nothing of one that somebody has to
  wait for, and nothing where it is less than `least`.
- Whoever is told `gone` has no lease any more: what he had was presumed spent, or was of an earlier generation.
"""

from __future__ import annotations

from typing import Final

from gateway.storage.counter_prelude import COMMON
from gateway.storage.counter_scripts import HOW_TO_RESERVE
from gateway.storage.redis_calls import Script

LEASE: Final = Script(
    COMMON
    + HOW_TO_RESERVE
    + """
-- process, number, milliseconds to live, 1 where it begins, share, how many leases;
-- for each: kind, name, limit, what was spent of it, what is left of it, wanted, least, milliseconds to keep;
-- then reservations that were taken from it, as RESERVE has them
local owner, number, n = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[10])
local share = tonumber(ARGV[9])
local record = prefix .. 'o:' .. owner
local last = redis.call('HMGET', record, 'g', 'number', 'told')
if last[1] == gen and tonumber(last[2]) == number then return told('told', last[3]) end
if last[1] ~= gen or ARGV[8] == '1' then
  if ARGV[8] ~= '1' then return told('gone', '') end
  lapse(owner)
elseif tonumber(last[2]) > number then
  return told('gone', '')
end

local function lease(i)
  local at = 11 + (i - 1) * 8
  return ARGV[at], prefix .. 'c:' .. ARGV[at + 1], 'c:' .. ARGV[at + 1], tonumber(ARGV[at + 2]), at
end

for i = 1, n do
  local kind, key, field, limit, at = lease(i)
  local spent, left = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local had = tonumber(string.match(redis.call('HGET', record, field) or '0', '%d+$'))
  if kind == 'rate' then
    if spent + left ~= had then fill(key, spent + left - had, limit) end
  else
    counted(key)
    redis.call('HINCRBY', key, 'reserved', whole(left - had))
    redis.call('HINCRBY', key, 'leased', whole(left - had))
    redis.call('HINCRBY', key, 'posted', whole(spent))
  end
end

local from = 11 + n * 8
while from <= #ARGV do
  local lines = tonumber(ARGV[from + 3])
  reserve(ARGV[from], tonumber(ARGV[from + 1]), true, from + 4, lines)
  from = from + 4 + lines * 5
end

local answers = {}
for i = 1, n do
  local kind, key, field, limit, at = lease(i)
  local left, wanted, least = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local room = room_of(kind, key, limit)
  local recalled, more = 0, 0
  if kind ~= 'rate' then
    local state = redis.call('HMGET', key, 'known', 'recall')
    if tonumber(state[2] or '0') > now then recalled = 1 end
    if kind == 'spend' and not state[1] then wanted = 0 end
  end
  if recalled == 0 and room > 0 then more = math.min(wanted, math.floor((room + left) / share)) - left end
  if more <= 0 or left + more < least then more = 0 end
  if more > 0 and kind == 'rate' then fill(key, more, limit) end
  if more > 0 and kind ~= 'rate' then
    redis.call('HINCRBY', key, 'reserved', whole(more))
    redis.call('HINCRBY', key, 'leased', whole(more))
    keep(key, ARGV[at + 7])
  end
  if left + more > 0 then redis.call('HSET', record, field, kind .. ' ' .. whole(left + more))
  else redis.call('HDEL', record, field) end
  answers[#answers + 1] = whole(left + more) .. ' ' .. whole(math.max(room - more, 0)) .. ' ' .. recalled
end
local answer = table.concat(answers, ' ')
redis.call('HSET', record, 'g', gen, 'number', whole(number), 'told', answer)
redis.call('ZADD', owners, whole(now / 1000 + tonumber(ARGV[7])), owner)
return told('told', answer)
"""
)
