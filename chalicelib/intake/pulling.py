"""Fetching from providers what they do not push: due pulls by the clock, or one that is asked for.

Called by `intake.jobs` each minute and by `intake.pull_api`. What a channel's `Puller` makes of an
answer goes into the inbound queue as a webhook's events do; only then is the cursor stored. A run
that is killed in between fetches the same again, and the same events are the same by their keys.
One run at a time has a pull (a lease), asks page after page, and stops after `MOST_PAGES`, or when
its time is up: the rest is due at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..channels import flows as accounts
from ..channels import outside, pulls, registry, tokens
from ..channels.base import Account, Adapter, Delivery
from ..channels.flows import Connected
from ..channels.model import CONNECTED, LIVE, account_id_of
from ..channels.pull import NotPulled, Pulled, Puller, refusal
from ..channels.pulls import Outcome, Pull
from ..channels.sending import HttpRequest
from ..platform import queue
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.due import due
from ..platform.errors import AppError, Conflict
from ..platform.fact import frozen
from ..platform.ids import digest
from ..platform.log import count, logger
from . import webhook
from .asking import token_ended
from .entries import delivery_entry

Begin = Callable[[], Context]

#: Of one pull in one run: the provider's own pace is never near.
MOST_PAGES = 10
#: No page is begun later than this in a run of the schedule, whose function has 55 s, or of a
#: request, which has 29 s; an answer may take 20 s.
BUDGET, ASKED_BUDGET = timedelta(seconds=25), timedelta(seconds=6)
#: Looked at in one run of the schedule; what is not reached is due still.
MOST_DUE = 500
#: Keys of events remembered so that an overlap does not go through the queue each time.
MOST_RECENT = 300
SHORT = 16  # hex digits of such a key's digest
VARIANT = "pulled"  # how such an event was proved: fetched with the account's own token

INCOMPLETE = "Tài khoản chưa đủ thông tin xác thực hoặc cấu hình để lấy dữ liệu này"
NOT_CONFIRMED = "Nhà cung cấp không ghi nhận rằng dữ liệu đã được lấy"


class PullUnderWay(Conflict):
    code, title = "pull_under_way", "This pull is being run at the moment"


@frozen
class Work:
    """One run of one pull, and when it stops to ask."""

    connected: Connected
    chosen: Adapter
    puller: Puller
    name: str
    begin: Begin
    until: datetime


# ------------------------------------------------------------------ by the clock


def pull_due(begin: Begin) -> dict[str, int]:
    """Run every pull that is due, each by itself: one that fails does not hold back the rest."""
    did = {"pulled": 0, "found": 0, "failed": 0, "passed_over": 0}
    started = begin().now
    for pk, sk in due(Pull.by_due, now=started, most=MOST_DUE, kind=pulls.KIND):
        if begin().now - started > BUDGET:
            break
        outcome = _run_if_due(account_id_of(pk), sk.removeprefix(pulls.PULL), begin, started)
        if outcome is None:
            did["passed_over"] += 1
            continue
        did["failed" if outcome.error_code else "pulled"] += 1
        did["found"] += outcome.found
    return did


def _run_if_due(account_id: str, name: str, begin: Begin, started: datetime) -> Outcome | None:
    """None: it is not due after all, another run has it, or its account is at rest."""
    try:
        item = pulls.find(account_id, name)
        if item is None or item.due_at is None or item.due_at > iso(begin().now):
            return None  # the index lags behind the item
        work = _work(account_id, name, begin, started + BUDGET)
        if work is None:
            _lay_down(item, account_id)
            return None
        return run(item, work)
    except PullUnderWay:
        return None
    except AppError as error:
        logger.warning("not pulled", extra={"account": account_id, "code": error.code})
        return None


def _work(account_id: str, name: str, begin: Begin, until: datetime) -> Work | None:
    connected = accounts.account(account_id)
    if connected is None or not _fit(connected):
        return None
    account = connected.account
    chosen = registry.adapter(account.channel, account.provider)
    if chosen is None or chosen.puller is None or name not in pulls.intervals(account):
        return None
    return Work(
        connected=connected,
        chosen=chosen,
        puller=chosen.puller,
        name=name,
        begin=begin,
        until=until,
    )


def _fit(connected: Connected) -> bool:
    return connected.mode == LIVE and connected.state == CONNECTED and not connected.disabled


def _lay_down(item: Pull, account_id: str) -> None:
    """Take it out of the index; a command on the account puts it back."""
    account = tokens.find(account_id)
    if account is not None and item.name not in pulls.due_of(account):
        pulls.rest(item, account)  # else what this process remembered of the account was old


# ------------------------------------------------------------------ when asked for


def pull_now(account_id: str, name: str, begin: Begin) -> Outcome | None:
    """Run one pull at once; None when the account has no such pull, or is at rest.

    Raises `PullUnderWay`.
    """
    item = pulls.find(account_id, name)
    work = _work(account_id, name, begin, begin().now + ASKED_BUDGET)
    return None if item is None or item.due_at is None or work is None else run(item, work)


# ------------------------------------------------------------------ one run


def run(item: Pull, work: Work) -> Outcome:
    """Fetch page after page and store how far it came. Raises `PullUnderWay`."""
    context = work.begin()
    owner = context.new_id()
    if not pulls.lease(item, owner, context.now):
        raise PullUnderWay(field="name")
    outcome = _walked(item, work)
    every = pulls.intervals(work.connected.account)[work.name]
    if pulls.finish(item, owner, outcome, every=every, now=work.begin().now) is None:
        logger.warning("pull lost its lease", extra=_named(work))
    if outcome.error_code is not None:
        logger.warning("not pulled", extra={**_named(work), "code": outcome.error_code})
        count("pull_failed", provider=work.connected.account.provider, pull=work.name)
    return outcome


def _named(work: Work) -> dict[str, str]:
    return {"account": work.connected.account.id, "pull": work.name}


def _walked(item: Pull, work: Work) -> Outcome:
    outcome = Outcome(cursor=item.cursor or {}, recent=item.recent or (), found=0)
    try:
        for _ in range(MOST_PAGES):
            work, outcome = _one_page(work, outcome)
            if not outcome.more or work.begin().now > work.until:
                break
    except NotPulled as error:
        code, reason, lasting = error.reason_code, error.detail, error.lasting
    except AppError as error:  # no queue, no token, an address that is not the provider's
        code, reason, lasting = error.code, error.detail, not error.transient
    else:
        return outcome
    return replace(outcome, error_code=code, error_reason=reason, lasting=lasting)


def _one_page(work: Work, outcome: Outcome) -> tuple[Work, Outcome]:
    """One page fetched, queued, confirmed: in this order."""
    context = work.begin()
    work, page = _fetched(work, outcome, context)
    fresh = [one for one in page.deliveries if _short(one) not in outcome.recent]
    provider = registry.provider(work.connected.account.provider)
    if fresh and provider is not None:
        webhook.enqueue(provider, _entries(work, fresh, context), context)
    if page.confirm is not None:
        answer = outside.call(work.chosen, page.confirm)
        if not work.puller.confirmed(work.name, answer):
            raise NotPulled(NOT_CONFIRMED, reason_code=str(answer.status))
    recent = dict.fromkeys((*map(_short, page.deliveries), *outcome.recent))
    return work, Outcome(
        cursor=page.cursor,
        recent=tuple(recent)[:MOST_RECENT],
        found=outcome.found + len(fresh),
        more=page.more,
    )


def _short(delivery: Delivery) -> str:
    return digest(delivery.account_id, delivery.event_key)[:SHORT]


def _fetched(work: Work, outcome: Outcome, context: Context) -> tuple[Work, Pulled]:
    """The next page; with a new token where the old one has run out. Raises `NotPulled`."""
    answer = outside.call(work.chosen, _request(work, outcome, context))
    if token_ended(work.chosen, answer):
        work = replace(work, connected=accounts.renew(work.connected, context))
        answer = outside.call(work.chosen, _request(work, outcome, context))
    account = work.connected.account
    page = work.puller.read(work.name, account, outcome.cursor, answer, now=context.now)
    if page is None:
        raise refusal(answer, work.chosen.classify(answer))
    return work, page


def _request(work: Work, outcome: Outcome, context: Context) -> HttpRequest:
    account = work.connected.account
    asked = work.puller.request(work.name, account, outcome.cursor, now=context.now)
    if asked is None:
        raise NotPulled(INCOMPLETE, reason_code="incomplete", lasting=True)
    return asked


def _entries(work: Work, deliveries: Sequence[Delivery], context: Context) -> list[queue.Message]:
    ours = {(one.channel, one.account_id): one for one in _spoken_for(work)}
    owners = ((one, ours.get((one.channel, one.account_id))) for one in deliveries)
    return [_entry(work, one, owner, context) for one, owner in owners]


def _entry(work: Work, one: Delivery, owner: Account | None, context: Context) -> queue.Message:
    """An event of an account that is not connected goes its way too, and waits in quarantine."""
    provider = work.connected.account.provider
    if owner is None:
        return delivery_entry(provider, one, None, context, variant=VARIANT)
    whole = work.puller.addressed(one, owner)
    return delivery_entry(provider, whole, owner.id, context, variant=VARIANT)


def _spoken_for(work: Work) -> list[Account]:
    """The accounts an answer may speak for: who asked, and those of the very same app."""
    asking, names = work.connected.account, work.puller.app_credentials
    if not names:
        return [asking]
    app = [asking.secret(name) for name in names]
    known = (one.account for one in accounts.accounts_of(asking.provider))
    return [asking, *(one for one in known if [one.secret(name) for name in names] == app)]
