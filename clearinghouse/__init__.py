"""The register: products, license servers and requests. The only place where an ID is issued."""

from clearinghouse import audit, customers, webhooks
from clearinghouse.model import (
    Actor,
    Channel,
    PermissionState,
    Policy,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    RegisterError,
    Request,
    RequestState,
    Standing,
)
from clearinghouse.register import Clearinghouse

__all__ = [
    "Actor",
    "Channel",
    "Clearinghouse",
    "PermissionState",
    "Policy",
    "Product",
    "Reason",
    "Refusal",
    "RefusalCode",
    "RegisterError",
    "Request",
    "RequestState",
    "Standing",
    "audit",
    "customers",
    "webhooks",
]
