"""Starts the embedded services and the processes of the house; imports nothing of it and needs only psycopg."""
