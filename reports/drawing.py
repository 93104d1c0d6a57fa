"""Draws a poster as a PNG: `python -m reports.drawing` reads it as JSON and writes the picture.

A process of its own, that lives for one picture: matplotlib takes a second and eighty megabytes that the desk need
not keep. Portrait, large letters, few figures: it is read on a phone.
"""

import io
import json
import re
import sys
import textwrap
from collections.abc import Callable
from typing import Any

from desk.prints import Bars, Poster, Tone

WIDTH, HEIGHT = 960, 1280
"""Pixels; Telegram shows a photo with 1280 at its longer side without shrinking it."""

DPI = 100
FONT = "DejaVu Sans"
"""It comes with matplotlib, and has Cyrillic letters."""

INK, FAINT, PAPER, CARD = "#15202b", "#5b6773", "#ffffff", "#eef2f6"
TONES = {Tone.PLAIN: INK, Tone.GOOD: "#14713d", Tone.BAD: "#b3261e"}
COLOURS = ("#1f5fbf", "#e08a1e")
"""Blue and orange: told apart by whoever tells few colours apart, and on a grey print."""

MARGIN = 36
NAME, LABEL = 22, 17
"""Characters of a bar's name, and of one row of a figure's label."""

TITLE, SUBTITLE, FOOTER, CHART, VALUE = 34, 54, 90, 34, 11
"""Characters that fit into the picture's width at their size, and into a figure's box."""

CROWD = 12
"""Groups of bars above which no numbers stand over them, and only some are named."""

SCALE = 56
"""Pixels for the numbers of a scale."""

ROW = (1.0, 1.5)
"""How high a lying bar is beside others, and a pair of them."""

TILES = 3
"""Figures in a row."""

Clean = Callable[[str], str]


def draw(poster: Poster) -> bytes:
    """The picture as PNG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": FONT, "text.parse_math": False, "axes.unicode_minus": False}):
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
        clean = _printable()
        figure.text(_x(MARGIN), _y(40), _cut(clean(poster.title), TITLE), size=31, weight="bold", color=INK, va="top")
        figure.text(_x(MARGIN), _y(92), _cut(clean(poster.subtitle), SUBTITLE), size=19, color=FAINT, va="top")
        top = _tiles(figure, poster, clean, top=142)
        _charts(figure, poster, clean, top=top + 22, bottom=HEIGHT - 52)
        figure.text(_x(MARGIN), _y(HEIGHT - 18), _cut(clean(poster.footer), FOOTER), size=13, color=FAINT, va="bottom")
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=DPI)
    return out.getvalue()


def _printable() -> Clean:
    """What takes out of a text the letters that the font has no picture for (emoji of a line's title)."""
    from matplotlib.font_manager import findfont, get_font

    known = frozenset(get_font(findfont(FONT)).get_charmap())

    def clean(text: str) -> str:
        # Not `split()`, which would take spaces that hold words together for others.
        return re.sub(" +", " ", "".join(sign if ord(sign) in known else " " for sign in text)).strip()

    return clean


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _x(pixels: float) -> float:
    return pixels / WIDTH


def _y(pixels: float) -> float:
    """Counted from above."""
    return 1 - pixels / HEIGHT


def _tiles(figure: Any, poster: Poster, clean: Clean, *, top: int) -> int:
    """The figures in rows of three; where they end."""
    from matplotlib.patches import FancyBboxPatch

    gap, height = 16, 142
    width = (WIDTH - 2 * MARGIN - (TILES - 1) * gap) / TILES
    for number, tile in enumerate(poster.tiles):
        row, place = divmod(number, TILES)
        left, upper = MARGIN + place * (width + gap), top + row * (height + gap)
        corner, size = (_x(left), _y(upper + height)), (width / WIDTH, height / HEIGHT)
        box = FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=0.012", transform=figure.transFigure,
            facecolor=CARD, edgecolor="none",
        )  # fmt: skip
        figure.add_artist(box)
        value = _cut(clean(tile.value), VALUE)
        largest = 42 if len(value) <= 6 else 30  # noqa: PLR2004 - characters that fit at that size
        figure.text(_x(left + 18), _y(upper + 12), value, size=largest, weight="bold", color=TONES[tile.tone], va="top")
        label = textwrap.fill(clean(tile.label), LABEL, max_lines=2, placeholder="…")
        figure.text(_x(left + 18), _y(upper + 78), label, size=17, color=INK, va="top", linespacing=1.05)
    return top - gap + -(-len(poster.tiles) // TILES) * (height + gap)


def _charts(figure: Any, poster: Poster, clean: Clean, *, top: int, bottom: int) -> None:
    """The charts below each other, each as high as it has rows."""
    if not poster.charts:
        return
    weights = [
        max(2.0, len(chart.names) * ROW[len(chart.values) > 1]) if chart.lying else 6.0 for chart in poster.charts
    ]
    title, gap = 40, 22
    room = bottom - top - (title + gap) * len(poster.charts)
    for chart, weight in zip(poster.charts, weights, strict=True):
        height = room * weight / sum(weights)
        figure.text(_x(MARGIN), _y(top), _cut(clean(chart.title), CHART), size=20, weight="bold", color=INK, va="top")
        left = 300 if chart.lying else MARGIN + (SCALE if len(chart.names) > CROWD else 0)
        foot = 0 if chart.lying else 34
        box = (_x(left), _y(top + title + height), (WIDTH - MARGIN - left) / WIDTH, (height - foot) / HEIGHT)
        axes = figure.add_axes((box[0], box[1] + foot / HEIGHT, box[2], box[3]))
        axes.set_frame_on(False)
        (_lying if chart.lying else _standing)(axes, chart, clean)
        _legend(figure, chart, clean, top)
        top += title + gap + int(height)


def _legend(figure: Any, chart: Bars, clean: Clean, top: int) -> None:
    """What the colours are, to the right of the title."""
    from matplotlib.patches import Patch

    handles = [
        Patch(color=colour, label=_cut(clean(label), LABEL))
        for label, colour in zip(chart.labels, COLOURS, strict=False)
    ]
    if handles:
        figure.legend(
            handles=handles, loc="upper right", bbox_to_anchor=(_x(WIDTH - MARGIN), _y(top - 4)), ncols=len(handles),
            frameon=False, fontsize=17, labelcolor=INK, handlelength=0.9, handleheight=0.9, handletextpad=0.4,
            columnspacing=1.2, borderpad=0, borderaxespad=0,
        )  # fmt: skip


def _standing(axes: Any, chart: Bars, clean: Clean) -> None:
    groups, width = len(chart.names), 0.8 / max(1, len(chart.values))
    highest = max((value for row in chart.values for value in row), default=0) or 1
    for index, row in enumerate(chart.values):
        places = [group + (index - (len(chart.values) - 1) / 2) * width for group in range(groups)]
        axes.bar(places, row, width=width * 0.92, color=COLOURS[index % len(COLOURS)])
        if groups <= CROWD:
            for place, value in zip(places, row, strict=True):
                if value:
                    axes.text(place, value + highest * 0.02, str(value), ha="center", va="bottom", size=16, color=INK)
    axes.set_xlim(-0.6, groups - 0.4)
    axes.set_ylim(0, highest * 1.18)
    step = max(1, -(-groups // 8))
    shown = list(range(0, groups, step))
    axes.set_xticks(shown, [clean(chart.names[one]) for one in shown], size=16, color=INK)
    axes.tick_params(length=0)
    if groups <= CROWD:
        axes.set_yticks([])
    else:
        from matplotlib.ticker import MaxNLocator

        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.tick_params(axis="y", labelsize=15, labelcolor=FAINT)
        axes.grid(axis="y", color="#c9d1d9", linewidth=1)
        axes.set_axisbelow(True)
    axes.axhline(0, color=FAINT, linewidth=2)


def _lying(axes: Any, chart: Bars, clean: Clean) -> None:
    rows = len(chart.names)
    highest = max((value for row in chart.values for value in row), default=0) or 1
    width = 0.76 / max(1, len(chart.values))
    for index, row in enumerate(chart.values):
        places = [rows - 1 - one - (index - (len(chart.values) - 1) / 2) * width for one in range(rows)]
        axes.barh(places, row, height=width * 0.92, color=COLOURS[index % len(COLOURS)])
        for place, value in zip(places, row, strict=True):
            axes.text(value + highest * 0.015, place, str(value), ha="left", va="center", size=16, color=INK)
    names = [_cut(clean(name), NAME) for name in chart.names]
    axes.set_yticks(list(range(rows - 1, -1, -1)), names, size=17, color=INK)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.set_xlim(0, highest * 1.14)
    axes.set_ylim(-0.5, rows - 0.5)


def main() -> None:
    """Read a poster, write a picture."""
    poster = Poster.from_dict(json.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(draw(poster))


if __name__ == "__main__":
    main()
