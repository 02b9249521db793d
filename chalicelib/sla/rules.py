"""What starts, stops and pauses each service clock: the table, and a subject's story by it. Pure.

Called by `settling` (after every event of a subject, and in simulations with other terms), by
`agreement` and by the tests that count again. Nothing is remembered between two readings: the
clocks follow from the whole story, so events may come twice, late and in any order (domain.md §6,
§9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from ..platform.fact import but, frozen
from . import clock as clocks
from .clock import Calendars, Clock, End, Target
from .policies import Traits


class Signal(StrEnum):
    """What clocks hear of, in words that all kinds of subjects share."""

    OPENED = "opened"
    ASKED = "asked"  # the customer wrote something that wants an answer (no courtesy)
    ANSWERED = "answered"  # a person of ours spoke to the customer, wherever they did
    FOLLOWED_UP = "followed_up"  # a contact on record, or an answered follow-up survey
    TURNED = "turned"  # whose turn it is (`turn`)
    CHANGED = "changed"  # what the terms depend on (`traits`)
    DONE = "done"
    REJECTED = "rejected"  # done, but nothing to ask about afterwards
    VOID = "void"  # spam or a duplicate: it never was a matter
    REOPENED = "reopened"
    AGREED = "agreed"  # other terms: a policy or a calendar was changed (`terms`)


@frozen
class Heard:
    """One signal. `traits` are those that changed: field → value; `terms` hold from then on.

    `id` is that of the event; terms agreed because of another one name it in `because`.
    """

    signal: Signal
    at: datetime
    id: str = ""
    turn: str | None = None
    traits: Traits | None = None
    terms: Mapping[str, Target] | None = None
    because: str | None = None


@frozen
class Kind:
    """What moves the clocks of one name.

    `starts` lets it count, `restarts` ends the round that counts (met) and begins the next one;
    `goes_on` lets a met one count again. It stands still while it is not the turn of one of
    `runs_while`; None: it never does. `once`: only the first start counts.
    """

    starts: frozenset[Signal] = frozenset()
    restarts: frozenset[Signal] = frozenset()
    meets: frozenset[Signal] = frozenset()
    cancels: frozenset[Signal] = frozenset()
    goes_on: frozenset[Signal] = frozenset()
    runs_while: frozenset[str] | None = None
    once: bool = False

    def moved_by(self, signal: Signal) -> bool:
        """Whether a signal alone does anything to it."""
        return (
            signal in self.starts
            or signal in self.restarts
            or signal in self.meets
            or signal in self.cancels
            or signal in self.goes_on
        )

    @property
    def hears(self) -> frozenset[Signal]:
        """All that moves it."""
        return self.starts | self.restarts | self.meets | self.cancels | self.goes_on


ENDS = frozenset({Signal.DONE, Signal.REJECTED, Signal.VOID})
BEGINNINGS = frozenset({Signal.OPENED, Signal.REOPENED})
MOVE_IT = BEGINNINGS | ENDS  # begin or end the subject itself
US, THIRD_PARTY = "agent", "third_party"

KINDS: Mapping[str, Kind] = {
    "acknowledge": Kind(
        starts=frozenset({Signal.OPENED}),
        meets=frozenset({Signal.ANSWERED}),
        cancels=ENDS,
        once=True,
    ),
    "update": Kind(
        restarts=frozenset({Signal.ANSWERED, Signal.REOPENED}),
        cancels=ENDS,
        runs_while=frozenset({US, THIRD_PARTY}),
    ),
    "resolve": Kind(
        starts=frozenset({Signal.OPENED}),
        meets=frozenset({Signal.DONE, Signal.REJECTED}),
        cancels=frozenset({Signal.VOID}),
        goes_on=frozenset({Signal.REOPENED}),
        runs_while=frozenset({US}),
        once=True,
    ),
    "follow_up": Kind(
        starts=frozenset({Signal.DONE}),
        meets=frozenset({Signal.ANSWERED, Signal.FOLLOWED_UP}),
        cancels=frozenset({Signal.REOPENED}),
    ),
    "next_response": Kind(
        starts=frozenset({Signal.ASKED}),
        meets=frozenset({Signal.ANSWERED}),
        cancels=ENDS,
    ),
}

#: What is promised to a subject with these traits at that moment: clock → target.
Decide = Callable[[Traits, datetime], Mapping[str, Target]]


@frozen
class Standing:
    """A subject's clocks as its story has left them.

    `counting` are the names whose clock counts now if anything is promised for it, `begun`
    those that ever did.
    """

    clocks: Mapping[str, Clock]  # by name: the latest round
    past: tuple[Clock, ...] = ()  # earlier rounds
    traits: Traits
    terms: Mapping[str, Target]
    turn: str | None = None
    open: bool = False
    counting: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()

    @property
    def all(self) -> tuple[Clock, ...]:
        """Every clock there ever was, the earlier rounds first."""
        return (*self.past, *self.clocks.values())


NOTHING = Standing(clocks={}, traits={}, terms={})


def told(
    story: Iterable[Heard], calendars: Calendars, *, kinds: Mapping[str, Kind] = KINDS
) -> Standing:
    """The clocks of a subject after its story, which is in order of time."""
    standing = NOTHING
    for heard in story:
        standing = _after(standing, heard, calendars, kinds)
    return standing


def stages(
    story: Iterable[Heard], calendars: Calendars, *, kinds: Mapping[str, Kind] = KINDS
) -> Iterator[tuple[Heard, Standing]]:
    """The same story one by one: each signal with the clocks after it."""
    standing = NOTHING
    for heard in story:
        standing = _after(standing, heard, calendars, kinds)
        yield heard, standing


def _after(
    standing: Standing, heard: Heard, calendars: Calendars, kinds: Mapping[str, Kind]
) -> Standing:
    standing = _known(standing, heard, calendars)
    everything = heard.terms is not None or heard.turn is not None
    for name, kind in kinds.items():
        if everything or kind.moved_by(heard.signal):
            standing = _moved(standing, name, kind, heard)
    return standing


def agreed(story: Iterable[Heard], decide: Decide) -> Iterator[Heard]:
    """The story with terms agreed after everything they depend on, where they are not yet.

    What is new is told by having no `id`. Terms that were agreed because of something follow
    it at once, whatever else happened at the same moment.
    """
    story = list(story)
    settled = {heard.because: heard for heard in story if heard.because is not None}
    traits: dict[str, str | None] = {}
    for heard in story:
        if heard.because is not None:
            continue
        yield heard
        if heard.traits is None:
            continue
        traits.update(heard.traits)
        if heard.signal is not Signal.AGREED:
            yield settled.get(heard.id) or Heard(
                signal=Signal.AGREED,
                at=heard.at,
                terms=decide(dict(traits), heard.at),
                because=heard.id,
            )


def _known(standing: Standing, heard: Heard, calendars: Calendars) -> Standing:
    """What is known of the subject now: its turn, traits and terms, and clocks under these."""
    if heard.signal in MOVE_IT or heard.turn or heard.traits:
        begins = heard.signal in BEGINNINGS
        standing = but(
            standing,
            turn=heard.turn or standing.turn,
            traits={**standing.traits, **(heard.traits or {})},
            open=(begins or standing.open) and heard.signal not in ENDS,
        )
    if heard.terms is None:
        return standing
    return _under(standing, heard.terms, heard.at, calendars)


def _under(
    standing: Standing, terms: Mapping[str, Target], at: datetime, calendars: Calendars
) -> Standing:
    """Clocks that count go on under new terms; those promised nothing any more are cancelled."""
    changed = {
        name: clocks.retarget(one, at, terms[name], calendars)
        if name in terms
        else clocks.stop(one, at, End.CANCELLED)
        for name, one in standing.clocks.items()
    }
    return but(standing, clocks=changed, terms=terms)


def _moved(standing: Standing, name: str, kind: Kind, heard: Heard) -> Standing:
    """What a signal does to the clock of one name."""
    standing = _counted(standing, name, kind, heard.signal)
    before = standing.clocks.get(name)
    one = _ended(before, kind, heard)
    past = standing.past
    wanted = name in standing.counting and name in standing.terms
    if wanted and (one is None or one.ended_at is not None):
        # Two answers in one moment (providers tell seconds) are one: its clocks have one key.
        again = one is not None and one.started_at == heard.at
        past = past if one is None or again else (*past, one)
        round_ = 1 if one is None else one.round + (not again)
        one = clocks.start(name, round_, heard.at, standing.terms[name])
    if one is None:
        return standing
    one = _turned(one, kind, standing.turn, heard.at)
    if one is before:
        return standing
    return but(standing, clocks={**standing.clocks, name: one}, past=past)


def _counted(standing: Standing, name: str, kind: Kind, signal: Signal) -> Standing:
    """Whether a clock of that name counts now, promised or not."""
    counts = name in standing.counting
    if signal in kind.meets or signal in kind.cancels:
        counts = False
    if signal in kind.starts:
        counts = counts or not (kind.once and name in standing.begun)
    elif signal in kind.restarts:
        counts = standing.open
    elif signal in kind.goes_on:
        counts = True
    if counts == (name in standing.counting) and (name in standing.begun or not counts):
        return standing
    names = frozenset({name})
    return but(
        standing,
        counting=standing.counting | names if counts else standing.counting - names,
        begun=standing.begun | names if counts else standing.begun,
    )


def _ended(one: Clock | None, kind: Kind, heard: Heard) -> Clock | None:
    """The clock of the round so far, met, cancelled or going on by a signal."""
    if one is None:
        return None
    if heard.signal in kind.goes_on:
        return clocks.go_on(one, heard.at)
    if heard.signal in kind.meets or heard.signal in kind.restarts:
        return clocks.stop(one, heard.at, End.MET)
    if heard.signal in kind.cancels:
        return clocks.stop(one, heard.at, End.CANCELLED)
    return one


def _turned(one: Clock, kind: Kind, turn: str | None, at: datetime) -> Clock:
    """Counting or standing still, by whose turn it is."""
    counts = kind.runs_while is None or turn is None or turn in kind.runs_while
    return clocks.resume(one, at) if counts else clocks.pause(one, at)


# ------------------------------------------------------------------ waits


@frozen
class Wait:
    """A customer's wait for a person's answer; `until` None: it still lasts or was cut short."""

    since: datetime
    until: datetime | None = None


def waits(story: Iterable[Heard]) -> tuple[Wait, ...]:
    """The waits of a story that an answer ended (domain.md §9, ART), and a last one that lasts.

    A wait opens with the first unanswered message; `done` ends it uncounted.
    """
    found: list[Wait] = []
    since: datetime | None = None
    for heard in story:
        if heard.signal is Signal.ASKED and since is None:
            since = heard.at
        elif heard.signal is Signal.ANSWERED and since is not None:
            found.append(Wait(since=since, until=heard.at))
            since = None
        elif heard.signal in ENDS:
            since = None
    return (*found, *([] if since is None else [Wait(since=since)]))
