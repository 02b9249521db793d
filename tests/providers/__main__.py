"""`python -m tests.providers [--only LABEL]`: every provider, every error, every fault on the line.

Prints a table, and on standard error what did not hold; exits 1 then. Takes a few minutes: the
tests play a selection of the same rows.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from io import StringIO

from tests import conftest as environment  # set before the product is imported
from tests.cloud import Cloud

from . import holding
from .fake import ODD, Known
from .known import KNOWN
from .office import Office
from .spoiling import SPOILT
from .spoiling import Known as Knowing

Row = tuple[str, str, Callable[[Office], str]]  # (errors or lines, what, how it is played)
HEAD = "{:<18}{:>8}{:>8}{:>8}{:>9}{:>8}{:>9}{:>7}   {}"


def rows(known: Known) -> Iterator[Row]:
    for error in known.errors:
        yield "errors", f"{error.what} → {error.ends}", partial(holding.error, row=error)
    for code in ODD:
        for status in (200, 400):
            answer = known.envelope(code, status)
            yield "errors", f"{code!r:.20} {status}", partial(holding.odd, answer=answer)
    for how in SPOILT:
        for taken in (True, False):
            if taken or how.known is Knowing.LOST:
                took = taken and how.known in (Knowing.SENT, Knowing.LOST)
                what = f"{how.what}{', taken' if took else ''}"
                yield "lines", what, partial(holding.spoilt, how=how, taken=took)


def played(office: Office) -> tuple[Counter[str], list[str]]:
    """How many rows came to what, and what did not hold."""
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    for sort, what, play in rows(office.fake.known):
        counted[sort] += 1
        delayed = office.waited
        try:
            ended = play(office)
        except AssertionError as fault:
            wrong.append(f"{office.fake.known.label}: {what}: {fault}")
            ended = "wrong"
        waited = ended == "sent" and office.waited > delayed
        counted["retried" if waited or ended == "delayed" else ended] += 1
        office.calm()
    counted["twice"] = sum(times > 1 for times in office.fake.taken.values())
    return counted, wrong


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.providers")
    asked.add_argument("--only", default="")
    only = asked.parse_args().only
    logging.disable()
    began, wrong, total = time.monotonic(), [], Counter[str]()
    titles = ("provider", "errors", "faults", "sent", "retried", "failed", "renewed", "twice")
    print(HEAD.format(*titles, "a lost answer"))
    with Cloud.running(prefix=environment.PREFIX, region=environment.REGION) as cloud:
        for known in KNOWN:
            if only not in known.label:
                continue
            # What the product counts it writes to standard output, as Lambda wants it.
            with redirect_stdout(StringIO()), Office.open(cloud, known) as office:
                counted, faults = played(office)
                apart = holding.kept_apart(office, office.say()).value
                counted["renewed"] = office.fake.renewals
            wrong += faults
            total += counted
            _print(known.label, counted, apart)
    _print("total", total, "")
    print(f"{time.monotonic() - began:.0f} s")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong or total["twice"] else 0


def _print(label: str, counted: Counter[str], apart: str) -> None:
    names = ("errors", "lines", "sent", "retried", "failed", "renewed", "twice")
    print(HEAD.format(label, *(counted[name] for name in names), apart), flush=True)


if __name__ == "__main__":
    sys.exit(main())
