"""What only the publisher of this package can fill in: `PUBLISHER`. Then run `make docs`.

With another repository, run `make examples` before, and write its Go module into `examples/go`,
`docs/_index.md` and `docs/languages.md`.

The metadata of the wheel and the plugin's schema are made of it, and nothing is invented for what
is empty. The build runs this file by itself, so it imports the standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Publisher:
    """Who publishes the package, and where. Empty texts are unset."""

    name: str = ""
    """Name of the person or organization, as people read it: `Example Telecom`."""
    email: str = ""
    """Address for questions and for reports of vulnerabilities."""
    repository: str = ""
    """URL of the repository: `https://github.com/OWNER/REPOSITORY`."""
    homepage: str = ""
    """URL of a page about the package; that of the repository may be one."""
    logo: str = ""
    """URL of a logo, preferably an SVG file, for Pulumi's registry."""
    download_url: str = ""
    """URL that Pulumi downloads the plugin from. Leave it empty for releases on GitHub."""

    @property
    def plugin_download_url(self) -> str:
        """Where Pulumi finds the plugin's archives (`pluginDownloadURL`); empty if not known."""
        from_github = f"github://api.github.com{self._path}" if self.owner else ""
        return self.download_url or from_github

    @property
    def owner(self) -> str:
        """The account on GitHub that has the repository; empty if it is elsewhere or unset."""
        return self._path.split("/")[1] if self._is_on_github else ""

    @property
    def go_module(self) -> str:
        """The repository as the beginning of a Go module's path; empty without a repository."""
        return f"{urlsplit(self.repository).netloc}{self._path}"

    @property
    def _is_on_github(self) -> bool:
        return urlsplit(self.repository).hostname == "github.com"

    @property
    def _path(self) -> str:
        return urlsplit(self.repository).path.rstrip("/").removesuffix(".git")

    def unset(self) -> list[str]:
        """The names of the values that a release needs and nobody has filled in."""
        needed = ("name", "email", "repository", "homepage", "logo")
        unset = [each for each in needed if not getattr(self, each)]
        return unset if self.plugin_download_url else [*unset, "download_url"]

    def problems(self) -> list[str]:
        """What is wrong with the values that are filled in, as sentences."""
        addresses = {each: getattr(self, each) for each in ("repository", "homepage", "logo")}
        wrong = [
            f"{name}: {address!r} is no URL that begins with https://"
            for name, address in addresses.items()
            if address and not re.match(r"https://[^/\s]+", address)
        ]
        if self.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", self.email):
            wrong.append(f"email: {self.email!r} is no address such as name@example.com")
        if self._is_on_github and not re.fullmatch(r"/[^/\s]+/[^/\s]+", self._path):
            wrong.append(f"repository: {self.repository!r} is not https://github.com/OWNER/NAME")
        if self.download_url and not re.match(r"\w+://[^/\s]+", self.download_url):
            wrong.append(f"download_url: {self.download_url!r} is no URL")
        return wrong


PUBLISHER = Publisher()
