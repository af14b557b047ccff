"""The tray icon's tooltip: the whole state in a line that no tray cuts, worst first."""

from tocsin.domain.freshness import Shown, is_idle, shown
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, ConnectionView
from tocsin.domain.terms import Level
from tocsin.words import plain, standing, verdicts, vocabulary, window
from tocsin.words.voice import Voice

LIMIT = 120
"""Windows cuts a tooltip at 127 characters; other trays have limits of their own."""

_Seen = list[tuple[ConnectionView, Shown]]


def tooltip(voice: Voice, state: AppState, now: Instant) -> str:
    """The worst connections by name, the others counted; plain text of at most ``LIMIT`` characters."""
    if not state.connections:
        return _line(voice, voice.gettext("nothing is watched yet"))
    seen: dict[Level, _Seen] = {}
    for view in [each for each in state.connections if not is_idle(each, now)] or state.connections:
        found = shown(view, now)
        seen.setdefault(found.level, []).append((view, found))
    levels = sorted(seen, reverse=True)
    rest = [
        voice.gettext("{level}: {n}").format(level=vocabulary.level(voice, level), n=len(seen[level]))
        for level in levels[1:]
    ]
    if any(incident.uid in state.muted for view in state.connections for incident in view.incidents):
        rest.append(voice.gettext("muted"))
    between = voice.gettext("{first}; {second}").format(first="", second="")  # French has a space before it
    tail = "".join(f"{between}{part}" for part in rest)
    room = LIMIT - len(_line(voice, "")) - len(tail)
    worst = _worst(voice, levels[0], seen[levels[0]], state, now, room)
    return plain.cut(_line(voice, plain.cut(worst, max(room, 1)) + tail), LIMIT)


def _line(voice: Voice, text: str) -> str:
    # Translators: the beginning of the tray icon's tooltip.
    return voice.gettext("Tocsin: {text}").format(text=text)


def _worst(voice: Voice, level: Level, seen: _Seen, state: AppState, now: Instant, room: int) -> str:
    lines = {window.headline(voice, view, found, now.wall, state.accounts) for view, found in seen}
    if len(seen) == 1:
        view, found = seen[0]
        line = lines.pop()
        if found.stale and found.level is not Level.UNKNOWN:
            line = f"{line}, {window.checked(voice, view, found, now.wall)}"
        whole = verdicts.join(voice, line, standing.theirs(voice, view, found, now.wall, state.accounts))
        return whole if len(whole) <= room else line
    n = len(seen)
    if level is Level.OK:
        return voice.ngettext("{n} connection works", "all {n} connections work", n).format(n=n)
    if len(lines) == 1 and all(found.verdict and found.verdict.says in verdicts.OWN_NETWORK for _, found in seen):
        return lines.pop()  # one cause for all of them
    return voice.gettext("{level} ({n}): {names}").format(
        level=vocabulary.level(voice, level), n=n, names=voice.names([view.name for view, _ in seen])
    )
