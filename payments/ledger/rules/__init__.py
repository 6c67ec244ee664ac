"""Chart of accounts and registry of kinds: pure, no Django."""
