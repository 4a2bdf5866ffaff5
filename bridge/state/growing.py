"""Hashes that grow without ever being rebuilt: how a hundred million links fit, and are found at once.

Redis keeps a small hash as one compact block, at a third of the memory of separate keys; a large
one it does not. So a map is cut into hashes of some fifty entries. Which hash an entry is in
follows from linear hashing (W. Litwin, 1980): when one gets too full, the next in turn is split in
two, a fixed small amount of work, while sign-ins go on. Nobody ever chooses a size.

The map is spread over `TAGS` parts by a checksum of the field; a part's hashes, and what is changed
together with them, share its tag, and so a slot of a Redis Cluster. A field may be several words:
the first one decides where it is, so that all fields with one first word are in one hash.

An entry only ever moves to a hash with a higher number: who reads a part's hashes in their order,
and asks for their number again at the end, meets an entry twice at times, and misses none.
"""

from zlib import crc32

#: Parts of a map: many more than a Cluster has servers, few enough to be full of entries.
TAGS = 4096
#: Entries in a hash after which the next one in turn is split. Redis keeps up to 128 compact.
FULL = 48
#: Entries that a hash has at the end, on average, where hashes are split as they fill.
_USUAL = 30
_TAGS = tuple(f"{number:03x}" for number in range(TAGS))


def tag_of(word: str) -> str:
    """The part that holds the fields beginning with `word`: three hexadecimal digits."""
    return _TAGS[crc32(word.encode()) & (TAGS - 1)]


def every_tag() -> tuple[str, ...]:
    """The tags of all parts, in order."""
    return _TAGS


def hashes_for(entries: int) -> int:
    """How many hashes a part has in the end when a map gets so many entries."""
    return max(1, entries // (TAGS * _USUAL))


#: Lua: `at(base, field)` names the hash that holds `field` if any does; `base` is a part's first hash.
#: The number of hashes stands in `base:n`; absent, it is one.
FINDING = """
local call, sub, find, sha1hex = redis.call, string.sub, string.find, redis.sha1hex
local numbers, sizes = {}, {}
local function hash(field)
  local ends = find(field, ' ', 1, true)
  if ends then field = sub(field, 1, ends - 1) end
  return tonumber(sub(sha1hex(field), 1, 8), 16)
end
local function know(base, n)
  local size = 1
  while size * 2 <= n do size = size * 2 end
  numbers[base], sizes[base] = n, size
  return n
end
local function at(base, field)
  local n = numbers[base] or know(base, tonumber(call('GET', base .. ':n') or 1))
  if n == 1 then return base end
  local h, size = hash(field), sizes[base]
  local place = h % (size * 2)
  if place >= n then place = h % size end
  if place == 0 then return base end
  return base .. ':' .. place
end
"""

#: Lua: the same `at`, for scripts that look for one entry: nearly always the part is one hash, and the rest
#: need not be set up.
FINDING_ONE = f"""
local function at(base, field)
  local n = redis.call('GET', base .. ':n')
  if not n then return base end
{FINDING}
  know(base, tonumber(n))
  return at(base, field)
end
"""

#: Lua: `grew(base, name)` is told that `name` got an entry, and splits when it is time. With many at once
#: every fourth is looked at: the rest is caught up with.
GROWING = (
    FINDING
    + """
local told, every = 0, #KEYS > 100 and 4 or 1
local function split(base, n)
  local size = sizes[base]
  local from, to = base, base .. ':' .. n
  if n > size then from = base .. ':' .. (n - size) end
  local entries, gone, moved = call('HGETALL', from), {}, {}
  for i = 1, #entries, 2 do
    if hash(entries[i]) % (size * 2) == n then
      gone[#gone + 1] = entries[i]
      moved[#moved + 1] = entries[i]
      moved[#moved + 1] = entries[i + 1]
    end
  end
  if #gone > 0 then
    call('HSET', to, unpack(moved))
    call('HDEL', from, unpack(gone))
  end
  call('SET', base .. ':n', n + 1)
  know(base, n + 1)
end
local function grew(base, name)
  told = told + 1
  if told % every == 0 and call('HLEN', name) > FULL then split(base, numbers[base]) end
end
""".replace("FULL", str(FULL))
)
