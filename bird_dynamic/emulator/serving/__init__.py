"""Serves the emulator over HTTP: to the provider, to tests, and to a browser."""
