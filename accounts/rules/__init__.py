"""Pure arithmetic and transition tables of accounts."""
