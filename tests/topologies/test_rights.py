"""The table of rights keeps up with what the bridge sends."""

import re
from pathlib import Path

from bridge.state import keys, redis_rights

_SENT = re.compile(
    r"call\('([A-Z]+)'|(?:command|each)\(\s*\(?\"([A-Z]+)\"|(?<!replace)\(\s*\"([A-Z]{3,})\", (?![A-Z]+\b)"
)
#: Of the topologies, and what somebody else asks.
_OTHER = {"SENTINEL", "WAIT", "INFO"}


def test_every_command_that_is_sent_is_in_it() -> None:
    sent: set[str] = set()
    for path in Path("bridge/state").glob("*.py"):
        if not path.name.startswith(("memory", "redis_")):
            told = _SENT.findall(path.read_text(encoding="utf-8"))
            sent.update(word for found in told for word in found if word)
    known = {name for name, _ in redis_rights.KEYED} | {*redis_rights.OTHERS, *redis_rights.CLUSTERED}
    assert sent - known - _OTHER == set()
    assert known - sent <= {"PING", "EVAL", "EVALSHA", "ASKING"}, "a right that nothing needs"


def test_every_kind_of_key_is_in_it() -> None:
    table = {
        re.split(r"[:`]", line[3:])[0] for line in (keys.__doc__ or "").splitlines() if line.startswith("| `")
    }
    assert table | {"link", "held"} == set(redis_rights.FAMILIES)
