"""The route by which other systems and imports tell of customers."""

from __future__ import annotations

from collections.abc import Sequence

from ..platform import store
from ..platform.batches import BatchResult, RowResult, each
from ..platform.http import Api, Call, Change
from ..platform.roles import Role
from . import attributes, importing
from .importing_views import ProfileBatch, ProfileRow

bp = Api(__name__)

#: Who may tell of many at once: other systems, and who sets the product up.
IMPORTERS = frozenset({Role.INTEGRATION, Role.ADMIN})


@bp.command(
    "POST",
    "/profiles/batch",
    roles=IMPORTERS,
    body=ProfileBatch,
    returns=BatchResult,
    summary="Up to 50 customers of another system, added or updated, each by itself",
)
def import_profiles(call: Call[ProfileBatch]) -> Change:
    fields = attributes.declared()

    def take(row: ProfileRow) -> tuple[RowResult, Sequence[store.Write]]:
        taken = importing.take(row.person, call.body.source, call.context, fields=fields)
        return RowResult(index=0, result=importing.outcome(taken), id=taken.origin), taken.writes

    told = each(call.body.items, ProfileRow, take, dry_run=call.body.dry_run)
    return Change(view=told, writes=[])
