"""Lets moto refuse what IAM would refuse on AWS: tests run under the production policies.

moto allows everything, so a call that no policy covers would fail only once
deployed. While a Lambda function's handler runs, each AWS call is held against
that function's row in `infra.packaging.permissions`; calls of the tests
themselves are free. `conftest` switches it on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import cache, wraps
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from chalice.app import Chalice, ChaliceAuthorizer, EventSourceHandler

from chalicelib.platform.remembered import Remembered
from infra.packaging import resources
from infra.packaging.permissions import Grant, grant
from infra.packaging.policies import policy
from infra.packaging.template import Place, Resolver
from infra.packaging.wiring import API_HANDLER, Function, Kind

Json = dict[str, Any]
Need = tuple[str, str]  # action, resource

KEY = "arn:aws:kms:::the-stage-s-key"

_running: ContextVar[str | None] = ContextVar("running", default=None)

_cold: ContextVar[bool] = ContextVar("cold", default=False)
_last: ContextVar[str | None] = ContextVar("last", default=None)

used: dict[str, set[Need]] = {}  # function → what it has needed so far in this process


@contextmanager
def enforced(prefix: str) -> Iterator[None]:
    """Hold every call of a function against its policy until the block ends."""
    call: Any = vars(BaseClient)["_make_api_call"]

    def checked(self: Any, operation: str, params: Json) -> Any:
        function = _running.get()
        if function is not None:
            service = self.meta.service_model.service_name
            for need in needs(service, operation, params):
                _check(function, need, prefix)
        return call(self, operation, params)

    with (
        patch.object(BaseClient, "_make_api_call", checked),
        patch.object(Chalice, "__call__", _as(lambda _: API_HANDLER, Chalice.__call__)),
        patch.object(EventSourceHandler, "__call__", _as(_name, EventSourceHandler.__call__)),
        patch.object(ChaliceAuthorizer, "__call__", _as(_name, ChaliceAuthorizer.__call__)),
    ):
        yield


@contextmanager
def cold_starts() -> Iterator[None]:
    """Until the block ends no function finds what another one has remembered.

    On AWS each is a process of its own; here they share one, and what the API
    has looked up would hide that a worker may not.
    """
    token = _cold.set(True)
    try:
        yield
    finally:
        _cold.reset(token)


def _enter(function: str) -> None:
    if _cold.get() and _last.get() != function:
        _forget()
    _last.set(function)


def _forget() -> None:
    """Empty every cache of the product but the AWS clients."""
    for name, module in list(sys.modules.items()):
        if name.startswith("chalicelib.") and name != "chalicelib.platform.aws":
            for value in list(vars(module).values()):
                if isinstance(value, Remembered):
                    value.forget()
                elif callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def _as(name: Callable[[Any], str], call: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, while the function it belongs to counts as the caller of AWS."""

    @wraps(call)
    def run(handler: Any, *arguments: Any, **named: Any) -> Any:
        token = _running.set(name(handler))
        _enter(name(handler))
        try:
            return call(handler, *arguments, **named)
        finally:
            _running.reset(token)

    return run


def _name(handler: Any) -> str:
    return str(handler.func.__name__)


def _check(function: str, need: Need, prefix: str) -> None:
    used.setdefault(function, set()).add(need)
    action, resource = need
    for actions, patterns in _allowed(function, prefix):
        if action in actions and any(fnmatchcase(resource, pattern) for pattern in patterns):
            return
    message = f"{function} may not {action} on {resource}: see infra/packaging/permissions.py"
    error: Any = {"Error": {"Code": "AccessDeniedException", "Message": message}}
    raise ClientError(error, action)


@cache
def _allowed(function: str, prefix: str) -> list[tuple[list[str], list[str]]]:
    """Actions and resource patterns of each statement of a function's policy."""
    return _statements(grant(function), prefix)


def _statements(given: Grant, prefix: str) -> list[tuple[list[str], list[str]]]:
    described = Function(name="", handler="", kind=Kind.PLAIN)
    document = policy(described, given, prefix=prefix)
    place = Place()
    exports = {
        f"{prefix}-key-arn": KEY,
        f"{prefix}-bucket-arn": f"arn:aws:s3:::{resources.load(prefix).bucket}",
    }
    resolver = Resolver({"Resources": {}}, parameters={}, place=place)
    return [
        (one["Action"], resolver.value(_imported(one["Resource"], exports)))
        for one in document["Statement"]
        if one["Resource"] != "*"
    ]


def idle(function: str, prefix: str) -> set[str]:
    """The rights in a function's row that nothing has needed so far in this process."""
    needed = used.get(function, set())
    return {
        name
        for name, alone in _one_by_one(grant(function))
        if not any(
            action in actions and any(fnmatchcase(resource, pattern) for pattern in patterns)
            for actions, patterns in _statements(alone, prefix)
            for action, resource in needed
        )
    }


def _one_by_one(given: Grant) -> Iterator[tuple[str, Grant]]:
    """A row's rights, each in a row of its own, by what they are called there."""
    for table, letters in given.tables.items():
        for letter in letters:
            yield f"{table}: {letter}", Grant(tables={table: letter})
    for table, indexes in given.indexes.items():
        for index in indexes:
            yield f"{table}/{index}", Grant(indexes={table: (index,)})
    for name in given.sends:
        yield f"sends {name}", Grant(sends=(name,))
    for letter in given.bucket:
        yield f"bucket: {letter}", Grant(bucket=letter)
    for letter in given.key:
        yield f"key: {letter}", Grant(key=letter)


def _imported(node: Any, exports: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_imported(item, exports) for item in node]
    if not isinstance(node, dict):
        return node
    if "Fn::ImportValue" in node:
        return exports[node["Fn::ImportValue"]]
    return {key: _imported(item, exports) for key, item in node.items()}


# ------------------------------------------------------- what a call needs


def needs(service: str, operation: str, params: Json) -> Iterator[Need]:
    """The IAM actions and resources of one API call.

    Source: Service Authorization Reference, DynamoDB, SQS, S3 and KMS.
    """
    yield from _NEEDS.get(service, _unknown)(operation, params)


def _unknown(operation: str, params: Json) -> Iterator[Need]:
    yield operation, "a service that no policy covers"


def _dynamodb(operation: str, params: Json) -> Iterator[Need]:
    if operation in ("BatchGetItem", "BatchWriteItem"):
        for table in params["RequestItems"]:
            yield _on_table(operation, table)
    elif operation == "TransactWriteItems":
        for entry in params["TransactItems"]:
            for kind, part in entry.items():
                yield _on_table(_TRANSACTED[kind], part["TableName"])
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield _on_table(operation, f"{params['TableName']}{index}")


_TRANSACTED = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def _on_table(action: str, table: str) -> Need:
    return f"dynamodb:{action}", f"arn:aws:dynamodb:{_AT}:table/{table}"


def _sqs(operation: str, params: Json) -> Iterator[Need]:
    name = params.get("QueueName") or params["QueueUrl"].rsplit("/", 1)[1]
    yield f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{_AT}:{name}"


def _s3(operation: str, params: Json) -> Iterator[Need]:
    if operation == "ListObjectsV2":
        yield "s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}"
        return
    if operation == "ListObjectsV2":
        yield "s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}"
        return
    action = {"HeadObject": "GetObject"}.get(operation, operation)
    yield f"s3:{action}", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"


def _kms(operation: str, params: Json) -> Iterator[Need]:
    yield f"kms:{operation}", KEY


_AT = f"{Place().region}:{Place().account}"
_NEEDS: dict[str, Callable[[str, Json], Iterator[Need]]] = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "s3": _s3,
    "kms": _kms,
}
