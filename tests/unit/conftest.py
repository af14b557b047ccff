"""Hypothesis on any machine: that an example took long where others had the processor is nobody's fault."""

from hypothesis import HealthCheck, settings

# On top of what Hypothesis has by itself, which in CI tries the same examples every time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
