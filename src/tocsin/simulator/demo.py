"""What the demo needs of the simulator: the default day, where its clock begins, and the settings of its customer."""

from datetime import datetime, timedelta, tzinfo

from tocsin import resources
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Settings
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.simulator import reading
from tocsin.simulator.listener import HOST
from tocsin.simulator.scenario import Scenario, on_day
from tocsin.simulator.script import Script

ACCOUNT = "home"
SERVICE = "SVC-1001"
BACKUP_SERVICE = "SVC-3003"


def default_script() -> Script:
    """The default day as it stands in the resources."""
    return reading.load(resources.path("scenarios", "day.toml"))


def default_day(now: datetime, zone: tzinfo | None = None) -> Scenario:
    """The default day on the date that ``now`` (aware) is in ``zone``; None means the system's own zone."""
    return on_day(default_script(), now.astimezone(zone).date(), zone)


def day_start(now: datetime, zone: tzinfo | None = None) -> datetime:
    """Where the demo's clock begins (aware UTC): 17:57:30 on the date that ``now`` is in ``zone``."""
    return default_day(now, zone).start


def demo_settings(port: int) -> Settings:
    """The settings of the demo's customer: one account at the simulator on ``port``, two connections, one healthy."""
    return Settings(
        accounts=(
            Account(
                id=ACCOUNT,
                provider="tmf656",
                name="Planet Fibre",
                url=f"http://{HOST}:{port}",
                interval=timedelta(seconds=1),
                auth=Auth(AuthKind.BEARER),
                connections=(
                    Connection("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, (SERVICE,)),
                    Connection("sim", "Office SIM", ConnectionKind.MOBILE, Role.BACKUP, (BACKUP_SERVICE,)),
                ),
            ),
        )
    )
