"""Number words and their values: the one table for all rules that read numbers."""

SMALL_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
"""Each word stands at its own value: `SMALL_NUMBERS[12]` is "twelve"."""

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MULTIPLES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10}
"""Maps the name of a part to how many of them make a whole."""

VALUES = {
    **{word: float(value) for value, word in enumerate(SMALL_NUMBERS)},
    **{word: 10.0 * value for value, word in enumerate(TENS, start=2)},
    **{"dozen": 12.0, "once": 1.0, "twice": 2.0, "both": 2.0, "pair": 2.0, "couple": 2.0},
}
"""Maps words that are a number by themselves to its value."""
