"""What a screen reader is told: a client of the real accessibility bus (AT-SPI 2, org.a11y.atspi).

    with VirtualDesktop(panel=None, dunst=False) as desktop, Reader(desktop) as reader:
        desktop.spawn([...])
        window = reader.window("Tocsin")
        reader.act(window.find("push button", "Check now"))

The bus is at-spi2-core's own, begun in the desktop's private session; programs find it there as in anybody's session,
and speak on it once it was said that there is a screen reader.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from support.framebuffer import Box
from support.virtual_desktop import DesktopError, VirtualDesktop

PATIENCE = 60.0
_NAME = "org.a11y.atspi."
_PROPERTIES = "org.freedesktop.DBus.Properties"
_STATUS = DBusAddress("/org/a11y/bus", "org.a11y.Bus", _PROPERTIES)
_REGISTRY, _ROOT = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_SCREEN = 0  # extents are asked in pixels of the screen
_STATES = {  # atspi-constants.h, AtspiStateType
    1: "active", 4: "checked", 7: "editable", 8: "enabled", 11: "focusable", 12: "focused", 16: "modal",
    22: "selectable", 23: "selected", 24: "sensitive", 25: "showing", 30: "visible", 41: "checkable", 43: "read-only",
}  # fmt: skip
_LABELLED_BY = 2  # AtspiRelationType


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One thing as it was when it was read. ``children`` are those that show, in the order they are read in."""

    address: DBusAddress
    role: str
    name: str
    description: str
    states: frozenset[str]
    box: Box
    interfaces: frozenset[str]
    is_labelled: bool
    children: "tuple[Node, ...]" = field(default=())

    @property
    def place(self) -> str:
        """Where it is on the bus."""
        return self.address.object_path

    def walk(self) -> "Iterator[Node]":
        """This and everything in it, as it is read."""
        yield self
        for each in self.children:
            yield from each.walk()

    def find(self, role: str, name: str) -> "Node":
        """The first of this role whose name begins so. Raises ``DesktopError`` where there is none."""
        found = next((each for each in self.walk() if each.role == role and each.name.startswith(name)), None)
        if found is None:
            there = [(each.role, each.name) for each in self.walk() if each.name]
            raise DesktopError(f"there is no {role} {name!r}; there are {there}")
        return found

    @property
    def texts(self) -> list[str]:
        """Everything that is read out, in order."""
        return [each.name for each in self.walk() if each.name]


@dataclass(frozen=True, slots=True)
class Event:
    """What a program told of itself: "Announcement", "StateChanged", ... and what of whom."""

    member: str
    detail: str
    number: int
    value: Any
    place: str


class Reader:
    """Begins the bus for the length of a ``with``; unless ``on``, nobody reads before ``turn_on``."""

    def __init__(self, desktop: VirtualDesktop, *, on: bool = True) -> None:
        self._desktop = desktop
        self._on = on
        self._open = ExitStack()
        self._heard: list[Event] = []

    def __enter__(self) -> Self:
        launcher = next((each for each in _LAUNCHERS if Path(each).exists()), _LAUNCHERS[0])
        # What it is told is kept in memory: there are no settings of a desktop here that it could be kept in.
        alone = {"GSETTINGS_BACKEND": "memory", "ATSPI_DBUS_IMPLEMENTATION": "dbus-daemon"}
        self._desktop.spawn([launcher], env=alone)
        self._desktop.wait_until(lambda: self._desktop.owner("org.a11y.Bus"), PATIENCE, "the accessibility bus")
        if self._on:
            self.turn_on()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def turn_on(self) -> None:
        """Begin to read: say that somebody with a screen reader is there, and listen.

        On X11 a program takes that for granted from the moment that the bus was first asked for.
        """
        (address,) = self._desktop.call(_STATUS.with_interface("org.a11y.Bus"), "GetAddress")
        self._asking: DBusConnection = self._open.enter_context(open_dbus_connection(address))
        self._hearing: DBusConnection = self._open.enter_context(open_dbus_connection(address))
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object")
        Proxy(message_bus, self._hearing, timeout=PATIENCE).AddMatch(rule)
        self.listen()
        for name in ("IsEnabled", "ScreenReaderEnabled"):
            self._desktop.call(_STATUS, "Set", "ssv", ("org.a11y.Status", name, ("b", True)))

    def listen(self) -> None:
        """Say what is listened to. Qt does not hear of it where it is just asking: then it has to be said again."""
        registry = DBusAddress("/org/a11y/atspi/registry", _REGISTRY, _REGISTRY)
        for event in ("object:announcement", "object:state-changed:focused"):
            call = new_method_call(registry, "RegisterEvent", "sass", (event, [], ""))
            unwrap_msg(self._hearing.send_and_get_reply(call, timeout=PATIENCE))

    # --- what there is ---

    def window(self, name: str, patience: float = PATIENCE) -> Node:
        """The window whose name holds this, with everything in it, once it shows."""

        def found() -> Node | None:
            window = next((each for each in self.windows() if name in each.name), None)
            return self._read(window) if window else None

        node = self._desktop.wait_until(found, patience, f"the window {name!r} to be told of")
        assert node is not None
        return node

    def windows(self) -> list[Node]:
        """The windows of all programs, without what is in them."""
        programs = self._children([DBusAddress(_ROOT, _REGISTRY)])
        every = [each for found in self._children([each for one in programs for each in one]) for each in found]
        return [each for each in self._told(self._showing(every)) if each]

    def read(self, node: Node) -> Node:
        """The same as it is now, with everything in it that shows. Raises ``DesktopError`` where it is gone."""
        now = self._read(node)
        if now is None:
            raise DesktopError(f"{node.role} {node.name!r} is gone")
        return now

    def _read(self, node: Node) -> Node | None:
        (now,) = self._told([node.address])
        return self._filled([now])[0] if now else None

    def _filled(self, nodes: Sequence[Node]) -> list[Node]:
        if not nodes:
            return []
        families = self._children([each.address for each in nodes])
        showing = set(map(id, self._showing([each for one in families for each in one])))
        kept = [[each for each in one if id(each) in showing] for one in families]
        told = iter(self._told([each for one in kept for each in one]))
        # Some of them go while they are asked.
        there = [[child for child in (next(told) for _ in one) if child] for one in kept]
        below = iter(self._filled([each for one in there for each in one]))
        return [
            Node(*(getattr(node, name) for name in Node.__slots__[:-1]), children=tuple(next(below) for _ in one))
            for node, one in zip(nodes, there, strict=True)
        ]

    def _children(self, places: Sequence[DBusAddress]) -> list[list[DBusAddress]]:
        answers = self._ask((each, "Accessible", "GetChildren", None, ()) for each in places)
        return [[DBusAddress(path, bus) for bus, path in answer.body[0]] if answer else [] for answer in answers]

    def _showing(self, places: Sequence[DBusAddress]) -> list[DBusAddress]:
        answers = self._ask((each, "Accessible", "GetState", None, ()) for each in places)
        both = zip(places, answers, strict=True)
        return [place for place, answer in both if answer and "showing" in _states(answer.body[0])]

    def _told(self, places: Sequence[DBusAddress]) -> list[Node | None]:
        """Each of them by itself; None for what was gone before all was asked."""
        name = (_NAME + "Accessible", "Name")
        description = (_NAME + "Accessible", "Description")
        questions: list[tuple[str, str, str | None, tuple[Any, ...]]] = [
            ("Accessible", "GetRoleName", None, ()),
            (_PROPERTIES, "Get", "ss", name),
            (_PROPERTIES, "Get", "ss", description),
            ("Accessible", "GetState", None, ()),
            ("Component", "GetExtents", "u", (_SCREEN,)),
            ("Accessible", "GetInterfaces", None, ()),
            ("Accessible", "GetRelationSet", None, ()),
        ]
        answers = self._ask((place, *question) for place in places for question in questions)
        found, each = list[Node | None](), len(questions)
        for start, place in enumerate(places):
            told = [answer.body[0] if answer else None for answer in answers[start * each : (start + 1) * each]]
            if None in told:
                found.append(None)
                continue
            role, (_, called), (_, described), states, box, interfaces, relations = told
            kinds = frozenset(str(one).removeprefix(_NAME) for one in interfaces)
            labelled = any(kind == _LABELLED_BY for kind, _ in relations)
            found.append(Node(place, role, called, described, _states(states), Box(*box), kinds, labelled))
        return found

    def _ask(self, questions: Iterable[tuple[DBusAddress, str, str, str | None, tuple[Any, ...]]]) -> list[Any]:
        """Ask everything before the first answer is waited for; None for what was refused."""
        serials = []
        for place, interface, method, signature, body in questions:
            named = interface if "." in interface else _NAME + interface
            call = new_method_call(place.with_interface(named), method, signature, body)
            serial = next(self._asking.outgoing_serial)
            self._asking.send(call, serial=serial)
            serials.append(serial)
        waiting, answers = set(serials), dict[int, Message | None]()
        while waiting:
            message = self._asking.receive(timeout=PATIENCE)
            serial = message.header.fields.get(HeaderFields.reply_serial)
            if serial in waiting:
                waiting.discard(serial)
                answers[serial] = message if message.header.message_type is MessageType.method_return else None
        return [answers[serial] for serial in serials]

    # --- what can be done ---

    def actions(self, node: Node) -> list[str]:
        """The names of what can be done with it."""
        (answer,) = self._ask([(node.address, "Action", "GetActions", None, ())])
        return [self._action_name(node, number) for number in range(len(answer.body[0]))] if answer else []

    def _action_name(self, node: Node, number: int) -> str:
        (answer,) = self._ask([(node.address, "Action", "GetName", "i", (number,))])
        return str(answer.body[0])

    def act(self, node: Node, action: str = "Press") -> None:
        """Do it, as a screen reader's user would."""
        number = self.actions(node).index(action)
        (answer,) = self._ask([(node.address, "Action", "DoAction", "i", (number,))])
        if answer is None or answer.body[0] is not True:
            raise DesktopError(f"{node.name!r} would not {action}")

    # --- what is told without being asked ---

    def next(self, member: str, wanted: Callable[[Event], bool] = lambda _: True, patience: float = PATIENCE) -> Event:
        """The next event of this kind that is wanted; all before it are forgotten. Raises ``TimeoutError``."""
        while True:
            event = self._next(patience)
            if event.member == member and wanted(event):
                return event

    def announced(self, patience: float = PATIENCE) -> str:
        """The next sentence that is read out. Raises ``TimeoutError``."""
        return str(self.next("Announcement", patience=patience).value)

    def heard(self, member: str) -> list[Event]:
        """All events of this kind that were sent until now."""
        (programs,) = self._children([DBusAddress(_ROOT, _REGISTRY)])
        for program in programs:
            self._catch_up(program)
        heard, self._heard = self._heard, []
        return [event for event in heard if event.member == member]

    def _catch_up(self, program: DBusAddress) -> None:
        """Take in what a program sent before now: it answers this question after that."""
        serial = next(self._hearing.outgoing_serial)
        asked = new_method_call(program.with_interface(_NAME + "Accessible"), "GetRoleName")
        self._hearing.send(asked, serial=serial)
        message = self._hearing.receive(timeout=PATIENCE)
        while message.header.fields.get(HeaderFields.reply_serial) != serial:
            self._take(message)
            message = self._hearing.receive(timeout=PATIENCE)

    def _next(self, patience: float) -> Event:
        while not self._heard:
            self._take(self._hearing.receive(timeout=patience))
        return self._heard.pop(0)

    def _take(self, message: Message) -> None:
        if message.header.message_type is MessageType.signal and len(message.body) > 3:
            fields, body = message.header.fields, message.body
            detail, number, value = body[0], body[1], body[3]
            self._heard.append(Event(fields[HeaderFields.member], detail, number, value[1], fields[HeaderFields.path]))


def _states(words: Sequence[int]) -> frozenset[str]:
    """AT-SPI's two words of 32 bits as names."""
    bits = words[0] | words[1] << 32
    return frozenset(name for bit, name in _STATES.items() if bits >> bit & 1)
