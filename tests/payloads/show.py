"""How an outcome reads: one line a file. Used by `__main__`."""

from __future__ import annotations

import contextlib
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator

from .run import Outcome, what_is_there
from .targets import Json

WIDTH = 44
SHOWN = 40  # characters of a text


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep out what the product itself prints, its log and its metrics."""
    logging.disable(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


def line(outcome: Outcome) -> str:
    """File, status, and what was stored; what is wrong below it."""
    status = "-" if outcome.status is None else str(outcome.status)
    parts = [outcome.note] if outcome.note else stored(outcome)
    wrong = "".join(f"\n    WRONG: {problem}" for problem in outcome.problems)
    return f"{outcome.file:<{WIDTH}} {status:>3}  {'; '.join(parts) or 'nothing stored'}{wrong}"


def stored(outcome: Outcome) -> list[str]:
    """What is new, in words, by list."""
    there = what_is_there(outcome)
    return [says(there[name]) for name, says in LISTS.items() if name in there]


def _messages(items: list[Json]) -> str:
    return "message " + ", ".join(
        f"{m['direction']}"
        + (f" “{' '.join(m['text'].split())[:SHOWN]}”" if m["text"] else "")
        + "".join(f" [{part['kind']}]" for part in m["attachments"])
        for m in items
    )


def _tickets(items: list[Json]) -> str:
    return "ticket " + ", ".join(
        f"{t['number']} {t['type']}/{t['sub_type'] or '-'} → {t['department_id']}" for t in items
    )


def _profiles(items: list[Json]) -> str:
    known = ("name", "phones", "emails", "address", "birthday", "gender")
    return "profile " + ", ".join(
        " ".join(f"{name}={p[name]}" for name in known if p.get(name)) or "unnamed" for p in items
    )


def _events(items: list[Json]) -> str:
    counts = Counter(event["name"] for event in items)
    return "events " + " ".join(n if k == 1 else f"{n}×{k}" for n, k in sorted(counts.items()))


def _quarantine(items: list[Json]) -> str:
    return "quarantine " + ", ".join(
        f"{k['status']} {k['reason']}" + (f" ({k['detail'][:SHOWN]})" if k["detail"] else "")
        for k in items
    )


def _orders(items: list[Json]) -> str:
    return "order " + ", ".join(f"{o['number']} {o['status']}" for o in items)


def _accounts(items: list[Json]) -> str:
    ends = (a["access_ends_at"] for a in items)
    shown = (f" until {end}" if end else "" for end in ends)
    return "account " + ", ".join(a["state"] + end for a, end in zip(items, shown, strict=True))


LISTS: dict[str, Callable[[list[Json]], str]] = {
    "messages": _messages,
    "orders": _orders,
    "accounts": _accounts,
    "tickets": _tickets,
    "profiles": _profiles,
    "quarantine": _quarantine,
    "events": _events,
}
