"""From files to the desired state: every file is read, and every finding kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from reconciler.desired.file_models import read_manifest_part, read_model
from reconciler.desired.layout import Place, looks_misnamed, place_of, where_it_belongs
from reconciler.desired.merging import merged_configurations
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.desired import DesiredState, Site
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.document import Document
from reconciler.model.files import (
    ExtensionFile,
    ProfileFile,
    ProjectFile,
    SiteFile,
    UserEntry,
    UsersFile,
)
from reconciler.model.kinds import files as kinds
from reconciler.model.kinds import folder as folder_kinds
from reconciler.model.manifest import (
    Catalog,
    ContractContent,
    Manifest,
    ManifestContent,
    plain_version,
)
from reconciler.rules.catalog import as_relied_on, earlier_dialect, enabled_versions

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that was read: where it stands, its places, and what it says."""

    place: Place
    document: Document


@dataclass
class Files:
    """The files of a desired state, checked each for itself."""

    project: tuple[ProjectFile, Document] | None = None
    users: dict[str, UserEntry] = field(default_factory=dict)
    profiles: dict[str, tuple[ProfileFile, Document]] = field(default_factory=dict)
    broken_profiles: set[str] = field(default_factory=set)
    manifests: dict[str, dict[str, Manifest]] = field(default_factory=dict)
    broken_manifests: set[tuple[str, str]] = field(default_factory=set)
    broken_extensions: set[tuple[str, str]] = field(default_factory=set)
    contracts: dict[str, tuple[ContractContent, Document]] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    slugs: dict[UUID, str] = field(default_factory=dict)
    extensions: dict[str, dict[str, tuple[ExtensionFile, Document]]] = field(default_factory=dict)
    site_folders: dict[str, str] = field(default_factory=dict)
    """The first file of each site folder, so that a folder without site.yaml can be named."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A desired state as far as it could be read, and every finding about its files."""

    state: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]


def load(tree: SourceTree) -> Loaded:
    """Return the desired state that a tree of files describes."""
    return _Loading(tree).load()


class _Loading:
    """The state of one load; findings are collected, never raised."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self.files = Files()
        self.diagnostics: list[Diagnostic] = list(tree.diagnostics)
        self.broken: dict[tuple[str, str], list[Diagnostic]] = {}
        """What is wrong with manifests; how much it matters depends on who enables them."""
        self._readers: dict[str, Callable[[Parsed], None]] = {
            "project": self._read_project,
            "users": self._read_users,
            "profile": self._read_profile,
            "manifest": self._read_manifest,
            "contract": self._read_contract,
            "site": self._read_site,
            "extension": self._read_extension,
        }

    def load(self) -> Loaded:
        for relative in sorted(self.tree.files):
            self._read(relative)
        self._note_ignored()
        self._note_similar()
        self._require_files()
        state = self._state() if self.files.project else None
        used = enabled_versions(state) if state else self.broken.keys()
        for version, findings in self.broken.items():
            self.diagnostics.extend(as_relied_on(findings, relied_on=version in used))
        return Loaded(state, tuple(self.diagnostics))

    def _read(self, relative: str) -> None:
        place = place_of(relative)
        shown = self.tree.shown(relative)
        if place is None and "reconciler.yaml" not in self.tree.files:
            return  # not the folder it was taken for, which is said once
        if place is None:
            self.diagnostics.append(
                kinds.MISPLACED_FILE.at(
                    Location(path=shown),
                    problem="no part of a desired state has this path",
                    suggestion=where_it_belongs(relative),
                )
            )
            return
        if place.kind in ("site", "extension"):
            self.files.site_folders.setdefault(place.first, shown)
        reading = read_yaml(shown, self.tree.files[relative])
        self.diagnostics.extend(reading.diagnostics)
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
        elif place.kind == "extension":
            self.files.broken_extensions.add((place.first, place.second))

    def _model(self, parsed: Parsed, kind: str, model: type[Model]) -> Model | None:
        read = read_model(parsed.document, kind, model, self.diagnostics)
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
                    self.diagnostics.append(
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
            self.broken[extension, plain_version(version)] = findings
            return
        self._require_same(parsed.document, "id", content.id, extension)
        if plain_version(content.version) != plain_version(version):
            self._require_same(parsed.document, "version", content.version, version)
        versions = self.files.manifests.setdefault(extension, {})
        known = versions.setdefault(plain_version(version), Manifest(content, parsed.document))
        if known.document is not parsed.document:
            what = f"extension {extension} {plain_version(version)}"
            self._refuse_second(parsed.document, what, known.document.path)

    def _read_contract(self, parsed: Parsed) -> None:
        content = read_manifest_part(parsed.document, ContractContent, self.diagnostics)
        if content is not None:
            self._require_same(parsed.document, "id", content.id, parsed.place.first)
            known = self.files.contracts.setdefault(content.id, (content, parsed.document))
            if known[1] is not parsed.document:
                self._refuse_second(parsed.document, f"capability {content.id}", known[1].path)

    def _refuse_second(self, document: Document, what: str, other: str) -> None:
        self.diagnostics.append(
            kinds.DUPLICATE_CATALOG_ENTRY.at(document.locate(()), what=what, other=other)
        )

    def _read_site(self, parsed: Parsed) -> None:
        slug = parsed.place.first
        if not (file := self._model(parsed, "site", SiteFile)):
            return
        self._require_same(parsed.document, "site", file.site or slug, slug)
        other = self.files.slugs.setdefault(file.id, slug)
        if other != slug:
            place = parsed.document.locate(("id",))
            self.diagnostics.append(
                kinds.DUPLICATE_SITE_ID.at(place, site=slug, id=file.id, other=other)
            )
        self.files.sites[slug] = Site(
            slug=slug,
            id=file.id,
            name=file.name,
            mes_version=file.mes_version,
            api_version=file.api_version,
            profiles=tuple(file.profiles),
            waivers=tuple(file.waivers),
            windows=tuple(file.windows),
            signers={role.value: tuple(names) for role, names in file.signers.items()},
            document=parsed.document,
        )

    def _read_extension(self, parsed: Parsed) -> None:
        slug, extension = parsed.place.first, parsed.place.second
        if not (file := self._model(parsed, "extension", ExtensionFile)):
            return
        self._require_same(parsed.document, "site", file.site or slug, slug)
        self._require_same(parsed.document, "extension", file.extension or extension, extension)
        self.files.extensions.setdefault(slug, {})[extension] = file, parsed.document

    def _require_same(self, document: Document, key: str, written: str, expected: str) -> None:
        if written != expected:
            self.diagnostics.append(
                kinds.IDENTITY_MISMATCH.at(
                    document.locate((key,)), key=key, written=written, expected=expected
                )
            )

    def _note_ignored(self) -> None:
        """Say of each file that was left out that it was: its absence may mean "deactivate"."""
        self.diagnostics.extend(
            folder_kinds.IGNORED_FILE.at(Location(path=self.tree.shown(relative)))
            for relative in self.tree.ignored
            if looks_misnamed(relative)
        )

    def _note_similar(self) -> None:
        """Warn of paths that are one path where a file system folds case or Unicode forms."""
        first: dict[str, str] = {}
        for relative in sorted(self.tree.files):
            folded = unicodedata.normalize("NFC", relative).casefold()
            other = first.setdefault(folded, relative)
            if other != relative:
                place = Location(path=self.tree.shown(relative))
                self.diagnostics.append(
                    folder_kinds.SIMILAR_PATH.at(place, other=self.tree.shown(other))
                )

    def _require_files(self) -> None:
        for name, advice in (
            ("reconciler.yaml", "Is this the desired-state folder? `reconciler init` makes one."),
            ("users.yaml", "Add it with at least the service user; see `reconciler schema users`."),
        ):
            if name not in self.tree.files:
                self.diagnostics.append(
                    kinds.MISSING_FILE.at(
                        Location(path=self.tree.shown(name)), name=name, suggestion=advice
                    )
                )
        for slug, first in self.files.site_folders.items():
            if f"sites/{slug}/site.yaml" not in self.tree.files:
                self.diagnostics.append(
                    kinds.MISSING_FILE.at(
                        Location(path=first),
                        site=slug,
                        name=f"sites/{slug}/site.yaml",
                        suggestion="Add it with the site's id; see `reconciler schema site`.",
                    )
                )

    def _state(self) -> DesiredState | None:
        if self.files.project is None:
            return None
        project, document = self.files.project
        contracts = {name: content for name, (content, _) in self.files.contracts.items()}
        catalog = Catalog(self.files.manifests, contracts)
        merged = merged_configurations(
            self.files.sites,
            self.files.profiles,
            self.files.broken_profiles,
            self.files.extensions,
            catalog,
            self.diagnostics,
        )
        return DesiredState(
            project=project,
            project_document=document,
            revision=self.tree.revision,
            users=self.files.users,
            sites=self.files.sites,
            catalog=catalog,
            unreadable_manifests=frozenset(self.files.broken_manifests),
            unreadable_extensions=frozenset(self.files.broken_extensions | merged.without_version),
            incomplete_sites=frozenset(
                slug
                for slug, site in self.files.sites.items()
                if not set(site.profiles) <= self.files.profiles.keys()
            ),
            configurations=merged.configurations,
            opt_outs=merged.opt_outs,
        )
