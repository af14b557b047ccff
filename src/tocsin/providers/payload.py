"""JSON into typed payloads, as far as it goes: one field of the wrong type must not lose the incident that it is in.

A payload is a msgspec ``Struct``. Fields with a default are optional: where one does not fit, the default stands, and
of a list or a table the elements that fit are kept. Fields without a default are what the payload is known by: without
them it cannot be read, and what cannot be read is an error of whoever asked, never a shorter list.
"""

from types import NoneType, UnionType
from typing import TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Raw, Struct, UnsetType

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed

Scalar = str | int | float | bool | None
"""A leaf of JSON, for fields whose type differs between versions and senders."""

S = TypeVar("S", bound=Struct)
T = TypeVar("T")
_BOM = b"\xef\xbb\xbf"
_SNIFFED = 512
_UNFIT = object()


class UnreadableError(ValueError):
    """A value that is not even by the most lenient reading what it should be."""


class BrokenError(UnreadableError):
    """What is not even JSON: no text, or nested without end."""


def decode(content: bytes, shape: type[T], where: str, content_type: str = "") -> T:
    """Decode a whole document. ``where`` names it in messages.

    Raises ``PollFailed``: not_status_api for HTML, for what was never meant as JSON and for JSON of another shape;
    malformed for JSON that is broken, cut off or nested too deep.
    """
    content = content.removeprefix(_BOM)
    head = content[:_SNIFFED].lstrip()
    if head.startswith(b"<"):
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} answered with a page, not with JSON")
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.ValidationError as error:
        _check_syntax(content, where)  # which of two faults is met first depends on the shape
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} has another shape than this API's") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if head[:1] in (b"{", b"[", b"") or "json" in content_type.lower():
            raise _malformed(where, error) from error
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} did not answer with JSON") from error


def _check_syntax(content: bytes, where: str) -> None:
    try:
        msgspec.json.decode(content, type=Raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(where, error) from error


def _malformed(where: str, error: Exception) -> PollFailed:
    how = "nested too deep" if isinstance(error, RecursionError) else "broken JSON"
    return PollFailed(FailureKind.MALFORMED, f"{where} is {how}")


def read(raw: Raw, shape: type[S]) -> S:
    """Read one payload, leniently. Raises ``UnreadableError`` where what it is known by is missing."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except RecursionError as error:
        raise BrokenError("nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _lenient(_untyped(raw), shape)


def read_all(raw: Raw, shape: type[S]) -> list[S]:
    """Read a list of payloads; null is an empty one. Raises ``UnreadableError`` for one that cannot be read."""
    try:
        return msgspec.json.decode(raw, type=list[shape] | None) or []  # type: ignore[valid-type]
    except RecursionError as error:
        raise BrokenError("nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # one at a time, then: each is salvaged or named
    elements = _untyped(raw)
    if not isinstance(elements, list):
        raise UnreadableError("not a list")
    return [_lenient(element, shape) for element in elements]


def _untyped(raw: Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenError("not JSON") from error


def _lenient(value: object, shape: type[S]) -> S:
    try:
        return _salvage(value, shape)
    except RecursionError as error:
        raise BrokenError("nested too deep") from error


def _salvage(value: object, shape: type[S]) -> S:
    if not isinstance(value, dict):
        raise UnreadableError("not an object")
    kept: dict[str, object] = {}
    for field in msgspec.structs.fields(shape):
        fitted = _fit(value[field.encode_name], field.type) if field.encode_name in value else _UNFIT
        if fitted is not _UNFIT:
            kept[field.name] = fitted
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            raise UnreadableError(f"without {field.encode_name}")
    return shape(**kept)


def _fit(value: object, wanted: object) -> object:
    """The value as the type wants it; ``_UNFIT`` where it is not."""
    for choice in get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,):
        if get_origin(choice) is list and isinstance(value, list):
            found = (_fit(element, get_args(choice)[0]) for element in value)
            return [element for element in found if element is not _UNFIT]
        if get_origin(choice) is dict and isinstance(value, dict):
            pairs = ((key, _fit(each, get_args(choice)[1])) for key, each in value.items())
            return {key: each for key, each in pairs if each is not _UNFIT}
        if isinstance(choice, type) and issubclass(choice, Struct) and isinstance(value, dict):
            try:
                return _salvage(value, choice)
            except UnreadableError:
                return _UNFIT
        if choice is Raw or (choice in (NoneType, str, int, float, bool) and isinstance(value, choice)):
            return Raw(msgspec.json.encode(value)) if choice is Raw else value
    return _UNFIT


def given(value: T | UnsetType | None) -> bool:
    """True when the sender wrote the field at all, if only as null."""
    return not isinstance(value, UnsetType)


def items(value: list[T] | UnsetType | None) -> list[T]:
    """The elements of a list that may be missing or null."""
    return [] if value is None or isinstance(value, UnsetType) else value
