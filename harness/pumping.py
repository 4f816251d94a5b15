"""Every regular expression of the product, and texts that make a bad one slow.

Comes in: packages. Goes out: the patterns that their modules hold or write inline, and for each pattern texts that
repeat what it repeats. Tests hold that the time a pattern takes grows with the text and no faster.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

# Python has no public parser of patterns, and these modules have no stubs.
constants: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
compiler: Any = import_module("re._compiler")

_INLINE = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
_FLAGS = {name: getattr(re, name) for name in ("I", "IGNORECASE", "S", "DOTALL", "M", "MULTILINE", "X", "VERBOSE")}
_MOST_ATOMS = 10
_SAMPLES = "aZ0 .-_/\"'<>=:;,!?()[]{}&%#@\n\tß字“”’–\x1b"

_SIZES = (100, 1_000, 8_000)
_LINEAR_SECONDS = 0.006
"""A pattern that reads 8,000 characters in this time is looked at no closer: a quadratic one takes longer."""
_TOO_LONG = 0.1
"""Nothing linear takes this long for 8,000 characters."""
_LONGEST_TRY = 2.0
_GROWTH = 9.0
"""How much longer four times the text may take: linear growth makes it 4, quadratic growth 16."""

Pattern = re.Pattern[Any]


class _TooSlowError(Exception):
    pass


def slowest_growth(use: Use, longest: int | None = None) -> str | None:
    """Return the first text of which a pattern's time grows faster than its length, in words; None if there is none.

    Parameters
    ----------
    longest : int or None
        Of a pattern whose text is cut before it reads it: that many characters may take as long as they like, within
        half a second of processor time.
    """
    for start, body, end in pumps_of(use.pattern):

        def text(size: int, start: str = start, body: str = body, end: str = end) -> str:
            return f"{start}{body * (size // len(body) + 1)}{end}"

        if longest is not None:
            is_slow = _seconds(use, text(longest)) > 5 * _TOO_LONG
        else:
            seconds = 0.0
            for size in _SIZES:
                seconds = _seconds(use, text(size))
                if seconds > _TOO_LONG:
                    break
            is_slow = seconds > _LINEAR_SECONDS and _seconds(use, text(4 * _SIZES[-1])) > _GROWTH * seconds
            is_slow = is_slow or seconds > _TOO_LONG
        if is_slow:
            return f"{start[:20]!r} + {body[:40]!r} * n + {end!r}"
    return None


def _seconds(use: Use, text: str) -> float:
    """Return the processor time that a pattern takes for a text, the least of three tries where it matters."""
    first = _seconds_once(use, text)
    if not _LINEAR_SECONDS < first <= _TOO_LONG:
        return first
    return min(first, _seconds_once(use, text), _seconds_once(use, text))


def _seconds_once(use: Use, text: str) -> float:
    def stop(*_: object) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST_TRY)
    begun = time.process_time()
    try:
        use.run(text)
    except _TooSlowError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - begun


@dataclass(frozen=True)
class Use:
    """A pattern, and the methods by which its module calls it."""

    pattern: Pattern
    methods: frozenset[str]

    def run(self, text: str) -> None:
        """Let the pattern read a text in all the ways in which it is used."""
        read: Any = text.encode("utf-8", "replace") if isinstance(self.pattern.pattern, bytes) else text
        for method in self.methods:
            if method in ("match", "fullmatch"):
                getattr(self.pattern, method)(read)
            else:
                deque(self.pattern.finditer(read), maxlen=0)


def patterns_of(packages: Iterable[str]) -> dict[str, Use]:
    """Return the patterns of all modules of some packages by name: where they stand."""
    found: dict[str, Use] = {}
    for package in packages:
        root = importlib.import_module(package)
        for info in pkgutil.walk_packages(root.__path__, f"{package}."):
            module = importlib.import_module(info.name)
            tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
            assigned = {it.id for it in ast.walk(tree) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)}
            for name in assigned & vars(module).keys():
                for at, pattern in _held_by(vars(module)[name], name, depth=3):
                    found[f"{info.name}.{at}"] = Use(pattern, _methods(tree, name if at == name else None))
            for method, pattern in _inline(tree):
                found[f"{info.name}: {pattern.pattern[:40]}"] = Use(pattern, frozenset({method}))
    return found


def _methods(tree: ast.AST, name: str | None) -> frozenset[str]:
    """Return the methods that a module calls of a pattern; of one that it keeps in a container, all that it calls."""
    names = {name} | {
        loop.target.id
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)
        if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(loop.iter))
    }
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in _INLINE
        and isinstance(node.value, ast.Name)
        and node.value.id != "re"
        and (name is None or node.value.id in names)
    }
    return frozenset(used) or frozenset({"finditer"})


def pumps_of(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Yield prefixes, texts to be repeated, and ends that keep the pattern from matching."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    atoms = list(dict.fromkeys(islice(_atoms(tree), _MOST_ATOMS)))
    whole = _sample(tree)
    bodies = list(dict.fromkeys(islice(_repeated(tree), _MOST_ATOMS)))
    repeated = dict.fromkeys(
        [*bodies, *atoms, *(one + two for one in atoms[:4] for two in atoms[:4]), whole, whole[:-1]]
    )
    starts = dict.fromkeys(["", atoms[0] if atoms else "", whole[: len(whole) // 2]])
    for body in repeated:
        if body:
            for start in starts:
                for end in ("", "\x00"):
                    yield start, body, end


def _held_by(value: object, name: str, depth: int) -> Iterator[tuple[str, Pattern]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif depth and isinstance(value, Mapping):
        for key, inner in list(value.items())[:500]:
            yield from _held_by(inner, f"{name}[{key!r}]", depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for number, inner in enumerate(list(value)[:500]):
            yield from _held_by(inner, f"{name}[{number}]", depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _held_by(getattr(value, field.name, None), f"{name}.{field.name}", depth - 1)


def _inline(tree: ast.AST) -> Iterator[tuple[str, Pattern]]:
    """Yield the patterns that calls such as ``re.sub("a+", …)`` write out, and the method called."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not isinstance(node.func.value, ast.Name) or node.func.value.id != "re":
            continue
        pattern = node.args[0] if node.args else None
        if node.func.attr in _INLINE and isinstance(pattern, ast.Constant):
            flags = sum(_FLAGS.get(inner.attr, 0) for inner in ast.walk(node) if isinstance(inner, ast.Attribute))
            yield node.func.attr, re.compile(pattern.value, flags)


def _atoms(tree: Any) -> Iterator[str]:
    """Yield a text for each part of a pattern, the innermost too."""
    for operation, argument in tree:
        for inner in _inner(operation, argument):
            yield from _atoms(inner)
        sample = _sample([(operation, argument)])
        if sample:
            yield sample


def _repeated(tree: Any) -> Iterator[str]:
    for operation, argument in tree:
        for inner in _inner(operation, argument):
            yield from _repeated(inner)
        if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT) and argument[1] > 20:
            yield _sample(argument[2])


def _inner(operation: Any, argument: Any) -> Iterable[Any]:
    if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        return [argument[2]]
    if operation is constants.SUBPATTERN:
        return [argument[3]]
    if operation is constants.ATOMIC_GROUP:
        return [argument]
    if operation is constants.BRANCH:
        return list(argument[1])
    if operation in (constants.ASSERT, constants.ASSERT_NOT):
        return [argument[1]]
    return []


def _sample(tree: Any) -> str:
    """Return a text that a pattern matches, but for what stands around it."""
    parts = []
    for operation, argument in tree:
        if operation is constants.LITERAL:
            parts.append(chr(argument))
        elif operation is constants.NOT_LITERAL:
            parts.append(next(it for it in _SAMPLES if ord(it) != argument))
        elif operation is constants.ANY:
            parts.append("a")
        elif operation is constants.IN:
            parts.append(_member(argument))
        elif operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
            parts.append(_sample(argument[2]) * min(max(argument[0], 1), argument[1]))
        elif operation is constants.SUBPATTERN:
            parts.append(_sample(argument[3]))
        elif operation is constants.ATOMIC_GROUP:
            parts.append(_sample(argument))
        elif operation is constants.BRANCH:
            parts.append(_sample(argument[1][0]))
    return "".join(parts)


def _member(choices: Any) -> str:
    """Return a character of a class, a common one if there is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = parser.SubPattern(parser.State(), [(constants.IN, choices)])
    matcher = compiler.compile(compiled)
    for character in _SAMPLES:
        if matcher.match(character):
            return character
    for operation, argument in choices:
        if operation is constants.LITERAL:
            return chr(argument)
        if operation is constants.RANGE:
            return chr(argument[0])
    return "a"
