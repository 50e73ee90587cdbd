"""What verifies a server is made once, and nothing is where there is nothing to verify."""

import ssl
import subprocess
import sys

import httpx

from client.tls import load_tls, tls_context


def test_https_is_verified_by_one_context_for_all():
    context = tls_context("https://api.lockstep.at")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 0
    assert tls_context("https://example.org/path") is context


def test_plain_http_loads_no_certificates():
    assert tls_context("http://192.168.1.20:8765").cert_store_stats()["x509_ca"] == 0


def test_after_loading_a_first_request_imports_nothing_more():
    program = """
import asyncio, sys
import httpx
from client.tls import load_tls, tls_context

async def main():
    client = httpx.AsyncClient(verify=tls_context("http://127.0.0.1"))
    loaded = set(sys.modules)
    try:
        await client.get("http://127.0.0.1:9")
    except httpx.ConnectError:
        pass
    await client.aclose()
    print(*sorted(name for name in set(sys.modules) - loaded if name.partition(".")[0] in {"anyio", "httpcore"}))

import client.api
load_tls("http://127.0.0.1")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_loading_twice_is_no_harm():
    load_tls("https://api.lockstep.at")
    load_tls("https://api.lockstep.at")
    assert httpx.AsyncClient(verify=tls_context("https://api.lockstep.at")) is not None
