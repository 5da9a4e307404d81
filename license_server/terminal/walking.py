"""What the wizards in the terminal share: where they run, and how one walks and sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server.clearinghouse_api import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import CodeRefusedError
from license_server.terminal.console import Console
from region_routing import RoutingTable

FINISHED: Final = "finished"
LEFT: Final = "left"


@dataclass(frozen=True, slots=True)
class Walk:
    """A wizard at a console, over one data directory. Each page gives the name of the next."""

    console: Console
    data: Path
    clock: Callable[[], datetime]
    routing: RoutingTable

    def through(self, pages: Mapping[str, Callable[[], str]], page: str) -> bool:
        """Walk from a page until it ends or is left; gives whether it was finished."""
        while page in pages:
            page = pages[page]()
        return page == FINISHED

    def sends(self, act: Callable[[], object]) -> bool:
        """Send to the clearinghouse; where that failed, says why and gives False."""
        self.console.line("The request is sent to the clearinghouse ...")
        try:
            act()
        except (ClearinghouseUnreachable, ClearinghouseRefused, CodeRefusedError) as error:
            self.console.say(str(error))
            return False
        return True
