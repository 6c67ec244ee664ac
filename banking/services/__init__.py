"""Services of banking: what a partner institution may set in motion."""
