"""A booking system in TypeScript: compiled strictly against generated types, then run."""

import shutil
import subprocess

from conftest import DOCUMENT, HERE


def test_a_typescript_client_compiles_and_books(cloud, npm, tmp_path):
    npm("openapi-typescript", DOCUMENT, "--output", tmp_path / "api.ts")
    shutil.copy(HERE / "booking.ts", tmp_path)
    strictly = ["--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2022,dom"]
    npm("tsc", *strictly, "--outDir", tmp_path / "out", tmp_path / "booking.ts", folder=tmp_path)
    automat = cloud.automat("TypeScript", lockers=4).id
    key = cloud.call("POST", "/v1/keys", {"keyId": f"key-{automat}", "automatId": automat})["keyId"]
    program = tmp_path / "out" / "booking.js"
    program = program.rename(program.with_suffix(".mjs"))
    command = ["node", program, cloud.url, cloud.token, key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "booked\n"), done.stderr
