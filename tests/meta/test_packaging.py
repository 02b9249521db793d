"""The packaging's own rules on small cases: what it refuses, and what it takes for unchanged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest
from botocore.exceptions import ClientError
from chalice import Chalice
from chalice.utils import to_cfn_resource_name

from chalicelib.channels.pages import scripts
from infra import names
from infra.packaging import package, stacks, wiring
from infra.packaging.archives import content_hash
from infra.packaging.config import environment
from infra.packaging.permissions import NoPermissions, grant
from infra.packaging.template import NO_VALUE, Place, Resolver, Unresolvable

Json = dict[str, Any]

TEMPLATE: Json = {
    "Parameters": {"Stage": {"Default": "dev"}, "Prefix": {}},
    "Conditions": {"Production": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Resources": {
        "Line": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::Sub": "${Prefix}-line"}},
        },
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
    },
}


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(TEMPLATE, parameters={"Prefix": "p"}, place=Place(account="1", region="r"))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Line"}, "p-line"),
        ({"Fn::GetAtt": ["Line", "Arn"]}, "arn:aws:sqs:r:1:p-line"),
        ({"Fn::Sub": "${Line.QueueName} in ${AWS::Region}, ${!kept}"}, "p-line in r, ${!kept}"),
        ({"Fn::Sub": ["${a}-${Stage}", {"a": {"Ref": "Prefix"}}]}, "p-dev"),
        ({"Fn::If": ["Production", 1, [2, {"Ref": "Stage"}]]}, [2, "dev"]),
        ({"a": {"Fn::If": ["Production", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
        ({"Ref": "AWS::NoValue"}, NO_VALUE),
    ],
)
def test_a_template_s_intrinsics_are_worked_out(
    resolver: Resolver, node: Any, expected: Any
) -> None:
    assert resolver.value(node) == expected


@pytest.mark.parametrize(
    "node",
    [
        {"Fn::ImportValue": "elsewhere"},
        {"Ref": "Nobody"},
        {"Ref": "Key"},
        {"Fn::GetAtt": ["Line", "QueueUrl"]},
    ],
)
def test_what_cannot_be_known_before_deployment_is_refused(resolver: Resolver, node: Json) -> None:
    with pytest.raises(Unresolvable):
        resolver.value(node)


@pytest.mark.parametrize("name", ["intake_on_inbound", "a-b_c", "x", "tickets_on_routing_2"])
def test_logical_ids_are_chalice_s_own(name: str) -> None:
    assert wiring.logical_id(name) == to_cfn_resource_name(name)


def test_an_event_source_without_a_rule_does_not_package() -> None:
    app = Chalice("sample", configure_logs=False)
    app.on_s3_event(bucket="b")(_do_nothing)
    with pytest.raises(wiring.UnknownSource, match="S3EventConfig"):
        wiring.describe(app)


def test_a_stream_that_names_no_table_does_not_package() -> None:
    app = Chalice("sample", configure_logs=False)
    app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:stream")(_do_nothing)
    with pytest.raises(wiring.UnknownSource, match="names no table"):
        wiring.describe(app)


def test_the_wiring_survives_the_way_to_another_process() -> None:
    app = Chalice("sample", configure_logs=False)
    app.route("/")(_do_nothing)
    app.schedule("rate(1 minute)", name="tidy")(_do_nothing)
    app.on_sqs_message(queue="line.fifo", name="work")(_do_nothing)
    described = wiring.describe(app)
    assert [(one.name, one.kind.value, one.source) for one in described] == [
        ("api_handler", "http", None),
        ("tidy", "schedule", "rate(1 minute)"),
        ("work", "queue", "line.fifo"),
    ]
    assert wiring.load(wiring.dump(described)) == described


def _do_nothing(event: object = None) -> None:
    return None


def test_a_function_without_permissions_is_told_where_to_put_them() -> None:
    with pytest.raises(NoPermissions, match=r"'newcomer' .*infra/packaging/permissions\.py"):
        grant("newcomer")


@pytest.mark.parametrize("stage", ["", "Dev", "a_b", "1a", "-a", "a" * 17, "a b", "a\n"])
def test_a_stage_that_would_break_a_name_is_refused(stage: str) -> None:
    with pytest.raises(names.BadStage):
        names.check_stage(stage)


def test_only_known_settings_of_the_deployer_reach_the_functions() -> None:
    given = {"LOG_LEVEL": "DEBUG", "OIDC_ISSUER": "", "AWS_SECRET_ACCESS_KEY": "no"}
    assert environment("dev", given)["LOG_LEVEL"] == "DEBUG"
    assert environment("dev", given).keys().isdisjoint({"OIDC_ISSUER", "AWS_SECRET_ACCESS_KEY"})


def test_what_web_pages_are_served_ships(tmp_path: Path) -> None:
    project = package._project(tmp_path / "project", source=names.ROOT, with_oidc=False)
    served = [*chain(*scripts.SCRIPTS.values()), *scripts.STYLES.values(), scripts.PAGE]
    for name in served:
        assert (project / "chalicelib" / "channels" / name).is_file(), name


def test_an_archive_is_known_by_its_content_not_by_its_times(tmp_path: Path) -> None:
    def archive(name: str, year: int, text: str) -> Path:
        path = tmp_path / name
        with ZipFile(path, "w") as opened:
            opened.writestr(ZipInfo("app.py", (year, 1, 1, 0, 0, 0)), text)
        return path

    first = content_hash(archive("a.zip", 2025, "x = 1"))
    assert first == content_hash(archive("b.zip", 2026, "x = 1"))
    assert first != content_hash(archive("c.zip", 2025, "x = 2"))


# ----------------------------------------------------------------- stacks


class Formation:
    """Stands in for CloudFormation: one stack whose statuses come in order, one change set."""

    def __init__(self, *statuses: str | None, change_set: Json, failed: str = "") -> None:
        self._statuses = list(statuses)
        self._change_set, self._failed = change_set, failed
        self.calls: list[str] = []

    def describe_stacks(self, *, StackName: str) -> Json:  # noqa: N803
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status is None:
            answer: Any = {"Error": {"Code": "ValidationError", "Message": "s does not exist"}}
            raise ClientError(answer, "DescribeStacks")
        return {"Stacks": [{"StackStatus": status, "Parameters": [{"ParameterKey": "Kept"}]}]}

    def describe_change_set(self, **_: str) -> Json:
        return self._change_set

    def describe_stack_events(self, *, StackName: str) -> Json:  # noqa: N803
        happened = self._failed and "execute_change_set" in self.calls
        event = {
            "EventId": "1",
            "LogicalResourceId": "Line",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": self._failed,
        }
        return {"StackEvents": [event] if happened else []}

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(**arguments: Any) -> None:
            self.calls.append(name)
            self.arguments = arguments

        return call


ONE_CHANGE: Json = {
    "Status": "CREATE_COMPLETE",
    "Changes": [
        {
            "ResourceChange": {
                "Action": "Add",
                "LogicalResourceId": "Line",
                "ResourceType": "AWS::SQS::Queue",
            }
        }
    ],
}
NO_CHANGE: Json = {
    "Status": "FAILED",
    "StatusReason": "The submitted information didn't contain changes.",
}


def propose(formation: Formation) -> stacks.ChangeSet:
    return stacks.propose(formation, "s", template_url="u", parameters={"Given": "1"})


def test_a_first_deployment_creates_and_its_preview_leaves_nothing_behind() -> None:
    formation = Formation(None, "REVIEW_IN_PROGRESS", change_set=ONE_CHANGE)
    proposed = propose(formation)
    assert proposed.creates
    assert [str(change) for change in proposed.changes] == ["  + Line  AWS::SQS::Queue"]
    stacks.discard(formation, proposed)
    assert formation.calls == ["create_change_set", "delete_stack"]


def test_an_update_keeps_the_parameters_that_are_not_given() -> None:
    formation = Formation("UPDATE_COMPLETE", change_set=ONE_CHANGE)
    assert not propose(formation).creates
    assert formation.arguments["Parameters"] == [
        {"ParameterKey": "Given", "ParameterValue": "1"},
        {"ParameterKey": "Kept", "UsePreviousValue": True},
    ]


def test_an_unchanged_stack_is_left_alone() -> None:
    formation = Formation("UPDATE_COMPLETE", change_set=NO_CHANGE)
    said: list[str] = []
    stacks.execute(formation, propose(formation), progress=said.append)
    assert formation.calls == ["create_change_set", "delete_change_set"]
    assert said == ["s: nothing to change"]


def test_a_failed_deployment_says_which_resource_and_why() -> None:
    states = ("UPDATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    formation = Formation(*states, change_set=ONE_CHANGE, failed="quota exceeded")
    with pytest.raises(stacks.StackFailed, match=r"(?s)UPDATE_ROLLBACK_COMPLETE.*Line: quota"):
        stacks.execute(formation, propose(formation), progress=lambda line: None, poll=0)


@pytest.mark.parametrize("state", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_takes_no_change_is_not_asked_for_one(state: str) -> None:
    formation = Formation(state, change_set=ONE_CHANGE)
    with pytest.raises(stacks.StackFailed, match=state):
        propose(formation)
    assert formation.calls == []


def test_a_refused_change_set_is_removed_and_explained() -> None:
    refused = {"Status": "FAILED", "StatusReason": "No export named x found"}
    formation = Formation("UPDATE_COMPLETE", change_set=refused)
    with pytest.raises(stacks.StackFailed, match="No export named x"):
        propose(formation)
    assert formation.calls == ["create_change_set", "delete_change_set"]
