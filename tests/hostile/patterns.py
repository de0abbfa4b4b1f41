"""Every regular expression of ours, found by walking the code, and texts that wear each out.

A pattern is worn out by what nearly matches: something that each of its repetitions takes, many
times over, and then a sign that none takes. That is made from the pattern's own parse tree.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core.validators import RegexValidator
from django.urls import URLResolver, get_resolver

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its new place is not public
    import sre_parse

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("sosa_registry", "partners", "agreements")
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
PUMPED = 40_000  # signs; a body's text is cut or refused far below
LONGEST_ADDRESS = 4_094  # gunicorn's limit of a request's first line; so says `limit_request_line`
TAIL = "\x00"


def patterns() -> dict[str, tuple[str, str | bytes]]:
    """Each pattern by where it stands, with the way it is used."""
    return {**dict(_in_code()), **dict(_of_fields()), **dict(_of_addresses())}


def _in_code() -> Iterator[tuple[str, tuple[str, str | bytes]]]:
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                called, first = node.func, node.args[0]
                is_re = (
                    isinstance(called, ast.Attribute)
                    and called.attr in CALLS
                    and isinstance(called.value, ast.Name)
                    and called.value.id == "re"
                )
                if is_re or getattr(called, "id", "") == "RegexValidator":
                    way = called.attr if is_re else "search"
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", (way, _written(first))


def _written(node: ast.expr) -> str | bytes:
    """The pattern; of one with parts that are put in, those parts as a word."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "word" for part in node.values
        )
    return ast.literal_eval(node)


def _of_fields() -> Iterator[tuple[str, tuple[str, str]]]:
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            for field in model._meta.concrete_fields:
                for each in field.validators:
                    if isinstance(each, RegexValidator):
                        yield f"{model.__name__}.{field.name}", ("search", each.regex.pattern)


def _of_addresses(patterns=None, before: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    for pattern in patterns or get_resolver().url_patterns:
        here = before + str(pattern.pattern)
        yield f"address {here or 'all'}", ("search", pattern.pattern.regex.pattern)
        if isinstance(pattern, URLResolver):
            yield from _of_addresses(pattern.url_patterns, here)


def longest(place: str) -> int:
    """How many signs a text may have that a pattern there is asked about."""
    return LONGEST_ADDRESS if place.startswith("address ") else PUMPED


def wearing(pattern: str | bytes, signs: int = PUMPED) -> list:
    """Texts that nearly match: each repetition pumped, alone and with all before it."""
    is_bytes = isinstance(pattern, bytes)
    tree = sre_parse.parse(pattern.decode("latin-1") if is_bytes else pattern)
    pumps = [("", unit) for unit in ("a", "0", "-", " ", "a-", "/")]
    _walk(tree, "", pumps)
    texts = set()
    for before, unit in pumps:
        for start, pumped in (
            (before, unit),
            ("", unit),
            (before, f"{unit}-"),
            ("", before + unit),
        ):
            text = (start + pumped * (signs // len(pumped)))[: signs - len(TAIL)]
            texts |= {text, text + TAIL}
    return [text.encode("latin-1", "replace") if is_bytes else text for text in sorted(texts)]


def _walk(tree, before: str, pumps: list) -> str:
    """A text that the tree takes after `before`; what may repeat is noted with what leads to it."""
    made = ""
    for operation, given in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = given
            unit = _walk(inner, before + made, pumps) or "a"
            if most > 20:
                pumps.append((before + made, unit))
            made += unit * max(least, 1)
        elif name == "SUBPATTERN":
            made += _walk(given[3], before + made, pumps)
        elif name == "BRANCH":
            taken = [_walk(branch, before + made, pumps) for branch in given[1]]
            made += taken[0]
        elif name == "LITERAL":
            made += chr(given)
        elif name == "IN":
            made += _one_of(given)
        elif name in ("ANY", "NOT_LITERAL"):
            made += "a"
    return made


def _one_of(choices) -> str:
    if str(choices[0][0]) == "NEGATE":
        taken = {chr(given) for operation, given in choices if str(operation) == "LITERAL"}
        return next(sign for sign in "ab-0 ~" if sign not in taken)
    for operation, given in choices:
        name = str(operation)
        if name == "LITERAL":
            return chr(given)
        if name == "RANGE":
            return chr(given[0])
        if name == "CATEGORY":
            return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(given), "a")
    return "a"


def worn(way: str, pattern: str | bytes, signs: int = PUMPED) -> int:
    """How many texts were tried on a pattern, in the way it is used; in every way if it is kept."""
    compiled = re.compile(pattern)
    used = [way] if way in ("match", "fullmatch") else ["match", "fullmatch", "search"]
    texts = wearing(pattern, signs)
    for text in texts:
        for each in used:
            getattr(compiled, each)(text)
    return len(texts)
