"""Whether a provider's key is known, asked of the settings at every start."""

import subprocess
import sys

from tocsin import providers
from tocsin.providers.registry import Registry


def test_a_built_in_key_is_known_without_a_look_at_the_packages():
    """It is the usual case, and the look reads the metadata of every package that is installed."""
    script = (
        "import sys; from tocsin.providers.registry import Registry; keys = Registry({}).keys()\n"
        "assert 'statuspage' in keys; assert 'importlib.metadata' not in sys.modules\n"
        "assert 'nobody' not in keys; assert 'importlib.metadata' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_keys_are_those_that_are_known():
    """A message about a wrong one lists them all."""
    registry = Registry({})
    assert tuple(registry.keys()) == registry.known()
    assert len(registry.keys()) == len(registry.known())
    assert tuple(Registry({"TOCSIN_NO_PLUGINS": "1"}).keys()) == providers.known()
