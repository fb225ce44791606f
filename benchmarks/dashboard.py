"""How long each page of the dashboard takes to open in a browser, and pictures of them.

Reads the account that the environment names, filled by `make demo`. Needs Chromium.

    source .sandbox/env && python -m benchmarks.dashboard --to docs/images
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console

from benchmarks.figure import Figure, print_figures

APP = Path(__file__).parent.parent / "dashboard"
PAGES = ("now", "risk", "alerts", "quality", "money", "data-quality", "pipeline")
WIDTH, HEIGHT = 1440, 900
MOST_SECONDS = 3.0
TIMES = 3


def main(
    to: Annotated[Path | None, typer.Option(help="Folder for a picture of each page.")] = None,
) -> None:
    """Open every page three times in an app that has not shown it yet, and print the medians."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is needed: apt-get install chromium")
    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in PAGES:
            seconds = []
            for _ in range(TIMES):
                # A new app: one that runs for a while keeps a page's answers for a minute.
                with _served() as address:
                    _opened(browser, address, "pipeline" if name == "now" else "now")[0].close()
                    page, took = _opened(browser, address, name)
                    seconds.append(took)
                    if to is not None:
                        _draw(page, to / f"{name}.png")
                    page.close()
            shown = f"{median(seconds):.1f} s"
            figures.append(
                Figure(name, shown, f"under {MOST_SECONDS:.0f} s", median(seconds) < MOST_SECONDS)
            )
        browser.close()
    print_figures(Console(), "Pages of the dashboard, medians of three", figures)


def _opened(browser: Browser, address: str, name: str) -> tuple[Page, float]:
    """The page in a session of its own, and the seconds until it has its numbers and rests."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    started = time.monotonic()
    page.goto(f"{address}/{'' if name == 'now' else name}")
    page.wait_for_selector("[data-testid=stMetric]", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    return page, time.monotonic() - started


def _draw(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(1500)  # the charts' own drawing
    tall = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, tall)})
    page.wait_for_timeout(1500)
    page.screenshot(path=path)


@contextmanager
def _served() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = ("streamlit", "run", "streamlit_app.py", "--server.headless", "true")
    app = subprocess.Popen(
        [sys.executable, "-m", *served, "--server.port", str(port)],
        cwd=APP,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if time.monotonic() > deadline:
                raise SystemExit("the app did not start")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(20)


if __name__ == "__main__":
    typer.run(main)
