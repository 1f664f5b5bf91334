"""`python -m devstack.simulators`: serve the simulators until told to stop."""

from __future__ import annotations

import logging
import sys

from devstack.simulators.app import create_app
from devstack.simulators.config import Config, ConfigError
from devstack.simulators.server import server


def main() -> int:
    """Run; returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = Config.from_environment()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    server(create_app(config), port=config.port).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
