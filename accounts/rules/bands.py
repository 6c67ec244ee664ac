"""Bands in which a bank reports limits and usage, so that no exact figure of a person's credit is kept."""

LIMIT_BANDS_FEN = (0, 1_000_000, 5_000_000, 10_000_000, 30_000_000, 100_000_000)
"""Lower ends in fen: 0, 10,000, 50,000, 100,000, 300,000, 1,000,000 yuan."""

LIMIT_BANDS = ("UNDER_10K", "10K_50K", "50K_100K", "100K_300K", "300K_1M", "OVER_1M")
USAGE_BANDS = ("NONE", "UNDER_30", "30_70", "70_90", "OVER_90")


def limit_band(limit_fen: int) -> str:
    """Return the band of a limit.

    Raises:
        ValueError: a negative limit.
    """
    if limit_fen < 0:
        raise ValueError("a credit limit is not negative")
    reached = [index for index, lower in enumerate(LIMIT_BANDS_FEN) if limit_fen >= lower]
    return LIMIT_BANDS[reached[-1]]


def usage_band(used_fen: int, limit_fen: int) -> str:
    """Return the band of used over granted; over the limit counts as OVER_90."""
    if used_fen <= 0:
        return "NONE"
    percent = 100 if limit_fen <= 0 else used_fen * 100 // limit_fen
    for upper, band in ((30, "UNDER_30"), (70, "30_70"), (90, "70_90")):
        if percent < upper:
            return band
    return "OVER_90"
