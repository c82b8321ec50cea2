"""What reading one document may cost. Shared by the child, which keeps to it, and its parent, who ends it otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """`wall_s` is the parent's; everything else the child's own."""

    wall_s: float = 120.0
    cpu_s: int = 90
    memory_bytes: int = 1_200_000_000
    unpacked_bytes: int = 400_000_000
    members: int = 20_000
    pages: int = 3_000
    characters: int = 5_000_000
    cells: int = 500_000
    links: int = 2_000
