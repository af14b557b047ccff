"""A form of many paths: its groups, what each path is for, and what is wrong with one, with the remedy."""

from collections.abc import Callable, Mapping, Sequence

from tocsin.domain.options import OptionFault, OptionMistake
from tocsin.words import plain
from tocsin.words.voice import Voice

_EXAMPLE = "data.faults[*].id"
_QUOTED = '["odd.key"]'
_MEANING = "resolved: closed, done"
_ZONE = "Europe/Amsterdam"


def group(voice: Voice, key: str) -> str:
    """The heading of a group."""
    known = {
        "where": voice.gettext("Where to look"),
        "incident": voice.gettext("What stands where in an incident"),
        "times": voice.gettext("Times of an incident"),
        "things": voice.gettext("Components with a state of their own"),
        "words": voice.gettext("What the words mean"),
    }
    return known.get(key) or plain.clean(key.replace("_", " "), plain.NAME)


def lead(voice: Voice, key: str) -> str:
    """What has to be known to fill in a group; empty for nothing."""
    known = {
        "where": voice.gettext(
            "A path says where something stands: {path} is the value “{last}” of every element of the list “{list}”. "
            "Several paths with | between them are tried in turn."
        ).format(path=_EXAMPLE, last="id", list="data.faults"),
        "incident": voice.gettext("These paths begin at the incident. What is left empty is found by its usual name."),
        "times": voice.gettext("These paths begin at the incident too."),
        "things": voice.gettext(
            "For a list of lines or services, each with its own state. All but the first path begin at one of them."
        ),
        "words": voice.gettext(
            "Our word, a colon, the provider's words: {example}. A semicolon goes on to the next; * stands for every "
            "other word. The usual English words need nothing here."
        ).format(example=_MEANING),
    }
    return known.get(key, "")


def name(voice: Voice, field: str) -> str:
    """What a field is called."""
    known = _paths(voice) | _more_paths(voice)
    return known.get(field) or plain.clean(field.replace("_", " "), plain.NAME)


def _paths(voice: Voice) -> dict[str, str]:
    return {
        "list": voice.gettext("List of incidents"),
        "planned": voice.gettext("List of planned work, if it has its own"),
        "state": voice.gettext("The one word for everything"),
        "page_name": voice.gettext("Whose page it is"),
        "id": voice.gettext("Id of the incident"),
        "title": voice.gettext("Title"),
        "status": voice.gettext("How it stands"),
        "severity": voice.gettext("How bad it is"),
        "kind": voice.gettext("Incident or planned work"),
        "affected": voice.gettext("Ids of what it hits"),
        "text": voice.gettext("Newest message"),
        "updates": voice.gettext("All messages"),
        "update_text": voice.gettext("Text of a message"),
        "advice": voice.gettext("Advice to customers"),
        "url": voice.gettext("Page of the incident"),
    }


def _more_paths(voice: Voice) -> dict[str, str]:
    return {
        "start": voice.gettext("When it began"),
        "eta": voice.gettext("When its end is expected"),
        "end": voice.gettext("When it ended"),
        "planned_start": voice.gettext("When planned work begins"),
        "planned_end": voice.gettext("When planned work ends"),
        "updated": voice.gettext("When it last changed"),
        "update_at": voice.gettext("Time of a message"),
        "time_zone": voice.gettext("Time zone of times that name none"),
        "components": voice.gettext("List of components"),
        "component_id": voice.gettext("Id of a component"),
        "component_name": voice.gettext("Name of a component"),
        "component_state": voice.gettext("State of a component"),
        "component_group": voice.gettext("Id of the group it is in"),
        "status_map": voice.gettext("Words for how it stands"),
        "severity_map": voice.gettext("Words for how bad it is"),
        "kind_map": voice.gettext("Words for incident or planned work"),
        "state_map": voice.gettext("Words for states"),
    }


def told(voice: Voice, field: str, usual: str) -> str:
    """What may stand in a field: an example, or what counts where nothing does."""
    if usual:
        return voice.gettext("If empty: {path}").format(path=usual)
    example = {
        "list": "data.faults[*]",
        "planned": "data.works[*]",
        "state": "status.overall",
        "page_name": "page.name",
        "kind": "type",
        "affected": "services[*].id",
        "updates": "log[*]",
        "advice": "workaround",
        "time_zone": _ZONE,
        "components": "data.lines[*]",
        "component_group": "group_id",
        "status_map": "identified: wip; resolved: closed, done",
        "severity_map": "critical: P1; minor: P3; major: *",
        "kind_map": "maintenance: works; incident: *",
        "state_map": "ok: green; degraded: amber; outage: red",
    }.get(field, "")
    return voice.gettext("For example: {path}").format(path=example) if example else ""


def mistake(voice: Voice, found: OptionMistake) -> str:
    """What is wrong with what was typed, and what to do about it."""
    said: Mapping[OptionFault, Callable[[], str]] = {
        OptionFault.UNKNOWN: lambda: voice.gettext(
            "config.toml has the option “{name}”, which is not known: take it out there, or correct its name."
        ),
        OptionFault.NOWHERE: lambda: voice.gettext("At least one of these has to be filled in: {names}."),
        OptionFault.PATH: lambda: voice.gettext(
            "This is no path from {part} on. A path is like {example}; a key with a dot or a bracket in it is written "
            "as {quoted}."
        ),
        OptionFault.PATH_EMPTY: lambda: voice.gettext(
            "There is no path beside a |: write one there, or take the | away."
        ),
        OptionFault.PATH_LONG: lambda: voice.gettext("This path is too long: shorten it to 500 characters."),
        OptionFault.MEANING: lambda: voice.gettext(
            "{part} has to begin with one of our words and a colon, such as {meaning}. Our words are {words}."
        ),
        OptionFault.WORD: lambda: voice.gettext(
            "{part} is no word: write words with letters or digits, with commas between them."
        ),
        OptionFault.ZONE: lambda: voice.gettext("This is not the name of a time zone, such as {zone}."),
    }
    return said[found.fault]().format(
        name=plain.clean(found.name, plain.NAME),
        names=_listed(voice, [name(voice, each) for each in found.allowed]),
        part=voice.quoted(found.part),
        example=_EXAMPLE,
        quoted=_QUOTED,
        meaning=_MEANING if "resolved" in found.allowed else f"{found.allowed[0] if found.allowed else 'ok'}: *",
        words=", ".join(found.allowed),
        zone=_ZONE,
    )


def _listed(voice: Voice, names: Sequence[str]) -> str:
    return ", ".join(voice.quoted(each) for each in names)
