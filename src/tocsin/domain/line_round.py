"""What one round of measuring shows by itself, before the rounds around it are looked at."""

from dataclasses import dataclass

from tocsin.domain.reading import Answer, Lookup, Probe, ProbeFault, Reading
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
    Through a VPN nothing is known of the line until it was tried beneath it.
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
    return _local(reading) or _beyond(reading, tried, plan, was_up=was_up)


def _beyond(reading: Reading, tried: tuple[Probe, ...], plan: Plan, *, was_up: bool) -> Outcome:
    """What shows where nothing was reached, and the way to the router is no reason for it."""
    if len({host_of(each.target) or each.target for each in tried}) < max(1, plan.quorum):
        return Outcome(LineState.NOT_MEASURED)
    if _is_tunnelled(reading) and reading.beneath is not Answer.NO:
        is_vpn = reading.beneath is Answer.YES
        return Outcome(LineState.LOCAL_FAULT, Cause.BEYOND_GATEWAY) if is_vpn else Outcome(LineState.NOT_MEASURED)
    if reading.is_proxied and not was_up:
        return Outcome(LineState.NOT_MEASURED)
    by_name = all(each.fault is ProbeFault.DNS for each in tried)
    return Outcome(LineState.DOWN, Cause.DNS if by_name else Cause.BEYOND_GATEWAY, _is_router_known(reading))


def _local(reading: Reading) -> Outcome | None:
    """What shows where this computer's own network is what fails; None where it is not known to.

    A router that does not answer is no fault of the own network where it is the provider's.
    """
    path = reading.path
    if path is None:
        # Whoever switches the radio off has no network, and nothing is broken.
        state = LineState.NOT_MEASURED if reading.is_radio_off else LineState.LOCAL_FAULT
        return Outcome(state, Cause.OWN_NETWORK)
    is_gone = reading.gateway is Answer.NO and reading.beneath is not Answer.YES and not path.ends_at_provider
    return Outcome(LineState.LOCAL_FAULT, Cause.GATEWAY) if is_gone else None


def _is_tunnelled(reading: Reading) -> bool:
    """Whether what fails may be a VPN: traffic leaves beside the path, or a tunnel is all there is."""
    return reading.is_beside or (reading.path is not None and reading.path.is_tunnel)


def _is_router_known(reading: Reading) -> bool:
    """Whether the router is known to answer, or there is none to ask."""
    path = reading.path
    return reading.gateway is Answer.YES or path is None or path.gateway is None or path.ends_at_provider


def _names_fail(reading: Reading) -> bool:
    """Whether the resolver answers nothing that can be used. One name that does not exist proves nothing."""
    found = [lookup for _, lookup in reading.lookups]
    if not found or Lookup.FOUND in found:
        return False
    return len(found) > 1 or found != [Lookup.ABSENT]
