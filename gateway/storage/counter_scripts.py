"""What Redis does for the counters, each script in one step that nothing can come between.

Keys, all in one slot: `meta` (gen, seq, born), `due` (reservation -> when it ends, milliseconds), `h:ID` a reservation,
`c:NAME` a counter; `owners` (process -> when its leases end), `o:PROCESS` what is leased to it.

Invariants
- `gen` is drawn anew whenever there is none, and when `seq`, which grows with every write, is lower than the caller has
  seen: Redis was emptied, or has lost writes. What a counter holds counts in the generation that it was written in.
- A generation ends with the run of the server that it was begun on: what a restarted server, or one that took over, has
  read back may be older than what was answered, and callers that have seen less would not notice by `seq`.
- A generation's name begins with the turn that it is of (`storage.budget_home`): a caller of a later one begins a
  generation, and one of an earlier one is told that the counters have moved.
- A `spend` counter is `known` once it was told what the ledger says; until then nothing is taken from it.
- The time is Redis' own. A rate's key lives for an hour from its last change, so one that has longer to live tells by
  how much the clock was put back since: else the rate would be empty for as long.
- Numbers are whole, and small enough for Lua to be exact.
- A reservation without `spend` that its time has ended has lapsed: whoever extends it has it again, fitting or not,
  since it was under way all the while; whoever settles it has not.
- What `due` and `owners` name ends by them, and all else that has a name of somebody in it has an end of its own. A
  counter is there for a day from when it was last taken of: longer than any call. What a job held of a window that is
  over is forgotten with it.
- A reservation that has ended is known for ten minutes: whoever asks for it again was not heard, or has looked before
  it ended, and that is seconds ago. Each request leaves one or two, so few and short fields are kept of it, which Redis
  packs: 0.3 kB, where all of them took up to 1.3. One that has lapsed is known for an hour.
- What is leased to a process is part of what is reserved; `leased` says how much of it. A lease that its process has
  not told of for too long is presumed spent.
"""

from __future__ import annotations

from typing import Final

from gateway.storage.counter_prelude import COMMON
from gateway.storage.redis_calls import Script

RECALL_MICROS: Final = 10_000_000
"""For so long nothing is leased of a counter on which a reservation met what is leased out."""

HOW_TO_RESERVE: Final = """
local function room_of(kind, key, limit)  -- what fits, what is leased to processes, and when a rate's bucket is full
  if kind == 'rate' then
    local behind = math.max(full_again(key) - now, 0)
    return math.floor(math.max(60000000 - behind, 0) * limit / 60000000), 0, behind
  end
  local c = redis.call('HMGET', key, 'posted', 'reserved', 'leased')
  return limit - tonumber(c[1]) - tonumber(c[2]), tonumber(c[3] or '0'), 0
end

local function fill(key, amount, limit)
  local full = math.max(full_again(key), now)
  redis.call('SET', key, whole(math.max(full + spread(amount, limit), 0)), 'PX', 3600000)
end

local function keep(key, milliseconds)
  redis.call('PEXPIRE', key, whole(math.max(tonumber(milliseconds) - now / 1000, counter_lives)))
end

-- id, milliseconds, 1 to take without asking, how many lines;
-- then for each line: kind, name, amount, limit, milliseconds to keep
local function reserve(id, ttl, force, first, n)
  local hold = prefix .. 'h:' .. id
  local old = redis.call('HMGET', hold, 'state', 'g', 'lines', 'left')
  local lines = redis.sha1hex(table.concat(ARGV, ' ', first, first + n * 5 - 1))
  if old[1] and old[2] == gen then
    if old[3] ~= lines then return {'mismatch'} end
    return {'reserved', old[4]}
  end
  local cold, left, recalled = {}, {}, nil
  for at = first, first + n * 5 - 1, 5 do
    local key = prefix .. 'c:' .. ARGV[at + 1]
    if ARGV[at] ~= 'rate' then counted(key) end
    if ARGV[at] == 'spend' and not redis.call('HGET', key, 'known') then cold[#cold + 1] = ARGV[at + 1] end
  end
  if #cold > 0 and not force then return {'cold', unpack(cold)} end
  for i = 1, n do
    local at = first + (i - 1) * 5
    local key = prefix .. 'c:' .. ARGV[at + 1]
    local amount, limit = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    if not amount or not limit or amount < 0 or limit < 0
        or amount > 9007199254740991 or limit > 9007199254740991 then
      return {'mismatch'}
    end
    local room, leased, behind = room_of(ARGV[at], key, limit)
    if amount > room and not force then
      if leased == 0 or amount > room + leased then
        local wait = 0
        if ARGV[at] == 'rate' then wait = math.max(behind + spread(amount, limit) - 60000000, 0) end
        return {'over', i - 1, whole(math.max(room + leased, 0)), whole(wait)}
      end
      recalled = recalled or {'leased', i - 1, whole(math.max(room, 0)), '0'}
      redis.call('HSET', key, 'recall', whole(now + RECALL))
    end
    left[i] = whole(math.max(room + leased - amount, 0))
  end
  if recalled then return recalled end
  local record = {'state', 'open', 'g', gen, 'lines', lines, 'left', table.concat(left, ' '), 'n', n}
  for i = 1, n do
    local at = first + (i - 1) * 5
    local key = prefix .. 'c:' .. ARGV[at + 1]
    if ARGV[at] == 'rate' then
      if not force then fill(key, tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])) end
    else
      redis.call('HINCRBY', key, 'reserved', ARGV[at + 2])
      keep(key, ARGV[at + 4])
    end
    record[#record + 1] = 't' .. i; record[#record + 1] = ARGV[at]
    record[#record + 1] = 'k' .. i; record[#record + 1] = key
    record[#record + 1] = 'a' .. i; record[#record + 1] = ARGV[at + 2]
    record[#record + 1] = 'l' .. i; record[#record + 1] = ARGV[at + 3]
  end
  redis.call('HSET', hold, unpack(record))
  redis.call('PERSIST', hold)
  redis.call('ZADD', due, whole(now / 1000 + ttl), id)
  return {'reserved', table.concat(left, ' ')}
end
""".replace("RECALL", str(RECALL_MICROS))

RESERVE: Final = Script(
    COMMON
    + HOW_TO_RESERVE
    + """
local verdicts, at = {}, 5
while at <= #ARGV do
  local n = tonumber(ARGV[at + 3])
  verdicts[#verdicts + 1] = reserve(ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2] == '1', at + 4, n)
  at = at + 4 + n * 5
end
return told(unpack(verdicts))
"""
)
"""All of each, or none of it; one that finds no room leaves it to those behind it."""

SETTLE: Final = Script(
    COMMON
    + """
-- for each: id, how many lines, what each came to
local ended, at = {}, 5
while at <= #ARGV do
  local actual, n = {}, tonumber(ARGV[at + 1])
  for i = 1, n do actual[i] = ARGV[at + 1 + i] end
  ended[#ended + 1] = finish(ARGV[at], actual)
  at = at + 2 + n
end
return told(ended)
"""
)

EXTEND: Final = Script(
    COMMON
    + """
-- milliseconds, then ids
for i = 6, #ARGV do
  local hold = prefix .. 'h:' .. ARGV[i]
  local f = redis.call('HMGET', hold, 'state', 'n', 'g')
  if f[1] == 'lapsed' and f[3] == gen then
    for each = 1, tonumber(f[2]) do
      local l = redis.call('HMGET', hold, 't' .. each, 'k' .. each, 'a' .. each)
      if l[1] == 'slots' then
        counted(l[2])
        redis.call('HINCRBY', l[2], 'reserved', l[3])
        redis.call('PEXPIRE', l[2], counter_lives)
      end
    end
    redis.call('HSET', hold, 'state', 'open')
    redis.call('PERSIST', hold)
    f[1] = 'open'
  end
  if f[1] == 'open' then
    redis.call('ZADD', due, whole(now / 1000 + tonumber(ARGV[5])), ARGV[i])
  end
end
return told()
"""
)

LOAD: Final = Script(
    COMMON
    + """
-- name, posted, milliseconds to keep, the generation that it was counted for
local key = prefix .. 'c:' .. ARGV[5]
counted(key)
redis.call('DEL', key .. ':' .. gen)
if gen == ARGV[8] and redis.call('HSETNX', key, 'known', 1) == 1 then
  redis.call('HINCRBY', key, 'posted', ARGV[6])
  redis.call('PEXPIRE', key, whole(math.max(tonumber(ARGV[7]) - now / 1000, counter_lives)))
end
return told()
"""
)

READ: Final = Script(
    COMMON
    + """
-- names
local found = {}
for at = 5, #ARGV do
  local key = prefix .. 'c:' .. ARGV[at]
  counted(key)
  local c = redis.call('HMGET', key, 'posted', 'reserved', 'leased')
  found[#found + 1] = c[1]
  found[#found + 1] = c[2]
  found[#found + 1] = c[3] or '0'
end
return told(found)
"""
)

COUNTED: Final = Script(
    COMMON
    + """
-- name
return told(redis.call('SMEMBERS', prefix .. 'c:' .. ARGV[5] .. ':' .. gen))
"""
)
