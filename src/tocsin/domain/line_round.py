"""What one round of measuring shows by itself, before the rounds around it are looked at."""

from dataclasses import dataclass

from tocsin.domain.reading import Answer, Lookup, ProbeFault, Reading
from tocsin.domain.targets import Plan, host_of
from tocsin.domain.terms import Cause, LineState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round shows by itself.

    ``is_sure`` is false where the router gave no answer either way, and where packets were lost beside the names.
    """

    state: LineState
    cause: Cause | None = None
    is_sure: bool = True

    @property
    def is_reached(self) -> bool:
        """True when a target was reached, with or without its name."""
        return self.state in (LineState.UP, LineState.DEGRADED)


def outcome(reading: Reading, plan: Plan, *, was_up: bool, is_walled: bool = False) -> Outcome:
    """What one round shows by itself.

    All targets failing says that the line is cut only where they are enough hosts, or where this computer's own
    network explains it. Targets that were never reached here, while a provider elsewhere answers (or did so before:
    ``is_walled``), are behind a firewall or a proxy: that says nothing, whatever the router or a page of its answers.
    """
    tried = tuple(each for each in reading.probes if each.fault is not ProbeFault.NO_ROUTE)
    is_reached = any(each.is_ok for each in tried)
    if not is_reached and not was_up and (reading.heard or (is_walled and reading.path is not None)):
        return Outcome(LineState.NOT_MEASURED)
    if reading.portal is Answer.YES:
        return Outcome(LineState.CAPTIVE_PORTAL, Cause.CAPTIVE_PORTAL)
    if is_reached:
        # Where most targets fail beside them, names get lost on the way like everything else.
        is_resolver = _names_fail(reading) and 2 * sum(each.is_ok for each in tried) >= len(tried)
        is_clean = all(each.is_ok and not each.lost for each in tried)
        return Outcome(LineState.DEGRADED, Cause.DNS, is_clean) if is_resolver else Outcome(LineState.UP)
    local = _local_cause(reading)
    if local is not None:
        return Outcome(LineState.LOCAL_FAULT, local)
    if len({host_of(each.target) or each.target for each in tried}) < max(1, plan.quorum):
        return Outcome(LineState.NOT_MEASURED)
    by_name = all(each.fault is ProbeFault.DNS for each in tried)
    return Outcome(LineState.DOWN, Cause.DNS if by_name else Cause.BEYOND_GATEWAY, _is_router_known(reading))


def _local_cause(reading: Reading) -> Cause | None:
    """Where this computer's own network is what fails; None where it is not known to."""
    if reading.path is None:
        return Cause.OWN_NETWORK
    return Cause.GATEWAY if reading.gateway is Answer.NO else None


def _is_router_known(reading: Reading) -> bool:
    """Whether the router is known to answer, or there is none to ask."""
    path = reading.path
    return reading.gateway is Answer.YES or path is None or path.is_tunnel or path.gateway is None


def _names_fail(reading: Reading) -> bool:
    """Whether the resolver answers nothing that can be used. One name that does not exist proves nothing."""
    found = [lookup for _, lookup in reading.lookups]
    if not found or Lookup.FOUND in found:
        return False
    return len(found) > 1 or found != [Lookup.ABSENT]
