"""Everything that may go wrong on the line, with every provider; and who settles what is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.channels.sending import Once

from . import holding
from .fake import Known
from .known import KNOWN
from .office import Office
from .spoiling import SPOILT, Spoilt
from .spoiling import Known as Knowing

#: Also played with a provider that did not take what it answered so badly.
NOT_TAKEN_EITHER = {"hung up", "no answer in time", "200 html", "504"}
#: One of each way to settle what is lost gets every fault there is, the others those on which
#: their own reading of answers depends; `__main__` plays all with all.
WHOLLY = {"zalo_oa", "whatsapp", "sms-esms", "sms-sns"}
SOME = {
    *("hung up", "cut short", "200 html", "200 empty", "204", "200 object", "504", "429", "400"),
    *("404", "302 elsewhere", "no answer in time"),
}


def rows(known: Known) -> Iterator[tuple[Known, Spoilt, bool]]:
    """(provider, fault, whether it took what it answered so)."""
    for how in SPOILT:
        if known.label in WHOLLY or how.what in SOME:
            yield known, how, how.known in (Knowing.SENT, Knowing.LOST)
            if how.what in NOT_TAKEN_EITHER and known.label in WHOLLY:
                yield known, how, False


ROWS = [row for known in KNOWN for row in rows(known)]

#: Nothing tells of a lost send here: the message fails, and a person decides. Anything else is
#: settled by the provider's key or by what it tells us of its own accord.
LEFT_TO_A_PERSON = {
    "facebook_comment": "the feed tells of our comments without naming the customer or our id",
    "email-ses": "no key; SES puts its own Message-ID in place of ours",
    "email-mailgun": "no key; reports come only where they are set up",
    "email-sendgrid": "no key; reports come only where they are set up",
    "email-postmark": "no key; reports come only where they are set up",
    "sms-speedsms": "no key, no report, no webhook is documented",
    "sms-sns": "no key for a number; reports go to a log",
}


@pytest.mark.parametrize(
    ("office", "how", "taken"),
    ROWS,
    indirect=["office"],
    ids=[f"{known.label} {how.what}{' taken' if taken else ''}" for known, how, taken in ROWS],
)
def test_fault_on_the_line(office: Office, how: Spoilt, taken: bool) -> None:
    holding.spoilt(office, how, taken=taken)


@pytest.mark.parametrize("office", KNOWN, indirect=True, ids=lambda known: known.label)
def test_who_settles_what_is_lost(office: Office) -> None:
    known: Known = office.fake.known
    apart = holding.kept_apart(office, office.say())
    assert (apart is Once.PERSON) == (known.label in LEFT_TO_A_PERSON)
    assert (apart is Once.KEY) == (known.key is not None)
    assert (apart is Once.ECHO) == (known.echo is not None)
