"""Decimal numbers in the chapters' text that no cell prints and no stored table holds.

Keys are the chapter and the number as the text writes it. `tests/test_numbers.py` evaluates what is
worked out, and asks that the text still say every number.
"""

# Arithmetic that the text does in words or in a formula: what gives the number.
WORKED_OUT = {
    ("01", "0.020"): "sqrt(4 / 10_000)",
    ("01", "0.014"): "sqrt(2 / 10_000)",
    ("01", "0.33"): "1 / sqrt(10 - 1)",
    ("02", "0.014"): "sqrt(2 / 10_000)",
    ("02", "0.53"): "sqrt(1 / (1 + ((1 + sqrt(5)) / 2) ** 2))",  # of tan θ = 1 / golden ratio
    ("02", "0.7071"): "2 / (sqrt(4) * sqrt(2))",
    ("02", "1.0001"): "10_000 / 9_999",
    ("02", "63.4"): "degrees(atan(2))",
    ("02", "85.4"): "100 * (1 + 2 / (sqrt(4) * sqrt(2))) / 2",
    ("02", "5.90"): "5.13 + 0.77",
    ("03", "0.32"): "0.1 * sqrt(10)",
    ("03", "255.9"): "427 * 640 / (427 + 640 + 1)",  # the photograph has 427 × 640 pixels
    ("03", "21.2"): "sqrt(200) + sqrt(50)",
    ("04", "4.5"): "0.0467 / 0.0104",
    ("07", "2.28"): "sqrt(0.7413 / 0.1421)",  # of the eigenvalues that the chapter prints
    ("07", "2.5"): "0.5 + 8 * 0.25",  # one of eleven rates from 0.5 to 3
    ("08", "0.42"): "0.0104 / 0.0245",
    ("08", "8.9"): "100 * (1 - 0.911)",
    ("08", "4.9"): "100 * (1 - 0.951)",
    ("08", "0.55"): "(1 - 0.951) / (1 - 0.911)",
    ("10", "0.1"): "100 / 1_000",
    ("10", "0.97"): "1 - 0.03",
    ("10", "0.98"): "2 * 0.99 - 1",
    ("10", "0.58"): "0.98**27",
}

# From elsewhere: where it can be read.
SOURCED = {
    ("01", "0.85"): "made up: what the colleague of exercise 4 says",
    ("07", "0.003"): "advice; experiments/choices.py tries rates around it at several batch sizes",
    ("08", "1.05"): "the scale of SELU, 1.0507, in klambauer2017self",
    ("08", "1.76"): "scale times alpha of SELU, 1.0507 · 1.6733, in klambauer2017self",
    ("08", "0.51"): "made up: an output that rounds to 1",
}

# Measured, but not stored yet: the experiment whose table will hold it or correct it.
WAITING = {
    ("08", "0.0137"): "training",
    ("10", "0.0249"): "training",
}
