"""A channel that shows nothing and remembers everything: for tests, and for a demo without a screen."""

from collections.abc import Callable

from tocsin.ports import Delivery, Outgoing, ThreadRef


class RecordingChannel:
    """Keeps what it is given. ``failing`` is the reason it fails with while it is not empty.

    ``delivered`` is every message in its order; ``standing`` is what a user would see now, by notification id: a thread
    that stands there twice is a duplicate. ``on_deliver`` is told each message that got through. ``is_read_out`` is
    what it says of itself.
    """

    def __init__(self, name: str = "recording", *, on_deliver: Callable[[Outgoing], None] | None = None) -> None:
        self._name = name
        self._on_deliver = on_deliver
        self._on_action: Callable[[str, str], None] | None = None
        self._last_id = 0
        self.failing = ""
        self.delivered: list[Outgoing] = []
        self.withdrawn: list[ThreadRef] = []
        self.standing: dict[int, Outgoing] = {}
        self.is_open = False
        self.is_read_out = False

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        return self._name

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Get ready."""
        self._on_action = on_action
        self.is_open = True

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Remember it, in the place of what its reference names, if that stands."""
        if self.failing:
            return Delivery(ok=False, reason=self.failing)
        known = outgoing.replaces
        if known is not None and known.notification_id in self.standing:
            notification_id = known.notification_id
        else:
            notification_id = self._last_id = self._last_id + 1
        self.delivered.append(outgoing)
        self.standing[notification_id] = outgoing
        if self._on_deliver is not None:
            self._on_deliver(outgoing)
        return Delivery(ok=True, ref=ThreadRef(self._name, outgoing.thread, self._name, notification_id))

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take it away; gone already is a success."""
        if self.failing:
            return Delivery(ok=False, reason=self.failing)
        self.withdrawn.append(ref)
        self.standing.pop(ref.notification_id, None)
        return Delivery(ok=True)

    async def close(self) -> None:
        """Let go; what stands stays."""
        self.is_open = False

    def act(self, thread: str, key: str) -> None:
        """Do what a user does: press an action of a notification."""
        if self._on_action is not None:
            self._on_action(thread, key)
