"""The AWS our handlers talk to in the benchmark: in memory, behind botocore's own HTTP send.

Called by `drive`. `attach` answers every request of the shared clients from
botocore's `before-send` event, so everything above the socket really runs:
PynamoDB, serialising, signing, parsing. Each request becomes a `Call` in
`calls`, with the handler that made it and the capacity units it cost; the time
spent in here is added up, so that measurements can leave it out.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from time import process_time
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from . import tables
from .expressions import Item, condition, plain, updated
from .tables import Entry, Key, Table, item_size, key_of, read_units, write_units

Json = dict[str, Any]
_HIGHEST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as AWS would see it. `items`: read, written or sent."""

    handler: str
    service: str
    operation: str
    resource: str
    items: int
    reads: float = 0.0
    writes: float = 0.0


class Refused(Exception):
    """An error of the service: its type and what else its answer says."""

    def __init__(self, kind: str, **more: Any) -> None:
        super().__init__(kind)
        self.answer = {"__type": f"com.amazonaws#{kind}", "message": kind, **more}


@dataclass(slots=True)
class Used:
    """What the request at hand has cost so far."""

    resource: str = ""
    items: int = 0
    reads: float = 0.0
    writes: float = 0.0


@dataclass(slots=True)
class Backend:
    """One stage's tables, queues, bucket and key. `handler` is who is calling now."""

    prefix: str
    tables: dict[str, Table] = field(default_factory=dict)
    queues: dict[str, list[Json]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    handler: str = ""
    seconds: float = 0.0
    _seen: set[str] = field(default_factory=set)

    def attach(self, clients: Mapping[str, Any]) -> None:
        """Answer these clients' requests from here on."""
        self.tables = tables.made(self.prefix)
        for service, client in clients.items():
            events = client.meta.events
            events.unregister("before-send", unique_id="bench")  # an earlier backend's
            events.register_first("before-send", self._answering(service), unique_id="bench")

    def _answering(self, service: str) -> Callable[..., AWSResponse]:
        def answer(request: Any, **_: Any) -> AWSResponse:
            began = process_time()
            try:
                return self._answer(service, request)
            finally:
                self.seconds += process_time() - began

        return answer

    def _answer(self, service: str, request: Any) -> AWSResponse:
        if service == "s3":
            return self._object(request)
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        status, used = 200, Used()
        try:
            answer = _OPERATIONS[operation](self, json.loads(request.body), used)
        except Refused as refused:
            status, answer = 400, refused.answer
        self._count(service, operation, used)
        return _response(request, status, json.dumps(answer).encode())

    def _object(self, request: Any) -> AWSResponse:
        key, body = request.url.partition("?")[0], request.body
        content = body.read() if hasattr(body, "read") else body
        if request.method == "PUT":
            self.objects[key] = content
        self._count("s3", request.method, Used(items=1))
        return _response(request, 200, b"" if request.method == "PUT" else self.objects[key])

    def _count(self, service: str, operation: str, used: Used) -> None:
        call = Call(
            handler=self.handler,
            service=service,
            operation=operation,
            resource=used.resource.removeprefix(f"{self.prefix}-"),
            items=used.items,
            reads=used.reads,
            writes=used.writes,
        )
        self.calls.append(call)

    def table(self, name: str, used: Used) -> Table:
        """A table by full name; the request is noted as being about it."""
        used.resource = name
        return self.tables[name]

    def first_time(self, key: str) -> bool:
        """Whether a FIFO queue sees this deduplication id for the first time."""
        fresh = key not in self._seen
        self._seen.add(key)
        return fresh


def _response(request: Any, status: int, body: bytes) -> AWSResponse:
    headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, status, headers, Body(body))


class Body(BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def _holds(asked: Json, item: Item | None) -> bool:
    text = asked.get("ConditionExpression")
    names, values = _words(asked)
    return text is None or condition(text, names, values)(item or {})


def _words(asked: Json) -> tuple[Json, Json]:
    return asked.get("ExpressionAttributeNames") or {}, asked.get("ExpressionAttributeValues") or {}


def _after(asked: Json, key: Key, before: Item | None) -> Item | None:
    """An item as a put, update or delete leaves it."""
    if "Item" in asked:
        return dict(asked["Item"])
    if "UpdateExpression" not in asked:
        return None
    start = before or {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    return updated(start, asked["UpdateExpression"], *_words(asked))


def _write(backend: Backend, asked: Json, used: Used) -> Json:
    """PutItem, UpdateItem, DeleteItem."""
    table = backend.table(asked["TableName"], used)
    key = key_of(asked.get("Item") or asked["Key"])
    before = table.items.get(key)
    used.items += 1
    if not _holds(asked, before):
        used.writes += write_units(item_size(before or {}))
        raise Refused("ConditionalCheckFailedException")
    after = _after(asked, key, before)
    used.writes += table.write(key, after)
    return {"Attributes": after} if asked.get("ReturnValues") == "ALL_NEW" else {}


def _transact(backend: Backend, asked: Json, used: Used) -> Json:
    kinds = [kind for entry in asked["TransactItems"] for kind in entry]
    parts = [part for entry in asked["TransactItems"] for part in entry.values()]
    found = [(backend.tables[p["TableName"]], key_of(p.get("Item") or p["Key"])) for p in parts]
    held = [
        _holds(part, table.items.get(key)) for part, (table, key) in zip(parts, found, strict=True)
    ]
    used.resource, used.items = "(transaction)", len(parts)
    if not all(held):
        reasons = [{"Code": "None" if ok else "ConditionalCheckFailed"} for ok in held]
        raise Refused("TransactionCanceledException", CancellationReasons=reasons)
    for kind, part, (table, key) in zip(kinds, parts, found, strict=True):
        before = table.items.get(key)
        if kind == "ConditionCheck":
            used.writes += 2 * write_units(item_size(before or {}))
            continue
        used.writes += table.write(key, _after(part, key, before), factor=2)
    return {}


def _get(backend: Backend, asked: Json, used: Used) -> Json:
    table = backend.table(asked["TableName"], used)
    item = table.items.get(key_of(asked["Key"]))
    used.items += item is not None
    consistent = bool(asked.get("ConsistentRead"))
    used.reads += read_units(item_size(item or {}), consistent=consistent)
    return {} if item is None else {"Item": item}


def _batch_get(backend: Backend, asked: Json, used: Used) -> Json:
    answers: dict[str, list[Item]] = {}
    for name, wanted in asked["RequestItems"].items():
        table, found = backend.table(name, used), answers.setdefault(name, [])
        for keys in wanted["Keys"]:
            item = table.items.get(key_of(keys))
            consistent = bool(wanted.get("ConsistentRead"))
            used.reads += read_units(item_size(item or {}), consistent=consistent)
            if item is not None:
                found.append(item)
                used.items += 1
    return {"Responses": answers, "UnprocessedKeys": {}}


def _batch_write(backend: Backend, asked: Json, used: Used) -> Json:
    for name, requests in asked["RequestItems"].items():
        table = backend.table(name, used)
        for request in requests:
            ((kind, part),) = request.items()
            key = key_of(part["Item"] if kind == "PutRequest" else part["Key"])
            used.items += 1
            used.writes += table.write(key, _after(part, key, None))
    return {"UnprocessedItems": {}}


def _query(backend: Backend, asked: Json, used: Used) -> Json:
    table = backend.table(asked["TableName"], used)
    order = table.order(asked.get("IndexName"))
    found = _in_range(order, asked)
    if not asked.get("ScanIndexForward", True):
        found = found[::-1]
    start = asked.get("ExclusiveStartKey")
    if start is not None:
        found = found[found.index(_entry_of(order, start)) + 1 :]
    limit = asked.get("Limit") or len(found)
    page = [table.items[pk, sk] for _, pk, sk in found[:limit]]
    items = [order.shown(item) for item in page]
    size = sum(item_size(item) for item in items)
    used.items += len(items)
    used.reads += read_units(size, consistent=bool(asked.get("ConsistentRead")))
    answer: Json = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if items and len(found) > limit:
        names = {order.hash_key, order.range_key, "pk", "sk"}
        answer["LastEvaluatedKey"] = {name: page[-1][name] for name in names}
    if asked.get("FilterExpression"):
        raise NotImplementedError("a filter reads what it throws away")
    return answer


def _entry_of(order: tables.Order, item: Item) -> Entry:
    key = order.key_of(item)
    assert key is not None
    return key[1]


def _in_range(order: tables.Order, asked: Json) -> Sequence[Entry]:
    """The entries of a key condition, by bisection: `#0 = :0 AND begins_with (#1, :1)`."""
    names, values = _words(asked)
    text = asked["KeyConditionExpression"]
    hash_part, _, range_part = (text[1:-1] if text.startswith("(") else text).partition(" AND ")
    wanted = plain(values[hash_part.split()[-1]])
    part = order.partitions.get(wanted, [])
    if not range_part:
        return part
    holds = condition(range_part, names, values)
    bounds = [plain(value) for token, value in values.items() if token in range_part]
    low, high = min(bounds), max(bounds) + _HIGHEST
    first = 0 if "<" in range_part else bisect_left(part, (low,))
    last = len(part) if ">" in range_part else bisect_right(part, (high,))
    return [one for one in part[first:last] if holds({order.range_key: {"S": one[0]}})]


def _send_batch(backend: Backend, asked: Json, used: Used) -> Json:
    queue = asked["QueueUrl"].rpartition("/")[2]
    used.resource, used.items = queue, len(asked["Entries"])
    waiting = backend.queues.setdefault(queue, [])
    for entry in asked["Entries"]:
        token = entry.get("MessageDeduplicationId")
        if token is None or backend.first_time(f"{queue} {entry['MessageGroupId']} {token}"):
            waiting.append(entry)
    sent = [{"Id": e["Id"], "MessageId": e["Id"], "MD5OfMessageBody": ""} for e in asked["Entries"]]
    return {"Successful": sent, "Failed": []}


def _queue_url(backend: Backend, asked: Json, used: Used) -> Json:
    used.resource = asked["QueueName"]
    return {"QueueUrl": f"https://sqs.example/123456789012/{asked['QueueName']}"}


def _receive(backend: Backend, asked: Json, used: Used) -> Json:
    used.resource = asked["QueueUrl"].rpartition("/")[2]
    return {}


def _encrypt(backend: Backend, asked: Json, used: Used) -> Json:
    return {"CiphertextBlob": b64encode(asked["Plaintext"].encode()).decode(), "KeyId": "key"}


def _decrypt(backend: Backend, asked: Json, used: Used) -> Json:
    return {"Plaintext": b64decode(asked["CiphertextBlob"]).decode(), "KeyId": "key"}


_OPERATIONS: dict[str, Callable[[Backend, Json, Used], Json]] = {
    "PutItem": _write,
    "UpdateItem": _write,
    "DeleteItem": _write,
    "TransactWriteItems": _transact,
    "GetItem": _get,
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "Query": _query,
    "SendMessageBatch": _send_batch,
    "GetQueueUrl": _queue_url,
    "ReceiveMessage": _receive,
    "Encrypt": _encrypt,
    "Decrypt": _decrypt,
}
