"""The route by which the history of another help desk comes in."""

from __future__ import annotations

from collections.abc import Sequence

from ..platform import store
from ..platform.batches import BatchResult, RowResult, each
from ..platform.http import Api, Call, Change
from ..profiles import attributes
from ..profiles.importing_api import IMPORTERS
from . import importing
from .importing_views import TicketBatch, TicketRow

bp = Api(__name__)


@bp.command(
    "POST",
    "/tickets/batch",
    roles=IMPORTERS,
    body=TicketBatch,
    returns=BatchResult,
    summary="Up to 25 tickets of another help desk, each once, with their own times",
)
def import_tickets(call: Call[TicketBatch]) -> Change:
    fields, body = attributes.declared(), call.body

    def take(row: TicketRow) -> tuple[RowResult, Sequence[store.Write]]:
        taken = importing.take(
            row.old, body.source, call.context, fields=fields, dry_run=body.dry_run
        )
        return RowResult(index=0, result=taken.outcome, id=taken.ticket_id), taken.writes

    return Change(view=each(body.items, TicketRow, take, dry_run=body.dry_run), writes=[])
