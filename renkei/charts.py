"""Geometry of charts that are drawn as SVG in the page. Numbers stand at every bar: colour says nothing alone."""

from collections.abc import Sequence
from dataclasses import dataclass

# In units of the viewBox.
WIDTH = 640
PLOT_HEIGHT = 150
TOP = 24
BOTTOM = 28
ROW = 34
LABEL_WIDTH = 236
NUMBER_WIDTH = 64
SERIES = ("first", "second", "third")


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    number: int
    # Which series: a class of the style sheet.
    series: str
    # Where the number stands.
    number_x: float
    number_y: float


@dataclass(frozen=True)
class Group:
    """What stands side by side under one label."""

    label: str
    label_x: float
    label_y: float
    bars: list[Bar]


@dataclass(frozen=True)
class Chart:
    """`text` is read aloud instead of the drawing."""

    name: str
    text: str
    width: int
    height: int
    legend: list[tuple[str, str]]
    groups: list[Group]
    is_lying: bool = False

    @property
    def base(self) -> int:
        """The line that columns stand on."""
        return self.height - BOTTOM


Rows = Sequence[tuple[str, Sequence[int]]]


def columns(name: str, text: str, series: Sequence[str], rows: Rows) -> Chart:
    """Standing bars, for time."""
    most = _most(rows)
    place = WIDTH / max(len(rows), 1)
    bar = min(place * 0.8 / len(series), 36)
    groups = []
    for number, (label, values) in enumerate(rows):
        middle = place * (number + 0.5)
        left = middle - bar * len(values) / 2
        bars = [
            _column(left + bar * which, bar, value, most, SERIES[which])
            for which, value in enumerate(values)
        ]
        groups.append(Group(label, _round(middle), TOP + PLOT_HEIGHT + 20, bars))
    height = TOP + PLOT_HEIGHT + BOTTOM
    return Chart(name, text, WIDTH, height, list(zip(SERIES, series, strict=False)), groups)


def _column(x: float, width: float, value: int, most: int, series: str) -> Bar:
    height = _round(PLOT_HEIGHT * value / most)
    y = TOP + PLOT_HEIGHT - height
    inner = _round(width - 2)
    return Bar(
        *(_round(x + 1), _round(y), inner, height, value, series),
        number_x=_round(x + width / 2),
        number_y=_round(y - 5),
    )


def bars(name: str, text: str, series: Sequence[str], rows: Rows) -> Chart:
    """Lying bars, for names that are long."""
    most = _most(rows)
    room = WIDTH - LABEL_WIDTH - NUMBER_WIDTH
    thick = 20 if len(series) == 1 else 16
    row = ROW if len(series) == 1 else len(series) * (thick + 2) + 14
    groups = []
    for number, (label, values) in enumerate(rows):
        top = number * row + 6
        lying = [
            _lying(top + which * (thick + 2), thick, _round(room * value / most), value, which)
            for which, value in enumerate(values)
        ]
        middle = top + (len(values) * (thick + 2)) / 2
        groups.append(Group(label, LABEL_WIDTH - 12, _round(middle + 4), lying))
    height = len(rows) * row + 8
    legend = list(zip(SERIES, series, strict=False))
    return Chart(name, text, WIDTH, height, legend, groups, is_lying=True)


def _lying(y: float, thick: int, width: float, value: int, which: int) -> Bar:
    return Bar(
        *(LABEL_WIDTH, y, width, thick, value, SERIES[which]),
        number_x=_round(LABEL_WIDTH + width + 8),
        number_y=_round(y + thick - 4),
    )


def _most(rows: Rows) -> int:
    return max((value for _, values in rows for value in values), default=0) or 1


def _round(value: float) -> float:
    return round(value, 1)
