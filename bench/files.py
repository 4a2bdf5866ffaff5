"""`python -m bench --files N`: how fast a file is read, and imported and exported by the command."""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.configuration import configuration
from bridge.demo.redis_server import start_redis
from bridge.domain.connection import Connection
from bridge.flows.csv_rows import CsvRows
from bridge.flows.customer_rows import RowReader
from bridge.flows.json_rows import JsonRows
from bridge.flows.row_lines import RowFormat, batches
from bridge.settings.store import OFFERS
from bridge.state.link_records import email_digest

ISSUER = "http://127.0.0.1:9"  # of the benchmark's configuration
_HEAD = "customer_id,issuer,subject,email,first_name\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200_000)
    count = parser.parse_args().files
    for name, lines in kinds(count).items():
        print(f"read {name}: {read(name, lines) / count * 1e6:.2f} us of CPU a row")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        start_redis(Path(folder) / "redis") as server,
    ):
        config = Path(folder) / "bridge.toml"
        config.write_text(configuration(9, server.url, {"bench": ISSUER}))
        for name in ("links.csv", "addresses.csv"):
            file = Path(folder) / name
            file.write_text("".join(kinds(count)[name]))
            command(config, "import", str(file))
        command(config, "export", "-o", str(Path(folder) / "out.csv"))


def kinds(count: int) -> dict[str, Iterator[str]]:
    """The lines of each kind of file."""
    people = range(1, count + 1)
    damaged = (f'{n},"{ISSUER},00u{n:017d}\n' if n % 500 == 0 else _line(n) for n in people)
    return {
        "links.csv": iter((_HEAD, *map(_line, people))),
        "addresses.csv": iter(("customer_id,email\n", *(f"{n},u{n}@bench.example\n" for n in people))),
        "damaged.csv": iter((_HEAD, *damaged)),
        "links.jsonl": (
            json.dumps({"customer_id": n, "issuer": ISSUER, "subject": f"00u{n:017d}"}) + "\n" for n in people
        ),
    }


def _line(number: int) -> str:
    return f"{number},{ISSUER},00u{number:017d},,Ada\n"


def read(name: str, lines: Iterator[str]) -> float:
    """Seconds of CPU for all rows."""
    stream = io.BufferedReader(io.BytesIO("".join(lines).encode()))
    connection = Connection(name="bench", label="", issuer=ISSUER, client_id="", redirect_uri="")
    reader = RowReader(
        [connection],
        default="",
        now=1_700_000_000,
        is_customer_id=OFFERS["bigcommerce"].is_customer_id,
        email_digest=email_digest,
    )
    began = time.process_time()
    rows: RowFormat = JsonRows(reader) if name.endswith("l") else CsvRows(stream.readline, reader)
    for _ in batches(stream.readline, rows, rows.begin):
        pass
    return time.process_time() - began


def command(config: Path, name: str, *words: str) -> None:
    """Runs it, and prints what it cost."""
    line = ["-m", "bridge", "customers", name, *words, "--store", "bench", "--config", str(config)]
    before, began = os.times(), time.monotonic()
    done = subprocess.run([sys.executable, *line], check=True, stdout=subprocess.PIPE, text=True)
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{name}: {done.stdout.strip()} {time.monotonic() - began:.1f} s in all, CPU {busy:.1f} s")


if __name__ == "__main__":
    main()
