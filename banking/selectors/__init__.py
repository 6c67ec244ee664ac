"""Reads of banking: always of one institution."""
