"""The stage: the OpenAPI document, what generates clients from it, and a local cloud that they talk to."""

import importlib
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "openapi.json"

# The local cloud as a person starts it.
sys.path.insert(0, str(HERE.parent / "browser"))
from cloud import Cloud  # noqa: E402


def pytest_addoption(parser):
    options = parser.getgroup("key automat cloud")
    options.addoption("--binaries", type=pathlib.Path, help="where the local cloud was built")
    options.addoption("--packages", type=pathlib.Path, help="where npm has put the TypeScript generator and the judges")


@pytest.fixture(scope="session")
def cloud(request, tmp_path_factory):
    cloud = Cloud(request.config.getoption("--binaries"), tmp_path_factory.mktemp("cloud"))
    yield cloud
    cloud.stop()
    assert cloud.faults() == []


@pytest.fixture(scope="session")
def npm(request):
    """Runs a program of an npm package, and gives what it prints."""
    packages = request.config.getoption("--packages")

    def run(program: str, *arguments, folder: pathlib.Path = HERE) -> str:
        return execute([packages / ".bin" / program, *arguments], folder)

    run.packages = packages
    return run


@pytest.fixture(scope="session")
def python_client(tmp_path_factory):
    """The client of openapi-python-client, as a package that can be imported from."""
    folder = tmp_path_factory.mktemp("python")
    out = folder / "key_automat_client"
    said = execute([tool("openapi-python-client"), "generate", "--path", DOCUMENT, "--config", HERE / "client.yaml", "--meta", "none", "--output-path", out], folder)
    assert "Warning" not in said and "ERROR" not in said, said
    sys.path.insert(0, str(folder))
    return lambda module: importlib.import_module(f"key_automat_client.{module}")


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The models of datamodel-code-generator: pydantic, which checks every bound."""
    folder = tmp_path_factory.mktemp("models")
    out = folder / "key_automat_models.py"
    form = ["--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11", "--formatters", "builtin"]
    execute([tool("datamodel-codegen"), "--input", DOCUMENT, "--input-file-type", "openapi", "--output", out, *form], folder)
    sys.path.insert(0, str(folder))
    return importlib.import_module("key_automat_models")


def tool(name: str) -> pathlib.Path:
    return pathlib.Path(sys.executable).parent / name


def execute(command: list, folder: pathlib.Path) -> str:
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(argument) for argument in command]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
