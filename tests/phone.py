"""A phone for tests: real headless Chromium at phone size, its position and network set by hand."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WAIT_S = 15.0
#: Without these Chromium looks for hosts of its own at every start.
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=zh-CN",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip


class Phone:
    """One browser with one page."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)

    def stand_at(self, lat_deg: float, lon_deg: float, accuracy_m: float = 6.0) -> None:
        """Where the phone's receiver says it is."""
        self.driver.execute_cdp_cmd(
            "Emulation.setGeolocationOverride",
            {"latitude": lat_deg, "longitude": lon_deg, "accuracy": accuracy_m},
        )

    def text(self) -> str:
        found: str = self.driver.execute_script("return document.body.innerText")
        return found

    def tap(self, selector: str) -> None:
        """Clicks what `selector` finds, as soon as it is there."""
        self.wait(lambda: self._clicked(selector), f"nothing to tap at {selector}")

    def _clicked(self, selector: str) -> bool:
        script = (
            "const e = document.querySelector(arguments[0]);"
            "if (!e || e.disabled) return false; e.click(); return true"
        )
        return bool(self.driver.execute_script(script, selector))

    def write(self, selector: str, text: str) -> None:
        """Types into what `selector` finds; where the page draws it anew meanwhile, into the new one."""
        self.wait(lambda: self._written(selector, text), f"nothing to write into at {selector}")

    def _written(self, selector: str, text: str) -> bool:
        from selenium.common.exceptions import (
            NoSuchElementException,
            StaleElementReferenceException,
        )

        try:
            field = self.driver.find_element("css selector", selector)
            field.clear()
            field.send_keys(text)
        except (NoSuchElementException, StaleElementReferenceException):
            return False
        return True

    def give_photo(self, file: Path) -> None:
        """What the camera would hand over."""
        self.driver.find_element("css selector", "#camera").send_keys(str(file))

    def wait_text(self, text: str) -> None:
        self.wait(lambda: text in self.text(), f"the page does not say {text!r}")

    def wait(self, condition: Callable[[], bool], complaint: str) -> None:
        from selenium.common.exceptions import TimeoutException
        from selenium.webdriver.support.ui import WebDriverWait

        try:
            WebDriverWait(self.driver, WAIT_S, 0.1).until(lambda _driver: condition())
        except TimeoutException:
            pytest.fail(f"{complaint}; it says:\n{self.text()}\n{self.console()}")

    def console(self) -> list[str]:
        """What the page complained about."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, file: Path) -> Path:
        self.driver.save_screenshot(str(file))
        return file


class Radio:
    """The way from the phone to the gateway: a TCP relay that can be cut, for page and worker alike."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._is_on = True
        self._ends: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def set(self, *, on: bool) -> None:
        """Off: every connection is reset, new ones as well."""
        self._is_on = on
        if not on:
            self._cut()

    def close(self) -> None:
        self.set(on=False)
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def _cut(self) -> None:
        for end in tuple(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near = self._server.accept()[0]
            except OSError:
                return
            if not self._is_on:
                near.close()
                continue
            far = socket.create_connection(self._target, 5)
            self._ends |= {near, far}
            self._start(self._carry, near, far)
            self._start(self._carry, far, near)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.discard(source)
        source.close()


@contextmanager
def phone(language: str = "zh-CN") -> Iterator[Phone]:
    """Skips the test where there is no Chromium or no driver for it."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("needs Debian's chromium and chromium-driver")
    selenium = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    folder = tempfile.mkdtemp(prefix="gridwall-phone-")
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = selenium.chrome.service.Service(chromedriver)
    driver = selenium.Chrome(options=options, service=service)
    try:
        driver.set_script_timeout(WAIT_S)
        metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield Phone(driver)
    finally:
        driver.quit()
        shutil.rmtree(folder, ignore_errors=True)
