"""A token that runs out in the middle of the work, and a renewal that fails in every way."""

from __future__ import annotations

import pytest

from chalicelib.conversations.rules import Status

from . import holding
from .fake import Answer
from .known import KNOWN
from .office import Office

renewing = pytest.mark.parametrize(
    "office", [one for one in KNOWN if one.renewing], indirect=True, ids=lambda one: one.label
)
FIXED = [one for one in KNOWN if not one.renewing]
HTML = b"<html><body>Bad gateway</body></html>"


@renewing
def test_a_token_that_has_run_out_is_renewed_once(office: Office) -> None:
    before = office.fake.renewals
    office.fake.expire()
    message = office.say()
    office.deliver(message)
    holding.sent(office, message)
    following = office.say()
    office.deliver(following)
    holding.sent(office, following)
    assert office.fake.renewals == before + 1, "once for all that come after"


@renewing
def test_renewal_refused_waits_for_a_person(office: Office) -> None:
    refused = office.fake.known.renewal_refused
    assert refused is not None
    office.fake.expire()
    office.fake.renewal_answers.append(refused)
    message = office.say()
    office.deliver(message)
    assert office.state == "needs_reconnect"
    found = office.message(message)
    assert found.status == Status.DELAYED
    holding.readable(found)
    asked = len(office.fake.asked)
    office.later(message)
    assert len(office.fake.asked) == asked, "a refused account is not asked again"
    office.reconnect()
    office.later(message)
    holding.sent(office, message)


@renewing
@pytest.mark.parametrize(
    "answer",
    [Answer(status=500, body=HTML), Answer(status=429, body=b""), Answer(status=200, body=HTML)],
    ids=["500", "429", "200 html"],
)
def test_renewal_that_fails_for_now_is_tried_again(office: Office, answer: Answer) -> None:
    office.fake.expire()
    office.fake.renewal_answers.append(answer)
    message = office.say()
    office.deliver(message)
    assert office.state == "connected"
    holding.waits_then_sent(office, message)


@renewing
def test_a_new_token_that_is_refused_too_is_not_renewed_for_ever(office: Office) -> None:
    expired = office.fake.known.expired
    assert expired is not None
    office.fake.script.extend([expired, expired])
    before, message = office.fake.renewals, office.say()
    office.deliver(message)
    assert office.fake.renewals == before + 1
    holding.waits_then_sent(office, message)


@pytest.mark.parametrize("office", FIXED, indirect=True, ids=lambda one: one.label)
def test_401_without_a_code_waits_for_a_person(office: Office) -> None:
    office.fake.script.append(Answer(status=401, body=HTML))
    message = office.say()
    office.deliver(message)
    assert office.state == "needs_reconnect"
    holding.readable(office.message(message))
    office.reconnect()
    office.later(message)
    holding.sent(office, message)
