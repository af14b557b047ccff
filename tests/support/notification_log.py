"""What goes over a session bus about notifications, as a bus monitor hears it.

dunst itself can list its history but not what it displays; the monitor sees every ``Notify`` with its hints as they
were typed on the wire, the id that the server gave, and every ``NotificationClosed``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jeepney import HeaderFields, Message, MessageType
from jeepney.bus_messages import Monitoring
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

NOTIFICATIONS = "org.freedesktop.Notifications"
_RULES = [
    f"type='method_call',interface='{NOTIFICATIONS}',member='Notify'",
    f"type='method_call',interface='{NOTIFICATIONS}',member='CloseNotification'",
    f"type='signal',interface='{NOTIFICATIONS}'",
    f"type='method_return',sender='{NOTIFICATIONS}'",
    f"type='error',sender='{NOTIFICATIONS}'",
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{NOTIFICATIONS}'",
]


@dataclass(slots=True)
class Notified:
    """One ``Notify`` call. ``hints`` maps a name to its D-Bus type and value. ``closed`` is the reason it went for.

    ``id`` is 0 until the server answered; ``replaced`` is true once a later call took the same id.
    """

    sender: str
    app_name: str
    replaces: int
    icon: str
    summary: str
    body: str
    actions: dict[str, str]
    hints: dict[str, tuple[str, Any]]
    timeout: int
    id: int = 0
    closed: int | None = None
    replaced: bool = False

    @property
    def urgency(self) -> str:
        """The urgency in words, "" where none was sent as the byte that the specification asks for."""
        kind, value = self.hints.get("urgency", ("", None))
        return {0: "low", 1: "normal", 2: "critical"}.get(value, "") if kind == "y" else ""

    @property
    def stack_tag(self) -> str:
        """Dunst's own hint for replacing."""
        return str(self.hints.get("x-dunst-stack-tag", ("s", ""))[1])


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry of dunst's own history.

    ``body`` is as dunst keeps it, markup and all; ``message`` is what it draws, in Pango's markup.
    """

    id: int
    app_name: str
    summary: str
    body: str
    message: str
    urgency: str
    stack_tag: str


@dataclass(slots=True)
class NotificationLog:
    """Everything heard so far. Nothing runs in the background: the bus keeps what was not yet read."""

    address: str
    _calls: list[Notified] = field(default_factory=list)
    _signals: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    _open: dict[tuple[str, int], Notified] = field(default_factory=dict)
    _connection: DBusConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = open_dbus_connection(self.address)
        Proxy(Monitoring(), self._connection, timeout=60).BecomeMonitor(_RULES)

    def calls(self) -> list[Notified]:
        """Every ``Notify`` so far, oldest first."""
        self._read()
        return self._calls.copy()

    def signals(self, member: str) -> list[tuple[Any, ...]]:
        """The arguments of every signal of a name that a server sent so far, as ``ActionInvoked``."""
        self._read()
        return [body for name, body in self._signals if name == member]

    read = calls

    def displayed(self) -> list[Notified]:
        """What was notified and neither closed nor replaced, by the server that runs now."""
        return [call for call in self.calls() if call.id and call.closed is None and not call.replaced]

    def history(self, entries: Sequence[Mapping[str, Any]]) -> list[Shown]:
        """What dunst lists of its history, newest first; urgency and tag, which dunst 1.9 does not list, from here."""
        calls = {call.id: call for call in self.calls()}
        newest_first = sorted(entries, key=lambda entry: int(entry["timestamp"]), reverse=True)
        return [_shown(entry, calls[entry["id"]]) for entry in newest_first]

    def close(self) -> None:
        """Stop listening."""
        self._connection.close()

    def _read(self) -> None:
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        fields, kind = message.header.fields, message.header.message_type
        member = fields.get(HeaderFields.member, "")
        if kind is MessageType.method_call and member == "Notify":
            call = _notified(message)
            self._calls.append(call)
            self._open[call.sender, message.header.serial] = call
        elif kind in (MessageType.method_return, MessageType.error):
            key = (fields.get(HeaderFields.destination, ""), fields.get(HeaderFields.reply_serial, 0))
            answered = self._open.pop(key, None)
            if answered is not None and kind is MessageType.method_return:
                self._answered(answered, message.body[0])
        elif kind is MessageType.signal and member == "NameOwnerChanged":
            for call in self._calls:  # a server takes what it displayed with it
                call.closed = 0 if call.closed is None else call.closed
        elif kind is MessageType.signal:
            self._signals.append((member, message.body))
            if member == "NotificationClosed":
                self._closed(*message.body)

    def _answered(self, answered: Notified, notification_id: int) -> None:
        for call in self._calls:
            if call.id == notification_id and call.closed is None:
                call.replaced = True
        answered.id = notification_id

    def _closed(self, notification_id: int, reason: int) -> None:
        for call in self._calls:
            if call.id == notification_id and call.closed is None and not call.replaced:
                call.closed = reason


def _notified(message: Message) -> Notified:
    app_name, replaces, icon, summary, body, actions, hints, timeout = message.body
    return Notified(
        sender=message.header.fields.get(HeaderFields.sender, ""),
        app_name=app_name,
        replaces=replaces,
        icon=icon,
        summary=summary,
        body=body,
        actions=dict(zip(actions[0::2], actions[1::2], strict=True)),
        hints=dict(hints),
        timeout=timeout,
    )


def _shown(entry: Mapping[str, Any], call: Notified) -> Shown:
    return Shown(
        id=int(entry["id"]),
        app_name=str(entry["appname"]),
        summary=str(entry["summary"]),
        body=str(entry["body"]),
        message=str(entry["message"]),
        urgency=call.urgency,
        stack_tag=call.stack_tag,
    )
