"""What must hold of every send, whatever the provider does. Called by the tests and `__main__`.

Each function plays one row against an `Office` and says how the message ended; what does not
hold is an `AssertionError`. In all of them nothing goes out twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from chalicelib.channels.event import Author
from chalicelib.channels.sending import Once, OutboundMessage
from chalicelib.conversations.delivery import ANSWER_LOST, InDoubt
from chalicelib.conversations.model import Message
from chalicelib.conversations.rules import IN_DOUBT, Status
from chalicelib.platform import outward
from chalicelib.platform.clock import parse, zone

from .fake import Answer, Ends, Error
from .office import HASTE, PATIENCE, Office
from .spoiling import Known as Knowing
from .spoiling import Spoilt

#: Endings after which the message waits and goes out by itself.
WAITING = {Ends.RETRIED, Ends.TOMORROW, Ends.MORNING}


def readable(message: Message) -> None:
    """Vietnamese words that say what happened, first; the provider's own may follow."""
    reason = message.error_reason or ""
    own = reason.partition(": ")[0] if not reason.startswith("Đã ngừng") else reason
    marks = unicodedata.normalize("NFD", own)
    assert any(unicodedata.combining(one) for one in marks), f"no Vietnamese words: {reason!r}"
    assert len(own.split()) >= 4, f"no sentence: {reason!r}"
    assert message.error_code, "no code to look it up by"


def once(office: Office) -> None:
    """The provider has taken nothing twice, and was asked nothing it would not understand."""
    doubled = {text: times for text, times in office.fake.taken.items() if times > 1}
    assert not doubled, f"sent twice: {doubled}"
    assert not office.fake.strange, office.fake.strange


def times_taken(office: Office, message: str) -> int:
    return office.fake.taken[str(office.message(message).text)]


def sent(office: Office, message: str) -> None:
    found = office.message(message)
    assert found.status == Status.SENT, (found.status, found.error_code, found.error_reason)
    assert not found.error_code
    assert times_taken(office, message) == 1
    once(office)


def failed(office: Office, message: str) -> None:
    found = office.message(message)
    assert found.status == Status.FAILED, (found.status, found.error_code, found.error_reason)
    readable(found)
    assert not found.due_at, "it would be taken up again"
    once(office)


def waits_then_sent(office: Office, message: str, *, at_least: timedelta | None = None) -> None:
    """Delayed with a reason until a moment, and sent then."""
    found = office.message(message)
    assert found.status == Status.DELAYED, (found.status, found.error_code, found.error_reason)
    readable(found)
    due = parse(str(found.due_at))
    assert due > office.at
    assert at_least is None or due - office.at >= at_least, "before an echo could come"
    office.later(message)
    sent(office, message)


# -------------------------------------------------------------- documented errors


def error(office: Office, row: Error) -> str:
    """One documented error, and what comes of it."""
    office.fake.script.append(row.answer)
    renewals, message = office.fake.renewals, office.say()
    office.deliver(message)
    if row.ends is Ends.FAILED:
        failed(office, message)
    elif row.ends is Ends.RECONNECT:
        _waits_for_a_person(office, message)
    elif row.ends is Ends.RENEWED:
        sent(office, message)
        assert office.fake.renewals == renewals + 1, "renewed once"
    elif row.ends is Ends.SENT:
        assert office.message(message).status == Status.SENT
        assert times_taken(office, message) == 0, "taken before, and not again"
    else:
        _at_its_hour(office, message, row.ends)
        waits_then_sent(office, message)
    return str(office.message(message).status)


def _at_its_hour(office: Office, message: str, ends: Ends) -> None:
    due = parse(str(office.message(message).due_at))
    local, here = due.astimezone(zone()), office.at.astimezone(zone())
    if ends is Ends.RETRIED:
        assert due - office.at <= timedelta(minutes=1), "soon, the first time"
    if ends is Ends.TOMORROW:
        assert (local.date() - here.date()).days == 1
    if ends is Ends.MORNING:
        assert local.hour == 6


def _waits_for_a_person(office: Office, message: str) -> None:
    """The account says so, nobody is asked meanwhile, and the message goes out afterwards."""
    found = office.message(message)
    assert found.status == Status.DELAYED, (found.status, found.error_code, found.error_reason)
    readable(found)
    assert office.state == "needs_reconnect"
    asked = len(office.fake.asked)
    assert office.later(message) is Status.DELAYED
    readable(office.message(message))
    assert len(office.fake.asked) == asked, "a refused account is not asked again"
    office.reconnect()
    office.later(message)
    sent(office, message)


def odd(office: Office, answer: Answer) -> str:
    """An error of no foreseen shape: it ends, readably, and nothing is doubled."""
    office.fake.script.append(answer)
    message = office.say()
    office.deliver(message)
    found = office.message(message)
    assert found.status in (Status.FAILED, Status.DELAYED), found.status
    readable(found)
    ended = str(found.status)
    if found.status == Status.DELAYED:
        office.reconnect()
        office.later(message)
        sent(office, message)
    once(office)
    return ended


# ------------------------------------------------------------------ broken lines


@contextmanager
def _hastened(office: Office, how: Spoilt) -> Iterator[None]:
    office.pool.patience = HASTE if how.slow else PATIENCE
    office.pool.nobody = how.unreached
    with patch.object(outward, "WHOLE_SECONDS", HASTE if how.slow else PATIENCE):
        yield
    office.pool.patience, office.pool.nobody = PATIENCE, False


def kept_apart(office: Office, message: str) -> Once:
    """What keeps this message from going out twice."""
    case, found = office.fake.known.case, office.message(message)
    assert case.sending is not None
    asked = OutboundMessage(
        message_id=message,
        user_id=case.sending.recipient,
        text=str(found.text),
        author=Author.HUMAN,
        last_inbound_at=office.at,
        answers=found.answers,
        thread=found.provider_thread,
    )
    return case.adapter.once(asked, case.account)


def spoilt(office: Office, how: Spoilt, *, taken: bool) -> str:
    """One fault on the line; `taken`: the provider carried the request out all the same."""
    message = office.say()
    if not how.unreached:
        office.fake.spoilt.append((how, taken))
    with _hastened(office, how):
        office.deliver(message)
    if how.known is Knowing.SENT:
        sent(office, message)
    elif how.known is Knowing.NOT_TAKEN:
        waits_then_sent(office, message)
    elif how.known is Knowing.REFUSED:
        _refused(office, message)
    else:
        lost(office, message, taken=taken)
    return str(office.message(message).status)


def _refused(office: Office, message: str) -> None:
    found = office.message(message)
    assert found.status in (Status.FAILED, Status.DELAYED)
    readable(found)
    if found.status == Status.DELAYED:
        office.reconnect()
        office.later(message)
        sent(office, message)
    once(office)


def lost(office: Office, message: str, *, taken: bool) -> None:
    """Nobody knows whether it went out: the provider's key, its echo, or a person settles it."""
    apart = kept_apart(office, message)
    if apart is Once.PERSON:
        assert office.message(message).error_code == ANSWER_LOST
        failed(office, message)
    elif apart is Once.ECHO and taken:
        assert office.message(message).status == Status.DELAYED
        readable(office.message(message))
        office.echo()
        sent(office, message)
        assert office.later(message) is Status.SENT
        once(office)
    else:
        waits_then_sent(office, message, at_least=IN_DOUBT if apart is Once.ECHO else None)


def insisted(office: Office, message: str) -> None:
    """What the queue does with an entry that fails: again, until it is settled."""
    for _ in range(4):
        try:
            status = office.deliver(message)
        except InDoubt:
            office.at += IN_DOUBT + timedelta(seconds=1)
            continue
        if status in (Status.SENT, Status.FAILED):
            return
        office.later(message)
