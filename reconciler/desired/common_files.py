"""The files that are not one site's: settings, users, profiles and the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, field
from pydantic import BaseModel

from reconciler.desired.file_models import read_manifest_part, read_model
from reconciler.desired.layout import Place
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import Document
from reconciler.model.files import ProfileFile, ProjectFile, UserEntry, UsersFile
from reconciler.model.kinds import files as kinds
from reconciler.model.manifest import (
    Catalog,
    ContractContent,
    Manifest,
    ManifestContent,
    plain_version,
)
from reconciler.rules.catalog import earlier_dialect

Model = TypeVar("Model", bound=BaseModel)


class Parsed(Struct, frozen=True):
    """A file that was read: where it stands, its places, and what it says."""

    place: Place
    document: Document


class CommonFiles(Struct):
    """What all sites share, as far as it could be read, and every finding about those files."""

    project: tuple[ProjectFile, Document] | None = None
    users: dict[str, UserEntry] = field(default_factory=dict)
    profiles: dict[str, tuple[ProfileFile, Document]] = field(default_factory=dict)
    broken_profiles: set[str] = field(default_factory=set)
    manifests: dict[str, dict[str, Manifest]] = field(default_factory=dict)
    broken_manifests: set[tuple[str, str]] = field(default_factory=set)
    contracts: dict[str, tuple[ContractContent, Document]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    broken: dict[tuple[str, str], list[Diagnostic]] = field(default_factory=dict)
    """What is wrong with manifests; how much it matters depends on who enables them."""

    @property
    def catalog(self) -> Catalog:
        """The manifests and contracts."""
        return Catalog(self.manifests, {name: each for name, (each, _) in self.contracts.items()})


class CommonReader:
    """Reads common files into ``files``, one after the other."""

    def __init__(self) -> None:
        self.files = CommonFiles()
        self._readers: dict[str, Callable[[Parsed], None]] = {
            "project": self._read_project,
            "users": self._read_users,
            "profile": self._read_profile,
            "manifest": self._read_manifest,
            "contract": self._read_contract,
        }

    def read(self, place: Place, shown: str, data: bytes) -> None:
        """Read one file.

        Args:
            place: what its path says it is.
            shown: its path as it is reported.
            data: its bytes.
        """
        reading = read_yaml(shown, data)
        self.files.diagnostics.extend(reading.diagnostics)
        if reading.document is not None:
            self._readers[place.kind](Parsed(place, reading.document))
        else:
            self._note_broken(place)

    def _note_broken(self, place: Place) -> None:
        """Remember what could not be read, so that nobody is told it does not exist."""
        if place.kind == "profile":
            self.files.broken_profiles.add(place.first)
        elif place.kind == "manifest":
            self.files.broken_manifests.add((place.first, plain_version(place.second)))

    def _model(self, parsed: Parsed, kind: str, model: type[Model]) -> Model | None:
        read = read_model(parsed.document, kind, model, self.files.diagnostics)
        if read is None:
            self._note_broken(parsed.place)
        return read

    def _read_project(self, parsed: Parsed) -> None:
        if project := self._model(parsed, "reconciler", ProjectFile):
            self.files.project = project, parsed.document

    def _read_users(self, parsed: Parsed) -> None:
        if not (listed := self._model(parsed, "users", UsersFile)):
            return
        seen: set[tuple[str, str]] = set()
        for index, user in enumerate(listed.users):
            names = {"id": str(user.id), "username": user.username}
            if user.email:
                names["email"] = user.email.casefold()
            for field_name, value in names.items():
                if (field_name, value) in seen:
                    place = parsed.document.locate(("users", index, field_name))
                    self.files.diagnostics.append(
                        kinds.DUPLICATE_USER.at(place, field=field_name, value=value)
                    )
                seen.add((field_name, value))
            self.files.users.setdefault(user.username, user)

    def _read_profile(self, parsed: Parsed) -> None:
        if profile := self._model(parsed, "profile", ProfileFile):
            self.files.profiles[parsed.place.first] = profile, parsed.document

    def _read_manifest(self, parsed: Parsed) -> None:
        extension, version = parsed.place.first, parsed.place.second
        findings = list(earlier_dialect(parsed.document))
        content = None
        if not findings:
            content = read_manifest_part(parsed.document, ManifestContent, findings)
        if content is None:
            self._note_broken(parsed.place)
            self.files.broken[extension, plain_version(version)] = findings
            return
        require_same(parsed.document, "id", content.id, extension, self.files.diagnostics)
        if plain_version(content.version) != plain_version(version):
            require_same(
                parsed.document, "version", content.version, version, self.files.diagnostics
            )
        versions = self.files.manifests.setdefault(extension, {})
        known = versions.setdefault(plain_version(version), Manifest(content, parsed.document))
        if known.document is not parsed.document:
            what = f"extension {extension} {plain_version(version)}"
            self._refuse_second(parsed.document, what, known.document.path)

    def _read_contract(self, parsed: Parsed) -> None:
        found = self.files.diagnostics
        content = read_manifest_part(parsed.document, ContractContent, found)
        if content is not None:
            require_same(parsed.document, "id", content.id, parsed.place.first, found)
            known = self.files.contracts.setdefault(content.id, (content, parsed.document))
            if known[1] is not parsed.document:
                self._refuse_second(parsed.document, f"capability {content.id}", known[1].path)

    def _refuse_second(self, document: Document, what: str, other: str) -> None:
        self.files.diagnostics.append(
            kinds.DUPLICATE_CATALOG_ENTRY.at(document.locate(()), what=what, other=other)
        )


def require_same(
    document: Document, key: str, written: str, expected: str, diagnostics: list[Diagnostic]
) -> None:
    """Add a finding where a file says another identity than its path does."""
    if written != expected:
        place = document.locate((key,))
        diagnostics.append(
            kinds.IDENTITY_MISMATCH.at(place, key=key, written=written, expected=expected)
        )
