"""Reads CloudFormation templates and works out the intrinsics ours uses.

Called by `resources` (tests, tools), `merge`'s tests and `check`. It resolves
what can be known without AWS; a function it does not know is an error, never
a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

NO_VALUE = object()  # `AWS::NoValue`: the property is left out


class Unresolvable(ValueError):
    """An intrinsic that cannot be worked out without AWS."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`, `!GetAtt a.b`)."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if name == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


_Loader.add_multi_constructor("!", _short_form)


def read(path: Path) -> Json:
    """The template at `path`, YAML or JSON, short forms written out."""
    text = path.read_text(encoding="utf-8")
    loaded = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_Loader)
    assert isinstance(loaded, dict)
    return loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a template is thought to be deployed; what its pseudo parameters mean."""

    region: str = "ap-southeast-1"
    account: str = "123456789012"
    partition: str = "aws"

    def pseudo(self) -> dict[str, Any]:
        """Pseudo parameter → value."""
        return {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }


class Resolver:
    """Works out values of one template for given parameters and a place.

    Args:
        template: as `read` returns it.
        parameters: parameter → value; the template's defaults fill the rest.
        place: region, account and partition.
    """

    def __init__(self, template: Json, *, parameters: Mapping[str, str], place: Place) -> None:
        declared = template.get("Parameters", {})
        defaults = {name: spec["Default"] for name, spec in declared.items() if "Default" in spec}
        self._resources: Json = template["Resources"]
        self._conditions: Json = template.get("Conditions", {})
        self._known: dict[str, Any] = {**defaults, **parameters, **place.pseudo()}
        self._place = place
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::GetAtt": self._attribute,
            "Fn::If": self._if,
            "Fn::Equals": lambda pair: self.value(pair[0]) == self.value(pair[1]),
            "Fn::Not": lambda one: not self.value(one[0]),
            "Condition": self.condition,
        }

    def wanted(self, resource: Json) -> bool:
        """Whether the resource's own condition, if any, holds."""
        return "Condition" not in resource or self.condition(resource["Condition"])

    def condition(self, name: str) -> bool:
        """The value of a named condition."""
        return bool(self.value(self._conditions[name]))

    def value(self, node: Any) -> Any:
        """`node` with every intrinsic in it worked out."""
        if isinstance(node, list):
            return [worked for item in node if (worked := self.value(item)) is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1 and (name := next(iter(node))) in self._functions:
            return self._functions[name](node[name])
        for name in node:
            if name.startswith("Fn::"):
                raise Unresolvable(f"{name} is not worked out here")
        worked = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in worked.items() if item is not NO_VALUE}

    def _ref(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        if name in self._resources:
            return self._name_of(name)
        raise Unresolvable(f"nothing is called {name}")

    def _sub(self, spec: Any) -> str:
        text, given = (spec, {}) if isinstance(spec, str) else spec
        return re.sub(r"\$\{([^!}][^}]*)\}", lambda found: self._fill(found[1], given), text)

    def _fill(self, name: str, given: Json) -> str:
        if name in given:
            return str(self.value(given[name]))
        if "." in name:
            return str(self._attribute(name.split(".", 1)))
        return str(self._ref(name))

    def _if(self, branches: list[Any]) -> Any:
        return self.value(branches[1] if self.condition(branches[0]) else branches[2])

    def _name_of(self, logical_id: str) -> str:
        key = {
            "AWS::DynamoDB::Table": "TableName",
            "AWS::SQS::Queue": "QueueName",
            "AWS::S3::Bucket": "BucketName",
            "AWS::SNS::Topic": "TopicName",
        }.get(self._resources[logical_id]["Type"])
        if key is None:
            raise Unresolvable(f"{logical_id} has no name before it is deployed")
        return str(self.value(self._resources[logical_id]["Properties"][key]))

    def _attribute(self, path: list[str]) -> str:
        logical_id, attribute = path
        name, kind = self._name_of(logical_id), self._resources[logical_id]["Type"]
        at = f"{self._place.region}:{self._place.account}"
        arn = {
            "AWS::DynamoDB::Table": f"dynamodb:{at}:table/{name}",
            "AWS::SQS::Queue": f"sqs:{at}:{name}",
            "AWS::S3::Bucket": f"s3:::{name}",
        }
        if attribute == "Arn":
            return f"arn:{self._place.partition}:{arn[kind]}"
        if attribute == "QueueName":
            return name
        raise Unresolvable(f"{logical_id}.{attribute} is known only once deployed")
