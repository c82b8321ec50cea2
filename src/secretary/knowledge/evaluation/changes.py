"""What became better or worse since an earlier run, figure by figure and question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secretary.knowledge.evaluation.report import aligned, figure
from secretary.knowledge.evaluation.runner import Judged, Run
from secretary.knowledge.evaluation.scores import ANSWERS, DECISIONS, LATENCY, ORDER, Measure, Scores, is_right, score
from secretary.knowledge.evaluation.shapes import Half

_NOISE = {"share": 0.0005, "ms": 0.05}
"""Below half of the last printed digit a figure has not changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one half, before and now, over the questions that both runs have."""

    half: Half
    measure: Measure
    before: Scores
    now: Scores

    @property
    def gain(self) -> float:
        """How much better it is now; negative is worse. 0 where one of them has no such figure."""
        before, now = self.measure.of(self.before), self.measure.of(self.now)
        if before is None or now is None or abs(now - before) < _NOISE[self.measure.unit]:
            return 0.0
        return now - before if self.measure.is_better_higher else before - now


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys of questions are `set/id`, in the order of the run. `won` and `lost` go by `scores.is_right`."""

    figures: tuple[Change, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def text(self) -> str:
        """All of it for a person."""
        rows = [["half", "figure", "before", "now", ""], *map(_row, self.figures)]
        lists = [
            f"{title} ({len(keys)}): {', '.join(keys)}"
            for title, keys in (
                ("won", self.won), ("lost", self.lost), ("new questions", self.added), ("gone", self.removed)
            )
            if keys
        ]  # fmt: skip
        return "\n".join([aligned(rows), *(lists or ["no question was won or lost"])])


def _row(change: Change) -> list[str]:
    verdict = "better" if change.gain > 0 else "worse" if change.gain < 0 else "="
    shown = (figure(change.measure, scores) for scores in (change.before, change.now))
    return [change.half.value, change.measure.title, *shown, verdict]


def compare(before: Run, now: Run) -> Changes:
    """From `before` to `now`. Figures are of the common questions, so that new ones do not look like progress."""
    old, new = _by_key(before), _by_key(now)
    common = [key for key in new if key in old]
    return Changes(
        figures=tuple(change for half in now.halves for change in _figures(half, old, new, common)),
        won=tuple(key for key in common if is_right(new[key]) and not is_right(old[key])),
        lost=tuple(key for key in common if is_right(old[key]) and not is_right(new[key])),
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
    )


def _by_key(run: Run) -> Mapping[str, Judged]:
    return {one.key: one for one in run.judged}


def _figures(
    half: Half, old: Mapping[str, Judged], new: Mapping[str, Judged], common: Sequence[str]
) -> Sequence[Change]:
    keys = [key for key in common if new[key].half is half]
    if not keys:
        return ()
    before, now = score([old[key] for key in keys]), score([new[key] for key in keys])
    answers = [one for one in ANSWERS if one.of(before) is not None or one.of(now) is not None]
    return [Change(half, measure, before, now) for measure in (*ORDER, *DECISIONS, *answers, *LATENCY)]
