"""A message in the form that a freedesktop notification server takes.

Desktop Notifications Specification 1.2: "Basic Design" (urgency, markup), "Hints", "Categories"; dunst's own hint
``x-dunst-stack-tag`` beside them. Pure: what the server can do is an argument.
"""

from dataclasses import dataclass
from typing import Any

from tocsin import resources
from tocsin.domain.terms import Urgency
from tocsin.ports import Outgoing
from tocsin.words.plain import clean, cut

APP_NAME = "Tocsin"
APP_ID = "app.tocsin.Tocsin"

_TITLE = 200
_BODY = 1500
_LINES = 16
_LABEL = 40
_URGENCY = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}
_FOR_EVER, _AS_THE_SERVER_LIKES = 0, -1


@dataclass(frozen=True, slots=True)
class Notice:
    """The arguments of ``Notify``, but for the id that is replaced."""

    icon: str
    summary: str
    body: str
    actions: tuple[str, ...]
    hints: dict[str, tuple[str, Any]]
    timeout: int

    def arguments(self, replaces: int) -> tuple[Any, ...]:
        """They in their order, for the signature ``susssasa{sv}i``."""
        return (
            APP_NAME,
            replaces,
            self.icon,
            self.summary,
            self.body,
            list(self.actions),
            self.hints,
            self.timeout,
        )


def notice(outgoing: Outgoing, capabilities: frozenset[str]) -> Notice:
    """The message for a server that can do ``capabilities``; what it cannot show moves or is left out.

    Text is escaped exactly where the server takes markup, so that ``<b>`` is read as ``<b>`` everywhere. What stands
    for trouble that lasts stays until it is replaced; what is of low urgency, and the last message of a thread, goes
    when the server likes. Raises ``ValueError`` for an urgency that is none.
    """
    summary, body = clean(outgoing.title, _TITLE), _paragraphs(outgoing.body)
    if "body" not in capabilities:
        summary, body = clean(" ".join(part for part in (summary, body) if part), _BODY), ""
    elif "body-markup" in capabilities:
        body = _escaped(body)
    offered = outgoing.actions if "actions" in capabilities else ()
    return Notice(
        icon=_icon(outgoing),
        summary=summary,
        body=body,
        actions=tuple(text for key, label in offered for text in (key, clean(label, _LABEL))),
        hints={
            "urgency": ("y", _URGENCY[Urgency(outgoing.urgency)]),
            "desktop-entry": ("s", APP_ID),
            "category": ("s", "network" if outgoing.final else "network.error"),
            "x-dunst-stack-tag": ("s", outgoing.thread),
        },
        timeout=_AS_THE_SERVER_LIKES if outgoing.final or outgoing.urgency == Urgency.LOW else _FOR_EVER,
    )


def _escaped(text: str) -> str:
    """The text for a reader of markup. ``html.escape`` does the same, for 0.4 MiB of names that nobody asks for."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraphs(text: str) -> str:
    """The lines of a body, each one clean; not more of them, and no longer in all, than a notification can bear."""
    lines = [clean(line, _BODY) for line in text[: 20 * _BODY].splitlines()]
    filled = [line for line in lines if line]
    kept, left = [], _BODY
    for line in filled[:_LINES]:
        if left <= 1:
            break
        kept.append(cut(line, left))
        left -= len(kept[-1]) + 1
    return "\n".join(kept)


def _icon(outgoing: Outgoing) -> str:
    """The red bell for what is urgent, else the program's own: by path, for it may run without being installed."""
    name = "outage.svg" if outgoing.urgency == Urgency.CRITICAL else f"{APP_ID}.svg"
    try:
        place = resources.path("icons", name)
    except FileNotFoundError:  # an incomplete installation is no reason to lose an alarm
        return APP_ID
    return str(place) if place.is_file() else APP_ID
