"""Looking through what was kept in quarantine, sending it again, or letting it go.

Called by `quarantine_api`, whose routes `infra/replay` calls too.
"""

from __future__ import annotations

import json

from ..platform import quarantine, queue, store
from ..platform.context import Context
from ..platform.control import ONLY
from ..platform.errors import Conflict, NotFound
from ..platform.pages import Page, PageRequest, page
from ..platform.quarantine import Kept
from .accounts import NotVouched


class NotKept(NotFound):
    code, title = "quarantine_entry_not_found", "No such entry in quarantine"


class AlreadyReplayed(Conflict):
    code, title = "already_replayed", "The entry was sent again meanwhile"


def entries(request: PageRequest, status: str) -> Page[Kept]:
    """Kept entries of one status, oldest first."""
    return page(Kept, request, status, index=Kept.by_status, newest_first=False)


def load(entry_id: str) -> Kept:
    """A kept entry. Raises `NotKept`."""
    found = store.get(Kept, entry_id, ONLY)
    if found is None:
        raise NotKept(field="entry_id")
    return found


def may_go_unseen(kept: Kept) -> bool:
    """Whether an entry may be sent again without a person having looked at this very one.

    Not one whose account did not vouch for it: it may be forged, and a replay vouches for it.
    """
    return kept.reason != NotVouched.code


def to_go_again(most: int) -> tuple[list[Kept], bool]:
    """Up to `most` waiting entries that may go unseen, oldest first, and whether there may be more.

    Reads past those that may not, however many they are.
    """
    found: list[Kept] = []
    cursor: str | None = None
    while True:
        request = PageRequest(scope="replay", limit=most, cursor=cursor)
        page_of_waiting = entries(request, quarantine.WAITING)
        found += [kept for kept in page_of_waiting.items if may_go_unseen(kept)]
        cursor = page_of_waiting.next_cursor
        if len(found) >= most or cursor is None:
            return found[:most], cursor is not None or len(found) > most


def send_again(kept: Kept, context: Context) -> None:
    """Put an entry into its queue once more.

    Sent before it is marked: killed between the two it is sent twice, which
    every handler bears; the other way round it would be lost.
    """
    body = _marked(quarantine.body_of(kept))
    fifo = kept.queue.endswith(".fifo")
    entry = queue.Message(
        body=body,
        group=(kept.group or kept.pk) if fifo else None,
        deduplication=f"{kept.pk}:{int(kept.replays)}:{context.correlation_id}"[:128]
        if fifo
        else None,
    )
    queue.send(kept.queue, [entry])


def _marked(body: str) -> str:
    """The body with a sign that a person wanted it again; what is no JSON object stays as it is."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return body
    return queue.packed(parsed | {"replayed": True}) if isinstance(parsed, dict) else body


def replayed(kept: Kept) -> store.Write:
    """The write that takes a replayed entry off the list; it may fail again under a new id."""
    return store.update(
        "kept",
        store.ref(Kept, kept.pk, ONLY),
        Kept.status.set(quarantine.REPLAYED),
        Kept.replays.add(1),
        condition=(Kept.status == kept.status) & (Kept.replays == kept.replays),
        error=AlreadyReplayed(),
    )


def dismissed(kept: Kept) -> store.Write:
    """The write that lets an entry go; it stays readable until its time is over."""
    return store.update(
        "kept",
        store.ref(Kept, kept.pk, ONLY),
        Kept.status.set(quarantine.DISMISSED),
        condition=Kept.pk.exists(),
    )
