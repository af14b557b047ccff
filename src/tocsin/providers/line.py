"""No status API at all: an account of a provider that has none, whose line is measured from here instead."""

from datetime import timedelta
from typing import ClassVar

from tocsin.domain.account import LINE_PROVIDER
from tocsin.domain.snapshot import Traits
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Capability, HttpRequest, Poll, PollContext, ProviderField


class Line:
    """Stands in the list of providers for what is not asked: it makes no request, and the engine never polls it."""

    key: ClassVar[str] = LINE_PROVIDER
    name: ClassVar[str] = "My line alone"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    fields: ClassVar[tuple[ProviderField, ...]] = ()
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    def poll(self, context: PollContext) -> Poll:
        """Say where the line is measured. Raises ``PollFailed`` (unsupported)."""
        del context
        raise PollFailed(
            FailureKind.UNSUPPORTED, "there is nobody to ask: `tocsin run` and `tocsin watch` measure the line itself"
        )
        yield HttpRequest("")
