#!/usr/bin/env python3
"""What charts promise: valid XML, points at their places, nothing outside, the same bytes each time."""
import os
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chart  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def example(points, title="Rate & <latency>", panels=1):
    series = [chart.Series("here", "#0969da", False, points)]
    return chart.draw(title, "a note", "keys", str, [chart.Panel("rate", "a second", chart.rate, series)] * panels)


def marks(text):
    return [(float(c.get("cx")), float(c.get("cy"))) for c in ElementTree.fromstring(text).iter(SVG + "circle")
            if c.get("class") == "point"]


class ChartTests(unittest.TestCase):
    def test_is_xml_and_escapes_what_it_is_given(self):
        root = ElementTree.fromstring(example([(1, 10, 9, 11)]))
        self.assertEqual(root.find(SVG + "title").text, "Rate & <latency>")
        self.assertEqual(root.get("aria-label"), "Rate & <latency>")

    def test_places_points_by_their_logarithms(self):
        left, middle, right = marks(example([(1, 1000, 1000, 1000), (10, 10000, 10000, 10000), (100, 100000, 100000, 100000)]))
        top, bottom = chart.HEAD + chart.ABOVE, chart.HEAD + chart.ABOVE + chart.PLOT_HEIGHT
        self.assertEqual([left[1], middle[1], right[1]], [bottom, (top + bottom) / 2, top])
        self.assertEqual(middle[0], (left[0] + right[0]) / 2)
        self.assertEqual((left[0], right[0]), (chart.LEFT + 16, chart.LEFT + chart.PLOT_WIDTH - 16))

    def test_the_line_runs_through_the_points(self):
        drawn = example([(1, 1000, 900, 1000), (10, 7000, 6000, 8000), (300, 20000, 20000, 20000)])
        line = next(ElementTree.fromstring(drawn).iter(SVG + "polyline")).get("points").split()
        self.assertEqual([tuple(float(place) for place in pair.split(",")) for pair in line], marks(drawn))

    def test_draws_a_bar_from_least_to_most(self):
        lines = ElementTree.fromstring(example([(1, 20, 10, 100), (10, 30, 30, 30)])).iter(SVG + "line")
        x = "%.1f" % (chart.LEFT + 16)
        bars = [(float(l.get("y1")), float(l.get("y2"))) for l in lines
                if l.get("x1") == l.get("x2") == x and l.get("stroke") == "#0969da"]
        self.assertEqual(bars, [(chart.HEAD + chart.ABOVE + chart.PLOT_HEIGHT, chart.HEAD + chart.ABOVE)])

    def test_lines_stand_beside_each_other(self):
        series = [chart.Series(name, "#0969da", False, [(1, 10, 9, 11), (10, 20, 15, 25)]) for name in "abc"]
        places = marks(chart.draw("t", "n", "keys", str, [chart.Panel("rate", "a second", chart.rate, series)]))
        self.assertEqual(len({x for x, _ in places}), 6)
        self.assertEqual([x for x, _ in places][::2], [chart.LEFT + 16 + chart.STEP * step for step in (-1, 0, 1)])

    def test_marks_runs_that_lie_far_apart(self):
        def rings(points):
            return [c for c in ElementTree.fromstring(example(points)).iter(SVG + "circle") if c.get("class") == "disturbed"]
        self.assertEqual(len(rings([(1, 15, 10, 20), (10, 15, 10, 21)])), 1)
        self.assertIn("disturbed", "".join(ElementTree.fromstring(example([(1, 15, 10, 21)])).itertext()))
        self.assertNotIn("disturbed", "".join(ElementTree.fromstring(example([(1, 15, 10, 20)])).itertext()))

    def test_nothing_stands_outside(self):
        root = ElementTree.fromstring(example([(1, 0.3, 0.2, 0.5), (1e6, 3e6, 2e6, 9e6)], panels=4))
        width, height = float(root.get("width")), float(root.get("height"))
        for element in root.iter():
            for name in ("x", "x1", "x2", "cx"):
                self.assertTrue(0 <= float(element.get(name, 0)) <= width, ElementTree.tostring(element))
            for name in ("y", "y1", "y2", "cy"):
                self.assertTrue(0 <= float(element.get(name, 0)) <= height, ElementTree.tostring(element))

    def test_one_point_and_one_value_are_drawn(self):
        self.assertEqual(len(marks(example([(64, 500, 500, 500)]))), 1)

    def test_ticks_hold_every_value(self):
        for least, most in ((1, 1), (3, 4), (999, 1001), (0.02, 7), (10, 100000)):
            steps = chart.ticks(least, most)
            self.assertTrue(steps[0] <= least * 1.001 and steps[-1] >= most * 0.999 and len(steps) > 1, (least, most, steps))

    def test_labels_have_units(self):
        self.assertEqual([chart.microseconds(v) for v in (5, 500, 20000, 5e6)], ["5 µs", "500 µs", "20 ms", "5 s"])
        self.assertEqual([chart.rate(v) for v in (0.5, 200, 50000, 2e6)], ["0.5", "200", "50k", "2M"])

    def test_same_arguments_give_the_same_bytes(self):
        self.assertEqual(example([(1, 10, 9, 11)]), example([(1, 10, 9, 11)]))


if __name__ == "__main__":
    unittest.main()
