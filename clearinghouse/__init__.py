"""The register: products, license servers and requests. The only place where an ID is issued."""

from clearinghouse import audit
from clearinghouse.asked import (
    Answer,
    AutomaticRequest,
    Contact,
    DeactivationRequest,
    PreviousKeyProof,
    ProductKeyProof,
    ReplacementRequest,
)
from clearinghouse.model import (
    Actor,
    Channel,
    Deactivation,
    DeactivationCause,
    PermissionState,
    Policy,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    RegisterError,
    Request,
    RequestState,
    Server,
    ServerState,
    Standing,
)
from clearinghouse.register import Clearinghouse

__all__ = [
    "Actor",
    "Answer",
    "AutomaticRequest",
    "Channel",
    "Clearinghouse",
    "Contact",
    "Deactivation",
    "DeactivationCause",
    "DeactivationRequest",
    "PermissionState",
    "Policy",
    "PreviousKeyProof",
    "Product",
    "ProductKeyProof",
    "Reason",
    "Refusal",
    "RefusalCode",
    "RegisterError",
    "ReplacementRequest",
    "Request",
    "RequestState",
    "Server",
    "ServerState",
    "Standing",
    "audit",
]
