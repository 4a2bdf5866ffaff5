"""Scripts that need what a machine may not have say so, and never look as if they had worked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the shell's own tools only."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "awk", "cat", "dirname", "id", "mkdir", "mktemp", "rm", "tail"):
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    return folder


def run(script: str, path: Path, checkout: Path) -> subprocess.CompletedProcess[str]:
    checkout.mkdir()
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    shutil.copy(ROOT / "Dockerfile", checkout)
    shell = shutil.which("sh")
    assert shell
    return subprocess.run(
        [shell, f"scripts/{script}"],
        cwd=checkout,
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_an_engine_the_image_is_not_built_and_that_is_said(bare: Path, tmp_path: Path) -> None:
    done = run("image.sh", bare, tmp_path / "checkout")
    assert done.returncode == 1
    assert "The image was NOT built: there is no engine here" in done.stderr


def test_a_docker_without_its_daemon_is_no_engine(bare: Path, tmp_path: Path) -> None:
    put(bare, "docker", "exit 1")
    done = run("image.sh", bare, tmp_path / "checkout")
    assert done.returncode == 1
    assert "NOT built" in done.stderr


def test_a_base_image_that_is_not_to_be_had_is_told_from_a_build_that_failed(
    bare: Path, tmp_path: Path
) -> None:
    put(bare, "buildah", "echo 'cannot reach the registry' >&2; exit 125")
    done = run("image.sh", bare, tmp_path / "checkout")
    assert done.returncode == 1
    assert "cannot reach the registry" in done.stderr
    assert "python:3.13-slim is not to be had" in done.stderr


def test_without_helm_and_go_the_chart_is_read_without_helm_and_that_is_said(
    bare: Path, tmp_path: Path
) -> None:
    done = run("chart.sh", bare, tmp_path / "checkout")
    assert done.returncode == 0
    assert "checked without Helm itself" in done.stderr
