"""The agent console in the representative's own process: the same desk and acts, without pages."""

from dataclasses import replace

from agent_console import acts, conversation, desk, dispatch
from agent_console.accounts import Account, Role
from agent_console.acts import ActRefusedError
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from codes import new_license_server_id
from data_store import reading, transaction
from scripted_calls.console import ConsoleRefusedError
from scripted_calls.representative import Desk, Do
from switchboard import representatives
from switchboard.model import CallState, Presence


class DeskHere:
    """One representative at the console. Looks again only once something has changed."""

    def __init__(self, services: ConsoleServices, login: str) -> None:
        self._services = services
        self._session = Session("", Account(login, login, Role.REPRESENTATIVE, is_demo=True), None)
        self._seen: Desk | None = None
        self._news = -1
        self._call_id: int | None = None

    async def look(self) -> Desk:
        """Read the desk; whoever waits is offered, as when the page is looked at."""
        feed = self._services.live_feed
        if self._seen is None or self._news != feed.published:
            if self._call_id is None:  # nothing is offered to whoever has a call
                dispatch.tick(self._services)
            self._news = feed.published
            self._seen = self._read()
        return self._seen

    async def do(self, act: Do) -> None:
        """Carry out one act. Raises `ConsoleRefusedError` with what the desk says."""
        services, session = self._services, self._session
        try:
            if act.act == "available":
                with transaction(services.engine) as conn:
                    login = session.account.login
                    now = services.clock()
                    representatives.set_presence(conn, login, Presence.AVAILABLE, now)
            elif act.act in conversation.ACTS:
                conversation.ACTS[act.act](services, session, self._hand(), act.fields)
                self._tell(None)
            else:
                with transaction(services.engine) as conn:
                    turn = acts.begin(conn, services, session, self._hand(), act.act, act.fields)
                    self._tell(acts.perform(act.act, turn))
        except ActRefusedError as error:
            raise ConsoleRefusedError(f"{act.act}: {error}") from error
        services.live_feed.publish()

    def _tell(self, notice: Notice | None) -> None:
        self._session = replace(self._session, notice=notice)

    def _hand(self) -> int:
        if self._call_id is None:
            raise ConsoleRefusedError("There is no call in hand.")
        return self._call_id

    def _read(self) -> Desk:
        with reading(self._services.engine) as conn:
            seen = desk.glance(conn, self._services, self._session.account.login)
        call, issued = seen.call, seen.request and seen.request.new_license_server_id
        self._call_id = None if call is None else call.id
        is_there = call is not None and call.state is not CallState.CALLING
        return Desk(
            allowed=seen.allowed,
            call_id=self._call_id if is_there else None,
            groups=new_license_server_id.split(issued) if issued else (),
            read=seen.readout.read,
            challenge=_challenge(self._session.notice),
        )


def _challenge(notice: Notice | None) -> str | None:
    """The four digits that the notice names, where it is about a challenge."""
    if notice is None or notice.code != "challenge":
        return None
    return "".join(sign for sign in (notice.say or "") if sign.isdigit())
