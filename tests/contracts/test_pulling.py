"""What every pull of every channel holds: its requests, its pages, its keys, and any answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from chalicelib.channels import registry
from chalicelib.channels.base import Account, Delivery
from chalicelib.channels.keys import LONGEST_KEY
from chalicelib.channels.pull import NotPulled, Pulled, Puller, refusal
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import HttpResponse
from chalicelib.platform import queue
from tests.fuzz.holding import storable
from tests.fuzz.spoiling import spoilt_body

from .case import ChannelCase, Pulling
from .cases import CASES

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PULLS = [(case, pull) for case in CASES for pull in case.pulls]
every = pytest.mark.parametrize(
    ("case", "pull"), PULLS, ids=[f"{case.label}-{pull.name}" for case, pull in PULLS]
)


def puller(case: ChannelCase) -> Puller:
    found = case.adapter.puller
    assert found is not None
    return found


def account(case: ChannelCase, pull: Pulling) -> Account:
    held = {**case.account.credentials, **pull.credentials}
    return replace(case.account, credentials=held, settings=pull.settings)


def read(case: ChannelCase, pull: Pulling, response: HttpResponse, **cursor: object) -> Pulled:
    page = puller(case).read(pull.name, account(case, pull), cursor, response, now=NOW)
    assert page is not None, "the answer was not read"
    return page


def delivered(case: ChannelCase, one: Delivery) -> None:
    """Through the queue and into an event that can be stored."""
    assert 0 < len(one.event_key) <= LONGEST_KEY
    body = json.loads(queue.packed(one.payload))
    storable(case.parse(replace(one, payload=body)))


def test_every_pull_of_every_channel_is_tried() -> None:
    declared = {
        (channel, provider, name)
        for channel in registry.CHANNELS
        for provider, adapter in registry.adapters(channel).items()
        if adapter.puller is not None
        for name in adapter.puller.pulls
    }
    tried = {(case.channel, case.account.provider, pull.name) for case, pull in PULLS}
    assert tried == declared


@every
def test_asks_the_provider_and_nobody_else(case: ChannelCase, pull: Pulling) -> None:
    """Nor anybody at all without credentials."""
    asked = puller(case).request(pull.name, account(case, pull), {}, now=NOW)
    assert asked is not None
    assert may_be_called(asked.url, case.adapter.hosts)
    bare = replace(account(case, pull), credentials={})
    assert puller(case).request(pull.name, bare, {}, now=NOW) is None


@every
def test_is_wanted_by_an_account_that_can_have_it(case: ChannelCase, pull: Pulling) -> None:
    assert pull.name in puller(case).wanted(account(case, pull))
    assert timedelta(minutes=5) <= puller(case).pulls[pull.name] <= timedelta(days=1)


@every
def test_what_is_there_comes_as_events_with_keys_of_their_own(
    case: ChannelCase, pull: Pulling
) -> None:
    page = read(case, pull, pull.full)
    assert [case.parse(one).kind for one in page.deliveries] == list(pull.kinds)
    keys = [one.event_key for one in page.deliveries]
    assert len(set(keys)) == len(keys)
    assert [one.event_key for one in read(case, pull, pull.full).deliveries] == keys
    assert {one.account_id for one in page.deliveries} == {case.account.account_id}
    assert json.loads(json.dumps(page.cursor)) == page.cursor
    assert not page.more
    for one in page.deliveries:
        delivered(case, one)


@every
def test_the_same_by_push_has_the_same_key(case: ChannelCase, pull: Pulling) -> None:
    if pull.pushed is None:
        assert pull.name in {"reviews", "orders"}  # which no push tells of, or not as a whole
        return
    (pushed,) = case.deliveries(case.request(pull.pushed))
    first = read(case, pull, pull.full).deliveries[0]
    assert (first.channel, first.account_id) == (pushed.channel, pushed.account_id)
    assert first.event_key == pushed.event_key
    assert puller(case).addressed(first, account(case, pull)).sender == pushed.sender
    mine, theirs = case.parse(first), case.parse(pushed)
    assert (mine.kind, mine.user_id, mine.text) == (theirs.kind, theirs.user_id, theirs.text)
    assert mine.provider_message_id == theirs.provider_message_id


@every
def test_a_page_leads_to_the_next(case: ChannelCase, pull: Pulling) -> None:
    page = read(case, pull, pull.more)
    assert page.more
    assert page.deliveries
    asking = puller(case)
    first = asking.request(pull.name, account(case, pull), {}, now=NOW)
    then = asking.request(pull.name, account(case, pull), page.cursor, now=NOW)
    assert then is not None
    assert page.confirm is not None or then != first
    if page.confirm is not None:
        assert may_be_called(page.confirm.url, case.adapter.hosts)


@every
def test_nothing_new_is_nothing(case: ChannelCase, pull: Pulling) -> None:
    page = read(case, pull, pull.empty)
    assert (list(page.deliveries), page.more, page.confirm) == ([], False, None)
    again = puller(case).request(pull.name, account(case, pull), page.cursor, now=NOW)
    assert again is not None


@every
def test_what_a_walk_has_seen_the_next_one_begins_behind(case: ChannelCase, pull: Pulling) -> None:
    """A cursor that holds nothing, of a run that came to its end, would forget what it saw."""
    page = read(case, pull, pull.full)
    assert page.cursor or page.confirm


NOTHING = [(0, b""), (429, b""), (500, b"<html>"), (503, b""), (200, b""), (200, b"[]")]
NOTHING += [
    (200, b"null"),
    (200, b'"x"'),
    (200, b"\xff\xfe"),
    (200, b'{"data":null}'),
    (404, b"{}"),
]


@every
@pytest.mark.parametrize(("status", "body"), NOTHING)
def test_no_answer_says_why(case: ChannelCase, pull: Pulling, status: int, body: bytes) -> None:
    """And that it passes, where it is no refusal."""
    error = refused(case, pull, HttpResponse(status=status, body=body))
    assert error.detail
    assert error.reason_code
    assert not (error.lasting and status in (0, 429, 500, 503))


@every
def test_a_refusal_waits_for_a_person(case: ChannelCase, pull: Pulling) -> None:
    assert refused(case, pull, pull.refused).lasting


def refused(case: ChannelCase, pull: Pulling, response: HttpResponse) -> NotPulled:
    """Why an answer gave nothing, as `intake.pulling` tells it."""
    try:
        page = puller(case).read(pull.name, account(case, pull), {}, response, now=NOW)
    except NotPulled as error:
        return error
    assert page is None
    return refusal(response, case.adapter.classify(response))


@every
def test_whatever_is_answered_becomes_events_or_a_reason(case: ChannelCase, pull: Pulling) -> None:
    for seed in range(400):
        random = Random(seed)
        whole = random.choice((pull.full, pull.more))
        spoilt = replace(whole, body=spoilt_body(whole.body, random))
        asking, asked = puller(case), account(case, pull)
        try:
            page = asking.read(pull.name, asked, {}, spoilt, now=NOW)
        except NotPulled:
            continue
        for one in () if page is None else page.deliveries:
            delivered(case, asking.addressed(one, asked))
        if page is not None:
            cursor = json.loads(json.dumps(page.cursor))
            asking.request(pull.name, asked, cursor, now=NOW)
            asking.read(pull.name, asked, cursor, pull.full, now=NOW)


@every
def test_a_date_that_cannot_be_hides_nothing_that_comes(case: ChannelCase, pull: Pulling) -> None:
    """An entry of the year 2099 is no reason to ask for nothing before it."""
    late = pull.full.body
    for year in (b"2026-11-21", str(int(NOW.timestamp()) // 10**7).encode(), b"17952552"):
        late = late.replace(year, b"2099-11-21" if b"-" in year else b"409" + year[3:])
    page = read(case, pull, replace(pull.full, body=late))
    since = page.cursor.get("since")
    if isinstance(since, int):
        assert since <= NOW.timestamp() * (1000 if since > 10**11 else 1)
    elif since is not None:
        assert datetime.fromisoformat(since) <= NOW
