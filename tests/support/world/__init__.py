"""A business that has been busy for a month: what the panel is tried on and photographed with.

Everything is made through the program's own API, on a clock that a month of days runs through.
"""

from tests.support.world.building import PASSWORD, World, build_world

__all__ = ["PASSWORD", "World", "build_world"]
