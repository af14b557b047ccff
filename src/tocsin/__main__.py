"""``python -m tocsin``: the same as the command."""

import sys

from tocsin.cli import main

sys.exit(main())
