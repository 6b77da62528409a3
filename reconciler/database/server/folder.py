"""Where an embedded server keeps its files, and the account that its processes run as.

PostgreSQL refuses to run as root, so root hands it to ``nobody``, who may be unable to reach a
home below a closed folder. Folders that are not this module's own are never opened for it;
the server's files then lie in a private folder among the temporary ones, and home says where.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
import tempfile
from pathlib import Path

from msgspec import Struct

from reconciler.model.errors import ReconcilerError

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"

# macOS holds 104 bytes for a socket's address and Linux 108, the closing zero included.
_LONGEST_SOCKET_PATH = 103
_LONGEST_TEMPORARY_FOLDER = 50
# pg_ctl puts its paths between double quotes into a shell command of its own, and PostgreSQL
# splits its list of socket folders at commas.
_MISREAD_BY_POSTGRES = frozenset('"$`\\,\r\n')
_ELSEWHERE = "elsewhere"


class Account(Struct, frozen=True):
    """A user of the operating system that server processes run as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as the account already."""
        return self.uid == os.geteuid()


class ServerFolder(Struct, frozen=True):
    """The places of one embedded server.

    ``base`` belongs to the caller and holds copied binaries; ``server`` belongs to ``account``
    and holds the data and the log; ``sockets`` belongs to ``account`` and holds the socket.
    """

    account: Account
    base: Path
    server: Path
    sockets: Path

    @property
    def data(self) -> Path:
        """The data folder of PostgreSQL."""
        return self.server / "data"

    @property
    def log(self) -> Path:
        """What the server said since it was last started."""
        return self.server / "server.log"

    @property
    def socket(self) -> Path:
        """The socket that the server listens at."""
        return self.sockets / SOCKET_NAME


def server_account() -> Account:
    """Return the account for server processes: one's own, and ``nobody`` for root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ReconcilerError(
            "PostgreSQL does not run as root, and this machine has no user nobody",
            hint="run the reconciler as an ordinary user",
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def open_server_folder(home: Path) -> ServerFolder:
    """Return the places of the server whose home is ``home``, creating what is absent.

    ``home`` must exist. The caller makes sure that nobody else does this at the same time.

    Raises:
        ReconcilerError: a folder that is needed belongs to somebody else.
    """
    home = home.resolve()
    account = server_account()
    base = home if _serves_as_base(home, account) else _private_folder(home, account)
    server = _owned_folder(base / "server", account, 0o700)
    sockets = server
    if len(os.fsencode(server / SOCKET_NAME)) > _LONGEST_SOCKET_PATH:
        private = _private_folder(home, account)
        sockets = _owned_folder(private / "sockets", account, 0o700)
    return ServerFolder(account=account, base=base, server=server, sockets=sockets)


def is_usable(path: Path, account: Account) -> bool:
    """Tell whether server programs can be given ``path`` and ``account`` can get to it."""
    if _MISREAD_BY_POSTGRES.intersection(str(path)):
        return False
    return account.is_ours or all(_may_enter(folder, account) for folder in (path, *path.parents))


def _serves_as_base(home: Path, account: Account) -> bool:
    """Data made in one place stay there, even if the other has become possible since."""
    data_elsewhere = (home / _ELSEWHERE).exists() and not (home / "server").exists()
    return is_usable(home, account) and not data_elsewhere


def _may_enter(folder: Path, account: Account) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _private_folder(home: Path, account: Account) -> Path:
    """Return this home's folder among the temporary ones, remembering it in home.

    A note that came with a copied home names another home's folder and is not followed.
    """
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    name = f"reconciler-{os.geteuid()}-{digest}"
    note = home / _ELSEWHERE
    noted = Path(note.read_text(encoding="utf-8").strip()) if note.exists() else None
    if noted is not None and noted.name == name and noted.parent.is_dir():
        folder = noted
    else:
        folder = _temporary_folder(account) / name
    ours = Account(os.geteuid(), os.getegid())
    _owned_folder(folder, ours, 0o700 if account.is_ours else 0o711)
    note.write_text(f"{folder}\n", encoding="utf-8")
    return folder


def _temporary_folder(account: Account) -> Path:
    """Return the system's temporary folder, or ``/tmp`` where that one is closed or too deep."""
    folder = Path(tempfile.gettempdir()).resolve()
    short = len(os.fsencode(folder)) <= _LONGEST_TEMPORARY_FOLDER
    return folder if short and is_usable(folder, account) else Path("/tmp")  # noqa: S108 - names below it are checked for their owner


def _owned_folder(folder: Path, account: Account, mode: int) -> Path:
    """Create ``folder`` for ``account``, or make sure that the one there is the account's."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in {account.uid, os.geteuid()}:
        raise ReconcilerError(
            f"{folder} is not a folder of user {account.uid}, and may be somebody's trap",
            hint="remove it, or choose another home for the embedded PostgreSQL",
        )
    # A folder whose creator was killed before this line still belongs to the creator.
    if facts.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    folder.chmod(mode)
    return folder
