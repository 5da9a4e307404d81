"""Bodies and parameters, held against the published schemas; each fault in a sentence."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from codes.errors import CodeError
from licensing_site.api.problems import Fault, Problem, unfit
from licensing_site.api.schema_parts import Schema

T = TypeVar("T")

_MOST_FAULTS: Final = 20
_LONGEST_SHOWN: Final = 40


def parse(raw: bytes) -> object:
    """Read a body as JSON, strictly. Raises Problem.

    Refused besides what is no JSON: NaN and Infinity, a field that comes twice, and halves of
    surrogate pairs, which no store takes.
    """
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        sentence = (
            "The body has to be one JSON object in UTF-8 (RFC 8259), in which no field comes twice."
        )
        raise Problem("malformed_body", sentence) from error
    return body


class Checker:
    """Checks values against the components of one OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components: Mapping[str, Schema] = document["components"]["schemas"]
        self._validators = {
            name: Draft202012Validator(
                {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            )
            for name in self._components
        }

    def body(self, name: str, value: object) -> Mapping[str, Any]:
        """Give the body back if it is what the component says. Raises Problem with each fault."""
        errors = sorted(
            self._validators[name].iter_errors(value), key=lambda error: list(map(str, error.path))
        )
        if errors:
            found = dict.fromkeys(fault for error in errors for fault in self._faults(error))
            raise unfit(*list(found)[:_MOST_FAULTS])
        if not isinstance(value, dict):  # every body is an object, by its schema
            raise TypeError(f"{name} is no object.")
        return value

    def _faults(self, error: ValidationError) -> Iterator[Fault]:
        schema: Any = error.schema
        value: Any = error.instance
        place = pointer(error.absolute_path)
        if error.validator == "oneOf" and isinstance(value, dict):
            meant = _meant(error)
            if meant is None:
                known = ", ".join(schema["discriminator"]["mapping"])
                yield _fault(f"{place}/by", f"doesn't fit. It is one of: {known}.")
            for inner in meant or ():
                yield from self._faults(inner)
        elif error.validator == "required":
            for name in schema["required"]:
                if name not in value:
                    what = self._describe(schema["properties"][name])
                    yield _fault(f"{place}/{name}", f"is missing. {what}")
        elif error.validator == "additionalProperties":
            for name in value.keys() - schema["properties"].keys():
                yield _fault(
                    f"{place}{pointer([name[:_LONGEST_SHOWN]])}", "is no field of this: remove it."
                )
        else:
            yield _fault(place, f"doesn't fit. {self._describe(schema)}")

    def _describe(self, schema: Schema) -> str:
        if "$ref" in schema:
            schema = self._components[schema["$ref"].rpartition("/")[2]]
        return str(schema["description"])


def parameter(name: str, value: str, schema: Schema) -> None:
    """Check one parameter. Raises Problem."""
    typed: object = value
    if schema["type"] == "integer" and value.isascii() and value.isdigit():
        typed = int(value[:_LONGEST_SHOWN])
    if not Draft202012Validator(schema).is_valid(typed):
        raise Problem("invalid_parameter", f"{name} doesn't fit. {schema['description']}")


def code(place: str, read: Callable[..., T], *values: object) -> T:
    """Read a code of the body; what is wrong with it becomes the field's fault."""
    try:
        return read(*values)
    except CodeError as error:
        raise unfit(Fault(place, str(error))) from error


def pointer(path: Iterable[str | int]) -> str:
    """Write a place in a document as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _fault(place: str, says: str) -> Fault:
    return Fault(place, f"{place or 'The body'} {says}")


def _meant(error: ValidationError) -> list[ValidationError] | None:
    """The faults of the one branch that the value chose by its `by`; None where it chose none."""
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for faults in branches.values():
        if not any(list(inner.path) == ["by"] or _lacks_by(inner) for inner in faults):
            return faults
    return None


def _lacks_by(error: ValidationError) -> bool:
    return isinstance(error.instance, dict) and "by" not in error.instance


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A field comes twice.")
    return found
