"""`python -m devstack.gateway`: serve with the settings of the environment; see `devstack.gateway.config`."""

from __future__ import annotations

import gc
import logging
import sys

import uvicorn

from devstack.gateway.app import create_gateway
from devstack.gateway.config import ConfigError, GatewayConfig
from devstack.gateway.server import configuration


def main() -> int:
    """Serve until a signal ends it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = GatewayConfig.from_environment()
    except ConfigError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    gateway = create_gateway(config)
    # What was loaded lives as long as the process: the collector need not look through it during requests.
    gc.collect()
    gc.freeze()
    uvicorn.Server(configuration(gateway, host=config.host, port=config.port)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
