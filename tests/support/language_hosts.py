"""How new Pulumi's hosts for programs in a language are."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc


@cache
def runs_plugins(language: str) -> bool:
    """Whether there is a host for this language that runs plugins with settings of their own, and
    generates packages. Those that `make setup` builds from Go modules are older."""
    host = shutil.which(f"pulumi-language-{language}")
    if host is None:
        return False
    with subprocess.Popen(
        [host, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = language_pb2_grpc.LanguageRuntimeStub(channel)
                stub.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest())
        except grpc.RpcError as error:
            return bool(error.code() != grpc.StatusCode.UNIMPLEMENTED)
        finally:
            process.kill()
    return True
