"""Pictures of the pages: `python -m tests.screenshots [page …] [--out DIR]`."""
