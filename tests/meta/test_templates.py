"""The templates against the application: what is declared is also fed, guarded, alarmed, allowed.

The application is packaged once for all tests here, as `infra/check` does it.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import chalicelib
from chalicelib.platform import queue as catalogue
from chalicelib.platform.settings import SETTINGS
from infra import names
from infra.packaging import config, lint, resources
from infra.packaging.archives import SERVICES, unzipped_bytes
from infra.packaging.package import Package, package
from infra.packaging.permissions import PERMISSIONS
from infra.packaging.policies import X_RAY
from infra.packaging.template import Place, Resolver, read
from infra.packaging.wiring import Function, Kind
from tests.meta.models import indexes_of, models_below

Json = dict[str, Any]

PREFIX = names.prefix(lint.STAGE)
STATEFUL = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
INFRA: Json = read(names.INFRA_TEMPLATE)
RESOURCES = resources.load(PREFIX)
LIVE_QUEUES = [queue for queue in RESOURCES.queues if "-dead" not in queue.name]
DEAD_QUEUES = [queue for queue in RESOURCES.queues if "-dead" in queue.name]


@pytest.fixture(scope="module")
def packaged() -> Package:
    """The application as it would be deployed to stage `check`."""
    return package(lint.STAGE, region=lint.REGION)


@pytest.fixture(scope="module")
def app_template(packaged: Package) -> Json:
    """The packaged template."""
    return read(packaged.template)


def resolver(stage: str = lint.STAGE) -> Resolver:
    """Works out the infrastructure template for a stage."""
    parameters = {"Prefix": names.prefix(stage), "Stage": stage}
    return Resolver(INFRA, parameters=parameters, place=Place())


def of_type(template: Json, kind: str) -> dict[str, Json]:
    """Logical id → resource, of one type."""
    return {key: one for key, one in template["Resources"].items() if one["Type"] == kind}


def events(template: Json, kind: str) -> dict[str, Json]:
    """Function's logical id → properties of its event source of one kind."""
    return {
        key: event["Properties"]
        for key, function in of_type(template, "AWS::Serverless::Function").items()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == kind
    }


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("table", RESOURCES.tables, ids=lambda table: table.name)
def test_a_table_is_recoverable_encrypted_and_paid_by_use(table: resources.Table) -> None:
    assert table.recovery
    assert table.create["SSESpecification"] == {"Enabled": True}
    assert table.create["BillingMode"] == "PAY_PER_REQUEST"
    assert [key["AttributeName"] for key in table.create["KeySchema"]] == ["pk", "sk"]


PLAIN_TABLE = """
  PlainTable:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-plain
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: false
      SSESpecification: {SSEEnabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
"""


def test_a_table_may_do_without_an_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = names.INFRA_TEMPLATE.read_text(encoding="utf-8")
    template = tmp_path / "template.yaml"
    template.write_text(text.replace("Resources:\n", f"Resources:\n{PLAIN_TABLE}", 1), "utf-8")
    monkeypatch.setattr(names, "INFRA_TEMPLATE", template)
    table = resources.load("plain").table("plain")
    assert "GlobalSecondaryIndexes" not in table.create
    assert table.indexes == ()


@pytest.mark.parametrize(("stage", "kept"), [("prod", True), ("dev", False)])
def test_only_production_keeps_its_data_when_the_stack_goes(stage: str, kept: bool) -> None:
    worked = resolver(stage)
    for kind in STATEFUL:
        for resource in of_type(INFRA, kind).values():
            policies = (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
            expected = ["RetainExceptOnCreate", "Retain"] if kept else ["Delete", "Delete"]
            assert worked.value(list(policies)) == expected
    for table in resources.load(names.prefix(stage), stage=stage).tables:
        assert table.create["DeletionProtectionEnabled"] is kept


def test_the_code_s_tables_and_indexes_are_those_of_the_template() -> None:
    declared = {
        (table.create["TableName"], index["IndexName"]): (
            [key["AttributeName"] for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
        )
        for table in resources.load(SETTINGS.resource_prefix).tables
        for index in table.create.get("GlobalSecondaryIndexes", ())
    }
    used = indexes_of(models_below(chalicelib))
    assert {key: declared.get(key) for key in used} == used
    assert set(declared) == set(used), "an index nobody queries costs a write unit a change"


def test_the_code_s_tables_are_all_in_the_template() -> None:
    declared = {
        table.create["TableName"] for table in resources.load(SETTINGS.resource_prefix).tables
    }
    assert {model.Meta.table_name for model in models_below(chalicelib)} == declared


# ---------------------------------------------------------------- queues


@pytest.mark.parametrize("queue", LIVE_QUEUES, ids=lambda queue: queue.name)
def test_a_queue_gives_up_into_a_dead_letter_queue_of_its_own(queue: resources.Queue) -> None:
    stem, dot, fifo = queue.name.partition(".")
    assert queue.dead_letters is not None
    assert queue.dead_letters.endswith(f":{PREFIX}-{stem}-dead{dot}{fifo}")
    assert json.loads(queue.attributes["RedrivePolicy"])["maxReceiveCount"] == 5


@pytest.mark.parametrize("queue", LIVE_QUEUES, ids=lambda queue: queue.name)
def test_a_queue_is_consumed_by_one_function(queue: resources.Queue, packaged: Package) -> None:
    consumers = [one.name for one in packaged.functions if one.source == queue.full_name]
    assert len(consumers) == 1


@pytest.mark.parametrize("queue", DEAD_QUEUES, ids=lambda queue: queue.name)
def test_dead_letters_are_kept_two_weeks(queue: resources.Queue) -> None:
    assert queue.attributes["MessageRetentionPeriod"] == str(14 * 24 * 3600)


def test_the_dead_letters_of_every_queue_of_the_code_are_collected() -> None:
    assert set(catalogue.ALL) == {queue.name for queue in LIVE_QUEUES}
    collected = {name for grant in PERMISSIONS.values() for name in grant.drains}
    assert collected == {catalogue.dead_letters_of(name) for name in catalogue.ALL}


@pytest.mark.parametrize("queue", RESOURCES.queues, ids=lambda queue: queue.name)
def test_a_queue_is_encrypted_alarmed_and_closed_without_tls(queue: resources.Queue) -> None:
    metric = (
        "ApproximateNumberOfMessagesVisible"
        if "-dead" in queue.name
        else ("ApproximateAgeOfOldestMessage")
    )
    alarmed = {
        (alarm["MetricName"], alarm["Dimensions"][0]["Value"])
        for alarm in infrastructure_alarms()
        if alarm["AlarmActions"]
    }
    assert (metric, queue.full_name) in alarmed
    assert queue.attributes["SqsManagedSseEnabled"] == "true"
    (closed,) = of_type(INFRA, "AWS::SQS::QueuePolicy").values()
    assert queue.full_name in resolver().value(closed["Properties"]["Queues"])


def infrastructure_alarms() -> list[Json]:
    """Properties of every alarm, actions left as they stand: a topic has no name to work out."""
    worked = resolver()
    return [
        {**one["Properties"], "Dimensions": worked.value(one["Properties"]["Dimensions"])}
        for one in of_type(INFRA, "AWS::CloudWatch::Alarm").values()
    ]


@pytest.mark.parametrize(
    "queue",
    [queue for queue in RESOURCES.queues if queue.name.endswith(".fifo")],
    ids=lambda queue: queue.name,
)
def test_an_ordered_queue_has_throughput_per_group(queue: resources.Queue) -> None:
    assert queue.attributes["FifoThroughputLimit"] == "perMessageGroupId"
    assert queue.attributes["DeduplicationScope"] == "messageGroup"
    assert queue.attributes.get("ContentBasedDeduplication", "false") == "false"


def test_a_message_stays_hidden_for_six_times_its_worker_s_time(packaged: Package) -> None:
    visibility = {queue.full_name: queue.visibility for queue in RESOURCES.queues}
    for function in packaged.functions:
        if function.kind is Kind.QUEUE:
            assert visibility[str(function.source)] >= 6 * config.limits(function).timeout


def test_every_queue_and_stream_reports_single_failures(
    packaged: Package, app_template: Json
) -> None:
    fed = [one for one in packaged.functions if one.kind in (Kind.QUEUE, Kind.STREAM)]
    flagged = {**events(app_template, "SQS"), **events(app_template, "DynamoDB")}
    assert {one.resource for one in fed} == set(flagged)
    for properties in flagged.values():
        assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_stream_reads_the_real_stream_and_gives_up_in_the_end(app_template: Json) -> None:
    streams = events(app_template, "DynamoDB")
    assert streams
    for properties in streams.values():
        assert properties["Stream"] == {"Fn::ImportValue": f"{PREFIX}-events-stream-arn"}
        assert properties["BisectBatchOnFunctionError"] is True
        assert 0 < properties["MaximumRetryAttempts"] < 100
        assert properties["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


# -------------------------------------------------------------- functions


def functions(packaged: Package, template: Json) -> Iterator[tuple[Function, Json]]:
    """Each function with its properties in the packaged template."""
    for function in packaged.functions:
        yield function, template["Resources"][function.resource]["Properties"]


def test_the_merge_covers_every_function_and_adds_none(
    packaged: Package, app_template: Json
) -> None:
    made = of_type(app_template, "AWS::Serverless::Function")
    assert {function.resource for function in packaged.functions} == set(made)
    for function, properties in functions(packaged, app_template):
        assert properties["FunctionName"] == f"{PREFIX}-{function.name}"
        assert properties["Handler"] == function.handler
        for event in properties.get("Events", {}).values():
            assert event.get("Type"), "a merged event that Chalice did not make"


def test_memory_time_and_settings_of_every_function(packaged: Package, app_template: Json) -> None:
    for function, properties in functions(packaged, app_template):
        variables = properties["Environment"]["Variables"]
        assert variables["RESOURCE_PREFIX"] == PREFIX
        assert variables["BUCKET"] == {"Fn::ImportValue": f"{PREFIX}-bucket"}
        assert properties["Timeout"] <= (29 if function.kind is Kind.HTTP else 60)
        assert properties["MemorySize"] >= (1024 if function.kind is Kind.HTTP else 512)
        assert properties["Runtime"].startswith("python3.")
        assert properties["Tracing"] == "Active"


def test_every_function_logs_into_a_group_that_forgets(
    packaged: Package, app_template: Json
) -> None:
    groups = {
        one["Properties"]["LogGroupName"]: one["Properties"]["RetentionInDays"]
        for one in of_type(app_template, "AWS::Logs::LogGroup").values()
    }
    wanted = {f"/aws/lambda/{PREFIX}-{one.name}": config.LOG_DAYS for one in packaged.functions}
    assert groups == wanted


def test_names_fit_whatever_the_stage_is_called(packaged: Package) -> None:
    longest = names.prefix("s" * 16)
    assert all(len(f"{longest}-{one.name}") <= 64 for one in packaged.functions)
    bucket = f"{longest}-{'1' * 12}-ap-southeast-1"
    assert len(bucket) <= 63


def test_the_api_is_throttled_and_traced(app_template: Json) -> None:
    api = app_template["Resources"]["RestAPI"]["Properties"]
    (settings,) = api["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert 0 < settings["ThrottlingRateLimit"] < 10_000
    assert api["TracingEnabled"] is True
    assert api["EndpointConfiguration"] == "REGIONAL"
    answers = api["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    for case in answers.values():
        assert case["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        problem = json.loads(case["responseTemplates"]["application/json"])
        assert problem["code"]
        assert str(problem.get("status")) == case.get("statusCode", "None")
    assert not [path for path in api["DefinitionBody"]["paths"] if path[1:].endswith("/")]


def test_the_template_and_the_package_are_within_bounds(packaged: Package) -> None:
    assert unzipped_bytes(packaged.code, packaged.layer) <= 50_000_000
    assert packaged.template.stat().st_size <= 1_000_000  # CloudFormation's limit by S3 URL


def test_every_service_the_code_calls_is_packaged() -> None:
    folder = names.ROOT / "chalicelib"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    called = set(re.findall(r"client\(\"([a-z0-9-]+)\"\)", text))
    assert called
    assert called <= SERVICES


def test_the_archives_hold_bytecode_that_the_runtime_takes_unasked(packaged: Package) -> None:
    for archive in (packaged.code, packaged.layer):
        with ZipFile(archive) as opened:
            files = set(opened.namelist())
            compiled = [name for name in files if name.endswith(".pyc")]
            assert len(compiled) >= 0.95 * len([name for name in files if name.endswith(".py")])
            start = opened.read(compiled[0])[:8]
        assert start[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(start[4:], "little") == 0b01  # by hash, unchecked


def test_whatever_the_app_imports_the_infrastructure_exports(app_template: Json) -> None:
    worked = resolver()
    exported = {worked.value(one["Export"]["Name"]) for one in INFRA["Outputs"].values()}
    assert set(imports(app_template)) <= exported


def imports(node: Any) -> Iterator[str]:
    """Every name below `node` that is imported."""
    if isinstance(node, list):
        for item in node:
            yield from imports(item)
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "Fn::ImportValue":
                yield item
            else:
                yield from imports(item)


# ------------------------------------------------------------ permissions


def statements(template: Json) -> Iterator[Json]:
    """Every statement of every function's role."""
    for role in of_type(template, "AWS::IAM::Role").values():
        for policy in role["Properties"]["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


def test_every_function_has_a_role_of_its_own(packaged: Package, app_template: Json) -> None:
    roles = {json.dumps(one["Role"]) for _, one in functions(packaged, app_template)}
    assert len(roles) == len(packaged.functions)


def test_nothing_is_allowed_by_a_star_but_tracing(app_template: Json) -> None:
    for statement in statements(app_template):
        actions = statement["Action"]
        assert not [action for action in actions if "*" in action], statement
        if "*" in json.dumps(statement["Resource"]) and statement["Resource"] == "*":
            assert tuple(actions) == X_RAY
    # Stars inside an ARN: streams of one table, log streams of one group, objects of the bucket,
    # what is verified in SES; telephones have none.
    starred = {
        statement["Sid"]
        for statement in statements(app_template)
        if statement["Resource"] != "*" and "*" in json.dumps(statement["Resource"])
    }
    assert starred <= {"Log", "Find", "Objects", "SendSes", "SendSns"}


def test_permissions_name_each_function_and_only_what_exists(packaged: Package) -> None:
    assert set(PERMISSIONS) == {function.name for function in packaged.functions}
    tables = {table.name: table.indexes for table in RESOURCES.tables}
    queues = {queue.name for queue in RESOURCES.queues}
    for grant in PERMISSIONS.values():
        assert set(grant.tables) <= set(tables)
        assert {*grant.sends, *grant.drains} <= queues
        for table, indexes in grant.indexes.items():
            assert set(indexes) <= set(tables[table])
