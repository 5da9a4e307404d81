"""Which line, number, language, support centre and opening hours serve whom."""

from region_routing.destinations import Destination, Kind, as_ruled, destination
from region_routing.hours import hours_text, is_open, next_opening
from region_routing.loading import RoutingTableError, load
from region_routing.model import (
    Line,
    OutOfHours,
    Override,
    Region,
    Route,
    RoutingTable,
    Span,
    SupportCentre,
)
from region_routing.moves import better_region
from region_routing.names import countries, language_name
from region_routing.source import Problem

__all__ = [
    "Destination",
    "Kind",
    "Line",
    "OutOfHours",
    "Override",
    "Problem",
    "Region",
    "Route",
    "RoutingTable",
    "RoutingTableError",
    "Span",
    "SupportCentre",
    "as_ruled",
    "better_region",
    "countries",
    "destination",
    "hours_text",
    "is_open",
    "language_name",
    "load",
    "next_opening",
]
