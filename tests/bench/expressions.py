"""DynamoDB's condition, key and update expressions, evaluated on items in typed JSON.

Called by `backend`: as much of the language as PynamoDB writes; anything else
raises `Unsupported`, so that a figure is never made of a condition misread.
Grammar: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
Expressions.OperatorsAndFunctions.html and Expressions.UpdateExpressions.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Item = dict[str, Any]
Value = dict[str, Any]
Condition = Callable[[Item], bool]
Operand = Callable[[Item], Value | None]

_TOKEN = re.compile(r"\s*(#\w+|:\w+|[A-Za-z_]\w*|<=|>=|<>|[=<>(),+\-])")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class Unsupported(NotImplementedError):
    """An expression this evaluator does not know."""


def plain(value: Value) -> Any:
    """A typed value as something that compares as DynamoDB compares it."""
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


class Expression:
    """One expression's tokens, names and values; read from left to right."""

    def __init__(self, text: str, names: Mapping[str, str], values: Mapping[str, Value]) -> None:
        self.tokens = _tokens(text)
        self.names, self.values = names, values

    @property
    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *wanted: str) -> str:
        """The next token, which must be one of these if any are given."""
        if wanted and self.next not in wanted:
            raise Unsupported(f"{self.next!r} where {wanted} was expected")
        return self.tokens.pop(0)

    def name(self) -> str:
        """An attribute's real name."""
        token = self.take()
        return self.names[token] if token.startswith("#") else token

    def value(self) -> Value:
        """One of the given values."""
        return self.values[self.take()]


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unsupported(text[position:])
        found.append(match[1])
        position = match.end()
    return found


def condition(text: str, names: Mapping[str, str], values: Mapping[str, Value]) -> Condition:
    """A condition or filter expression as a function of an item (empty: there is none)."""
    expression = Expression(text, names, values)
    read = _any(expression)
    if expression.tokens:
        raise Unsupported(" ".join(expression.tokens))
    return read


def _any(expression: Expression) -> Condition:
    parts = [_all(expression)]
    while expression.next == "OR":
        expression.take()
        parts.append(_all(expression))
    return lambda item: any(part(item) for part in parts)


def _all(expression: Expression) -> Condition:
    parts = [_one(expression)]
    while expression.next == "AND":
        expression.take()
        parts.append(_one(expression))
    return lambda item: all(part(item) for part in parts)


def _one(expression: Expression) -> Condition:
    if expression.next == "NOT":
        expression.take()
        inner = _one(expression)
        return lambda item: not inner(item)
    if expression.next == "(":
        expression.take()
        inner = _any(expression)
        expression.take(")")
        return inner
    if expression.next in _FUNCTIONS:
        return _function(expression)
    return _comparison(expression)


def _function(expression: Expression) -> Condition:
    test = _FUNCTIONS[expression.take()]
    expression.take("(")
    name, argument = expression.name(), None
    if expression.next == ",":
        expression.take()
        argument = expression.value()
    expression.take(")")
    return lambda item: test(item.get(name), argument)


_FUNCTIONS: dict[str, Callable[[Value | None, Value | None], bool]] = {
    "attribute_exists": lambda found, _: found is not None,
    "attribute_not_exists": lambda found, _: found is None,
    "begins_with": lambda found, start: (
        found is not None and start is not None and plain(found).startswith(plain(start))
    ),
    "contains": lambda found, part: (
        found is not None and part is not None and plain(part) in plain(found)
    ),
}


def _comparison(expression: Expression) -> Condition:
    left = _operand(expression)
    operator = expression.take("IN", "BETWEEN", *_COMPARISONS)
    if operator == "IN":
        wanted = _listed(expression)
        return lambda item: left(item) in wanted
    if operator == "BETWEEN":
        low = expression.value()
        expression.take("AND")
        high = expression.value()
        return lambda item: _compare(">=", left(item), low) and _compare("<=", left(item), high)
    right = _operand(expression)
    return lambda item: _compare(operator, left(item), right(item))


def _listed(expression: Expression) -> Sequence[Value]:
    expression.take("(")
    values = [expression.value()]
    while expression.take(",", ")") == ",":
        values.append(expression.value())
    return values


def _compare(operator: str, left: Value | None, right: Value | None) -> bool:
    if left is None or right is None:
        return operator == "<>" and left is not right
    if left.keys() != right.keys():
        return operator == "<>"
    return _COMPARISONS[operator](plain(left), plain(right))


def _operand(expression: Expression) -> Operand:
    if expression.next.startswith(":"):
        value = expression.value()
        return lambda item: value
    name = expression.name()
    return lambda item: item.get(name)


def updated(item: Item, text: str, names: Mapping[str, str], values: Mapping[str, Value]) -> Item:
    """The item after an update expression."""
    expression, after, section = Expression(text, names, values), dict(item), ""
    while expression.tokens:
        if expression.next in _SECTIONS:
            section = expression.take()
        _SECTIONS[section](expression, item, after)
        if expression.next == ",":
            expression.take()
    return after


def _set(expression: Expression, before: Item, after: Item) -> None:
    name = expression.name()
    expression.take("=")
    value = _operand(expression)(before)
    while expression.next in ("+", "-"):
        sign = 1 if expression.take() == "+" else -1
        value = _sum(value, _operand(expression)(before), sign)
    if value is None:
        raise Unsupported(f"SET {name} to nothing")
    after[name] = value


def _remove(expression: Expression, before: Item, after: Item) -> None:
    after.pop(expression.name(), None)


def _add(expression: Expression, before: Item, after: Item) -> None:
    name = expression.name()
    after[name] = _sum(before.get(name, {"N": "0"}), expression.value(), 1)


def _sum(left: Value | None, right: Value | None, sign: int) -> Value:
    if left is None or right is None:
        raise Unsupported("a sum with nothing")
    return {"N": str(plain(left) + sign * plain(right))}


_SECTIONS: dict[str, Callable[[Expression, Item, Item], None]] = {
    "SET": _set,
    "REMOVE": _remove,
    "ADD": _add,
}
