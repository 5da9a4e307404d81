"""A register in memory, as a call sees it: for sequences by the hundred thousand.

The life cycle of a request is the real one's table, the codes are real and so is the judgement of
every proof; only policies are replaced, by `Rules` that a sequence draws and changes as it likes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from clearinghouse import Reason, Refusal, RequestState
from clearinghouse.transitions import Act, follow
from codes import license_pack_id, new_license_server_id
from ivr import actions, events
from ivr.commands import REASONS
from ivr.session import Session
from tests.ivr.sequence_codes import (
    CASE_NUMBERS,
    CHALLENGE,
    LICENSE_CODE,
    SECRETS,
    answer_of,
    closing_code_of,
    confirmation_for,
    holds,
    issued_id,
    line_code_of,
    pack_id_for,
    receipt_for,
)

OVER: Final = frozenset({RequestState.DENIED, RequestState.LAPSED, RequestState.ABANDONED})
MOST_WRONG: Final = 3


@dataclass(slots=True)
class Rules:
    """What policies, opening hours and numbers say at the moment.

    `refuses` is the code of a refusal of whatever is opened or issued next; `registered` the region
    of the products' holder, where that is another; `callable` whether the number can be called.
    """

    line_issues: bool = True
    is_plain: bool = True
    refuses: str = ""
    registered: str = ""
    helped_by: str = "centre"
    callable: bool = True
    recorded: bool = False

    def change(self, what: str) -> None:
        """Let things stand otherwise from now on."""
        match what:
            case "refuses":
                self.refuses = "" if self.refuses else "limit_reached"
            case "elsewhere":
                self.registered = "" if self.registered else "DE"
            case "centre" | "line" | "call_back":
                self.helped_by = what
            case _:
                setattr(self, what, not getattr(self, what))


@dataclass(slots=True)
class Case:
    """A request in the register."""

    id: int
    product_id: str
    license_server_id: str
    state: RequestState = RequestState.OPENED
    reason: Reason | None = None
    new_id: str | None = None
    challenge: str | None = None
    is_answered: bool = False

    @property
    def case_number(self) -> str:
        """Twelve digits, one case's alone."""
        return CASE_NUMBERS[self.id]

    def is_keyed_in(self, session: Session) -> bool:
        """Whether a call has keyed both IDs of this request."""
        codes = (session.product_id, session.license_server_id)
        keyed = tuple("".join(filter(None, code.groups)) for code in codes)
        return keyed == (self.product_id, self.license_server_id)

    def go(self, act: Act) -> None:
        """Take a step of the life cycle. Raises `Refusal`."""
        self.state = follow(self.state, act)


@dataclass(slots=True)
class ModelRegister:
    """Cases by their number; `issues` names the case of every issue, in order."""

    rules: Rules
    cases: list[Case] = field(default_factory=list)
    issues: list[tuple[int, str]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def product(self, product_id: str) -> events.Event:
        """Look a product up."""
        if product_id not in SECRETS:
            return events.Refused(self._counted(product_id, "product_unknown"))
        region = self.rules.registered
        return events.ProductFound(region, "Germany" if region else "")

    def open(self, command: actions.OpenRequest, *, by_line: bool) -> events.Event:
        """Open a request, or find the one that stands for the same pair."""
        product, server = command.product_id, command.license_server_id
        if product not in SECRETS:
            return events.Refused(self._counted(product, "product_unknown"))
        if not holds(product, server):
            return events.Refused(self._counted(product, "proof_wrong"))
        case = self.standing_for(product, server)
        if case is None:
            if self.rules.refuses:
                return self._refused()
            case = Case(len(self.cases), product, server)
            self.cases.append(case)
        return events.RequestOpened(
            case.id,
            case.case_number,
            line_code_of(product, server),
            self.may_issue(by_line=by_line),
        )

    def standing_for(self, product: str, server: str) -> Case | None:
        """The case that stands for a pair of IDs."""
        for case in self.cases:
            is_same = (case.product_id, case.license_server_id) == (product, server)
            if is_same and case.state not in OVER:
                return case
        return None

    def set_reason(self, case: int, key: str) -> None:
        """State why; once the ID is issued the reason stays."""
        if self.cases[case].new_id is None:
            self.cases[case].reason = REASONS[key]

    def issue_by_line(self, case: int, *, by_line: bool) -> events.Event:
        """Issue without a person, where that may be."""
        found = self.cases[case]
        is_compromised = found.reason is Reason.PRIVATE_KEY_COMPROMISED
        if not self.may_issue(by_line=by_line) or (
            found.new_id is None and (is_compromised or not self.rules.is_plain)
        ):
            return events.NeedsPerson()
        try:
            new_id = self.issue(found, "line")
        except Refusal as refusal:
            return events.Refused(refusal.code.value, 0, "3 May")
        if new_id is None:
            return self._refused()
        return events.IssuedByLine(new_license_server_id.split(new_id), 3)

    def issue(self, case: Case, by: str) -> str | None:
        """Check and issue, once; None where a policy refuses. Raises `Refusal`."""
        case.go(Act.CHECK)
        if case.new_id is None:
            if self.rules.refuses:
                return None
            compromised = case.reason is Reason.PRIVATE_KEY_COMPROMISED
            if compromised and not case.is_answered:
                return None
        case.go(Act.ISSUE)
        if case.new_id is None:
            number = 1 + sum(
                self.cases[other].product_id == case.product_id for other, _ in self.issues
            )
            case.new_id = issued_id(case.product_id, case.license_server_id, number)
            self.issues.append((case.id, by))
        return case.new_id

    def prove(self, case: int, group: str) -> events.Event:
        """The last group, as it was heard."""
        found = self.cases[case]
        if found.new_id is None:
            return events.Refused("wrong_state")
        if found.new_id[-5:] != group:
            return events.Refused("last_group_wrong")
        found.go(Act.MARK_READ)
        return events.HeardProven()

    def confirm(self, case: int, code: str) -> events.Event:
        """The closing code. Raises `Refusal`."""
        found = self.cases[case]
        if found.new_id is None:
            return events.Refused("wrong_state")
        if code != closing_code_of(found.product_id, found.new_id):
            return events.Refused(self._counted(f"closing {case}", "closing_code_wrong"))
        found.go(Act.CONFIRM)
        return events.Confirmed()

    def give(self, command: actions.GiveId) -> events.Event:
        """The ID, to be read out."""
        new_id = self.cases[command.case].new_id
        if new_id is None:
            return events.Refused("wrong_state")
        return events.IdGiven(new_license_server_id.split(new_id), command.with_keys)

    def challenge(self, command: actions.GiveChallenge | actions.AnswerChallenge) -> events.Event:
        """Give the challenge, or check the answer."""
        case = self.cases[command.case]
        if case.reason is not Reason.PRIVATE_KEY_COMPROMISED:
            return events.Refused("wrong_state")
        if isinstance(command, actions.GiveChallenge):
            case.challenge = CHALLENGE
            return events.ChallengeGiven(CHALLENGE)
        if command.answer != answer_of(case.product_id, case.license_server_id, CHALLENGE):
            return events.Refused(self._counted(f"challenge {case.id}", "challenge_needed"))
        case.is_answered = True
        return events.ChallengeAnswered()

    def deactivate(self, command: actions.Deactivate) -> events.Event:
        """Take a receipt."""
        product, receipt = command.product_id, command.receipt
        if not self._holder(product, receipt_for, receipt):
            return events.Refused(self._counted(product, "receipt_wrong"))
        return events.Deactivated(confirmation_for(product, receipt))

    def install_pack(self, command: actions.InstallPack) -> events.Event:
        """Give a pack to the server that holds the number."""
        if command.license_code != LICENSE_CODE:
            return events.Refused("license_code_unknown")
        product = command.product_id
        if not self._holder(product, lambda _, new_id: new_id, command.current_id):
            return events.Refused(self._counted(product, "proof_wrong"))
        groups = license_pack_id.split(pack_id_for(product, command.current_id))
        return events.IdGiven(groups, command.with_keys)

    def resume(self, case: int) -> Case:
        """Open again what was given up with the call, or the one that stands by now."""
        found = self.cases[case]
        standing = self.standing_for(found.product_id, found.license_server_id)
        if standing is not None:
            found = standing
        found.go(Act.RESUME)
        return found

    def may_issue(self, *, by_line: bool) -> bool:
        """Whether the policy lets the line issue."""
        return self.rules.line_issues or by_line

    def _refused(self) -> events.Refused:
        return events.Refused(self.rules.refuses, 0, "3 May")

    def _counted(self, subject: str, code: str) -> str:
        self.wrong[subject] += 1
        return code if self.wrong[subject] <= MOST_WRONG else "too_many_wrong_proofs"

    def _holder(self, product: str, make: Callable[[str, str], str], code: str) -> bool:
        """Whether a server of this product holds the number that a code was made for."""
        return any(
            case.product_id == product
            and case.new_id is not None
            and make(product, case.new_id) == code
            for case in self.cases
        )
