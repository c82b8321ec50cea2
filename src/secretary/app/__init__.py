"""The one place where the parts are joined: `build(settings, ports)` makes the program, and nothing else does."""

from secretary.app.build import App, Ports, build

__all__ = ["App", "Ports", "build"]
