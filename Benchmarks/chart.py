"""Charts as SVG, drawn with the standard library alone: lines over logarithmic axes, with a bar from least to most.

The same arguments give the same bytes. Everything stands at a fixed place on a white ground, so that a chart reads the same
on light and dark pages.
"""
import math
from collections import namedtuple
from xml.sax.saxutils import escape, quoteattr

# `points` are (x, median, least, most); a dashed line is told from a solid one of the same colour.
Series = namedtuple("Series", "name color dashed points")
# `form` turns a value of the y axis into its label.
Panel = namedtuple("Panel", "title y_label form series")

PLOT_WIDTH, PLOT_HEIGHT = 360, 220
LEFT, RIGHT, ABOVE, BELOW = 84, 20, 34, 52      # around each plot: its labels and its title
HEAD, LEGEND_LINE, COLUMNS = 58, 22, 2
STEP = 5                                        # between the bars of two lines at the same x
DISTURBED = 2                                   # runs that lie further apart than that factor are marked
INK, FAINT = "#24292f", "#d8dee4"


def ticks(least, most):
    """Steps of 1, 2, 5 times powers of ten; the first is not above `least`, the last not below `most`, and they differ."""
    steps = [m * 10.0 ** e for e in range(math.floor(math.log10(least)) - 1, math.ceil(math.log10(most)) + 2) for m in (1, 2, 5)]
    first = max(i for i, step in enumerate(steps) if step <= least * 1.000001)
    last = min(i for i, step in enumerate(steps) if step >= most * 0.999999)
    return steps[first:last + 1] if last > first else steps[first:first + 2]


def scale(least, most, start, end):
    """From a value to its place, by its logarithm."""
    low, high = math.log(least), math.log(most)
    return lambda value: start + (math.log(value) - low) / (high - low) * (end - start) if high > low else (start + end) / 2


def with_unit(value, units):
    """A value with the largest unit of `units` [(size, name)] that it reaches: 1500 is `1.5k`."""
    for size, name in units:
        if value >= size * 0.999999:
            return "%.3g%s" % (value / size, name)
    return "%.3g%s" % (value / units[-1][0], units[-1][1])


def rate(value):
    return with_unit(value, [(1e6, "M"), (1e3, "k"), (1, "")])


def microseconds(value):
    return with_unit(value, [(1e6, " s"), (1e3, " ms"), (1, " µs")])


def text(x, y, words, size=12, anchor="middle", weight="normal", more=""):
    return '<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" font-weight="%s"%s>%s</text>' % (
        x, y, size, anchor, weight, more, escape(words))


def line(x1, y1, x2, y2, color, more=""):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"%s/>' % (x1, y1, x2, y2, color, more)


def stroke(series):
    return ' stroke-width="%s"%s' % ("1.5" if series.dashed else "2.5", ' stroke-dasharray="5 4"' if series.dashed else "")


def mark(series, x, y, more=""):
    """A ring for a dashed line, a dot for a solid one."""
    return '<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s" stroke="%s"%s/>' % (
        x, y, "#ffffff" if series.dashed else series.color, series.color, more)


def is_disturbed(least, most):
    return most > DISTURBED * least


def draw_panel(panel, x_label, x_form, left, top):
    points = [point for series in panel.series for point in series.points]
    xs = sorted({point[0] for point in points})
    steps = ticks(min(point[2] for point in points), max(point[3] for point in points))
    right, bottom = left + PLOT_WIDTH, top + PLOT_HEIGHT
    # A little room, so that no mark stands on the frame.
    across = scale(xs[0], xs[-1], left + 16, right - 16)
    up = scale(steps[0], steps[-1], bottom, top)
    out = [text(left, top - 12, panel.title, 14, "start", "bold")]
    for step in steps:
        out.append(line(left, up(step), right, up(step), FAINT))
        # With many steps only powers of ten are named.
        if len(steps) <= 10 or math.isclose(math.log10(step), round(math.log10(step)), abs_tol=1e-6):
            out.append(text(left - 6, up(step) + 4, panel.form(step), 11, "end"))
    for x in xs:
        out.append(line(across(x), bottom, across(x), bottom + 5, INK))
        out.append(text(across(x), bottom + 19, x_form(x), 11))
    out.append('<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="%s"/>' % (left, top, PLOT_WIDTH, PLOT_HEIGHT, INK))
    out.append(text(left + PLOT_WIDTH / 2, bottom + 38, x_label))
    x, y = left - 62, top + PLOT_HEIGHT / 2
    out.append(text(x, y, panel.y_label, more=' transform="rotate(-90 %.1f %.1f)"' % (x, y)))
    for place, series in enumerate(panel.series):
        # Beside each other, or the bars of two lines would cover one another.
        aside = (place - (len(panel.series) - 1) / 2) * STEP

        def at(x, aside=aside):
            return across(x) + aside
        path = " ".join("%.1f,%.1f" % (at(p[0]), up(p[1])) for p in series.points)
        out.append('<polyline points="%s" fill="none" stroke="%s"%s/>' % (path, series.color, stroke(series)))
        for x, middle, least, most in series.points:
            if most > least:
                out.append(line(at(x), up(least), at(x), up(most), series.color))
                out += [line(at(x) - 2, up(end), at(x) + 2, up(end), series.color) for end in (least, most)]
            out.append(mark(series, at(x), up(middle), ' class="point"'))
            if is_disturbed(least, most):
                out.append('<circle cx="%.1f" cy="%.1f" r="8" fill="none" stroke="%s" stroke-dasharray="2 2" class="disturbed"/>' % (
                    at(x), up(middle), INK))
    return out


def draw(title, note, x_label, x_form, panels):
    """The whole chart.

    title, note: its head: what it shows; when and how it was measured
    x_label, x_form: the axis that all panels have, and what turns one of its values into a label
    panels: two in a row; a series of the same name has one line in the legend
    """
    rows = math.ceil(len(panels) / COLUMNS)
    width = COLUMNS * (LEFT + PLOT_WIDTH + RIGHT)
    legend = {series.name: series for panel in panels for series in panel.series}
    plots_end = HEAD + rows * (ABOVE + PLOT_HEIGHT + BELOW)
    disturbed = any(is_disturbed(p[2], p[3]) for panel in panels for series in panel.series for p in series.points)
    legend_rows = math.ceil((len(legend) + disturbed) / COLUMNS)
    height = plots_end + legend_rows * LEGEND_LINE + 12
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label=%s '
           'font-family="DejaVu Sans, Verdana, sans-serif" fill="%s">' % (width, height, width, height, quoteattr(title), INK),
           "<title>%s</title>" % escape(title),
           '<rect width="%d" height="%d" fill="#ffffff"/>' % (width, height),
           text(16, 26, title, 17, "start", "bold"), text(16, 46, note, 11, "start")]
    for i, panel in enumerate(panels):
        column, row = i % COLUMNS, i // COLUMNS
        out += draw_panel(panel, x_label, x_form, column * (LEFT + PLOT_WIDTH + RIGHT) + LEFT,
                          HEAD + row * (ABOVE + PLOT_HEIGHT + BELOW) + ABOVE)
    for i, series in enumerate(legend.values()):
        x, y = LEFT + (i % COLUMNS) * (LEFT + PLOT_WIDTH + RIGHT), plots_end + 8 + (i // COLUMNS) * LEGEND_LINE
        out.append(line(x, y, x + 36, y, series.color, stroke(series)))
        out.append(mark(series, x + 18, y))
        out.append(text(x + 46, y + 4, series.name, 12, "start"))
    if disturbed:
        x, y = LEFT + (len(legend) % COLUMNS) * (LEFT + PLOT_WIDTH + RIGHT), plots_end + 8 + (len(legend) // COLUMNS) * LEGEND_LINE
        out.append('<circle cx="%.1f" cy="%.1f" r="8" fill="none" stroke="%s" stroke-dasharray="2 2"/>' % (x + 18, y, INK))
        out.append(text(x + 46, y + 4, "runs more than twofold apart: disturbed", 12, "start"))
    return "\n".join(out + ["</svg>"]) + "\n"
