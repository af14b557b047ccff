"""What the words of a feed's item say: how it stands, how bad it is, and whether it was planned.

Feeds have no fields for these. The state is a word set off from the text: in bold or at the head of a line of the body
(``<strong>Resolved</strong> - ...``, ``Status: Closed``), in the title (``[RESOLVED] ...``, ``Completed: ...``) or a
category. A body tells its messages newest first or oldest first; incidents go one way, and that tells which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.domain.terms import Phase, Severity
from tocsin.providers import text

_WORDS: dict[Phase, str] = {
    Phase.SCHEDULED: "scheduled planned upcoming announced gepland geplant",
    Phase.INVESTIGATING: "investigating open new active ongoing reported acknowledged confirmed",
    Phase.IDENTIFIED: "identified inprogress underway started workinprogress fixing",
    Phase.MONITORING: "monitoring watching verifying mitigated recovering observing",
    Phase.RESOLVED: "resolved completed complete closed cleared fixed restored recovered solved finished ended "
    "postmortem servicerestored allclear opgelost verholpen hersteld afgerond behoben gelöst",
    Phase.CANCELLED: "cancelled canceled falsealarm withdrawn geannuleerd",
}
_PHASES = {word: phase for phase, words in _WORDS.items() for word in words.split()}
_UPDATE = "update"  # a message that leaves the state as it was
_ORDER = tuple(Phase)
_SET_OFF = re.compile(r"<(strong|b|em|h[1-6])\b[^<>]{0,200}>\s*([^<>]{2,60}?)\s*</\1\s*>", re.IGNORECASE)
_DASHES = "\u2013\u2014-"
_HEAD = re.compile(
    r"^[ \t]*(?:(?:current |incident )?(?:status|state)[ \t]*[:=][ \t]*)?"
    rf"[\[(]?([^\W\d_][\w ]{{2,24}}?)[\])]?[ \t]*(?:$|[:.|({_DASHES}])",
    re.IGNORECASE | re.MULTILINE,
)
_STATED = re.compile(r"\b(?:status|state)[ \t]*[:=][ \t]*[\[(]?([^\W\d_]\w{2,24}(?: \w{2,12}){0,2})", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[(]([^\[\]()]{2,40})[\])]")
_FRONT = re.compile(r"^\s*([^\W\d_][\w ]{2,24}?)\s*(?:[:|\u2013\u2014]|-\s|$)")
_BACK = re.compile(r"(?:[:|\u2013\u2014]|\s-)\s*([^\W\d_][\w ]{2,24}?)\s*[.!]?\s*$")
_DATE_LINE = re.compile(r"\n?[^\n]{0,12}\d{1,2}[^\n]{0,12}\d{1,2}:\d\d[^\n]{0,20}\Z")
_SAID_OVER = re.compile(
    r"\b(?:(?:has|have|was|were) (?:now )?(?:been )?(?:fully )?|(?:is|are) now (?:fully )?)"
    r"(?:resolved|fixed|restored|completed|cleared|closed|rectified|recovered)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(?:once|when|until|after|if|unless|not|before)\b[^.\n]{0,80}$", re.IGNORECASE)
_PLANNED = re.compile(r"(?<![a-z])(?<!un-)(?<!un )(?:scheduled|planned|geplande?|geplante?)\b", re.IGNORECASE)
_WORK = re.compile(r"\b(?:maintenance|onderhoud|wartung)", re.IGNORECASE)
_PLANNED_BODY = re.compile(r"this is a scheduled event|\A\s*(?:scheduled|planned) (?:maintenance|work)", re.IGNORECASE)
_SEVERITIES = (
    (Severity.CRITICAL, r"critical|(?:major|full|total|complete)\s+(?:service\s+)?outage|sev(?:erity)?\W{0,2}1\b"),
    (
        Severity.MINOR,
        r"partial|degrad\w*|intermittent\w*|slow\w*|latency|packet loss|\bminor\b|some (?:customers|users)",
    ),
    (Severity.MAJOR, r"outages?|\bdown\b|offline|unavailab\w*|loss of (?:service|power|signal)|no service|\bmajor\b"),
)
_BADNESS = tuple((severity, re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE)) for severity, words in _SEVERITIES)


@dataclass(frozen=True, slots=True)
class Said:
    """What an item says: its state, None where no word tells, the word as it came, and the newest message."""

    phase: Phase | None
    raw: str
    message: str


def said(title: str, body: str, categories: Iterable[str]) -> Said:
    """How an item stands. A title or a category that calls it over is believed, whatever the body began with."""
    messages = _messages(body)
    newest = messages[0] if messages else Said(None, "", text.body(body))
    stated = next(((each.phase, each.raw) for each in messages if each.phase is not None), None)
    named = [found for word in (*_title_words(title), *categories) if (found := _state(word)) is not None]
    over = next((each for each in named if each[0].is_over), None)
    if over is not None and not (stated is not None and stated[0].is_over):
        stated = over
    stated = stated or (named[0] if named else None) or _in_passing(newest.message)
    return Said(None, "", newest.message) if stated is None else Said(*stated, newest.message)


def is_planned(title: str, body: str, categories: Iterable[str]) -> bool:
    """Whether the title, a category or the body's first words call it planned. An outage after work is none."""
    if any(_PLANNED.search(each) for each in (title, *categories)) or _PLANNED_BODY.search(text.body(body)[:400]):
        return True
    bad = badness(title)
    is_trouble = bad is not None and bad[0] > Severity.MINOR
    return not is_trouble and any(_WORK.search(each) for each in (title, *categories))


def badness(*texts: str) -> tuple[Severity, str] | None:
    """How bad the first of the texts that tells calls it, with its word; None where none tells."""
    for each in texts:
        for severity, pattern in _BADNESS:
            found = pattern.search(each)
            if found is not None:
                return severity, found[0]
    return None


def _state(word: str) -> tuple[Phase, str] | None:
    phase = _PHASES.get(text.folded(word))
    return None if phase is None else (phase, text.word(word))


def _title_words(title: str) -> list[str]:
    words = [found[1] for found in _BRACKETS.finditer(title)]
    rest = _BRACKETS.sub(" ", title)
    return [*words, *(found[1] for found in (_FRONT.search(rest), _BACK.search(rest)) if found is not None)]


def _messages(body: str) -> list[Said]:
    """The messages of a body that set their states off, newest first; none where no state is set off."""
    plain = text.body(_SET_OFF.sub(_on_a_line, body))
    marks = [mark for mark in _HEAD.finditer(plain) if _is_mark(mark[1])]
    if not marks:
        stated = next((state for mark in _STATED.finditer(plain) if (state := _longest(mark[1])) is not None), None)
        return [] if stated is None else [Said(*stated, plain)]
    ends = [mark.start() for mark in marks[1:]] + [len(plain)]
    found = []
    for mark, end in zip(marks, ends, strict=True):
        phase, raw = _state(mark[1]) or (None, text.word(mark[1]))
        told = plain[mark.end() : end].rstrip()
        told = _DATE_LINE.sub("", told) if end < len(plain) else told
        found.append(Said(phase, raw, told.lstrip(f" \t\n:.|{_DASHES}").rstrip()))
    phases = [_ORDER.index(each.phase) for each in found if each.phase is not None]
    return found[::-1] if phases and phases[0] < phases[-1] else found


def _on_a_line(tag: re.Match[str]) -> str:
    word = re.sub(r"^(?:status|state)\s*:\s*", "", text.body(tag[2]), flags=re.IGNORECASE).strip(f" :.{_DASHES}")
    return f"\n{word}: " if _is_mark(word) else tag[0]


def _is_mark(word: str) -> bool:
    return text.folded(word) in _PHASES or text.folded(word) == _UPDATE


def _longest(words: str) -> tuple[Phase, str] | None:
    """The state that some words begin with: ``In progress since`` is one of two words."""
    parts = words.split()
    return next((state for size in range(len(parts), 0, -1) if (state := _state(" ".join(parts[:size])))), None)


def _in_passing(message: str) -> tuple[Phase, str] | None:
    """The end, where a sentence says that it has come: only the end is taken from a sentence."""
    for found in _SAID_OVER.finditer(message):
        if not _NOT_YET.search(message[: found.start()]):
            return Phase.RESOLVED, text.word(found[0])
    return None
