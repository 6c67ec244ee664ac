"""The partner API: one file per resource, each a door to one service or selector."""
