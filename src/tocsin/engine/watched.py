"""What is known of one account while it is watched: how asking goes, and what the last answer was."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from tocsin.domain.account import Account
from tocsin.domain.freshness import age, fresh_for
from tocsin.domain.instant import Instant
from tocsin.domain.levels import Scene
from tocsin.domain.schedule import is_unreachable
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.state import AccountView
from tocsin.domain.terms import Level
from tocsin.ports import Covered, Provider

SKEW_IGNORED = timedelta(minutes=5)
# Our clock may stand at its factory's date; further off it is the server's ``Date`` that is nonsense.
SKEW_BELIEVED = timedelta(days=36525)
COVERAGE_EVERY = timedelta(minutes=5)


def noticed(skew: timedelta) -> timedelta:
    """A clock difference as far as it is taken into account; zero for a small one."""
    return skew if SKEW_IGNORED < abs(skew) < SKEW_BELIEVED else timedelta()


def is_loopback(url: str) -> bool:
    """True for an address on this computer: nobody else's server is asked too often there."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(slots=True)
class Known:
    """One connection's level as this account sees it, since when, and as of when."""

    level: Level = Level.UNKNOWN
    since: datetime | None = None
    confirmed: Instant | None = None


@dataclass(slots=True)
class Watched:
    """One account's runtime. ``known`` holds its connections' levels by connection id.

    ``polled_before`` is false until its first success ever, also in earlier runs. ``found_as`` is the key of another
    provider that was found to answer at the address, empty as long as it is the one that was set.
    """

    account: Account
    provider: Provider
    polled_before: bool
    scene: Scene | None = None
    last_success: Instant | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    failure: Failure | None = None
    skew: timedelta = timedelta()
    polling: bool = False
    known: dict[str, Known] = field(default_factory=dict)
    covered: Covered | None = None
    found_as: str = ""

    @property
    def interval(self) -> timedelta:
        """The time between two polls: as set, but never more often than the API's documentation bears."""
        if is_loopback(self.account.url):
            return self.account.interval
        return max(self.account.interval, self.provider.minimum_interval)

    def corrected(self, now: datetime) -> datetime:
        """This moment by the provider's clock where ours is off by more than five minutes, ours otherwise."""
        return now + self.skew

    def succeeded(self, snapshot: Snapshot, now: Instant) -> None:
        """Note an answer."""
        self.scene = Scene.of(snapshot)
        self.last_success = now
        self.failures, self.failing_since, self.failure = 0, None, None
        self.skew = noticed(snapshot.skew)

    def failed(self, failure: Failure) -> None:
        """Note that there was none."""
        self.failures += 1
        self.failing_since = self.failing_since or failure.at
        self.failure = failure

    def cover(self, now: Instant, before: Instant | None, *, measured: bool) -> tuple[Covered, ...]:
        """What is to be written of the time since the last stretch: at a change, else every five minutes at most.

        ``before`` is the success before this poll: nothing was measured while the computer slept after it.
        """
        last = self.covered
        fresh = Covered(self.account.id, now.wall, now.wall, measured)
        if last is None:
            self.covered = fresh
            return (fresh,)
        if last.measured and before is not None and age(before, now) > fresh_for(self.interval):
            self.covered = fresh
            return (replace(last, start=last.end, end=before.wall), fresh)
        grown = replace(last, start=last.end, end=now.wall)
        if last.measured is not measured:
            self.covered = fresh
            return (grown, fresh)
        if now.wall - last.end < COVERAGE_EVERY:
            return ()
        self.covered = grown
        return (grown,)

    def view(self) -> AccountView:
        """What the desktop is told about asking this account."""
        return AccountView(
            id=self.account.id,
            name=self.account.name,
            provider=self.account.provider,
            last_success=self.last_success,
            next_poll_at=self.next_poll_at,
            failures=self.failures,
            failing_since=self.failing_since,
            failure=self.failure.kind if self.failure is not None else None,
            failure_text=self.failure.message if self.failure is not None else "",
            unreachable=is_unreachable(self.failures),
            fresh_for=fresh_for(self.interval),
            skew=self.skew,
            polling=self.polling,
        )
