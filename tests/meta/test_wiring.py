"""The wiring of the whole: what is declared is consumed, what is consumed is declared, once each.

The templates have a test of their own beside this one (`test_templates`).
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import chalicelib
from app import app
from chalicelib import indexing
from chalicelib.channels import registry
from chalicelib.customer import jobs as custody
from chalicelib.customer import resolving
from chalicelib.events import catalogue
from chalicelib.events.clocks import TermsAgreed
from chalicelib.events.commerce import OrderLate
from chalicelib.events.conversations import CallRequested, MessageFailed, MessageQueued
from chalicelib.notifications import hearing, kinds, wording
from chalicelib.notifications.model import Notification
from chalicelib.platform import queue
from chalicelib.platform.eventlog import Event
from chalicelib.platform.http import Api
from chalicelib.platform.roles import Role
from chalicelib.platform.settings import SETTINGS, resource
from chalicelib.reactions import (
    BY_NAME,
    CARE,
    CLOCKS,
    CLOCKS_OF_TICKETS,
    CONTACTS,
    CUSTODY,
    DELIVERY,
    INDEXING,
    MEDIA,
    MENTIONS,
    NOTIFYING,
    NOTIFYING_AGENT,
    NOTIFYING_NAMED,
    REACTIONS,
    RESOLVING,
    ROUTING,
    SEGMENTING,
    STANDARDS,
    Reactor,
)
from chalicelib.segments import work as segmenting
from chalicelib.sla import placing, reacting, spelling, story
from chalicelib.sla.rules import KINDS
from chalicelib.sla.subjects import SUBJECTS
from chalicelib.standards import jobs as standards
from chalicelib.tickets import jobs as routing
from chalicelib.tickets import taxonomy
from infra.names import ROOT
from infra.packaging import resources
from infra.packaging.wiring import Function, Kind, describe
from tests.contracts.cases import CASES
from tests.meta.models import indexes_of, models_below
from tests.pump import SCHEDULED

FUNCTIONS = describe(app)
WORKERS = [one for one in FUNCTIONS if one.kind in (Kind.QUEUE, Kind.STREAM, Kind.SCHEDULE)]
RESOURCES = resources.load(SETTINGS.resource_prefix)
EVENTS = list(catalogue().values())

# ------------------------------------------------------------------ queues


@pytest.mark.parametrize("name", queue.ALL)
def test_a_queue_has_one_consumer_and_stands_in_the_template_with_its_dead_letters(
    name: str,
) -> None:
    consumers = [one for one in FUNCTIONS if one.source == resource(name)]
    assert [one.kind for one in consumers] == [Kind.QUEUE]
    declared = {one.name for one in RESOURCES.queues}
    assert {name, queue.dead_letters_of(name)} <= declared


def test_nothing_is_consumed_or_sent_to_that_is_not_in_the_catalogue() -> None:
    consumed = {one.source for one in FUNCTIONS if one.kind is Kind.QUEUE}
    assert consumed == {resource(name) for name in queue.ALL}
    reacting = {reactor.queue for row in REACTIONS.values() for reactor in row}
    assert reacting <= set(queue.ALL)
    live = {one.name for one in RESOURCES.queues if "-dead" not in one.name}
    assert live == set(queue.ALL)


@pytest.mark.parametrize("row", [row for row in REACTIONS.values() if row], ids=str)
def test_an_ordered_queue_knows_by_what_and_a_plain_one_does_not(row: tuple[Reactor, ...]) -> None:
    for reactor in row:
        assert (reactor.group_by is not None) == reactor.queue.endswith(".fifo")


def test_one_event_goes_to_a_reactor_once() -> None:
    for row in REACTIONS.values():
        assert len({reactor.queue for reactor in row}) == len(row)


# ---------------------------------------------------------------- handlers

#: What each kind of function is called with when there is nothing to do.
NOTHING: dict[Kind, dict[str, Any]] = {
    Kind.QUEUE: {"Records": []},
    Kind.STREAM: {"Records": []},
    Kind.SCHEDULE: SCHEDULED,
}

ALONE = """
import importlib, os, sys
from moto import mock_aws

from infra.packaging import resources

with mock_aws():
    import botocore.session

    made = botocore.session.get_session().create_client
    resources.create_tables(made("dynamodb", region_name={region!r}), {prefix!r})
    resources.create_queues(made("sqs", region_name={region!r}), {prefix!r})
    module, _, name = {handler!r}.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    loaded = {{one for one in sys.modules if one.startswith(("app", "chalicelib"))}}
    assert "app" not in loaded, "imports the whole application"
    assert "chalicelib.platform.http" not in loaded, "imports the routes"
    from tests.pump import LambdaContext

    print(handler({event!r}, LambdaContext()))
"""


def test_function_names_are_unique() -> None:
    names = [one.name for one in FUNCTIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_every_worker_is_tried_alone() -> None:
    tried = {one.name for one in WORKERS}
    assert tried == {source.name for source in app.event_sources}
    assert not app.pure_lambda_functions, "add what it is called with to NOTHING"


@pytest.mark.parametrize("function", WORKERS, ids=lambda one: one.name)
def test_a_handler_imports_and_runs_alone_in_a_fresh_process(function: Function) -> None:
    code = ALONE.format(
        handler=function.handler,
        event=NOTHING[function.kind],
        prefix=SETTINGS.resource_prefix,
        region=SETTINGS.region,
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answered = done.stdout.strip().splitlines()[-1]
    assert answered == ("None" if function.kind is Kind.SCHEDULE else "{'batchItemFailures': []}")


# ------------------------------------------------------------------ routes

CHAT = "/v1/live-chat/{site_id}"
MINI_APP = "/v1/mini-app/{site_id}"
PUBLIC = {
    ("GET", "/v1/health"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/commitments"),
    ("GET", CHAT),
    ("POST", f"{CHAT}/visits"),
    ("POST", f"{CHAT}/messages"),
    ("POST", f"{CHAT}/contents"),
    ("POST", f"{MINI_APP}/session"),
    ("POST", f"{MINI_APP}/phone"),
    ("POST", f"{MINI_APP}/messages"),
    ("POST", f"{MINI_APP}/contents"),
    ("POST", f"{MINI_APP}/tickets"),
    ("POST", f"{MINI_APP}/orders"),
    ("POST", f"{MINI_APP}/items"),
    ("POST", f"{MINI_APP}/behaviours"),
    ("POST", f"{MINI_APP}/consents"),
}
#: What browsers load: files and pages, no part of the API.
PAGES = {
    "/widget/{name}",
    "/form/{site_id}",
    "/store/{site_id}",
    "/unsubscribe/{token}",
    "/commitments",
}
WEBHOOKS = {
    "/webhooks/{provider}",
    "/webhooks/{provider}/{account_id}",
    "/webhooks/{provider}/{account_id}/{secret}",
}


def test_a_route_declares_who_may_call_it_or_is_known_to_be_public() -> None:
    declared = {(route.method, route.path): route.roles for route in Api.ROUTES}
    for path, by_method in app.routes.items():
        for method, entry in by_method.items():
            if path in WEBHOOKS | PAGES:
                continue
            if method == "OPTIONS":  # the preflight of a public route for pages of other sites
                assert any((other, path) in PUBLIC for other in by_method)
                continue
            roles = declared[(method, path)]
            assert (not roles) == ((method, path) in PUBLIC)
            assert (entry.authorizer is not None) == bool(roles)
            assert roles <= set(Role)


def test_a_route_is_declared_once_and_named_once() -> None:
    places = [(route.method, route.path) for route in Api.ROUTES]
    names = [route.function.__name__ for route in Api.ROUTES]
    assert len(set(places)) == len(places)
    assert len(set(names)) == len(names)


# ------------------------------------------------------------------ events

PERSONAL = {"text", "phone", "phones", "email", "emails", "name", "address", "user_id", "subject"}
PAST = re.compile(
    r"[a-z]+\.([a-z]+_)?(\w+ed|done|undone|sent|read|given|left|late|seen|met|waiting)"
)  # `waiting`: whose turn it now is


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_an_event_is_named_for_what_happened_and_has_a_row(event: type[Event]) -> None:
    assert PAST.fullmatch(event.name)
    assert event in REACTIONS
    assert BY_NAME[event.name] == REACTIONS[event]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_an_event_carries_ids_and_codes_only(event: type[Event]) -> None:
    carried = set(event.fields)
    assert not carried & PERSONAL
    assert event.subject_of is not Event.subject_of


def test_an_event_s_name_is_its_own() -> None:
    assert len({event.name for event in REACTIONS}) == len(REACTIONS) == len(EVENTS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_what_orders_a_reactor_s_queue_is_in_the_event(event: type[Event]) -> None:
    carried = set(event.fields)
    assert {r.group_by for r in REACTIONS[event] if r.group_by is not None} <= carried


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_what_a_reactor_looks_for_is_in_the_event(event: type[Event]) -> None:
    carried = set(event.fields)
    assert {r.only_if for r in REACTIONS[event] if r.only_if is not None} <= carried


def events_for(*reactors: Reactor) -> set[str]:
    """The names of the events that one of these reactors is sent."""
    return {name for name, row in BY_NAME.items() if set(reactors) & set(row)}


def test_every_reactor_is_one_whose_steps_are_held_against_its_events() -> None:
    known = {DELIVERY, ROUTING, INDEXING, RESOLVING, MENTIONS, CONTACTS, CUSTODY, SEGMENTING}
    assert {reactor for row in REACTIONS.values() for reactor in row} == known | {
        CARE,
        MEDIA,
        CLOCKS,
        CLOCKS_OF_TICKETS,
        NOTIFYING,
        NOTIFYING_AGENT,
        NOTIFYING_NAMED,
        STANDARDS,
    }


def test_standards_have_a_step_for_each_event_they_are_sent_and_no_other() -> None:
    assert set(standards.STEPS) == events_for(STANDARDS)


def test_notifying_hears_each_event_it_is_sent_and_no_other() -> None:
    assert set(hearing.HEARD) == events_for(NOTIFYING, NOTIFYING_AGENT, NOTIFYING_NAMED)


def test_clocks_hear_what_their_reactor_is_sent_and_nothing_else() -> None:
    heard = set(story.STEPS) | {MessageFailed.name}  # … takes back that it was queued
    own = {TermsAgreed.name}  # told by the clocks themselves
    reacted = {*reacting.SUBJECTS, *reacting.ACTS}
    assert not set(reacting.SUBJECTS) & set(reacting.ACTS)
    assert events_for(CLOCKS, CLOCKS_OF_TICKETS) == (heard | reacted) - own


def test_a_clock_and_its_matter_have_names_wherever_people_read_of_them() -> None:
    assert set(kinds.CLOCKS) == set(spelling.NAMES) == set(KINDS)
    assert set(kinds.MATTERS) == set(placing.KINDS) == set(SUBJECTS) <= set(hearing.LINKS)


@pytest.mark.parametrize("name", kinds.KINDS)
def test_the_gaps_of_a_notification_s_words_are_filled(name: str) -> None:
    item = Notification("agent#1", "x", kind=name, link="ticket/1", data={}, many=1, late_by=0)
    for words in wording.in_all(item, {}):
        assert set(words) == set(kinds.LANGUAGES)


def test_resolving_has_a_step_for_each_event_it_is_sent_and_no_other() -> None:
    sent = events_for(RESOLVING, MENTIONS, CONTACTS)
    assert {*resolving.TELLING, *resolving.STEPS} == sent
    assert not set(resolving.TELLING) & set(resolving.STEPS)


def test_custody_has_a_step_for_each_event_it_is_sent_and_finds_its_subject_there() -> None:
    steps = dict(custody.STEPS)
    assert steps.pop(custody.SETTLING)
    assert set(steps) == events_for(CUSTODY)
    for name, (_, subject) in steps.items():
        assert subject in catalogue()[name].fields


def test_care_and_delivery_are_sent_the_events_they_are_for() -> None:
    assert events_for(CARE) == {OrderLate.name}
    assert events_for(DELIVERY) == {MessageQueued.name, CallRequested.name}
    assert {"order_id", "promised_at"} <= set(OrderLate.fields)


def test_the_copier_finds_its_message_in_each_event_it_is_sent() -> None:
    for name in events_for(MEDIA):
        assert {"conversation_id", "message_id", "media"} <= set(catalogue()[name].fields)


def test_routing_has_a_step_for_each_event_it_is_sent_and_no_other() -> None:
    assert set(routing.STEPS) == events_for(ROUTING)


def test_segmenting_knows_whom_or_what_each_event_it_is_sent_is_about() -> None:
    for name in events_for(SEGMENTING):
        body = {"name": name, "profile_id": "1", "actor": "agent:1", "data": {"merged_id": "2"}}
        judged = list(segmenting.customers(body))
        assert (name in segmenting.STEPS) == (judged == [])
    events = {name for name in segmenting.STEPS if not name.startswith("segments.")}
    assert events <= events_for(SEGMENTING)


def test_indexing_knows_the_subject_of_each_event_it_is_sent() -> None:
    told = SimpleNamespace(ticket_id="1", profile_id="1", product_id="1", order_id="1")
    subjects = {catalogue()[name].subject_of(told) for name in events_for(INDEXING)}
    assert subjects == {f"{kind}1" for kind in indexing.SEARCHABLE}


# ---------------------------------------------------------------- channels


@pytest.mark.parametrize("channel", registry.CHANNELS)
def test_a_channel_has_a_folder_with_its_facts_and_a_declared_case(channel: str) -> None:
    folder = ROOT / "chalicelib" / "channels" / channel
    for name in ("__init__.py", "adapter.py", "codes.py", "README.md"):
        assert (folder / name).is_file(), name
    assert list((folder / "fixtures").glob("*.json"))
    carrying = registry.adapters(channel)
    assert {found.channel for found in carrying.values()} == {channel}
    assert len({found.source for found in carrying.values()} & set(taxonomy.SOURCES)) == 1
    heard = [found for name in carrying if (found := registry.provider(name))]
    assert heard
    assert all(channel in provider.channels for provider in heard)
    assert {case.account.provider for case in CASES if case.channel == channel} == set(carrying)


def test_no_channel_is_left_out_of_the_registry() -> None:
    folders = (ROOT / "chalicelib" / "channels").iterdir()
    built = {folder.name for folder in folders if (folder / "adapter.py").is_file()}
    assert built == set(registry.CHANNELS)


# ------------------------------------------------------------------- items


def test_every_index_in_the_code_is_in_the_template_and_the_other_way_round() -> None:
    used = {key: tuple(keys) for key, (keys, _) in indexes_of(models_below(chalicelib)).items()}
    declared = {
        (one.create["TableName"], index["IndexName"]): tuple(
            key["AttributeName"] for key in index["KeySchema"]
        )
        for one in RESOURCES.tables
        for index in one.create.get("GlobalSecondaryIndexes", ())
    }
    assert used == declared


def test_a_process_has_one_client_for_each_service(aws: object) -> None:
    from chalicelib.platform.aws import client

    clients = {id(model._get_connection().connection.client) for model in models_below(chalicelib)}
    assert clients == {id(client("dynamodb"))}


# ------------------------------------------------------------------ source


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file below these folders of the repository."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def found(pattern: str, *folders: str) -> set[str]:
    """The files that hold a pattern, by their path."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in [*sources(*folders), ROOT / "app.py"]
        if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def outside_platform(files: set[str]) -> set[str]:
    return {file for file in files if not file.startswith("chalicelib/platform/")}


def test_only_the_platform_knows_aws_and_the_environment() -> None:
    knowing = found(r"\bos\.(environ|getenv)|^\s*(import|from) boto(3|core)", "chalicelib")
    assert not outside_platform(knowing)
    assert found(r"\bos\.(environ|getenv)", "chalicelib") == {"chalicelib/platform/settings.py"}


def test_nothing_reads_a_table_through_but_operations_on_the_event_log() -> None:
    assert found(r"\.scan\(", "chalicelib") == {"chalicelib/platform/eventlog.py"}


def test_only_the_platform_asks_an_index() -> None:
    asking = found(r"\bQueryError\b|(?<!\bstore)\.query\(", "chalicelib")
    assert not outside_platform(asking), "use platform.listing, store.query or platform.pages"


def test_only_the_log_prints() -> None:
    assert found(r"\bprint\(", "chalicelib") == {"chalicelib/platform/log.py"}


def test_errors_are_caught_by_name() -> None:
    naked = found(r"except\s*(\(?(Base)?Exception\b|:)", "chalicelib")
    assert outside_platform(naked) == {"chalicelib/intake/api.py"}


def test_a_file_fits_on_a_few_screens_and_a_function_on_one() -> None:
    for path in [*sources("chalicelib", "infra"), ROOT / "app.py"]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                assert length <= 40, f"{path}: {node.name} has {length} lines"
