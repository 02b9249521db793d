"""One IAM policy document per function, from its row in `permissions`.

Called by `config`. Documents hold `Fn::Sub` and `Fn::ImportValue`: Chalice puts
them into the template unread, so account and region need not be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.packaging.permissions import Grant
from infra.packaging.wiring import Function, Kind

Json = dict[str, Any]

_TABLE_ACTIONS = {
    "r": ("GetItem", "BatchGetItem", "Query"),
    "p": ("PutItem",),
    "w": ("PutItem", "UpdateItem", "ConditionCheckItem"),
    "d": ("DeleteItem",),
    "b": ("BatchWriteItem",),
}
#: Service of AWS → what its sends are allowed on.
_REACHED: Mapping[str, Sequence[Any]] = {
    "ses": [
        {"Fn::Sub": "arn:${AWS::Partition}:ses:*:${AWS::AccountId}:identity/*"},
        {"Fn::Sub": "arn:${AWS::Partition}:ses:*:${AWS::AccountId}:configuration-set/*"},
    ],
    "sns": ["*"],
}
_BUCKET_ACTIONS = {"r": ("GetObject",), "w": ("PutObject",), "d": ("DeleteObject",)}
_KEY_ACTIONS = {"e": ("Encrypt",), "d": ("Decrypt",)}
_RECEIVE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
_DRAIN = ("ReceiveMessage", "DeleteMessage", "GetQueueUrl")
_SEND = ("SendMessage", "GetQueueUrl")

# X-Ray has no resources to name (Service Authorization Reference, AWS X-Ray).
X_RAY = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def policy(function: Function, grant: Grant, *, prefix: str) -> Json:
    """The policy document of one function of the stage with this prefix."""
    statements = [
        _logs(function, prefix),
        {"Sid": "Trace", "Effect": "Allow", "Action": list(X_RAY), "Resource": "*"},
        *_source(function, prefix),
        *_tables(grant, prefix),
        *_queues(grant, prefix),
        *_bucket_and_key(grant, prefix),
        *_services(grant),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _logs(function: Function, prefix: str) -> Json:
    # No CreateLogGroup: the stack makes the group, with its retention.
    group = f"log-group:/aws/lambda/{prefix}-{function.name}:*"
    return _allow("Log", "logs", ("CreateLogStream", "PutLogEvents"), [_arn("logs", group)])


def _source(function: Function, prefix: str) -> Iterator[Json]:
    """What the event source mapping does in the function's name."""
    if function.kind is Kind.QUEUE:
        yield _allow("Receive", "sqs", _RECEIVE, [_arn("sqs", str(function.source))])
    if function.kind is Kind.STREAM:
        table = str(function.source)
        stream = {"Fn::ImportValue": f"{table}-stream-arn"}
        read = ("DescribeStream", "GetRecords", "GetShardIterator")
        yield _allow("Follow", "dynamodb", read, [stream])
        every = [_arn("dynamodb", f"table/{table}/stream/*")]
        yield _allow("Find", "dynamodb", ("ListStreams",), every)
        dead = {"Fn::ImportValue": failed_batches_export(function, prefix)}
        yield _allow("GiveUp", "sqs", ("SendMessage",), [dead])


def failed_batches_export(function: Function, prefix: str) -> str:
    """Export of the queue for a stream function's hopeless batches.

    By convention `<first word of the function>-dead`, so `dispatch_on_events`
    gives up into `dispatch-dead`.
    """
    return f"{prefix}-{function.name.split('_', 1)[0]}-dead-arn"


def _tables(grant: Grant, prefix: str) -> Iterator[Json]:
    """One statement per combination of letters; index ARNs only where something is read."""
    for letters in sorted(set(grant.tables.values())):
        tables = [name for name, given in grant.tables.items() if given == letters]
        actions = [action for letter in letters for action in _TABLE_ACTIONS[letter]]
        arns = [_arn("dynamodb", f"table/{prefix}-{name}") for name in tables]
        yield _allow(f"Tables{letters.upper()}", "dynamodb", actions, arns)
    indexes = [
        _arn("dynamodb", f"table/{prefix}-{table}/index/{index}")
        for table, names in grant.indexes.items()
        for index in names
    ]
    if indexes:
        yield _allow("Indexes", "dynamodb", ("Query",), indexes)


def _queues(grant: Grant, prefix: str) -> Iterator[Json]:
    for sid, actions, queues in (("Send", _SEND, grant.sends), ("Drain", _DRAIN, grant.drains)):
        arns = [_arn("sqs", f"{prefix}-{queue}") for queue in queues]
        if arns:
            yield _allow(sid, "sqs", actions, arns)


def _bucket_and_key(grant: Grant, prefix: str) -> Iterator[Json]:
    if grant.bucket:
        actions = [action for letter in grant.bucket for action in _BUCKET_ACTIONS[letter]]
        objects = {"Fn::Sub": ["${Bucket}/*", {"Bucket": _import(prefix, "bucket-arn")}]}
        yield _allow("Objects", "s3", actions, [objects])
    if "r" in grant.bucket:
        # Without it S3 says of what is not there that it is forbidden.
        yield _allow("Absent", "s3", ("ListBucket",), [_import(prefix, "bucket-arn")])
    if grant.key:
        actions = [action for letter in grant.key for action in _KEY_ACTIONS[letter]]
        yield _allow("Credentials", "kms", actions, [_import(prefix, "key-arn")])


def _services(grant: Grant) -> Iterator[Json]:
    """AWS's own channels. SES sends as what is verified in this account, in whatever region the
    mailbox's account names; a telephone that SNS sends to has no ARN.
    """
    for service in sorted({action.partition(":")[0] for action in grant.services}):
        actions = [one.partition(":")[2] for one in grant.services if one.startswith(f"{service}:")]
        yield _allow(f"Send{service.capitalize()}", service, actions, _REACHED[service])


def _import(prefix: str, name: str) -> Json:
    return {"Fn::ImportValue": f"{prefix}-{name}"}


def _arn(service: str, resource: str) -> Json:
    at = "${AWS::Region}:${AWS::AccountId}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:{at}:{resource}"}


def _allow(sid: str, service: str, actions: Any, resources: Sequence[Any]) -> Json:
    named = [f"{service}:{action}" for action in dict.fromkeys(actions)]
    return {"Sid": sid, "Effect": "Allow", "Action": named, "Resource": resources}
