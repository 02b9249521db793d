"""Changes a stream no longer tells of, read from the table itself.

The engine keeps no stream records over a restart, so what was written but not
dispatched before it stopped is found here, at the next start, and handed to the
stream's function again. Doubles do no harm: reactors are idempotent. Used by
the stream pump and, for `--deployed`, by `deployed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.platform.ids import earliest_id

#: Seconds. An event's id is made before its transaction is committed, and two
#: machines' parts of an id may run apart; so look back a little further.
OVERLAP = 30


def missed(dynamodb: Any, table: str, *, since: float) -> list[dict[str, Any]]:
    """Items written after `since` (epoch seconds, 0: all), oldest first, as stream records.

    The table's range key must be a UUID version 7 (`platform.ids`), whose first
    48 bits are its creation in milliseconds. Reads the whole table: it is a
    local one.
    """
    floor = earliest_id(datetime.fromtimestamp(max(0.0, since - OVERLAP), UTC))
    items = sorted(_items(dynamodb, table, floor), key=lambda item: str(item["sk"]["S"]))
    return [_inserted(item, int(since)) for item in items]


def _items(dynamodb: Any, table: str, floor: str) -> Iterator[dict[str, Any]]:
    asked: dict[str, Any] = {
        "TableName": table,
        "FilterExpression": "sk >= :floor",
        "ExpressionAttributeValues": {":floor": {"S": floor}},
        "ConsistentRead": True,
    }
    while True:
        answer = dynamodb.scan(**asked)
        yield from answer["Items"]
        if not (last := answer.get("LastEvaluatedKey")):
            return
        asked["ExclusiveStartKey"] = last


def _inserted(item: dict[str, Any], moment: int) -> dict[str, Any]:
    return {
        "eventID": item["sk"]["S"],
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": moment,
            "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": item,
            "SequenceNumber": "",
            "StreamViewType": "NEW_IMAGE",
        },
    }
