"""The part of Go's templates that the chart is written in, so that it can be read where Helm is not.

Anything else fails loudly. Where Helm is there, test_chart.py holds this against it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_ACTION = re.compile(r"(\s*\{\{-|\{\{)\s*(.*?)\s*(-\}\}\s*|\}\})", re.DOTALL)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[()|]|[^\s()|]+')


class Failed(Exception):
    """What `fail` and `required` end in."""


@dataclass
class Node:
    """Text, an expression, or a block with its branches."""

    kind: str
    words: str = ""
    body: list["Node"] = field(default_factory=list)
    otherwise: list["Node"] = field(default_factory=list)


def _pieces(text: str) -> Iterator[Node]:
    end = 0
    for found in _ACTION.finditer(text):
        if found.start() > end:
            yield Node("text", text[end : found.start()])
        if not found[1].strip().startswith("{{-") and found[1].strip() != "{{":
            raise ValueError(found[0])
        yield Node("action", found[2])
        end = found.end()
    yield Node("text", text[end:])


def _tree(pieces: Iterator[Node], *, top: bool = True) -> tuple[list[Node], str]:
    nodes: list[Node] = []
    for piece in pieces:
        word, _, rest = piece.words.partition(" ")
        if piece.kind == "text" or piece.words.startswith("/*"):
            nodes += [piece] if piece.kind == "text" else []
        elif word in {"if", "with", "range", "define"}:
            block = Node(word, rest)
            block.body, closed = _tree(pieces, top=False)
            if closed == "else":
                block.otherwise, closed = _tree(pieces, top=False)
            assert closed == "end", closed
            nodes.append(block)
        elif piece.words in {"else", "end"}:
            assert not top, piece.words
            return nodes, piece.words
        else:
            nodes.append(Node("value", piece.words))
    assert top, "a block is not closed"
    return nodes, ""


class Templates:
    """Templates with what they define."""

    def __init__(self, values: dict[str, Any], chart: dict[str, Any], release: str) -> None:
        self.top = {
            "Values": values,
            "Chart": {"Name": chart["name"], "Version": chart["version"], "AppVersion": chart["appVersion"]},
            "Release": {"Name": release, "Service": "Helm", "Namespace": "default"},
        }
        self._defined: dict[str, list[Node]] = {}

    def render(self, text: str) -> str:
        """The text with every action carried out."""
        nodes, _ = _tree(_pieces(text))
        return self._written(nodes, self.top)

    def _written(self, nodes: list[Node], dot: Any) -> str:
        return "".join(self._one(node, dot) for node in nodes)

    def _one(self, node: Node, dot: Any) -> str:
        if node.kind == "text":
            return node.words
        if node.kind == "define":
            self._defined[json.loads(node.words)] = node.body
            return ""
        value = self._value(_WORD.findall(node.words), dot)
        if node.kind == "range":
            return "".join(self._written(node.body, each) for each in value)
        if node.kind in {"if", "with"}:
            inner = value if node.kind == "with" else dot
            return self._written(node.body, inner) if value else self._written(node.otherwise, dot)
        return "true" if value is True else "false" if value is False else str(value)

    def _value(self, words: list[str], dot: Any) -> Any:
        """A pipeline: the result of each part is the last argument of the next."""
        parts, depth = [[]], 0  # type: tuple[list[list[str]], int]
        for word in words:
            depth += (word == "(") - (word == ")")
            if word == "|" and depth == 0:
                parts.append([])
            else:
                parts[-1].append(word)
        before: list[Any] = []
        for part in parts:
            before = [self._call(part, dot, before)]
        return before[0]

    def _call(self, words: list[str], dot: Any, piped: list[Any]) -> Any:
        rest = list(words)
        arguments = []
        while rest:
            word = rest.pop(0)
            if word == "(":
                inner, depth = [], 1
                while depth:
                    inner.append(rest.pop(0))
                    depth += (inner[-1] == "(") - (inner[-1] == ")")
                arguments.append(self._value(inner[:-1], dot))
            else:
                arguments.append(self._atom(word, dot))
        if callable(arguments[0]):
            return arguments[0](*arguments[1:], *piped)
        assert len(arguments) == 1, words
        assert not piped, words
        return arguments[0]

    def _atom(self, word: str, dot: Any) -> Any:
        if word.startswith('"'):
            return json.loads(word)
        if word.isdigit():
            return int(word)
        if word == ".":
            return dot
        if word.startswith("."):
            value = dot
            for name in word[1:].split("."):
                value = value[name]  # strict: a name that is not in values.yaml fails
            return value
        return self._functions()[word]

    def _functions(self) -> dict[str, Callable[..., Any]]:
        def included(name: str, dot: Any) -> str:
            return self._written(self._defined[name], dot)

        return {"include": included, **FUNCTIONS}


def _required(message: str, value: Any) -> Any:
    return value if value not in ("", None) else _fail(message)


def _fail(message: str) -> Any:
    raise Failed(message)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda *numbers: sum(numbers),
    "contains": lambda part, text: part in text,
    "default": lambda other, value: value or other,
    "fail": _fail,
    "int": int,
    "le": lambda left, right: left <= right,
    "nindent": lambda width, text: "\n" + "\n".join(" " * width + line for line in text.splitlines()),
    "not": lambda value: not value,
    "printf": lambda form, *values: form % values,
    "quote": lambda value: json.dumps(str(value), ensure_ascii=False),
    "required": _required,
    "sha256sum": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "toYaml": lambda value: yaml.safe_dump(value, default_flow_style=False).rstrip("\n"),
    "trimSuffix": lambda end, text: text.removesuffix(end),
    "trunc": lambda length, text: text[:length],
}
