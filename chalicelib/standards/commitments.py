"""Public commitments: texts with the days they are valid, of which none is ever changed.

Called by `commitments_api` and `report`. A text that was published stays under its number: a
reply that named it, and a report on the past, can still be held against it. What is valid on a
day is the newest text whose days it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ..events.standards import CommitmentEnded, CommitmentPublished
from ..platform import eventlog, store
from ..platform.clock import iso, local_day
from ..platform.context import Context
from ..platform.errors import Conflict, NotFound, StaleRevision
from ..platform.fact import frozen
from ..platform.versions import VERSION, version_key
from .model import COMMITMENT, COMMITMENTS, Commitment, CommitmentText
from .texts import EXAMPLES, Text

EXAMPLE = 0  # the number of an example
#: Texts of a commitment that are not over: all of them end in one transaction.
MOST_VALID = 90


class CommitmentNotFound(NotFound):
    code, title = "commitment_not_found", "No such commitment"


class NothingPromised(NotFound):
    code, title = "nothing_promised", "The commitment has no text that is valid now"


class TooManyTexts(Conflict):
    code, title = "too_many_texts", f"{MOST_VALID} texts are not over: end the commitment first"


class NothingToEnd(Conflict):
    code, title = "nothing_to_end", "The commitment promises nothing after that day anyway"


@frozen
class Known:
    """A commitment with all its texts, oldest first. Revision 0: only its example is there."""

    id: str
    revision: int
    position: int
    texts: tuple[CommitmentText, ...]

    def on(self, day: date) -> CommitmentText | None:
        """What is promised on a day; an example promises nothing."""
        valid = [one for one in self.texts if not one.example and _lies_in(day, one)]
        return valid[-1] if valid else None

    def between(self, first: date, last: date) -> list[CommitmentText]:
        """What was promised on any of these days, oldest first."""
        return [
            one
            for one in self.texts
            if not one.example
            and one.valid_from <= str(last)
            and (one.valid_until is None or one.valid_until >= max(str(first), one.valid_from))
        ]


def _lies_in(day: date, text: CommitmentText) -> bool:
    until = text.valid_until
    return bool(text.valid_from <= str(day) and (until is None or str(day) <= until))


def known() -> list[Known]:
    """Every commitment, in the order they are shown; a query each (of tens in all)."""
    stored = [_known(item) for item in store.query(Commitment, COMMITMENTS)]
    there = {one.id for one in stored}
    examples = [_example(one) for one in EXAMPLES if one not in there]
    return sorted([*stored, *examples], key=lambda one: (one.position, one.id))


def load(commitment_id: str) -> Known:
    """One commitment. Raises `CommitmentNotFound`."""
    item = store.get(Commitment, COMMITMENTS, commitment_id)
    if item is not None:
        return _known(item)
    if commitment_id in EXAMPLES:
        return _example(commitment_id)
    raise CommitmentNotFound(field="commitment_id")


def promised(day: date) -> Iterator[tuple[Known, CommitmentText]]:
    """Every commitment that holds on a day, with its text."""
    for one in known():
        text = one.on(day)
        if text is not None:
            yield one, text


def said_now(commitment_id: str, context: Context) -> CommitmentText:
    """The text that is valid today. Raises `CommitmentNotFound`, `NothingPromised`."""
    found = load(commitment_id).on(local_day(context.now))
    if found is None:
        raise NothingPromised(field="commitment_id")
    return found


def version_id(text: CommitmentText) -> str:
    """The id of a text: what a reply names, and what never means another text."""
    return f"{text.commitment_id}@{int(text.number)}"


def _known(item: Commitment) -> Known:
    texts = tuple(store.query(CommitmentText, COMMITMENT + item.id, prefix=VERSION))
    return Known(id=item.id, revision=int(item.revision), position=int(item.position), texts=texts)


def _example(commitment_id: str) -> Known:
    text = EXAMPLES[commitment_id]
    item = CommitmentText(
        COMMITMENT + commitment_id,
        version_key(EXAMPLE),
        number=EXAMPLE,
        **_words(text),
        valid_from="2000-01-01",
        example=True,
        written_at="2000-01-01T00:00:00.000Z",
        written_by="system",
    )
    position = list(EXAMPLES).index(commitment_id)
    return Known(id=commitment_id, revision=0, position=position, texts=(item,))


def _words(text: Text) -> dict[str, Any]:
    return {
        "title": dict(text.title),
        "body": dict(text.body),
        "conditions": dict(text.conditions),
        "measured_by": [list(one) for one in text.measured_by],
    }


# ---------------------------------------------------------------- changes


def publish(
    before: Known,
    fields: Mapping[str, Any],
    context: Context,
    *,
    valid_from: date,
    valid_until: date | None,
    position: int | None = None,
) -> tuple[Known, list[store.Write]]:
    """A new text of a commitment, which goes before the earlier ones from its first day on.

    `fields`: title, body, conditions (language → text) and measured_by. Raises `TooManyTexts`;
    the writes raise `StaleRevision` where another was quicker.
    """
    told = [one for one in before.texts if not one.example]
    if len(_longer_than(local_day(context.now), told)) >= MOST_VALID:
        raise TooManyTexts(field="commitment_id")
    number = 1 + max((int(one.number) for one in told), default=EXAMPLE)
    last = None if valid_until is None else str(valid_until)
    days: dict[str, Any] = {"valid_from": str(valid_from), "valid_until": last}
    text = CommitmentText(
        COMMITMENT + before.id,
        version_key(number),
        number=number,
        **fields,
        **days,
        example=False,
        written_at=iso(context.now),
        written_by=context.actor,
    )
    after = Known(
        id=before.id,
        revision=before.revision + 1,
        position=before.position if position is None else position,
        texts=(*told, text),
    )
    event = CommitmentPublished(commitment_id=before.id, version=number, **days)
    writes = [store.put("text", text, error=_stale()), *_revised(before, after)]
    return after, [*writes, eventlog.record(event, context)]


def example_published(example: Known, context: Context) -> list[store.Write]:
    """The writes that promise an example as it is: for demo organisations."""
    text = EXAMPLES[example.id]
    today = local_day(context.now)
    return publish(example, _words(text), context, valid_from=today, valid_until=None)[1]


def end(before: Known, last: date, context: Context) -> tuple[Known, list[store.Write]]:
    """Promise nothing after a day. Raises `NothingToEnd`.

    Texts that were to begin later end before they begin, which is never.
    """
    longer = _longer_than(last, before.texts)
    if not longer:
        raise NothingToEnd(field="valid_until")
    writes: list[store.Write] = []
    for one in longer:
        same = store.ref(CommitmentText, one.pk, one.sk)
        ends = CommitmentText.valid_until.set(str(last))
        writes.append(
            store.update(f"text {one.sk}", same, ends, condition=CommitmentText.pk.exists())
        )
        one.valid_until = str(last)
    after = Known(
        id=before.id,
        revision=before.revision + 1,
        position=before.position,
        texts=before.texts,
    )
    number = int(longer[-1].number)
    event = CommitmentEnded(commitment_id=before.id, version=number, valid_until=str(last))
    return after, [*writes, *_revised(before, after), eventlog.record(event, context)]


def _longer_than(last: date, texts: Iterable[CommitmentText]) -> list[CommitmentText]:
    """Those that promise something after a day."""
    return [
        one
        for one in texts
        if not one.example and (one.valid_until is None or one.valid_until > str(last))
    ]


def new(commitment_id: str, position: int) -> Known:
    """A commitment nobody has heard of: to be published."""
    return Known(id=commitment_id, revision=0, position=position, texts=())


def _revised(before: Known, after: Known) -> list[store.Write]:
    item = Commitment(
        COMMITMENTS,
        after.id,
        position=after.position,
        latest=int(after.texts[-1].number),
        revision=after.revision,
    )
    unchanged = Commitment.revision == before.revision
    same = unchanged if before.revision else store.is_new(item)
    return [store.put("commitment", item, condition=same, error=_stale())]


def _stale() -> StaleRevision:
    return StaleRevision("the commitment was changed meanwhile", field="If-Match")
