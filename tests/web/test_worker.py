"""A worker takes what the system lets it have."""

import resource
import subprocess
import sys

import pytest

from bridge.web.worker import FILES

PROBE = """
import resource
from bridge.web.worker import allow_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
allow_open_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
_, HARD = resource.getrlimit(resource.RLIMIT_NOFILE)
MOST = FILES * 2 if HARD == resource.RLIM_INFINITY else HARD


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(256, 2048, 2048), (256, MOST, min(FILES, MOST)), (MOST, MOST, MOST)],
)
def test_it_may_open_as_many_files_as_the_system_lets_it_and_never_fewer_than_before(
    soft: int, hard: int, after: int
) -> None:
    probe = PROBE.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(after), str(hard)]
