"""Routes of merges: made and undone by people, suggested, and what never identifies anybody."""

from __future__ import annotations

from ..events.customers import BlockedValueChanged
from ..language.extraction import email, phone
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Invalid
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView
from ..platform.pages import page
from ..platform.roles import MANAGERS, STAFF
from . import merging, suggestions
from .identities import email_identity
from .mentions import BLOCKED, blocked_key
from .merging_views import BlockedValue, MergeCreate, MergeView, SuggestionView
from .model import Blocked
from .views import IdentityView

bp = Api(__name__)


@bp.command(
    "POST",
    "/profiles/{profile_id}/merge",
    roles=STAFF,
    body=MergeCreate,
    returns=MergeView,
    status=201,
    summary="Take another profile into this one; can be undone at any time",
    refuses=(404, 409, 410),
)
def create_merge(call: Call[MergeCreate], profile_id: str) -> Change:
    reasons = (call.body.reason,) if call.body.reason else ()
    made = merging.merge(
        profile_id, call.body.profile_id, call.context, why=merging.BY_PERSON, reasons=reasons
    )
    return Change(view=MergeView.of(made.merge), writes=made.writes)


@bp.get(
    "/merges/{merge_id}", roles=STAFF, returns=MergeView, summary="One merge: who, why, what since"
)
def read_merge(call: Call[None], merge_id: str) -> Fresh:
    found = merging.load(merge_id)
    came = [IdentityView.of(item) for item in merging.identities_of(found)]
    return Fresh(view=MergeView.of(found, identities=came), revision=0)


@bp.command(
    "POST",
    "/merges/{merge_id}/undo",
    roles=STAFF,
    returns=MergeView,
    summary="Part the two profiles again, each with what came to it since",
    refuses=(404, 409, 410),
)
def undo_merge(call: Call[None], merge_id: str) -> Change:
    found = merging.load(merge_id)
    writes = merging.undo(found, call.context)
    view = MergeView.of(
        found, state="undone", undone_at=iso(call.context.now), undone_by=call.context.actor
    )
    return Change(view=view, writes=writes)


@bp.get(
    "/merge-suggestions",
    roles=STAFF,
    returns=PageView[SuggestionView],
    query=ListQuery,
    summary="Pairs of profiles that may be one customer and wait for a decision, newest first",
)
def list_suggestions(call: Call[None]) -> PageView[SuggestionView]:
    found = suggestions.open_ones(call.page())
    items = [SuggestionView.of(item) for item in found.items]
    return PageView[SuggestionView](items=items, next_cursor=found.next_cursor)


@bp.command(
    "POST",
    "/merge-suggestions/{suggestion_id}/accept",
    roles=STAFF,
    returns=MergeView,
    status=201,
    summary="They are one: merge the younger profile into the older",
    refuses=(404, 409, 410),
)
def accept_suggestion(call: Call[None], suggestion_id: str) -> Change:
    made = suggestions.accept(suggestions.load(suggestion_id), call.context)
    return Change(view=MergeView.of(made.merge), writes=made.writes)


@bp.command(
    "POST",
    "/merge-suggestions/{suggestion_id}/dismiss",
    roles=STAFF,
    returns=SuggestionView,
    summary="They are two; the pair is not suggested again",
    refuses=(404, 409),
)
def dismiss_suggestion(call: Call[None], suggestion_id: str) -> Change:
    found = suggestions.load(suggestion_id)
    view = SuggestionView.of(
        found,
        state="dismissed",
        decided_by=call.context.actor,
        decided_at=iso(call.context.now),
    )
    return Change(view=view, writes=suggestions.dismiss(found, call.context))


@bp.get(
    "/blocked-values",
    roles=STAFF,
    returns=PageView[BlockedValue],
    query=ListQuery,
    summary="Phones and addresses that identify nobody: hotlines, offices",
)
def list_blocked(call: Call[None]) -> PageView[BlockedValue]:
    found = page(Blocked, call.page(), BLOCKED, newest_first=False)
    items = [BlockedValue.of(item) for item in found.items]
    return PageView[BlockedValue](items=items, next_cursor=found.next_cursor)


@bp.command(
    "PUT",
    "/blocked-values",
    roles=MANAGERS,
    body=BlockedValue,
    returns=BlockedValue,
    summary="Never suggest or merge customers for sharing this value",
)
def block_value(call: Call[BlockedValue]) -> Change:
    view = BlockedValue(kind=call.body.kind, value=_normalised(call.body), reason=call.body.reason)
    return Change(view=view, writes=_block(view, call.context))


@bp.command(
    "POST",
    "/blocked-values/unblock",
    roles=MANAGERS,
    body=BlockedValue,
    returns=BlockedValue,
    summary="Let a value identify customers again",
    refuses=(409,),
)
def unblock_value(call: Call[BlockedValue]) -> Change:
    view = BlockedValue(kind=call.body.kind, value=_normalised(call.body))
    item = store.ref(Blocked, BLOCKED, blocked_key(view.kind, view.value))
    told = BlockedValueChanged(kind=view.kind, blocked=False)
    writes = [store.delete("blocked", item), eventlog.record(told, call.context)]
    return Change(view=view, writes=writes)


def _block(view: BlockedValue, context: Context) -> list[store.Write]:
    values = {"reason": view.reason, "created_at": iso(context.now)}
    item = store.ref(Blocked, BLOCKED, blocked_key(view.kind, view.value))
    return [
        store.update("blocked", item, *store.assign(Blocked, values), condition=None),
        eventlog.record(BlockedValueChanged(kind=view.kind, blocked=True), context),
    ]


def _normalised(given: BlockedValue) -> str:
    found = phone(given.value) if given.kind == "phone" else email(given.value)
    if found is None:
        raise Invalid(f"{given.value!r} is not valid", field="value")
    return found if given.kind == "phone" else email_identity(found)
