"""What JupyterHub is told: sign-in, spaces, services, addresses and pages, each from the settings."""
