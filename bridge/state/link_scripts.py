"""The scripts on links. Those for one link touch one part of one map: they run on a Redis Cluster too.

Those for many take a part's name for each row; on a Cluster the caller gives rows of one part.
"""

from bridge.state.growing import FINDING, FINDING_ONE, GROWING
from bridge.state.link_records import WHEN_LUA
from bridge.state.server import Script

#: Seconds after a claim in which its link may be written. Redis's own clock counts, so that a process
#: that stood still finds out when it is too late.
CLAIM_GOOD = 60
#: Seconds after which an unfinished claim is renewed when its identity claims again.
CLAIM_OLD = 30
#: Seconds after which a claim without its link was left behind by a process that died. By what this is
#: more than the two before together, the clocks of a Cluster's servers may differ.
ABANDONED = 120

#: One entry. KEYS: its part. ARGV: field.
FIND = Script(FINDING_ONE + "return redis.call('HGET', at(KEYS[1], ARGV[1]), ARGV[1])")

#: Many entries, each in the part of the same place.
FIND_MANY = Script(
    FINDING
    + """
local found = {}
for i = 1, #KEYS do found[i] = call('HGET', at(KEYS[i], ARGV[i]), ARGV[i]) end
return found
"""
)

#: Writes a link unless there is one; the link that stands then, or nothing where it is too late.
#: KEYS: part, and the lock under which the customer was found. ARGV: digest, link, when the customer
#: was claimed, the fence (or an empty text).
LINK = Script(
    GROWING
    + f"""
local name = at(KEYS[1], ARGV[1])
local held = call('HGET', name, ARGV[1])
if held then return held end
if ARGV[4] ~= '' and call('GET', KEYS[2]) ~= ARGV[4] then return false end
if call('TIME')[1] - ARGV[3] > {CLAIM_GOOD} then return false end
call('HSET', name, ARGV[1], ARGV[2])
grew(KEYS[1], name)
return ARGV[2]
"""
)

#: The same for many; answers with place and link for those that stood there before.
#: ARGV: when the customers were claimed, then digest and link of each row in one word: every word costs.
#: Nothing where it is too late.
LINK_MANY = Script(
    GROWING
    + f"""
if call('TIME')[1] - ARGV[1] > {CLAIM_GOOD} then return false end
local stood = {{}}
for i = 1, #KEYS do
  local row = ARGV[i + 1]
  local field = sub(row, 1, 22)
  local name = at(KEYS[i], field)
  if call('HSETNX', name, field, sub(row, 23)) == 1 then
    grew(KEYS[i], name)
  else
    stood[#stood + 1] = i
    stood[#stood + 1] = call('HGET', name, field)
  end
end
return stood
"""
)

#: Takes an entry away, if it is this one still. KEYS: part. ARGV: field, value.
REMOVE = Script(
    FINDING
    + """
local name = at(KEYS[1], ARGV[1])
if call('HGET', name, ARGV[1]) ~= ARGV[2] then return 0 end
return call('HDEL', name, ARGV[1])
"""
)

#: Takes a link away, if it is this one still, with its note and with the block that came from its customer:
#: in one step, for the same person may be linked to a blocked customer the moment after.
#: KEYS: parts of links and notes, blocks. ARGV: digest, link.
UNLINK = Script(
    FINDING
    + """
local name = at(KEYS[1], ARGV[1])
if call('HGET', name, ARGV[1]) ~= ARGV[2] then return 0 end
call('HDEL', at(KEYS[2], ARGV[1]), ARGV[1])
local why = call('HGET', KEYS[3], ARGV[1])
if why == 'c' then call('HDEL', KEYS[3], ARGV[1]) end
if why == 'b' then call('HSET', KEYS[3], ARGV[1], 'i') end
return call('HDEL', name, ARGV[1])
"""
)

#: Claims customers for identities; answers with the time, then place and claim where another holds one.
#: A claim that gets old without its link is renewed, lest it be taken for abandoned under our hands.
#: KEYS: the part of each row. ARGV: a claim that may be replaced (or an empty text), then for each row
#: digest and field in one word.
CLAIM = Script(
    GROWING
    + WHEN_LUA
    + f"""
local now = tonumber(call('TIME')[1])
local when, others = stamp(now), {{now}}
for i = 1, #KEYS do
  local digest, field = sub(ARGV[i + 1], 1, 22), sub(ARGV[i + 1], 23)
  local name = at(KEYS[i], field)
  if call('HSETNX', name, field, digest .. when) == 1 then
    grew(KEYS[i], name)
  else
    local held = call('HGET', name, field)
    if string.sub(held, 1, 22) == digest then
      if age(held, now) > {CLAIM_OLD} then call('HSET', name, field, digest .. when) end
    elseif held == ARGV[1] and age(held, now) > {ABANDONED} then
      call('HSET', name, field, digest .. when)
    else
      others[#others + 1] = i
      others[#others + 1] = held
    end
  end
end
return others
"""
)

#: Answers with the places of those rows whose customer is not theirs any more.
#: KEYS: the part of each row. ARGV: for each row digest and field in one word.
LOST = Script(
    FINDING
    + """
local lost = {}
for i = 1, #KEYS do
  local field = sub(ARGV[i], 23)
  local held = call('HGET', at(KEYS[i], field), field)
  if not held or sub(held, 1, 22) ~= sub(ARGV[i], 1, 22) then lost[#lost + 1] = i end
end
return lost
"""
)

#: Gives a claim up, if it is this identity's still. KEYS: part, and where claims that were given up are
#: counted (not on a Cluster). ARGV: field, digest.
UNCLAIM = Script(
    FINDING
    + """
local name = at(KEYS[1], ARGV[1])
local held = call('HGET', name, ARGV[1])
if not held or string.sub(held, 1, 22) ~= ARGV[2] then return 0 end
if KEYS[2] then call('INCR', KEYS[2]) end
return call('HDEL', name, ARGV[1])
"""
)

#: All entries whose field begins with a word. KEYS: part. ARGV: the word.
BEGINNING = Script(
    FINDING
    + """
local entries, found = call('HGETALL', at(KEYS[1], ARGV[1])), {}
for i = 1, #entries, 2 do
  if string.match(entries[i], '^%S+') == ARGV[1] then
    found[#found + 1] = entries[i]
    found[#found + 1] = entries[i + 1]
  end
end
return found
"""
)

#: Notes customers under addresses; two under one address are both noted, and so ambiguous.
#: Answers with place and customers for each row whose address stood there before.
#: KEYS: the part of each row. ARGV: for each row the address's digest and the customer in one word.
NOTE_EMAILS = Script(
    GROWING
    + """
local stood = {}
for i = 1, #KEYS do
  local field, customer = sub(ARGV[i], 1, 22), sub(ARGV[i], 23)
  local name = at(KEYS[i], field)
  if call('HSETNX', name, field, customer) == 1 then
    grew(KEYS[i], name)
  else
    local held = call('HGET', name, field)
    stood[#stood + 1] = i
    stood[#stood + 1] = held
    if not string.find(' ' .. held .. ' ', ' ' .. customer .. ' ', 1, true) and #held < 400 then
      call('HSET', name, field, held .. ' ' .. customer)
    end
  end
end
return stood
"""
)

#: Cuts parts that are still empty into more hashes, so that they need not be split while they fill.
#: KEYS: parts. ARGV: how many hashes.
MAKE_ROOM = Script(
    """
local call = redis.call
for i = 1, #KEYS do
  if call('EXISTS', KEYS[i], KEYS[i] .. ':n') == 0 then call('SET', KEYS[i] .. ':n', ARGV[1]) end
end
return 1
"""
)
