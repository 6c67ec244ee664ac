"""Integer fen."""


def format_yuan(fen: int) -> str:
    """Show fen as 1,234.50."""
    return f"{fen // 100:,}.{fen % 100:02d}"
