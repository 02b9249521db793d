"""What is promised for which matters: ordered rules, the first that fits decides. Pure.

Called by `governing` (what is promised), `views` (what people wrote is a policy) and `simulating`.
The defaults are the table of domain.md §6; an organisation's own set replaces them whole, and
every set that was ever in force stays readable under its version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..calendars.defaults import ALWAYS_OPEN, DEFAULT
from ..platform.fact import frozen

#: Kinds of subjects that policies make promises to; the first is the one meant without a word.
TICKET, TASK = "ticket", "task"
BY_POLICY = (TICKET, TASK)

#: What a rule may ask about. `subject`: one of `BY_POLICY`; `what`: the code of a task, or of a
#: ticket that we began ourselves.
TRAITS = (
    "subject", "what", "type", "sub_type", "severity", "tier", "priority", "channel", "source",
    "department_id", "branch", "stage", "touchpoint",
)  # fmt: skip

Traits = Mapping[str, str | None]


@frozen
class Promise:
    """A target as people set it: seconds of open time of a calendar (its latest version).

    `then_open`: a due moment outside that calendar's hours moves to its next open one.
    """

    seconds: int
    calendar: str = DEFAULT
    then_open: str | None = None


@frozen
class Policy:
    """One rule: fits where for one of `when` every field named has one of its values.

    No condition at all fits every ticket; only what names another `subject` is about that.
    No promises: nothing is promised, and that is decided.
    """

    id: str
    name: str
    when: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    promises: Mapping[str, Promise]

    def fits(self, traits: Traits) -> bool:
        """Whether this rule is about a matter with these traits."""
        return any(_holds(one, traits) for one in self.when or ({},))


def _holds(condition: Mapping[str, tuple[str, ...]], traits: Traits) -> bool:
    if (traits.get("subject") or TICKET) not in condition.get("subject", (TICKET,)):
        return False
    return all(
        traits.get(name) in values for name, values in condition.items() if name != "subject"
    )


def chosen(policies: Iterable[Policy], traits: Traits) -> Policy | None:
    """The first rule that fits; None: nothing is promised."""
    return next((one for one in policies if one.fits(traits)), None)


def _minutes(count: int, calendar: str = DEFAULT) -> Promise:
    return Promise(seconds=count * 60, calendar=calendar)


def _hours(count: int, calendar: str = DEFAULT) -> Promise:
    return _minutes(count * 60, calendar)


#: 24 hours later whatever the hours are, but spoken of when people work.
_NEXT_DAY = Promise(seconds=24 * 3600, calendar=ALWAYS_OPEN, then_open=DEFAULT)
_AT_ONCE = {"acknowledge": _minutes(5, ALWAYS_OPEN), "update": _minutes(120, ALWAYS_OPEN)}
_COMPLAINT = ("complaint",)
_CARE = ("care_contact",)

DEFAULTS: tuple[Policy, ...] = (
    Policy(
        id="care_tasks",
        name="Liên hệ chăm sóc định kỳ",
        when=({"subject": (TASK,), "what": _CARE},),
        promises={"resolve": _hours(16)},
    ),
    Policy(
        id="tasks",
        name="Việc giao cho bộ phận khác",
        when=({"subject": (TASK,)},),
        promises={"resolve": _hours(4)},
    ),
    Policy(id="praise", name="Khen ngợi", when=({"sub_type": ("praise",)},), promises={}),
    Policy(
        id="complaint_3",
        name="Khiếu nại mức 3",
        when=({"type": _COMPLAINT, "severity": ("3",)},),
        promises={**_AT_ONCE, "resolve": _hours(2, ALWAYS_OPEN), "follow_up": _NEXT_DAY},
    ),
    Policy(
        id="complaint_2",
        name="Khiếu nại mức 2",
        when=({"type": _COMPLAINT, "severity": ("2",)},),
        promises={**_AT_ONCE, "resolve": _hours(4), "follow_up": _NEXT_DAY},
    ),
    Policy(
        id="complaint_1",
        name="Khiếu nại mức 1 hoặc việc khẩn",
        when=({"type": _COMPLAINT, "severity": ("1",)}, {"priority": ("urgent",)}),
        promises={**_AT_ONCE, "resolve": _hours(8), "follow_up": _NEXT_DAY},
    ),
    Policy(  # nobody waits for an answer to what we begin: its task has the clock
        id="care",
        name="Phiếu chăm sóc do công ty chủ động mở",
        when=({"what": _CARE},),
        promises={},
    ),
    Policy(
        id="vip",
        name="Khách VIP",
        when=({"tier": ("vip",)},),
        promises={**_AT_ONCE, "resolve": _hours(8), "follow_up": _NEXT_DAY},
    ),
    Policy(
        id="requests",
        name="Yêu cầu dịch vụ và hỗ trợ kỹ thuật",
        when=({"type": ("service_request", "technical_support")},),
        promises={"acknowledge": _minutes(30), "update": _hours(4), "resolve": _hours(16)},
    ),
    Policy(
        id="others",
        name="Các việc khác",
        promises={"acknowledge": _minutes(60), "update": _hours(8), "resolve": _hours(24)},
    ),
)
