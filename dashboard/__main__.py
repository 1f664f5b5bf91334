"""Start the desk: `python -m dashboard`."""

from __future__ import annotations

import sys

from dashboard.settings import load_settings
from processors import logs
from processors.errors import ConfigurationError


def main() -> int:
    """Serve until stopped. Returns the exit status."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # Streamlit takes half a second to import; a wrong setting is told before that.
    from dashboard.asgi import create_app

    app = create_app(settings)
    logs.configure(settings.log_level)
    app.run(
        config={
            "server.address": settings.desk_host,
            "server.port": settings.port,
            # Without a name of its own Streamlit asks a service on the internet for this machine's address.
            "browser.serverAddress": settings.desk_host,
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
