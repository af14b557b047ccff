"""The thresholds by which the line is judged, and how often it is measured."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LinePolicy:
    """Times are real; what is counted is rounds.

    ``down_rounds`` with every target failing make the line down; where the router gives no answer either way, up to
    ``doubt_rounds`` are waited for before the blame goes beyond it. ``up_rounds`` good ones over ``steady`` make it up;
    each time that it falls again within ``flap_window`` of coming back doubles ``steady``, up to ``steady_most``.
    Rounds that show nothing at all make the state unknown after ``down_rounds`` of them.

    Rounds come every ``calm`` at the most while all is well, every ``suspicious`` while something is being made sure of
    and for ``alert`` after it failed for a moment, every ``watchful`` while it is bad for long (``long``) or packets
    were lost lately. On a metered link or in battery saver ``frugal`` stands for ``calm``, and ``calm`` for
    ``watchful`` and ``alert``'s. A calm round asks ``calm_targets`` of the targets in turn; ``names_every`` and
    ``deep_every`` say how often names are looked up, and TLS and the sign-in page are tried, while all is well.

    ``window`` is how many of the last connects loss, round trip and jitter are taken from. The line is degraded from
    ``loss_bad`` or ``slow_bad`` on and no longer below ``loss_good`` and ``slow_good``, and while it failed for a
    moment ``blips_bad`` times within ``flap_window``. Fewer than ``lost_least`` lost packets are no loss: so few get
    lost anywhere, and of a few connects they are a large share.

    After waking up nothing bad counts for ``grace``.
    """

    down_rounds: int = 3
    doubt_rounds: int = 5
    up_rounds: int = 2
    portal_rounds: int = 2
    steady: timedelta = timedelta(seconds=15)
    steady_most: timedelta = timedelta(minutes=5)
    flap_window: timedelta = timedelta(minutes=10)
    calm: timedelta = timedelta(seconds=60)
    frugal: timedelta = timedelta(minutes=5)
    suspicious: timedelta = timedelta(seconds=5)
    watchful: timedelta = timedelta(seconds=15)
    alert: timedelta = timedelta(minutes=2)
    long: timedelta = timedelta(minutes=5)
    names_every: timedelta = timedelta(minutes=5)
    deep_every: timedelta = timedelta(hours=1)
    calm_targets: int = 2
    most_targets: int = 5
    timeout: timedelta = timedelta(seconds=4)
    window: int = 20
    window_least: int = 10
    loss_bad: float = 0.10
    loss_good: float = 0.04
    lost_least: int = 5
    slow_bad: timedelta = timedelta(milliseconds=800)
    slow_good: timedelta = timedelta(milliseconds=500)
    blips_bad: int = 4
    grace: timedelta = timedelta(seconds=45)
    calls_alarm: bool = False

    def steady_for(self, flaps: int) -> timedelta:
        """How long a line that came back so many times of late must stay up to count as back."""
        return min(self.steady * (1 << max(0, min(flaps, 16))), self.steady_most)

    @property
    def time_to_down(self) -> timedelta:
        """The promise: at most so long after a cut the line is known to be down, on a link that is not metered."""
        rounds = self.doubt_rounds - 1
        return self.calm + self.timeout + rounds * (self.suspicious + self.timeout)

    @property
    def time_to_up(self) -> timedelta:
        """The promise: at most so long after it came back a line that did not flap is known to be up, likewise."""
        return self.watchful + self.timeout + self.steady + self.suspicious + self.timeout
