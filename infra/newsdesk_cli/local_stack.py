"""The stack on this machine: MiniStack on loopback, with TLS and with IAM enforced, running the deployed template.

Comes in: the options of a command. Goes out: a :class:`newsdesk_cli.stack.Stack`. Changes: processes, and the folder
``.newsdesk/`` of the checkout.
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from pathlib import Path

import trustme

from newsdesk import __version__
from newsdesk_cli.deployment import configure, deploy
from newsdesk_cli.errors import CommandError
from newsdesk_cli.paths import PACKAGES_FOLDER, STATE_FOLDER, TEMPLATE
from newsdesk_cli.stack import Stack, StackMissingError
from newsdesk_cli.templates import load_template

STACK_NAME = "newsdesk"
REGION = "eu-west-1"

# Two workers for each stage keep the two processors of a small machine busy; more would only wait for each other.
PARAMETERS = {
    "UserAgent": f"NewsdeskBot/{__version__} (+http://127.0.0.1/; a stack on its developer's machine)",
    "MaximumConcurrency": "2",
    "StuckAfterSeconds": "300",
    "BulkInFlight": "200",
    "HttpApi": "on",
    "SearchDays": "365",
    "Datasets": "on",
}

_NETWORKS = "NEWSDESK_ALLOWED_NETWORKS"
_CONNECTING_FUNCTIONS = ("SubmitFunction", "FetchFunction", "DiscoverFunction")

_HEALTH_SECONDS = 60
_STOP_SECONDS = 30
_ANSWER_SECONDS = 15
"""On a machine that is busy building or testing, the stack takes some seconds to answer."""

Say = Callable[[str], None]


class LocalStackError(CommandError):
    """The local stack could not be started or stopped."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A running MiniStack, as remembered between commands."""

    pid: int
    port: int
    access_key: str
    secret_key: str
    embeddings: bool = False
    follow_pages: int = 0

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Allowed:
    """The private networks that may be fetched from.

    Attributes
    ----------
    stack : tuple of str
        Until `newsdesk up` says otherwise.
    runs : dict
        Of each run, by its process id.
    """

    stack: tuple[str, ...] = ()
    runs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self) -> tuple[str, ...]:
        """Return all of them in order, without those that are part of others."""
        texts = {*self.stack, *(network for of_run in self.runs.values() for network in of_run)}
        networks = [ipaddress.ip_network(text) for text in texts]
        fours = collapse_addresses(network for network in networks if isinstance(network, IPv4Network))
        sixes = collapse_addresses(network for network in networks if isinstance(network, IPv6Network))
        return tuple(str(network) for network in (*fours, *sixes))

    def without(self, pid: int) -> Allowed:
        """Return them without those of a run."""
        return replace(self, runs={name: networks for name, networks in self.runs.items() if name != str(pid)})

    def of_living(self) -> Allowed:
        """Return them without those of runs whose process has ended."""
        return replace(self, runs={pid: networks for pid, networks in self.runs.items() if Path("/proc", pid).exists()})


class LocalStack:
    """Starts, finds and stops the local stack.

    Parameters
    ----------
    folder : Path
        The folder of its state; there is one stack for each folder.
    say : callable
        Called with each line of progress.
    """

    def __init__(self, folder: Path = STATE_FOLDER, say: Say = lambda _: None) -> None:
        self._folder = folder.resolve()
        self._say = say
        self._guardian: subprocess.Popen[str] | None = None

    def find(self) -> Stack | None:
        """Return the stack if it is up."""
        instance = self._remembered()
        return self._stack(instance) if instance and self._is_healthy(instance) else None

    def get(self) -> Stack:
        """Return the stack.

        Raises
        ------
        StackMissingError
            If it is not up.
        """
        stack = self.find()
        if stack is None:
            raise StackMissingError("no stack is up on this machine; `newsdesk up` starts one")
        return stack

    @contextmanager
    def running(
        self,
        allowed_networks: Sequence[str] = (),
        interval_seconds: float | None = None,
        embeddings: bool | None = None,
        follow_pages: int | None = None,
        *,
        is_run: bool = False,
    ) -> Iterator[Stack]:
        """Bring the stack up, and leave it up if the block ends well.

        A stack that this call started is ended, with all of its processes, when the block raises or this process dies.

        Parameters
        ----------
        allowed_networks : sequence of str
            CIDR blocks that submit and fetch may connect to although they are private. They are set on the functions
            after the deployment, because the template has no such setting.
        interval_seconds : float or None
            Overrides the crawl interval.
        embeddings : bool or None
            Whether a vector is kept for each article; None leaves the setting unchanged.
        follow_pages : int or None
            How many further pages of an article are fetched; None leaves the setting unchanged.
        is_run : bool
            Whether the networks are for one run, beside those of other runs and of the stack, up to :meth:`end_run`. A
            run that died is forgotten by the next command.

        Raises
        ------
        LocalStackError
            If MiniStack does not start.
        DeploymentError
            If the template cannot be deployed.
        """
        try:
            with self._alone():
                stack = self._bring_up(embeddings, follow_pages)
                self._configure(stack, self._networks_with(allowed_networks, is_run=is_run), interval_seconds)
            yield stack
        except BaseException:
            if self._guardian is not None:
                self.stop()
            raise
        if self._guardian is not None and self._guardian.stdin is not None and not self._guardian.stdin.closed:
            self._guardian.stdin.write("keep\n")
            self._guardian.stdin.close()

    def end_run(self) -> None:
        """Take back the networks that only this process's run was allowed; the last of several runs does so for all.

        MiniStack ends a function's workers when its settings change, and what they worked on comes again minutes later.
        """
        with self._alone():
            before = self._allowed()
            after = before.of_living().without(os.getpid())
            if after.runs:
                return
            stack = self.find()
            if stack is not None and after.all() != before.all():
                for function in _CONNECTING_FUNCTIONS:
                    configure(stack, function, {_NETWORKS: ",".join(after.all())})
            self._allow(after)

    def bucket_folder(self) -> Path | None:
        """Return the folder in which MiniStack keeps the bucket's objects under their keys; None where there is none.

        It is there whether the stack is up or not. Beside each object, MiniStack keeps a file of its own.
        """
        found = sorted(self._folder.glob("objects/*/*/articles"), key=lambda path: path.stat().st_mtime)
        return found[-1].parent if found else None

    def stop(self) -> bool:
        """End the stack and its processes; return whether there was one.

        Raises
        ------
        LocalStackError
            If it does not end within half a minute.
        """
        instance = self._remembered()
        if instance is None or not self._is_ours(instance.pid):
            self._forget_process()
            return False
        self._end(instance)
        return True

    def wipe(self) -> None:
        """Forget everything that a stopped stack stored."""
        if self._folder.exists():
            shutil.rmtree(self._folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one command at a time start, deploy and configure the stack of this folder."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with self._folder.with_name(f"{self._folder.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say("waiting for another command that is bringing the stack up")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _bring_up(self, embeddings: bool | None, follow_pages: int | None) -> Stack:
        instance = self._remembered()
        if instance is None or not self._is_healthy(instance):
            self._say("starting MiniStack on loopback, with TLS and IAM enforced")
            instance = self._start()
        wanted = replace(
            instance,
            embeddings=instance.embeddings if embeddings is None else embeddings,
            follow_pages=instance.follow_pages if follow_pages is None else follow_pages,
        )
        if wanted != instance:
            instance = wanted
            self._remember(instance)
        stack = self._stack(instance)
        self._say("building the functions for this machine and deploying template.yaml")
        parameters = {
            **PARAMETERS,
            "Embeddings": "on" if instance.embeddings else "off",
            "FollowPages": str(instance.follow_pages),
        }
        changed = deploy(stack, TEMPLATE, PACKAGES_FOLDER, parameters)
        self._say("deployed" if changed else "nothing to deploy, the stack is up to date")
        return stack

    def _configure(self, stack: Stack, allowed_networks: Sequence[str], interval_seconds: float | None) -> None:
        networks = {_NETWORKS: ",".join(allowed_networks)}
        # A setting must not outlive the command that made it: without an interval here, the template's applies again.
        interval = interval_seconds
        if interval is None:
            interval = load_template(TEMPLATE)["Parameters"]["CrawlIntervalSeconds"]["Default"]
        pace = {"NEWSDESK_CRAWL_INTERVAL_SECONDS": str(interval)}
        for function in _CONNECTING_FUNCTIONS:
            configure(stack, function, networks if function == "SubmitFunction" else {**networks, **pace})

    def _networks_with(self, networks: Sequence[str], *, is_run: bool) -> tuple[str, ...]:
        known = self._allowed()
        living = known.of_living()
        allowed = known if living.runs else living
        runs = {**allowed.runs, str(os.getpid()): tuple(networks)} if is_run else allowed.runs
        allowed = Allowed(allowed.stack if is_run else tuple(networks), runs)
        self._allow(allowed)
        return allowed.all()

    def _allowed(self) -> Allowed:
        try:
            document = json.loads(self._networks.read_text())
            return Allowed(
                tuple(document["stack"]), {pid: tuple(networks) for pid, networks in document["runs"].items()}
            )
        except (FileNotFoundError, ValueError, TypeError, LookupError, AttributeError):
            return Allowed()

    def _allow(self, allowed: Allowed) -> None:
        self._networks.write_text(json.dumps(asdict(allowed)))

    @property
    def _networks(self) -> Path:
        return self._folder / "networks.json"

    def _start(self) -> Instance:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_certificate()
        new = Instance(0, _free_port(), "AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30))
        # The stored data belongs to the account of these keys, and its queue URLs contain the port.
        former = self._remembered() or new
        if not _is_free(former.port):
            raise LocalStackError(
                f"port {former.port} of the stack is taken by another program; end that, or start over with "
                "`newsdesk down --wipe`"
            )
        scripts = Path(__file__).parent
        self._rewind_streams()
        with (self._folder / "ministack.log").open("ab") as log:
            guardian = subprocess.Popen(
                [sys.executable, str(scripts / "guardian.py"), sys.executable, str(scripts / "ministack_server.py")],
                cwd=self._folder,
                env=self._environment(former),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._guardian = guardian
        instance = replace(former, pid=guardian.pid)
        self._remember(instance)
        deadline = time.monotonic() + _HEALTH_SECONDS
        while not self._is_healthy(instance):
            if guardian.poll() is not None or time.monotonic() > deadline:
                self._end(instance)
                raise LocalStackError(f"MiniStack did not start; see {self._folder / 'ministack.log'}")
            time.sleep(0.1)
        return instance

    def _rewind_streams(self) -> None:
        """Reset the positions of stream triggers: MiniStack keeps them across a restart, but not the streams."""
        saved = self._folder / "state" / "lambda.json"
        if saved.is_file():
            document = json.loads(saved.read_text())
            positions = document.get("payload", document).get("dynamodb_stream_positions")
            if isinstance(positions, dict) and positions.get("data"):
                positions["data"] = type(positions["data"])()
                saved.write_text(json.dumps(document))

    def _end(self, instance: Instance) -> None:
        deadline = time.monotonic() + _STOP_SECONDS
        while self._is_ours(instance.pid):
            late = time.monotonic() > deadline
            if time.monotonic() > deadline + 5:
                raise LocalStackError(f"process {instance.pid} does not end")
            try:
                os.killpg(instance.pid, signal.SIGKILL if late else signal.SIGTERM)
            except ProcessLookupError:
                break
            if self._guardian is not None:
                self._guardian.poll()
            time.sleep(0.2)
        if self._guardian is not None:
            self._guardian.wait()
            if self._guardian.stdin is not None:
                self._guardian.stdin.close()
        self._forget_process()

    def _environment(self, instance: Instance) -> dict[str, str]:
        """Return MiniStack's environment: its own settings, and of our variables only what any process needs."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
        temporary = self._folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            **inherited,
            "TMPDIR": str(temporary),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_PORT": str(instance.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": instance.access_key,
            "AWS_SECRET_ACCESS_KEY": instance.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(self._folder / "server.pem"),
            "MINISTACK_SSL_KEY": str(self._folder / "server.key"),
            "AWS_CA_BUNDLE": str(self._authority),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "objects"),
            "LOG_LEVEL": "INFO",
        }

    @property
    def _authority(self) -> Path:
        return self._folder / "authority.pem"

    def _write_certificate(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(str(self._authority))
        certificate.cert_chain_pems[0].write_to_path(str(self._folder / "server.pem"))
        key = self._folder / "server.key"
        key.touch(mode=0o600)
        certificate.private_key_pem.write_to_path(str(key))

    def _stack(self, instance: Instance) -> Stack:
        return Stack(
            STACK_NAME,
            REGION,
            instance.endpoint,
            {
                "aws_access_key_id": instance.access_key,
                "aws_secret_access_key": instance.secret_key,
                "verify": str(self._authority),
            },
        )

    def _is_healthy(self, instance: Instance) -> bool:
        if not self._is_ours(instance.pid):
            return False
        try:
            context = ssl.create_default_context(cafile=str(self._authority))
            url = f"{instance.endpoint}/_ministack/health"
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
            )
            with opener.open(url, timeout=_ANSWER_SECONDS) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _is_ours(self, pid: int) -> bool:
        """Return whether a process is a guardian of this folder, and not an unrelated one that got its process id."""
        if pid <= 0:
            return False
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            folder = Path(f"/proc/{pid}/cwd").resolve()
        except OSError:
            return False
        return b"guardian.py" in command and state != "Z" and folder == self._folder.resolve()

    @property
    def _memory(self) -> Path:
        return self._folder / "stack.json"

    def _remembered(self) -> Instance | None:
        try:
            return Instance(**json.loads(self._memory.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _remember(self, instance: Instance) -> None:
        self._memory.touch(mode=0o600)
        self._memory.write_text(json.dumps(asdict(instance)))

    def _forget_process(self) -> None:
        remembered = self._remembered()
        if remembered is not None:
            self._remember(replace(remembered, pid=0))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: a port whose last connections linger after the previous stack's end still counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
