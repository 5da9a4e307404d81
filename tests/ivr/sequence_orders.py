"""What the flow orders, carried out in memory; nothing but what this call has keyed is touched."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from clearinghouse import Refusal
from clearinghouse.transitions import Act
from ivr import actions, events
from ivr.earlier_calls import CUT_OFF, NOTHING_KEYED, OVER, WITH_A_PERSON
from ivr.session import Session, Step
from switchboard.model import CallState
from tests.ivr.sequence_codes import holds, line_code_of
from tests.ivr.sequence_people import ModelCall, Switchboard
from tests.ivr.sequence_register import ModelRegister, Rules

RESUME_WINDOW: Final = 2 * 3600


class IllegalTurnError(AssertionError):
    """A turn that must not be, whatever came before. The message says what is wrong with it."""


class Orders:
    """Carries commands out. `keyed` is what the turn under way brought."""

    def __init__(self, rules: Rules, board: Switchboard) -> None:
        self.rules = rules
        self.board = board
        self.register = ModelRegister(rules)
        self.keyed = ""

    def carry_out(  # noqa: C901, PLR0911, PLR0912 -- one short way for each command
        self, call: ModelCall, session: Session, command: actions.Command
    ) -> events.Event | None:
        register = self.register
        if (case := getattr(command, "case", None)) is not None:
            self._check_own(call, session, case)
        match command:
            case actions.LookUpProduct(product_id):
                return register.product(product_id)
            case actions.OpenRequest():
                opened = register.open(command, by_line=session.by_line)
                if isinstance(opened, events.RequestOpened):
                    call.request_id, call.case_number = opened.case, opened.case_number
                return opened
            case actions.SetReason(case, key):
                register.set_reason(case, key)
                return None
            case actions.IssueByLine(case):
                if not session.issues or not register.cases[case].is_keyed_in(session):
                    raise IllegalTurnError("Nobody said that the line may issue.")
                return register.issue_by_line(case, by_line=session.by_line)
            case actions.GiveId():
                return register.give(command)
            case actions.ProveHeard(case, group):
                self._check_keyed(group)
                return self._or_refused(lambda: register.prove(case, group))
            case actions.Confirm(case, code):
                self._check_keyed(code)
                return self._or_refused(lambda: register.confirm(case, code))
            case actions.AskStanding():
                return events.StandingTold(0 if self.rules.refuses else 3)
            case actions.GiveChallenge() | actions.AnswerChallenge():
                return register.challenge(command)
            case actions.Deactivate():
                return register.deactivate(command)
            case actions.InstallPack():
                return register.install_pack(command)
            case actions.ChangeLanguage():
                outlook = events.Outlook(helped_by=self.rules.helped_by, other_language="en")
                return events.LanguageChanged(outlook)
            case actions.MoveCall():
                return events.Moved(events.Outlook(helped_by=self.rules.helped_by))
            case actions.FindEarlierCall(number):
                earlier = self._earlier_of_case(number)
                if earlier is None:
                    return events.NothingEarlier(number)
                return events.EarlierFound(earlier)
            case actions.ProveEarlierCall():
                return self._or_refused(lambda: self._prove_earlier(call, command))
            case _:
                return self._order_people(call, command)

    def _order_people(self, call: ModelCall, command: actions.Command) -> events.Event | None:
        board = self.board
        match command:
            case actions.Enqueue(first):
                board.enqueue(call, first=first)
            case actions.FindRepresentative():
                if not call.is_accompanied:
                    return events.RepresentativeLost()
                call.state = CallState.TALKING
                return events.PutThrough(f"call-{call.id}", self.rules.recorded)
            case actions.EndCall(by, case):
                if case is not None:
                    with suppress(Refusal):
                        self.register.cases[case].go(Act.ABANDON)
                board.end(call, by)
            case actions.Release():
                board.let_go(call)
                call.state = CallState.IN_LINE
            case actions.LookAtQueue() | actions.ChangeCentre():
                return self.look(call)
            case _:
                return self._order_call_back(call, command)
        return None

    def _order_call_back(self, call: ModelCall, command: actions.Command) -> events.Event:
        match command:
            case actions.CallLater():
                return events.CallBackMissed(again=self.board.call_later(call))
            case actions.CheckCallBack() | actions.AskCallBack() if not self.rules.callable:
                return events.CallBackRefused("withheld")
            case actions.CheckCallBack():
                return events.CallBackPossible("99")
            case actions.AskCallBack():
                is_kept = self.board.ask_call_back(call)
                return events.PlaceKept() if is_kept else events.StillWaiting(0)
        raise IllegalTurnError(f"Nobody carries out {command}.")

    def look(self, call: ModelCall) -> events.StillWaiting:
        place = self.board.place_of(call)
        return events.StillWaiting(place, place, elsewhere=True, case_number=call.case_number)

    @staticmethod
    def _or_refused(ask: Callable[[], events.Event]) -> events.Event:
        try:
            return ask()
        except Refusal as refusal:
            return events.Refused(refusal.code.value)

    def _check_own(self, call: ModelCall, session: Session, number: int) -> None:
        """Only what was keyed, or the representative has in hand, and with a proof that holds."""
        case = self.register.cases[number]
        if not case.is_keyed_in(session) and call.request_id != number:
            raise IllegalTurnError(f"Case {number} is not the one that was keyed.")
        if not holds(case.product_id, case.license_server_id):
            raise IllegalTurnError(f"Nothing proves case {number}.")

    def _check_keyed(self, digits: str) -> None:
        if digits not in self.keyed:
            raise IllegalTurnError(f"{digits} was not keyed in this turn, but {self.keyed}.")

    # Calls that broke off

    def earlier_of(self, call: ModelCall) -> events.Earlier | None:
        for before in reversed(self.board.calls):
            session = before.session
            if before.caller != call.caller or not self._may_go_on(before):
                continue
            if session.case is not None or session.has_keyed:
                return self._resumable(before)
        return None

    def _earlier_of_case(self, number: str) -> events.Earlier | None:
        for before in reversed(self.board.calls):
            if before.case_number == number and self._may_go_on(before):
                return self._resumable(before)
        return None

    def _may_go_on(self, call: ModelCall) -> bool:
        return call.state is CallState.ENDED and self.board.now - call.ended_at < RESUME_WINDOW

    def _resumable(self, call: ModelCall) -> events.Earlier | None:
        session = call.session
        step = Step(session.broke_at) if session.broke_at else session.step
        if call.ended_by not in CUT_OFF or step in NOTHING_KEYED or step is Step.ENDED:
            return None
        if session.case is not None and self.register.cases[session.case].state in OVER:
            return None
        code = "license_server_id" if any(session.license_server_id.groups) else "product_id"
        groups = getattr(session, code).groups
        good = [number for number, group in enumerate(groups, 1) if group]
        return events.Earlier(call.id, code, good[call.id % len(good)]) if good else None

    def _prove_earlier(self, call: ModelCall, command: actions.ProveEarlierCall) -> events.Event:
        session = self.board.calls[command.call].session
        group = getattr(session, command.code).groups[command.group - 1] or ""
        if not group.startswith(command.digits):
            self.register.wrong[f"call {command.call}"] += 1
            return events.Refused("proof_wrong")
        outlook = events.Outlook(helped_by=self.rules.helped_by)
        if session.case is None:
            return events.Resumed(session, outlook)
        case = self.register.resume(session.case)
        step = Step(session.broke_at) if session.broke_at else session.step
        if case.new_id is not None and step in WITH_A_PERSON:
            step = Step.READING
        issues = self.register.may_issue(by_line=outlook.helped_by == "line")
        session = replace(
            session, case=case.id, broke_at=step.value, group=session.group or 1, issues=issues
        )
        call.request_id, call.case_number = case.id, case.case_number
        code = line_code_of(case.product_id, case.license_server_id)
        return events.Resumed(session, outlook, code, case.case_number)
