"""Opens a mailbox by what its account has: a password or an access token."""

from desk.texts import say
from mail.arrivals import Account
from mail.session import LoginRefused, Session


async def log_in(session: Session, account: Account) -> None:
    """LoginRefused, Refused when the server cannot log in anybody just now, TokenAway, TokenDead."""
    if account.token is None:
        await session.login(account.user, account.password)
        return
    if not session.can("AUTH=XOAUTH2"):
        raise LoginRefused(say(account.language, "mail.no_xoauth2"))
    token = await account.token.get()
    try:
        await session.login_by_token(account.user, token)
    except LoginRefused:
        # It may have been withdrawn before its end; a new one, at once and once, tells that from a wrong user.
        account.token.refused(token)
        await session.login_by_token(account.user, await account.token.get())
