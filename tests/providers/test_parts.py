"""Long messages that stop between two of their parts, and go on there."""

from __future__ import annotations

import pytest

from chalicelib.channels.sending import Once
from chalicelib.conversations.rules import Status

from . import holding
from .fake import Answer, Ends
from .known import KNOWN
from .office import Office
from .spoiling import SPOILT

#: A mail goes out whole.
CUT = [one for one in KNOWN if one.case.channel != "email"]
parted = pytest.mark.parametrize("office", CUT, indirect=True, ids=lambda one: one.label)
HUNG_UP = next(how for how in SPOILT if how.what == "hung up")


def long(office: Office) -> str:
    """Words for two parts, none of them like another."""
    able = office.fake.known.case.adapter.capabilities
    most = min(able.max_text or 2000, able.max_bytes or 10**6)
    words, number = "", 1000 * (1 + len(office.fake.asked))
    while len(words) < most * 1.3:
        words, number = f"{words}chu{number} ", number + 1
    return words.strip()


def said_whole(office: Office, before: int, text: str) -> None:
    """Both parts, each once, in order."""
    parts = [told for _, told, _ in office.fake.sendings[before:]]
    assert len(parts) == 2
    assert " ".join(" ".join(parts).split()) == text


@parted
@pytest.mark.parametrize("status", [429, 503])
def test_goes_on_with_the_second(office: Office, status: int) -> None:
    text, before = long(office), len(office.fake.sendings)
    office.fake.script.extend([None, Answer(status=status, body=b"")])
    message = office.say(text)
    office.deliver(message)
    found = office.message(message)
    assert found.status == Status.DELAYED
    assert len(found.parts) == 1
    office.later(message)
    assert office.message(message).status == Status.SENT
    said_whole(office, before, text)
    holding.once(office)


@parted
def test_refused_in_the_middle_fails_and_says_why(office: Office) -> None:
    """And goes nowhere else: its beginning has arrived."""
    refusals = [one for one in office.fake.known.errors if one.ends is Ends.FAILED]
    office.fake.script.extend([None, refusals[0].answer])
    message = office.say(long(office))
    office.deliver(message)
    holding.failed(office, message)
    assert office.message(message).instead is None


@parted
def test_the_answer_to_the_last_is_lost(office: Office) -> None:
    """What the provider's key or echo tells settles it; else a person."""
    text, before = long(office), len(office.fake.sendings)
    office.fake.spoilt.extend([(SPOILT[0], True), (HUNG_UP, True)])
    message = office.say(text)
    office.deliver(message)
    said_whole(office, before, text)
    apart = holding.kept_apart(office, message)
    if apart is Once.PERSON:
        holding.failed(office, message)
    else:
        assert office.message(message).status == Status.DELAYED
        if apart is Once.ECHO:
            office.echo()
        office.later(message)
        assert office.message(message).status == Status.SENT
    said_whole(office, before, text)
    holding.once(office)
