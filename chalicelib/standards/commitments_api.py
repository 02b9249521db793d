"""Routes of commitments: what anybody may read, what staff publish, how promises were kept.

What is public tells of nobody and may be kept by browsers and proxies for five minutes.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from chalice.app import Response

from ..platform import received
from ..platform.clock import local_day, now
from ..platform.context import Context
from ..platform.errors import AppError, Conflict, Invalid
from ..platform.http import Api, Call, Change, Fresh, Headers, check_revision, problem
from ..platform.ids import new_id
from ..platform.roles import EVERYONE, MANAGERS, PUBLIC, STAFF
from . import commitments, report, showing
from .commitment_views import (
    CommitmentBody,
    CommitmentEndBody,
    CommitmentNew,
    CommitmentsReportView,
    CommitmentsView,
    CommitmentView,
    CommitmentWordsView,
    KeptCommitmentView,
    LanguageQuery,
    PeriodQuery,
    PromisedView,
    PromisesView,
)
from .commitments import Known

bp = Api(__name__)

CACHED = "public, max-age=300"
PAGE_HEADERS: Headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": CACHED,
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
}
MOST_DAYS, USUAL_DAYS = 400, 30


class CommitmentExists(Conflict):
    code, title = "commitment_exists", "There is a commitment with this id"


# ------------------------------------------------------------------ for anybody


@bp.get(
    "/commitments",
    roles=PUBLIC,
    returns=PromisesView,
    summary="What is promised to customers today, for anybody to read",
)
def list_promises(call: Call[None]) -> Response:
    texts = [text for _, text in commitments.promised(local_day(call.context.now))]
    body = PromisesView(items=[PromisedView.of(one) for one in texts]).model_dump_json()
    headers: Headers = {"Content-Type": "application/json", "Cache-Control": CACHED}
    return Response(body=body, headers=headers)


@bp.route("/commitments", methods=["GET"])
def serve_commitments_page() -> Response:
    """Not below /v1: the page itself."""
    request = bp.current_request
    query = request.query_params
    asked = None if query is None else query.get("language")
    language = showing.chosen(asked, request.headers.get("accept-language"))
    try:
        today = local_day(now())
        texts = [text for _, text in commitments.promised(today)]
    except AppError as error:
        return problem(error, new_id())
    body = showing.page(texts, language, today)
    etag = f'"{sha256(body.encode()).hexdigest()[:20]}"'
    headers: Headers = {**PAGE_HEADERS, "Content-Language": language, "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(body="", status_code=304, headers=headers)
    return Response(body=body, headers=headers)


# -------------------------------------------------------------------- for staff


@bp.get(
    "/commitments/all",
    roles=STAFF,
    returns=CommitmentsView,
    summary="Every commitment with all its texts; examples promise nothing until published",
)
def list_commitments(call: Call[None]) -> CommitmentsView:
    today = local_day(call.context.now)
    return CommitmentsView(items=[CommitmentView.of(one, today) for one in commitments.known()])


@bp.command(
    "POST",
    "/commitments",
    roles=MANAGERS,
    body=CommitmentNew,
    returns=CommitmentView,
    status=201,
    summary="Promise something new",
)
def add_commitment(call: Call[CommitmentNew]) -> Change:
    known = {one.id: one for one in commitments.known()}
    before = known.get(call.body.id) or commitments.new(call.body.id, len(known))
    if before.revision:
        raise CommitmentExists(field="id")
    return _published(before, call.body, call.context)


@bp.get(
    "/commitments/report",
    roles=STAFF,
    returns=CommitmentsReportView,
    query=PeriodQuery,
    summary="Promise against reality: how the clocks that measure each commitment were kept",
)
def report_commitments(call: Call[None]) -> CommitmentsReportView:
    today = local_day(call.context.now)
    last = received.day(call.query.last, "to") or today
    first = received.day(call.query.first, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid(f"from 1 to {MOST_DAYS} days", field="to")
    return CommitmentsReportView(
        first=str(first),
        last=str(last),
        provisional=last >= today - timedelta(days=1),
        items=[KeptCommitmentView.of(row) for row in report.between(first, last)],
    )


@bp.get(
    "/commitments/{commitment_id}",
    roles=STAFF,
    returns=CommitmentView,
    summary="One commitment with all its texts",
)
def read_commitment(call: Call[None], commitment_id: str) -> Fresh:
    found = commitments.load(commitment_id)
    view = CommitmentView.of(found, local_day(call.context.now))
    return Fresh(view=view, revision=found.revision)


@bp.command(
    "POST",
    "/commitments/{commitment_id}/versions",
    roles=MANAGERS,
    body=CommitmentBody,
    returns=CommitmentView,
    status=201,
    summary="Publish a new text of a commitment, or make an example the organisation's own",
    locks=True,
)
def publish_commitment(call: Call[CommitmentBody], commitment_id: str) -> Change:
    before = commitments.load(commitment_id)
    check_revision(call, before.revision)
    return _published(before, call.body, call.context)


def _published(before: Known, body: CommitmentBody, context: Context) -> Change:
    today = local_day(context.now)
    first, last = body.checked(today)
    after, writes = commitments.publish(
        before,
        body.fields(),
        context,
        valid_from=first,
        valid_until=last,
        position=body.position,
    )
    view = CommitmentView.of(after, today)
    return Change(view=view, writes=writes, revision=after.revision)


@bp.command(
    "POST",
    "/commitments/{commitment_id}/end",
    roles=MANAGERS,
    body=CommitmentEndBody,
    returns=CommitmentView,
    summary="Promise it no longer after a day; its texts stay to be read by staff",
    locks=True,
)
def end_commitment(call: Call[CommitmentEndBody], commitment_id: str) -> Change:
    before = commitments.load(commitment_id)
    check_revision(call, before.revision)
    today = local_day(call.context.now)
    last = received.day(call.body.valid_until, "valid_until") or today
    if last < today:
        raise Invalid("what was promised in the past stays as it was", field="valid_until")
    after, writes = commitments.end(before, last, call.context)
    view = CommitmentView.of(after, today)
    return Change(view=view, writes=writes, revision=after.revision)


@bp.get(
    "/commitments/{commitment_id}/text",
    roles=EVERYONE,
    returns=CommitmentWordsView,
    query=LanguageQuery,
    summary="The text that is valid now, to put into a reply, and the id of that very text",
)
def read_commitment_text(call: Call[None], commitment_id: str) -> CommitmentWordsView:
    text = commitments.said_now(commitment_id, call.context)
    return CommitmentWordsView.of(text, call.query.language)
