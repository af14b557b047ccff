"""The things whose states pages publish, in our words: components, groups, containers, services.

Words are looked up folded: ``degraded_performance`` is found as ``degradedperformance``. One that is not known is kept
as it came and counts as degraded; no word at all is unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tocsin.domain.snapshot import Component
from tocsin.domain.terms import Level
from tocsin.providers import text


def state(raw: str, levels: Mapping[str, Level]) -> tuple[Level, bool]:
    """The level of a state word, and whether the word is one of the documented ones."""
    level = levels.get(text.folded(raw))
    if level is not None:
        return level, True
    return (Level.DEGRADED if raw else Level.UNKNOWN), False


def thing(
    thing_id: str,
    name: object,
    raw: object,
    levels: Mapping[str, Level],
    *,
    group: str | None = None,
    is_group: bool = False,
) -> Component:
    """A thing with its state word looked up."""
    word = text.word(raw)
    level, known = state(word, levels)
    label = text.line(name, text.NAME) or thing_id
    return Component(thing_id, label, level, word, group=group, is_group=is_group, known=known)


def ids(values: Iterable[object]) -> tuple[str, ...]:
    """The ids among these values, each once, in their order."""
    found = (text.identity(value) for value in values)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def settled(found: Iterable[Component]) -> tuple[Component, ...]:
    """Each id once, with its worst state. A group without a word of its own stands as its worst member does."""
    worst: dict[str, Component] = {}
    for each in found:
        if each.id not in worst or each.level > worst[each.id].level:
            worst[each.id] = each
    levels: dict[str | None, Level] = {}
    for each in worst.values():
        levels[each.group] = max(levels.get(each.group, Level.OK), each.level)
    return tuple(
        replace(each, level=levels[each.id], known=True) if _is_silent(each) and each.id in levels else each
        for each in worst.values()
    )


def grouped(found: Iterable[Component]) -> tuple[Component, ...]:
    """Things that name their group by nothing but its name, with those groups; one named like a thing is none."""
    listed = settled(found)
    taken = {each.id for each in listed}
    named = dict.fromkeys(each.group for each in listed if each.group is not None and each.group not in taken)
    groups = [thing(each, each, "", {}, is_group=True) for each in named]
    things = (replace(each, group=each.group if each.group in named else None) for each in listed)
    return settled((*groups, *things))


def _is_silent(component: Component) -> bool:
    return component.is_group and not component.raw
