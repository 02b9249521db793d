"""The merge template: what Chalice cannot say about its own functions.

Called by `package`. Chalice 1.34 knows no partial batch failures, no retry
limits for streams, no API throttling and no alarms; `chalice package
--merge-template` lays this over what it writes. Generated from the wiring, so
that a new queue cannot forget its flag. Lists replace, maps merge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra import names
from infra.packaging.answers import gateway_answers
from infra.packaging.policies import failed_batches_export
from infra.packaging.wiring import Function, Kind, logical_id

Json = dict[str, Any]

# Requests a second over all clients of the API, and how far a burst may go
# beyond. API Gateway's own default is 10,000 an account: one flood would then
# take every function's concurrency.
RATE, BURST = 200, 400

STREAM_RETRIES = 10  # then the batch is halved, at last given up one by one


def merge_template(functions: tuple[Function, ...], *, stage: str) -> Json:
    """The template that `chalice package --merge-template` lays over its own."""
    prefix = names.prefix(stage)
    resources: Json = {function.resource: _function(function, prefix) for function in functions}
    resources |= {f"{logical_id(f.name)}LogGroup": _log_group(f, prefix) for f in functions}
    if any(function.kind is Kind.HTTP for function in functions):
        resources["RestAPI"] = {"Properties": _api(prefix)}
        resources["ApiFailing"] = _api_alarm(prefix)
    for function in functions:
        if function.kind in _ALARMS:
            resources[f"{function.resource}Alarm"] = _ALARMS[function.kind](function, prefix)
    return {
        "Description": f"Lien Mach: functions and API of stage {stage}",
        "Resources": resources,
    }


def _function(function: Function, prefix: str) -> Json:
    """A name of ours, which policies and alarms refer to, the bucket, the event source's flags."""
    properties: Json = {
        "FunctionName": f"{prefix}-{function.name}",
        "Environment": {"Variables": {"BUCKET": {"Fn::ImportValue": f"{prefix}-bucket"}}},
    }
    if function.kind in _EVENTS:
        event = {"Properties": _EVENTS[function.kind](function, prefix)}
        properties["Events"] = {function.event: event}
    if function.kind is Kind.SCHEDULE:
        # The next round comes by itself: a retry would only overlap with it.
        properties["EventInvokeConfig"] = {"MaximumRetryAttempts": 0}
    return {"Properties": properties}


def _log_group(function: Function, prefix: str) -> Json:
    """By name: Chalice refers to the API's function by an id that it renames afterwards."""
    return {"Properties": {"LogGroupName": f"/aws/lambda/{prefix}-{function.name}"}}


def _queue(function: Function, prefix: str) -> Json:
    """Without the flag Lambda deletes every message of a batch that returned: silent loss."""
    return {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def _stream(function: Function, prefix: str) -> Json:
    """The real stream, and an end to retries: by default one bad record blocks for a day."""
    return {
        "Stream": {"Fn::ImportValue": f"{function.source}-stream-arn"},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": STREAM_RETRIES,
        "DestinationConfig": {
            "OnFailure": {
                "Type": "SQS",
                "Destination": {"Fn::ImportValue": failed_batches_export(function, prefix)},
            }
        },
    }


_EVENTS: dict[Kind, Callable[[Function, str], Json]] = {Kind.QUEUE: _queue, Kind.STREAM: _stream}


def _api(prefix: str) -> Json:
    """Limits, and a title of ours: metrics go by it, and Chalice's is that of every stage."""
    every_method = {
        "ResourcePath": "/*",
        "HttpMethod": "*",
        "ThrottlingRateLimit": RATE,
        "ThrottlingBurstLimit": BURST,
        "MetricsEnabled": True,
    }
    return {
        "TracingEnabled": True,
        "MethodSettings": [every_method],
        "DefinitionBody": {
            "info": {"title": prefix},
            "x-amazon-apigateway-gateway-responses": gateway_answers(),
        },
    }


def _api_alarm(prefix: str) -> Json:
    return _alarm(
        f"{prefix}-api-failing",
        "AWS/ApiGateway",
        metric="5XXError",
        dimension=("ApiName", prefix),
        threshold=5,
        prefix=prefix,
    )


def _stream_alarm(function: Function, prefix: str) -> Json:
    """Milliseconds the stream is behind: ten minutes of undispatched events."""
    return _function_alarm(function, prefix, metric="IteratorAge", threshold=600_000)


def _schedule_alarm(function: Function, prefix: str) -> Json:
    """A schedule has no dead-letter queue that would show its failures."""
    return _function_alarm(function, prefix, metric="Errors", threshold=0)


def _function_alarm(function: Function, prefix: str, *, metric: str, threshold: int) -> Json:
    return _alarm(
        f"{prefix}-{function.name}-{metric.lower()}",
        "AWS/Lambda",
        metric=metric,
        dimension=("FunctionName", {"Ref": function.resource}),
        threshold=threshold,
        prefix=prefix,
    )


def _alarm(
    name: str,
    namespace: str,
    *,
    metric: str,
    dimension: tuple[str, Any],
    threshold: int,
    prefix: str,
) -> Json:
    properties = {
        "AlarmName": name,
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": dimension[0], "Value": dimension[1]}],
        "Statistic": "Maximum" if metric == "IteratorAge" else "Sum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Fn::ImportValue": f"{prefix}-alarm-topic-arn"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


_ALARMS: dict[Kind, Callable[[Function, str], Json]] = {
    Kind.STREAM: _stream_alarm,
    Kind.SCHEDULE: _schedule_alarm,
}
