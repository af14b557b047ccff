"""What the provider's word and the line itself mean together, for one connection.

The table is written out in ``.github/VERDICT.md``; a test holds the two to each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tocsin.domain.terms import Cause, Level, LineState


class Says(StrEnum):
    """The one sentence, as a key to the words."""

    PROVIDER_ALONE = "provider_alone"
    WORKS = "works"
    WORKS_UNHEARD = "works_unheard"
    WORKS_WITH_NOTICE = "works_with_notice"
    WORKS_DURING_MAINTENANCE = "works_during_maintenance"
    WORKS_DESPITE_REPORT = "works_despite_report"
    POOR_UNREPORTED = "poor_unreported"
    POOR_UNHEARD = "poor_unheard"
    POOR_DURING_MAINTENANCE = "poor_during_maintenance"
    POOR_REPORTED = "poor_reported"
    DOWN_UNREPORTED = "down_unreported"
    DOWN_UNHEARD = "down_unheard"
    DOWN_DURING_MAINTENANCE = "down_during_maintenance"
    DOWN_REPORTED = "down_reported"
    OWN_NETWORK = "own_network"
    OWN_NETWORK_AND_REPORTED = "own_network_and_reported"
    VPN = "vpn"
    VPN_AND_REPORTED = "vpn_and_reported"
    NOT_CONNECTED = "not_connected"
    SIGN_IN = "sign_in"
    SIGN_IN_AND_REPORTED = "sign_in_and_reported"


class Advice(StrEnum):
    """What to do until it is over, as a key to the words."""

    NONE = "none"
    CHECK_OWN_EQUIPMENT = "check_own_equipment"
    CHECK_VPN = "check_vpn"
    RESTART_ROUTER = "restart_router"
    WAIT = "wait"
    USE_ANOTHER_WAY = "use_another_way"


class NextStep(StrEnum):
    """The one thing to offer, as a key to the words and to a button."""

    NONE = "none"
    REPORT = "report"
    CALL = "call"
    CHECK_CABLES = "check_cables"
    SIGN_IN = "sign_in"
    READ_NOTICE = "read_notice"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One connection's verdict.

    ``told_as`` is how loudly it is told: the user's own cable is worth a red bell, but no swinging one; what falls into
    work that was announced wakes nobody.
    """

    level: Level
    told_as: Level
    says: Says
    advice: Advice = Advice.NONE
    step: NextStep = NextStep.NONE


_OK, _NOTICE, _WORK, _UNKNOWN, _POOR, _OUT = Level
_S, _A, _N = Says, Advice, NextStep


def _row(
    level: Level,
    says: Says,
    advice: Advice = Advice.NONE,
    step: NextStep = NextStep.NONE,
    *,
    told_as: Level | None = None,
) -> Verdict:
    return Verdict(level, level if told_as is None else told_as, says, advice, step)


_OWN = _row(_OUT, _S.OWN_NETWORK, _A.CHECK_OWN_EQUIPMENT, _N.CHECK_CABLES, told_as=_POOR)
_OWN_AND_REPORTED = _row(_OUT, _S.OWN_NETWORK_AND_REPORTED, _A.CHECK_OWN_EQUIPMENT, _N.CHECK_CABLES, told_as=_POOR)


TABLE: Mapping[tuple[Level, LineState], Verdict] = MappingProxyType(
    {(view, LineState.NOT_MEASURED): _row(view, _S.PROVIDER_ALONE) for view in Level}
    | {
        (_OK, LineState.UP): _row(_OK, _S.WORKS),
        (_NOTICE, LineState.UP): _row(_NOTICE, _S.WORKS_WITH_NOTICE, step=_N.READ_NOTICE),
        (_WORK, LineState.UP): _row(_WORK, _S.WORKS_DURING_MAINTENANCE, step=_N.READ_NOTICE),
        (_UNKNOWN, LineState.UP): _row(_UNKNOWN, _S.WORKS_UNHEARD),
        (_POOR, LineState.UP): _row(_POOR, _S.WORKS_DESPITE_REPORT, step=_N.READ_NOTICE),
        (_OUT, LineState.UP): _row(_POOR, _S.WORKS_DESPITE_REPORT, step=_N.READ_NOTICE),
        (_OK, LineState.DEGRADED): _row(_POOR, _S.POOR_UNREPORTED, _A.RESTART_ROUTER, _N.REPORT),
        (_NOTICE, LineState.DEGRADED): _row(_POOR, _S.POOR_UNREPORTED, _A.RESTART_ROUTER, _N.REPORT),
        (_WORK, LineState.DEGRADED): _row(_POOR, _S.POOR_DURING_MAINTENANCE, _A.WAIT, _N.READ_NOTICE, told_as=_WORK),
        (_UNKNOWN, LineState.DEGRADED): _row(_POOR, _S.POOR_UNHEARD, _A.RESTART_ROUTER, _N.CALL),
        (_POOR, LineState.DEGRADED): _row(_POOR, _S.POOR_REPORTED, _A.WAIT, _N.READ_NOTICE),
        (_OUT, LineState.DEGRADED): _row(_OUT, _S.POOR_REPORTED, _A.WAIT, _N.READ_NOTICE),
        (_OK, LineState.DOWN): _row(_OUT, _S.DOWN_UNREPORTED, _A.RESTART_ROUTER, _N.REPORT),
        (_NOTICE, LineState.DOWN): _row(_OUT, _S.DOWN_UNREPORTED, _A.RESTART_ROUTER, _N.REPORT),
        (_WORK, LineState.DOWN): _row(_OUT, _S.DOWN_DURING_MAINTENANCE, _A.USE_ANOTHER_WAY, _N.CALL, told_as=_WORK),
        (_UNKNOWN, LineState.DOWN): _row(_OUT, _S.DOWN_UNHEARD, _A.RESTART_ROUTER, _N.CALL),
        (_POOR, LineState.DOWN): _row(_OUT, _S.DOWN_REPORTED, _A.USE_ANOTHER_WAY, _N.CALL),
        (_OUT, LineState.DOWN): _row(_OUT, _S.DOWN_REPORTED, _A.USE_ANOTHER_WAY, _N.CALL),
    }
    | {(view, LineState.LOCAL_FAULT): _OWN for view in (_OK, _NOTICE, _WORK, _UNKNOWN)}
    | {(view, LineState.LOCAL_FAULT): _OWN_AND_REPORTED for view in (_POOR, _OUT)}
    | {
        (view, LineState.CAPTIVE_PORTAL): _row(_UNKNOWN, _S.SIGN_IN, step=_N.SIGN_IN)
        for view in (_OK, _NOTICE, _WORK, _UNKNOWN)
    }
    | {(view, LineState.CAPTIVE_PORTAL): _row(view, _S.SIGN_IN_AND_REPORTED, step=_N.SIGN_IN) for view in (_POOR, _OUT)}
)
"""From what the provider says of a connection, and how its line stands, to the verdict."""

_VPN = _row(_OUT, _S.VPN, _A.CHECK_VPN, told_as=_POOR)
_VPN_AND_REPORTED = _row(_OUT, _S.VPN_AND_REPORTED, _A.CHECK_VPN, told_as=_POOR)

BY_CAUSE: Mapping[tuple[Level, LineState, Cause], Verdict] = MappingProxyType(
    {(view, LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY): _VPN for view in (_OK, _NOTICE, _WORK, _UNKNOWN)}
    | {(view, LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY): _VPN_AND_REPORTED for view in (_POOR, _OUT)}
    | {
        (view, LineState.NOT_MEASURED, Cause.OWN_NETWORK): _row(_UNKNOWN, _S.NOT_CONNECTED)
        for view in (_OK, _NOTICE, _WORK, _UNKNOWN)
    }
)
"""The cases in which the cause makes another verdict: the user's own VPN, and a computer that is not connected."""


def verdict(view: Level, state: LineState, cause: Cause | None = None) -> Verdict:
    """The verdict on a connection whose line is measured. ``view`` is what its accounts say, as far as still fresh."""
    found = None if cause is None else BY_CAUSE.get((view, state, cause))
    return TABLE[view, state] if found is None else found
