"""What every part of the register's face stands on."""

import random

from sqlalchemy import Connection

from clearinghouse import catalogue
from clearinghouse.model import Product, Request
from codes.proofs import Secret
from data_store import Cipher


class Face:
    """Holds what the register can't keep in tables: the cipher, and where chance comes from."""

    def __init__(self, cipher: Cipher, rng: random.Random | None = None) -> None:
        self._cipher = cipher
        self._rng = rng or random.SystemRandom()

    def _product(self, connection: Connection, request: Request) -> tuple[Product, Secret]:
        found = catalogue.find_with_secret(connection, self._cipher, request.product_id)
        if found is None:  # a foreign key forbids it
            raise LookupError(f"There is no product {request.product_id}.")
        return found
