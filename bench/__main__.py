"""`python -m bench` runs all benchmarks and prints one table; `python -m bench NAME …` runs those that are named.

Debian's interpreter measures where there is one; the one that was called is measured beside it where that matters.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

from bench import pythons
from bench.report import table

NAMES = (
    "start",
    "routes",
    "login_get",
    "streams",
    "turn",
    "overview",
    "conversations",
    "usage",
    "retrieval",
    "gateway",
)
LONG = ("soak", "retrieval_postgresql", "messengers")  # minutes: only when they are named
WITH_THE_TESTS = {"retrieval_postgresql", "messengers"}  # a server or fakes that only the development environment has
CALLED = "SECRETARY_BENCH_CALLED"


def main() -> int:
    names = sys.argv[1:] or NAMES
    if unknown := set(names) - set(NAMES) - set(LONG):
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join((*NAMES, *LONG))}")
        return 2
    if CALLED not in os.environ and not WITH_THE_TESTS & set(names) and (python := pythons.debian()):
        os.execve(python, [python, "-m", "bench", *names], os.environ | {CALLED: sys.executable})  # noqa: S606
    called = os.environ.get(CALLED, sys.executable)
    print(f"measured with {pythons.described()}; load of the machine {os.getloadavg()[0]:.1f}")
    rows = [
        row
        for name in names
        for row in import_module(f"bench.{name}").run(list(dict.fromkeys([sys.executable, called])))
    ]
    print(table(rows))
    return 0 if all(row.is_kept for row in rows) else 1


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    sys.exit(main())
