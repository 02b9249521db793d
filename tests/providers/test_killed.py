"""The process dies at every boundary of a send; the queue brings the message again."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.channels import outside
from chalicelib.channels.base import Adapter
from chalicelib.channels.sending import HttpRequest, HttpResponse, Once
from chalicelib.conversations.rules import Status
from tests.faults import Calls, Killed, timed_out, watched

from . import holding
from .known import KNOWN
from .office import Office

providers = pytest.mark.parametrize("office", KNOWN, indirect=True, ids=lambda one: one.label)
#: One of each way to settle what is lost is killed at every AWS call, before and after it.
EACH_WAY = [one for one in KNOWN if one.label in ("zalo_oa", "sms-esms", "sms-speedsms")]
MOST_CALLS = 12
DEATHS = {
    "before": Calls(),
    "after": Calls(after=True),
    "unanswered": Calls(after=True, error=timed_out),
}


def settled(office: Office, message: str) -> None:
    """The entry comes again until it is settled: sent once, or a person is told why not."""
    holding.insisted(office, message)
    found = office.message(message)
    taken = holding.times_taken(office, message)
    assert taken <= 1
    if found.status == Status.FAILED:
        assert holding.kept_apart(office, message) is Once.PERSON
        holding.readable(found)
    else:
        assert found.status == Status.SENT
        assert taken == 1
    holding.once(office)


@providers
def test_killed_between_the_answer_and_its_record(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider has taken it, and nothing of ours knows: it never goes out twice."""
    whole = outside.call

    def killed(adapter: Adapter, request: HttpRequest) -> HttpResponse:
        whole(adapter, request)
        raise Killed

    message = office.say()
    with monkeypatch.context() as patch:
        patch.setattr(outside, "call", killed)
        with pytest.raises(Killed):
            office.deliver(message)
    assert office.message(message).status == Status.SENDING
    assert holding.times_taken(office, message) == 1
    if holding.kept_apart(office, message) is Once.ECHO:
        office.echo()
        assert office.message(message).status == Status.SENT
    settled(office, message)


@providers
def test_killed_before_the_request_left(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(adapter: Adapter, request: HttpRequest) -> HttpResponse:
        raise Killed

    message = office.say()
    with monkeypatch.context() as patch:
        patch.setattr(outside, "call", killed)
        with pytest.raises(Killed):
            office.deliver(message)
    settled(office, message)


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("office", EACH_WAY, indirect=True, ids=lambda one: one.label)
def test_killed_at_every_call_to_aws(office: Office, death: str) -> None:
    """Before or after any of them, or its answer lost; an echo comes where there is one."""
    how, broken = DEATHS[death], 0
    while broken < MOST_CALLS:
        broken += 1
        message = office.say()
        calls = Calls(broken=broken, after=how.after, error=how.error)
        with suppress(Killed, Exception), watched(calls):
            office.deliver(message)
        took = holding.times_taken(office, message) == 1
        in_doubt = office.message(message).status in (Status.SENDING, Status.DELAYED)
        if took and in_doubt and holding.kept_apart(office, message) is Once.ECHO:
            office.echo()
        settled(office, message)
        if len(calls.made) < broken:
            return  # it was not broken at all: that is every call
    raise AssertionError("a send makes more calls than that")
