"""What a caller keys, by name: digits of the call's own codes, of others', and of none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from codes.groups import SHAPES
from ivr.session import Session, Step
from tests.ivr import sequence_codes as codes
from tests.ivr.sequence_codes import OTHER, OURS, SERVERS
from tests.ivr.sequence_register import Case

NO_ID: Final = "0" * SHAPES["new_license_server_id"].length
# What fits each step, where another key than 1 does, and what does not.
FITTING: Final = {
    Step.PRODUCT_ID: "product ID",
    Step.LICENSE_SERVER_ID: "license server ID",
    Step.RESUMING: "proof",
    Step.LAST_GROUP: "last group",
    Step.CLOSING_CODE: "closing code",
    Step.CHALLENGE: "answer",
    Step.CHOOSING_GROUP: "7",
}
SLIPS: Final = {
    Step.PRODUCT_ID: "unknown product",
    Step.LICENSE_SERVER_ID: "another product's",
    Step.RESUMING: "00",
    Step.LAST_GROUP: "00000",
    Step.CLOSING_CODE: "000",
    Step.CHALLENGE: "000000",
}


@dataclass(frozen=True)
class Situation:
    """A call that keys something: its case, all calls, and the cases of all issues, in order."""

    call: Any
    case: Case | None
    calls: Iterable[Any]
    issued: Iterable[Case]

    @property
    def session(self) -> Session:
        """Where the call stands in the flow."""
        session: Session = self.call.session
        return session

    @property
    def product(self) -> str:
        """The product in hand; ours before any is keyed."""
        keyed = self.session.product_id
        return keyed.digits if keyed.complete and keyed.digits in SERVERS else OURS.product_id

    @property
    def servers(self) -> tuple[str, ...]:
        """The license server IDs of its servers."""
        return SERVERS[self.product]

    @property
    def new_id(self) -> str:
        """The new license server ID of the case."""
        return NO_ID if self.case is None or self.case.new_id is None else self.case.new_id

    @property
    def current_id(self) -> str | None:
        """The newest number that a server of the product was given."""
        mine = [case.new_id for case in self.issued if case.product_id == self.product]
        return mine[-1] if mine else None

    def license_server_id(self) -> str:
        """The first server's, or the number that it holds where a pack is installed."""
        return (self.session.license_code and self.current_id) or self.servers[0]

    def receipt(self) -> str:
        """A deactivation receipt, of whatever number was issued last."""
        if self.current_id is None:
            return OURS.deactivation_receipt
        return codes.receipt_for(self.product, self.current_id)

    def case_number(self) -> str:
        """The call's own, or the first one's."""
        first = next(iter(self.calls))
        return self.call.case_number or first.case_number or codes.CASE_NUMBERS[0]

    def closing_code(self) -> str:
        """What the wizard shows once it has accepted."""
        if self.case is None or self.case.new_id is None:
            return "0000"
        return codes.closing_code_of(self.case.product_id, self.case.new_id)

    def answer(self) -> str:
        """What the wizard answers to the challenge."""
        if self.case is None:
            return "000000"
        challenge = self.case.challenge or codes.CHALLENGE
        return codes.answer_of(self.case.product_id, self.case.license_server_id, challenge)

    def proof(self) -> str:
        """Two digits of the group that the line names."""
        session = self.session
        for call in self.calls:
            if call.id == session.earlier:
                group = getattr(call.session, session.proof_code).groups[session.proof_group - 1]
                return str(group)[:2]
        return "00"

    def one_digit_wrong(self) -> str:
        """A license server ID with a slip in its second group."""
        right = self.servers[0]
        return right[:7] + str((int(right[7]) + 1) % 10) + right[8:]

    def another_products(self) -> str:
        """A license server ID that another product's key has signed."""
        other = OURS if self.product == OTHER.product_id else OTHER
        return SERVERS[other.product_id][0]


NAMED: Final[dict[str, Callable[[Situation], str]]] = {
    "product ID": lambda _at: OURS.product_id,
    "half of it": lambda _at: OURS.product_id[:10],
    "rest of it": lambda _at: OURS.product_id[10:],
    "other product": lambda _at: OTHER.product_id,
    "unknown product": lambda _at: codes.UNKNOWN,
    "license server ID": Situation.license_server_id,
    "three groups of it": lambda at: at.servers[0][:15],
    # Each group holds by itself, and together they don't.
    "groups of two": lambda at: at.servers[0][:10] + at.servers[1][10:15] + at.servers[0][15:],
    "another server's": lambda at: at.servers[1],
    "another product's": Situation.another_products,
    "one digit wrong": Situation.one_digit_wrong,
    "receipt": Situation.receipt,
    "license code": lambda _at: codes.LICENSE_CODE,
    "case number": Situation.case_number,
    "last group": lambda at: at.new_id[-5:],
    "closing code": Situation.closing_code,
    "answer": Situation.answer,
    "proof": Situation.proof,
}
