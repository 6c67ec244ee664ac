"""Pages and doors of payments."""
