"""Routes of the quarantine: list, look, send again, let go."""

from __future__ import annotations

from ..platform import quarantine, store
from ..platform.http import Api, Call, Change, PageView
from ..platform.roles import MANAGERS
from . import quarantined
from .views import KeptDetail, KeptQuery, KeptView, ReplayAll, ReplayedAll

bp = Api(__name__)


@bp.get(
    "/quarantine",
    roles=MANAGERS,
    returns=PageView[KeptView],
    query=KeptQuery,
    summary="What could not be handled, oldest first; "
    f"status={'|'.join(quarantine.STATUSES)}, without it {quarantine.WAITING}",
)
def list_quarantine(call: Call[None]) -> PageView[KeptView]:
    found = quarantined.entries(call.page(), call.query.status)
    items = [KeptView.of(item) for item in found.items]
    return PageView[KeptView](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/quarantine/{entry_id}",
    roles=MANAGERS,
    returns=KeptDetail,
    summary="One kept entry with its body",
)
def read_quarantine(call: Call[None], entry_id: str) -> KeptDetail:
    kept = quarantined.load(entry_id)
    shown = KeptView.of(kept).model_dump()
    return KeptDetail(**shown, body=quarantine.body_of(kept))


@bp.command(
    "POST",
    "/quarantine/{entry_id}/replay",
    roles=MANAGERS,
    returns=KeptView,
    status=202,
    summary="Send one kept entry again",
)
def replay_quarantine(call: Call[None], entry_id: str) -> Change:
    kept = quarantined.load(entry_id)
    quarantined.send_again(kept, call.context)
    after = {"status": quarantine.REPLAYED, "replays": int(kept.replays) + 1}
    return Change(view=KeptView.of(kept, **after), writes=[quarantined.replayed(kept)])


@bp.command(
    "POST",
    "/quarantine/replay",
    roles=MANAGERS,
    body=ReplayAll,
    returns=ReplayedAll,
    status=202,
    summary="Send waiting entries again, a hundred at a time, but for those nobody vouches for",
)
def replay_all_quarantine(call: Call[ReplayAll]) -> Change:
    again, more = quarantined.to_go_again(call.body.most)
    for kept in again:
        quarantined.send_again(kept, call.context)
        store.commit([quarantined.replayed(kept)])
    view = ReplayedAll(replayed=len(again), more=more)
    return Change(view=view, writes=[])


@bp.command(
    "DELETE",
    "/quarantine/{entry_id}",
    roles=MANAGERS,
    returns=KeptView,
    summary="Let a kept entry go",
)
def dismiss_quarantine(call: Call[None], entry_id: str) -> Change:
    kept = quarantined.load(entry_id)
    view = KeptView.of(kept, status=quarantine.DISMISSED)
    return Change(view=view, writes=[quarantined.dismissed(kept)])
