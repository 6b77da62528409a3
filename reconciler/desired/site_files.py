"""One site's folder: its files read, merged with its profiles, and checked against the catalog.

Nothing of another site is needed for it, so that sites are read in any order, by any process, and
what they hold is let go again: a ``SiteReading`` has hashes and findings, and no values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from operator import itemgetter
from sys import intern
from typing import NamedTuple

from msgspec import Struct, field

from reconciler.desired.alike_files import AlikeFiles
from reconciler.desired.common_files import CommonFiles, require_same
from reconciler.desired.file_models import read_model
from reconciler.desired.layout import Place
from reconciler.desired.merging import (
    ProfileLayers,
    merge,
    missing_version,
    profile_layers,
    unknown_profiles,
)
from reconciler.desired.quiet_sites import quiet_sites
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.canonical import config_hash_of
from reconciler.model.desired import DesiredConfiguration, Layer, Site
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import Document
from reconciler.model.enabled import Enabled, Remark
from reconciler.model.files import ExtensionFile, ProfileEntry, SiteFile
from reconciler.model.kinds.files import USELESS_OPT_OUT
from reconciler.rules.content import ContentChecker

_NO_REMARK = Remark()


class SiteFilePath(NamedTuple):
    """One file of a site: what its path says it is, and its path as it is reported."""

    place: Place
    shown: str


class _Row(NamedTuple):
    """What there is to keep of one configuration of a site."""

    extension: str
    version: str
    config_hash: str
    has_own_file: bool
    remark: Remark


class SiteReading(Struct):
    """What came of reading one site's folder."""

    slug: str
    site: Site | None = None
    """Its document was let go; whoever keeps the site puts one in its place."""
    enabled: Enabled = field(default_factory=Enabled)
    opt_outs: list[tuple[str, str]] = field(default_factory=list)
    """The extensions that it opts out of, each with the version that a profile brings."""
    broken: set[str] = field(default_factory=set)
    """The extensions whose file cannot be read."""
    without_version: set[str] = field(default_factory=set)
    """The extensions that are enabled at no version that anything says."""
    quiet_digest: str | None = None
    """The digest of the derived records, where the extensions get on with each other."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    content: list[Diagnostic] = field(default_factory=list)
    """What is wrong with the configurations themselves, and not with the files as files."""
    documents: dict[str, Document] = field(default_factory=dict)
    """The extensions' own files, where they are kept."""

    @property
    def is_clean(self) -> bool:
        """Whether the site could be read and nothing at all was found."""
        return self.site is not None and not (self.diagnostics or self.content)


class SiteReader:
    """Reads sites' folders; what all of them share was read before."""

    def __init__(self, common: CommonFiles, checker: ContentChecker) -> None:
        self._common = common
        self._catalog = common.catalog
        self._checker = checker
        self._known_profiles = common.profiles.keys() | common.broken_profiles
        self._layers: dict[tuple[str, ...], ProfileLayers] = {}
        self._quiet = quiet_sites(common)
        self._alike = AlikeFiles(checker)

    def read(
        self,
        slug: str,
        files: Iterable[tuple[SiteFilePath, bytes]],
        like: tuple[SiteReading, frozenset[str]] | None = None,
        *,
        keep: bool = True,
    ) -> SiteReading:
        """Return what one site's files say.

        Args:
            slug: the name of its folder.
            files: all its files; its ``site.yaml`` may be among them or be missing.
            like: another reading of this site, in which nothing was found, with the same
                ``site.yaml``; and the extensions whose files are others now. Only those are
                needed then, and the rest is taken over.
            keep: whether the extensions' documents are kept, and not read again by who asks.
        """
        reading = SiteReading(slug)
        rows = _taken_over(reading, *like) if like is not None else []
        own: dict[str, tuple[ExtensionFile, Document]] = {}
        for file, data in sorted(files, key=_site_first):
            row = None if keep else self._alike_row(reading.site, file.place.second, data)
            if row is not None:
                rows.append(row)
            else:
                self._read_file(reading, file, data, own)
        if reading.site is not None:
            kept = {row.extension for row in rows}
            rows += self._merge(reading, reading.site, own, kept, few=keep)
            reading.enabled = _columns(rows)
            if like is None:
                self._judge(reading, reading.site)
        if keep:
            reading.documents = {extension: document for extension, (_, document) in own.items()}
        return reading

    def _alike_row(self, site: Site | None, extension: str, data: bytes) -> _Row | None:
        """Return what there is to keep of a file that is like others, and all of a configuration.

        None of one that has to be read in the long way.
        """
        if site is None or not extension or extension in self.layers(site.profiles):
            return None
        alike = self._alike.read(extension, data)
        if alike is None:
            return None
        version, configuration, reason = alike
        return _Row(
            extension=intern(extension),
            version=version,
            config_hash=config_hash_of(site.id, extension, version, configuration.encode()),
            has_own_file=True,
            remark=_remark(reason),
        )

    def layers(self, names: tuple[str, ...]) -> ProfileLayers:
        """Return what some profiles bring, in their order."""
        if names not in self._layers:
            self._layers[names] = profile_layers(names, self._common.profiles)
        return self._layers[names]

    def _read_file(
        self,
        reading: SiteReading,
        file: SiteFilePath,
        data: bytes,
        own: dict[str, tuple[ExtensionFile, Document]],
    ) -> None:
        read = read_yaml(file.shown, data)
        reading.diagnostics.extend(read.diagnostics)
        extension = file.place.second
        if read.document is not None and extension:
            self._read_extension(reading, extension, read.document, own)
        elif read.document is not None:
            self._read_site(reading, read.document)
        elif extension:
            reading.broken.add(extension)

    def _read_site(self, reading: SiteReading, document: Document) -> None:
        slug = reading.slug
        file = read_model(document, "site", SiteFile, reading.diagnostics)
        if file is None:
            return
        require_same(document, "site", file.site or slug, slug, reading.diagnostics)
        reading.site = Site(
            slug=slug,
            id=file.id,
            name=file.name,
            mes_version=file.mes_version,
            api_version=file.api_version,
            profiles=tuple(file.profiles),
            waivers=tuple(file.waivers),
            windows=tuple(file.windows),
            signers={role.value: tuple(names) for role, names in file.signers.items()},
            document=document,
        )

    def _read_extension(
        self,
        reading: SiteReading,
        extension: str,
        document: Document,
        own: dict[str, tuple[ExtensionFile, Document]],
    ) -> None:
        found = reading.diagnostics
        file = read_model(document, "extension", ExtensionFile, found)
        if file is None:
            reading.broken.add(extension)
            return
        require_same(document, "site", file.site or reading.slug, reading.slug, found)
        require_same(document, "extension", file.extension or extension, extension, found)
        own[extension] = file, document

    def _judge(self, reading: SiteReading, site: Site) -> None:
        """Note whether anything is wrong among the extensions, where all of them are known."""
        known = set(site.profiles) <= self._common.profiles.keys()
        if self._quiet is not None and known and not (reading.broken or reading.without_version):
            reading.quiet_digest = self._quiet.digest(site, reading.enabled)

    def _merge(
        self,
        reading: SiteReading,
        site: Site,
        own_files: Mapping[str, tuple[ExtensionFile, Document]],
        kept: AbstractSet[str],
        *,
        few: bool,
    ) -> Iterator[_Row]:
        whole = set(site.profiles) <= self._common.profiles.keys()
        reading.diagnostics.extend(unknown_profiles(site, self._known_profiles))
        brought = self.layers(site.profiles)
        opted_out = {extension for extension, _ in reading.opt_outs}
        for extension in sorted((brought.keys() | own_files.keys()) - kept - opted_out):
            layers = brought.get(extension, [])
            own = own_files.get(extension)
            if own and not own[0].enabled:
                _opt_out(reading, extension, layers, own[1], whole=whole)
                continue
            merged = merge(site, extension, layers, own, self._catalog)
            if merged is not None:
                desired, configuration = merged
                reading.content.extend(self._checker.check(desired, configuration, one_of_few=few))
                yield _row(desired, has_own_file=own is not None)
                continue
            reading.without_version.add(extension)
            if whole:
                document = own[1] if own else None
                reading.diagnostics.append(
                    missing_version(site, extension, layers, document, self._catalog)
                )


@lru_cache(maxsize=10_000)
def _remark(reason: str | None) -> Remark:
    """Return a remark; the same is one object, so that it is sent to another process once."""
    return Remark(reason)


def _site_first(file: tuple[SiteFilePath, bytes]) -> bool:
    """Order a site's files so that its own comes before those of its extensions."""
    return file[0].place.kind != "site"


def _taken_over(reading: SiteReading, other: SiteReading, changed: frozenset[str]) -> list[_Row]:
    """Return what another reading has of the extensions that did not change."""
    reading.site = other.site
    reading.opt_outs = [each for each in other.opt_outs if each[0] not in changed]
    enabled = other.enabled
    columns = zip(enabled.extensions, enabled.versions, enabled.hashes, strict=True)
    return [
        _Row(
            extension,
            version,
            config_hash,
            extension not in enabled.by_profile,
            enabled.remarks.get(extension, _NO_REMARK),
        )
        for extension, version, config_hash in columns
        if extension not in changed
    ]


def _row(desired: DesiredConfiguration, *, has_own_file: bool) -> _Row:
    return _Row(
        extension=intern(desired.extension),
        version=desired.version,
        config_hash=desired.config_hash,
        has_own_file=has_own_file,
        remark=Remark(desired.reason, desired.signoffs),
    )


def _columns(rows: list[_Row]) -> Enabled:
    if not rows:
        return Enabled()
    rows.sort(key=itemgetter(0))
    extensions, versions, hashes, *_ = zip(*rows, strict=True)
    return Enabled(
        extensions,
        versions,
        hashes,
        frozenset(row.extension for row in rows if not row.has_own_file),
        {row.extension: row.remark for row in rows if row.remark != _NO_REMARK},
    )


def _opt_out(
    reading: SiteReading,
    extension: str,
    brought: Sequence[tuple[ProfileEntry, Layer]],
    document: Document,
    *,
    whole: bool,
) -> None:
    """Note what the site opts out of, where a profile says which version that would be."""
    versions = [entry.version for entry, _ in brought if entry.version]
    if versions:
        reading.opt_outs.append((extension, versions[-1]))
    elif not brought and whole:
        place = document.locate(("enabled",))
        reading.diagnostics.append(
            USELESS_OPT_OUT.at(place, site=reading.slug, extension=extension)
        )
