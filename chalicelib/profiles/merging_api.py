"""Routes of merges: made and undone by people, suggested, and what never identifies anybody."""

from __future__ import annotations

from typing import Any

from ..platform.clock import iso
from ..platform.http import Api, Call, Change, Fresh, ListQuery, PageView
from ..platform.roles import MANAGERS, STAFF
from . import blocking, merging, suggestions
from .merging_views import (
    BlockedValue,
    MergeCreate,
    MergeView,
    SuggestionQuery,
    SuggestionView,
)
from .model import Merge
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
    view = _with_identities(made.merge)
    return Change(view=view, writes=made.writes, about=_both(made.merge))


def _with_identities(merge: Merge, **other: Any) -> MergeView:
    came = [IdentityView.of(item) for item in merging.identities_of(merge)]
    return MergeView.of(merge, identities=came, **other)


@bp.get(
    "/merges/{merge_id}", roles=STAFF, returns=MergeView, summary="One merge: who, why, what since"
)
def read_merge(call: Call[None], merge_id: str) -> Fresh:
    found = merging.load(merge_id)
    return Fresh(view=_with_identities(found), revision=0)


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
    view = _with_identities(
        found, state="undone", undone_at=iso(call.context.now), undone_by=call.context.actor
    )
    return Change(view=view, writes=writes, about=_both(found))


def _both(merge: Merge) -> tuple[str, str]:
    return str(merge.into), str(merge.profile_id)


@bp.get(
    "/merge-suggestions",
    roles=STAFF,
    returns=PageView[SuggestionView],
    query=SuggestionQuery,
    summary="Pairs of profiles that may be one customer, or were decided on, newest first",
)
def list_suggestions(call: Call[None]) -> PageView[SuggestionView]:
    state = call.query.state
    found = (
        suggestions.open_ones(call.page())
        if state == "open"
        else suggestions.decided(call.page(), state)
    )
    people = suggestions.people_of(found.items)
    items = [SuggestionView.of(item, people) for item in found.items]
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
    view = _with_identities(made.merge)
    return Change(view=view, writes=made.writes, about=_both(made.merge))


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
        suggestions.people_of([found]),
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
    found = blocking.all_blocked(call.page())
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
    sent = call.body
    value = blocking.normalised(sent.kind, sent.value)
    writes = blocking.block(sent.kind, value, call.context, reason=sent.reason)
    return Change(view=sent.model_copy(update={"value": value}), writes=writes)


@bp.command(
    "POST",
    "/blocked-values/unblock",
    roles=MANAGERS,
    body=BlockedValue,
    returns=BlockedValue,
    summary="Let a value identify customers again",
    refuses=(404,),
)
def unblock_value(call: Call[BlockedValue]) -> Change:
    view = BlockedValue(
        kind=call.body.kind, value=blocking.normalised(call.body.kind, call.body.value)
    )
    return Change(view=view, writes=blocking.unblock(view.kind, view.value, call.context))
