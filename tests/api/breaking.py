"""What a change of the OpenAPI document would break for a program written against the one before.

A caller breaks when something it may send is no longer taken, or something it relies on is no
longer answered. More addresses, optional parameters and members of an answer break nobody.
"""

from collections.abc import Iterator


def breaks(old: dict, new: dict) -> list[str]:
    """Sentences, one for each thing that would break; none when the new document only adds."""
    return list(_paths(old, new))


def _paths(old: dict, new: dict) -> Iterator[str]:
    for path, methods in old["paths"].items():
        for method, was in methods.items():
            name = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{name} is gone"
                continue
            yield from _parameters(name, was, now, old, new)
            yield from _bodies(name, was, now, old, new)


def _parameters(name: str, was: dict, now: dict, old: dict, new: dict) -> Iterator[str]:
    before = {(each["in"], each["name"]): each for each in was.get("parameters", [])}
    after = {(each["in"], each["name"]): each for each in now.get("parameters", [])}
    for key, parameter in before.items():
        if key not in after:
            yield f"{name}: parameter {key[1]} is gone"
        else:
            schemas = parameter["schema"], after[key]["schema"]
            yield from _narrowed(f"{name}, {key[1]}", *schemas, old, new)
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"{name}: parameter {key[1]} is needed now"


def _bodies(name: str, was: dict, now: dict, old: dict, new: dict) -> Iterator[str]:
    for media, content in was.get("requestBody", {}).get("content", {}).items():
        taken = now.get("requestBody", {}).get("content", {}).get(media)
        if taken is None:
            yield f"{name}: {media} is no longer taken"
        else:
            yield from _narrowed(f"{name}, body", content["schema"], taken["schema"], old, new)
    for code, response in was["responses"].items():
        if not code.startswith("2"):
            continue
        for media, content in response.get("content", {}).items():
            given = now["responses"].get(code, {}).get("content", {}).get(media)
            if given is None:
                yield f"{name}: {code} as {media} is no longer answered"
            else:
                schemas = content["schema"], given["schema"]
                yield from _lessened(f"{name}, {code}", *schemas, old, new)


def _resolved(schema: dict, document: dict) -> dict:
    while "$ref" in schema or "allOf" in schema:
        named = schema.get("$ref") or schema["allOf"][0]["$ref"]
        schema = document["components"]["schemas"][named.rsplit("/", 1)[1]]
    return schema


def _types(schema: dict) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _narrowed(where: str, was: dict, now: dict, old: dict, new: dict, deep: int = 0):
    """What was taken and is no longer."""
    was, now = _resolved(was, old), _resolved(now, new)
    if (gone := _types(was) - _types(now)) and now.get("type"):
        yield f"{where}: no longer takes {', '.join(sorted(gone))}"
    if "enum" in now and (lost := set(was.get("enum", ["anything"])) - set(now["enum"])):
        yield f"{where}: no longer takes {', '.join(map(str, lost))}"
    if now.get("maxLength", 0) < was.get("maxLength", 0) and "maxLength" in now:
        yield f"{where}: takes {now['maxLength']} characters, not {was['maxLength']}"
    if added := set(now.get("required", [])) - set(was.get("required", [])):
        yield f"{where}: needs {', '.join(sorted(added))} now"
    for name, member in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            if now.get("additionalProperties") is False:
                yield f"{where}: no longer takes {name}"
        elif deep < 4:
            inner = now["properties"][name]
            yield from _narrowed(f"{where}.{name}", member, inner, old, new, deep + 1)


def _lessened(where: str, was: dict, now: dict, old: dict, new: dict, deep: int = 0):
    """What was answered and is no longer."""
    was, now = _resolved(was, old), _resolved(now, new)
    if _types(was) and (more := _types(now) - _types(was)):
        yield f"{where}: may be {', '.join(sorted(more))} now"
    if lost := set(was.get("required", [])) - set(now.get("required", [])):
        yield f"{where}: {', '.join(sorted(lost))} may be missing now"
    for name, member in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            yield f"{where}: {name} is gone"
        elif deep < 4:
            inner = now["properties"][name]
            yield from _lessened(f"{where}.{name}", member, inner, old, new, deep + 1)
    if "items" in was and "items" in now and deep < 4:
        yield from _lessened(f"{where}[]", was["items"], now["items"], old, new, deep + 1)
