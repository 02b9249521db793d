"""What each function may touch: the one table behind every IAM policy.

Read top to bottom it is also the answer to "who writes this table?". A
function of the application that has no row here does not package.

Tables are given as letters: `r` read (get, query), `p` put (all that a log
takes), `w` write (put, update and the condition checks of transactions), `d`
delete, `b` put and delete in batches. Only indexes named in `indexes` can be queried.
`sends` and `drains` are queue names without the prefix; the queue that feeds a
function is allowed by `policies`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class NoPermissions(KeyError):
    """A function without a row in the table below."""

    def __init__(self, function: str) -> None:
        super().__init__(function)
        self.function = function

    def __str__(self) -> str:
        return (
            f"function '{self.function}' has no row in infra/packaging/permissions.py: "
            "say there which tables, queues, bucket and key it may use"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Rights of one function; `bucket` takes letters as tables do, `key` e(ncrypt), d(ecrypt)."""

    tables: Mapping[str, str] = field(default_factory=dict)
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sends: tuple[str, ...] = ()
    drains: tuple[str, ...] = ()
    bucket: str = ""
    key: str = ""
    services: tuple[str, ...] = ()  # actions of AWS's own channels, on whatever they reach


_QUARANTINE_OF_A_WORKER = {"quarantine": "p"}  # `platform.worker` keeps what fails for good

#: Whom to contact, and the ticket and task that ask for it.
_CARING = {
    "events": "rp",
    "standards": "rwd",
    "tickets": "rw",
    "team": "rw",
    "calendars": "r",
    "profiles": "rw",  # the check that the customer stands for themselves
    "conversations": "r",
    "control": "rw",  # ticket numbers
}
_CARED_FOR = dict.fromkeys(("events", "conversations", "tickets"), ("by_profile",))

PERMISSIONS: Mapping[str, Grant] = {
    # Every route is one function: the webhooks' queue, and all an agent can do.
    # It sends to all queues because a replay puts an entry back where it was.
    "api_handler": Grant(
        tables={
            "events": "rp",
            "profiles": "rwd",
            "conversations": "rw",
            "tickets": "rw",
            "team": "rw",
            "channels": "rwd",
            "quarantine": "rw",
            "control": "rw",
            "commerce": "rw",
            "segments": "rwd",
            "calendars": "rw",
            "clocks": "rw",
            "notifications": "rw",
            "standards": "rw",
        },
        indexes={
            "events": ("by_profile",),
            "profiles": ("listing", "by_profile"),
            "conversations": ("by_time", "by_ticket", "by_profile"),
            "tickets": (
                "listing",
                "by_status",
                "by_department",
                "by_agent",
                "by_profile",
                "waiting",
            ),
            "team": ("roster", "listing"),
            "channels": ("by_provider", "listing"),
            "quarantine": ("by_status",),
            "control": ("listing",),
            "commerce": ("listing", "by_profile", "by_reference"),
            "calendars": ("listing",),
            "clocks": ("due",),
            "notifications": ("unread",),
        },
        sends=(
            "inbound.fifo",
            "outbound.fifo",
            "routing",
            "indexing",
            "resolving",
            "custody",
            "segmenting",
            "care",
            "media",
            "clocks",
            "notifying",
            "standards",
        ),
        bucket="rwd",  # files of a reply that is refused after all go again
        key="ed",
    ),
    "platform_authorizer": Grant(tables={"control": "r"}),
    "intake_on_inbound": Grant(
        tables={
            "events": "p",
            "profiles": "rw",
            "conversations": "rw",
            "tickets": "rw",
            "team": "rw",  # a reopened ticket counts on its agent again
            "channels": "rw",  # tokens renewed for what a push left out, access that has ended
            "commerce": "rw",  # orders that marketplaces tell of
            "control": "rw",  # ticket numbers, marks of what was seen, the key of ids
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={
            "profiles": ("by_profile",),
            "conversations": ("by_reference", "by_time", "by_profile"),
            "tickets": ("by_profile",),
            "channels": ("by_provider",),
        },
        sends=("inbound.fifo",),  # the events of an oversized request, each for itself
        bucket="rwd",  # an oversized request goes once its events have gone their way
        key="ed",
    ),
    "intake_pull_due": Grant(
        tables={"events": "p", "channels": "rw"},  # a renewed token is an event
        indexes={"channels": ("due", "by_provider")},
        sends=("inbound.fifo",),
        bucket="w",  # a crowd of events goes by one object
        key="ed",
    ),
    "intake_collect_dead_letters": Grant(
        tables={"quarantine": "p"},
        drains=(
            "inbound-dead.fifo",
            "outbound-dead.fifo",
            "routing-dead",
            "indexing-dead",
            "resolving-dead",
            "custody-dead",
            "segmenting-dead",
            "care-dead",
            "media-dead",
            "clocks-dead",
            "notifying-dead",
            "standards-dead",
        ),
        bucket="w",
    ),
    "dispatch_on_events": Grant(
        sends=(
            "outbound.fifo",
            "routing",
            "resolving",
            "custody",
            "segmenting",
            "care",
            "media",
            "clocks",
            "notifying",
            "standards",
            "indexing",
        )
    ),
    "indexing_on_event": Grant(
        tables={"profiles": "rpb", "tickets": "rpb", "commerce": "rpb", **_QUARANTINE_OF_A_WORKER}
    ),
    "customer_on_resolving": Grant(
        tables={
            "events": "p",
            "profiles": "rw",
            "conversations": "r",
            "tickets": "r",
            "commerce": "r",
            "control": "rw",  # the key of ids
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={"profiles": ("by_profile",), "commerce": ("by_reference",)},
        key="ed",
    ),
    # All that is kept of one person, wherever it is: moved, given out, erased.
    "customer_on_custody": Grant(
        tables={
            "events": "p",
            "profiles": "rwb",
            "conversations": "rwb",
            "tickets": "rwb",
            "commerce": "rwb",
            "segments": "rwd",
            "standards": "rb",
            "channels": "rb",
            "team": "w",  # who had a ticket of theirs has one less
            "control": "rwb",  # kept answers, and the key of ids
            "quarantine": "rpb",
        },
        indexes={
            "profiles": ("by_profile",),
            "conversations": ("by_profile",),
            "tickets": ("by_profile",),
            "commerce": ("by_profile",),
            "channels": ("listing",),
            "quarantine": ("by_customer",),
            "control": ("listing",),
        },
        sends=("custody",),
        bucket="rwd",
        key="ed",
    ),
    "customer_go_on_with_rights": Grant(
        tables={"profiles": "r", "control": "rw"},
        indexes={"profiles": ("listing",)},
        sends=("custody",),
        key="ed",
    ),
    "customer_apply_retention": Grant(
        tables={"conversations": "rw", "control": "rw"},
        indexes={"conversations": ("by_time",)},
        bucket="d",
    ),
    "customer_settle_merges": Grant(
        tables={"profiles": "r", "control": "rw"},
        indexes={"profiles": ("listing",)},
        sends=("custody",),
        key="ed",
    ),
    "tickets_on_routing": Grant(
        tables={"events": "p", "tickets": "rw", "team": "rw", **_QUARANTINE_OF_A_WORKER},
        indexes={"tickets": ("waiting", "by_agent"), "team": ("roster",)},
        sends=("routing",),
    ),
    "tickets_drain_waiting": Grant(
        tables={"events": "p", "tickets": "rw", "team": "rw"},
        indexes={"tickets": ("waiting",), "team": ("roster", "listing")},
    ),
    "segments_on_event": Grant(
        tables={
            "events": "p",
            "segments": "rwd",
            "profiles": "rw",  # the tier stands there
            "commerce": "r",
            "conversations": "r",
            "tickets": "r",
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={
            "profiles": ("listing",),
            "commerce": ("by_profile",),
            "conversations": ("by_profile",),
            "tickets": ("by_profile",),
        },
        sends=("segmenting",),
    ),
    "segments_catch_up": Grant(
        tables={"tickets": "r", "control": "rw"},
        indexes={"profiles": ("listing",), "tickets": ("listing",)},
        sends=("segmenting",),
    ),
    "segments_recompute_rfm": Grant(tables={"segments": "rw"}, sends=("segmenting",)),
    "commerce_check_promises": Grant(
        tables={"events": "p", "commerce": "rw"}, indexes={"commerce": ("due",)}
    ),
    "tickets_on_care": Grant(
        tables={
            "events": "p",
            "commerce": "r",
            "profiles": "rw",  # the check that the customer stands for themselves
            "conversations": "rw",
            "tickets": "rw",
            "team": "rw",
            "control": "rw",  # ticket numbers, marks of what was seen
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={"conversations": ("by_profile",), "tickets": ("by_profile",)},
    ),
    "conversations_on_outbound": Grant(
        tables={
            "events": "p",
            "conversations": "rw",
            "channels": "rw",  # the sandbox's outbox, and tokens renewed on the way
            "profiles": "r",  # whether they may be written to on another channel instead
            "control": "rw",  # how many an account has sent in this minute; where a call is kept
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={"conversations": ("by_profile",)},
        bucket="rwd",  # files that replies send as links, and take along to another channel
        key="ed",
        services=("ses:SendEmail", "ses:SendRawEmail", "sns:Publish"),  # e-mail, SMS
    ),
    "conversations_on_media": Grant(
        tables={
            "events": "p",
            "conversations": "rw",
            "channels": "r",
            **_QUARANTINE_OF_A_WORKER,
        },
        sends=("media",),  # what is to be tried again, or there was no time for
        bucket="rwd",
        key="d",
    ),
    "conversations_send_due": Grant(indexes={"conversations": ("due",)}, sends=("outbound.fifo",)),
    "sla_on_clocks": Grant(
        tables={
            "events": "rp",
            "clocks": "rwd",
            "calendars": "r",
            "profiles": "r",  # tiers, and requests whose deadline is the law's
            "tickets": "rw",  # steps of policies raise, tag and hand over …
            "team": "rw",  # … to leads
            "control": "rw",  # the key of cursors, of walks and simulations
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={"clocks": ("due",), "team": ("roster",), "tickets": ("by_profile", "listing")},
        sends=("clocks",),
        key="ed",
    ),
    "sla_watch_clocks": Grant(
        tables={
            "events": "rp",
            "clocks": "rwd",
            "calendars": "r",
            "profiles": "r",
            "tickets": "rw",
            "team": "rw",
        },
        indexes={"clocks": ("due",), "team": ("roster",)},
    ),
    "notifications_on_event": Grant(
        tables={
            "notifications": "rw",
            "team": "r",
            "tickets": "r",  # who has what is overdue
            "control": "r",  # how long they are kept
            **_QUARANTINE_OF_A_WORKER,
        },
        indexes={"team": ("roster", "listing")},
    ),
    "notifications_push_due": Grant(
        tables={
            "events": "p",  # a renewed token is one
            "notifications": "rw",
            "team": "r",
            "tickets": "r",  # their numbers
            "conversations": "r",  # when an agent last wrote to the OA
            "channels": "rw",  # the sandbox's outbox, and tokens renewed on the way
            "control": "r",  # the key of ids
        },
        indexes={"notifications": ("due",)},
        key="ed",
        services=("ses:SendEmail", "ses:SendRawEmail"),
    ),
    "standards_on_event": Grant(
        tables={**_CARING, "clocks": "rw", **_QUARANTINE_OF_A_WORKER},  # counts of kept promises
        indexes={**_CARED_FOR, "profiles": ("listing",)},
        sends=("standards",),
    ),
    "standards_open_care": Grant(tables=_CARING, indexes={**_CARED_FOR, "standards": ("due",)}),
    "calendars_refresh_feeds": Grant(
        tables={"events": "p", "calendars": "rw"}, indexes={"calendars": ("listing",)}
    ),
    "channels_refresh_tokens": Grant(
        tables={"events": "p", "channels": "rw"}, indexes={"channels": ("due",)}, key="ed"
    ),
}


def grant(function: str, table: Mapping[str, Grant] = PERMISSIONS) -> Grant:
    """The row of `function`.

    Raises:
        NoPermissions: there is none.
    """
    if function not in table:
        raise NoPermissions(function)
    return table[function]
