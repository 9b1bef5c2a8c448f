"""What each script of `storage.counter_scripts` begins with, in Lua: which generation it is, how reservations end, and
the end of those whose time is over.
"""

from __future__ import annotations

from typing import Final

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
local counter_lives = 86400000  -- milliseconds, or to the end of its window, if that is later

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
    redis.call('PEXPIRE', key, counter_lives)  -- also where it is only asked for
  end
end

local function remember_end(hold)  -- and no more of it than who reserves it again is told
  local f = redis.call('HMGET', hold, 'g', 'lines', 'left')
  redis.call('DEL', hold)
  redis.call('HSET', hold, 'state', 'ended', 'g', f[1], 'lines', f[2], 'left', f[3])
  redis.call('PEXPIRE', hold, 600000)
end

local function finish(id, actual)
  local hold = prefix .. 'h:' .. id
  local f = redis.call('HMGET', hold, 'state', 'n', 'g')
  if f[1] ~= 'open' then
    redis.call('ZREM', due, id)
    if f[1] == 'lapsed' then remember_end(hold) end
    return 0
  end
  local state = actual and 'ended' or 'lapsed'
  for i = 1, tonumber(f[2]) do
    local l = redis.call('HMGET', hold, 't' .. i, 'k' .. i, 'a' .. i, 'l' .. i)
    local amount = tonumber(l[3])
    local real = amount
    if actual then real = tonumber(actual[i]) end
    if l[1] == 'rate' then
      local full = full_again(l[2]) + spread(real - amount, tonumber(l[4]))
      redis.call('SET', l[2], whole(math.max(full, 0)), 'PX', 3600000)
    elseif f[3] == gen and redis.call('HGET', l[2], 'g') == gen then  -- else it is forgotten with its window
      redis.call('HINCRBY', l[2], 'reserved', whole(-amount))
      if l[1] == 'spend' then
        state = 'ended'
        redis.call('HINCRBY', l[2], 'posted', whole(math.max(real, 0)))
        if not redis.call('HGET', l[2], 'known') then
          redis.call('SADD', l[2] .. ':' .. gen, id)
          redis.call('PEXPIRE', l[2] .. ':' .. gen, redis.call('PTTL', l[2]))
        end
      end
    end
  end
  if state == 'ended' then
    remember_end(hold)
  else
    redis.call('HSET', hold, 'state', state)
    redis.call('PEXPIRE', hold, 3600000)
  end
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
