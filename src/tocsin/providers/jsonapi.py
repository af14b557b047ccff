"""JSON:API documents: resources, what is included with them, and how they refer to one another.

Format: JSON:API 1.1, "Document Structure". A resource is known by its type and id, the pair being unique in a document;
its attributes are read, leniently, by whoever knows the type.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import base, payload, text
from tocsin.providers.payload import Scalar

S = TypeVar("S", bound=Struct)
Key = tuple[str, str]
"""The type and the id of a resource."""

_NOTHING = Raw(b"{}")
_NULL = Raw(b"null")


class Document(Struct, frozen=True):
    """A whole document; ``data`` is what it is known by."""

    data: Raw
    included: Raw = _NULL
    links: Raw = _NOTHING
    meta: Raw = _NOTHING


class Resource(Struct, frozen=True):
    """A resource object. Without a type and an id it cannot be told apart."""

    type: str
    id: Scalar
    attributes: Raw = _NOTHING
    relationships: Raw = _NOTHING


class _Relationship(Struct, frozen=True):
    data: Raw = _NULL


def resources(raw: Raw, where: str) -> list[Resource]:
    """The resources of a list, as ``data`` and ``included`` are; null is none. Raises ``PollFailed`` (malformed)."""
    found = base.read_all(raw, Resource, where)
    for each in found:
        base.known_by(each.id, f"{where}: a resource")
    return found


def key(resource: Resource) -> Key:
    """What a resource is referred to by."""
    return resource.type, text.identity(resource.id) or ""


def index(found: Iterable[Resource]) -> dict[Key, Resource]:
    """Resources by what they are referred to by; of duplicates the first."""
    known: dict[Key, Resource] = {}
    for each in found:
        known.setdefault(key(each), each)
    return known


def attributes(resource: Resource, shape: type[S], where: str) -> S:
    """The attributes, as far as they fit. Raises ``PollFailed``: malformed for what is no JSON, or lacks what it must.

    Attributes that are no object at all say nothing, and the resource is there all the same.
    """
    try:
        return payload.read(_object(resource.attributes), shape)
    except payload.UnreadableError as error:
        raise PollFailed(FailureKind.MALFORMED, f"{where}: {resource.type} {error}") from error


def related(resource: Resource, name: str) -> tuple[Key, ...]:
    """What a resource refers to under a name, to one or to many; what is no reference is left out."""
    try:
        named = msgspec.json.decode(_object(resource.relationships), type=dict[str, Raw])
        data = payload.read(_object(named.get(name, _NOTHING)), _Relationship).data
    except (msgspec.DecodeError, payload.UnreadableError, RecursionError):
        return ()
    listed = data if bytes(memoryview(data)[:1]) == b"[" else Raw(b"[" + bytes(data) + b"]")
    found = (_reference(each) for each in msgspec.json.decode(listed, type=list[Raw]))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _reference(raw: Raw) -> Key | None:
    try:
        resource = payload.read(raw, Resource)
    except payload.UnreadableError:
        return None
    return key(resource) if text.identity(resource.id) is not None else None


def _object(raw: Raw) -> Raw:
    return raw if bytes(memoryview(raw)[:1]) == b"{" else _NOTHING
