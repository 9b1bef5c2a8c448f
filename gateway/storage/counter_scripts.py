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
- What is leased to a process is part of what is reserved; `leased` says how much of it. A lease that its process has
  not told of for too long is presumed spent.
"""

from __future__ import annotations

from typing import Final

from gateway.storage.redis_calls import Script

RECALL_MICROS: Final = 10_000_000
"""For so long nothing is leased of a counter on which a reservation met what is leased out."""

COMMON: Final = """
local function micros()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end
local now = micros()
local prefix = ARGV[1]
local meta = prefix .. 'meta'
local due = prefix .. 'due'
local owners = prefix .. 'owners'

local function spread(amount, limit)
  if limit == 0 then return 60000000 end
  local x = amount * 60000000
  local q = math.floor(x / limit)
  while q * limit < x do q = q + 1 end
  while (q - 1) * limit >= x do q = q - 1 end
  return q
end

local function whole(number) return string.format('%.0f', number + 0) end  -- a zero without a sign

local function full_again(key)  -- when a rate's bucket is
  local full = tonumber(redis.call('GET', key) or '0')
  local put_back = full > now + 60000000 and redis.call('PTTL', key) - 3600000 or 0
  if put_back > 0 then
    full = full - put_back * 1000
    redis.call('SET', key, whole(full), 'PX', 3600000)  -- from here on it fills up again
  end
  return full
end

local function turn(generation) return tonumber(string.match(generation, '^%d+')) end

local function server(generation) return string.match(generation, '^%d+%.(%x*)%.') end

local m = redis.call('HMGET', meta, 'gen', 'seq', 'born')
local gen, seq, born = m[1], tonumber(m[2] or '0'), tonumber(m[3] or '0')
if gen and turn(gen) > turn(ARGV[2]) then return {'', '0', '0', 'moved'} end
if not gen or turn(gen) < turn(ARGV[2]) or server(gen) ~= server(ARGV[2])
    or (gen == ARGV[3] and seq < tonumber(ARGV[4])) then
  gen, seq, born = ARGV[2], 0, now
  redis.call('HSET', meta, 'gen', gen, 'seq', 0, 'born', whole(born))
end

local function counted(key)
  if redis.call('HGET', key, 'g') ~= gen then
    redis.call('DEL', key)
    redis.call('HSET', key, 'g', gen, 'posted', 0, 'reserved', 0)
  end
end

local function finish(id, actual)
  local hold = prefix .. 'h:' .. id
  local f = redis.call('HMGET', hold, 'state', 'n', 'g')
  if f[1] ~= 'open' then
    redis.call('ZREM', due, id)
    return 0
  end
  for i = 1, tonumber(f[2]) do
    local l = redis.call('HMGET', hold, 't' .. i, 'k' .. i, 'a' .. i, 'l' .. i)
    local amount = tonumber(l[3])
    local real = amount
    if actual then real = tonumber(actual[i]) end
    if l[1] == 'rate' then
      local full = full_again(l[2]) + spread(real - amount, tonumber(l[4]))
      redis.call('SET', l[2], whole(math.max(full, 0)), 'PX', 3600000)
    elseif f[3] == gen then
      counted(l[2])
      redis.call('HINCRBY', l[2], 'reserved', whole(-amount))
      if l[1] == 'spend' then
        redis.call('HINCRBY', l[2], 'posted', whole(math.max(real, 0)))
        if not redis.call('HGET', l[2], 'known') then redis.call('SADD', l[2] .. ':' .. gen, id) end
      end
    end
  end
  redis.call('HSET', hold, 'state', 'ended')
  redis.call('PEXPIRE', hold, 3600000)
  redis.call('ZREM', due, id)
  return 1
end

local function lapse(owner)
  local record = prefix .. 'o:' .. owner
  local fields = redis.call('HGETALL', record)
  local leases = {}
  for i = 1, #fields, 2 do leases[fields[i]] = fields[i + 1] end
  for field, lease in pairs(leases) do
    local kind, free = string.match(lease, '^(%l+) (%d+)$')
    if leases['g'] == gen and string.sub(field, 1, 2) == 'c:' and kind ~= 'rate' then
      counted(prefix .. field)
      redis.call('HINCRBY', prefix .. field, 'reserved', '-' .. free)
      redis.call('HINCRBY', prefix .. field, 'leased', '-' .. free)
      if kind == 'spend' then redis.call('HINCRBY', prefix .. field, 'posted', free) end
    end
  end
  redis.call('DEL', record)
  redis.call('ZREM', owners, owner)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', whole(now / 1000), 'LIMIT', 0, 50)) do finish(id, nil) end
for _, owner in ipairs(redis.call('ZRANGEBYSCORE', owners, '-inf', whole(now / 1000))) do lapse(owner) end

local function told(...)
  return {gen, redis.call('HINCRBY', meta, 'seq', 1), whole(now - born), ...}
end
"""
"""ARGV: prefix, a fresh generation, the generation and the sequence last seen, then what the script asks for."""

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
  redis.call('PEXPIRE', key, whole(math.max(tonumber(milliseconds) - now / 1000, 3600000)))
end

-- id, milliseconds, 1 to take without asking, how many lines;
-- then for each line: kind, name, amount, limit, milliseconds to keep
local function reserve(id, ttl, force, first, n)
  local hold = prefix .. 'h:' .. id
  local old = redis.call('HMGET', hold, 'state', 'g', 'lines', 'left')
  local lines = table.concat(ARGV, ' ', first, first + n * 5 - 1)
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
  if redis.call('HGET', prefix .. 'h:' .. ARGV[i], 'state') == 'open' then
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
  redis.call('PEXPIRE', key, whole(math.max(tonumber(ARGV[7]) - now / 1000, 3600000)))
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
