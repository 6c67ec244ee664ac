"""Static files under names that change with their content."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class FaceStaticFilesStorage(ManifestStaticFilesStorage):
    """Serve hashed names; a file missing from the manifest keeps its plain name (tests without collectstatic)."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the plain one when nothing was collected."""
        if not self.hashed_files:
            return name
        return super().stored_name(name)
