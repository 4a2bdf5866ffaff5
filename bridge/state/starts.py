"""A new attempt and the counts that it belongs to, in one trip to Redis. See docs/limits.md."""

from collections.abc import Sequence

from bridge.domain.rates import Rate, TooOftenError
from bridge.state.client import Command
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script
from bridge.state.throttle import WINDOW

#: One more for each rate (ARGV[1] of them, their limits behind it), as long as none is over its limit; then
#: the attempt (text, seconds) and, where there is a key for it, how it began (length of the stream, words).
_PUT = Script("""
local rates = tonumber(ARGV[1])
for i = 1, rates do
  local count = redis.call('INCR', KEYS[i])
  if count == 1 then redis.call('EXPIRE', KEYS[i], ARGV[2]) end
  if count > tonumber(ARGV[2 + i]) then
    local left = redis.call('TTL', KEYS[i])
    if left < 0 then redis.call('EXPIRE', KEYS[i], ARGV[2]) end
    return {i, left}
  end
end
local at = rates + 3
redis.call('SET', KEYS[rates + 1], ARGV[at], 'EX', ARGV[at + 1])
if KEYS[rates + 2] then
  redis.call('XADD', KEYS[rates + 2], 'MAXLEN', '~', ARGV[at + 2], '*', unpack(ARGV, at + 3))
end
return false
""")


def put_counted(
    server: RedisServer,
    keys: Keys,
    attempt: tuple[str, str, int],
    record: tuple[str, int, tuple[str, ...]] | None,
    rates: Sequence[Rate],
) -> None:
    """`attempt`: key, text, seconds. `record`: the stream's key, its length and the words.

    Raises `TooOftenError`, with nothing put; on a Cluster, whose slots know nothing of each other, the
    attempt is there then, and ends by itself. Counting twice after a lost answer does no harm. Raises
    `Refused`.
    """
    names = tuple(keys.rate(rate.what) for rate in rates)
    key, text, seconds = attempt
    if server.clustered:
        _each(server, names, rates, ("SET", key, text, "EX", seconds), record)
        return
    more: tuple[str | int, ...] = () if record is None else (record[1], *record[2])
    stream = () if record is None else (record[0],)
    limits = [rate.limit for rate in rates]
    over = server.run(_PUT, (*names, key, *stream), len(rates), WINDOW, *limits, text, seconds, *more)
    if over:
        raise TooOftenError(rates[int(over[0]) - 1], max(1, int(over[1])))


def _each(
    server: RedisServer,
    names: tuple[str, ...],
    rates: Sequence[Rate],
    put: Command,
    record: tuple[str, int, tuple[str, ...]] | None,
) -> None:
    counting: list[Command] = []
    for name in names:
        counting += [("SET", name, 0, "EX", WINDOW, "NX"), ("INCR", name)]
    told: list[Command] = []
    if record is not None:
        told.append(("XADD", record[0], "MAXLEN", "~", record[1], "*", *record[2]))
    answers = server.each(*counting, put, *told)
    for place, rate in enumerate(rates):
        if int(answers[2 * place + 1]) > rate.limit:
            left = int(server.command("TTL", names[place]))
            if left < 0:  # it ran out between the two commands: INCR made one that would shut out for ever
                server.command("EXPIRE", names[place], WINDOW)
            raise TooOftenError(rate, max(1, left))
