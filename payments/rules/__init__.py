"""Pure arithmetic and transition tables of payments."""
